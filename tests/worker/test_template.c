/* Templates from the command line to WeChat and back: changes, stock, end, adoption, and what is told of them. */
#include "rehearsal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "template.h"
#include "text.h"

static const double SOON_SECONDS = 20;

static int rehearse(void **state UNUSED) {
    rehearsal_begin(600, 120, "--ticket-mode", "overlap");
    rehearsal_account("fest", "33333333333333333333333333333333");
    return 0;
}

/* --- words --- */

static void expect_words(const struct buf *text, const char *words) {
    if (strstr(buf_str(text), words) == NULL)
        test_fail("\"%s\" is not in: %s", words, buf_str(text));
}

/* Printf style; must end with `code`. */
PRINTF(3, 4)
static struct test_output worker_reading(const char *input, int code, const char *format, ...) {
    char line[512];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    struct test_output o = rehearsal_reading(input, line);
    if (o.exit_code != code)
        test_fail("kaquan-worker %s: exit %d, not %d: %s", line, o.exit_code, code, buf_str(&o.err));
    return o;
}
#define worker(...) worker_reading(NULL, __VA_ARGS__)
#define WORKER(...)                                                                                                  \
    do {                                                                                                             \
        AUTO_OUTPUT struct test_output done_ = worker(__VA_ARGS__);                                                  \
        (void)done_;                                                                                                 \
    } while (0)

static const char *file_with(const char *name, const char *text, size_t len) {
    const char *path = rehearsal_file(name);
    FILE *file = fopen(path, "we");
    if (!file || fwrite(text, 1, len, file) != len || fclose(file) != 0)
        test_fail("cannot write %s", path);
    return path;
}

/* --- what the simulator has --- */

static int64_t at_wechat(const char *title, const char *what) {
    cJSON *answer = sim_get("/sim/cards"), *card = NULL;
    int64_t value = -1, count = 0;
    cJSON_ArrayForEach(card, cJSON_GetObjectItemCaseSensitive(answer, "cards")) {
        if (strcmp(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(card, "title")), title) != 0)
            continue;
        count++;
        value = (int64_t)cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(card, what));
    }
    cJSON_Delete(answer);
    return strcmp(what, "cards") == 0 ? count : value;
}

static void fault(const char *path, bool applied) {
    char json[160];
    snprintf(json, sizeof json, "{\"path\":\"%s\",\"kind\":\"drop\",\"applied\":%s}", path,
             applied ? "true" : "false");
    cJSON_Delete(sim_post("/sim/faults", json));
}

/* --- templates --- */

static const char *of(const struct scene *s, const char *expression) {
    return test_sql(NULL, "select %s from kaquan.template t where id = %" PRId32, expression, s->template_id);
}

static bool is_approved(void *scene) {
    AUTO_OUTPUT struct test_output o = rehearsal_output("run");
    return strcmp(of(scene, "status"), "approved") == 0;
}

/* Approved, with a card at WeChat that has the template's key as its title. */
static struct scene approved(const char *key) {
    struct scene s = rehearsal_template("fest", key, "merchant", 100, 10);
    test_wait_until(is_approved, &s, SOON_SECONDS);
    text_copy(s.card_id, sizeof s.card_id, of(&s, "card_id"));
    return s;
}

static bool job_ended(void *scene) {
    const struct scene *s = scene;
    AUTO_OUTPUT struct test_output o = rehearsal_output("run");
    return test_number(NULL,
                       "select count(*) from kaquan.job where template_id = %" PRId32
                       " and state in ('queued', 'running')",
                       s->template_id) == 0;
}

static const char *last_job(const struct scene *s, const char *kind, const char *column) {
    test_wait_until(job_ended, (void *)(uintptr_t)s, SOON_SECONDS);
    return test_sql(NULL,
                    "select coalesce(%s::text, '') from kaquan.job where template_id = %" PRId32
                    " and kind = '%s' order by id desc limit 1",
                    column, s->template_id, kind);
}

