/* Acts that want a second person, and the chain of the audit log. */
#include "scene.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guard.h"
#include "member.h"
#include "seal.h"

#define SECRET "5ec2e70f5ec2e70f5ec2e70f5ec2e70f"
#define AES_KEY "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"

static char directory[] = "/tmp/kaquan-guard.XXXXXX";

#define worker(...) test_worker(__VA_ARGS__, "--no-input")
#define worker_reading(text, ...)                                                                                    \
    test_worker_run(&(struct test_run){.input = (text)}, (const char *const[]){__VA_ARGS__, "--no-input", NULL})

static void expect(const struct test_output *o, int code, const char *words) {
    if (o->exit_code != code)
        test_fail("exit %d, not %d: %s", o->exit_code, code, buf_str(&o->err));
    if (strstr(buf_str(&o->out), words) == NULL && strstr(buf_str(&o->err), words) == NULL)
        test_fail("\"%s\" is not in: %s%s", words, buf_str(&o->out), buf_str(&o->err));
}

static int group_setup(void **state UNUSED) {
    static char path[128];
    if (!mkdtemp(directory))
        return -1;
    snprintf(path, sizeof path, "%s/worker.pem", directory);
    setenv("KAQUAN_KEY_FILE", path, 1);
    return 0;
}

static int group_teardown(void **state UNUSED) {
    test_database_drop();
    unlink(getenv("KAQUAN_KEY_FILE"));
    return rmdir(directory);
}

/* A database with a key and an account without a secret; a second person is asked for. */
static int scene(void **state UNUSED) {
    test_database("guard");
    unlink(getenv("KAQUAN_KEY_FILE"));
    AUTO_OUTPUT struct test_output key = worker("key", "new");
    expect(&key, 0, "");
    AUTO_OUTPUT struct test_output account = worker("account", "add", "festival", "--appid", "wx0123456789abcdef");
    expect(&account, 0, "");
    test_sql(NULL, "update kaquan.site set second_person = true");
    return 0;
}

static const char *request(const char *expression) {
    return test_sql(NULL, "select %s from kaquan.act_request r order by id desc limit 1", expression);
}

/* As if somebody else had asked: tests have one user only. */
static void by_somebody_else(void) {
    test_sql(NULL, "update kaquan.act_request set person = 'mei@desk'");
}

static int64_t secrets(void) {
    return test_number(NULL, "select count(*) from kaquan.account where secret is not null");
}

/* What the worker opens of the account: its AppSecret, or the EncodingAESKey. */
static const char *opened(const char *column) {
    static char text[64];
    AUTO_DB struct db *db = test_db("kaquan_worker");
    AUTO_ROWS struct db_rows rows = {0};
    AUTO_SECRET struct secret value = {0};
    struct bytes sealed = {0};
    struct err err = {0};
    struct seal_key *key = seal_key_load(getenv("KAQUAN_KEY_FILE"), &err);
    const struct seal_place place = {"wx0123456789abcdef", column, 0};
    if (!db_query(db, &sql_reseal_list, &rows, &err, V_TEXT(""), V_TEXT(""), V_INT(0)))
        test_fail("%s", err.text);
    for (int row = 0; row < rows.count; row++)
        if (strcmp(db_text(&rows, row, "kept"), column) == 0 && db_bytes(&rows, row, "sealed", &sealed))
            break;
    if (key == NULL || !unseal(key, &place, sealed, &value, &err))
        test_fail("%s", err.text);
    text_copy(text, sizeof text, value.value);
    free((void *)(uintptr_t)sealed.data);
    seal_key_free(key);
    return text;
}

static struct test_output ask_for_secret(void) {
    return worker_reading(SECRET "\n", "account", "set-secret", "festival", "--secret-file", "-", "--reason", "new");
}

/* --- a second person --- */

TEST(a_dangerous_act_waits_and_does_nothing_yet) {
    AUTO_OUTPUT struct test_output o = ask_for_secret();
    expect(&o, 0, "audit confirm 1");
    assert_int_equal(secrets(), 0);
    assert_string_equal(request("concat_ws(' ', noun, verb, params->'arguments'->>0, reason, state)"),
                        "account set-secret festival new waiting");
    assert_string_equal(test_sql(NULL, "select concat_ws(' ', action, object, reason) from kaquan.audit_log"
                                       " order by id desc limit 1"),
                        "request request 1 new");
    AUTO_OUTPUT struct test_output listed = worker("audit", "requests", "--plain");
    expect(&listed, 0, "account set-secret\tfestival\tnew\twaiting");
}

