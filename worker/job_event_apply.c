/* Reads the pushes of an account and applies them to its tickets and templates, a chunk in one transaction. What a
 * ticket comes to follows from all its steps, so neither order nor repetition makes a difference. */
#include "jobs.h"

#include <inttypes.h>
#include <stdlib.h>

#include "account.h"
#include "app.h"
#include "fault.h"
#include "template.h"
#include "ticket.h"
#include "wx_event.h"

enum { EVENTS_AT_ONCE = 5000 };

/* A chunk: what its pushes say, their ids as an array of PostgreSQL, and the last of these. */
struct chunk {
    struct buf said, ids;
    int count;
    int64_t last;
};

static void chunk_clear(struct chunk *c) {
    buf_wipe(&c->said);
    buf_wipe(&c->ids);
}

static void read_chunk(const struct wx_event_account *account, const struct db_rows *rows, struct chunk *c) {
    for (int i = 0; i < rows->count; i++) {
        buf_char(&c->said, i ? ',' : '[');
        wx_event_read(account, db_int(rows, i, "id"), db_text(rows, i, "payload"), &c->said);
        buf_printf(&c->ids, "%c%" PRId64, i ? ',' : '{', db_int(rows, i, "id"));
    }
    buf_char(&c->said, ']');
    buf_char(&c->ids, '}');
    c->count = rows->count;
    c->last = db_int(rows, rows->count - 1, "id");
}

/* The last word counts; a verdict on an earlier submission says nothing any more. */
static bool apply_verdicts(struct db *db, struct db_value ids, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    bool applied;
    if (!db_query(db, &sql_event_verdict, &rows, err, ids))
        return false;
    for (int i = 0; i < rows.count; i++)
        if (!template_reviewed(db, db_text(&rows, i, "card_id"), wx_event_verdict(db_text(&rows, i, "kind")),
                               db_text(&rows, i, "reason"), db_int(&rows, i, "seconds"), &applied, err))
            return false;
    return true;
}

static bool apply_chunk(struct db *db, int64_t account_id, const struct chunk *c, struct err *err) {
    const struct db_value ids = V_TEXT(buf_str(&c->ids));
    return db_do(db, &sql_event_read, err, V_INT(account_id), V_TEXT(buf_str(&c->said))) &&
           ticket_take_steps(db, buf_str(&c->ids), err) && apply_verdicts(db, ids, err);
}

/* Applies the next chunk behind the push `*last`; `*last` is 0 when there is none. */
static bool some(struct run *run, const struct wx_event_account *account, int64_t *last, int *count,
                 struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    AUTO(chunk_clear) struct chunk c = {0};
    struct db *db = run->work->db;
    if (!db_begin(db, err))
        return false;
    bool ok =
        db_do0(db, &sql_event_plan, err) &&
        db_query(db, &sql_event_take, &rows, err, V_INT(run->job.account_id), V_INT(*last), V_INT(EVENTS_AT_ONCE));
    if (ok && rows.count > 0) {
        read_chunk(account, &rows, &c);
        ok = apply_chunk(db, run->job.account_id, &c, err);
    }
    FAULT("event_before_commit");
    if (!ok || !db_commit(db, err)) {
        db_rollback(db);
        return false;
    }
    *count = c.count;
    *last = c.last;
    return true;
}

/* Each chunk is looked for behind the one before: what the index has of pushes that were read costs time until the
 * next vacuum. Those that wait again, and those whose number is lower and whose commit was later, take another round.
 */
static bool apply_all(struct run *run, const struct wx_event_account *account, struct err *err) {
    int64_t done = 0, last = 0, from;
    int count;
    do {
        from = last;
        if (!some(run, account, &last, &count, err) || !job_progress(run->work->db, &run->job, done += count, 0, err))
            return false;
    } while ((count > 0 || from > 0) && !app_stopping());
    run_result(run, "%" PRId64 " pushes read", done);
    return true;
}

bool job_event_apply(struct run *run, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    AUTO_SECRET struct secret aes_key = {0};
    if (!db_query(run->work->db, &sql_event_account, &rows, err, V_INT(run->job.account_id)))
        return false;
    struct wx_event_account account = {db_text(&rows, 0, "appid"), db_text(&rows, 0, "original_id"), NULL};
    struct bytes sealed;
    if (db_bytes(&rows, 0, "aes_key", &sealed)) {
        const struct seal_place place = {.account = account.appid, .column = ACCOUNT_AES_KEY};
        const struct seal_key *key = work_key(run->work, err);
        bool open = key && unseal(key, &place, sealed, &aes_key, err);
        free((void *)(uintptr_t)sealed.data);
        if (!open)
            return false;
        account.aes_key = aes_key.value;
    }
    return apply_all(run, &account, err);
}
