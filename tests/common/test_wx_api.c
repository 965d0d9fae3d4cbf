#include "harness.h"

#include <stdio.h>
#include <string.h>

#include "json.h"
#include "secret.h"
#include "wx_api.h"

#define TOKEN "86_abcdefghijklmnopqrstuvwxyz-ABCDEF_0123456789"
#define TICKET "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"

struct answer {
    struct wx_reply reply;
    struct err err;
    bool good;
};

static void answer_clear(struct answer *a) {
    wx_reply_clear(&a->reply);
}

static struct answer read_bytes(enum wx_endpoint_id id, int status, const char *body, size_t len) {
    struct http_reply http = {.status = status};
    struct answer a = {0};
    buf_add(&http.body, body, len);
    a.good = wx_read(wx_endpoint(id), &http, &a.reply, &a.err);
    http_reply_clear(&http);
    return a;
}

static struct answer read_text(enum wx_endpoint_id id, const char *body) {
    return read_bytes(id, 200, body, strlen(body));
}

static void is_garbage(enum wx_endpoint_id id, const char *body, size_t len) {
    AUTO(answer_clear) struct answer a = read_bytes(id, 200, body, len);
    if (a.good || a.reply.class != WX_GARBAGE || a.err.kind != ERR_PROTOCOL || a.reply.json != NULL)
        fail_msg("not refused as garbage: %.*s (%s)", (int)len, body, a.err.text);
    assert_true(a.err.text[0] && a.err.cure[0]);
}

TEST(every_endpoint_has_a_complete_row) {
    for (enum wx_endpoint_id id = 0; id < WX_ENDPOINTS; id++) {
        const struct wx_endpoint *e = wx_endpoint(id);
        assert_int_equal(e->id, id);
        assert_true(e->path[0] == '/' && e->help[0] && e->source[0] && e->cap >= (64 << 10));
        assert_true(strcmp(e->method, "GET") == 0 || strcmp(e->method, "POST") == 0);
        assert_int_not_equal(e->fields[0].type, WX_FIELD_NONE);
        assert_ptr_equal(wx_endpoint_find(e->path), e); /* no path twice */
    }
    assert_null(wx_endpoint_find("/nothing"));
    assert_false(wx_endpoint(WX_CARD_CREATE)->repeatable || wx_endpoint(WX_CARD_MODIFYSTOCK)->repeatable);
}

TEST(good_answers_are_taken) {
    static const struct {
        enum wx_endpoint_id id;
        const char *body;
    } cases[] = {
        {WX_TOKEN, "{\"access_token\":\"" TOKEN "\",\"expires_in\":7200}"},
        {WX_STABLE_TOKEN, " {\"expires_in\":60,\"access_token\":\"" TOKEN "\"}\r\n"},
        {WX_GETTICKET, "{\"errcode\":0,\"errmsg\":\"ok\",\"ticket\":\"" TICKET "\",\"expires_in\":7200}"},
        {WX_CARD_CREATE, "{\"errcode\":0,\"errmsg\":\"ok\",\"card_id\":\"pAbc_DEF-123\"}"},
        {WX_CARD_GET, "{\"errcode\":0,\"errmsg\":\"ok\",\"card\":{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":[[[[1]]]]}}}}}}"},
        {WX_CARD_BATCHGET, "{\"errcode\":0,\"errmsg\":\"ok\",\"card_id_list\":[\"p1\"],\"total_num\":1}"},
        {WX_CARD_DELETE, "{\"errcode\":0,\"errmsg\":\"ok\"}"},
        {WX_CARD_UPDATE, "{\"errcode\":0.0,\"errmsg\":\"ok\",\"send_check\":true}"},
        {WX_QRCODE_CREATE, "{\"errcode\":0,\"errmsg\":\"ok\",\"ticket\":\"gQx\",\"url\":\"http://w/q/1\","
                           "\"show_qrcode_url\":\"https://w/?ticket=gQx\"}"},
        {WX_LANDINGPAGE_CREATE, "{\"errcode\":0,\"errmsg\":\"ok\",\"url\":\"http://w/1\",\"page_id\":1}"},
        {WX_API_DOMAIN_IP, "{\"ip_list\":[\"101.226.103.0\\/25\"]}"},
        {WX_UPLOAD_IMG, "{\"url\":\"http:\\/\\/mmbiz.qpic.cn\\/mmbiz\\/x\\/0\"}"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO(answer_clear) struct answer a = read_text(cases[i].id, cases[i].body);
        if (!a.good || a.reply.class != WX_OK || a.reply.errcode != 0 || a.reply.json == NULL)
            fail_msg("%s: %s", cases[i].body, a.err.text);
    }
}

