#include "event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "card.h"

/* A CDATA section cannot hold its own end, so "]]>" is split over two. */
static void write_cdata(FILE *out, const char *text) {
    fputs("<![CDATA[", out);
    for (const char *end; (end = strstr(text, "]]>")) != NULL; text = end + 2)
        fprintf(out, "%.*s]]]]><![CDATA[", (int)(end - text), text);
    fprintf(out, "%s]]>", text);
}

static void write_part(struct world *w, FILE *out, const struct event_part *part) {
    if (part->number) {
        fprintf(out, "<%s>%s</%s>", part->name, part->text, part->name);
        return;
    }
    const char *blank = random_percent(w->set.event_blanks) ? " " : "";
    fprintf(out, "<%s>%s", part->name, blank);
    write_cdata(out, part->text);
    fprintf(out, "%s</%s>", blank, part->name);
}

static char *write_xml(struct world *w, const struct event *e, const char *to, const struct event_part *parts,
                       size_t count) {
    char *xml = NULL, now[24];
    size_t size = 0;
    FILE *out = open_memstream(&xml, &size);
    snprintf(now, sizeof now, "%lld", (long long)real_seconds());
    const struct event_part head[] = {
        {"ToUserName", to, false},        {"FromUserName", e->from, false}, {"CreateTime", now, true},
        {"MsgType", "event", false},      {"Event", e->name, false},        {"CardId", e->card_id, false},
        {"UserCardCode", e->code, false},
    };
    fputs("<xml>", out);
    for (size_t i = 0; i < COUNT_OF(head) - (e->code[0] == '\0'); i++)
        write_part(w, out, &head[i]);
    for (size_t i = 0; i < count; i++)
        write_part(w, out, &parts[i]);
    fputs("</xml>", out);
    fclose(out);
    return xml;
}

void event_let_go(struct event *e) {
    free(e->xml);
    free(e);
}

static void remember(struct world *w, struct event *e) {
    size_t slots = w->set.event_keep > 0 ? (size_t)w->set.event_keep : 1;
    if (w->events == NULL) { /* the size counts from the first event on */
        w->event_slots = slots;
        w->events = need(slots * sizeof *w->events);
    }
    e->id = ++w->event_count;
    struct event **slot = &w->events[(size_t)e->id % w->event_slots];
    if (*slot && (*slot)->queued)
        (*slot)->dropped = true;
    else if (*slot)
        event_let_go(*slot);
    *slot = e;
}

void event_queue(struct world *w, struct event *e) {
    struct event **at = &w->push_first;
    e->queued = true;
    if (w->push_last && w->push_last->due_ms <= e->due_ms)
        at = &w->push_last->next;
    while (*at && (*at)->due_ms <= e->due_ms)
        at = &(*at)->next;
    e->next = *at;
    *at = e;
    if (e->next == NULL)
        w->push_last = e;
    pthread_cond_broadcast(&w->changed);
}

struct event *event_take_due(struct world *w) {
    struct event *e = w->push_first;
    if (e == NULL || e->due_ms > monotonic_ms())
        return NULL;
    w->push_first = e->next;
    if (w->push_first == NULL)
        w->push_last = NULL;
    e->next = NULL;
    return e;
}

void event_emit(struct world *w, const struct card *card, const struct code *code, const char *name, const char *from,
                const struct event_part *parts, size_t count) {
    const struct account *a = card->account;
    struct event *e = need(sizeof *e);
    copy_text(e->appid, sizeof e->appid, a->appid);
    copy_text(e->from, sizeof e->from, from ? from : "oSimulatedWeChatSystem000000");
    copy_text(e->card_id, sizeof e->card_id, card->id);
    copy_text(e->code, sizeof e->code, code ? code->code : "");
    e->name = name;
    e->xml = write_xml(w, e, a->original_id, parts, count);
    remember(w, e);
    if (a->callback_url[0] == '\0')
        return;
    e->state = EVENT_WAITING;
    e->twice = random_percent(w->set.event_duplicate);
    e->due_ms = monotonic_ms() + random_below((uint32_t)w->set.event_shuffle_ms);
    event_queue(w, e);
}

static cJSON *event_json(const struct event *e) {
    static const char *const states[] = {"kept", "waiting", "delivered", "failed"};
    cJSON *json = cJSON_CreateObject();
    cJSON_AddNumberToObject(json, "id", (double)e->id);
    cJSON_AddStringToObject(json, "appid", e->appid);
    cJSON_AddStringToObject(json, "event", e->name);
    cJSON_AddStringToObject(json, "card_id", e->card_id);
    cJSON_AddStringToObject(json, "code", e->code);
    cJSON_AddStringToObject(json, "openid", e->from);
    cJSON_AddStringToObject(json, "state", states[e->state]);
    cJSON_AddNumberToObject(json, "attempts", (double)e->attempts);
    cJSON_AddNumberToObject(json, "http_status", (double)e->http_status);
    cJSON_AddStringToObject(json, "xml", e->xml);
    return json;
}

cJSON *events_json(const struct world *w, const char *appid, int64_t after, int64_t limit) {
    cJSON *json = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(json, "events");
    int64_t oldest = w->event_count - (int64_t)w->event_slots;
    int64_t last = after > oldest ? after : oldest > 0 ? oldest : 0;
    for (int64_t listed = 0; last < w->event_count && listed < limit;) {
        const struct event *e = w->events[(size_t)++last % w->event_slots];
        if (appid && strcmp(appid, e->appid) != 0)
            continue;
        cJSON_AddItemToArray(list, event_json(e));
        listed++;
    }
    cJSON_AddNumberToObject(json, "last", (double)last);
    return json;
}

void events_clear(struct world *w) {
    for (struct event *e = w->push_first, *next; e; e = next) {
        next = e->next;
        e->queued = false;
        if (e->dropped)
            event_let_go(e);
    }
    w->push_first = w->push_last = NULL;
    for (size_t i = 0; i < w->event_slots; i++)
        if (w->events[i] && w->events[i]->queued) /* the pushing thread holds it */
            w->events[i]->dropped = true;
        else if (w->events[i])
            event_let_go(w->events[i]);
    free(w->events);
    w->events = NULL;
    w->event_slots = 0;
    w->event_count = 0;
}
