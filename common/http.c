#include "http_private.h"
#include "lang.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HEADERS_MAX = 32 << 10, LOW_SPEED_BYTES = 100, LOW_SPEED_SECONDS = 5 };
enum { CONNECTION_LIFE_SECONDS = 600, CONNECTION_IDLE_SECONDS = 60 };

/* A base taken apart. */
struct base {
    char host[HTTP_HOST_MAX + 1]; /* without brackets */
    bool tls, ipv6, loopback;
};

/* Sentences about transport trouble; the host stands between `before` and `after`. */
struct trouble {
    CURLcode code;
    enum err_kind kind;
    const char *before, *after, *cure;
};

/* clang-format off */
static const struct trouble troubles[] = {
    {CURLE_COULDNT_RESOLVE_HOST, ERR_UNAVAILABLE, N_("the name "), N_(" cannot be resolved"), N_("check the DNS of this host")},
    {CURLE_COULDNT_RESOLVE_PROXY, ERR_UNAVAILABLE, N_("the name of the proxy on the way to "), N_(" cannot be resolved"), N_("check the setting proxy")},
    {CURLE_COULDNT_CONNECT, ERR_UNAVAILABLE, "", N_(" cannot be reached"), N_("check network, firewall and proxy of this host")},
    {CURLE_OPERATION_TIMEDOUT, ERR_UNAVAILABLE, "", N_(" did not answer in time"), ""},
    {CURLE_INTERFACE_FAILED, ERR_CONFIG, N_("the egress address cannot be used to call "), "", N_("set egress-address to an address of this host, or to nothing")},
    {CURLE_SSL_CACERT_BADFILE, ERR_CONFIG, N_("the CA bundle to check "), N_(" with cannot be used"), N_("set ca-file to a file of PEM certificates")},
    {CURLE_PEER_FAILED_VERIFICATION, ERR_UNAVAILABLE, N_("the certificate of "), N_(" is not trusted"), N_("check the CA bundle, the clock of this host, and whether somebody stands in between")},
    {CURLE_SSL_CONNECT_ERROR, ERR_UNAVAILABLE, N_("no TLS connection to "), N_(": the handshake failed"), N_("it must speak TLS 1.2 or newer")},
    {CURLE_GOT_NOTHING, ERR_UNAVAILABLE, "", N_(" closed the connection without an answer"), ""},
    {CURLE_SEND_FAIL_REWIND, ERR_UNAVAILABLE, "", N_(" closed the connection without an answer"), ""},
    {CURLE_PARTIAL_FILE, ERR_UNAVAILABLE, N_("the answer of "), N_(" was cut off"), ""},
    {CURLE_RECV_ERROR, ERR_UNAVAILABLE, N_("the connection to "), N_(" broke while it answered"), ""},
    {CURLE_SEND_ERROR, ERR_UNAVAILABLE, N_("the connection to "), N_(" broke while we asked"), ""},
    {CURLE_WEIRD_SERVER_REPLY, ERR_UNAVAILABLE, N_("the answer of "), N_(" is not HTTP"), ""},
    {CURLE_UNSUPPORTED_PROTOCOL, ERR_UNAVAILABLE, N_("the answer of "), N_(" is not HTTP"), ""},
};
/* clang-format on */

/* --- the base --- */

/* Takes the host off `*at`: a name, an IPv4 address, or an IPv6 address in brackets. */
static bool read_host(const char **at, struct base *base) {
    bool brackets = **at == '[';
    const char *start = *at + brackets;
    size_t len = strspn(start, brackets ? "0123456789abcdefABCDEF:." /* no zone */
                                        : "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-");
    struct in6_addr address;
    if (len == 0 || len > HTTP_HOST_MAX || (brackets && start[len] != ']'))
        return false;
    memcpy(base->host, start, len);
    base->host[len] = '\0';
    base->ipv6 = brackets;
    *at = start + len + brackets;
    return !brackets || inet_pton(AF_INET6, base->host, &address) == 1;
}

/* What may stand behind the host: nothing, or a port. */
static bool read_port(const char *at) {
    size_t len;
    long port;
    if (*at == '\0')
        return true;
    if (*at++ != ':')
        return false;
    len = strspn(at, "0123456789");
    if (len == 0 || len > 5 || at[len] != '\0')
        return false;
    port = strtol(at, NULL, 10);
    return port >= 1 && port <= 65535;
}

