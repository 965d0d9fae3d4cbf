/* api_datacube.c - WeChat's own figures (reference, section 15). */
#include "api.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "body.h"
#include "user.h"

#define CHINA_SECONDS (8 * 3600)
#define DAY_SECONDS 86400
#define SPAN_DAYS 62

/* Days since 1970 of "2026-09-23"; -1 for another form. */
static int64_t day_of(const char *text) {
    struct tm tm = {0};
    const char *rest = text ? strptime(text, "%Y-%m-%d", &tm) : NULL;
    return rest && *rest == '\0' && strlen(text) == 10 ? timegm(&tm) / DAY_SECONDS : -1;
}

/* The simulator has no past: whatever users took, they took on the last day that is asked for. */
void api_getcardbizuininfo(struct call *c) {
    static const char *const none[] = {"view_cnt",  "view_user",  "verify_cnt", "verify_user",
                                       "given_cnt", "given_user", "expire_cnt", "expire_user"};
    const char *last = text_in(c->body, "end_date");
    int64_t begin = day_of(text_in(c->body, "begin_date")), end = day_of(last);
    int64_t today = (calendar_seconds(&c->w->clock) + CHINA_SECONDS) / DAY_SECONDS;
    if (begin < 0 || end < 0)
        refuse(c, 61500);
    else if (end < begin || end - begin >= SPAN_DAYS || end >= today)
        refuse(c, 61501);
    if (c->errcode)
        return;
    c->reply = cJSON_CreateObject();
    cJSON *day = cJSON_CreateObject();
    cJSON_AddItemToArray(cJSON_AddArrayToObject(c->reply, "list"), day);
    cJSON_AddStringToObject(day, "ref_date", last);
    cJSON_AddNumberToObject(day, "receive_cnt", (double)c->account->adds[ADD_OK]);
    cJSON_AddNumberToObject(day, "receive_user", (double)c->account->adds[ADD_OK]);
    for (size_t i = 0; i < COUNT_OF(none); i++)
        cJSON_AddNumberToObject(day, none[i], 0);
}
