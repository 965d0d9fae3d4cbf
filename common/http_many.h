/* http_many.h - calls side by side, by one thread: as many lanes as calls may be on their way at once. A lane keeps
 * its connection for the next call. */
#ifndef KAQUAN_HTTP_MANY_H
#define KAQUAN_HTTP_MANY_H

#include "http.h"

enum { HTTP_LANES_MAX = 32 };

struct http_many;

/* `like` says how to call, and is lent until http_many_free(), which cuts off what is on its way. */
struct http_many *http_many_new(struct http *like, int lanes);
void http_many_free(struct http_many *many);

/* Begins a call in a lane that is free. The request's body is lent until the answer. False as of http_call(). */
bool http_many_send(struct http_many *many, int lane, const struct http_request *request, struct err *err);

/* Waits for a call to end and frees its lane: *lane, or -1 when none is on its way. The rest is as of http_call(). */
bool http_many_next(struct http_many *many, int *lane, struct http_reply *reply, struct err *err);

#endif
