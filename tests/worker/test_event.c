/* Pushes of WeChat: what a backend may record, and what becomes of tickets, in whatever order and however often they
 * come. The scene is made up where the order matters; the simulator's own pushes are applied at the end. */
#include "rehearsal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer.h"
#include "text.h"

enum { STEPS_MAX = 6 };

/* --- pushes --- */

/* A push of a scene's account at a second. `rest` is what follows the envelope. */
static const char *push(const struct scene *s, int second, const char *openid, const char *event, const char *code,
                        const char *rest) {
    static char text[8][1024];
    static int next;
    next = (next + 1) % 8;
    snprintf(text[next], sizeof text[next],
             "<xml><ToUserName><![CDATA[gh_%s]]></ToUserName><FromUserName><![CDATA[%s]]></FromUserName>"
             "<CreateTime>%d</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[%s]]></Event>"
             "<CardId> <![CDATA[%s]]> </CardId><UserCardCode><![CDATA[%s]]></UserCardCode>%s</xml>",
             s->key, openid, 1790000000 + second, event, s->card_id, code, rest);
    return text[next];
}

static bool record(const char *payload) {
    return strcmp(test_sql(SCENE_BACKEND, "select kaquan.event_record($push$%s$push$)", payload), "t") == 0;
}

static struct scene scene_of(const char *key, const char *mode) {
    struct scene s = scene_new(key, mode);
    test_sql(NULL, "update kaquan.account set original_id = 'gh_%s' where id = %" PRId64, key, s.account);
    return s;
}

static void apply(void) {
    rehearsal_worker(0, "run event_apply");
}

static void forget(const struct scene *s) {
    test_sql(NULL,
             "delete from kaquan.ticket_event where template_id = %" PRId32 "; delete from kaquan.wx_event where"
             " account_id = %" PRId64 "; delete from kaquan.ticket_past_code where template_id = %" PRId32
             "; update kaquan.ticket set state = 'handed_out', holder = null where template_id = %" PRId32,
             s->template_id, s->account, s->template_id, s->template_id);
}

static const char *event_state(const char *kind) {
    return test_sql(NULL, "select string_agg(state, ' ' order by id) from kaquan.wx_event where kind = '%s'", kind);
}

/* --- recording --- */

TEST(a_backend_records_pushes_of_its_own_accounts_only) {
    struct scene s = scene_of("own", "merchant"), other = scene_template("foreign", "merchant");
    test_sql(NULL, "update kaquan.account set original_id = 'gh_foreign' where id = %" PRId64, other.account);
    assert_true(record(push(&s, 1, "oA", "user_del_card", "A1", "")));
    test_sql_refused(SCENE_BACKEND, "KQ405", "select kaquan.event_record('%s')",
                     push(&other, 1, "oA", "user_del_card", "A1", ""));
    test_sql_refused(SCENE_BACKEND, "KQ400", "select kaquan.event_record(null)");
    test_sql_refused(SCENE_BACKEND, "KQ400", "select kaquan.event_record('')");
    test_sql_refused(SCENE_BACKEND, "KQ401", "select kaquan.event_record(repeat('x', 65537))");
    test_sql_refused(SCENE_BACKEND, "KQ404", "select kaquan.event_record('<xml></xml>')");
    test_sql_refused(SCENE_BACKEND, "42501", "select * from kaquan.wx_event");
}

TEST(the_same_text_is_recorded_once) {
    struct scene s = scene_of("once", "merchant");
    const char *text = push(&s, 1, "oA", "user_del_card", "A1", "");
    assert_true(record(text));
    assert_false(record(text));
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.wx_event where account_id = %" PRId64, s.account),
                     1);
}

TEST(a_recorded_push_wakes_the_worker_and_needs_no_job_of_its_own) {
    struct scene s = scene_of("wakes", "merchant");
    record(push(&s, 1, "oA", "user_view_card", "A1", ""));
    assert_int_equal(
        test_number(NULL, "select count(*) from kaquan.job_due where kind = 'event_apply' and account_id = %" PRId64,
                    s.account),
        1);
    apply();
    assert_int_equal(
        test_number(NULL, "select count(*) from kaquan.job_due where kind = 'event_apply' and account_id = %" PRId64,
                    s.account),
        0);
}

