/* Codes that somebody brings: their import, all or none, and the fills that put them on cards. */
#include "rehearsal.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "card.h"

/* --- the scene --- */

static struct test_output import_as(const char *key, const char *input, const char *line) {
    const char *arguments[16] = {"pool", "import", key, "-"};
    static char words[256];
    size_t n = 4;
    char *rest = words;
    snprintf(words, sizeof words, "%s", line);
    for (char *word; (word = strsep(&rest, " ")) != NULL && n < ARRAY_LEN(arguments) - 1;)
        if (*word != '\0')
            arguments[n++] = word;
    return test_worker_run(&(struct test_run){.input = input}, arguments);
}

static void import(const char *key, const char *input) {
    AUTO_OUTPUT struct test_output o = import_as(key, input, "");
    if (o.exit_code != 0)
        test_fail("import: exit %d: %.1000s", o.exit_code, buf_str(&o.err));
}

/* Refused, with these words in the table of what is wrong; nothing is stored. */
static void import_refused(const struct scene *s, const char *input, const char *line, const char *words) {
    const char *before =
        test_sql(NULL, "select count(*) from kaquan.code_stock where template_id = %d", s->template_id);
    char plain[256];
    snprintf(plain, sizeof plain, "--plain %s", line);
    AUTO_OUTPUT struct test_output o = import_as(s->key, input, plain);
    if (o.exit_code != 65 || strstr(buf_str(&o.out), words) == NULL)
        test_fail("exit %d, \"%s\" is not in: %.1000s%.1000s", o.exit_code, words, buf_str(&o.out), buf_str(&o.err));
    assert_string_equal(
        before, test_sql(NULL, "select count(*) from kaquan.code_stock where template_id = %d", s->template_id));
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.code_import_line"), 0);
}

static const char *codes_of(const struct scene *s) {
    return test_sql(NULL, "select string_agg(code, ' ' order by code) from kaquan.code_stock where template_id = %d",
                    s->template_id);
}

/* What `pool codes` counts. */
static int64_t codes_in(const struct scene *s, const char *state) {
    AUTO_OUTPUT struct test_output o = test_worker("pool", "codes", s->key, "--plain");
    char line[40];
    assert_int_equal(o.exit_code, 0);
    snprintf(line, sizeof line, "%s\t", state);
    const char *at = strstr(buf_str(&o.out), line);
    return at ? strtoll(at + strlen(line), NULL, 10) : -1; /* -1: no such line */
}

/* --- reading --- */

TEST(lines_and_columns_of_csv_are_read) {
    static const struct {
        const char *key, *input, *options, *codes;
    } files[] = {
        {"f1", "B2\nA1\n", "", "A1 B2"},
        {"f2",
         "\xef\xbb\xbf"
         "B2\r\n\r\nA1",
         "", "A1 B2"},
        {"f3", "name,code\nmei,A1\n\"li, wei\",\"B2\"\n", "--column code", "A1 B2"},
        {"f4", "A1,x\nB2\n", "--column 1", "A1 B2"},
        {"f5", "note,\"ticket \"\"no\"\"\",x\n\"two\nlines\",A1,y\n", "--column 2", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        struct scene s = scene_new(files[i].key, "merchant");
        AUTO_OUTPUT struct test_output o = import_as(s.key, files[i].input, files[i].options);
        assert_int_equal(o.exit_code, files[i].codes ? 0 : 65);
        assert_string_equal(codes_of(&s), files[i].codes ? files[i].codes : "");
    }
}

TEST(a_file_that_cannot_be_understood_is_refused) {
    struct scene s = scene_new("broken", "merchant");
    static const struct {
        const char *input, *options, *words;
    } files[] = {
        {"name,code\nmei,A1\n", "--column ticket", "no heading \"ticket\""},
        {"code\n\"A1\nB2\n", "--column code", "line 2: a quotation mark"},
        {"\n\n", "", "no code in it"},
    };
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        AUTO_OUTPUT struct test_output o = import_as(s.key, files[i].input, files[i].options);
        assert_int_equal(o.exit_code, 65);
        assert_non_null(strstr(buf_str(&o.err), files[i].words));
    }
}