/* What the operator wrote, changed by jsonb functions and imported again. */
static void rewrite(int code, const struct scene *s, const char *path, const char *value) {
    const char *text = test_sql(NULL,
                                "select jsonb_set(body, '{card,scenic_ticket,%s}', '%s') from kaquan.template"
                                " where id = %" PRId32,
                                path, value, s->template_id);
    const char *file = file_with("changed.json", text, strlen(text));
    WORKER(code, "template import %s --account fest --key %s", file, s->key);
}

/* --- lint --- */

TEST(lint_says_all_problems_with_their_cure_and_needs_no_database) {
    static const char bad[] = "{\"card\":{\"card_type\":\"MOVIE_TICKET\",\"movie_ticket\":{\"base_info\":{"
                              "\"title\":\"松湖成人票松湖成人票\",\"logo_url\":\"https://example.com/a.png\"}}}}";
    char saved[64];
    snprintf(saved, sizeof saved, "%s", getenv("PGDATABASE"));
    setenv("PGDATABASE", "nowhere", 1);
    AUTO_OUTPUT struct test_output o = worker(65, "template lint %s --json", file_with("bad.json", bad, strlen(bad)));
    AUTO_OUTPUT struct test_output none = worker(65, "template lint %s", file_with("none.json", "{]", 2));
    setenv("PGDATABASE", saved, 1);
    cJSON *json = cJSON_Parse(buf_str(&o.out)), *row = NULL;
    bool title = false;
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(json, "schema")), "kaquan.lint.1");
    cJSON_ArrayForEach(row, cJSON_GetObjectItem(json, "data")) {
        const char *path = cJSON_GetStringValue(cJSON_GetObjectItem(row, "path"));
        title |= strcmp(path, "card.movie_ticket.base_info.title") == 0 &&
                 strstr(cJSON_GetStringValue(cJSON_GetObjectItem(row, "cure")), "take 3 bytes away") != NULL;
        assert_true(cJSON_GetStringValue(cJSON_GetObjectItem(row, "cure"))[0] != '\0');
    }
    assert_true(title);
    assert_true(cJSON_GetArraySize(cJSON_GetObjectItem(json, "data")) > 8);
    cJSON_Delete(json);
    expect_words(&none.err, "line 1");
}

/* --- changes --- */

TEST(a_push_sends_only_what_was_changed_and_keeps_a_revision) {
    struct scene s = approved("push");
    AUTO_OUTPUT struct test_output same = worker(0, "template diff push");
    expect_words(&same.err, "sends 0 fields");
    rewrite(0, &s, "base_info,notice", "\"出示\"");
    rewrite(0, &s, "base_info,color", "\"Color030\"");
    assert_string_equal(of(&s, "status"), "approved"); /* written is not sent */
    AUTO_OUTPUT struct test_output diff = worker(0, "template diff push --json");
    expect_words(&diff.out, "\"field\":\"base_info.notice\"");
    expect_words(&diff.out, "\"written\":\"Color030\"");
    expect_words(&diff.err, "sends 2 fields, 0 of them to a new review");
    WORKER(0, "template push push");
    assert_string_equal(last_job(&s, "template_update", "result"), "push: sent colour, notice");
    AUTO_OUTPUT struct test_output after = worker(0, "template diff push");
    expect_words(&after.err, "sends 0 fields");
    assert_string_equal(of(&s, "status"), "approved");
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.template_revision where template_id = %" PRId32,
                                 s.template_id),
                     2);
}

