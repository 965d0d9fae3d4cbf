/* card explain: a card of ours is explained, and each way to spoil it is told with its cure. */
#include "rehearsal.h"

#include <stdio.h>
#include <string.h>

#include "json.h"
#include "text.h"

static struct scene adult;
static struct answer card;

/* A card that was claimed and not added yet. */
static int rehearse(void **state UNUSED) {
    rehearsal_begin(60, 120, "--ticket-mode", "overlap");
    rehearsal_account("fest", "33333333333333333333333333333333");
    rehearsal_account("other", "44444444444444444444444444444444");
    adult = rehearsal_template("fest", "adult", "merchant", 50, 10);
    rehearsal_template("other", "child", "merchant", 50, 10);
    rehearsal_fill(&adult);
    card = scene_claim(SCENE_BACKEND, "adult", "r1", NULL);
    assert_string_equal(card.outcome, "ok");
    return 0;
}

static struct test_output explain(const char *input, const char *template) {
    const char *arguments[] = {"card", "explain", "-", "--plain", template ? "--template" : NULL, template, NULL};
    return test_worker_run(&(struct test_run){.input = input}, arguments);
}

/* A line of the answer: "code\tfail\t...". */
static void expect(const struct test_output *o, int code, const char *line) {
    if (o->exit_code != code || strstr(buf_str(&o->out), line) == NULL)
        test_fail("exit %d, not %d, or without \"%s\": %s%s", o->exit_code, code, line, buf_str(&o->out),
                  buf_str(&o->err));
}

static void explained(const char *input, const char *template, int code, const char *line) {
    AUTO_OUTPUT struct test_output o = explain(input, template);
    expect(&o, code, line);
}

/* The claimed card with one member changed; `json` NULL: without it. */
static const char *with(const char *member, const char *json) {
    static char text[600];
    cJSON *ext = cJSON_Parse(card.card_ext);
    AUTO_BUF struct buf out = {0};
    cJSON_DeleteItemFromObjectCaseSensitive(ext, member);
    if (json != NULL)
        json_add(ext, member, cJSON_Parse(json));
    json_print(&out, ext);
    cJSON_Delete(ext);
    text_copy(text, sizeof text, buf_str(&out));
    return text;
}

TEST(a_claimed_card_is_right_and_finds_its_template_by_itself) {
    AUTO_OUTPUT struct test_output o = explain(card.card_ext, NULL);
    expect(&o, 0, "form\tok\t");
    expect(&o, 0, "signature\tok\tright: all values, sorted by bytes, joined");
    expect(&o, 0, "epoch\tok\tepoch 1, the present one");
    expect(&o, 0, "code\tok\t");
    expect(&o, 0, "timestamp\tok\t");
    expect(&o, 0, "status\tok\ttemplate adult is approved");
    expect(&o, 0, "ticket\tok\thanded out in epoch 1, not added yet");
    assert_null(strstr(buf_str(&o.out), "\tfail\t"));
}

