#include "card_ext.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "json.h"
#include "lang.h"
#include "sign.h"
#include "text.h"

/* --- the parts --- */

/* clang-format off */
static const struct {
    const char *name;
    bool is_signed;
    int shown; /* so many bytes of its value may be seen */
} parts[CARD_PARTS] = {
    [PART_TICKET]    = {"api_ticket", true,  0},
    [PART_CARD]      = {"card_id",    true,  PART_SIZE},
    [PART_TIMESTAMP] = {"timestamp",  true,  PART_SIZE},
    [PART_NONCE]     = {"nonce_str",  true,  PART_SIZE},
    [PART_CODE]      = {"code",       true,  PART_SIZE},
    [PART_OPENID]    = {"openid",     true,  6},
    [PART_OUTER]     = {"outer_str",  false, PART_SIZE},
    [PART_SIGNATURE] = {"signature",  false, PART_SIZE},
};
/* clang-format on */

const char *card_part_name(enum card_part part) {
    return parts[part].name;
}

/* --- reading --- */

static enum card_part part_named(const char *name) {
    enum card_part part = PART_TICKET;
    while (part < CARD_PARTS && strcmp(parts[part].name, name) != 0)
        part++;
    return part;
}

static bool take(struct card_ext *ext, enum card_part part, const cJSON *item, struct err *err) {
    char number[32];
    const char *value = item->valuestring;
    if (part == PART_TIMESTAMP && cJSON_IsNumber(item)) {
        snprintf(number, sizeof number, "%.0f", item->valuedouble);
        ext->number_timestamp = true;
        value = number;
    } else if (!cJSON_IsString(item)) {
        fail(err, ERR_INPUT, "%s is no text", item->string);
        return fail_cure(err, "write it in quotes: it is signed as text");
    }
    ext->there[part] = true;
    return text_copy(ext->part[part], PART_SIZE, value) ||
           fail(err, ERR_INPUT, "%s has more than %d bytes", item->string, PART_SIZE - 1);
}

static void note_other(struct card_ext *ext, const char *name) {
    size_t len = strlen(ext->others);
    snprintf(ext->others + len, sizeof ext->others - len, "%s%s", len > 0 ? ", " : "", name);
}

static bool read_members(const cJSON *object, struct card_ext *ext, struct err *err) {
    const cJSON *item;
    cJSON_ArrayForEach(item, object) {
        enum card_part part = part_named(item->string);
        if (part == CARD_PARTS)
            note_other(ext, item->string);
        else if (!take(ext, part, item, err))
            return false;
    }
    return true;
}

/* A file is somebody's, not WeChat's answer. */
static cJSON *parse(const char *text, size_t len, struct err *err) {
    cJSON *json = json_parse(text, len, NULL, err);
    if (json == NULL && err != NULL)
        err->kind = ERR_INPUT;
    return json;
}

static bool read_text(const char *text, struct card_ext *ext, struct err *err) {
    AUTO_JSON cJSON *json = parse(text, strlen(text), err);
    return json != NULL ? read_members(json, ext, err) : fail_in(err, "cardExt");
}

static const cJSON *member_of(const cJSON *object, const char *one, const char *other) {
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, one);
    return member != NULL ? member : cJSON_GetObjectItemCaseSensitive(object, other);
}

/* {"cardId": ..., "cardExt": ...}: one card of wx.addCard's cardList. */
static bool read_card(const cJSON *card, struct card_ext *ext, struct err *err) {
    const cJSON *id = member_of(card, "cardId", "card_id"), *inner = member_of(card, "cardExt", "card_ext");
    if (cJSON_IsString(id) && !text_copy(ext->part[PART_CARD], PART_SIZE, id->valuestring))
        return fail(err, ERR_INPUT, "cardId has more than %d bytes", PART_SIZE - 1);
    ext->is_object = cJSON_IsObject(inner);
    return ext->is_object          ? read_members(inner, ext, err)
           : cJSON_IsString(inner) ? read_text(inner->valuestring, ext, err)
                                   : fail(err, ERR_INPUT, "cardExt is neither a text nor an object");
}

static bool read_any(const cJSON *value, struct card_ext *ext, struct err *err) {
    const cJSON *list = json_array(value, "cardList"), *card = list != NULL ? list->child : value;
    if (cJSON_IsString(value))
        return read_text(value->valuestring, ext, err);
    if (!cJSON_IsObject(card))
        return fail(err, ERR_INPUT, "a cardExt is a JSON object, or a text that holds one");
    return member_of(card, "cardExt", "card_ext") != NULL ? read_card(card, ext, err) : read_members(card, ext, err);
}

