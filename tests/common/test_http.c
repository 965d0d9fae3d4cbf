#include "harness.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "clock.h"
#include "http.h"
#include "peer.h"

#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
#define OK_ANSWER OK_HEAD "Content-Length: 13\r\n\r\n{\"errcode\":0}"
#define KILOBYTE                                                                                                       \
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" \
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" \
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" \
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" \
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" \
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" \
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" \
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" \
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" \
    "0123456789abcdef"

static const char secret[] = "CANARY_token_value";

static char directory[] = "/tmp/kaquan-http-XXXXXX";
static char ca_file[64], other_ca_file[64], good_file[64], other_name_file[64], expired_file[64], self_file[64];
static struct http *http;
static char base[64];

static void name_file(char path[64], const char *name) {
    snprintf(path, 64, "%s/%s", directory, name);
}

static struct http *http_with(const struct http_options *options) {
    struct err err = {0};
    struct http *made = http_new(options, &err);
    if (made == NULL)
        test_fail("%s", err.text);
    return made;
}

static int start(void **state) {
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    assert_non_null(mkdtemp(directory));
    name_file(ca_file, "ca.pem");
    name_file(other_ca_file, "other_ca.pem");
    name_file(good_file, "good.pem");
    name_file(other_name_file, "other_name.pem");
    name_file(expired_file, "expired.pem");
    name_file(self_file, "self.pem");
    peer_certificate(ca_file, "DNS:ca.test", NULL, 10);
    peer_certificate(other_ca_file, "DNS:other-ca.test", NULL, 10);
    peer_certificate(good_file, "IP:127.0.0.1", ca_file, 10);
    peer_certificate(other_name_file, "DNS:api.weixin.qq.com", ca_file, 10);
    peer_certificate(expired_file, "IP:127.0.0.1", ca_file, 0);
    peer_certificate(self_file, "IP:127.0.0.1", NULL, 10);
    http = http_with(&(struct http_options){.ca_file = ca_file});
    return 0;
}

static int stop(void **state) {
    const char *const files[] = {ca_file, other_ca_file, good_file, other_name_file, expired_file, self_file};
    (void)state;
    http_free(http);
    for (size_t i = 0; i < ARRAY_LEN(files); i++)
        unlink(files[i]);
    return rmdir(directory);
}

static const char *base_of(const struct peer *peer, const char *scheme) {
    snprintf(base, sizeof base, "%s://127.0.0.1:%d", scheme, peer->port);
    return base;
}

/* One GET with a secret in its query. Whatever happens, no error text may hold it. */
static bool get(struct http *by, const char *from, int timeout_ms, struct http_reply *reply, struct err *err) {
    AUTO_BUF struct buf query = {0};
    struct http_request request = {
        .base = from, .path = "/cgi-bin/token", .query = &query, .cap = HTTP_CAP_SMALL, .timeout_ms = timeout_ms};
    bool good;
    http_query(&query, "access_token", secret);
    good = http_call(by, &request, reply, err);
    assert_null(strstr(err->text, secret));
    assert_null(strstr(err->cure, secret));
    assert_null(strstr(err->text, "/cgi-bin"));
    if (!good)
        assert_int_equal(reply->body.len, 0);
    return good;
}

static bool post(struct http *by, const char *to, const char *text, struct http_reply *reply, struct err *err) {
    AUTO_BUF struct buf body = {0};
    struct http_request request = {.base = to, .path = "/card/create", .body = &body, .cap = HTTP_CAP_CARD};
    buf_text(&body, text);
    return http_call(by, &request, reply, err);
}

/* --- what goes out and comes in --- */