/* --- judging --- */

TEST(what_is_wrong_is_told_by_kind_and_line_and_nothing_is_imported) {
    struct scene s = scene_new("wrong", "merchant");
    import(s.key, "KNOWN1\n");
    scene_fill_codes(&s, 1, 1, "SOLD");
    assert_string_equal(claim(&s, "r1").code, "SOLD1");
    import_refused(&s, "A1\nA 1\nB2\n\x01\n", "", "neither letter nor digit\t2\t2, 4");
    import_refused(&s, "A1\n123456789012345678901\n", "", "longer than 20 bytes\t1\t2");
    import_refused(&s, "A1\n门票\n", "", "neither letter nor digit\t1\t2");
    import_refused(&s, "c,n\nA1,1\n,2\n", "--column c", "no code\t1\t3");
    import_refused(&s, "A1\nB2\nA1\nA1\n", "", "in the file before\t2\t3, 4");
    import_refused(&s, "A1\nKNOWN1\n", "", "imported before\t1\t2");
    import_refused(&s, "A1\nB2\nSOLD1\n", "", "a ticket already\t1\t3");
    /* All at once. */
    import_refused(&s, "A1\nA1\nSOLD1\nKNOWN1\n-\n", "",
                   "in the file before\t1\t2\nimported before\t1\t4\na ticket already\t1\t3");
}

TEST(many_bad_lines_are_counted_and_the_first_are_named) {
    AUTO_BUF struct buf file = {0};
    struct scene s = scene_new("many", "merchant");
    for (int i = 0; i < 30; i++)
        buf_text(&file, "same\n");
    import_refused(&s, buf_str(&file), "", "in the file before\t29\t2, 3, 4, 5, 6, 7, 8, 9, 10, 11, ...");
}

TEST(a_dry_run_judges_and_stores_nothing) {
    struct scene s = scene_new("dry", "merchant");
    AUTO_OUTPUT struct test_output good = import_as(s.key, "A1\nB2\n", "--dry-run --json");
    assert_int_equal(good.exit_code, 0);
    assert_non_null(strstr(buf_str(&good.out), "\"imported\":false"));
    import_refused(&s, "A1\nA1\n", "--dry-run", "in the file before");
    assert_string_equal(codes_of(&s), "");
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.audit_log where object = 'template dry'"), 0);
}

TEST(an_import_is_in_the_audit_log) {
    struct scene s = scene_new("audit", "merchant");
    AUTO_OUTPUT struct test_output o = import_as(s.key, "A1\nB2\nC3\n", "--reason printed");
    assert_int_equal(o.exit_code, 0);
    assert_int_equal(test_number(NULL,
                                 "select count(*) from kaquan.audit_log where action = 'code_import' and object ="
                                 " 'template audit' and (after->>'codes')::int = 3 and reason = 'printed'"),
                     1);
}

TEST(codes_of_another_database_are_refused) {
    struct scene s = scene_new("bucket", "merchant");
    char file[32], words[64];
    int mine = code_bucket("A1", 2, 3), other = code_bucket("A2", 2, 3);
    assert_int_not_equal(mine, other);
    test_sql(NULL, "update kaquan.site set bucket = %d, buckets = 3", mine);
    snprintf(file, sizeof file, "A1\nA2\n");
    snprintf(words, sizeof words, "another database of this site\t1\t2");
    import_refused(&s, file, "", words);
    import(s.key, "A1\n");
    test_sql(NULL, "update kaquan.site set bucket = 0, buckets = 1");
}

TEST(templates_that_take_no_codes_say_why) {
    static const char *const modes[] = {"wechat", "bound"};
    for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
        char key[16];
        snprintf(key, sizeof key, "no-%s", modes[i]);
        struct scene s = scene_new(key, modes[i]);
        AUTO_OUTPUT struct test_output o = import_as(s.key, "A1\n", "");
        assert_int_equal(o.exit_code, 65);
        assert_non_null(strstr(buf_str(&o.err), "code modes merchant and deposit"));
    }
}

