#include "http_many.h"

#include <stdlib.h>

#include "http_private.h"

enum { WAIT_MS = 1000 };

struct lane {
    struct http http; /* as the one it is like, with a handle of its own */
    struct http_exchange exchange;
    bool busy;
};

struct http_many {
    CURLM *multi;
    int lanes, busy;
    struct lane lane[HTTP_LANES_MAX];
};

struct http_many *http_many_new(struct http *like, int lanes) {
    struct http_many *many = mem_new(sizeof *many);
    if (lanes < 1 || lanes > HTTP_LANES_MAX)
        bug("%d lanes", lanes);
    many->lanes = lanes;
    many->multi = curl_multi_init();
    if (many->multi == NULL)
        bug("libcurl gives no handle");
    for (int i = 0; i < lanes; i++) {
        many->lane[i].http = *like;
        many->lane[i].http.easy = curl_easy_duphandle(like->easy);
        if (many->lane[i].http.easy == NULL)
            bug("libcurl gives no handle");
        SET(many->lane[i].http.easy, CURLOPT_PRIVATE, &many->lane[i]);
    }
    return many;
}

void http_many_free(struct http_many *many) {
    if (many == NULL)
        return;
    for (int i = 0; i < many->lanes; i++) {
        struct lane *lane = &many->lane[i];
        if (lane->busy)
            curl_multi_remove_handle(many->multi, lane->http.easy);
        curl_easy_cleanup(lane->http.easy);
        buf_wipe(&lane->exchange.in.body);
    }
    curl_multi_cleanup(many->multi);
    free(many);
}

bool http_many_send(struct http_many *many, int lane, const struct http_request *request, struct err *err) {
    struct lane *l = &many->lane[lane];
    int running;
    if (lane < 0 || lane >= many->lanes || l->busy)
        bug("lane %d is not free", lane);
    if (!http_begin(&l->http, request, &l->exchange, err))
        return false;
    if (curl_multi_add_handle(many->multi, l->http.easy) != CURLM_OK)
        bug("libcurl does not take a call");
    l->busy = true;
    many->busy++;
    curl_multi_perform(many->multi, &running); /* it leaves at once, not when somebody waits for it */
    return true;
}

/* The next message that a call has ended; NULL when none has. */
static const CURLMsg *ended(struct http_many *many) {
    const CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(many->multi, &left)) != NULL && message->msg != CURLMSG_DONE)
        ;
    return message;
}

bool http_many_next(struct http_many *many, int *lane, struct http_reply *reply, struct err *err) {
    const CURLMsg *message = NULL;
    struct lane *l = NULL;
    CURLcode code;
    int running;
    *lane = -1;
    if (many->busy == 0)
        return true;
    for (curl_multi_perform(many->multi, &running); (message = ended(many)) == NULL;
         curl_multi_perform(many->multi, &running))
        curl_multi_poll(many->multi, NULL, 0, WAIT_MS, NULL);
    code = message->data.result;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &l);
    curl_multi_remove_handle(many->multi, l->http.easy);
    l->busy = false;
    many->busy--;
    *lane = (int)(l - many->lane);
    return http_end(&l->http, code, &l->exchange, reply, err);
}
