#include "pool.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "card.h"
#include "clock.h"
#include "fault.h"
#include "text.h"

enum { PROGRESS_EVERY = 64 /* chunks: about 2 MB */, CODES_AT_ONCE = 1 << 16 };

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

/* A fill on its way. */
struct filling {
    struct db *db;
    const struct pool_need *need;
    const struct secret *api_ticket;
    const struct pool_progress *progress;
    struct slot_lease lease;
    int64_t cards, done;    /* to sign; signed and copied */
    int64_t free, imported; /* codes when it began: imported ones that are no tickets, and all of them */
    bool codes_ended;       /* imported ones */
};

/* Leaves fewer cards to sign when there are fewer codes. */
static bool codes_count(struct filling *f, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!f->need->imported)
        return true;
    if (!db_query(f->db, &sql_fill_codes, &rows, err, V_INT(f->need->template_id)))
        return false;
    f->free = db_int(&rows, 0, "free");
    f->imported = db_int(&rows, 0, "imported");
    if (f->cards > f->free)
        f->cards = f->free;
    return true;
}

/* --- cards --- */

static bool tell(const struct filling *f, int64_t done, struct err *err) {
    return !f->progress || f->progress->tell(f->progress->context, done, f->cards, err);
}

/* Makes the cards and streams them, chunk by chunk. */
static bool cards_stream(struct filling *f, struct card_stream *stream, int64_t cards, struct err *err) {
    char chunk[CARD_CHUNK];
    int64_t left = cards;
    size_t len;
    for (int chunks = 1; (len = card_stream_fill(stream, chunk, sizeof(chunk), &left)) > 0; chunks++) {
        if (!db_copy_data(f->db, chunk, len, err))
            return false;
        if (chunks == PROGRESS_EVERY)
            FAULT("fill_in_copy");
        if (chunks % PROGRESS_EVERY == 0 && !tell(f, f->done + cards - left, err))
            return false;
    }
    return true;
}

static struct card_stream *stream_new(const struct filling *f, const char *codes, struct random *random) {
    return card_stream_new(&(struct card_batch_options){.api_ticket = f->api_ticket->value,
                                                        .card_id = f->lease.card_id,
                                                        .timestamp = f->lease.signed_at,
                                                        .with_code = f->need->with_code,
                                                        .codes = codes,
                                                        .first_ordinal = f->lease.first_ordinal + f->done,
                                                        .fill = f->lease.fill,
                                                        .first_run = f->lease.first_run,
                                                        .bucket = f->lease.bucket,
                                                        .buckets = f->lease.buckets},
                           random);
}

/* `codes`: one a line, or NULL when they are made. */
static bool cards_copy(struct filling *f, const char *codes, int64_t cards, struct err *err) {
    struct random *random = mem_new(sizeof(*random));
    random_init(random);
    struct card_stream *stream = stream_new(f, codes, random);
    int64_t stored = 0;
    bool ok = db_copy_cards_begin(f->db, f->lease.slot, err);
    if (ok) {
        ok = cards_stream(f, stream, cards, err);
        struct err ended = {0};
        if (!db_copy_end(f->db, ok ? NULL : "the fill was given up", &stored, &ended) && ok) {
            *err = ended;
            ok = false;
        }
    }
    card_stream_free(stream);
    random_clear(random);
    free(random);
    f->done += stored;
    return ok && (stored == cards ||
                  fail(err, ERR_BUG, "%" PRId64 " cards were copied, %" PRId64 " are stored", cards, stored));
}

/* A page of codes is read, then put on cards: a COPY each, and memory for one page. Codes that became tickets since
 * they were counted are passed over. */
static bool pages_copy(struct filling *f, struct err *err) {
    char after[CODE_MAX + 1] = "";
    while (f->done < f->cards && !f->codes_ended) {
        AUTO_ROWS struct db_rows page = {0};
        int64_t most = f->cards - f->done < CODES_AT_ONCE ? f->cards - f->done : CODES_AT_ONCE;
        if (!db_query(f->db, &sql_fill_code_page, &page, err, V_INT(f->need->template_id), V_TEXT(after),
                      V_INT(most)))
            return false;
        int64_t count = db_int(&page, 0, "count");
        f->codes_ended = count < most;
        text_copy(after, sizeof(after), db_text(&page, 0, "last"));
        if (!cards_copy(f, db_text(&page, 0, "codes"), count, err) || !tell(f, f->done, err))
            return false;
    }
    return true;
}

/* --- all of it --- */

/* Imported codes are counted anew: there may be more since the fill began. */
static bool imported_open(const struct filling *f, struct err *err) {
    return db_do(f->db, &sql_fill_level, err, V_INT(f->need->template_id), V_INT(f->free), V_INT(f->imported),
                 V_INT(f->done), V_BOOL(f->codes_ended)) &&
           db_do(f->db, &sql_fill_imported, err, V_INT(f->need->template_id), V_INT(f->done));
}

/* Opens the slot. The stock ends with this fill when it is used up by it. */
static bool slot_open(const struct filling *f, const char *host, struct err *err) {
    const struct slot_lease *l = &f->lease;
    const char *reason = f->need->reason[0] ? f->need->reason : "asked for";
    bool final = f->done >= f->need->stock_left;
    return db_do(f->db, &sql_fill_commit, err, V_INT(f->need->template_id), V_INT(l->slot), V_INT(l->fill),
                 V_INT(f->need->epoch), V_INT(l->signed_at), V_INT(l->first_ordinal), V_INT(f->done),
                 l->had_fill ? V_INT(l->previous_fill) : V_NULL, V_BOOL(final), V_TEXT(reason), V_TEXT(host),
                 V_SECONDS(l->began)) &&
           (!f->need->imported || imported_open(f, err));
}

static bool fill_in_transaction(struct filling *f, const char *host, struct err *err) {
    if (!codes_count(f, err) || !slot_take(f->db, f->need, f->cards, &f->lease, err))
        return false;
    FAULT("fill_before_copy");
    if (!(f->need->imported ? pages_copy(f, err) : cards_copy(f, NULL, f->cards, err)))
        return false;
    FAULT("fill_after_copy");
    if (!slot_open(f, host, err))
        return false;
    FAULT("fill_before_switch");
    return db_commit(f->db, err);
}

bool pool_fill(struct db *db, const struct pool_need *need, const struct secret *api_ticket, int64_t cards,
               const char *host, const struct pool_progress *progress, struct pool_filled *filled, struct err *err) {
    struct filling f = {.db = db, .need = need, .api_ticket = api_ticket, .progress = progress, .cards = cards};
    double start = clock_seconds();
    if (!db_begin(db, err))
        return false;
    if (!fill_in_transaction(&f, host, err)) {
        db_rollback(db);
        return fail_in(err, "pool of %s", need->template_key);
    }
    FAULT("fill_after_switch");
    *filled = (struct pool_filled){
        .slot = f.lease.slot, .fill = f.lease.fill, .cards = f.done, .seconds = clock_seconds() - start};
    return true;
}
