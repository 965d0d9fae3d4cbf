/* Tickets expire when the validity of their card at WeChat ends: by the worker, with a step, once; and are valid
 * again when it is prolonged. */
#include "rehearsal.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

static int rehearse(void **state UNUSED) {
    rehearsal_begin(60, 120, "--ticket-mode", "overlap");
    return 0;
}

/* --- the scene --- */

/* What WeChat has of the template from now on. `date` is its date_info: an SQL expression of jsonb. */
static void validity(const struct scene *s, const char *date) {
    test_sql("kaquan_worker",
             "insert into kaquan.template_revision (template_id, revision, body)"
             " select %" PRId32 ", (select count(*) + 1 from kaquan.template_revision where template_id = %" PRId32
             "),"
             " jsonb_build_object('card', jsonb_build_object('card_type', 'SCENIC_TICKET', 'scenic_ticket',"
             " jsonb_build_object('base_info', jsonb_build_object('date_info', %s))))",
             s->template_id, s->template_id, date);
}

#define RANGE "DATE_TYPE_FIX_TIME_RANGE"
#define TERM "DATE_TYPE_FIX_TERM"

/* So long after now it ends: "-1 h". */
static void ends(const struct scene *s, const char *interval) {
    char date[256];
    snprintf(date, sizeof date,
             "jsonb_build_object('type', '" RANGE "', 'begin_timestamp', 1, 'end_timestamp',"
             " extract(epoch from now() + interval '%s')::bigint)",
             interval);
    validity(s, date);
}

/* As if the time until its end had passed. */
static void ends_now(const struct scene *s) {
    test_sql(NULL, "update kaquan.template_validity set ends_at = clock_timestamp() where template_id = %" PRId32,
             s->template_id);
}

static void ticket(const struct scene *s, const char *request_id, const char *state) {
    test_sql(NULL,
             "insert into kaquan.ticket (request_id, template_id, code, epoch, signed_at, valid_until, claimed_at,"
             " nonce, signature, state) values ('%s', %" PRId32 ", 'c-%s', 1, 0, now(), now() - interval '9 d', '',"
             " case when '%s' = 'claiming' then ''::bytea else '\\x01' end, '%s')",
             request_id, s->template_id, request_id, state, state);
}

static void step(const struct scene *s, const char *request_id, const char *kind, const char *ago) {
    test_sql(NULL,
             "insert into kaquan.ticket_event (request_id, template_id, kind, at) values ('%s', %" PRId32 ", '%s',"
             " now() - interval '%s')",
             request_id, s->template_id, kind, ago);
}

static const char *state_of(const struct scene *s, const char *request_id) {
    return scene_ticket(s, request_id, "t.state");
}

static void expect_state(const struct scene *s, const char *request_id, const char *state) {
    if (strcmp(state_of(s, request_id), state) != 0)
        test_fail("%s is %s, not %s", request_id, state_of(s, request_id), state);
}

/* "added expired prolonged" */
static const char *steps_of(const struct scene *s, const char *request_id) {
    return test_sql(NULL,
                    "select string_agg(kind, ' ' order by at, id) from kaquan.ticket_event where request_id = '%s'"
                    " and template_id = %" PRId32,
                    request_id, s->template_id);
}

static void look(void) {
    rehearsal_worker(0, "run ticket_expire");
}

/* Terms may end any midnight. */
static void midnight_passes(void) {
    test_sql(NULL, "update kaquan.ticket_expiry_mark set looked_at = now() - interval '1 day'");
}

/* In how many hours the tickets are looked at next; "" never. */
static const char *due(void) {
    return test_sql(NULL, "select round(extract(epoch from due_at - now()) / 3600) from kaquan.job_due"
                          " where kind = 'ticket_expire'");
}

static const char *const all_states[] = {"claiming", "handed_out", "added", "gifted", "deleted", "consumed", "void"};
enum { LIVING = 4 }; /* the first of them */

/* --- the end --- */

