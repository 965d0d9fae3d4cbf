/* http.h - the one door to HTTP (libcurl), with the settings of worker.md 2.7. Bodies are bounded while they come in.
 */
#ifndef KAQUAN_HTTP_H
#define KAQUAN_HTTP_H

#include "base.h"
#include "buf.h"
#include "err.h"

struct http;

struct http_options {
    const char *ca_file;        /* PEM bundle; http_new refuses to start without it */
    const char *egress_address; /* local address to call from, or NULL */
    const char *proxy;          /* NULL: none; the environment's proxies are never used */
    bool ipv6;                  /* allow IPv6 egress; WeChat's whitelist mostly holds IPv4 */
};
struct http *http_new(const struct http_options *options, struct err *err);
void http_free(struct http *http);

/* A file to upload, as a form in a browser would. */
struct http_file {
    const char *field; /* the form's name for it */
    const char *name;  /* the file's */
    const char *type;  /* image/png */
    struct bytes content;
};

struct http_request {
    const char *base;             /* https://host, or http:// with a literal loopback address only */
    const char *path;             /* constant, begins with / */
    const struct buf *query;      /* "a=b&c=d", already escaped (http_query), may hold secrets; NULL: none */
    const struct buf *body;       /* NULL: GET; else POST as JSON in UTF-8 */
    bool plain;                   /* the body is text, not JSON */
    size_t cap;                   /* most bytes of body accepted */
    int timeout_ms;               /* total; 0 is HTTP_TIMEOUT_MS */
    const struct http_file *file; /* POST this instead of a body, as multipart/form-data; or NULL */
};
enum { HTTP_TIMEOUT_MS = 10000, HTTP_CONNECT_MS = 3000, HTTP_CAP_SMALL = 64 << 10, HTTP_CAP_CARD = 1 << 20 };

struct http_reply {
    int status;
    struct buf body;
    double seconds;
};
void http_reply_clear(struct http_reply *reply);
#define AUTO_REPLY AUTO(http_reply_clear)

/* One call. False only for transport trouble (DNS, TLS, time-out, cut, over the cap): ERR_UNAVAILABLE, and for a base
 * that is not allowed, a CA bundle or an egress address that cannot be used: ERR_CONFIG. Then the body is empty and
 * the status 0. A redirect is never followed; a POST is never sent twice. Error texts hold no URL. */
bool http_call(struct http *http, const struct http_request *request, struct http_reply *reply, struct err *err);

/* Appends name=value, percent-encoded, with & between. */
void http_query(struct buf *query, const char *name, const char *value);

/* Is `base` one we may call? Says what is wrong otherwise. */
bool http_base_allowed(const char *base, struct err *err);

#endif