TEST(a_secret_that_waits_is_sealed) {
    AUTO_OUTPUT struct test_output o = ask_for_secret();
    expect(&o, 0, "");
    assert_string_equal(test_sql(NULL, "select position('" SECRET "' in r::text || encode(r.sealed, 'escape')) from"
                                       " kaquan.act_request r"),
                        "0");
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.audit_log a where a::text like '%%" SECRET "%%'"),
                     0);
}

TEST(the_same_person_cannot_confirm) {
    AUTO_OUTPUT struct test_output o = ask_for_secret();
    AUTO_OUTPUT struct test_output own = worker("audit", "confirm", "1", "--confirm", "festival");
    expect(&own, 77, "the same person cannot confirm it");
    test_sql(NULL, "update kaquan.act_request set person = split_part(person, '@', 1) || '@elsewhere'");
    AUTO_OUTPUT struct test_output elsewhere = worker("audit", "confirm", "1", "--confirm", "festival");
    expect(&elsewhere, 77, "the same person cannot confirm it");
    assert_int_equal(secrets(), 0);
    test_sql_refused("kaquan_worker", "23514", "update kaquan.act_request set state = 'done', ended_by = person");
}

TEST(another_person_confirms_and_it_is_done_once) {
    AUTO_OUTPUT struct test_output o = ask_for_secret();
    by_somebody_else();
    AUTO_OUTPUT struct test_output confirmed = worker("audit", "confirm", "1", "--confirm", "festival");
    expect(&confirmed, 0, "the AppSecret of festival was set");
    assert_int_equal(secrets(), 1);
    assert_string_equal(request("state"), "done");
    assert_string_equal(test_sql(NULL, "select string_agg(concat_ws(' ', action, object, reason), '; ' order by id)"
                                       " from kaquan.audit_log where id > 3"),
                        "confirm request 1; account_set_secret account festival request 1 of mei@desk: new");
    AUTO_OUTPUT struct test_output again = worker("audit", "confirm", "1", "--confirm", "festival");
    expect(&again, 65, "request 1 is done");
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.audit_log where action = 'account_set_secret'"),
                     1);
}

static bool confirm(int number UNUSED, void *done) {
    AUTO_OUTPUT struct test_output o = worker("audit", "confirm", "1", "--confirm", "festival");
    if (o.exit_code == 0)
        __atomic_add_fetch((int *)done, 1, __ATOMIC_SEQ_CST);
    return true;
}

TEST(of_many_who_confirm_at_once_one_does_it) {
    int *done = test_shared(sizeof *done);
    AUTO_OUTPUT struct test_output o = ask_for_secret();
    by_somebody_else();
    test_clients(8, confirm, done);
    assert_int_equal(*done, 1);
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.audit_log where action = 'account_set_secret'"),
                     1);
}

/* Sealed for the place where it belongs, it is put there by somebody who has no key. */
TEST(an_operator_without_the_key_confirms_a_secret) {
    static const struct {
        const char *verb, *secret, *said, *opened;
    } secrets_of[] = {{"set-secret", SECRET, "the AppSecret of festival was set", "secret"},
                      {"set-aes-key", AES_KEY, "the EncodingAESKey of festival is set", "aes_key"}};
    char key[128];
    text_copy(key, sizeof key, getenv("KAQUAN_KEY_FILE"));
    test_members();
    for (size_t i = 0; i < ARRAY_LEN(secrets_of); i++) {
        char id[16];
        snprintf(id, sizeof id, "%zu", i + 1);
        AUTO_OUTPUT struct test_output o =
            worker_reading(secrets_of[i].secret, "account", secrets_of[i].verb, "festival", "--secret-file", "-");
        expect(&o, 0, "waits for another person");
        by_somebody_else();
        unsetenv("KAQUAN_KEY_FILE");
        AUTO_OUTPUT struct test_output confirmed = test_worker_run(
            &(struct test_run){.user = OPERATOR},
            (const char *const[]){"audit", "confirm", id, "--confirm", "festival", "--no-input", NULL});
        setenv("KAQUAN_KEY_FILE", key, 1);
        expect(&confirmed, 0, secrets_of[i].said);
        assert_string_equal(opened(secrets_of[i].opened), secrets_of[i].secret);
    }
    assert_int_equal(test_number(NULL, "select count(sealed) from kaquan.act_request"), 0);
}