TEST(a_spoilt_card_is_told_what_spoils_it) {
    static const struct {
        const char *member, *json, *line;
    } rows[] = {
        {"code", NULL, "code\tfail\tmissing, though the code mode is merchant; the phone says 参数错误\t"},
        {"code", "\"123456789012345678901\"", "code\tfail\t21 characters"},
        {"code", "\"12 34\"", "code\tfail\tholds special characters"},
        {"code", "\"ANOTHER1\"", "signature\tfail\tmade with no api_ticket of now, or over other values than these"},
        {"code", "\"ANOTHER1\"", "ticket\twarn\tno ticket of ours"},
        {"openid", "\"oVisitor\"", "openid\tfail\tthere; the phone says 参数错误"},
        {"openid", "\"oVisitor\"",
         "signature\tfail\topenid was not signed; the phone says 签名错误\tsign the openid too"},
        {"nonce_str", NULL, "nonce_str\tfail\tmissing"},
        {"nonce_str", "\"short7\"", "nonce_str\twarn\t6 characters"},
        {"nonce_str", "\"with-a-hyphen-in-it\"", "nonce_str\tfail\t"},
        {"timestamp", NULL, "timestamp\tfail\tmissing"},
        {"timestamp", "\"1790000000000\"", "timestamp\tfail\t1790000000000\tUnix seconds have 10 digits"},
        {"timestamp", "\"1404896688\"", "no api_ticket lives so long"},
        {"timestamp", "\"1404896688\"", "epoch\tfail\tits timestamp lies before every epoch"},
        {"timestamp", "\"9999999999\"", "timestamp\twarn\t"},
        {"signature", NULL, "signature\tfail\tnot 40 lower-case"},
        {"signature", "\"abc\"", "signature\tfail\tnot 40 lower-case"},
        {"balance", "7", "form\twarn\tit also has balance, none of them signed"},
        {"card_id", "\"pX\"", "form\twarn\tcard_id stands in it"},
        {"api_ticket", "\"ojZ8YtyVyr30HheH3CM73y7h4jJE\"", "form\tfail\tit gives the api_ticket away\ttake it out"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        AUTO_OUTPUT struct test_output o = explain(with(rows[i].member, rows[i].json), "adult");
        if (strstr(buf_str(&o.out), rows[i].line) == NULL)
            test_fail("%s %s: %s%s", rows[i].member, rows[i].json ? rows[i].json : "-", buf_str(&o.out),
                      buf_str(&o.err));
        if (strstr(rows[i].line, "\tfail\t") != NULL)
            assert_int_equal(o.exit_code, 65);
        assert_null(strstr(buf_str(&o.out), "ojZ8YtyV"));
    }
}

TEST(a_number_as_timestamp_is_signed_alike_and_the_setting_is_told) {
    char number[32];
    const char *at = strstr(card.card_ext, "\"timestamp\":\"");
    assert_non_null(at);
    snprintf(number, sizeof number, "%.10s", at + 13);
    const char *text = with("timestamp", number);
    explained(text, NULL, 2, "timestamp\twarn\ta number, though this site sends a string");
    explained(text, NULL, 2, "signature\tok\t");
}

TEST(an_object_instead_of_a_string_is_refused_by_ios) {
    char text[700];
    snprintf(text, sizeof text, "{\"cardId\":\"%s\",\"cardExt\":%s}", card.card_id, card.card_ext);
    explained(text, NULL, 65,
              "form\tfail\tan object; iOS then says 签名错误\tpass a string: JSON.stringify(cardExt)");
    explained(text, NULL, 65, "signature\tok\t");
}

TEST(a_card_of_another_template_or_account_is_told) {
    explained(card.card_ext, "child", 65, "signature\tfail\t");
    explained("{\"cardId\":\"pUnknown\",\"cardExt\":\"{}\"}", "adult", 65,
              "card_id\tfail\tpUnknown, but template adult has");
    AUTO_OUTPUT struct test_output none = explain("{\"cardId\":\"pUnknown\",\"cardExt\":\"{}\"}", NULL);
    assert_int_equal(none.exit_code, 65);
    assert_non_null(strstr(buf_str(&none.err), "--template KEY"));
}

/* The simulator signs, with its own code, what somebody signs wrongly. */
static const char *signed_with(const char *api_ticket, char *text, size_t size) {
    char body[600];
    cJSON *ext = cJSON_Parse(card.card_ext);
    snprintf(body, sizeof body,
             "{\"api_ticket\":\"%s\",\"card_id\":\"%s\",\"timestamp\":\"%s\",\"nonce_str\":\"%s\",\"code\":\"%s\"}",
             api_ticket, card.card_id, cJSON_GetStringValue(cJSON_GetObjectItem(ext, "timestamp")),
             cJSON_GetStringValue(cJSON_GetObjectItem(ext, "nonce_str")), card.code);
    cJSON *answer = sim_post("/sim/sign_check", body);
    snprintf(body, sizeof body, "\"%s\"", cJSON_GetStringValue(cJSON_GetObjectItem(answer, "signature")));
    text_copy(text, size, with("signature", body));
    cJSON_Delete(answer);
    cJSON_Delete(ext);
    return text;
}

/* What WeChat gives an account: a stable_token in normal mode is the one that the worker has. */
static const char *given(const char *account, const char *secret, const char *path, char *value, size_t size) {
    char command[500];
    snprintf(
        command, sizeof command,
        "t=$(curl -s --noproxy '*' %s/cgi-bin/stable_token -d '{\"grant_type\":\"client_credential\",\"appid\":\"%s\","
        "\"secret\":\"%s\"}' | jq -r .access_token); [ -n '%s' ] || { printf %%s $t; exit; };"
        " curl -s --noproxy '*' \"%s%s&access_token=$t\" | jq -rj .ticket",
        test_sim_base(), rehearsal_appid(account), secret, path, test_sim_base(), path);
    AUTO_OUTPUT struct test_output o =
        test_program_run(&(struct test_run){0}, "/bin/sh", (const char *const[]){"-c", command, NULL});
    text_copy(value, size, buf_str(&o.out));
    assert_true(strlen(value) > 16);
    return value;
}

TEST(a_signature_with_the_wrong_kind_of_ticket_is_told) {
    static const char *const get = "/cgi-bin/ticket/getticket?type=";
    char value[600], text[700], path[64];
    snprintf(path, sizeof path, "%swx_card", get);
    given("fest", "33333333333333333333333333333333", path, value, sizeof value);
    explained(signed_with(value, text, sizeof text), NULL, 0, "signature\tok\tright");
    given("other", "44444444444444444444444444444444", path, value, sizeof value);
    explained(signed_with(value, text, sizeof text), NULL, 65,
              "signature\tfail\tsigned with the api_ticket of account other");
    given("fest", "33333333333333333333333333333333", "", value, sizeof value);
    explained(signed_with(value, text, sizeof text), NULL, 65, "signature\tfail\tsigned with the access_token");
    snprintf(path, sizeof path, "%sjsapi", get);
    given("fest", "33333333333333333333333333333333", path, value, sizeof value);
    explained(signed_with(value, text, sizeof text), NULL, 65, "a ticket of type jsapi does not do");
}

TEST(an_epoch_that_is_over_or_revoked_is_told) {
    rehearsal_worker(0, "epoch revoke fest --confirm=fest");
    explained(card.card_ext, NULL, 65, "epoch\tfail\tepoch 1 was revoked");
    cJSON_Delete(sim_post("/sim/ticket/revoke", "{\"appid\":\"wxfest000000000000\"}"));
    test_sql(
        NULL,
        "update kaquan.credential set next_try_at = null, suspect_epoch = epoch, fetched_at = now() - interval '1 h',"
        " valid_until = now() where kind = 'api_ticket'");
    rehearsal_worker(0, "run credential_refresh");
    explained(card.card_ext, NULL, 65, "epoch\tfail\tby our record epoch 1, revoked at");
}

TEST(what_became_of_the_ticket_and_its_template_is_told) {
    test_sql(NULL, "update kaquan.ticket set state = 'added'");
    explained(card.card_ext, NULL, 65, "ticket\tfail\tadded already; the phone says 已领完");
    test_sql(NULL, "update kaquan.ticket set state = 'handed_out', nonce = '\\x00000000000000000000'");
    explained(card.card_ext, NULL, 2, "ticket\twarn\tit was signed again since");
    rehearsal_worker(0, "template set adult --paused on");
    explained(card.card_ext, NULL, 2, "status\twarn\ttemplate adult is approved, but paused");
    test_sql(NULL, "update kaquan.template set status = 'waiting', stock = 0 where key = 'adult'");
    explained(card.card_ext, NULL, 65, "status\tfail\ttemplate adult is waiting");
    explained(card.card_ext, NULL, 65, "stock\twarn\tclaimed to the last card");
}

TEST(a_code_or_openid_follows_the_mode_of_the_card) {
    test_sql(NULL, "update kaquan.template set code_mode = 'deposit', bind_openid = true where key = 'adult'");
    explained(card.card_ext, "adult", 65, "code\tfail\tthere, though the code mode is deposit");
    explained(card.card_ext, "adult", 65, "openid\tfail\tmissing");
    explained(with("code", NULL), "adult", 65, "signature\tfail\t");
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, rehearse, rehearsal_end)
    const struct CMUnitTest tests[] = {
        CASE(a_claimed_card_is_right_and_finds_its_template_by_itself),
        CASE(a_spoilt_card_is_told_what_spoils_it),
        CASE(a_number_as_timestamp_is_signed_alike_and_the_setting_is_told),
        CASE(an_object_instead_of_a_string_is_refused_by_ios),
        CASE(a_card_of_another_template_or_account_is_told),
        CASE(a_signature_with_the_wrong_kind_of_ticket_is_told),
        CASE(an_epoch_that_is_over_or_revoked_is_told),
        CASE(what_became_of_the_ticket_and_its_template_is_told),
        CASE(a_code_or_openid_follows_the_mode_of_the_card),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