TEST(a_ticket_expires_when_its_validity_ends_unless_it_ended_otherwise) {
    struct scene s = scene_template("end", "merchant");
    for (size_t i = 0; i < ARRAY_LEN(all_states); i++)
        ticket(&s, all_states[i], all_states[i]);
    ends(&s, "1 h");
    look();
    expect_state(&s, "added", "added");
    assert_string_equal(due(), "1");
    ends(&s, "-1 h");
    look();
    for (size_t i = 0; i < ARRAY_LEN(all_states); i++) {
        bool living = i < LIVING;
        expect_state(&s, all_states[i], living ? "expired" : all_states[i]);
        assert_string_equal(steps_of(&s, all_states[i]), living ? "expired" : "");
    }
    assert_string_equal(
        test_sql(NULL,
                 "select e.at - to_timestamp((r.body #>> '{card,scenic_ticket,base_info,date_info,end_timestamp}')"
                 "::bigint) from kaquan.ticket_event e join kaquan.template_revision r using (template_id)"
                 " where e.kind = 'expired' and e.request_id = 'added' order by r.revision desc limit 1"),
        "00:00:01"); /* its end, whenever somebody looked: the last second was valid */
    look();
    assert_string_equal(steps_of(&s, "added"), "expired");
}

TEST(what_expired_is_found_shown_and_exported) {
    struct scene s = scene_template("shown", "merchant");
    ticket(&s, "sh-1", "added");
    ticket(&s, "sh-2", "void");
    ends(&s, "-1 h");
    look();
    AUTO_OUTPUT struct test_output list =
        test_worker("ticket", "list", "--filter", "state:expired template:shown", "--plain");
    assert_non_null(strstr(buf_str(&list.out), "c-sh-1"));
    assert_null(strstr(buf_str(&list.out), "c-sh-2"));
    AUTO_OUTPUT struct test_output shown = test_worker("ticket", "show", "c-sh-1", "--json");
    assert_non_null(strstr(buf_str(&shown.out), "\"state\":\"expired\""));
    AUTO_OUTPUT struct test_output exported =
        test_worker("ticket", "export", "--filter", "state:expired template:shown");
    assert_non_null(strstr(buf_str(&exported.out), "c-sh-1"));
    AUTO_OUTPUT struct test_output life = test_worker("ticket", "timeline", "c-sh-1", "--plain");
    assert_non_null(strstr(buf_str(&life.out), "expired"));
}

TEST(without_an_end_nothing_expires) {
    struct scene s = scene_template("endless", "merchant");
    ticket(&s, "el-1", "added");
    validity(&s, "'{\"type\": \"DATE_TYPE_PERMANENT\"}'::jsonb");
    look();
    expect_state(&s, "el-1", "added");
    validity(&s, "'{\"type\": \"" RANGE "\", \"begin_timestamp\": 1, \"end_timestamp\": \"soon\"}'::jsonb");
    look();
    expect_state(&s, "el-1", "added");
}

/* --- terms --- */

#define DAYS(n) "'{\"type\": \"" TERM "\", \"fixed_term\": " #n ", \"fixed_begin_term\": 1}'::jsonb"

TEST(a_term_is_counted_from_the_day_each_card_was_taken_on) {
    struct scene s = scene_template("term", "merchant");
    ticket(&s, "long-ago", "added");
    step(&s, "long-ago", "added", "6 days");
    step(&s, "long-ago", "received", "1 day"); /* a gift does not begin it anew */
    ticket(&s, "lately", "added");
    step(&s, "lately", "added", "2 days");
    ticket(&s, "never", "handed_out");
    validity(&s, DAYS(3));
    midnight_passes();
    look();
    expect_state(&s, "long-ago", "expired");
    expect_state(&s, "lately", "added");
    expect_state(&s, "never", "handed_out");
    assert_string_equal(
        test_sql(NULL, "select (x.at - date_trunc('day', a.at, 'Asia/Shanghai'))::text || to_char(x.at at time zone"
                       " 'Asia/Shanghai', ' HH24:MI') from kaquan.ticket_event x join kaquan.ticket_event a"
                       " on a.request_id = x.request_id and a.kind = 'added'"
                       " where x.request_id = 'long-ago' and x.kind = 'expired'"),
        "5 days 00:00"); /* a day to wait and three of validity, and the latest that "from the day" may mean */
    assert_true(atoi(due()) <= 24); /* others end any midnight */
}