/* --- order --- */

static void swap(int *a, int *b) {
    int c = *a;
    *a = *b;
    *b = c;
}

/* Forwards or backwards from some push on. */
static bool goes_round(const int order[], int count) {
    for (int i = 2; i < count; i++)
        if ((order[i] - order[i - 1] + count) % count != (order[1] - order[0] + count) % count)
            return false;
    return true;
}

/* Every order of `count` pushes, applied all at once, must end in the same ticket; so must some orders of pushes that
 * are applied one by one, which takes a run of the worker each. */
static void permute(const struct scene *s, const char *const pushes[], int order[], int at, int count, bool at_once,
                    const char *request_id, const char *expected) {
    for (int i = at; i < count; i++) {
        swap(&order[at], &order[i]);
        permute(s, pushes, order, at + 1, count, at_once, request_id, expected);
        swap(&order[at], &order[i]);
    }
    if (at < count - 1 || (!at_once && !goes_round(order, count)))
        return;
    forget(s);
    if (strcmp(s->key, "chosen") == 0)
        test_sql(NULL, "update kaquan.ticket set code = null where template_id = %" PRId32, s->template_id);
    for (int i = 0; i < count; i++) {
        record(pushes[order[i]]);
        if (!at_once)
            apply();
    }
    apply();
    const char *got = scene_ticket(s, request_id, "concat_ws(' ', t.state, t.code, t.holder)");
    if (strcmp(got, expected) != 0)
        test_fail("order %d %d %d %d: %s, not %s", order[0], order[1], order[2], order[3], got, expected);
    int64_t steps =
        test_number(NULL, "select count(*) from kaquan.ticket_event where template_id = %" PRId32, s->template_id);
    assert_int_equal(steps, count);
}

static void in_any_order(const struct scene *s, const char *const pushes[], int count, const char *request_id,
                         const char *expected) {
    int order[STEPS_MAX] = {0, 1, 2, 3, 4, 5};
    permute(s, pushes, order, 0, count, true, request_id, expected);
    permute(s, pushes, order, 0, count, false, request_id, expected);
}

TEST(a_gifted_and_consumed_ticket_ends_the_same_in_any_order) {
    struct scene s = scene_of("order", "merchant");
    char added[1024], gifted[1024], received[1024];
    scene_fill_codes(&s, 1, 10, "M");
    struct answer a = claim(&s, "r1");
    text_copy(added, sizeof added, push(&s, 1, "oA", "user_get_card", a.code, "<IsGiveByFriend>0</IsGiveByFriend>"));
    text_copy(gifted, sizeof gifted,
              push(&s, 1, "oA", "user_gifting_card", a.code, "<IsReturnBack>0</IsReturnBack>"));
    text_copy(received, sizeof received,
              push(&s, 1, "oB", "user_get_card", a.code, "<IsGiveByFriend>1</IsGiveByFriend>"));
    const char *pushes[] = {added, gifted, received};
    char expected[64];
    snprintf(expected, sizeof expected, "added %s oB", a.code);
    in_any_order(&s, pushes, 3, "r1", expected);
    record(push(&s, 0, "oB", "user_consume_card", a.code, "")); /* late, and by a clock that is behind */
    apply();
    assert_string_equal(scene_ticket(&s, "r1", "t.state"), "consumed");
}

