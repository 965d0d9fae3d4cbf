/* request.h - one HTTP request and its reply, as the rest of the simulator sees them; server.c alone knows more. */
#ifndef SIM_REQUEST_H
#define SIM_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "account.h"

struct MHD_Connection;

struct request {
    struct MHD_Connection *connection;
    char *path;
    bool is_post, is_get;
    char peer[ADDRESS_SIZE]; /* who calls: the real address, or the test header X-Kaquan-Sim-Peer */
    bool from_loopback;      /* by the real address */
    char *body;              /* ends with NUL */
    size_t size, room;
    bool too_big;
    char *counted_appid; /* in flight under this account and path; NULL appid is "nobody" */
    bool counted;
    uint64_t generation; /* of the world, when it was counted */
};

/* Argument of the query string; NULL if it is not there. */
const char *request_query(const struct request *r, const char *name);

/* The first file part of a multipart body: its field name and content; false if there is none. `content` is to be
 * freed. Must be called once at most. */
bool request_upload(const struct request *r, char *field, size_t field_size, char **content, size_t *size);

/* Answers; `text` is taken over. `headers` {"Name":"value"} may be NULL. True if the reply is queued. */
bool request_reply(const struct request *r, unsigned status, char *text, size_t size, const cJSON *headers);

/* Answers with a body that `read` makes as it goes: it returns how many bytes it put, -2 at the end, -1 to break the
 * connection. `size` < 0 sends chunks. `let_go(with)` is called when all is done. */
bool request_stream(const struct request *r, unsigned status, int64_t size,
                    long (*read)(void *with, uint64_t at, char *to, size_t room), void (*let_go)(void *with),
                    void *with, const cJSON *headers);

/* The connection's socket, for faults below HTTP; has the other side closed it? */
int request_socket(const struct request *r);
bool request_peer_gone(const struct request *r);

#endif
