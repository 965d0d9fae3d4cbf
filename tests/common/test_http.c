/* The client of HTTP: what goes out and comes in, however the other side behaves. */
#include "http_scene.h"

#include <sys/resource.h>

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
        cmocka_unit_test(a_query_is_escaped),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