/* --- filling --- */

enum { CODES = 120 };
static const double SECONDS = 30;

/* CODES codes of a form that we do not make. */
static void import_numbers(const char *key, int from) {
    AUTO_BUF struct buf file = {0};
    for (int i = from; i < from + CODES; i++)
        buf_printf(&file, "n%05d\n", i);
    import(key, buf_str(&file));
}

static const char *pool_state(const struct scene *s) {
    return test_sql(NULL, "select state from kaquan.pool_forecast where template_id = %d", s->template_id);
}

TEST(fills_put_imported_codes_on_cards_until_they_are_sold_out) {
    test_sql(NULL,
             "update kaquan.account set enabled = false"); /* the scenes before: there is no WeChat behind them */
    rehearsal_account("codes", "55555555555555555555555555555555");
    struct scene s = rehearsal_template("codes", "import", "merchant", 50, 10);
    rehearsal_fill(&s);
    struct answer generated = claim(&s, "before");
    import_numbers(s.key, 0);
    rehearsal_worker(0, "run"); /* replaces the cards with codes of our own making */
    assert_string_equal(test_sql(NULL, "select code_source from kaquan.pool where template_id = %d", s.template_id),
                        "imported");
    for (int i = 0; i < CODES; i++) {
        char id[16];
        snprintf(id, sizeof id, "c%d", i);
        struct answer a = claim(&s, id);
        if (strcmp(a.outcome, "empty") == 0) {
            rehearsal_worker(0, "run");
            a = claim(&s, id);
        }
        assert_string_equal(a.outcome, "ok");
        assert_int_equal(a.code[0], 'n');
        if (i % 40 == 0)
            assert_string_equal(rehearsal_add(a.card_id, a.card_ext, NULL), "ok");
    }
    assert_int_equal(codes_in(&s, "claimed"), CODES);
    assert_int_equal(codes_in(&s, "imported"), 0);
    rehearsal_worker(0, "run");
    assert_string_equal(claim(&s, "late").outcome, "sold_out");
    assert_string_equal(pool_state(&s), "sold out");
    assert_string_equal(scene_get(SCENE_BACKEND, s.key, "before").code, generated.code);
    /* New codes open it again. */
    import_numbers(s.key, 1000);
    rehearsal_worker(0, "run");
    assert_string_equal(claim(&s, "late").outcome, "ok");
}

TEST(a_rotation_puts_unsold_codes_on_fresh_cards) {
    struct scene s = rehearsal_template("codes", "turn", "merchant", 2 * CODES, 10);
    char account[64];
    import_numbers(s.key, 0);
    rehearsal_fill(&s);
    assert_string_equal(claim(&s, "t1").code, "n00000");
    snprintf(account, sizeof account, "{\"appid\":\"%s\"}", rehearsal_appid("codes"));
    cJSON_Delete(sim_post("/sim/ticket/revoke", account));
    rehearsal_worker(0, "epoch revoke codes --confirm=codes");
    rehearsal_fill(&s);
    assert_string_equal(claim(&s, "t2").code, "n00001");
    assert_int_equal(test_number(NULL, "select kaquan.codes_left(%d)", s.template_id), CODES - 2);
}

TEST(codes_imported_during_a_fill_are_not_lost) {
    struct scene s = rehearsal_template("codes", "amid", "merchant", 4 * CODES, 10);
    import_numbers(s.key, 0);
    rehearsal_fill(&s);
    rehearsal_worker(0, "pool fill amid --cards 1000");
    pid_t pid = rehearsal_stopped("fill_after_copy:1:stop", "run pool_fill");
    import_numbers(s.key, 1000);
    assert_int_equal(test_end(pid, SIGCONT, SECONDS), 0);
    assert_int_equal(test_number(NULL, "select kaquan.codes_left(%d)", s.template_id), 2 * CODES);
    assert_int_equal(
        test_number(NULL, "select count(*) from kaquan.pool where template_id = %d and not final", s.template_id), 1);
}

/* --- the forecast --- */

