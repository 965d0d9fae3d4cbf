/* Signs again for tickets: asked by card_renew(), born without a card (bind_openid), or handed out before a rotation
 * and not added yet. Same code, fresh nonce and timestamp, the present epoch. */
#include "jobs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "card.h"
#include "clock.h"
#include "fault.h"
#include "wx_credential.h"

enum { RENEWALS_AT_ONCE = 500 };
/* Then the job ends, and what is left is due again: a rotation may leave a whole day's tickets to sign, and the next
 * credential must not wait for them. */
static const double RENEW_SECONDS = 1;

/* What the signatures of one round share. */
struct renewer {
    struct run *run;
    struct secret api_ticket;
    struct credential credential;
    struct signer *signer;
    struct random *random;
    char timestamp[24];
    int64_t signed_at;
};

static void new_code(struct renewer *r, const struct db_rows *rows, int row, char code[CODE_LEN + 1]) {
    struct card_stream *stream =
        card_stream_new(&(struct card_batch_options){.api_ticket = r->api_ticket.value,
                                                     .card_id = db_text(rows, row, "card_id"),
                                                     .timestamp = r->signed_at,
                                                     .with_code = true,
                                                     .first_run = db_int(rows, row, "run"),
                                                     .bucket = (int)db_int(rows, row, "bucket"),
                                                     .buckets = (int)db_int(rows, row, "buckets")},
                        r->random);
    card_make_code(stream, code);
    card_stream_free(stream);
}

static bool renew(struct renewer *r, const struct db_rows *rows, int row, struct err *err) {
    char code[CODE_MAX + 1], nonce_text[NONCE_LEN + 1];
    unsigned char nonce[NONCE_BYTES], signature[SIGNATURE_LEN];
    text_copy(code, sizeof(code), db_text(rows, row, "code"));
    if (db_bool(rows, row, "makes_code"))
        new_code(r, rows, row, code);
    memcpy(nonce, random_take(r->random, sizeof(nonce)), sizeof(nonce));
    hex_text(nonce, sizeof(nonce), nonce_text);
    sign_card(r->signer,
              &(struct card_fields){.api_ticket = r->api_ticket.value,
                                    .card_id = db_text(rows, row, "card_id"),
                                    .code = code,
                                    .openid = db_text(rows, row, "openid"),
                                    .nonce_str = nonce_text,
                                    .timestamp = r->timestamp},
              signature);
    return db_do(r->run->work->db, &sql_renewal_store, err, V_TEXT(db_text(rows, row, "request_id")),
                 V_INT(db_int(rows, row, "template_id")), code[0] ? V_TEXT(code) : V_NULL, V_INT(r->credential.epoch),
                 V_INT(r->signed_at), V_BYTES(nonce, sizeof(nonce)), V_BYTES(signature, sizeof(signature)),
                 V_INT(r->run->job.account_id));
}

/* One transaction; *count is how many there were. */
static bool renew_some(struct renewer *r, int *count, struct err *err) {
    struct db *db = r->run->work->db;
    AUTO_ROWS struct db_rows rows = {0};
    AUTO_ROWS struct db_rows now = {0};
    if (!db_query0(db, &sql_db_now, &now, err))
        return false;
    r->signed_at = db_int(&now, 0, "now");
    snprintf(r->timestamp, sizeof(r->timestamp), "%" PRId64, r->signed_at);
    if (!db_begin(db, err))
        return false;
    bool ok = db_query(db, &sql_renewal_list, &rows, err, V_INT(r->run->job.account_id), V_INT(RENEWALS_AT_ONCE));
    for (int i = 0; ok && i < rows.count; i++)
        ok = renew(r, &rows, i, err);
    FAULT("renew_before_commit");
    if (!ok || !db_commit(db, err)) {
        db_rollback(db);
        return false;
    }
    *count = rows.count;
    return true;
}

static bool renew_all(struct renewer *r, struct err *err) {
    int64_t done = 0;
    double end = clock_seconds() + RENEW_SECONDS;
    for (int count = RENEWALS_AT_ONCE; count == RENEWALS_AT_ONCE && !app_stopping() && clock_seconds() < end;
         done += count)
        if (!renew_some(r, &count, err) || !job_progress(r->run->work->db, &r->run->job, done + count, 0, err))
            return false;
    run_result(r->run, "%" PRId64 " tickets signed again in epoch %" PRId64, done, r->credential.epoch);
    return true;
}

bool job_ticket_renew(struct run *run, struct err *err) {
    struct work *work = run->work;
    struct wx_tools tools = {.db = work->db, .host = work->host};
    tools.key = work_key(work, err);
    if (!tools.key)
        return false;
    struct renewer *r = mem_new(sizeof(*r));
    *r = (struct renewer){.run = run, .signer = signer_new(), .random = mem_new(sizeof(struct random))};
    random_init(r->random);
    bool ok = credential_load(&tools, run->job.account_id, CREDENTIAL_TICKET, &r->api_ticket, &r->credential, err) &&
              renew_all(r, err);
    secret_clear(&r->api_ticket);
    signer_free(r->signer);
    random_clear(r->random);
    free(r->random);
    free(r);
    return ok;
}