TEST(a_title_goes_to_review_again_and_that_is_asked_for_first) {
    struct scene s = approved("review");
    rewrite(0, &s, "base_info,title", "\"review2\"");
    AUTO_OUTPUT struct test_output asked = worker(64, "template push review");
    expect_words(&asked.err, "add --yes");
    WORKER(0, "template push review --yes");
    cJSON_Delete(sim_post("/sim/settings", "{\"review_delay\":-1}"));
    assert_string_equal(last_job(&s, "template_update", "result"), "review: sent title; WeChat reviews it again");
    assert_string_equal(of(&s, "status"), "waiting");
    assert_int_equal(at_wechat("review2", "cards"), 1);
    char json[128];
    snprintf(json, sizeof json, "{\"card_id\":\"%s\",\"status\":\"refuse\",\"reason\":\"no\"}", s.card_id);
    cJSON_Delete(sim_post("/sim/audit", json));
    cJSON_Delete(sim_post("/sim/settings", "{\"review_delay\":0}"));
    test_sql(NULL, "update kaquan.template set review_due_at = now() where id = %" PRId32, s.template_id);
    WORKER(0, "run template_review");
    assert_string_equal(of(&s, "status"), "refused");
    rewrite(0, &s, "base_info,title", "\"review3\""); /* a refused one is mended in place */
    WORKER(65, "template submit review");
    WORKER(0, "template push review");
    last_job(&s, "template_update", "result");
    test_wait_until(is_approved, &s, SOON_SECONDS);
    assert_string_equal(of(&s, "card_id"), s.card_id);
}

TEST(a_template_is_written_only_over_what_its_writer_saw) {
    struct scene s = rehearsal_template("fest", "seen", "merchant", 100, 10);
    const char *text = test_sql(NULL, "select body from kaquan.template where id = %" PRId32, s.template_id);
    const char *file = file_with("seen.json", text, strlen(text));
    int64_t version;
    test_sql(NULL, "update kaquan.job set state = 'cancelled' where template_id = %" PRId32, s.template_id);
    version = test_number(NULL, "select version from kaquan.template where id = %" PRId32, s.template_id);
    WORKER(75, "template import %s --account fest --key seen --seen 0", file);
    WORKER(75, "template import %s --account fest --key seen --seen %" PRId64, file, version + 1);
    WORKER(0, "template import %s --account fest --key seen --seen %" PRId64, file, version);
    WORKER(75, "template import %s --account fest --key seen --seen %" PRId64, file, version);
    WORKER(0, "template import %s --account fest --key seen", file);
}

TEST(what_wechat_never_changes_is_refused_when_it_is_written) {
    struct scene s = approved("fixed");
    rewrite(65, &s, "base_info,brand_name", "\"other\"");
    rewrite(65, &s, "base_info,use_custom_code", "false");
    rewrite(65, &s, "ticket_class", "\"other\"");
    rewrite(65, &s, "base_info,date_info,end_timestamp", "1999999999"); /* only later */
    rewrite(0, &s, "base_info,date_info,end_timestamp", "2000044799");
    WORKER(0, "template push fixed");
    assert_string_equal(last_job(&s, "template_update", "state"), "done");
}

TEST(a_push_whose_answer_was_lost_is_noted_when_it_is_done_again) {
    struct scene s = approved("lost");
    rewrite(0, &s, "base_info,notice", "\"出示\"");
    for (int i = 0; i < 3; i++) /* as often as one run tries */
        fault("/card/update", true);
    WORKER(0, "template push lost");
    assert_string_equal(last_job(&s, "template_update", "state"), "done");
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.template_revision where template_id = %" PRId32,
                                 s.template_id),
                     2);
}

/* --- stock --- */

static void stock(const char *key, const char *change) {
    WORKER(0, "template stock %s %s --yes", key, change);
}

TEST(a_stock_is_raised_and_lowered_by_what_was_said) {
    struct scene s = approved("stock");
    int64_t before = at_wechat("stock", "total");
    stock("stock", "-300");
    assert_string_equal(last_job(&s, "template_stock", "result"), "stock: stock -300");
    stock("stock", "+100");
    assert_string_equal(last_job(&s, "template_stock", "result"), "stock: stock +100");
    assert_int_equal(at_wechat("stock", "total"), before - 200);
    assert_int_equal(strtoll(of(&s, "stock"), NULL, 10), before - 200);
    WORKER(64, "template stock stock 100");
    WORKER(64, "template stock stock -100");             /* less needs --yes */
    WORKER(65, "template stock stock -100000000 --yes"); /* more than is left */
}

