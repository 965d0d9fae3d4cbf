/* control_world.c - commands that look at or change the simulated WeChat itself. */
#include "control.h"

#include <stdio.h>
#include <string.h>

#include "body.h"
#include "counter.h"
#include "event.h"
#include "fault.h"
#include "user.h"

#define ADVANCE_MOST 4000000000

static void list_account(const char *key, void *value, void *with) {
    (void)key;
    cJSON_AddItemToArray(with, account_json(value));
}

bool control_accounts(struct control_call *c) {
    hash_each(&c->w->accounts, list_account, cJSON_AddArrayToObject(c->reply, "accounts"));
    return true;
}

bool control_account_put(struct control_call *c) {
    const struct account *a = account_put(c->w, c->body, c->why, sizeof c->why);
    if (a)
        cJSON_AddItemToObject(c->reply, "account", account_json(a));
    return a != NULL;
}

static void for_each_address(struct account *a, const cJSON *list, void (*change)(struct account *, const char *)) {
    const cJSON *item;
    cJSON_ArrayForEach(item, list) if (cJSON_IsString(item)) change(a, item->valuestring);
}

bool control_whitelist(struct control_call *c) {
    struct account *a = control_account(c);
    if (a == NULL)
        return false;
    for_each_address(a, cJSON_GetObjectItemCaseSensitive(c->body, "add"), account_whitelist_add);
    for_each_address(a, cJSON_GetObjectItemCaseSensitive(c->body, "remove"), account_whitelist_remove);
    if (flag_in(c->body, "off", false))
        a->whitelist_on = false;
    cJSON_AddItemToObject(c->reply, "account", account_json(a));
    return true;
}

bool control_settings(struct control_call *c) {
    cJSON_AddItemToObject(c->reply, "settings", settings_json(&c->w->set));
    return true;
}

bool control_settings_set(struct control_call *c) {
    struct settings changed = c->w->set;
    if (!settings_set_json(&changed, c->body, c->why, sizeof c->why))
        return false;
    c->w->set = changed;
    return control_settings(c);
}

bool control_faults(struct control_call *c) {
    cJSON_AddItemToObject(c->reply, "faults", faults_json(c->w));
    return true;
}

bool control_faults_add(struct control_call *c) {
    cJSON *ids = cJSON_AddArrayToObject(c->reply, "ids");
    const cJSON *one = cJSON_IsArray(c->body) ? c->body->child : c->body;
    for (; one; one = cJSON_IsArray(c->body) ? one->next : NULL) {
        int64_t id = fault_add(c->w, one, c->why, sizeof c->why);
        if (id == 0)
            return false;
        cJSON_AddItemToArray(ids, cJSON_CreateNumber((double)id));
    }
    return true;
}

bool control_faults_clear(struct control_call *c) {
    long long id = number_in(c->body, "id", 0);
    if (id && !fault_remove(c->w, id))
        return control_fail(c, "there is no such fault");
    if (id == 0)
        faults_clear(c->w);
    return true;
}

bool control_quota(struct control_call *c) {
    const struct account *a = control_account(c);
    const char *path = text_in(c->body, "path");
    if (a == NULL)
        return false;
    if (path == NULL)
        return control_fail(c, "path is missing");
    struct counter *counter = counter_of(c->w, a->appid, path, 0);
    counter->limit = number_in(c->body, "limit", counter->limit);
    counter->today = number_in(c->body, "used", counter_used_today(c->w, counter));
    counter->day = clock_day(&c->w->clock);
    return true;
}

bool control_token_refresh(struct control_call *c) {
    struct account *a = control_account(c);
    const char *chain = text_in(c->body, "chain");
    if (a == NULL)
        return false;
    bool legacy = chain && strcmp(chain, "legacy") == 0;
    token_foreign(c->w, a, legacy ? TOKEN_LEGACY : TOKEN_STABLE, flag_in(c->body, "cut", !legacy));
    return true;
}

bool control_ticket_revoke(struct control_call *c) {
    char fingerprint[9];
    struct account *a = control_account(c);
    const char *name = text_in(c->body, "type");
    int type = ticket_type_of(name ? name : "wx_card");
    if (a == NULL)
        return false;
    if (type < 0)
        return control_fail(c, "type is wx_card or jsapi");
    ticket_fingerprint(ticket_revoke(c->w, a, (enum ticket_type)type), fingerprint);
    cJSON_AddStringToObject(c->reply, "fingerprint", fingerprint);
    return true;
}

bool control_audit(struct control_call *c) {
    struct card *card = control_card(c);
    const char *status = text_in(c->body, "status"), *reason = text_in(c->body, "reason");
    if (card == NULL)
        return false;
    if (status == NULL || (strcmp(status, "approve") != 0 && strcmp(status, "refuse") != 0))
        return control_fail(c, "status is approve or refuse");
    if (card->status == CARD_DELETED)
        return control_fail(c, "the card was deleted");
    card_review_end(c->w, card, status[0] == 'a', reason ? reason : "refused by the operator of the simulator");
    return true;
}

bool control_forget_codes(struct control_call *c) {
    struct card *card = control_card(c);
    if (card == NULL)
        return false;
    cJSON_AddNumberToObject(c->reply, "forgotten", (double)codes_forget(card, number_in(c->body, "count", 1)));
    return true;
}