TEST(a_file_goes_out_as_a_form_and_json_again_after_it) {
    static const struct peer_script script = {{READ_REQUEST, SAY(OK_ANSWER)}};
    static const struct http_file file = {"buffer", "logo.png", "image/png", {"\x89PNG\0bytes", 10}};
    AUTO_PEER struct peer *peer = peer_new(&script, 1, NULL), *other = peer_new(&script, 1, NULL);
    AUTO_REPLY struct http_reply reply = {0};
    struct http_request request = {.path = "/upload", .cap = HTTP_CAP_SMALL, .file = &file};
    struct err err = {0};
    request.base = base_of(peer, "http");
    assert_true(http_call(http, &request, &reply, &err));
    assert_non_null(strstr(peer->seen->request, "Content-Type: multipart/form-data; boundary="));
    assert_null(strstr(peer->seen->request, "Content-Type: application/json"));
    assert_null(strcasestr(peer->seen->request, "\r\nExpect:"));
    assert_non_null(strstr(peer->seen->request,
                           "Content-Disposition: form-data; name=\"buffer\"; filename=\"logo.png\"\r\n"
                           "Content-Type: image/png\r\n"));
    assert_true(post(http, base_of(other, "http"), "{}", &reply, &err));
    assert_non_null(strstr(other->seen->request, "Content-Type: application/json; charset=utf-8\r\n"));
    assert_null(strstr(other->seen->request, "multipart"));
}

TEST(a_get_carries_its_query_and_gives_the_body) {
    static const struct peer_script script = {{READ_REQUEST, SAY(OK_ANSWER)}};
    AUTO_PEER struct peer *peer = peer_new(&script, 1, NULL);
    AUTO_REPLY struct http_reply reply = {0};
    struct err err = {0};
    assert_true(get(http, base_of(peer, "http"), 0, &reply, &err));
    assert_int_equal(reply.status, 200);
    assert_string_equal(buf_str(&reply.body), "{\"errcode\":0}");
    assert_true(reply.seconds > 0 && reply.seconds < 5);
    assert_memory_equal(peer->seen->request, "GET /cgi-bin/token?access_token=CANARY_token_value HTTP/1.1\r\n", 61);
    assert_non_null(strstr(peer->seen->request, "\r\nUser-Agent: kaquan\r\n"));
    assert_null(strcasestr(peer->seen->request, "\r\nAccept-Encoding:"));
    assert_null(strcasestr(peer->seen->request, "\r\nCookie:"));
}

TEST(a_post_carries_its_body_as_utf8_json) {
    static const struct peer_script script = {{READ_REQUEST, SAY(OK_ANSWER)}};
    AUTO_PEER struct peer *peer = peer_new(&script, 1, NULL);
    AUTO_REPLY struct http_reply reply = {0};
    struct err err = {0};
    assert_true(post(http, base_of(peer, "http"), "{\"title\":\"卡券\"}", &reply, &err));
    assert_memory_equal(peer->seen->request, "POST /card/create HTTP/1.1\r\n", 28);
    assert_non_null(strstr(peer->seen->request, "\r\nContent-Type: application/json; charset=utf-8\r\n"));
    assert_non_null(strstr(peer->seen->request, "\r\nContent-Length: 18\r\n"));
    assert_non_null(strstr(peer->seen->request, "\r\n\r\n{\"title\":\"卡券\"}"));
    assert_null(strcasestr(peer->seen->request, "\r\nExpect:"));
}

TEST(an_empty_and_a_large_body_are_posted_whole) {
    static const struct peer_script script = {{READ_REQUEST, SAY(OK_ANSWER)}};
    AUTO_PEER struct peer *peer = peer_new(&script, 1, NULL), *other = peer_new(&script, 1, NULL);
    AUTO_REPLY struct http_reply reply = {0};
    struct err err = {0};
    assert_true(post(http, base_of(peer, "http"), "", &reply, &err));
    assert_non_null(strstr(peer->seen->request, "\r\nContent-Length: 0\r\n"));
    assert_true(post(http, base_of(other, "http"), KILOBYTE KILOBYTE KILOBYTE KILOBYTE, &reply, &err));
    assert_non_null(strstr(other->seen->request, "\r\n\r\n" KILOBYTE KILOBYTE KILOBYTE KILOBYTE));
}