TEST(a_template_without_a_limit_stays_so_when_its_stock_changes) {
    struct scene s = approved("unlimited");
    test_sql(NULL, "update kaquan.template set stock = null where id = %" PRId32, s.template_id);
    stock("unlimited", "+100");
    assert_string_equal(last_job(&s, "template_stock", "state"), "done");
    assert_string_equal(of(&s, "stock"), "");
}

TEST(a_raise_whose_answer_was_lost_is_carried_out_once) {
    for (int applied = 0; applied < 2; applied++) {
        const char *key = applied ? "arrived" : "missed";
        struct scene s = approved(key);
        stock(key, "-300");
        last_job(&s, "template_stock", "result");
        int64_t before = at_wechat(key, "total");
        fault("/card/modifystock", applied);
        stock(key, "+100");
        WORKER(69, "run template_stock");
        AUTO_OUTPUT struct test_output busy = worker(75, "template stock %s +100", key);
        expect_words(&busy.err, "not carried out yet");
        assert_string_equal(last_job(&s, "template_stock", "state"), "done");
        assert_int_equal(at_wechat(key, "total"), before + 100);
        assert_int_equal(strtoll(of(&s, "stock"), NULL, 10), before + 100);
    }
}

TEST(a_cut_that_may_have_arrived_is_not_sent_again) {
    struct scene s = approved("cut");
    int64_t before = at_wechat("cut", "total");
    fault("/card/modifystock", false);
    stock("cut", "-100");
    assert_string_equal(last_job(&s, "template_stock", "state"), "failed");
    assert_int_equal(at_wechat("cut", "total"), before);
    assert_string_equal(
        test_sql(NULL, "select state from kaquan.template_stock_change where template_id = %" PRId32, s.template_id),
        "unclear");
    stock("cut", "-100"); /* a person has looked */
    assert_string_equal(last_job(&s, "template_stock", "state"), "done");
    assert_int_equal(at_wechat("cut", "total"), before - 100);
}

/* --- end and beginning --- */

TEST(a_deleted_template_hands_nothing_out_and_needs_its_name) {
    struct scene s = approved("gone");
    rehearsal_fill(&s);
    assert_string_equal(claim(&s, "g-1").outcome, "ok");
    WORKER(64, "template delete gone --yes");
    WORKER(64, "template delete gone --confirm=other");
    WORKER(0, "template delete gone --confirm=gone");
    assert_string_equal(claim(&s, "g-2").outcome, "not_open"); /* before WeChat even knows */
    assert_string_equal(last_job(&s, "template_delete", "state"), "done");
    assert_string_equal(of(&s, "status"), "deleted");
    WORKER(65, "template delete gone --confirm=gone");
    WORKER(65, "template push gone");
}

TEST(a_card_made_elsewhere_is_listed_and_taken_over) {
    struct scene s = approved("elsewhere");
    test_sql(NULL,
             "update kaquan.template set card_id = null, status = 'draft' where id = %" PRId32
             "; delete from kaquan.template_live",
             s.template_id);
    AUTO_OUTPUT struct test_output list = worker(0, "template adopt --account fest --plain");
    expect_words(&list.out, s.card_id);
    expect_words(&list.out, "elsewhere\tSCENIC_TICKET\tCARD_STATUS_VERIFY_OK\t50000000");
    WORKER(64, "template adopt %s", s.card_id);
    WORKER(65, "template adopt %s --key elsewhere", s.card_id); /* there is one */
    WORKER(0, "template adopt %s --key mine", s.card_id);
    assert_string_equal(test_sql(NULL,
                                 "select concat_ws(' ', card_type, title, code_mode, status, stock, card_id = '%s')"
                                 " from kaquan.template where key = 'mine'",
                                 s.card_id),
                        "SCENIC_TICKET elsewhere merchant approved 50000000 t");
    AUTO_OUTPUT struct test_output diff = worker(0, "template diff mine");
    expect_words(&diff.err, "sends 0 fields, 0 of them to a new review; 0 cannot");
    AUTO_OUTPUT struct test_output rest = worker(0, "template adopt --plain");
    assert_null(strstr(buf_str(&rest.out), s.card_id));
    WORKER(65, "template adopt %s --key again", s.card_id);
}