TEST(a_secret_that_waits_goes_to_its_own_account_only) {
    AUTO_OUTPUT struct test_output other = worker("account", "add", "other", "--appid", "wx0123456789abcdea");
    AUTO_OUTPUT struct test_output o = ask_for_secret();
    by_somebody_else();
    assert_string_equal(test_sql("kaquan_worker", "select kaquan.request_secret_move(1, a.id) is null from"
                                                  " kaquan.account a where a.key = 'other'"),
                        "t");
    assert_int_equal(secrets(), 0);
}

TEST(a_secret_that_cannot_be_one_is_refused_when_it_is_asked_for) {
    AUTO_OUTPUT struct test_output nobody =
        worker_reading(SECRET, "account", "set-secret", "nobody", "--secret-file", "-");
    expect(&nobody, 65, "there is no account \"nobody\"");
    AUTO_OUTPUT struct test_output no_key =
        worker_reading(SECRET, "account", "set-aes-key", "festival", "--secret-file", "-");
    expect(&no_key, 65, "this is no EncodingAESKey");
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.act_request"), 0);
}

TEST(a_confirmed_act_that_fails_says_why_and_is_over) {
    AUTO_OUTPUT struct test_output o = worker("template", "delete", "nothing", "--confirm", "nothing");
    by_somebody_else();
    AUTO_OUTPUT struct test_output confirmed = worker("audit", "confirm", "1", "--confirm", "nothing");
    expect(&confirmed, 65, "there is no template \"nothing\"");
    assert_string_equal(request("state || ': ' || error_text"), "failed: there is no template \"nothing\"");
    AUTO_OUTPUT struct test_output again = worker("audit", "confirm", "1", "--confirm", "nothing");
    expect(&again, 65, "request 1 is failed");
}

TEST(who_confirms_sees_the_act_and_names_what_it_hits) {
    AUTO_OUTPUT struct test_output o = ask_for_secret();
    by_somebody_else();
    AUTO_OUTPUT struct test_output unnamed = worker("audit", "confirm", "1", "--yes");
    expect(&unnamed, 64, "request 1 of mei@desk: account set-secret festival --secret-file=-, because: new");
    expect(&unnamed, 64, "add --confirm=festival");
    AUTO_OUTPUT struct test_output misnamed = worker("audit", "confirm", "1", "--confirm", "other");
    expect(&misnamed, 64, "add --confirm=festival");
    assert_string_equal(request("state"), "waiting");
    assert_int_equal(secrets(), 0);
    AUTO_OUTPUT struct test_output named = worker("audit", "confirm", "1", "--confirm", "festival");
    expect(&named, 0, "the AppSecret of festival was set");
}

TEST(acts_on_tickets_wait_with_their_list) {
    struct scene s = scene_template("voided", "merchant");
    AUTO_BUF struct buf list = {0};
    for (int i = 1; i <= 60000; i++) /* more than a megabyte */
        buf_printf(&list, "V%019d\n", i);
    test_sql(
        NULL,
        "insert into kaquan.ticket (request_id, template_id, code, epoch, signed_at, valid_until, nonce, signature)"
        " select 'r' || i, %" PRId32 ", 'V' || lpad(i::text, 19, '0'), 1, 0, now(), '', ''"
        " from generate_series(1, 60000) i",
        s.template_id);
    AUTO_OUTPUT struct test_output o = worker_reading(buf_str(&list), "ticket", "void", "--template", "voided",
                                                      "--ids-from", "-", "--reason", "refund");
    expect(&o, 0, "waits for another person");
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.bulk"), 0);
    assert_string_equal(test_sql(NULL, "select after::text ~ 'V0000' from kaquan.audit_log order by id desc limit 1"),
                        "f");
    by_somebody_else();
    AUTO_OUTPUT struct test_output confirmed = worker("audit", "confirm", "1", "--confirm", s.key);
    expect(&confirmed, 0, "ticket void --ids-from=- --template=voided, 60000 lines, because: refund");
    assert_string_equal(test_sql(NULL, "select count(*) || ' ' || max(code) from kaquan.bulk_item"),
                        "60000 V0000000000000060000");
}

