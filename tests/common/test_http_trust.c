/* The client of HTTP: where it may call, and whom it trusts. */
#include "http_scene.h"

#include <openssl/ssl.h>

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

int main(void) {
    const struct CMUnitTest tests[] = {
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
    };
    return cmocka_run_group_tests(tests, start, stop);
}