TEST(a_refusal_carries_number_class_words_and_cure) {
    AUTO(answer_clear)
    struct answer a =
        read_text(WX_STABLE_TOKEN, "{\"errcode\":40164,\"errmsg\":\"invalid ip 1.2.3.4, not in whitelist\"}");
    assert_false(a.good);
    assert_int_equal(a.reply.class, WX_HOST);
    assert_int_equal(a.reply.errcode, 40164);
    assert_int_equal(a.err.errcode, 40164);
    assert_int_equal(a.err.kind, ERR_PERMISSION);
    assert_non_null(strstr(a.err.text, "40164"));
    assert_non_null(strstr(a.err.text, "1.2.3.4"));
    assert_non_null(strstr(a.err.cure, "whitelist"));
    assert_string_equal(a.reply.errmsg, "invalid ip 1.2.3.4, not in whitelist");
}

TEST(an_unknown_number_is_never_success) {
    static const char *const bodies[] = {
        "{\"errcode\":987654,\"errmsg\":\"ok\",\"access_token\":\"" TOKEN "\",\"expires_in\":7200}",
        "{\"errcode\":-987654,\"errmsg\":\"ok\",\"access_token\":\"" TOKEN "\",\"expires_in\":7200}",
        "{\"errcode\":1,\"access_token\":\"" TOKEN "\",\"expires_in\":7200}",
    };
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        AUTO(answer_clear) struct answer a = read_text(WX_TOKEN, bodies[i]);
        assert_false(a.good);
        assert_int_equal(a.reply.class, WX_UNKNOWN);
    }
}

TEST(a_61004_without_an_address_is_a_missing_permission) {
    AUTO(answer_clear)
    struct answer host = read_text(
        WX_CARD_GET, "{\"errcode\":61004,\"errmsg\":\"access clientip is not registered requestIP: 1.2.3.4\"}");
    AUTO(answer_clear)
    struct answer other = read_text(WX_CARD_GET, "{\"errcode\":61004,\"errmsg\":\"api unauthorized\"}");
    assert_int_equal(host.reply.class, WX_HOST);
    assert_int_equal(other.reply.class, WX_PERMISSION);
}

/* F49 */
TEST(the_status_of_http_is_looked_at_first) {
    static const struct {
        int status;
        enum wx_class class;
    } cases[] = {
        {500, WX_TRANSIENT}, {502, WX_TRANSIENT}, {503, WX_TRANSIENT}, {599, WX_TRANSIENT}, {429, WX_TRANSIENT},
        {301, WX_GARBAGE},   {302, WX_GARBAGE},   {304, WX_GARBAGE},   {204, WX_GARBAGE},   {206, WX_GARBAGE},
        {400, WX_GARBAGE},   {401, WX_GARBAGE},   {404, WX_GARBAGE},   {0, WX_GARBAGE},     {700, WX_GARBAGE},
    };
    const char *body = "{\"access_token\":\"" TOKEN "\",\"expires_in\":7200}";
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO(answer_clear) struct answer a = read_bytes(WX_TOKEN, cases[i].status, body, strlen(body));
        if (a.good || a.reply.class != cases[i].class || a.reply.json != NULL)
            fail_msg("status %d", cases[i].status);
        assert_int_equal(a.err.kind, wx_rule(cases[i].class)->kind);
    }
}