TEST(a_visitor_who_is_to_be_erased_is_in_no_log_and_forgotten_with_the_request) {
    AUTO_OUTPUT struct test_output o =
        worker_reading("oVisitor", "ticket", "erase", "--openid-file", "-", "--reason", "asked for it");
    expect(&o, 0, "waits for another person");
    AUTO_OUTPUT struct test_output again =
        worker_reading("oVisitor", "ticket", "erase", "--openid-file", "-", "--reason", "twice");
    expect(&again, 0, "waits for another person");
    by_somebody_else();
    assert_string_equal(test_sql(NULL, "select string_agg(params ->> 'input', ' ') from kaquan.act_request"),
                        "oVisitor oVisitor");
    AUTO_OUTPUT struct test_output confirmed = worker("audit", "confirm", "1", "--confirm", "erase");
    expect(&confirmed, 0, "erased from 0 tickets");
    AUTO_OUTPUT struct test_output gone = worker("audit", "withdraw", "2", "--reason", "done");
    expect(&gone, 0, "withdrawn");
    assert_string_equal(test_sql(NULL, "select (select count(*) from kaquan.act_request r where r::text ~ 'oVisitor')"
                                       " + (select count(*) from kaquan.audit_log l where l::text ~ 'oVisitor')"),
                        "0");
}

/* Killed before its commit nothing was done, and it waits on; behind it all was done. */
TEST(a_confirmed_act_that_was_killed_is_done_once_and_its_request_with_it) {
    static const struct {
        const char *fault, *state, *again;
        int done;
    } kills[] = {{"request_before_commit", "waiting", "erased from 1 tickets", 0},
                 {"request_after_commit", "done", "request 2 is done", 1}};
    struct scene s = scene_template("erased", "merchant");
    for (size_t i = 0; i < ARRAY_LEN(kills); i++) {
        char id[16];
        snprintf(id, sizeof id, "%zu", i + 1);
        test_sql(NULL,
                 "insert into kaquan.ticket (request_id, template_id, openid, epoch, signed_at, valid_until, nonce,"
                 " signature) values ('r%zu', %" PRId32 ", 'oVisitor', 1, 0, now(), '', '')",
                 i, s.template_id);
        AUTO_OUTPUT struct test_output o =
            worker_reading("oVisitor", "ticket", "erase", "--openid-file", "-", "--reason", "asked for it");
        by_somebody_else();
        setenv("KAQUAN_FAULT", kills[i].fault, 1);
        AUTO_OUTPUT struct test_output killed = worker("audit", "confirm", id, "--confirm", "erase");
        unsetenv("KAQUAN_FAULT");
        assert_int_equal(killed.exit_code, 128 + SIGKILL);
        assert_string_equal(test_sql(NULL, "select state from kaquan.act_request where id = %s", id), kills[i].state);
        assert_int_equal(
            test_number(NULL, "select 1 - count(openid) from kaquan.ticket where request_id = 'r%zu'", i),
            kills[i].done);
        AUTO_OUTPUT struct test_output again = worker("audit", "confirm", id, "--confirm", "erase");
        expect(&again, kills[i].done ? 65 : 0, kills[i].again);
        assert_string_equal(
            test_sql(NULL,
                     "select state || (select ' ' || string_agg(action, ' ' order by id) from kaquan.audit_log where"
                     " reason like 'request %s of %%' or object = 'request %s' and action <> 'request') from"
                     " kaquan.act_request where id = %s",
                     id, id, id),
            "done confirm ticket_erase");
    }
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.act_request r where r::text ~ 'oVisitor'"), 0);
}

TEST(a_withdrawn_request_is_over) {
    AUTO_OUTPUT struct test_output o = ask_for_secret();
    AUTO_OUTPUT struct test_output gone = worker("audit", "withdraw", "1", "--reason", "typo");
    expect(&gone, 0, "withdrawn");
    by_somebody_else();
    AUTO_OUTPUT struct test_output confirmed = worker("audit", "confirm", "1", "--confirm", "festival");
    expect(&confirmed, 65, "request 1 is withdrawn");
    AUTO_OUTPUT struct test_output none = worker("audit", "confirm", "2", "--yes");
    expect(&none, 65, "there is no request 2");
    assert_int_equal(secrets(), 0);
}