TEST(an_end_beside_a_term_is_the_end_for_all) {
    struct scene s = scene_template("both", "merchant");
    ticket(&s, "bo-1", "added");
    step(&s, "bo-1", "added", "1 day");
    validity(&s, "jsonb_build_object('type', '" TERM "', 'fixed_term', 30, 'end_timestamp',"
                 " extract(epoch from now() - interval '1 h')::bigint)");
    look();
    expect_state(&s, "bo-1", "expired");
}

/* --- what happens besides --- */

/* A push of the scene's account, applied. */
static void push(const struct scene *s, const char *request_id, const char *event, const char *ago) {
    test_sql(NULL, "update kaquan.account set original_id = 'gh_' || key where id = %" PRId64, s->account);
    test_sql(NULL,
             "insert into kaquan.wx_event (account_id, digest, payload) select %" PRId64 ", sha256('%s%s'),"
             " format('<xml><ToUserName>gh_%s</ToUserName><FromUserName>oA</FromUserName><CreateTime>%%s</CreateTime>"
             "<MsgType>event</MsgType><Event>%s</Event><CardId>%s</CardId><UserCardCode>c-%s</UserCardCode></xml>',"
             " extract(epoch from now() - interval '%s')::bigint)",
             s->account, event, request_id, s->key, event, s->card_id, request_id, ago);
    rehearsal_worker(0, "run event_apply");
    assert_int_equal(test_number(NULL,
                                 "select count(*) from kaquan.wx_event where account_id = %" PRId64
                                 " and state <> 'applied'",
                                 s->account),
                     0);
}

TEST(a_late_push_ends_an_expired_ticket_and_does_not_revive_it) {
    struct scene s = scene_template("late", "merchant");
    ticket(&s, "la-1", "handed_out");
    ticket(&s, "la-2", "handed_out");
    ends(&s, "-1 h");
    look();
    push(&s, "la-1", "user_get_card", "3 h");
    push(&s, "la-1", "user_gifting_card", "150 min");
    expect_state(&s, "la-1", "expired");
    push(&s, "la-1", "user_del_card", "2 h"); /* before the end, and told after it */
    expect_state(&s, "la-1", "deleted");
    push(&s, "la-2", "user_consume_card", "10 min");
    expect_state(&s, "la-2", "consumed");
    look();
    expect_state(&s, "la-1", "deleted");
    expect_state(&s, "la-2", "consumed");
}

TEST(a_prolonged_template_makes_its_tickets_valid_again) {
    struct scene s = scene_template("prolong", "merchant");
    ticket(&s, "pr-1", "added");
    step(&s, "pr-1", "added", "5 h");
    step(&s, "pr-1", "gifted", "4 h");
    ticket(&s, "pr-2", "handed_out");
    ticket(&s, "pr-3", "claiming");
    ticket(&s, "pr-4", "void");
    ends(&s, "-1 h");
    look();
    expect_state(&s, "pr-1", "expired");
    ends(&s, "5 h");
    look();
    expect_state(&s, "pr-1", "gifted"); /* as its other steps say */
    expect_state(&s, "pr-2", "handed_out");
    expect_state(&s, "pr-3", "claiming");
    expect_state(&s, "pr-4", "void");
    assert_string_equal(steps_of(&s, "pr-1"), "added gifted expired prolonged");
    assert_string_equal(steps_of(&s, "pr-4"), "");
    ends_now(&s);
    look();
    assert_string_equal(steps_of(&s, "pr-1"), "added gifted expired prolonged expired");
}

TEST(what_wechat_says_of_the_template_counts_too) {
    struct scene s = scene_template("said", "merchant");
    ticket(&s, "sa-1", "added");
    step(&s, "sa-1", "added", "5 h");
    ends(&s, "-1 h");
    look();
    expect_state(&s, "sa-1", "expired");
    test_sql("kaquan_worker",
             "insert into kaquan.template_live (template_id, body, wechat_status) select template_id,"
             " jsonb_set(body, '{card,scenic_ticket,base_info,date_info,end_timestamp}', '2000000000'), 'x'"
             " from kaquan.template_revision where template_id = %" PRId32,
             s.template_id);
    look();
    expect_state(&s, "sa-1", "added");
}