bool control_clock(struct control_call *c) {
    long long seconds = number_in(c->body, "seconds", -1);
    if (seconds < 0 || seconds + c->w->clock.advanced_ms / 1000 > ADVANCE_MOST)
        return control_fail(c, "seconds is missing, negative or beyond a century");
    c->w->clock.advanced_ms += seconds * 1000;
    cards_review_due(c->w);
    pthread_cond_broadcast(&c->w->changed);
    cJSON_AddNumberToObject(c->reply, "clock", (double)world_seconds(c->w));
    return true;
}

bool control_reset(struct control_call *c) {
    world_reset(c->w);
    return true;
}

static cJSON *ticket_stats(const struct world *w, const struct ticket_line *line) {
    char fingerprint[9];
    cJSON *json = cJSON_CreateObject();
    cJSON_AddNumberToObject(json, "rotations", (double)(line->issued > 0 ? line->issued - 1 : 0));
    if (line->count == 0)
        return json;
    const struct ticket_value *t = &line->values[line->count - 1];
    ticket_fingerprint(t, fingerprint);
    cJSON_AddStringToObject(json, "fingerprint", fingerprint);
    cJSON_AddNumberToObject(json, "age", (double)((clock_ms(&w->clock) - t->starts_ms) / 1000));
    cJSON_AddNumberToObject(json, "left", (double)((t->ends_ms - clock_ms(&w->clock)) / 1000));
    cJSON *accepted = cJSON_AddArrayToObject(json, "accepted");
    for (size_t i = 0; i < line->count; i++)
        if (ticket_accepted(w, &line->values[i])) {
            ticket_fingerprint(&line->values[i], fingerprint);
            cJSON_AddItemToArray(accepted, cJSON_CreateString(fingerprint));
        }
    return json;
}

static cJSON *add_stats(const struct account *a) {
    cJSON *json = cJSON_CreateObject();
    cJSON_AddNumberToObject(json, "ok", (double)a->adds[ADD_OK]);
    cJSON *refused = cJSON_AddObjectToObject(json, "refused");
    for (int i = ADD_OK + 1; i < ADD_REASONS; i++)
        cJSON_AddNumberToObject(refused, add_reason_name((enum add_reason)i), (double)a->adds[i]);
    cJSON_AddNumberToObject(json, "stale", (double)a->adds_stale);
    return json;
}

struct listing {
    const struct world *w;
    cJSON *to;
};

static void account_stats(const char *key, void *value, void *with) {
    const struct account *a = value;
    const struct listing *l = with;
    cJSON *json = cJSON_AddObjectToObject(l->to, key);
    cJSON_AddItemToObject(json, "calls", counters_json(l->w, key));
    cJSON_AddItemToObject(json, "adds", add_stats(a));
    cJSON *tickets = cJSON_AddObjectToObject(json, "tickets");
    for (int i = 0; i < TICKET_TYPES; i++)
        cJSON_AddItemToObject(tickets, ticket_type_name((enum ticket_type)i), ticket_stats(l->w, &a->tickets[i]));
    cJSON *tokens = cJSON_AddObjectToObject(json, "tokens");
    cJSON_AddNumberToObject(tokens, "legacy", (double)a->chains[TOKEN_LEGACY].issued);
    cJSON_AddNumberToObject(tokens, "stable", (double)a->chains[TOKEN_STABLE].issued);
}

bool control_stats(struct control_call *c) {
    struct listing l = {c->w, cJSON_AddObjectToObject(c->reply, "accounts")};
    hash_each(&c->w->accounts, account_stats, &l);
    cJSON *nobody = cJSON_AddObjectToObject(c->reply, "nobody");
    cJSON_AddItemToObject(nobody, "calls", counters_json(c->w, NULL));
    cJSON_AddNumberToObject(c->reply, "clock", (double)world_seconds(c->w));
    cJSON_AddNumberToObject(c->reply, "scale", c->w->clock.scale);
    cJSON_AddNumberToObject(c->reply, "events", (double)c->w->event_count);
    return true;
}

static void list_card(const char *key, void *value, void *with) {
    const struct card *card = value;
    const char *title = text_in(card_base(card), "title");
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "card_id", key);
    cJSON_AddStringToObject(json, "appid", card->account->appid);
    cJSON_AddStringToObject(json, "title", title ? title : "");
    cJSON_AddStringToObject(json, "status", card_status_name(card->status));
    cJSON_AddStringToObject(json, "reason", card->reason);
    cJSON_AddNumberToObject(json, "quantity", (double)card->quantity);
    cJSON_AddNumberToObject(json, "total", (double)card->total);
    cJSON_AddNumberToObject(json, "codes", (double)card->codes.count);
    cJSON_AddNumberToObject(json, "deposited", (double)card->deposited);
    cJSON_AddItemToArray(with, json);
}

bool control_cards(struct control_call *c) {
    hash_each(&c->w->cards, list_card, cJSON_AddArrayToObject(c->reply, "cards"));
    return true;
}

bool control_code(struct control_call *c) {
    const struct card *card = control_card(c);
    const char *name = request_query(c->r, "code");
    const struct code *code = card && name ? code_find(c->w, card->account, card->id, name) : NULL;
    if (card == NULL)
        return false;
    if (code == NULL)
        return control_fail(c, "code is missing or unknown");
    cJSON_AddStringToObject(c->reply, "status", code_state_name(code->state));
    cJSON_AddItemToObject(c->reply, "details",
                          code->details ? cJSON_Duplicate(code->details, true) : cJSON_CreateObject());
    return true;
}