TEST(one_person_alone_does_not_switch_it_off) {
    AUTO_OUTPUT struct test_output off = worker("site", "set", "second_person", "false", "--yes");
    expect(&off, 0, "waits for another person");
    assert_string_equal(test_sql(NULL, "select second_person from kaquan.site"), "t");
    by_somebody_else();
    AUTO_OUTPUT struct test_output unasked = worker("audit", "confirm", "1");
    expect(&unasked, 64, "add --yes");
    AUTO_OUTPUT struct test_output confirmed = worker("audit", "confirm", "1", "--yes");
    expect(&confirmed, 0, "second_person is false");
    assert_string_equal(test_sql(NULL, "select second_person from kaquan.site"), "f");
    AUTO_OUTPUT struct test_output at_once = ask_for_secret();
    expect(&at_once, 0, "the AppSecret of festival was set");
}

TEST(what_is_not_dangerous_does_not_wait) {
    AUTO_OUTPUT struct test_output margin = worker("site", "set", "margin", "90s", "--yes");
    expect(&margin, 0, "margin is 90s");
    struct scene s = scene_template("cut", "merchant");
    test_sql(NULL, "update kaquan.template set stock = 100 where id = %" PRId32, s.template_id);
    AUTO_OUTPUT struct test_output more = worker("template", "stock", "cut", "+10", "--yes");
    assert_null(strstr(buf_str(&more.err), "waits for another person"));
    AUTO_OUTPUT struct test_output less = worker("template", "stock", "cut", "-10", "--yes");
    expect(&less, 0, "waits for another person");
    AUTO_OUTPUT struct test_output gone = worker("template", "delete", "cut", "--confirm", "cut");
    expect(&gone, 0, "waits for another person");
}

TEST(every_guarded_command_is_there) {
    size_t count, commands;
    const struct guarded *rows = guarded_rows(&count);
    const struct command *c = command_rows(&commands);
    for (size_t i = 0; i < count; i++) {
        size_t at = 0;
        while (at < commands &&
               (c[at].verb == NULL || strcmp(c[at].noun, rows[i].noun) != 0 || strcmp(c[at].verb, rows[i].verb) != 0))
            at++;
        if (at == commands)
            test_fail("there is no command %s %s", rows[i].noun, rows[i].verb);
        assert_true(rows[i].input == OPTIONS || (c[at].options & OPT(rows[i].input)) != 0);
    }
}

/* --- the audit log --- */

TEST(the_chain_is_computed_again_and_the_first_broken_row_is_named) {
    static const struct {
        const char *break_it, *broken;
    } cases[] = {
        {"update kaquan.audit_log set reason = 'other' where id = 3", "3"},
        {"update kaquan.audit_log set after = '{\"a\": 9}' where id in (2, 4)", "2"},
        {"delete from kaquan.audit_log where id = 3", "4"},
        {"update kaquan.audit_log set previous = null where id = 4", "4"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char words[32];
        test_database("guard");
        for (int row = 0; row < 5; row++)
            test_sql("kaquan_worker", "select kaquan.audit_write('li@desk', 'a', 'b', null, '{\"a\": 1}', 'why')");
        AUTO_OUTPUT struct test_output good = worker("audit", "verify", "--plain");
        expect(&good, 0, "5\t");
        expect(&good, 0, test_sql(NULL, "select encode(hash, 'hex') from kaquan.audit_log where id = 5"));
        test_sql(NULL, "set session_replication_role = replica; %s; reset session_replication_role",
                 cases[i].break_it);
        AUTO_OUTPUT struct test_output bad = worker("audit", "verify", "--json");
        snprintf(words, sizeof words, "\"broken\":\"%s\"", cases[i].broken);
        expect(&bad, 1, words);
    }
}

TEST(the_log_is_filtered_by_any_of_its_columns) {
    static const struct {
        const char *filter;
        int rows;
    } cases[] = {
        {"person=li", 2}, {"person=mei@", 1},      {"role=kaquan_worker", 3}, {"action=template", 2},
        {"object=a", 1},  {"since=2026-01-01", 3}, {"until=2026-01-01", 0},   {"person=nobody", 0},
    };
    test_database("guard");
    test_sql("kaquan_worker",
             "select kaquan.audit_write('li@desk', 'template_set', 'template adult', null, null, null),"
             " kaquan.audit_write('li@gate', 'template_submit', 'template adult', null, null, null),"
             " kaquan.audit_write('mei@desk', 'login', 'account one', null, null, null)");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_OUTPUT struct test_output o = worker("audit", "list", cases[i].filter, "--plain");
        int lines = 0;
        expect(&o, 0, "");
        for (const char *c = buf_str(&o.out); *c != '\0'; c++)
            lines += *c == '\n';
        if (lines != cases[i].rows)
            test_fail("%s: %d rows, not %d", cases[i].filter, lines, cases[i].rows);
    }
    AUTO_OUTPUT struct test_output both = worker("audit", "list", "person=li", "action=template_set", "--plain");
    expect(&both, 0, "template_set");
    assert_null(strstr(buf_str(&both.out), "template_submit"));
    AUTO_OUTPUT struct test_output wrong = worker("audit", "list", "persn=li");
    expect(&wrong, 64, "did you mean \"person\"?");
    AUTO_OUTPUT struct test_output time = worker("audit", "list", "since=yore");
    expect(&time, 65, "\"yore\" is no time");
    expect(&time, 65, "since and until take a time as");
}

