/* proxy.h - a link to PostgreSQL that can go wrong: a forked child between a program and the test's server. A test
 * says how the link is; and it can read every statement that a program sent over it. */
#ifndef KAQUAN_PROXY_H
#define KAQUAN_PROXY_H

#include <stdbool.h>
#include <stddef.h>

struct proxy;

enum proxy_link {
    PROXY_PASS,
    PROXY_STALL,     /* takes connections and forwards nothing; what waits goes on with PROXY_PASS */
    PROXY_CUT,       /* ends a connection behind so many bytes of what the server says */
    PROXY_HALF_OPEN, /* the same, but nobody tells the program: it stays connected to nobody, for ever */
    PROXY_REFUSE,    /* there are no new connections */
};

/* Between whoever connects to proxy_host() and the server that PGHOST and PGPORT name now. Passes. */
struct proxy *proxy_new(void);
void proxy_free(struct proxy *proxy);
#define AUTO_PROXY __attribute__((cleanup(proxy_auto)))
void proxy_auto(struct proxy **proxy);

/* For PGHOST. */
const char *proxy_host(const struct proxy *proxy);

/* From here on the link is so, for all connections there are and will be. `bytes` count for each by itself. */
void proxy_set(struct proxy *proxy, enum proxy_link link, size_t bytes);

/* How many connections were made over it. */
int proxy_connections(const struct proxy *proxy);
/* The statement that was sent behind `before` (NULL: the first), NULL when there is no further one. Every text of a
 * Query or Parse message is there before the server has it. */
const char *proxy_statement(const struct proxy *proxy, const char *before);

#endif
