/* server.h - the HTTP server (libmicrohttpd, a thread for each connection): /sim/… is the control API, all else
 * WeChat. */
#ifndef SIM_SERVER_H
#define SIM_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "world.h"

struct server_options {
    const char *listen;                              /* numeric address */
    uint16_t port;                                   /* 0: any free one */
    const char *key_pem, *cert_pem, *tls_priorities; /* NULL: plain http */
    bool quiet;
};

struct MHD_Daemon;

/* NULL if the address cannot be had; `*port` is the one in use. */
struct MHD_Daemon *server_start(struct world *w, const struct server_options *o, uint16_t *port);
void server_stop(struct MHD_Daemon *daemon);

#endif