TEST(a_create_whose_answer_was_lost_makes_one_card) {
    fault("/card/create", true);
    struct scene s = rehearsal_template("fest", "once", "merchant", 100, 10);
    test_wait_until(is_approved, &s, SOON_SECONDS);
    assert_int_equal(at_wechat("once", "cards"), 1);
}

TEST(a_refused_coupon_is_explained_and_tickets_are_made_all_the_same) {
    static const char coupon[] =
        "{\"card\":{\"card_type\":\"GROUPON\",\"groupon\":{\"base_info\":{\"logo_url\":"
        "\"http://mmbiz.qpic.cn/a/0\",\"brand_name\":\"b\",\"code_type\":\"CODE_TYPE_QRCODE\",\"title\":\"券\","
        "\"color\":\"Color020\",\"notice\":\"n\",\"description\":\"d\",\"date_info\":{\"type\":"
        "\"DATE_TYPE_FIX_TERM\",\"fixed_term\":30},\"sku\":{\"quantity\":5}},\"deal_detail\":\"x\"}}}";
    WORKER(0, "template import %s --account fest --key coupon", file_with("coupon.json", coupon, strlen(coupon)));
    WORKER(0, "template submit coupon");
    AUTO_OUTPUT struct test_output o = worker(77, "run template_submit");
    AUTO_OUTPUT struct test_output shown = worker(0, "template show coupon");
    expect_words(&shown.out, "draft");
    expect_words(&shown.out, "no new coupons since April 2021");
    approved("ticket");
}

/* --- what WeChat says --- */

static bool said(const struct scene *s, const char *status, const char *reason, int64_t at) {
    AUTO_DB struct db *db = test_db("kaquan_worker");
    struct err err = {0};
    bool applied = false;
    if (!template_reviewed(db, s->card_id, status, reason, at, &applied, &err))
        test_fail("%s: %s", status, err.text);
    return applied;
}

TEST(a_review_told_by_an_event_counts_once_and_its_reason_is_kept) {
    struct scene s = approved("event");
    int64_t sent = test_number(NULL,
                               "select extract(epoch from submitted_at)::bigint from kaquan.template"
                               " where id = %" PRId32,
                               s.template_id);
    test_sql(NULL, "update kaquan.template set status = 'waiting', reviewed_at = null where id = %" PRId32,
             s.template_id);
    assert_false(said(&s, "CARD_STATUS_VERIFY_OK", NULL, sent - 5)); /* of an earlier review */
    assert_string_equal(of(&s, "status"), "waiting");
    assert_true(said(&s, "CARD_STATUS_VERIFY_FAIL", "图片不清晰", sent + 60));
    assert_string_equal(of(&s, "status || ' ' || refuse_reason"), "refused 图片不清晰");
    assert_true(said(&s, "CARD_STATUS_VERIFY_FAIL", "", sent + 60)); /* again, and asked: without a reason */
    assert_true(said(&s, "CARD_STATUS_VERIFY_FAIL", NULL, 0));
    assert_string_equal(of(&s, "refuse_reason"), "图片不清晰");
    assert_true(said(&s, "CARD_STATUS_VERIFY_FAIL", "二维码不清晰", sent + 50)); /* asked before it was told */
    assert_string_equal(of(&s, "refuse_reason"), "二维码不清晰");
    assert_false(said(&s, "CARD_STATUS_VERIFY_OK", NULL, sent + 30)); /* out of order */
    assert_string_equal(of(&s, "status"), "refused");
    AUTO_OUTPUT struct test_output shown = worker(0, "template show event");
    expect_words(&shown.out, "二维码不清晰");
    text_copy(s.card_id, sizeof s.card_id, "pNobodys");
    assert_false(said(&s, "CARD_STATUS_VERIFY_OK", NULL, 0));
}

