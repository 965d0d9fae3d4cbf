#include "rid.h"

#include <string.h>

#define MARK "rid: "
#define GROUP 8

bool rid_is_sound(const char *rid) {
    for (int i = 0; i < 3; i++) {
        if (strspn(rid, "0123456789abcdef") != GROUP || rid[GROUP] != (i < 2 ? '-' : '\0'))
            return false;
        rid += GROUP + (i < 2);
    }
    return true;
}

void rid_note(struct world *w, const char *appid, const char *answer, cJSON *request) {
    const char *rid = strstr(answer, MARK);
    struct rid *place = &w->rids[w->rid_count % COUNT_OF(w->rids)];
    if (rid == NULL) {
        cJSON_Delete(request);
        return;
    }
    cJSON_Delete(place->request);
    copy_text(place->rid, sizeof place->rid, rid + strlen(MARK));
    copy_text(place->appid, sizeof place->appid, appid);
    place->request = request;
    w->rid_count++;
}

const cJSON *rid_find(const struct world *w, const char *rid, const char **appid) {
    for (size_t i = 0; i < COUNT_OF(w->rids); i++)
        if (w->rids[i].request && strcmp(w->rids[i].rid, rid) == 0) {
            *appid = w->rids[i].appid;
            return w->rids[i].request;
        }
    return NULL;
}

void rids_clear(struct world *w) {
    for (size_t i = 0; i < COUNT_OF(w->rids); i++)
        cJSON_Delete(w->rids[i].request);
    memset(w->rids, 0, sizeof w->rids);
}
