/* http_scene.h - a client and what its peers need, for tests of it. */
#ifndef KAQUAN_TEST_HTTP_SCENE_H
#define KAQUAN_TEST_HTTP_SCENE_H

#include "harness.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

static inline void name_file(char path[64], const char *name) {
    snprintf(path, 64, "%s/%s", directory, name);
}

static inline struct http *http_with(const struct http_options *options) {
    struct err err = {0};
    struct http *made = http_new(options, &err);
    if (made == NULL)
        test_fail("%s", err.text);
    return made;
}

static inline int start(void **state) {
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

static inline int stop(void **state) {
    const char *const files[] = {ca_file, other_ca_file, good_file, other_name_file, expired_file, self_file};
    (void)state;
    http_free(http);
    for (size_t i = 0; i < ARRAY_LEN(files); i++)
        unlink(files[i]);
    return rmdir(directory);
}

static inline const char *base_of(const struct peer *peer, const char *scheme) {
    snprintf(base, sizeof base, "%s://127.0.0.1:%d", scheme, peer->port);
    return base;
}

/* One GET with a secret in its query. Whatever happens, no error text may hold it. */
static inline bool get(struct http *by, const char *from, int timeout_ms, struct http_reply *reply, struct err *err) {
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

static inline bool post(struct http *by, const char *to, const char *text, struct http_reply *reply,
                        struct err *err) {
    AUTO_BUF struct buf body = {0};
    struct http_request request = {.base = to, .path = "/card/create", .body = &body, .cap = HTTP_CAP_CARD};
    buf_text(&body, text);
    return http_call(by, &request, reply, err);
}

#endif