TEST(a_status_that_is_not_known_is_shown_as_it_came_and_asked_for_again) {
    struct scene s = approved("strange");
    assert_true(said(&s, "CARD_STATUS_SYS_OFF_SHELF", NULL, 0));
    assert_string_equal(of(&s, "status"), "unknown");
    AUTO_OUTPUT struct test_output list = worker(0, "template list");
    expect_words(&list.out, "CARD_STATUS_SYS_OFF_SHELF");
    test_sql(NULL, "update kaquan.schedule set next_at = now() where kind = 'template_follow'");
    test_wait_until(is_approved, &s, SOON_SECONDS);
    assert_int_equal(test_number(NULL,
                                 "select count(*) from kaquan.template_live where template_id = %" PRId32
                                 " and wechat_status = 'CARD_STATUS_VERIFY_OK'",
                                 s.template_id),
                     1);
}

/* --- how cards are shown and offered --- */

TEST(a_picture_is_looked_at_before_it_is_sent_and_gets_a_url) {
    static const char png[] = "\x89PNG\r\n\x1a\n0123456789";
    static char large[(1 << 20) + 1] = "\xff\xd8\xff";
    int before = rehearsal_calls("fest", "/cgi-bin/media/uploadimg");
    AUTO_OUTPUT struct test_output text = worker(65, "template logo %s", file_with("logo.png", "<svg/>", 6));
    AUTO_OUTPUT struct test_output big = worker(65, "template logo %s", file_with("logo.jpg", large, sizeof large));
    expect_words(&text.err, "neither a PNG nor a JPEG");
    expect_words(&big.err, "at most 1 MB");
    assert_int_equal(rehearsal_calls("fest", "/cgi-bin/media/uploadimg"), before);
    AUTO_OUTPUT struct test_output o =
        worker(0, "template logo %s --json", file_with("logo.png", png, sizeof png - 1));
    expect_words(&o.out, "\"url\":\"http://mmbiz.qpic.cn/");
    WORKER(0, "template logo %s", file_with("logo.jpg", large, 1 << 20)); /* to the last byte */
}

TEST(testers_are_named_and_not_remembered) {
    WORKER(64, "template testers");
    WORKER(64, "template testers mei_chen --openid-file -");
    AUTO_OUTPUT struct test_output many =
        worker_reading("a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\n", 65, "template testers --openid-file -");
    expect_words(&many.err, "at most 10");
    AUTO_OUTPUT struct test_output o =
        worker_reading("mei_chen\noAbcdefghijklmnopqrstuvwxyz1\n", 0, "template testers --openid-file -");
    expect_words(&o.err, "2 testers");
    assert_string_equal(test_sql(NULL, "select after::text from kaquan.audit_log where action = 'template_testers'"
                                       " order by id desc limit 1"),
                        "{\"testers\": 2}");
}