/* A code that WeChat chose, given away under a new one: the later pushes come by codes that nobody here knows yet. */
TEST(codes_that_wechat_chose_find_their_ticket_in_any_order) {
    struct scene s = scene_of("chosen", "wechat");
    char added[1024], gifted[1024], received[1024], deleted[1024], rest[200];
    scene_fill(&s, 1, 10);
    claim(&s, "r1");
    snprintf(rest, sizeof rest, "<IsGiveByFriend>0</IsGiveByFriend><OuterStr>%s</OuterStr>",
             scene_ticket(&s, "r1", "left(encode(t.nonce, 'hex'), 16)"));
    text_copy(added, sizeof added, push(&s, 1, "oA", "user_get_card", "W1", rest));
    text_copy(gifted, sizeof gifted, push(&s, 2, "oA", "user_gifting_card", "W1", "<IsReturnBack>0</IsReturnBack>"));
    text_copy(received, sizeof received,
              push(&s, 3, "oB", "user_get_card", "W2",
                   "<IsGiveByFriend>1</IsGiveByFriend><OldUserCardCode>W1</OldUserCardCode>"));
    text_copy(deleted, sizeof deleted, push(&s, 4, "oB", "user_del_card", "W2", ""));
    const char *pushes[] = {added, gifted, received, deleted};
    in_any_order(&s, pushes, 4, "r1", "deleted W2 oB");
    assert_string_equal(test_sql(NULL, "select code from kaquan.ticket_past_code where request_id = 'r1'"), "W1");
    assert_string_equal(claim(&s, "r1").code, "W2"); /* the backend is told, too */
}

TEST(a_gift_that_comes_back_is_added_again_and_one_under_way_is_gifted) {
    struct scene s = scene_of("back", "merchant");
    scene_fill_codes(&s, 1, 10, "B");
    struct answer a = claim(&s, "r1");
    record(push(&s, 5, "oA", "user_get_card", a.code, "<IsGiveByFriend>0</IsGiveByFriend>"));
    record(push(&s, 6, "oA", "user_gifting_card", a.code, "<IsReturnBack>0</IsReturnBack>"));
    apply();
    assert_string_equal(scene_ticket(&s, "r1", "t.state || t.holder"), "giftedoA");
    record(push(&s, 6, "oA", "user_gifting_card", a.code, "<IsReturnBack>1</IsReturnBack>"));
    apply();
    assert_string_equal(scene_ticket(&s, "r1", "t.state || t.holder"), "addedoA");
}

/* --- repetition --- */

TEST(a_push_that_comes_again_in_other_words_is_a_repeat) {
    struct scene s = scene_of("again", "merchant");
    scene_fill_codes(&s, 1, 10, "R");
    struct answer a = claim(&s, "r1");
    char json[512];
    record(push(&s, 1, "oA", "user_consume_card", a.code, ""));
    snprintf(json, sizeof json,
             "{\"ToUserName\":\"gh_again\",\"FromUserName\":\"oA\",\"CreateTime\":1790000001,\"MsgType\":\"event\","
             "\"Event\":\"user_consume_card\",\"CardId\":\"%s\",\"UserCardCode\":\"%s\"}",
             s.card_id, a.code);
    assert_true(record(json));
    apply();
    assert_string_equal(
        test_sql(NULL, "select string_agg(state, ' ' order by id) from kaquan.wx_event where account_id = %" PRId64,
                 s.account),
        "applied repeat");
    assert_string_equal(scene_ticket(&s, "r1", "t.state"), "consumed");
    assert_int_equal(
        test_number(NULL,
                    "select count(*) from kaquan.ticket_event where request_id = 'r1' and template_id = %" PRId32,
                    s.template_id),
        1);
}

TEST(a_replay_makes_no_step_twice_and_finds_tickets_that_came_later) {
    struct scene s = scene_of("replay", "merchant");
    scene_fill_codes(&s, 1, 10, "P");
    struct answer a = claim(&s, "r1");
    record(push(&s, 1, "oA", "user_get_card", a.code, "<IsGiveByFriend>0</IsGiveByFriend>"));
    record(push(&s, 2, "oA", "user_view_card", "P2", ""));
    apply();
    assert_string_equal(scene_ticket(&s, "r1", "t.state"), "added");
    claim(&s, "r2");
    rehearsal_worker(0, "event replay --account replay --state applied");
    rehearsal_worker(0, "event replay --account replay");
    apply();
    assert_int_equal(
        test_number(NULL, "select count(*) from kaquan.ticket_event where template_id = %" PRId32, s.template_id), 2);
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.audit_log where action = 'event_replay'"), 2);
}

