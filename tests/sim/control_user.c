/* control_user.c - commands that play users: adding, giving away and deleting cards; and what came of it. */
#include "control.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "body.h"
#include "cardsign.h"
#include "event.h"
#include "user.h"

#define FAILURES_SHOWN 10
#define ADDS_A_TURN 500 /* then others get the lock */

static void add_attempt(struct world *w, const cJSON *from, struct add *add) {
    char somebody[29] = "o";
    memset(add, 0, sizeof *add);
    add->card_id = text_in(from, "card_id");
    add->card_ext = cJSON_GetObjectItemCaseSensitive(from, "card_ext");
    add->openid = text_in(from, "openid");
    add->tester = flag_in(from, "tester", false);
    if (add->openid == NULL) {
        random_text(somebody + 1, 27, ALPHABET_URL);
        add->openid = somebody;
    }
    user_add_card(w, add);
    add->openid = NULL; /* lent from here */
}

static void show_failure(cJSON *to, const struct add *add) {
    cJSON_AddStringToObject(to, "reason", add_reason_name(add->reason));
    cJSON_AddStringToObject(to, "detail", add->detail);
    cJSON_AddBoolToObject(to, "stale", add->stale);
}

bool control_add_card(struct control_call *c) {
    struct add add;
    if (!cJSON_IsObject(c->body))
        return control_fail(c, "the body is an object");
    add_attempt(c->w, c->body, &add);
    cJSON_ReplaceItemInObjectCaseSensitive(c->reply, "ok", cJSON_CreateBool(add.reason == ADD_OK));
    cJSON_AddStringToObject(c->reply, "errMsg", add_reason_words(add.reason));
    if (add.reason == ADD_OK)
        cJSON_AddStringToObject(c->reply, "code", add.encrypted);
    else
        show_failure(c->reply, &add);
    return true;
}

static void let_others_in(struct world *w) {
    world_unlock(w);
    world_lock(w);
}

bool control_add_cards(struct control_call *c) {
    int64_t counts[ADD_REASONS] = {0}, stale = 0, at = 0;
    const cJSON *one;
    struct add add;
    if (!cJSON_IsArray(c->body))
        return control_fail(c, "the body is an array");
    cJSON *failures = cJSON_CreateArray();
    cJSON_ArrayForEach(one, c->body) {
        add_attempt(c->w, one, &add);
        counts[add.reason]++;
        stale += add.stale;
        if (add.reason != ADD_OK && cJSON_GetArraySize(failures) < FAILURES_SHOWN) {
            cJSON *failure = cJSON_CreateObject();
            cJSON_AddNumberToObject(failure, "index", (double)at);
            show_failure(failure, &add);
            cJSON_AddItemToArray(failures, failure);
        }
        if (++at % ADDS_A_TURN == 0)
            let_others_in(c->w);
    }
    cJSON_AddNumberToObject(c->reply, "added", (double)counts[ADD_OK]);
    cJSON *refused = cJSON_AddObjectToObject(c->reply, "refused");
    for (int i = ADD_OK + 1; i < ADD_REASONS; i++)
        cJSON_AddNumberToObject(refused, add_reason_name((enum add_reason)i), (double)counts[i]);
    cJSON_AddNumberToObject(c->reply, "stale", (double)stale);
    cJSON_AddItemToObject(c->reply, "failures", failures);
    return true;
}

bool control_gift(struct control_call *c) {
    const char *code = text_in(c->body, "code"), *friend = text_in(c->body, "friend"), *why = "";
    struct card *card = control_card(c);
    if (card == NULL)
        return false;
    if (code == NULL)
        return control_fail(c, "code is missing");
    if (flag_in(c->body, "back", false))
        return user_gift_back(c->w, card, code, &why) || control_fail(c, why);
    if (friend == NULL || *friend == '\0' || strlen(friend) > OPENID_LENGTH)
        return control_fail(c, "friend is missing or too long");
    const struct code *held = user_gift(c->w, card, code, friend, flag_in(c->body, "accept", true), &why);
    if (held == NULL)
        return control_fail(c, why);
    cJSON_AddStringToObject(c->reply, "code", held->code);
    return true;
}

bool control_delete(struct control_call *c) {
    const char *code = text_in(c->body, "code"), *why = "";
    struct card *card = control_card(c);
    if (card == NULL)
        return false;
    if (code == NULL)
        return control_fail(c, "code is missing");
    return user_delete(c->w, card, code, &why) || control_fail(c, why);
}

bool control_sign_check(struct control_call *c) {
    static const char *const names[] = {"api_ticket", "card_id", "timestamp", "nonce_str", "code", "openid"};
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(c->body, "values"), *item;
    const char *values[SIGN_VALUES];
    size_t count = 0;
    char hex[41];
    cJSON_ArrayForEach(item, list) if (count < SIGN_VALUES) values[count++] = cJSON_GetStringValue(item);
    for (size_t i = 0; i < COUNT_OF(names) && list == NULL; i++)
        values[count++] = text_in(c->body, names[i]);
    card_sign(values, count, hex);
    cJSON_AddStringToObject(c->reply, "signature", hex);
    return true;
}

static int64_t query_number(const struct control_call *c, const char *name, int64_t otherwise) {
    const char *text = request_query(c->r, name);
    return text ? strtoll(text, NULL, 10) : otherwise;
}

bool control_events(struct control_call *c) {
    const char *appid = request_query(c->r, "appid");
    int64_t after = query_number(c, "after", 0), limit = query_number(c, "limit", 100);
    cJSON *json = events_json(c->w, appid && *appid ? appid : NULL, after > 0 ? after : 0, limit);
    cJSON_AddItemToObject(c->reply, "events", cJSON_DetachItemFromObjectCaseSensitive(json, "events"));
    cJSON_AddItemToObject(c->reply, "last", cJSON_DetachItemFromObjectCaseSensitive(json, "last"));
    cJSON_Delete(json);
    return true;
}
