#include "scene.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const double WAIT_SECONDS = 20;

void scene_login(const char *login) {
    test_sql(
        NULL,
        "do $$ begin if not exists (select from pg_roles where rolname = '%s') then create role %s login; end if; end $$;"
        "grant kaquan_backend to %s",
        login, login, login);
}

static struct scene template_of(int64_t account, const char *key, const char *mode) {
    struct scene s = {.account = account};
    bool bound = strcmp(mode, "bound") == 0;

    text_copy(s.key, sizeof(s.key), key);
    snprintf(s.card_id, sizeof(s.card_id), "p%.31s", key);
    s.template_id = (int32_t)test_number(
        NULL,
        "insert into kaquan.template (account_id, key, card_type, title, body, code_mode, bind_openid, status, card_id)"
        " values (%" PRId64 ", '%s', 'MEETING_TICKET', '%s', '{}', '%s', %s, 'approved', '%s') returning id",
        account, key, key, bound ? "merchant" : mode, bound ? "true" : "false", s.card_id);
    return s;
}

struct scene scene_template(const char *key, const char *mode) {
    int64_t account = test_number(NULL,
                                  "insert into kaquan.account (key, appid)"
                                  " values ('%s', 'wx' || substr(md5('%s'), 1, 16)) returning id",
                                  key, key);

    return template_of(account, key, mode);
}

struct scene scene_sibling(const struct scene *s, const char *key, const char *mode) {
    return template_of(s->account, key, mode);
}

void scene_grant(const struct scene *s, const char *login) {
    test_sql(NULL, "insert into kaquan.backend_grant values ('%s', %" PRId64 ")", login, s->account);
}

struct scene scene_new(const char *key, const char *mode) {
    struct scene s = scene_template(key, mode);

    scene_login(SCENE_BACKEND);
    scene_grant(&s, SCENE_BACKEND);
    scene_epoch(&s, 1, 7000);
    return s;
}

void scene_epoch(const struct scene *s, int64_t epoch, double seconds) {
    test_sql(
        NULL,
        "insert into kaquan.credential_history"
        " (account_id, kind, epoch, fingerprint, first_seen_at, valid_until, age_known)"
        " values (%" PRId64 ", 'api_ticket', %" PRId64 ", '0', clock_timestamp(),"
        " clock_timestamp() + %f * interval '1 s', true);"
        "update kaquan.credential c set (epoch, first_seen_at, confirmed_at, fetched_at, valid_until, age_known) ="
        " (h.epoch, h.first_seen_at, h.first_seen_at, h.first_seen_at, h.valid_until, true)"
        " from kaquan.credential_history h where (h.account_id, h.kind, h.epoch) = (%" PRId64
        ", 'api_ticket', %" PRId64 ") and c.account_id = h.account_id and c.kind = h.kind",
        s->account, epoch, seconds, s->account, epoch);
}

void scene_revoke(const struct scene *s, int64_t epoch) {
    test_sql("kaquan_worker", "select kaquan.epoch_revoke(%" PRId64 ", %" PRId64 ", 'test')", s->account, epoch);
}

/* --- fills --- */

void scene_fill_begin(const char *session, const struct scene *s, int64_t epoch, int64_t cards,
                      struct scene_fill *f) {
    const char *lease = test_sql(session,
                                 "select concat_ws(' ', slot, fill, first_ordinal, signed_at, first_run,"
                                 " coalesce(previous_fill::text, 'null'))"
                                 " from kaquan.fill_begin(%" PRId32 ", %" PRId64 ", %" PRId64 ")",
                                 s->template_id, epoch, cards);

    *f = (struct scene_fill){.scene = s, .epoch = epoch, .cards = cards};
    if (sscanf(lease, "%" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %23s", &f->slot, &f->fill,
               &f->first_ordinal, &f->signed_at, &f->first_run, f->previous_fill) != 6)
        test_fail("fill_begin: %s", lease);
}

void scene_fill_cards(const char *session, const struct scene_fill *f, const char *prefix) {
    char code[128] = "null";

    if (prefix)
        snprintf(code, sizeof(code), "'%s' || i + 1", prefix);
    else if (test_number(NULL,
                         "select count(*) from kaquan.template where id = %" PRId32 " and code_mode = 'merchant'",
                         f->scene->template_id))
        snprintf(code, sizeof(code), "lpad((%" PRId64 " + i)::text, 11, '0') || substr(md5(random()::text), 1, 7)",
                 f->first_run);
    test_sql(session,
             "insert into kaquan.pool_card_%02d (ordinal, fill, code, nonce, signature)"
             " select %" PRId64 " + i, %" PRId64 ", %s, substr(uuid_send(gen_random_uuid()), 7),"
             " substr(sha256(uuid_send(gen_random_uuid())), 1, 20) from generate_series(0, %" PRId64 " - 1) as i",
             (int)f->slot, f->first_ordinal, f->fill, code, f->cards);
}

const char *scene_fill_commit_sql(const struct scene_fill *f, bool final) {
    static char sql[256];

    snprintf(sql, sizeof(sql),
             "select kaquan.fill_commit(%" PRId32 ", %" PRId64 ", %" PRId64 ", %" PRId64 ", %" PRId64 ", %" PRId64
             ", %" PRId64 ", %s, %s, 'test', 'here', extract(epoch from now()))",
             f->scene->template_id, f->slot, f->fill, f->epoch, f->signed_at, f->first_ordinal, f->cards,
             f->previous_fill, final ? "true" : "false");
    return sql;
}

void scene_fill_commit(const char *session, const struct scene_fill *f, bool final) {
    test_sql(session, "%s", scene_fill_commit_sql(f, final));
}