TEST(a_repeat_that_is_read_again_is_a_repeat_again) {
    struct scene s = scene_of("echo", "merchant");
    record(push(&s, 1, "oA", "user_consume_card", "E1", ""));
    record(push(&s, 1, "oA", "user_consume_card", "E1", " "));
    apply();
    rehearsal_worker(0, "event replay --account echo --state repeat");
    rehearsal_worker(0, "event replay --account echo");
    apply();
    assert_string_equal(
        test_sql(NULL, "select string_agg(state, ' ' order by id) from kaquan.wx_event where account_id = %" PRId64,
                 s.account),
        "kept repeat");
}

/* --- many --- */

static int64_t read_by(const char *index) {
    return test_number(NULL, "select idx_tup_read from pg_stat_user_indexes where indexrelname = '%s'", index);
}

/* What the planner knows is of the time when nobody had read them: then these indexes are empty. */
TEST(pushes_that_were_read_before_are_not_looked_at_again) {
    struct scene s = scene_of("many", "merchant");
    test_sql(NULL,
             "insert into kaquan.wx_event (account_id, digest, payload) select %" PRId64 ", sha256(n::text::bytea),"
             " replace($push$%s$push$, 'oMANY', 'o' || n) from generate_series(1, 6000) n; analyze kaquan.wx_event",
             s.account, push(&s, 1, "oMANY", "user_get_card", "nobody", ""));
    int64_t before = read_by("wx_event_person") + read_by("wx_event_ticket");
    apply();
    assert_int_equal(
        test_number(NULL, "select count(*) from kaquan.wx_event where account_id = %" PRId64 " and state = 'kept'",
                    s.account),
        6000);
    assert_int_equal(read_by("wx_event_person") + read_by("wx_event_ticket") - before, 0);
}

TEST(a_kept_push_is_forgotten_when_no_ticket_can_come_for_it_any_more) {
    struct scene s = scene_of("forget", "merchant");
    test_sql(NULL,
             "insert into kaquan.wx_event (account_id, digest, payload, state, step, note, received_at)"
             " select %" PRId64 ", sha256(note::bytea), 'x', 'kept', step, note, now() - age from (values"
             " ('added', 'new', interval '80 d'), ('added', 'waits', '100 d'), ('added', 'old', '401 d'),"
             " (null, 'nothing', '100 d'), (null, 'young', '80 d')) as v (step, note, age)",
             s.account);
    rehearsal_worker(0, "site set keep_kept_events 400d --yes");
    test_sql(NULL, "update kaquan.schedule set next_at = now() where kind = 'prune'");
    rehearsal_worker(0, "run prune");
    assert_string_equal(
        test_sql(NULL, "select string_agg(note, ' ' order by id) from kaquan.wx_event where account_id = %" PRId64,
                 s.account),
        "new waits young");
}

/* --- what is not a ticket --- */

TEST(unknown_and_unreadable_pushes_are_kept_with_a_note) {
    struct scene s = scene_of("odd", "merchant");
    record(push(&s, 1, "oA", "never_heard_of", "", ""));
    record("<xml><ToUserName>gh_odd</ToUserName><Broken></xml>");
    record("<xml><ToUserName>gh_odd</ToUserName><Encrypt>AAAA</Encrypt></xml>");
    apply();
    assert_string_equal(event_state("never_heard_of"), "kept");
    AUTO_OUTPUT struct test_output o =
        test_worker("event", "list", "--account", "odd", "--state", "unread", "--plain");
    assert_non_null(strstr(buf_str(&o.out), "no EncodingAESKey"));
    assert_non_null(strstr(buf_str(&o.out), "XML: "));
}

