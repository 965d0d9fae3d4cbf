#include "fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "body.h"

#define BYTES_MOST (1 << 30)
#define MS_MOST 86400000

void fault_free(struct fault *f) {
    if (f == NULL)
        return;
    free(f->errmsg);
    free(f->body);
    cJSON_Delete(f->headers);
    cJSON_Delete(f->set);
    free(f);
}

static const struct fault_kind *find_kind(const char *name) {
    for (size_t i = 0; name && i < FAULT_KIND_COUNT; i++)
        if (strcmp(FAULT_KINDS[i].name, name) == 0)
            return &FAULT_KINDS[i];
    return NULL;
}

/* "body" is text, "body_base64" is anything else. */
static bool read_bytes(struct fault *f, const cJSON *from) {
    const char *text = text_in(from, "body"), *base64 = text_in(from, "body_base64");
    f->body = need_text(text ? text : "");
    f->body_size = strlen(f->body);
    if (base64 == NULL)
        return true;
    size_t length = strlen(base64);
    free(f->body);
    f->body = need(length + 1);
    int size = EVP_DecodeBlock((unsigned char *)f->body, (const unsigned char *)base64, (int)length);
    if (size < 0)
        return false;
    f->body_size = (size_t)size;
    for (size_t i = length; i > 0 && base64[i - 1] == '=' && f->body_size > 0; i--)
        f->body_size--;
    return true;
}

static void read_when(struct fault *f, const cJSON *from) {
    long long nth = number_in(from, "nth", 0);
    f->from = nth ? nth : number_in(from, "from", 1);
    f->count = nth ? 1 : number_in(from, "count", 1);
    copy_text(f->path, sizeof f->path, text_in(from, "path") ? text_in(from, "path") : "*");
    copy_text(f->appid, sizeof f->appid, text_in(from, "appid") ? text_in(from, "appid") : "");
}

static void read_what(struct fault *f, const cJSON *from) {
    f->applied = flag_in(from, "applied", f->kind->works);
    f->ms = number_in(from, "ms", f->kind->ms);
    f->bytes = number_in(from, "bytes", 0);
    f->errcode = number_in(from, "errcode", -1);
    f->status = number_in(from, "status", 0);
    f->repeat = number_in(from, "repeat", 1);
    f->errmsg = text_in(from, "errmsg") ? need_text(text_in(from, "errmsg")) : NULL;
    f->headers = cJSON_Duplicate(cJSON_GetObjectItemCaseSensitive(from, "headers"), true);
    f->set = cJSON_Duplicate(cJSON_GetObjectItemCaseSensitive(from, "set"), true);
    if (text_in(from, "location")) {
        f->headers = f->headers ? f->headers : cJSON_CreateObject();
        cJSON_AddStringToObject(f->headers, "Location", text_in(from, "location"));
    }
}

int64_t fault_add(struct world *w, const cJSON *from, char *why, size_t why_size) {
    const char *name = text_in(from, "kind");
    const struct fault_kind *kind = find_kind(name);
    if (kind == NULL) {
        snprintf(why, why_size, "there is no kind of fault %s", name ? name : "without a name");
        return 0;
    }
    struct fault *f = need(sizeof *f), **end = &w->faults;
    f->kind = kind;
    read_when(f, from);
    read_what(f, from);
    bool sound = f->bytes >= 0 && f->bytes <= BYTES_MOST && f->ms >= 0 && f->ms <= MS_MOST;
    if (!read_bytes(f, from) || !sound) {
        snprintf(why, why_size, sound ? "body_base64 is not base64" : "bytes or ms is out of range");
        fault_free(f);
        return 0;
    }
    f->id = ++w->last_fault_id;
    while (*end)
        end = &(*end)->next;
    *end = f;
    return f->id;
}

static struct fault *copy_fault(const struct fault *f) {
    struct fault *copy = need(sizeof *copy);
    *copy = *f;
    copy->next = NULL;
    copy->errmsg = f->errmsg ? need_text(f->errmsg) : NULL;
    copy->body = need(f->body_size + 1);
    memcpy(copy->body, f->body, f->body_size);
    copy->headers = cJSON_Duplicate(f->headers, true);
    copy->set = cJSON_Duplicate(f->set, true);
    return copy;
}

static bool matches(const struct fault *f, const char *path, const char *appid) {
    return (strcmp(f->path, "*") == 0 || strcmp(f->path, path) == 0) &&
           (f->appid[0] == '\0' || (appid && strcmp(f->appid, appid) == 0));
}

struct fault *fault_take(struct world *w, const char *path, const char *appid) {
    struct fault *first = NULL;
    for (struct fault *f = w->faults; f; f = f->next) {
        if (!matches(f, path, appid))
            continue;
        f->seen++;
        if (first || f->seen < f->from || (f->count > 0 && f->seen >= f->from + f->count))
            continue;
        f->fired++;
        first = f;
    }
    return first ? copy_fault(first) : NULL;
}

cJSON *faults_json(const struct world *w) {
    cJSON *list = cJSON_CreateArray();
    for (const struct fault *f = w->faults; f; f = f->next) {
        cJSON *json = cJSON_CreateObject();
        cJSON_AddNumberToObject(json, "id", (double)f->id);
        cJSON_AddStringToObject(json, "path", f->path);
        cJSON_AddStringToObject(json, "appid", f->appid);
        cJSON_AddStringToObject(json, "kind", f->kind->name);
        cJSON_AddNumberToObject(json, "from", (double)f->from);
        cJSON_AddNumberToObject(json, "count", (double)f->count);
        cJSON_AddNumberToObject(json, "seen", (double)f->seen);
        cJSON_AddNumberToObject(json, "fired", (double)f->fired);
        cJSON_AddItemToArray(list, json);
    }
    return list;
}

bool fault_remove(struct world *w, int64_t id) {
    for (struct fault **at = &w->faults; *at; at = &(*at)->next)
        if ((*at)->id == id) {
            struct fault *f = *at;
            *at = f->next;
            fault_free(f);
            return true;
        }
    return false;
}

void faults_clear(struct world *w) {
    while (w->faults)
        fault_remove(w, w->faults->id);
}
