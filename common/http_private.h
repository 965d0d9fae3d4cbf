/* http_private.h - what http.c and http_many.c share; nobody else includes it. */
#ifndef KAQUAN_HTTP_PRIVATE_H
#define KAQUAN_HTTP_PRIVATE_H

#include <curl/curl.h>

#include "http.h"

enum { HTTP_HOST_MAX = 253 };

struct http {
    CURL *easy;
    struct curl_slist *headers;        /* of JSON */
    struct curl_slist *upload_headers; /* of files */
    struct curl_slist *text_headers;   /* of text */
    char *egress;                      /* as CURLOPT_INTERFACE wants it, or NULL */
    bool ipv6;
};

/* What comes in during one call, and why we cut it off. */
struct http_incoming {
    struct buf body;
    size_t cap;
    size_t headers;
    bool head_whole; /* libcurl takes a head that was cut off for an answer without body */
    const char *too_much;
};

/* What goes out: libcurl asks for it piece by piece. */
struct http_outgoing {
    const char *data;
    size_t left;
};

/* A call under way. */
struct http_exchange {
    struct http_incoming in;
    struct http_outgoing out;
    curl_mime *form; /* of a file, or NULL */
    char host[HTTP_HOST_MAX + 1];
};

/* Makes the handle ready for a call, lending it `x` and the request's body until http_end(), which says how it went:
 * `code` is libcurl's. */
bool http_begin(struct http *http, const struct http_request *request, struct http_exchange *x, struct err *err);
bool http_end(struct http *http, CURLcode code, struct http_exchange *x, struct http_reply *reply, struct err *err);

#define SET(easy, option, value)                                                                                     \
    do {                                                                                                             \
        if (curl_easy_setopt(easy, option, value) != CURLE_OK)                                                       \
            bug("this libcurl does not know " #option);                                                              \
    } while (0)

#endif