TEST(the_verdict_of_a_review_opens_or_refuses_the_template) {
    struct scene s = scene_of("review", "merchant");
    test_sql(
        NULL,
        "update kaquan.template set status = 'waiting', submitted_at = to_timestamp(1790000100) where id = %" PRId32,
        s.template_id);
    record(push(&s, 1, "oSystem", "card_pass_check", "", "")); /* of a submission before */
    apply();
    assert_string_equal(test_sql(NULL, "select status from kaquan.template where id = %" PRId32, s.template_id),
                        "waiting");
    record(
        push(&s, 150, "oSystem", "card_not_pass_check", "", "<RefuseReason><![CDATA[图片不清晰]]></RefuseReason>"));
    apply();
    assert_string_equal(
        test_sql(NULL, "select status || refuse_reason from kaquan.template where id = %" PRId32, s.template_id),
        "refused图片不清晰");
}

TEST(the_verdict_on_a_template_that_was_taken_over_counts_too) {
    struct scene s = scene_of("adopted", "merchant");
    test_sql(NULL, "update kaquan.template set status = 'waiting', submitted_at = null where id = %" PRId32,
             s.template_id);
    record(push(&s, 1, "oSystem", "card_pass_check", "", ""));
    apply();
    assert_string_equal(test_sql(NULL,
                                 "select status || ' ' || wechat_status from kaquan.template where id = %" PRId32,
                                 s.template_id),
                        "approved CARD_STATUS_VERIFY_OK");
}

/* --- the simulator's own --- */

/* Everything that the simulator pushed so far, recorded in the order `order` of SQL. */
static void forward(const char *account, const char *order) {
    cJSON *answer = sim_get("/sim/events?limit=1000"), *event;
    test_sql(NULL, "create table if not exists pushed (xml text, n serial)");
    cJSON_ArrayForEach(event, cJSON_GetObjectItem(answer, "events")) test_sql(
        NULL, "insert into pushed values ($push$%s$push$)", cJSON_GetStringValue(cJSON_GetObjectItem(event, "xml")));
    test_sql(NULL,
             "update kaquan.account set original_id = (select substring(xml from 'gh_[0-9a-z]+') from pushed limit 1)"
             " where key = '%s'",
             account);
    test_sql(NULL, "grant select on pushed to " SCENE_BACKEND);
    test_sql(SCENE_BACKEND,
             "select count(kaquan.event_record(xml)) from (select xml from public.pushed order by %s) p", order);
    cJSON_Delete(answer);
}

TEST(the_life_of_cards_at_the_simulator_is_the_life_of_their_tickets) {
    rehearsal_begin(60, 120, "--gift-code", "always");
    rehearsal_account("fest", "33333333333333333333333333333333");
    struct scene s = rehearsal_template("fest", "chosen", "wechat", 100, 10);
    rehearsal_fill(&s);
    struct answer kept = claim(&s, "kept"), given = claim(&s, "given");
    assert_string_equal(rehearsal_add(kept.card_id, kept.card_ext, "oA"), "ok");
    assert_string_equal(rehearsal_add(given.card_id, given.card_ext, "oA"), "ok");
    forward("fest", "n desc");
    rehearsal_worker(0, "run event_apply");
    assert_string_equal(scene_ticket(&s, "kept", "t.state || t.holder"), "addedoA");
    char line[200];
    snprintf(line, sizeof line, "{\"card_id\":\"%s\",\"code\":\"%s\",\"friend\":\"oB\"}", given.card_id,
             scene_ticket(&s, "given", "t.code"));
    cJSON_Delete(sim_post("/sim/gift", line));
    snprintf(line, sizeof line, "{\"card_id\":\"%s\",\"code\":\"%s\"}", kept.card_id,
             scene_ticket(&s, "kept", "t.code"));
    cJSON_Delete(sim_post("/sim/delete", line));
    forward("fest", "md5(xml)");
    rehearsal_worker(0, "run event_apply");
    assert_string_equal(scene_ticket(&s, "given", "t.state || t.holder"), "addedoB");
    assert_string_equal(scene_ticket(&s, "kept", "t.state"), "deleted");
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.wx_event where state in ('unread', 'new')"), 0);
    rehearsal_end(NULL);
}