/* So many claims in each of the last ten minutes. */
static void claims_a_minute(const struct scene *s, int claims) {
    test_sql(NULL,
             "insert into kaquan.stat_minute (template_id, minute, claims) select %d, date_trunc('minute', now())"
             " - make_interval(mins => i), %d from generate_series(1, 10) i",
             s->template_id, claims);
}

static int64_t minutes_until(const struct scene *s, const char *column) {
    return test_number(NULL,
                       "select round(extract(epoch from %s - now()) / 60) from kaquan.pool_forecast"
                       " where template_id = %d",
                       column, s->template_id);
}

TEST(the_forecast_says_when_cards_and_stock_end) {
    struct scene s = scene_new("forecast", "merchant");
    test_sql(NULL, "update kaquan.template set pool_low = 50, pool_target = 200, stock = 1000 where id = %d",
             s.template_id);
    scene_fill(&s, 1, 200);
    assert_string_equal(pool_state(&s), "open");
    assert_string_equal(
        test_sql(NULL, "select empty_at from kaquan.pool_forecast where template_id = %d", s.template_id), "");
    claims_a_minute(&s, 10);
    int64_t counted =
        test_number(NULL, "select stock_left from kaquan.pool_forecast where template_id = %d", s.template_id);
    assert_int_equal(minutes_until(&s, "empty_at"), 20);
    assert_int_equal(minutes_until(&s, "stock_ends_at"), (counted + 5) / 10);
    AUTO_OUTPUT struct test_output o = test_worker("pool", "show", s.key, "--json");
    assert_int_equal(o.exit_code, 0);
    assert_non_null(strstr(buf_str(&o.out), "\"state\":\"open\""));
    assert_non_null(strstr(buf_str(&o.out), "\"stock_ends_at\":\""));
}

TEST(the_state_of_a_pool_is_one_word_and_health_names_the_low_ones) {
    static const struct {
        const char *change, *state;
    } changes[] = {
        {"pool_low = 300, pool_target = 1000", "low"},
        {"paused = true", "paused"},
        {"paused = false, sale_from = now() + interval '1 h'", "before sale"},
        {"sale_from = null, sale_until = now() - interval '1 h'", "after sale"},
        {"sale_until = null, status = 'waiting'", "not approved"},
        {"status = 'approved'", "low"},
    };
    struct scene s = scene_new("states", "merchant");
    scene_fill(&s, 1, 100);
    for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
        test_sql(NULL, "update kaquan.template set %s where id = %d", changes[i].change, s.template_id);
        assert_string_equal(pool_state(&s), changes[i].state);
    }
    AUTO_OUTPUT struct test_output o = test_worker("health", "--plain");
    assert_non_null(strstr(buf_str(&o.out), "low water\twarn\t"));
    assert_non_null(strstr(buf_str(&o.out), "states 100 of 1000"));
}

static int rehearse(void **state UNUSED) {
    rehearsal_begin(60, 120, "--ticket-mode", "overlap");
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_and_columns_of_csv_are_read),
        cmocka_unit_test(a_file_that_cannot_be_understood_is_refused),
        cmocka_unit_test(what_is_wrong_is_told_by_kind_and_line_and_nothing_is_imported),
        cmocka_unit_test(many_bad_lines_are_counted_and_the_first_are_named),
        cmocka_unit_test(a_dry_run_judges_and_stores_nothing),
        cmocka_unit_test(an_import_is_in_the_audit_log),
        cmocka_unit_test(codes_of_another_database_are_refused),
        cmocka_unit_test(templates_that_take_no_codes_say_why),
        cmocka_unit_test(the_forecast_says_when_cards_and_stock_end),
        cmocka_unit_test(the_state_of_a_pool_is_one_word_and_health_names_the_low_ones),
        cmocka_unit_test(fills_put_imported_codes_on_cards_until_they_are_sold_out),
        cmocka_unit_test(codes_imported_during_a_fill_are_not_lost),
        cmocka_unit_test(a_rotation_puts_unsold_codes_on_fresh_cards),
    };
    return cmocka_run_group_tests(tests, rehearse, rehearsal_end);
}
