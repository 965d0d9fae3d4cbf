#include "account.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct account *account_find(const struct world *w, const char *appid) {
    return appid ? hash_get(&w->accounts, appid) : NULL;
}

static void account_name(struct account *a) {
    char hex[41];
    sha1_hex(a->appid, strlen(a->appid), hex);
    snprintf(a->original_id, sizeof a->original_id, "gh_%.12s", hex);
    copy_text(a->name, sizeof a->name, a->appid);
}

/* Text fields of an account and where they go. */
static const struct text_field {
    const char *name;
    size_t offset, size;
} text_fields[] = {
    {"secret", offsetof(struct account, secret), sizeof((struct account *)0)->secret},
    {"name", offsetof(struct account, name), sizeof((struct account *)0)->name},
    {"original_id", offsetof(struct account, original_id), sizeof((struct account *)0)->original_id},
    {"callback_url", offsetof(struct account, callback_url), sizeof((struct account *)0)->callback_url},
    {"callback_token", offsetof(struct account, callback_token), sizeof((struct account *)0)->callback_token},
    {"encoding_aes_key", offsetof(struct account, encoding_aes_key), sizeof((struct account *)0)->encoding_aes_key},
};

static void set_texts(struct account *a, const cJSON *from) {
    for (size_t i = 0; i < COUNT_OF(text_fields); i++) {
        const cJSON *item = cJSON_GetObjectItemCaseSensitive(from, text_fields[i].name);
        if (cJSON_IsString(item))
            copy_text((char *)a + text_fields[i].offset, text_fields[i].size, item->valuestring);
        else if (cJSON_IsNull(item))
            *((char *)a + text_fields[i].offset) = '\0';
    }
}

static void set_whitelist(struct account *a, const cJSON *from) {
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(from, "whitelist"), *item;
    if (list == NULL)
        return;
    a->whitelist_count = 0;
    a->whitelist_on = cJSON_IsArray(list);
    cJSON_ArrayForEach(item, list) if (cJSON_IsString(item)) account_whitelist_add(a, item->valuestring);
}

struct account *account_put(struct world *w, const cJSON *from, char *why, size_t why_size) {
    const char *appid = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(from, "appid"));
    const char *secret = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(from, "secret"));
    if (appid == NULL || *appid == '\0' || strlen(appid) >= sizeof((struct account *)0)->appid) {
        snprintf(why, why_size, "appid is missing, empty or too long");
        return NULL;
    }
    struct account *a = account_find(w, appid);
    if (a == NULL && (secret == NULL || *secret == '\0')) {
        snprintf(why, why_size, "a new account needs a secret");
        return NULL;
    }
    if (a == NULL) {
        a = need(sizeof *a);
        copy_text(a->appid, sizeof a->appid, appid);
        account_name(a);
        hash_put(&w->accounts, appid, a);
    }
    set_texts(a, from);
    set_whitelist(a, from);
    return a;
}

bool account_put_text(struct world *w, const char *appid_secret) {
    char why[128];
    const char *colon = strchr(appid_secret, ':');
    if (colon == NULL || colon == appid_secret || colon[1] == '\0')
        return false;
    char *appid = need_format("%.*s", (int)(colon - appid_secret), appid_secret);
    cJSON *from = cJSON_CreateObject();
    cJSON_AddStringToObject(from, "appid", appid);
    cJSON_AddStringToObject(from, "secret", colon + 1);
    cJSON_AddStringToObject(from, "callback_url", w->initial_callback ? w->initial_callback : "");
    cJSON_AddStringToObject(from, "callback_token", w->initial_callback_token ? w->initial_callback_token : "");
    bool good = account_put(w, from, why, sizeof why) != NULL;
    cJSON_Delete(from);
    free(appid);
    return good;
}

static size_t whitelist_place(const struct account *a, const char *address) {
    size_t i = 0;
    while (i < a->whitelist_count && strcmp(a->whitelist[i], address) != 0)
        i++;
    return i;
}

bool account_admits(const struct account *a, const char *peer) {
    return !a->whitelist_on || whitelist_place(a, peer) < a->whitelist_count;
}

void account_whitelist_add(struct account *a, const char *address) {
    a->whitelist_on = true;
    if (whitelist_place(a, address) < a->whitelist_count)
        return;
    a->whitelist = need_more(a->whitelist, (a->whitelist_count + 1) * sizeof *a->whitelist);
    copy_text(a->whitelist[a->whitelist_count++], ADDRESS_SIZE, address);
}

void account_whitelist_remove(struct account *a, const char *address) {
    size_t at = whitelist_place(a, address);
    a->whitelist_on = true;
    if (at < a->whitelist_count)
        memmove(a->whitelist[at], a->whitelist[--a->whitelist_count], ADDRESS_SIZE);
}

cJSON *account_json(const struct account *a) {
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "appid", a->appid);
    cJSON_AddStringToObject(json, "name", a->name);
    cJSON_AddStringToObject(json, "original_id", a->original_id);
    cJSON *list = a->whitelist_on ? cJSON_CreateArray() : cJSON_CreateNull();
    for (size_t i = 0; i < a->whitelist_count && a->whitelist_on; i++)
        cJSON_AddItemToArray(list, cJSON_CreateString(a->whitelist[i]));
    cJSON_AddItemToObject(json, "whitelist", list);
    cJSON_AddStringToObject(json, "callback_url", a->callback_url);
    cJSON_AddBoolToObject(json, "encrypted", a->encoding_aes_key[0] != '\0');
    return json;
}

void account_free(void *account) {
    struct account *a = account;
    free(a->whitelist);
    for (int i = 0; i < TICKET_TYPES; i++)
        free(a->tickets[i].values);
    hash_clear(&a->testers, NULL);
    hash_clear(&a->nonces, NULL);
    hash_clear(&a->codes, NULL);
    free(a);
}