TEST(a_push_of_the_template_prolongs_its_tickets) {
    rehearsal_account("fest", "33333333333333333333333333333333");
    struct scene s = rehearsal_template("fest", "adult", "merchant", 100, 10);
    rehearsal_fill(&s);
    struct answer a = claim(&s, "ad-1");
    assert_string_equal(rehearsal_add(a.card_id, a.card_ext, NULL), "ok");
    ends_now(&s);
    look();
    expect_state(&s, "ad-1", "expired");
    test_sql(NULL,
             "update kaquan.template set version = version + 1, body = jsonb_set(body,"
             " '{card,scenic_ticket,base_info,date_info,end_timestamp}', '2000044799') where id = %" PRId32,
             s.template_id);
    rehearsal_worker(0, "template push adult");
    rehearsal_worker(0, "run template_update");
    look();
    expect_state(&s, "ad-1", "handed_out");
    assert_int_equal(test_number(NULL,
                                 "select extract(epoch from ends_at) from kaquan.template_validity where"
                                 " template_id = %" PRId32,
                                 s.template_id),
                     2000044800);
}

TEST(a_card_claimed_behind_the_end_expires_by_midnight) {
    struct scene s = scene_template("behind", "merchant");
    ends(&s, "-1 h");
    look();
    test_sql(NULL, "update kaquan.pool set usable_until = now() + interval '1 h' where template_id = %" PRId32,
             s.template_id);
    ticket(&s, "be-1", "handed_out");
    test_sql(NULL, "update kaquan.ticket set claimed_at = now() where request_id = 'be-1'");
    assert_true(atoi(due()) <= 24);
    midnight_passes();
    look();
    expect_state(&s, "be-1", "expired");
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.ticket_event x join kaquan.ticket t"
                                       " on t.request_id = x.request_id and x.at >= t.claimed_at"
                                       " where x.request_id = 'be-1'"),
                     1); /* no step is before the claim */
}

/* Killed behind its first 5000, the next look completes it; each ticket has one step. */
TEST(a_look_that_was_killed_is_completed_and_nobody_expires_twice) {
    struct scene s = scene_template("killed", "merchant");
    test_sql(NULL,
             "insert into kaquan.ticket (request_id, template_id, code, epoch, signed_at, valid_until, nonce,"
             " signature) select 'k' || i, %" PRId32 ", 'k' || i, 1, 0, now(), '', '\\x01'"
             " from generate_series(1, 12000) i",
             s.template_id);
    ends(&s, "-1 h");
    rehearsal_killed("expire_in_look:2", "ticket_expire");
    assert_true(scene_tickets(&s) == 12000);
    assert_in_range(test_number(NULL,
                                "select count(*) from kaquan.ticket_event where kind = 'expired' and"
                                " template_id = %" PRId32,
                                s.template_id),
                    5000, 11999);
    look();
    assert_string_equal(test_sql(NULL,
                                 "select count(*) || ' ' || count(distinct request_id) from kaquan.ticket_event"
                                 " where kind = 'expired' and template_id = %" PRId32,
                                 s.template_id),
                        "12000 12000");
    assert_int_equal(
        test_number(NULL, "select count(*) from kaquan.ticket where state <> 'expired' and template_id = %" PRId32,
                    s.template_id),
        0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ticket_expires_when_its_validity_ends_unless_it_ended_otherwise),
        cmocka_unit_test(what_expired_is_found_shown_and_exported),
        cmocka_unit_test(without_an_end_nothing_expires),
        cmocka_unit_test(a_term_is_counted_from_the_day_each_card_was_taken_on),
        cmocka_unit_test(an_end_beside_a_term_is_the_end_for_all),
        cmocka_unit_test(a_late_push_ends_an_expired_ticket_and_does_not_revive_it),
        cmocka_unit_test(a_prolonged_template_makes_its_tickets_valid_again),
        cmocka_unit_test(what_wechat_says_of_the_template_counts_too),
        cmocka_unit_test(a_push_of_the_template_prolongs_its_tickets),
        cmocka_unit_test(a_card_claimed_behind_the_end_expires_by_midnight),
        cmocka_unit_test(a_look_that_was_killed_is_completed_and_nobody_expires_twice),
    };
    return cmocka_run_group_tests(tests, rehearse, rehearsal_end);
}