TEST(a_qr_code_names_what_its_template_needs_and_nothing_else) {
    approved("coded");
    struct scene s = rehearsal_template("fest", "loose", "wechat", 100, 10);
    test_wait_until(is_approved, &s, SOON_SECONDS);
    struct scene other = rehearsal_template("fest", "loose2", "wechat", 100, 10);
    test_wait_until(is_approved, &other, SOON_SECONDS);
    struct scene bound = rehearsal_template("fest", "tied", "bound", 100, 10);
    test_wait_until(is_approved, &bound, SOON_SECONDS);
    WORKER(64, "template qrcode coded");
    WORKER(64, "template qrcode loose --code A1");
    WORKER(64, "template qrcode loose --openid-file -");
    WORKER(65, "template qrcode tied --code T1 --openid-file -");
    WORKER(64, "template qrcode tied --code T1");
    WORKER(64, "template qrcode loose --expires 59");
    WORKER(64, "template qrcode loose loose2 --expires 60");
    WORKER(65, "template qrcode loose coded");
    AUTO_OUTPUT struct test_output one =
        worker(0, "template qrcode coded --code A1 --expires 600 --outer gate --json");
    expect_words(&one.out, "\"url\":\"http://weixin.qq.com/q/");
    expect_words(&one.out, "showqrcode?ticket=");
    expect_words(&one.out, "\"expires\":600");
    AUTO_OUTPUT struct test_output tied =
        worker_reading("oUser\n", 0, "template qrcode tied --code T1 --openid-file -");
    expect_words(&tied.out, "weixin.qq.com/q/");
    WORKER(0, "template qrcode loose loose2 --outer poster");
}

TEST(a_landing_page_names_templates_by_their_keys) {
    static const char page[] = "{\"banner\":\"http://mmbiz.qpic.cn/a/0\",\"page_title\":\"松湖\",\"scene\":\"%s\","
                               "\"card_list\":[{\"template\":\"%s\",\"thumb_url\":\"http://mmbiz.qpic.cn/%s/0\"}]}";
    static const struct {
        const char *scene, *key, *thumb, *words;
        int code;
    } rows[] = {
        {"SCENE_H5", "paged", "b", "mp.weixin.qq.com", 0},
        {"SCENE_X", "paged", "b", "SCENE_NEAR_BY", 65},
        {"SCENE_H5", "nobody", "b", "no template", 65},
        {"SCENE_H5", "paged\",\"x\":\"y", "b", "47001", 65}, /* what we do not know, WeChat refuses */
    };
    approved("paged");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char text[512];
        snprintf(text, sizeof text, page, rows[i].scene, rows[i].key, rows[i].thumb);
        AUTO_OUTPUT struct test_output o =
            worker(rows[i].code, "template landing %s", file_with("page.json", text, strlen(text)));
        expect_words(rows[i].code ? &o.err : &o.out, rows[i].words);
    }
}

TEST(a_cell_is_opened_for_cards_with_stores) {
    struct scene s = approved("cell");
    AUTO_OUTPUT struct test_output none = worker(65, "template cell cell self-consume on");
    expect_words(&none.err, "43017");
    rewrite(0, &s, "base_info,use_all_locations", "true");
    WORKER(0, "template push cell");
    assert_string_equal(last_job(&s, "template_update", "result"), "cell: sent all stores");
    AUTO_OUTPUT struct test_output on = worker(0, "template cell cell self-consume on verify amount");
    expect_words(&on.err, "the self-consume cell of template cell is on");
    WORKER(0, "template cell cell pay on");
    WORKER(0, "template cell cell pay off");
    WORKER(64, "template cell cell pay on verify");
    WORKER(64, "template cell cell pay maybe");
    WORKER(64, "template cell cell door on");
    assert_string_equal(test_sql(NULL, "select after ->> 'need_verify_cod' from kaquan.audit_log where action ="
                                       " 'template_cell' and after ->> 'need_remark_amount' = 'true'"),
                        "true");
}

