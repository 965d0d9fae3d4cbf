#include "pool.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "card.h"
#include "clock.h"
#include "fault.h"
#include "text.h"

enum { PROGRESS_EVERY = 64 }; /* chunks: about 2 MB */

bool pool_need(struct db *db, int32_t template_id, struct pool_need *need, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!db_query(db, &sql_pool_need, &rows, err, V_INT(template_id)))
        return fail_in(err, "cannot size the pool");
    if (rows.count == 0) {
        fail(err, ERR_BUSY, "there is no epoch to sign cards in");
        return fail_cure(err,
                         "the template must be approved and not paused, and its account needs an api_ticket with "
                         "enough life: see kaquan-worker credential list");
    }
    *need =
        (struct pool_need){.template_id = template_id,
                           .account_id = db_int(&rows, 0, "account_id"),
                           .epoch = db_int(&rows, 0, "epoch"),
                           .wanted = db_int(&rows, 0, "wanted"),
                           .stock_left = db_null(&rows, 0, "stock_left") ? INT64_MAX : db_int(&rows, 0, "stock_left"),
                           .ready = db_int(&rows, 0, "ready"),
                           .with_code = db_bool(&rows, 0, "with_code"),
                           .imported = db_bool(&rows, 0, "imported")};
    text_copy(need->template_key, sizeof(need->template_key), db_text(&rows, 0, "key"));
    text_copy(need->reason, sizeof(need->reason), db_text(&rows, 0, "reason"));
    return true;
}

/* What fill_begin() answered. */
struct slot_lease {
    int slot, fill, previous_fill;
    bool had_fill;
    int64_t first_ordinal, signed_at, first_run;
    int bucket, buckets;
    double began;
    char card_id[33];
};

static bool slot_take(struct db *db, const struct pool_need *need, int64_t cards, struct slot_lease *lease,
                      struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    int64_t runs = need->imported ? 0 : cards; /* running numbers of codes that are made */
    if (!db_query(db, &sql_fill_begin, &rows, err, V_INT(need->template_id), V_INT(need->epoch), V_INT(runs)))
        return false;
    *lease = (struct slot_lease){.slot = (int)db_int(&rows, 0, "slot"),
                                 .fill = (int)db_int(&rows, 0, "fill"),
                                 .previous_fill = (int)db_int(&rows, 0, "previous_fill"),
                                 .had_fill = !db_null(&rows, 0, "previous_fill"),
                                 .first_ordinal = db_int(&rows, 0, "first_ordinal"),
                                 .signed_at = db_int(&rows, 0, "signed_at"),
                                 .first_run = db_int(&rows, 0, "first_run"),
                                 .bucket = (int)db_int(&rows, 0, "bucket"),
                                 .buckets = (int)db_int(&rows, 0, "buckets"),
                                 .began = db_number(&rows, 0, "began")};
    text_copy(lease->card_id, sizeof(lease->card_id), db_text(&rows, 0, "card_id"));
    return true;
}

/* The codes that a fill puts on cards. */
struct code_supply {
    struct db_rows rows; /* the codes, one a line, in one text */
    int64_t free;        /* imported codes that are no tickets */
};

/* Leaves fewer cards to sign when there are fewer codes. */
static bool codes_load(struct db *db, const struct pool_need *need, struct code_supply *supply, int64_t *cards,
                       struct err *err) {
    if (!need->imported)
        return true;
    if (!db_query(db, &sql_fill_codes, &supply->rows, err, V_INT(need->template_id), V_INT(*cards)))
        return false;
    supply->free = db_int(&supply->rows, 0, "free");
    if (*cards > supply->free)
        *cards = supply->free;
    return true;
}

/* Makes the cards and streams them, chunk by chunk. */
static bool cards_stream(struct db *db, struct card_stream *stream, int64_t cards,
                         const struct pool_progress *progress, struct err *err) {
    char chunk[CARD_CHUNK];
    int64_t left = cards;
    size_t len;
    for (int chunks = 1; (len = card_stream_fill(stream, chunk, sizeof(chunk), &left)) > 0; chunks++) {
        if (!db_copy_data(db, chunk, len, err))
            return false;
        if (chunks == PROGRESS_EVERY)
            FAULT("fill_in_copy");
        if (progress && chunks % PROGRESS_EVERY == 0 && !progress->tell(progress->context, cards - left, cards, err))
            return false;
    }
    return true;
}