/* In a frame, so that a text in quotes is read as strictly as an object. */
bool card_ext_read(const char *text, size_t len, struct card_ext *ext, struct err *err) {
    AUTO_BUF struct buf framed = {0};
    AUTO_JSON cJSON *json = NULL;
    *ext = (struct card_ext){0};
    buf_text(&framed, "{\"card\":");
    buf_add(&framed, text, len);
    buf_text(&framed, "}");
    json = parse(buf_str(&framed), framed.len, err);
    return json != NULL && read_any(cJSON_GetObjectItemCaseSensitive(json, "card"), ext, err);
}

/* --- what is signed, and in which order --- */

/* Some of the parts, with what they are worth in one way of signing. */
struct values {
    enum card_part part[CARD_PARTS];
    const char *text[CARD_PARTS];
    size_t count;
};

typedef int order_of(const struct values *v, size_t a, size_t b);

static int by_bytes(const struct values *v, size_t a, size_t b) {
    return strcmp(v->text[a], v->text[b]); /* unsigned bytes, a prefix before its extension */
}

static int by_letters(const struct values *v, size_t a, size_t b) {
    int order = strcasecmp(v->text[a], v->text[b]);
    return order != 0 ? order : by_bytes(v, a, b);
}

static bool is_number(const char *text) {
    return text[0] != '\0' && strspn(text, "0123456789") == strlen(text);
}

/* Numbers first, the shorter the smaller. */
static int by_number(const struct values *v, size_t a, size_t b) {
    bool numbers[2] = {is_number(v->text[a]), is_number(v->text[b])};
    size_t lengths[2] = {strlen(v->text[a]), strlen(v->text[b])};
    if (numbers[0] != numbers[1])
        return numbers[0] ? -1 : 1;
    if (numbers[0] && lengths[0] != lengths[1])
        return lengths[0] < lengths[1] ? -1 : 1;
    return by_bytes(v, a, b);
}

static int by_name(const struct values *v, size_t a, size_t b) {
    return strcmp(parts[v->part[a]].name, parts[v->part[b]].name);
}

static void swap(struct values *v, size_t a, size_t b) {
    enum card_part part = v->part[a];
    const char *text = v->text[a];
    v->part[a] = v->part[b];
    v->text[a] = v->text[b];
    v->part[b] = part;
    v->text[b] = text;
}

static void sort(struct values *v, order_of *order) {
    for (size_t i = 1; i < v->count; i++)
        for (size_t k = i; k > 0 && order(v, k, k - 1) < 0; k--)
            swap(v, k, k - 1);
}

#define BIT(part) (1U << (part))

static struct values values_of(const struct card_ext *ext, unsigned which) {
    struct values v = {0};
    for (enum card_part part = 0; part < CARD_PARTS; part++)
        if ((which & BIT(part)) != 0 && ext->part[part][0] != '\0') {
            v.part[v.count] = part;
            v.text[v.count++] = ext->part[part];
        }
    return v;
}

static unsigned signed_parts(void) {
    unsigned which = 0;
    for (enum card_part part = 0; part < CARD_PARTS; part++)
        which |= parts[part].is_signed ? BIT(part) : 0;
    return which;
}

void card_ext_order(const struct card_ext *ext, struct buf *out) {
    struct values v = values_of(ext, signed_parts());
    sort(&v, by_bytes);
    for (size_t i = 0; i < v.count; i++) {
        int shown = parts[v.part[i]].shown;
        buf_printf(out, "%s%.*s", i > 0 ? " < " : "", shown, v.text[i]);
        buf_printf(out, "%s (%s)", shown < PART_SIZE ? "..." : "", parts[v.part[i]].name);
    }
}

/* --- how it was signed --- */

enum join { JOIN_PLAIN, JOIN_PAIRS, JOIN_BLANK };

