#include "request.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <microhttpd.h>

#define STREAM_BLOCK 4096

const char *request_query(const struct request *r, const char *name) {
    return MHD_lookup_connection_value(r->connection, MHD_GET_ARGUMENT_KIND, name);
}

/* The first part that has a file name. */
struct upload {
    char *field;
    size_t field_size;
    char *content;
    size_t size;
    bool found;
};

static enum MHD_Result on_part(void *with, enum MHD_ValueKind kind, const char *key, const char *filename,
                               const char *content_type, const char *encoding, const char *data, uint64_t offset,
                               size_t size) {
    struct upload *u = with;
    (void)kind;
    (void)content_type;
    (void)encoding;
    if (filename == NULL || (u->found && strcmp(u->field, key) != 0))
        return MHD_YES;
    copy_text(u->field, u->field_size, key);
    u->found = true;
    u->content = need_more(u->content, (size_t)offset + size + 1);
    memcpy(u->content + offset, data, size);
    u->size = (size_t)offset + size;
    return MHD_YES;
}

bool request_upload(const struct request *r, char *field, size_t field_size, char **content, size_t *size) {
    struct upload u = {field, field_size, NULL, 0, false};
    struct MHD_PostProcessor *pp = MHD_create_post_processor(r->connection, 4096, on_part, &u);
    if (pp == NULL)
        return false;
    bool good = MHD_post_process(pp, r->body, r->size) == MHD_YES;
    good = MHD_destroy_post_processor(pp) == MHD_YES && good && u.found;
    *content = u.content;
    *size = u.size;
    return good;
}

static bool send_response(const struct request *r, unsigned status, struct MHD_Response *response,
                          const cJSON *headers) {
    bool typed = false;
    for (const cJSON *h = headers ? headers->child : NULL; h; h = h->next)
        if (cJSON_IsString(h)) {
            MHD_add_response_header(response, h->string, h->valuestring);
            typed = typed || strcmp(h->string, MHD_HTTP_HEADER_CONTENT_TYPE) == 0;
        }
    if (!typed)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json; encoding=utf-8");
    bool queued = MHD_queue_response(r->connection, status, response) == MHD_YES;
    MHD_destroy_response(response);
    return queued;
}

bool request_reply(const struct request *r, unsigned status, char *text, size_t size, const cJSON *headers) {
    struct MHD_Response *response = MHD_create_response_from_buffer(size, text, MHD_RESPMEM_MUST_FREE);
    if (response == NULL) {
        free(text);
        return false;
    }
    return send_response(r, status, response, headers);
}

struct stream {
    long (*read)(void *with, uint64_t at, char *to, size_t room);
    void (*let_go)(void *with);
    void *with;
};

static ssize_t stream_read(void *with, uint64_t at, char *to, size_t room) {
    struct stream *s = with;
    long n = s->read(s->with, at, to, room);
    if (n > 0)
        return n;
    return n == -2 ? MHD_CONTENT_READER_END_OF_STREAM : MHD_CONTENT_READER_END_WITH_ERROR;
}

static void stream_free(void *with) {
    struct stream *s = with;
    s->let_go(s->with);
    free(s);
}

bool request_stream(const struct request *r, unsigned status, int64_t size,
                    long (*read)(void *with, uint64_t at, char *to, size_t room), void (*let_go)(void *with),
                    void *with, const cJSON *headers) {
    struct stream *s = need(sizeof *s);
    *s = (struct stream){read, let_go, with};
    struct MHD_Response *response = MHD_create_response_from_callback(size < 0 ? MHD_SIZE_UNKNOWN : (uint64_t)size,
                                                                      STREAM_BLOCK, stream_read, s, stream_free);
    if (response == NULL) {
        stream_free(s);
        return false;
    }
    return send_response(r, status, response, headers);
}

int request_socket(const struct request *r) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(r->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

bool request_peer_gone(const struct request *r) {
    char byte;
    return recv(request_socket(r), &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}