static bool cards_copy(struct db *db, const struct pool_need *need, const struct slot_lease *lease,
                       const struct secret *api_ticket, const char *codes, int64_t cards,
                       const struct pool_progress *progress, struct err *err) {
    struct random *random = mem_new(sizeof(*random));
    random_init(random);
    struct card_stream *stream = card_stream_new(&(struct card_batch_options){.api_ticket = api_ticket->value,
                                                                              .card_id = lease->card_id,
                                                                              .timestamp = lease->signed_at,
                                                                              .with_code = need->with_code,
                                                                              .codes = codes,
                                                                              .first_ordinal = lease->first_ordinal,
                                                                              .fill = lease->fill,
                                                                              .first_run = lease->first_run,
                                                                              .bucket = lease->bucket,
                                                                              .buckets = lease->buckets},
                                                 random);
    int64_t stored = 0;
    bool ok = db_copy_cards_begin(db, lease->slot, err);
    if (ok) {
        ok = cards_stream(db, stream, cards, progress, err);
        struct err ended = {0};
        if (!db_copy_end(db, ok ? NULL : "the fill was given up", &stored, &ended) && ok) {
            *err = ended;
            ok = false;
        }
    }
    card_stream_free(stream);
    random_clear(random);
    free(random);
    return ok && (stored == cards ||
                  fail(err, ERR_BUG, "%" PRId64 " cards were copied, %" PRId64 " are stored", cards, stored));
}

/* Opens the slot. The stock ends with this fill when it is used up by it, and imported codes when all are on cards.
 */
static bool slot_open(struct db *db, const struct pool_need *need, const struct slot_lease *lease,
                      const struct code_supply *supply, int64_t cards, const char *host, struct err *err) {
    const char *reason = need->reason[0] ? need->reason : "asked for";
    bool final = cards >= need->stock_left || (need->imported && cards == supply->free);
    return db_do(db, &sql_fill_commit, err, V_INT(need->template_id), V_INT(lease->slot), V_INT(lease->fill),
                 V_INT(need->epoch), V_INT(lease->signed_at), V_INT(lease->first_ordinal), V_INT(cards),
                 lease->had_fill ? V_INT(lease->previous_fill) : V_NULL, V_BOOL(final), V_TEXT(reason), V_TEXT(host),
                 V_SECONDS(lease->began)) &&
           (!need->imported || db_do(db, &sql_fill_imported, err, V_INT(need->template_id), V_INT(supply->free)));
}

static bool fill_in_transaction(struct db *db, const struct pool_need *need, const struct secret *api_ticket,
                                int64_t cards, struct code_supply *supply, const char *host,
                                const struct pool_progress *progress, struct pool_filled *filled, struct err *err) {
    struct slot_lease lease;
    if (!codes_load(db, need, supply, &cards, err) || !slot_take(db, need, cards, &lease, err))
        return false;
    FAULT("fill_before_copy");
    const char *codes = need->imported ? db_text(&supply->rows, 0, "codes") : NULL;
    if (!cards_copy(db, need, &lease, api_ticket, codes, cards, progress, err))
        return false;
    FAULT("fill_after_copy");
    if (!slot_open(db, need, &lease, supply, cards, host, err))
        return false;
    filled->slot = lease.slot;
    filled->fill = lease.fill;
    filled->cards = cards;
    FAULT("fill_before_switch");
    return db_commit(db, err);
}

bool pool_fill(struct db *db, const struct pool_need *need, const struct secret *api_ticket, int64_t cards,
               const char *host, const struct pool_progress *progress, struct pool_filled *filled, struct err *err) {
    struct code_supply supply = {0};
    double start = clock_seconds();
    if (!db_begin(db, err))
        return false;
    bool good = fill_in_transaction(db, need, api_ticket, cards, &supply, host, progress, filled, err);
    db_rows_clear(&supply.rows);
    if (!good) {
        db_rollback(db);
        return fail_in(err, "pool of %s", need->template_key);
    }
    FAULT("fill_after_switch");
    filled->seconds = clock_seconds() - start;
    return true;
}