static struct scene_fill fill_whole(const struct scene *s, int64_t epoch, int64_t cards, const char *prefix,
                                    bool imported, bool final) {
    const char *worker = "kaquan_worker";
    struct scene_fill f;

    test_sql(worker, "begin");
    scene_fill_begin(worker, s, epoch, cards, &f);
    scene_fill_cards(worker, &f, prefix);
    scene_fill_commit(worker, &f, final);
    if (imported)
        test_sql(worker, "update kaquan.pool set code_source = 'imported' where template_id = %" PRId32,
                 s->template_id);
    test_sql(worker, "commit");
    return f;
}

struct scene_fill scene_fill(const struct scene *s, int64_t epoch, int64_t cards) {
    return fill_whole(s, epoch, cards, NULL, false, false);
}

struct scene_fill scene_fill_final(const struct scene *s, int64_t epoch, int64_t cards) {
    return fill_whole(s, epoch, cards, NULL, false, true);
}

struct scene_fill scene_fill_codes(const struct scene *s, int64_t epoch, int64_t cards, const char *prefix) {
    return fill_whole(s, epoch, cards, prefix, false, false);
}

struct scene_fill scene_fill_imported(const struct scene *s, int64_t epoch, int64_t cards, const char *prefix) {
    return fill_whole(s, epoch, cards, prefix, true, false);
}

void scene_sign(const struct scene *s, const char *request_id, const char *code, int64_t epoch) {
    AUTO_DB struct db *db = test_db("kaquan_worker");
    const char *nonce = test_sql(NULL, "select left(md5(random()::text), 10)");
    const char *signature = test_sql(NULL, "select left(md5(random()::text), 20)");
    struct err err = {0};

    if (!db_do(db, &sql_renewal_store, &err, V_TEXT(request_id), V_INT(s->template_id), V_TEXT(code), V_INT(epoch),
               V_INT(time(NULL)), V_BYTES(nonce, 9), V_BYTES(signature, 20), V_INT(s->account)))
        test_fail("signing %s: %s", request_id, err.text);
}

void scene_slot_next(int64_t slot) {
    test_sql(NULL, "update kaquan.pool_slot set filled_at = case when slot <> %" PRId64 " then now() end", slot);
}

void scene_slot_give_back(int64_t slot) {
    test_sql(NULL, "update kaquan.pool_slot set template_id = null where slot = %" PRId64, slot);
}

/* --- what a backend calls --- */

static void copy_item(char *to, size_t size, const cJSON *row, const char *name) {
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(row, name));

    if (!text_copy(to, size, text ? text : ""))
        test_fail("%s is too long", name);
}

static struct answer answer_of(const char *row) {
    struct answer a = {0};
    cJSON *json = cJSON_Parse(row);
    const cJSON *retry_after = cJSON_GetObjectItemCaseSensitive(json, "retry_after");

    if (!retry_after || !text_copy(a.whole, sizeof(a.whole), row))
        test_fail("not an answer: %s", row);
    copy_item(a.outcome, sizeof(a.outcome), json, "outcome");
    copy_item(a.card_id, sizeof(a.card_id), json, "card_id");
    copy_item(a.card_ext, sizeof(a.card_ext), json, "card_ext");
    copy_item(a.code, sizeof(a.code), json, "code");
    copy_item(a.valid_until, sizeof(a.valid_until), json, "valid_until");
    a.retry_after = cJSON_IsNumber(retry_after) ? retry_after->valuedouble : (double)NAN;
    cJSON_Delete(json);
    return a;
}

#define ANSWER_OF(call)                                                                                              \
    "select row_to_json(x) from (select outcome, card_id, card_ext, code, valid_until,"                              \
    " extract(epoch from retry_after)::float8 as retry_after from kaquan." call ") x"

struct answer scene_claim(const char *session, const char *key, const char *request_id, const char *openid) {
    return answer_of(test_sql(session, ANSWER_OF("card_claim($q$%s$q$, $q$%s$q$, nullif($q$%s$q$, ''))"), key,
                              request_id, openid ? openid : ""));
}

struct answer scene_get(const char *session, const char *key, const char *request_id) {
    return answer_of(test_sql(session, ANSWER_OF("card_get($q$%s$q$, $q$%s$q$)"), key, request_id));
}

struct answer scene_renew(const char *session, const char *key, const char *request_id) {
    return answer_of(test_sql(session, ANSWER_OF("card_renew($q$%s$q$, $q$%s$q$)"), key, request_id));
}

struct answer claim(const struct scene *s, const char *request_id) {
    return scene_claim(SCENE_BACKEND, s->key, request_id, NULL);
}

int scene_end(void **state UNUSED) {
    static const char *const sessions[] = {SCENE_BACKEND, "kaquan_worker", "kaquan_worker#2", "#holder", "#early"};

    for (size_t i = 0; i < ARRAY_LEN(sessions); i++)
        test_sql_close(sessions[i]);
    test_sql_close(NULL);
    return 0;
}

static bool locks_waited_for(void *context) {
    const int *waiters = context;

    return test_number(NULL, "select count(*) from pg_stat_activity where datname = current_database()"
                             " and wait_event_type = 'Lock'") >= *waiters;
}

void scene_wait_for_locks(int waiters) {
    test_wait_until(locks_waited_for, &waiters, WAIT_SECONDS);
}

const char *scene_ticket(const struct scene *s, const char *request_id, const char *expression) {
    return test_sql(NULL, "select %s from kaquan.ticket t where t.request_id = '%s' and t.template_id = %" PRId32,
                    expression, request_id, s->template_id);
}

int64_t scene_tickets(const struct scene *s) {
    return test_number(NULL, "select count(*) from kaquan.ticket where template_id = %" PRId32, s->template_id);
}