TEST(a_connection_is_used_again) {
    static const struct peer_script script = {
        {READ_REQUEST, SAY(OK_ANSWER), READ_REQUEST, SAY(OK_ANSWER), READ_REQUEST, SAY(OK_ANSWER)}};
    AUTO_PEER struct peer *peer = peer_new(&script, 1, NULL);
    AUTO_REPLY struct http_reply reply = {0};
    struct err err = {0};
    for (int i = 0; i < 3; i++)
        assert_true(i == 1 ? get(http, base_of(peer, "http"), 0, &reply, &err)
                           : post(http, base_of(peer, "http"), "{}", &reply, &err));
    assert_int_equal(peer->seen->requests, 3);
    assert_int_equal(peer->seen->connections, 1);
}

static bool all_over(void *context) {
    const struct peer *peer = context;
    return peer->seen->connections == 2 && peer->seen->ended == 2;
}

/* It may have been carried out: whether to ask again is not for libcurl to decide. */
TEST(a_post_is_never_sent_twice) {
    static const struct peer_script script = {{READ_REQUEST, SAY(OK_ANSWER), READ_REQUEST, WAIT(50), CLOSE}};
    AUTO_PEER struct peer *peer = peer_new(&script, 1, NULL);
    AUTO_REPLY struct http_reply reply = {0};
    struct err err = {0};
    assert_true(post(http, base_of(peer, "http"), "{}", &reply, &err));
    assert_false(post(http, base_of(peer, "http"), "{}", &reply, &err));
    assert_int_equal(err.kind, ERR_UNAVAILABLE);
    assert_non_null(strstr(err.text, "closed the connection without an answer"));
    /* libcurl connects again, finds that it cannot repeat the body, and leaves. */
    test_wait_until(all_over, peer, 5);
    assert_int_equal(peer->seen->requests, 2);
}