/* Ways of signing: without some parts, with others, in another order, joined another way. */
/* clang-format off */
static const struct way {
    unsigned without, with;
    order_of *order;
    enum join join;
    struct card_signing row;
} ways[] = {
    {0, 0, by_bytes, JOIN_PLAIN,
     {N_("right: all values, sorted by bytes, joined"), NULL}},
    {BIT(PART_CODE), 0, by_bytes, JOIN_PLAIN,
     {N_("code was not signed"), N_("sign the code too: every code, openid, nonce_str and timestamp in cardExt is signed")}},
    {BIT(PART_OPENID), 0, by_bytes, JOIN_PLAIN,
     {N_("openid was not signed"), N_("sign the openid too, or leave it out where the card binds none")}},
    {BIT(PART_NONCE), 0, by_bytes, JOIN_PLAIN,
     {N_("nonce_str was not signed"), N_("sign nonce_str too")}},
    {BIT(PART_TIMESTAMP), 0, by_bytes, JOIN_PLAIN,
     {N_("timestamp was not signed"), N_("sign the timestamp too, as text")}},
    {BIT(PART_CARD), 0, by_bytes, JOIN_PLAIN,
     {N_("card_id was not signed"), N_("sign the card_id too; it stands beside cardExt")}},
    {BIT(PART_TICKET), 0, by_bytes, JOIN_PLAIN,
     {N_("api_ticket was not signed"), N_("sign the api_ticket too: without it anybody could sign")}},
    {0, BIT(PART_OUTER), by_bytes, JOIN_PLAIN,
     {N_("outer_str was signed too"), N_("leave outer_str out of the signature")}},
    {0, 0, by_letters, JOIN_PLAIN,
     {N_("sorted without regard to case, or by a locale"), N_("sort by bytes: strcmp, not strcoll or strcasecmp; digits < A-Z < _ < a-z")}},
    {0, 0, by_number, JOIN_PLAIN,
     {N_("numbers were sorted as numbers"), N_("sort all values as text: \"10\" comes before \"9\"")}},
    {0, 0, by_name, JOIN_PLAIN,
     {N_("sorted by name instead of by value"), N_("sort the values themselves, their names play no part")}},
    {0, 0, by_name, JOIN_PAIRS,
     {N_("joined as name=value pairs, as the JS-SDK's own signature is"), N_("join the values alone, without names, = and &")}},
    {0, 0, by_bytes, JOIN_BLANK,
     {N_("a blank stands behind the api_ticket"), N_("take blanks and line ends off the api_ticket")}},
};
/* clang-format on */
static const struct card_signing unsorted = {N_("the values were not sorted"),
                                             N_("sort the values by bytes before they are joined")};

static bool signs(struct signer *signer, const struct card_ext *ext, const struct buf *joined) {
    unsigned char signature[SIGNATURE_LEN];
    char text[2 * SIGNATURE_LEN + 1];
    sign_values(signer, (const char *const[]){buf_str(joined)}, 1, signature);
    hex_text(signature, SIGNATURE_LEN, text);
    return strcasecmp(text, ext->part[PART_SIGNATURE]) == 0;
}

static void join(const struct values *v, enum join how, struct buf *out) {
    buf_reset(out);
    for (size_t i = 0; i < v->count; i++) {
        if (how == JOIN_PAIRS)
            buf_printf(out, "%s%s=", i > 0 ? "&" : "", parts[v->part[i]].name);
        buf_text(out, v->text[i]);
        if (how == JOIN_BLANK && v->part[i] == PART_TICKET)
            buf_text(out, " ");
    }
}

static bool made_this_way(struct signer *signer, const struct card_ext *ext, const struct way *way) {
    AUTO_BUF struct buf joined = {0};
    struct values v = values_of(ext, (signed_parts() & ~way->without) | way->with);
    sort(&v, way->order);
    join(&v, way->join, &joined);
    return signs(signer, ext, &joined);
}

static void say_order(const struct values *v, struct buf *order) {
    for (size_t i = 0; i < v->count; i++)
        buf_printf(order, "%s%s", i > 0 ? ", " : "", parts[v->part[i]].name);
}

/* Six values stand in 720 orders: all are tried. */
static bool made_unsorted(struct signer *signer, const struct card_ext *ext, struct values *v, size_t from,
                          struct buf *order) {
    AUTO_BUF struct buf joined = {0};
    if (from == v->count) {
        join(v, JOIN_PLAIN, &joined);
        if (!signs(signer, ext, &joined))
            return false;
        say_order(v, order);
        return true;
    }
    for (size_t i = from; i < v->count; i++) {
        swap(v, from, i);
        if (made_unsorted(signer, ext, v, from + 1, order))
            return true;
        swap(v, from, i);
    }
    return false;
}

const struct card_signing *card_ext_signing(const struct card_ext *ext, struct buf *order) {
    struct signer *signer = signer_new();
    const struct card_signing *found = NULL;
    struct values v = values_of(ext, signed_parts());
    for (size_t i = 0; i < ARRAY_LEN(ways) && found == NULL; i++)
        if (made_this_way(signer, ext, &ways[i]))
            found = &ways[i].row;
    if (found == NULL && made_unsorted(signer, ext, &v, 0, order))
        found = &unsorted;
    signer_free(signer);
    return found;
}