/* --- secrets --- */

#define AES_KEY "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"

TEST(an_encrypted_push_is_read_once_the_key_is_stored_sealed) {
    rehearsal_begin(60, 120, "--quiet");
    rehearsal_account("fest", "33333333333333333333333333333333");
    test_sql(NULL, "update kaquan.account set original_id = 'gh_fest' where key = 'fest'");
    record(
        "<xml><ToUserName>gh_fest</ToUserName><Encrypt>jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgV"
        "tVzd832WzZGMhkP72vVOfg==</Encrypt></xml>");
    rehearsal_worker(0, "run event_apply");
    assert_string_equal(test_sql(NULL, "select note from kaquan.wx_event"),
                        "encrypted, and no EncodingAESKey of the account is stored");
    const struct test_run how = {.input = AES_KEY};
    AUTO_OUTPUT struct test_output o =
        test_worker_run(&how, (const char *const[]){"account", "set-aes-key", "fest", "--secret-file", "-", NULL});
    assert_int_equal(o.exit_code, 0);
    rehearsal_worker(0, "run event_apply");
    assert_string_equal(test_sql(NULL, "select note from kaquan.wx_event"), /* it is for another appid */
                        "the push does not open with this account's EncodingAESKey");
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.audit_log where action = 'account_set_aes_key'"),
                     1);
    assert_int_equal(
        test_number(
            NULL,
            "select count(*) from kaquan.account_callback where position('%s' in encode(aes_key, 'escape')) > 0",
            AES_KEY),
        0);
    rehearsal_end(NULL);
}

static bool was_pushed(void *peer) {
    return ((const struct peer *)peer)->seen->requests > 0;
}

/* From now on the simulator pushes this account's events, encrypted, to the peer. */
static void push_to(const struct peer *peer, const char *account, const char *secret) {
    char line[400];
    snprintf(line, sizeof line,
             "{\"appid\":\"%s\",\"secret\":\"%s\",\"original_id\":\"gh_%s\",\"callback_token\":\"token\","
             "\"callback_url\":\"http://127.0.0.1:%d/wx\",\"encoding_aes_key\":\"" AES_KEY "\"}",
             rehearsal_appid(account), secret, account, peer->port);
    cJSON_Delete(sim_post("/sim/account", line));
    test_sql(NULL, "update kaquan.account set original_id = 'gh_%s' where key = '%s'", account, account);
}

