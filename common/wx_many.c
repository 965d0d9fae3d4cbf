#include "wx_many.h"

#include <stdlib.h>

#include "clock.h"
#include "http_many.h"
#include "wx_private.h"

static const double TOKEN_HELD_S = 20; /* of WeChat's time: old and new token work side by side for 300 s */

struct wx_many {
    struct wx *wx;
    struct http_many *http;
    struct secret token;
    double token_until; /* by clock_seconds() */
    const struct wx_endpoint *endpoint[HTTP_LANES_MAX];
    struct wx_spent spent[HTTP_LANES_MAX];
};

struct wx_many *wx_many_new(struct wx *wx, int lanes) {
    struct wx_many *many = mem_new(sizeof *many);
    many->wx = wx;
    many->http = http_many_new(wx->tools.http, lanes);
    return many;
}

void wx_many_free(struct wx_many *many) {
    if (many == NULL)
        return;
    http_many_free(many->http);
    secret_clear(&many->token);
    free(many);
}

/* Opening the token costs more than a call: it is held for a while. */
static bool hold_token(struct wx_many *many, struct err *err) {
    struct credential info;
    bool refreshed;
    if (clock_seconds() < many->token_until)
        return true;
    if (!credential_use_token(&many->wx->tools, many->wx->account_id, &many->token, &info, &refreshed, err))
        return false;
    many->token_until = clock_seconds() + TOKEN_HELD_S / many->wx->time_scale;
    return true;
}

bool wx_many_send(struct wx_many *many, int lane, enum wx_endpoint_id id, const struct buf *body, struct err *err) {
    const struct wx_endpoint *e = wx_endpoint(id);
    AUTO_BUF struct buf query = {0};
    struct http_request request = {
        .base = many->wx->api_base, .path = e->path, .query = &query, .body = body, .cap = e->cap};
    many->endpoint[lane] = e;
    if (!hold_token(many, err) || !wx_usage_spend(&many->wx->tools, many->wx->account_id, e, &many->spent[lane], err))
        return false;
    http_query(&query, "access_token", many->token.value);
    return http_many_send(many->http, lane, &request, err);
}

bool wx_many_next(struct wx_many *many, int *lane, struct wx_reply *reply, struct err *err) {
    AUTO_REPLY struct http_reply answer = {0};
    bool answered = http_many_next(many->http, lane, &answer, err);
    wx_reply_clear(reply);
    if (*lane < 0)
        return true;
    bool good =
        wx_answered(many->wx, many->endpoint[*lane], &many->spent[*lane], answered ? &answer : NULL, reply, err);
    if (reply->class == WX_TOKEN_STALE)
        many->token_until = 0;
    return good;
}

bool wx_many_worth_repeating(const struct wx_reply *reply) {
    return reply->class == WX_TRANSIENT || reply->class == WX_TOKEN_STALE || reply->class == WX_HOST;
}