/* F50 */
TEST(an_answer_cut_at_any_byte_is_garbage) {
    static const struct {
        enum wx_endpoint_id id;
        const char *body;
    } cases[] = {
        {WX_STABLE_TOKEN, "{\"access_token\":\"" TOKEN "\",\"expires_in\":7200}"},
        {WX_GETTICKET, "{\"errcode\":0,\"errmsg\":\"\xE5\xA5\xBD\",\"ticket\":\"" TICKET "\",\"expires_in\":7200}"},
        {WX_CARD_CREATE, "{\"errcode\":0,\"errmsg\":\"ok\",\"card_id\":\"pAbc\"}"},
        {WX_CARD_DELETE, "{\"errcode\":40073,\"errmsg\":\"invalid card id\"}"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        for (size_t len = 0; len < strlen(cases[i].body); len++)
            is_garbage(cases[i].id, cases[i].body, len);
}

/* F51 */
TEST(bytes_that_are_no_text_are_garbage) {
    static const struct bytes cases[] = {
#define BYTES(text) {text, sizeof(text) - 1}
        BYTES("{\"errcode\":40164,\"errmsg\":\"\xff\"}"),
        BYTES("{\"errcode\":40164,\"errmsg\":\"a\0b\"}"),
        BYTES("{\"errcode\":40164,\"errmsg\":\"x\"}\0"),
        BYTES("{\"errcode\":40164,\"errmsg\":\"\\u0000\"}"),
        BYTES("{\"errcode\":40164,\"errmsg\":\"\\ud800\"}"),
        BYTES("{\"errcode\":40164,\"errmsg\":\"\x1b[31m\"}"), /* a raw control character is no JSON */
        BYTES("\xef\xbb\xbf{\"errcode\":40164,\"errmsg\":\"x\"}"),
        BYTES("{\"errcode\":40164,\"errmsg\":\"\xc0\x80\"}"),
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        is_garbage(WX_CARD_DELETE, cases[i].data, cases[i].len);
}

TEST(an_errmsg_is_clean_and_short) {
    AUTO_BUF struct buf body = {0};
    buf_text(&body, "{\"errcode\":40164,\"errmsg\":\"\\u001b]52;c;eA==\\u0007\\u202e\\r\\nlevel=info ");
    for (int i = 0; i < 500; i++)
        buf_text(&body, "\xE7\x99\xBD");
    buf_text(&body, "\"}");
    AUTO(answer_clear) struct answer a = read_text(WX_CARD_DELETE, buf_str(&body));
    assert_int_equal(a.reply.errcode, 40164);
    assert_true(strlen(a.reply.errmsg) <= 200 && strlen(a.reply.errmsg) > 190);
    assert_null(strpbrk(a.reply.errmsg, "\x1b\x07\r\n"));
    assert_null(strstr(a.reply.errmsg, "\xE2\x80\xAE"));
    assert_null(strpbrk(a.err.text, "\x1b\x07\r\n"));
}

TEST(a_secret_that_wechat_echoes_is_not_shown) {
    AUTO_SECRET struct secret secret = {0};
    assert_true(secret_set(&secret, TOKEN, strlen(TOKEN)));
    AUTO(answer_clear)
    struct answer a = read_text(WX_CARD_DELETE, "{\"errcode\":40001,\"errmsg\":\"bad access_token " TOKEN " hint\"}");
    assert_int_equal(a.reply.class, WX_TOKEN_STALE);
    assert_null(strstr(a.reply.errmsg, TOKEN));
    assert_null(strstr(a.err.text, TOKEN));
}

/* F52 */
TEST(answers_of_another_form_are_garbage) {
    static const char *const cases[] = {
        "",
        " ",
        "null",
        "0",
        "\"ok\"",
        "[]",
        "[{\"errcode\":0}]",
        "{}",
        "<html><body>Sign in to the hotel's network</body></html>",
        "{\"errcode\":\"0\",\"errmsg\":\"ok\"}",
        "{\"errcode\":0.5,\"errmsg\":\"ok\"}",
        "{\"errcode\":1e99,\"errmsg\":\"ok\"}",
        "{\"errcode\":1e400,\"errmsg\":\"ok\"}",
        "{\"errcode\":4294967296,\"errmsg\":\"ok\"}",
        "{\"errcode\":null,\"errmsg\":\"ok\"}",
        "{\"errcode\":[0],\"errmsg\":\"ok\"}",
        "{\"errcode\":false,\"errmsg\":\"ok\"}",
        "{\"errcode\":0,\"errcode\":40001,\"errmsg\":\"ok\"}",
        "{\"errcode\":40001,\"errcode\":0,\"errmsg\":\"ok\"}",
        "{\"errcode\":0,\"\\u0065rrcode\":40001}",
        "{\"Errcode\":0,\"errmsg\":\"ok\"}",
        "{\"ERRCODE\":40001,\"errmsg\":\"no\"}",
        "{\"errcode\":0,\"errmsg\":5}",
        "{\"errcode\":0,\"errmsg\":null}",
        "{\"errcode\":0,\"errmsg\":\"ok\"}}",
        "{\"errcode\":0,\"errmsg\":\"ok\"}{\"errcode\":0}",
        "{\"errcode\":0,\"errmsg\":\"ok\"} trailing",
        "{\"errcode\":0,\"errmsg\":\"ok\",}",
        "{'errcode':0}",
        "{\"errcode\":0 /* ok */}",
        "{\"errcode\":+0}",
        "{\"errcode\":00}",
        "{\"errcode\":0x0}",
        "{\"errcode\":NaN}",
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        is_garbage(WX_CARD_DELETE, cases[i], strlen(cases[i]));
}

TEST(deep_and_wide_answers_are_garbage) {
    AUTO_BUF struct buf deep = {0};
    AUTO_BUF struct buf wide = {0};
    buf_text(&deep, "{\"errcode\":0,\"x\":");
    for (int i = 0; i < 10000; i++)
        buf_char(&deep, '[');
    for (int i = 0; i < 10000; i++)
        buf_char(&deep, ']');
    buf_char(&deep, '}');
    is_garbage(WX_CARD_DELETE, buf_str(&deep), deep.len);
    buf_text(&wide, "{\"errcode\":0");
    for (int i = 0; i < 300; i++)
        buf_printf(&wide, ",\"x%d\":1", i);
    buf_char(&wide, '}');
    is_garbage(WX_CARD_DELETE, buf_str(&wide), wide.len);
}

/* F53 */
TEST(lives_and_tokens_out_of_bounds_are_garbage) {
    static const char *const lives[] = {"0",      "-1",    "59",     "7201", "1e9",  "7200.5",    "\"7200\"",
                                        "null",   "true",  "[7200]", "{}",   "1e-9", "1e400",     "-7200",
                                        "999999", "60.01", "7.2e-3", "\"\"", "NaN",  "2147483648"};
    static const char *const tokens[] = {
        "\"\"",
        "\"short\"",
        "null",
        "7",
        "[\"" TOKEN "\"]",
        "\"" TOKEN " \"",
        "\"" TOKEN "\\n\"",
        "\"" TOKEN "\\\"\"",
        "\"" TOKEN "%00\"",
        "\"" TOKEN "&appid=x\"",
        "\"" TOKEN "\xE5\xA5\xBD\"",
        "\"" TOKEN "\\u0000\"",
    };
    AUTO_BUF struct buf body = {0};
    for (size_t i = 0; i < ARRAY_LEN(lives); i++) {
        buf_reset(&body);
        buf_printf(&body, "{\"access_token\":\"%s\",\"expires_in\":%s}", TOKEN, lives[i]);
        is_garbage(WX_STABLE_TOKEN, buf_str(&body), body.len);
    }
    for (size_t i = 0; i < ARRAY_LEN(tokens); i++) {
        buf_reset(&body);
        buf_printf(&body, "{\"access_token\":%s,\"expires_in\":7200}", tokens[i]);
        is_garbage(WX_STABLE_TOKEN, buf_str(&body), body.len);
        buf_reset(&body);
        buf_printf(&body, "{\"errcode\":0,\"errmsg\":\"ok\",\"ticket\":%s,\"expires_in\":7200}", tokens[i]);
        is_garbage(WX_GETTICKET, buf_str(&body), body.len);
    }
    is_garbage(WX_STABLE_TOKEN, "{\"access_token\":\"" TOKEN "\"}", strlen(TOKEN) + 19);
    is_garbage(WX_STABLE_TOKEN, "{\"expires_in\":7200}", 19);
    is_garbage(WX_GETTICKET, "{\"errcode\":0,\"errmsg\":\"ok\",\"expires_in\":7200}", 46);
}

TEST(long_tokens_end_at_512_bytes) {
    static const size_t lengths[] = {16, 512, 513, 600, 1 << 20};
    for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
        AUTO_BUF struct buf body = {0};
        buf_text(&body, "{\"expires_in\":7200,\"access_token\":\"");
        for (size_t n = 0; n < lengths[i]; n++)
            buf_char(&body, 'a');
        buf_text(&body, "\"}");
        AUTO(answer_clear) struct answer a = read_bytes(WX_TOKEN, 200, buf_str(&body), body.len);
        assert_int_equal(a.good, lengths[i] <= 512);
        assert_int_equal(a.reply.class, lengths[i] <= 512 ? WX_OK : WX_GARBAGE);
    }
}

TEST(required_members_are_of_their_type) {
    static const struct {
        enum wx_endpoint_id id;
        const char *body;
    } cases[] = {
        {WX_CARD_CREATE, "{\"errcode\":0,\"errmsg\":\"ok\"}"},
        {WX_CARD_CREATE, "{\"errcode\":0,\"errmsg\":\"ok\",\"card_id\":\"\"}"},
        {WX_CARD_CREATE, "{\"errcode\":0,\"errmsg\":\"ok\",\"card_id\":\"p234567890123456789012345678901234\"}"},
        {WX_CARD_CREATE, "{\"errcode\":0,\"errmsg\":\"ok\",\"card_id\":\"p';drop\"}"},
        {WX_CARD_GET, "{\"errcode\":0,\"errmsg\":\"ok\",\"card\":[]}"},
        {WX_CARD_BATCHGET, "{\"errcode\":0,\"errmsg\":\"ok\",\"card_id_list\":{},\"total_num\":1}"},
        {WX_CARD_BATCHGET, "{\"errcode\":0,\"errmsg\":\"ok\",\"card_id_list\":[],\"total_num\":-1}"},
        {WX_CARD_MODIFYSTOCK, "{\"errmsg\":\"ok\"}"},
        {WX_API_DOMAIN_IP, "{\"ip_list\":\"1.2.3.4\"}"},
        {WX_API_DOMAIN_IP, "{}"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        is_garbage(cases[i].id, cases[i].body, strlen(cases[i].body));
}

TEST(a_call_without_an_answer_is_transient) {
    AUTO_WX_REPLY struct wx_reply reply = {0};
    struct err err = {0};
    fail(&err, ERR_UNAVAILABLE, "api.weixin.qq.com cannot be reached");
    wx_unanswered(&reply, &err);
    assert_int_equal(reply.class, WX_TRANSIENT);
    assert_string_equal(reply.errmsg, err.text);
    fail(&err, ERR_CONFIG, "http:// is not allowed");
    wx_unanswered(&reply, &err);
    assert_int_equal(reply.class, WX_CONFIG);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_endpoint_has_a_complete_row),
        cmocka_unit_test(good_answers_are_taken),
        cmocka_unit_test(a_refusal_carries_number_class_words_and_cure),
        cmocka_unit_test(an_unknown_number_is_never_success),
        cmocka_unit_test(a_61004_without_an_address_is_a_missing_permission),
        cmocka_unit_test(the_status_of_http_is_looked_at_first),
        cmocka_unit_test(an_answer_cut_at_any_byte_is_garbage),
        cmocka_unit_test(bytes_that_are_no_text_are_garbage),
        cmocka_unit_test(an_errmsg_is_clean_and_short),
        cmocka_unit_test(a_secret_that_wechat_echoes_is_not_shown),
        cmocka_unit_test(answers_of_another_form_are_garbage),
        cmocka_unit_test(deep_and_wide_answers_are_garbage),
        cmocka_unit_test(lives_and_tokens_out_of_bounds_are_garbage),
        cmocka_unit_test(long_tokens_end_at_512_bytes),
        cmocka_unit_test(required_members_are_of_their_type),
        cmocka_unit_test(a_call_without_an_answer_is_transient),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
