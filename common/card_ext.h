/* card_ext.h - a cardExt read back: its parts, the order they were signed in, and how somebody who signed them
 * wrongly did it (wechat-card-api.md sections 20 and 25). */
#ifndef KAQUAN_CARD_EXT_H
#define KAQUAN_CARD_EXT_H

#include "base.h"
#include "buf.h"
#include "err.h"

/* What a signature may be made of, and the rest of a cardExt. */
enum card_part {
    PART_TICKET, /* the api_ticket: never in a cardExt */
    PART_CARD,   /* the card id: beside it */
    PART_TIMESTAMP,
    PART_NONCE,
    PART_CODE,
    PART_OPENID,
    PART_OUTER,
    PART_SIGNATURE,
    CARD_PARTS
};
const char *card_part_name(enum card_part part); /* as in a cardExt */

enum { PART_SIZE = 256 };
struct card_ext {
    char part[CARD_PARTS][PART_SIZE]; /* "" : not there, or empty */
    bool there[CARD_PARTS];           /* a member of the cardExt itself, be it empty */
    bool is_object;                   /* given as an object where wx.addCard takes a string */
    bool number_timestamp;
    char others[PART_SIZE]; /* names of the members that are none of these, "balance, x" */
};

/* Reads a cardExt: its text, that text as a JSON string, or {"cardId": ..., "cardExt": ...} as wx.addCard takes it.
 * ERR_INPUT otherwise, and for a value that no card has (longer than PART_SIZE - 1, a member of a strange type). */
bool card_ext_read(const char *text, size_t len, struct card_ext *ext, struct err *err);

/* The parts that belong into its signature, sorted as they must be: "123 (nonce_str) < 1404896688 (timestamp) < ...".
 * Without what is secret: api_ticket and openid are masked. */
void card_ext_order(const struct card_ext *ext, struct buf *out);

/* A way of signing. The first row is the right one, and has no cure. */
struct card_signing {
    const char *how;
    const char *cure;
};
/* Finds how the signature was made with the api_ticket in part[PART_TICKET]; NULL: in no way that we know, so with
 * another api_ticket or over other values. For values that were not sorted, `order` says in which order they stood.
 */
const struct card_signing *card_ext_signing(const struct card_ext *ext, struct buf *order);

#endif