TEST(a_member_card_that_lasts_for_ever_is_made) {
    static const char card[] =
        "{\"card\":{\"card_type\":\"MEMBER_CARD\",\"member_card\":{\"base_info\":{\"logo_url\":"
        "\"http://mmbiz.qpic.cn/a/0\",\"brand_name\":\"b\",\"code_type\":\"CODE_TYPE_QRCODE\",\"title\":\"会员\","
        "\"color\":\"Color020\",\"notice\":\"n\",\"description\":\"d\",\"date_info\":{\"type\":"
        "\"DATE_TYPE_PERMANENT\"},\"sku\":{\"quantity\":5}},\"prerogative\":\"x\",\"supply_bonus\":true,"
        "\"supply_balance\":false,\"custom_field1\":{\"name_type\":\"FIELD_NAME_TYPE_LEVEL\"}}}}";
    WORKER(0, "template import %s --account fest --key member", file_with("member.json", card, strlen(card)));
    WORKER(0, "template submit member");
    struct scene s = {.template_id =
                          (int32_t)test_number(NULL, "select id from kaquan.template where key = 'member'")};
    test_wait_until(is_approved, &s, SOON_SECONDS);
}

/* After all the others. */
TEST(each_act_on_a_template_at_wechat_is_in_the_audit_log) {
    assert_string_equal(test_sql(NULL, "select string_agg(distinct action, ' ' order by action) from kaquan.audit_log"
                                       " where object ~ '^template'"),
                        "template_adopt template_cell template_delete template_import template_qrcode template_set "
                        "template_stock template_submit template_update");
    assert_string_equal(test_sql(NULL, "select string_agg(distinct action, ' ' order by action) from kaquan.audit_log"
                                       " where object = 'account fest' and action ~ '^template'"),
                        "template_landing template_logo template_testers");
    assert_string_equal(test_sql(NULL,
                                 "select after ->> 'change' from kaquan.audit_log where action = 'template_stock'"
                                 " order by id limit 1"),
                        "-300");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lint_says_all_problems_with_their_cure_and_needs_no_database),
        cmocka_unit_test(a_push_sends_only_what_was_changed_and_keeps_a_revision),
        cmocka_unit_test(a_title_goes_to_review_again_and_that_is_asked_for_first),
        cmocka_unit_test(a_template_is_written_only_over_what_its_writer_saw),
        cmocka_unit_test(what_wechat_never_changes_is_refused_when_it_is_written),
        cmocka_unit_test(a_push_whose_answer_was_lost_is_noted_when_it_is_done_again),
        cmocka_unit_test(a_stock_is_raised_and_lowered_by_what_was_said),
        cmocka_unit_test(a_template_without_a_limit_stays_so_when_its_stock_changes),
        cmocka_unit_test(a_raise_whose_answer_was_lost_is_carried_out_once),
        cmocka_unit_test(a_cut_that_may_have_arrived_is_not_sent_again),
        cmocka_unit_test(a_deleted_template_hands_nothing_out_and_needs_its_name),
        cmocka_unit_test(a_card_made_elsewhere_is_listed_and_taken_over),
        cmocka_unit_test(a_create_whose_answer_was_lost_makes_one_card),
        cmocka_unit_test(a_refused_coupon_is_explained_and_tickets_are_made_all_the_same),
        cmocka_unit_test(a_review_told_by_an_event_counts_once_and_its_reason_is_kept),
        cmocka_unit_test(a_status_that_is_not_known_is_shown_as_it_came_and_asked_for_again),
        cmocka_unit_test(a_picture_is_looked_at_before_it_is_sent_and_gets_a_url),
        cmocka_unit_test(testers_are_named_and_not_remembered),
        cmocka_unit_test(a_qr_code_names_what_its_template_needs_and_nothing_else),
        cmocka_unit_test(a_landing_page_names_templates_by_their_keys),
        cmocka_unit_test(a_cell_is_opened_for_cards_with_stores),
        cmocka_unit_test(a_member_card_that_lasts_for_ever_is_made),
        cmocka_unit_test(each_act_on_a_template_at_wechat_is_in_the_audit_log),
    };
    return cmocka_run_group_tests_name("template", tests, rehearse, rehearsal_end);
}