/* inet_pton() takes nothing but four decimal numbers: no 127.1, no 0x7f.1, no names. */
static bool is_loopback(const struct base *base) {
    struct in_addr four;
    struct in6_addr six;
    if (base->ipv6)
        return inet_pton(AF_INET6, base->host, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
    return inet_pton(AF_INET, base->host, &four) == 1 && ntohl(four.s_addr) >> 24 == 127;
}

/* Our own reader, not libcurl's: what it does not know is refused, so no two readers can differ about the host. */
static bool read_base(const char *text, struct base *base, struct err *err) {
    static const char tls[] = "https://", plain[] = "http://";
    const char *at = text;
    *base = (struct base){.tls = strncmp(text, tls, sizeof tls - 1) == 0};
    if (!base->tls && strncmp(text, plain, sizeof plain - 1) != 0) {
        fail(err, ERR_CONFIG, "the API base begins neither with https:// nor with http://");
        return fail_cure(err, "WeChat's is https://api.weixin.qq.com");
    }
    at += base->tls ? sizeof tls - 1 : sizeof plain - 1;
    if (!read_host(&at, base) || !read_port(at)) {
        fail(err, ERR_CONFIG, "the API base is not just a host, with or without a port");
        return fail_cure(err, "write it without user, path, query and / at its end: https://api.weixin.qq.com");
    }
    base->loopback = is_loopback(base);
    if (!base->tls && !base->loopback) {
        fail(err, ERR_CONFIG, "the API base %s is plain http, which only a literal loopback address may be",
             base->host);
        return fail_cure(err, "use https://, or http://127.0.0.1:PORT for the simulator");
    }
    return true;
}

bool http_base_allowed(const char *base, struct err *err) {
    struct base parts;
    return read_base(base, &parts, err);
}

/* --- starting --- */

static size_t take_body(char *data, size_t size, size_t count, void *user) {
    struct http_incoming *in = user;
    size_t len = size * count;
    if (len > in->cap - in->body.len) {
        in->too_much = N_("answer");
        return 0;
    }
    buf_add(&in->body, data, len);
    return len;
}

static size_t take_header(char *data, size_t size, size_t count, void *user) {
    struct http_incoming *in = user;
    size_t len = size * count;
    if (len > HEADERS_MAX - in->headers) {
        in->too_much = N_("answer's header");
        return 0;
    }
    in->headers += len;
    if (len <= 2)
        in->head_whole = true; /* the empty line */
    else if (len > 5 && memcmp(data, "HTTP/", 5) == 0)
        in->head_whole = false; /* the answer behind an interim one */
    return len;
}

static size_t give_body(char *data, size_t size, size_t count, void *user) {
    struct http_outgoing *out = user;
    size_t len = size * count < out->left ? size * count : out->left;
    if (len > 0)
        memcpy(data, out->data, len);
    out->data += len;
    out->left -= len;
    return len;
}

/* worker.md 2.7. Without CAPATH the distribution's own certificates would be trusted beside the bundle. */
static void set_tls(CURL *easy, const char *ca_file) {
    SET(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    SET(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    SET(easy, CURLOPT_CAINFO, ca_file);
    SET(easy, CURLOPT_CAPATH, NULL);
    SET(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
}

static void set_limits(CURL *easy) {
    SET(easy, CURLOPT_FOLLOWLOCATION, 0L);
    SET(easy, CURLOPT_REDIR_PROTOCOLS_STR, "https");
    SET(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)HTTP_CONNECT_MS);
    SET(easy, CURLOPT_LOW_SPEED_LIMIT, (long)LOW_SPEED_BYTES);
    SET(easy, CURLOPT_LOW_SPEED_TIME, (long)LOW_SPEED_SECONDS);
    SET(easy, CURLOPT_MAXLIFETIME_CONN, (long)CONNECTION_LIFE_SECONDS);
    SET(easy, CURLOPT_MAXAGE_CONN, (long)CONNECTION_IDLE_SECONDS);
    SET(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    SET(easy, CURLOPT_WRITEFUNCTION, take_body);
    SET(easy, CURLOPT_HEADERFUNCTION, take_header);
}

static void set_manners(CURL *easy) {
    SET(easy, CURLOPT_NOSIGNAL, 1L);
    SET(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    SET(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    SET(easy, CURLOPT_USERAGENT, "kaquan");
    SET(easy, CURLOPT_VERBOSE, 0L);
    SET(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(easy, CURLOPT_ACCEPT_ENCODING, NULL);
    /* By this, and without a way to rewind, libcurl cannot send a request twice when an old connection turns out to
     * be dead: it might have been carried out. */
    SET(easy, CURLOPT_READFUNCTION, give_body);
}

static void add_header(struct curl_slist **headers, const char *line) {
    struct curl_slist *longer = curl_slist_append(*headers, line);
    if (longer == NULL)
        bug("no memory for a header");
    *headers = longer;
}

/* Without "Expect: 100-continue", which costs a round trip. */
static void add_headers(struct http *http) {
    add_header(&http->headers, "Accept: application/json");
    add_header(&http->headers, "Content-Type: application/json; charset=utf-8");
    add_header(&http->headers, "Expect:");
    add_header(&http->upload_headers, "Accept: application/json");
    add_header(&http->upload_headers, "Expect:");
    add_header(&http->text_headers, "Content-Type: text/plain; charset=utf-8");
    add_header(&http->text_headers, "Expect:");
}

/* The options are checked before anything is called. */
static bool options_good(const struct http_options *options, struct err *err) {
    if (options->ca_file == NULL || options->ca_file[0] == '\0') {
        fail(err, ERR_CONFIG, "no CA bundle is set, and WeChat is never called without one");
        return fail_cure(err, "set ca-file, on Debian to /etc/ssl/certs/ca-certificates.crt");
    }
    if (access(options->ca_file, R_OK) != 0) {
        fail(err, ERR_CONFIG, "the CA bundle %s cannot be read: %s", options->ca_file, strerror(errno));
        return fail_cure(err, "set ca-file, on Debian to /etc/ssl/certs/ca-certificates.crt");
    }
    return true;
}

static void start_libcurl(void) {
    static bool started;
    if (!started && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        bug("libcurl does not start");
    started = true;
}

struct http *http_new(const struct http_options *options, struct err *err) {
    AUTO_BUF struct buf egress = {0};
    struct http *http;
    if (!options_good(options, err))
        return NULL;
    start_libcurl();
    http = mem_new(sizeof *http);
    http->easy = curl_easy_init();
    if (http->easy == NULL)
        bug("libcurl gives no handle");
    set_tls(http->easy, options->ca_file);
    set_limits(http->easy);
    set_manners(http->easy);
    SET(http->easy, CURLOPT_PROXY, options->proxy == NULL ? "" : options->proxy);
    add_headers(http);
    buf_printf(&egress, "host!%s", options->egress_address == NULL ? "" : options->egress_address);
    if (options->egress_address != NULL && options->egress_address[0] != '\0')
        http->egress = mem_text(buf_str(&egress));
    http->ipv6 = options->ipv6;
    return http;
}

void http_free(struct http *http) {
    if (http == NULL)
        return;
    curl_easy_cleanup(http->easy);
    curl_slist_free_all(http->headers);
    curl_slist_free_all(http->upload_headers);
    curl_slist_free_all(http->text_headers);
    free(http->egress);
    free(http);
}

/* --- a call --- */

static void set_route(struct http *http, const struct base *base) {
    SET(http->easy, CURLOPT_PROTOCOLS_STR, base->tls ? "https" : "http");
    SET(http->easy, CURLOPT_IPRESOLVE,
        (long)(http->ipv6 || base->ipv6 ? CURL_IPRESOLVE_WHATEVER : CURL_IPRESOLVE_V4));
    /* The simulator on this host is called directly. */
    SET(http->easy, CURLOPT_NOPROXY, base->loopback ? "*" : "");
    SET(http->easy, CURLOPT_INTERFACE, http->egress);
}

/* Given piece by piece and without a way back, so that it is not sent twice either. */
static void set_upload(struct http *http, const struct http_file *file, struct http_exchange *x) {
    curl_mimepart *part;
    x->form = curl_mime_init(http->easy);
    part = x->form ? curl_mime_addpart(x->form) : NULL;
    x->out = (struct http_outgoing){file->content.data, file->content.len};
    if (part == NULL || curl_mime_name(part, file->field) != CURLE_OK ||
        curl_mime_filename(part, file->name) != CURLE_OK || curl_mime_type(part, file->type) != CURLE_OK ||
        curl_mime_data_cb(part, (curl_off_t)file->content.len, give_body, NULL, NULL, &x->out) != CURLE_OK)
        bug("no memory for a form");
    SET(http->easy, CURLOPT_MIMEPOST, x->form);
}

static void set_request(struct http *http, const struct http_request *request, struct http_exchange *x) {
    AUTO_BUF struct buf url = {0};
    buf_text(&url, request->base);
    buf_text(&url, request->path);
    if (request->query != NULL && request->query->len > 0) {
        buf_char(&url, '?');
        buf_add(&url, request->query->data, request->query->len);
    }
    SET(http->easy, CURLOPT_URL, buf_str(&url));
    SET(http->easy, CURLOPT_TIMEOUT_MS, (long)(request->timeout_ms > 0 ? request->timeout_ms : HTTP_TIMEOUT_MS));
    SET(http->easy, CURLOPT_HTTPHEADER,
        request->file    ? http->upload_headers
        : request->plain ? http->text_headers
                         : http->headers);
    if (request->file != NULL) {
        set_upload(http, request->file, x);
        return;
    }
    if (request->body == NULL) {
        SET(http->easy, CURLOPT_HTTPGET, 1L);
        return;
    }
    x->out = (struct http_outgoing){buf_str(request->body), request->body->len};
    SET(http->easy, CURLOPT_POST, 1L);
    SET(http->easy, CURLOPT_POSTFIELDS, NULL);
    SET(http->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body->len);
    SET(http->easy, CURLOPT_READDATA, &x->out);
}

/* The operating system's word, when it had one: "Connection refused". Nothing of libcurl's own text, which may quote
 * the URL. */
static bool call_failed(struct http *http, CURLcode code, const char *host, struct err *err) {
    const struct trouble *t = NULL;
    long os = 0;
    for (size_t i = 0; i < ARRAY_LEN(troubles); i++)
        if (troubles[i].code == code)
            t = &troubles[i];
    if (t == NULL)
        return fail(err, ERR_UNAVAILABLE, "the call to %s failed: %s", host, curl_easy_strerror(code));
    curl_easy_getinfo(http->easy, CURLINFO_OS_ERRNO, &os);
    if (code == CURLE_COULDNT_CONNECT && os != 0)
        fail(err, t->kind, "%s cannot be reached: %s", host, strerror((int)os));
    else
        fail(err, t->kind, "%s%s%s", _(t->before), host, _(t->after));
    return fail_cure(err, "%s", _(t->cure));
}

static int status_of(struct http *http) {
    long status = 0;
    curl_easy_getinfo(http->easy, CURLINFO_RESPONSE_CODE, &status);
    return (int)status;
}

bool http_begin(struct http *http, const struct http_request *request, struct http_exchange *x, struct err *err) {
    struct base base;
    *x = (struct http_exchange){.in = {.cap = request->cap}};
    if (!read_base(request->base, &base, err))
        return false;
    text_copy(x->host, sizeof x->host, base.host);
    set_route(http, &base);
    set_request(http, request, x);
    SET(http->easy, CURLOPT_WRITEDATA, &x->in);
    SET(http->easy, CURLOPT_HEADERDATA, &x->in);
    return true;
}

/* Nothing of this call is lent any longer. */
static void let_go(struct http *http, struct http_exchange *x) {
    SET(http->easy, CURLOPT_WRITEDATA, NULL);
    SET(http->easy, CURLOPT_HEADERDATA, NULL);
    SET(http->easy, CURLOPT_READDATA, NULL);
    SET(http->easy, CURLOPT_MIMEPOST, NULL);
    SET(http->easy, CURLOPT_URL, NULL);
    curl_mime_free(x->form);
    x->form = NULL;
}

bool http_end(struct http *http, CURLcode code, struct http_exchange *x, struct http_reply *reply, struct err *err) {
    let_go(http, x);
    http_reply_clear(reply);
    curl_easy_getinfo(http->easy, CURLINFO_TOTAL_TIME, &reply->seconds);
    if (code == CURLE_OK && !x->in.head_whole)
        code = CURLE_PARTIAL_FILE;
    if (code == CURLE_OK) {
        reply->status = status_of(http);
        reply->body = x->in.body;
        x->in.body = (struct buf){0};
        return true;
    }
    buf_wipe(&x->in.body); /* half an answer is none */
    if (x->in.too_much != NULL)
        return fail(err, ERR_UNAVAILABLE, "the %s from %s is too large", _(x->in.too_much), x->host);
    return call_failed(http, code, x->host, err);
}

bool http_call(struct http *http, const struct http_request *request, struct http_reply *reply, struct err *err) {
    struct http_exchange x;
    http_reply_clear(reply);
    return http_begin(http, request, &x, err) && http_end(http, curl_easy_perform(http->easy), &x, reply, err);
}

void http_reply_clear(struct http_reply *reply) {
    if (reply == NULL)
        return;
    buf_wipe(&reply->body);
    *reply = (struct http_reply){0};
}

/* Everything but the unreserved characters of RFC 3986 is escaped. */
static void add_escaped(struct buf *query, const char *text) {
    static const char digits[] = "0123456789ABCDEF";
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                     memchr("-._~", c, 4) != NULL;
        if (plain)
            buf_char(query, (char)c);
        else
            buf_add(query, (char[]){'%', digits[c >> 4], digits[c & 15]}, 3);
    }
}

void http_query(struct buf *query, const char *name, const char *value) {
    if (query->len > 0)
        buf_char(query, '&');
    add_escaped(query, name);
    buf_char(query, '=');
    add_escaped(query, value);
}
