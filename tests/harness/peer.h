/* peer.h - the other end of a connection as a script: a forked child that listens on 127.0.0.1 and says raw bytes,
 * late, cut off, for ever, over TLS of any kind. For what no real server would do. */
#ifndef KAQUAN_PEER_H
#define KAQUAN_PEER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum peer_verb {
    PEER_CLOSE,   /* and that is all */
    PEER_REQUEST, /* reads one request: head and as many bytes of body as Content-Length says */
    PEER_SAY,     /* sends `text`, `times` times (0 is 1), pausing `ms` behind each */
    PEER_WAIT,    /* says nothing for `ms` */
    PEER_RESET,   /* ends the connection by RST */
};

struct peer_step {
    enum peer_verb verb;
    const char *text;
    int64_t times;
    int ms;
};

/* Steps as they read well in a script. */
#define READ_REQUEST                                                                                                 \
    { .verb = PEER_REQUEST }
#define SAY(words)                                                                                                   \
    { .verb = PEER_SAY, .text = (words) }
#define SAY_AGAIN(words, count, pause)                                                                               \
    { .verb = PEER_SAY, .text = (words), .times = (count), .ms = (pause) }
#define WAIT(pause)                                                                                                  \
    { .verb = PEER_WAIT, .ms = (pause) }
#define RESET                                                                                                        \
    { .verb = PEER_RESET }
#define CLOSE                                                                                                        \
    { .verb = PEER_CLOSE }

enum { PEER_STEPS = 8, PEER_REQUEST_MAX = 8192 };

/* What to say on one connection; ends at PEER_CLOSE. */
struct peer_script {
    struct peer_step steps[PEER_STEPS];
};

/* With TLS: PEM file with certificate and key, and the newest version it speaks (TLS1_1_VERSION; 0: any). */
struct peer_tls {
    const char *file;
    int newest;
};

/* What the child saw; shared memory. */
struct peer_seen {
    volatile int connections;
    volatile int ended; /* connections that are over */
    volatile int requests;
    volatile int64_t sent;
    char request[PEER_REQUEST_MAX]; /* the last one */
};

struct peer {
    pid_t pid;
    int port;
    struct peer_seen *seen;
};

/* Connection n gets scripts[n], those behind the last one get the last one, one after the other. `tls` NULL: plain.
 */
struct peer *peer_new(const struct peer_script *scripts, size_t count, const struct peer_tls *tls);
void peer_free(struct peer *peer);
#define AUTO_PEER __attribute__((cleanup(peer_auto)))
void peer_auto(struct peer **peer);

/* A listening socket on 127.0.0.1, and its port. */
int peer_listen(int *port);
/* A port of 127.0.0.1 where nobody listens. */
int peer_closed_port(void);

/* Writes key and certificate for `name` ("IP:127.0.0.1" or "DNS:x") as PEM to `path`, signed by the one in `issuer`
 * (NULL: by itself), valid for `days` from yesterday; 0 is expired. */
void peer_certificate(const char *path, const char *name, const char *issuer, int days);

#endif