TEST(times_are_those_of_the_event_unless_they_say_otherwise) {
    static const struct {
        const char *since;
        int rows;
    } cases[] = {
        {"since=2026-11-02", 1},
        {"since=2026-11-02T00:01", 0},
        {"since=2026-11-01T16:00Z", 1},
        {"since=2026-11-01 16:01+00", 0},
    };
    test_database("guard");
    test_sql(NULL, "insert into kaquan.audit_log (at, person, who, action, object, hash)"
                   " values ('2026-11-01 16:00Z', 'li@desk', 'x', 'act', 'thing', '')");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_OUTPUT struct test_output o = worker("audit", "list", cases[i].since, "until=2026-11-03", "--json");
        expect(&o, 0, "");
        assert_int_equal(strstr(buf_str(&o.out), "li@desk") != NULL, cases[i].rows);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_dangerous_act_waits_and_does_nothing_yet, scene),
        cmocka_unit_test_setup(a_secret_that_waits_is_sealed, scene),
        cmocka_unit_test_setup(the_same_person_cannot_confirm, scene),
        cmocka_unit_test_setup(another_person_confirms_and_it_is_done_once, scene),
        cmocka_unit_test_setup(of_many_who_confirm_at_once_one_does_it, scene),
        cmocka_unit_test_setup(an_operator_without_the_key_confirms_a_secret, scene),
        cmocka_unit_test_setup(a_secret_that_waits_goes_to_its_own_account_only, scene),
        cmocka_unit_test_setup(a_secret_that_cannot_be_one_is_refused_when_it_is_asked_for, scene),
        cmocka_unit_test_setup(a_confirmed_act_that_fails_says_why_and_is_over, scene),
        cmocka_unit_test_setup(who_confirms_sees_the_act_and_names_what_it_hits, scene),
        cmocka_unit_test_setup(acts_on_tickets_wait_with_their_list, scene),
        cmocka_unit_test_setup(a_visitor_who_is_to_be_erased_is_in_no_log_and_forgotten_with_the_request, scene),
        cmocka_unit_test_setup(a_confirmed_act_that_was_killed_is_done_once_and_its_request_with_it, scene),
        cmocka_unit_test_setup(a_withdrawn_request_is_over, scene),
        cmocka_unit_test_setup(one_person_alone_does_not_switch_it_off, scene),
        cmocka_unit_test_setup(what_is_not_dangerous_does_not_wait, scene),
        cmocka_unit_test(every_guarded_command_is_there),
        cmocka_unit_test(the_chain_is_computed_again_and_the_first_broken_row_is_named),
        cmocka_unit_test(the_log_is_filtered_by_any_of_its_columns),
        cmocka_unit_test(times_are_those_of_the_event_unless_they_say_otherwise),
    };

    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