TEST(an_encrypted_push_of_the_simulator_is_a_step_of_its_ticket) {
    static const char secret[] = "33333333333333333333333333333333";
    static const struct peer_script script = {
        {READ_REQUEST, SAY("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), CLOSE}};
    AUTO_PEER struct peer *peer = peer_new(&script, 1, NULL);
    rehearsal_begin(60, 120, "--quiet");
    rehearsal_account("fest", secret);
    struct scene s = rehearsal_template("fest", "adult", "merchant", 100, 10);
    rehearsal_fill(&s);
    struct answer a = claim(&s, "r1");
    push_to(peer, "fest", secret);
    const struct test_run how = {.input = AES_KEY};
    AUTO_OUTPUT struct test_output o =
        test_worker_run(&how, (const char *const[]){"account", "set-aes-key", "fest", "--secret-file", "-", NULL});
    assert_int_equal(o.exit_code, 0);
    assert_string_equal(rehearsal_add(a.card_id, a.card_ext, "oVisitor-in-clear"), "ok");
    test_wait_until(was_pushed, peer, 20);
    const char *body = strstr(peer->seen->request, "\r\n\r\n");
    assert_non_null(body);
    assert_null(strstr(body, "oVisitor-in-clear")); /* it is encrypted; two letters could come by chance */
    assert_true(record(body + 4));
    rehearsal_worker(0, "run event_apply");
    assert_string_equal(scene_ticket(&s, "r1", "t.state || t.holder"), "addedoVisitor-in-clear");
    assert_string_equal(test_sql(NULL, "select state || kind from kaquan.wx_event"), "applieduser_get_card");
    rehearsal_end(NULL);
}

TEST(an_encrypted_code_is_asked_for_and_finds_its_ticket) {
    rehearsal_begin(60, 120, "--quiet");
    rehearsal_account("fest", "33333333333333333333333333333333");
    struct scene s = rehearsal_template("fest", "adult", "merchant", 100, 10);
    rehearsal_fill(&s);
    struct answer a = claim(&s, "r1");
    cJSON *question = cJSON_CreateObject();
    cJSON_AddStringToObject(question, "card_id", a.card_id);
    cJSON_AddStringToObject(question, "card_ext", a.card_ext);
    char *text = cJSON_PrintUnformatted(question);
    cJSON *answer = sim_post("/sim/add_card", text);
    const char *encrypted = cJSON_GetStringValue(cJSON_GetObjectItem(answer, "code"));
    char json[1024];
    test_sql(NULL, "update kaquan.account set original_id = 'gh_fest' where key = 'fest'");
    for (int i = 0; i < 2; i++) { /* and one that WeChat does not know */
        snprintf(
            json, sizeof json,
            "{\"ToUserName\":\"gh_fest\",\"FromUserName\":\"oA\",\"CreateTime\":%d,\"MsgType\":\"event\",\"Event\":"
            "\"user_get_card\",\"CardId\":\"%s\",\"EncryptCode\":\"%s\"}",
            1790000000 + i, a.card_id, i ? "XXXX" : encrypted);
        assert_true(record(json));
    }
    rehearsal_worker(0, "run");
    assert_string_equal(scene_ticket(&s, "r1", "t.state"), "added");
    assert_string_equal(test_sql(NULL, "select string_agg(state, ' ' order by id) from kaquan.wx_event"),
                        "applied unread");
    cJSON_Delete(question);
    cJSON_Delete(answer);
    free(text);
    rehearsal_end(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_backend_records_pushes_of_its_own_accounts_only),
        cmocka_unit_test(the_same_text_is_recorded_once),
        cmocka_unit_test(a_recorded_push_wakes_the_worker_and_needs_no_job_of_its_own),
        cmocka_unit_test(a_gifted_and_consumed_ticket_ends_the_same_in_any_order),
        cmocka_unit_test(codes_that_wechat_chose_find_their_ticket_in_any_order),
        cmocka_unit_test(a_gift_that_comes_back_is_added_again_and_one_under_way_is_gifted),
        cmocka_unit_test(a_push_that_comes_again_in_other_words_is_a_repeat),
        cmocka_unit_test(a_replay_makes_no_step_twice_and_finds_tickets_that_came_later),
        cmocka_unit_test(a_repeat_that_is_read_again_is_a_repeat_again),
        cmocka_unit_test(pushes_that_were_read_before_are_not_looked_at_again),
        cmocka_unit_test(a_kept_push_is_forgotten_when_no_ticket_can_come_for_it_any_more),
        cmocka_unit_test(unknown_and_unreadable_pushes_are_kept_with_a_note),
        cmocka_unit_test(the_verdict_of_a_review_opens_or_refuses_the_template),
        cmocka_unit_test(the_verdict_on_a_template_that_was_taken_over_counts_too),
        cmocka_unit_test(the_life_of_cards_at_the_simulator_is_the_life_of_their_tickets),
        cmocka_unit_test(an_encrypted_push_is_read_once_the_key_is_stored_sealed),
        cmocka_unit_test(an_encrypted_push_of_the_simulator_is_a_step_of_its_ticket),
        cmocka_unit_test(an_encrypted_code_is_asked_for_and_finds_its_ticket),
    };
    return cmocka_run_group_tests(tests, test_setup, test_teardown);
}