TEST(every_status_is_an_answer) {
    static const struct {
        int status;
        const char *answer;
    } answers[] = {
        {204, "HTTP/1.1 204 No Content\r\n\r\n"},
        {500, "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"},
        {502, "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 13\r\n\r\n<html></html>"},
        {429, "HTTP/1.1 429 Slow Down\r\nContent-Length: 0\r\n\r\n"},
        {401, "HTTP/1.1 401 Who\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
        const struct peer_script script = {{READ_REQUEST, SAY(answers[i].answer)}};
        AUTO_PEER struct peer *peer = peer_new(&script, 1, NULL);
        AUTO_REPLY struct http_reply reply = {0};
        struct err err = {0};
        assert_true(get(http, base_of(peer, "http"), 0, &reply, &err));
        assert_int_equal(reply.status, answers[i].status);
        assert_int_equal(peer->seen->requests, 1);
    }
}

/* --- F49: redirects --- */

TEST(a_redirect_is_not_followed) {
    static const struct peer_script welcome = {{READ_REQUEST, SAY(OK_ANSWER)}};
    static const int statuses[] = {301, 302, 303, 307, 308};
    AUTO_PEER struct peer *second = peer_new(&welcome, 1, NULL);
    for (size_t i = 0; i < ARRAY_LEN(statuses); i++) {
        char answer[200];
        snprintf(answer, sizeof answer,
                 "HTTP/1.1 %d Moved\r\nLocation: http://127.0.0.1:%d/\r\nContent-Length: 0\r\n\r\n", statuses[i],
                 second->port);
        const struct peer_script script = {{READ_REQUEST, SAY(answer)}};
        AUTO_PEER struct peer *peer = peer_new(&script, 1, NULL);
        AUTO_REPLY struct http_reply reply = {0};
        struct err err = {0};
        assert_true(get(http, base_of(peer, "http"), 0, &reply, &err));
        assert_int_equal(reply.status, statuses[i]);
    }
    assert_int_equal(second->seen->connections, 0);
}

/* --- F50: cut off, too much --- */

TEST(an_answer_cut_at_any_byte_is_refused) {
    static const char answer[] = OK_ANSWER;
    size_t body = (size_t)(strstr(answer, "\r\n\r\n") + 4 - answer);
    for (size_t len = body; len < sizeof answer - 1; len++) {
        char part[sizeof answer];
        snprintf(part, sizeof part, "%.*s", (int)len, answer);
        const struct peer_script script = {{READ_REQUEST, SAY(part)}};
        AUTO_PEER struct peer *peer = peer_new(&script, 1, NULL);
        AUTO_REPLY struct http_reply reply = {0};
        struct err err = {0};
        assert_false(get(http, base_of(peer, "http"), 0, &reply, &err));
        assert_int_equal(err.kind, ERR_UNAVAILABLE);
        assert_non_null(strstr(err.text, "cut off"));
    }
}

/* A head that ends early never turns into an answer with a body. */
TEST(a_head_cut_at_any_byte_gives_nothing) {
    static const char answer[] = OK_ANSWER;
    size_t head = (size_t)(strstr(answer, "\r\n\r\n") + 4 - answer);
    for (size_t len = 0; len < head; len++) {
        char part[sizeof answer];
        snprintf(part, sizeof part, "%.*s", (int)len, answer);
        const struct peer_script script = {{READ_REQUEST, SAY(part)}};
        AUTO_PEER struct peer *peer = peer_new(&script, 1, NULL);
        AUTO_REPLY struct http_reply reply = {0};
        struct err err = {0};
        if (get(http, base_of(peer, "http"), 0, &reply, &err))
            test_fail("a head of %zu bytes was taken for an answer: %d \"%s\"", len, reply.status,
                      buf_str(&reply.body));
        assert_int_equal(err.kind, ERR_UNAVAILABLE);
    }
}

TEST(what_is_no_whole_answer_is_refused) {
    static const struct {
        const char *name;
        struct peer_script script;
    } cases[] = {
        {"nothing", {{READ_REQUEST}}},
        {"closed at once", {{CLOSE}}},
        {"reset", {{READ_REQUEST, RESET}}},
        {"reset in the body", {{READ_REQUEST, SAY(OK_HEAD "Content-Length: 13\r\n\r\n{"), RESET}}},
        {"not HTTP", {{READ_REQUEST, SAY("SSH-2.0-OpenSSH_9.2\r\n")}}},
        {"HTTP/0.9", {{READ_REQUEST, SAY("{\"errcode\":0}")}}},
        {"chunks cut", {{READ_REQUEST, SAY(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n20\r\n{\"errcode\"")}}},
        {"no last chunk", {{READ_REQUEST, SAY(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n")}}},
        {"bad chunk", {{READ_REQUEST, SAY(OK_HEAD "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n")}}},
        {"bad length", {{READ_REQUEST, SAY(OK_HEAD "Content-Length: -5\r\n\r\n{}")}}},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_PEER struct peer *peer = peer_new(&cases[i].script, 1, NULL);
        AUTO_REPLY struct http_reply reply = {0};
        struct err err = {0};
        if (get(http, base_of(peer, "http"), 3000, &reply, &err))
            test_fail("%s was taken for an answer", cases[i].name);
        if (err.kind != ERR_UNAVAILABLE)
            test_fail("%s: %s", cases[i].name, err.text);
    }
}

static long most_memory_kb(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

/* 256 MB are on offer each time. */
TEST(an_endless_answer_is_capped_in_bounded_memory) {
    static const struct {
        const char *name, *head, *piece, *too_large;
    } cases[] = {
        {"plain", OK_HEAD "\r\n", KILOBYTE, "the answer from 127.0.0.1 is too large"},
        {"announced", OK_HEAD "Content-Length: 268435456\r\n\r\n", KILOBYTE,
         "the answer from 127.0.0.1 is too large"},
        {"chunked", OK_HEAD "Transfer-Encoding: chunked\r\n\r\n", "400\r\n" KILOBYTE "\r\n",
         "the answer from 127.0.0.1 is too large"},
        {"headers", OK_HEAD, "X-Filler: " KILOBYTE "\r\n", "the answer's header from 127.0.0.1 is too large"},
        {"interim answers", "", "HTTP/1.1 100 Continue\r\nX: " KILOBYTE "\r\n\r\n",
         "the answer's header from 127.0.0.1 is too large"},
        {"trailers", OK_HEAD "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n", "X-Filler: " KILOBYTE "\r\n",
         "the answer's header from 127.0.0.1 is too large"},
        {"one header", OK_HEAD "X-Filler: ", KILOBYTE, ""},
    };
    long before = most_memory_kb();
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct peer_script script = {
            {READ_REQUEST, SAY(cases[i].head), SAY_AGAIN(cases[i].piece, 256 << 10, 0)}};
        AUTO_PEER struct peer *peer = peer_new(&script, 1, NULL);
        AUTO_REPLY struct http_reply reply = {0};
        struct err err = {0};
        if (get(http, base_of(peer, "http"), 0, &reply, &err))
            test_fail("%s: taken for an answer", cases[i].name);
        if (err.kind != ERR_UNAVAILABLE || strstr(err.text, cases[i].too_large) == NULL)
            test_fail("%s: %s", cases[i].name, err.text);
        /* The rest lay in the sockets' buffers. */
        assert_true(peer->seen->sent < 16 << 20);
    }
    assert_true(most_memory_kb() - before < 8 << 10);
}

TEST(the_cap_is_exact) {
    static const struct peer_script script = {{READ_REQUEST, SAY(OK_HEAD "Content-Length: 1024\r\n\r\n" KILOBYTE)}};
    for (size_t cap = 1023; cap <= 1024; cap++) {
        AUTO_PEER struct peer *peer = peer_new(&script, 1, NULL);
        AUTO_REPLY struct http_reply reply = {0};
        struct err err = {0};
        struct http_request request = {.base = base_of(peer, "http"), .path = "/", .cap = cap};
        assert_int_equal(http_call(http, &request, &reply, &err), cap == 1024);
        assert_int_equal(reply.body.len, cap == 1024 ? 1024 : 0);
    }
}

/* 48 kB of gzip can be 50 MB: nothing is unpacked. */
TEST(a_packed_answer_stays_packed) {
    static const struct peer_script script = {
        {READ_REQUEST, SAY(OK_HEAD "Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x01")}};
    AUTO_PEER struct peer *peer = peer_new(&script, 1, NULL);
    AUTO_REPLY struct http_reply reply = {0};
    struct err err = {0};
    assert_true(get(http, base_of(peer, "http"), 0, &reply, &err));
    assert_string_equal(buf_str(&reply.body), "\x1f\x8b\x08\x01");
}

/* --- F48: slow, silent, not there --- */

static void assert_ends(const struct peer_script *script, int timeout_ms, double low, double high) {
    AUTO_PEER struct peer *peer = peer_new(script, 1, NULL);
    AUTO_REPLY struct http_reply reply = {0};
    struct err err = {0};
    double begin = clock_seconds();
    assert_false(get(http, base_of(peer, "http"), timeout_ms, &reply, &err));
    assert_int_equal(err.kind, ERR_UNAVAILABLE);
    assert_non_null(strstr(err.text, "did not answer in time"));
    assert_in_range((uintmax_t)((clock_seconds() - begin) * 1000), (uintmax_t)(low * 1000), (uintmax_t)(high * 1000));
}

TEST(a_silent_peer_is_left_at_the_deadline) {
    static const struct peer_script scripts[] = {
        {{READ_REQUEST, WAIT(20000)}},
        {{READ_REQUEST, SAY(OK_HEAD "Content-Length: 13\r\n\r\n"), WAIT(20000)}},
        {{WAIT(20000)}},
    };
    for (size_t i = 0; i < ARRAY_LEN(scripts); i++)
        assert_ends(&scripts[i], 400, 0.35, 3);
}

/* A byte every 100 ms would never let a silence grow long. The deadline of 10 s is not what ends it. */
TEST(a_slow_peer_is_left_before_the_deadline) {
    static const struct peer_script script = {{READ_REQUEST, SAY(OK_HEAD "\r\n"), SAY_AGAIN("x", 1000, 100)}};
    assert_ends(&script, 0, 2, 9.5);
}

TEST(a_refused_connection_says_so) {
    AUTO_REPLY struct http_reply reply = {0};
    struct err err = {0};
    snprintf(base, sizeof base, "http://127.0.0.1:%d", peer_closed_port());
    assert_false(get(http, base, 0, &reply, &err));
    assert_int_equal(err.kind, ERR_UNAVAILABLE);
    assert_string_equal(err.text, "127.0.0.1 cannot be reached: Connection refused");
    assert_true(err.cure[0] != '\0');
}

/* --- where we may call --- */

TEST(a_base_is_https_or_a_literal_loopback_address) {
    static const char *const allowed[] = {
        "https://api.weixin.qq.com", "https://api.weixin.qq.com:443", "https://sh.api.weixin.qq.com",
        "https://127.0.0.1:8443",    "https://[2001:db8::1]:443",     "http://127.0.0.1",
        "http://127.0.0.1:65535",    "http://127.8.9.10:80",          "http://[::1]:8080",
        "http://[0:0:0:0:0:0:0:1]",
    };
    for (size_t i = 0; i < ARRAY_LEN(allowed); i++) {
        struct err err = {0};
        if (!http_base_allowed(allowed[i], &err))
            test_fail("%s: %s", allowed[i], err.text);
    }
}

TEST(every_other_base_is_refused_and_not_called) {
    static const char *const refused[] = {
        "",
        "api.weixin.qq.com",
        "http://example.com",
        "http://api.weixin.qq.com",
        "ftp://127.0.0.1",
        "file:///etc/passwd",
        "gopher://127.0.0.1",
        "http://",
        "https://",
        "http://127.0.0.1.evil.com",
        "http://127.0.0.1@evil.com",
        "https://user@api.weixin.qq.com",
        "https://user:password@api.weixin.qq.com",
        "http://localhost",
        "http://localhost:8080",
        "http://127.1",
        "http://127.0.0.1.",
        "http://0177.0.0.1",
        "http://0x7f.0.0.1",
        "http://2130706433",
        "http://0.0.0.0",
        "http://[::]",
        "http://[::ffff:127.0.0.1]",
        "http://[::1",
        "http://[::1]evil.com",
        "http://::1",
        "http://[fe80::1%25eth0]",
        "http://128.0.0.1",
        "https://api.weixin.qq.com/",
        "https://api.weixin.qq.com/x",
        "https://api.weixin.qq.com?x",
        "https://api.weixin.qq.com#x",
        "https://api.weixin.qq.com\\@evil.com",
        "https://api.weixin.qq.com:",
        "https://api.weixin.qq.com:0",
        "https://api.weixin.qq.com:65536",
        "https://api.weixin.qq.com:443x",
        "https://api.weixin.qq.com:443@evil.com",
        "https://api weixin.qq.com",
        " https://api.weixin.qq.com",
        "https://api.weixin.qq.com\n",
        "https://api.weixin.qq.com\r\nHost: evil.com",
        "https://%61pi.weixin.qq.com",
        "https://\xe5\x8d\xa1.com",
        "HTTPS://api.weixin.qq.com",
        "https:/api.weixin.qq.com",
    };
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        AUTO_REPLY struct http_reply reply = {0};
        struct err err = {0};
        if (http_base_allowed(refused[i], &err))
            test_fail("%s was allowed", refused[i]);
        assert_int_equal(err.kind, ERR_CONFIG);
        assert_true(err.cure[0] != '\0');
        err_clear(&err);
        assert_false(get(http, refused[i], 1000, &reply, &err));
        assert_int_equal(err.kind, ERR_CONFIG);
    }
}

TEST(proxies_of_the_environment_are_not_used) {
    static const struct peer_script script = {{READ_REQUEST, SAY(OK_ANSWER)}};
    static const char *const names[] = {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
    AUTO_PEER struct peer *peer = peer_new(&script, 1, NULL);
    AUTO_PEER struct peer *proxy = peer_new(&script, 1, NULL);
    AUTO_REPLY struct http_reply reply = {0};
    struct err err = {0};
    char closed[64];
    /* A name: for literal loopback addresses no proxy would be asked anyway. */
    snprintf(closed, sizeof closed, "https://localhost:%d", peer_closed_port());
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        setenv(names[i], base_of(proxy, "http"), 1);
    assert_true(get(http, base_of(peer, "http"), 0, &reply, &err));
    assert_false(get(http, closed, 0, &reply, &err));
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        unsetenv(names[i]);
    assert_int_equal(proxy->seen->connections, 0);
}

/* The proxy sees the host, and nothing of what we say to it. */
TEST(a_proxy_that_is_set_is_used_but_not_for_the_simulator) {
    static const struct peer_script ok = {{READ_REQUEST, SAY(OK_ANSWER)}};
    static const struct peer_script no = {{READ_REQUEST, SAY("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")}};
    AUTO_PEER struct peer *peer = peer_new(&ok, 1, NULL);
    AUTO_PEER struct peer *proxy = peer_new(&no, 1, NULL);
    AUTO_REPLY struct http_reply reply = {0};
    struct err err = {0};
    char address[64];
    snprintf(address, sizeof address, "%s", base_of(proxy, "http"));
    struct http *by = http_with(&(struct http_options){.ca_file = ca_file, .proxy = address});
    assert_true(get(by, base_of(peer, "http"), 0, &reply, &err));
    assert_int_equal(proxy->seen->connections, 0);
    assert_false(get(by, "https://api.weixin.qq.com", 0, &reply, &err));
    assert_int_equal(err.kind, ERR_UNAVAILABLE);
    assert_memory_equal(proxy->seen->request, "CONNECT api.weixin.qq.com:443 HTTP/1.1\r\n", 40);
    assert_null(strstr(proxy->seen->request, secret));
    http_free(by);
}

TEST(an_egress_address_that_is_not_ours_is_a_matter_of_configuration) {
    AUTO_REPLY struct http_reply reply = {0};
    struct err err = {0};
    struct http *by = http_with(&(struct http_options){.ca_file = ca_file, .egress_address = "203.0.113.77"});
    assert_false(get(by, "https://192.0.2.1", 2000, &reply, &err));
    assert_int_equal(err.kind, ERR_CONFIG);
    assert_non_null(strstr(err.text, "egress address"));
    http_free(by);
}

TEST(without_a_ca_bundle_nothing_starts) {
    static const char *const files[] = {NULL, "", "/nowhere/ca.pem"};
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        struct err err = {0};
        assert_null(http_new(&(struct http_options){.ca_file = files[i]}, &err));
        assert_int_equal(err.kind, ERR_CONFIG);
        assert_true(err.cure[0] != '\0');
    }
}

/* --- F54: TLS --- */

/* Calls a TLS peer that shows `file`; what it saw of our request must be nothing unless we trust it. */
static void assert_trust(const char *bundle, const char *file, int newest, bool trusted, const char *why) {
    static const struct peer_script script = {{READ_REQUEST, SAY(OK_ANSWER)}};
    const struct peer_tls tls = {file, newest};
    AUTO_PEER struct peer *peer = peer_new(&script, 1, &tls);
    AUTO_REPLY struct http_reply reply = {0};
    struct err err = {0};
    struct http *by = http_with(&(struct http_options){.ca_file = bundle});
    bool good = get(by, base_of(peer, "https"), 0, &reply, &err);
    http_free(by);
    if (good != trusted)
        test_fail("%s by %s: %s", file, bundle, good ? "trusted" : err.text);
    if (!trusted && strstr(err.text, why) == NULL)
        test_fail("%s by %s: %s", file, bundle, err.text);
    assert_int_equal(peer->seen->requests, trusted ? 1 : 0);
}

TEST(a_certificate_of_our_ca_is_trusted) {
    assert_trust(ca_file, good_file, 0, true, "");
    assert_trust(ca_file, good_file, TLS1_2_VERSION, true, "");
    assert_trust(self_file, self_file, 0, true, "");
}

TEST(every_other_certificate_is_refused) {
    assert_trust(ca_file, self_file, 0, false, "not trusted");
    assert_trust(other_ca_file, good_file, 0, false, "not trusted");
    assert_trust(ca_file, other_name_file, 0, false, "not trusted");
    assert_trust(ca_file, expired_file, 0, false, "not trusted");
    assert_trust("/etc/ssl/certs/ca-certificates.crt", good_file, 0, false, "not trusted");
}

TEST(an_old_tls_is_refused) {
    assert_trust(ca_file, good_file, TLS1_1_VERSION, false, "handshake failed");
    assert_trust(ca_file, good_file, TLS1_VERSION, false, "handshake failed");
}

TEST(plain_http_is_not_taken_for_tls) {
    static const struct peer_script script = {{SAY(OK_ANSWER), WAIT(200)}};
    AUTO_PEER struct peer *peer = peer_new(&script, 1, NULL);
    AUTO_REPLY struct http_reply reply = {0};
    struct err err = {0};
    assert_false(get(http, base_of(peer, "https"), 2000, &reply, &err));
    assert_int_equal(err.kind, ERR_UNAVAILABLE);
    assert_int_equal(peer->seen->requests, 0);
}

TEST(a_file_without_certificates_is_a_matter_of_configuration) {
    static const struct peer_script script = {{READ_REQUEST, SAY(OK_ANSWER)}};
    const struct peer_tls tls = {good_file, 0};
    AUTO_PEER struct peer *peer = peer_new(&script, 1, &tls);
    AUTO_REPLY struct http_reply reply = {0};
    struct err err = {0};
    struct http *by = http_with(&(struct http_options){.ca_file = "/etc/passwd"});
    assert_false(get(by, base_of(peer, "https"), 0, &reply, &err));
    assert_int_equal(err.kind, ERR_CONFIG);
    http_free(by);
}

/* --- the query --- */

TEST(a_query_is_escaped) {
    AUTO_BUF struct buf query = {0};
    http_query(&query, "access_token", "aZ09-._~");
    http_query(&query, "a b", "&=?#%+/\r\n券");
    assert_string_equal(buf_str(&query), "access_token=aZ09-._~&a%20b=%26%3D%3F%23%25%2B%2F%0D%0A%E5%88%B8");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_goes_out_as_a_form_and_json_again_after_it),
        cmocka_unit_test(a_get_carries_its_query_and_gives_the_body),
        cmocka_unit_test(a_post_carries_its_body_as_utf8_json),
        cmocka_unit_test(an_empty_and_a_large_body_are_posted_whole),
        cmocka_unit_test(a_connection_is_used_again),
        cmocka_unit_test(a_post_is_never_sent_twice),
        cmocka_unit_test(every_status_is_an_answer),
        cmocka_unit_test(a_redirect_is_not_followed),
        cmocka_unit_test(an_answer_cut_at_any_byte_is_refused),
        cmocka_unit_test(a_head_cut_at_any_byte_gives_nothing),
        cmocka_unit_test(what_is_no_whole_answer_is_refused),
        cmocka_unit_test(an_endless_answer_is_capped_in_bounded_memory),
        cmocka_unit_test(the_cap_is_exact),
        cmocka_unit_test(a_packed_answer_stays_packed),
        cmocka_unit_test(a_silent_peer_is_left_at_the_deadline),
        cmocka_unit_test(a_slow_peer_is_left_before_the_deadline),
        cmocka_unit_test(a_refused_connection_says_so),
        cmocka_unit_test(a_base_is_https_or_a_literal_loopback_address),
        cmocka_unit_test(every_other_base_is_refused_and_not_called),
        cmocka_unit_test(proxies_of_the_environment_are_not_used),
        cmocka_unit_test(a_proxy_that_is_set_is_used_but_not_for_the_simulator),
        cmocka_unit_test(an_egress_address_that_is_not_ours_is_a_matter_of_configuration),
        cmocka_unit_test(without_a_ca_bundle_nothing_starts),
        cmocka_unit_test(a_certificate_of_our_ca_is_trusted),
        cmocka_unit_test(every_other_certificate_is_refused),
        cmocka_unit_test(an_old_tls_is_refused),
        cmocka_unit_test(plain_http_is_not_taken_for_tls),
        cmocka_unit_test(a_file_without_certificates_is_a_matter_of_configuration),
        cmocka_unit_test(a_query_is_escaped),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
