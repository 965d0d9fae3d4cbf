/* The strict reader: what it accepts is a sound object, printed it reads back the same, and no member is what it is
 * not. */
#include "fuzz.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "text.h"

const char *const fuzz_corpus[] = {"{}",
                                   "{\"errcode\":0,\"errmsg\":\"ok\",\"access_token\":\"abc\",\"expires_in\":7200}",
                                   "{\"a\":[1,-2.5e3,true,false,null,\"\\u4e2d\\n\"],\"b\":{\"c\":{\"d\":[[]]}}}",
                                   "{\"name\":\"松湖\",\"abc\":\"xyz\",\"n\":-1000}",
                                   "{\"\\ud83d\\ude00\":1e308,\"\":0.1}",
                                   NULL};

static void check(bool holds) {
    if (!holds)
        abort();
}

static void check_names(const cJSON *object) {
    int members = 0;
    for (const cJSON *child = object->child; child != NULL; child = child->next, members++)
        check(cJSON_GetObjectItemCaseSensitive(object, child->string) == child); /* the first of its name */
    check(members <= JSON_MEMBERS);
}

static void check_value(const cJSON *value, int depth) {
    if (cJSON_IsNumber(value))
        check(isfinite(value->valuedouble));
    if (cJSON_IsString(value))
        check(utf8_valid(value->valuestring, strlen(value->valuestring)));
    if (cJSON_IsObject(value))
        check_names(value);
    if (cJSON_IsObject(value) || cJSON_IsArray(value))
        check(depth < JSON_DEPTH);
    for (const cJSON *child = value->child; child != NULL; child = child->next)
        check_value(child, depth + 1);
}

static void check_readers(const cJSON *json) {
    for (const cJSON *m = json->child; m != NULL; m = m->next) {
        int64_t number = 0;
        const char *text = NULL;
        bool flag;
        if (json_need_int(json, m->string, -1000, 7200, &number, NULL))
            check(cJSON_IsNumber(m) && (double)number == m->valuedouble && number >= -1000 && number <= 7200);
        if (json_need_text(json, m->string, 2, 20, "a-z", &text, NULL))
            check(cJSON_IsString(m) && strlen(text) >= 2 &&
                  strspn(text, "abcdefghijklmnopqrstuvwxyz") == strlen(text));
        if (json_may_bool(json, m->string, &flag, NULL))
            check(cJSON_IsBool(m));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    AUTO_JSON cJSON *json = NULL, *again = NULL;
    AUTO_BUF struct buf printed = {0}, twice = {0};
    const struct json_limits roomy = {.size = 8 << 20};
    struct err err = {0};
    json = json_parse((const char *)data, size, NULL, &err);
    check((json == NULL) == (err.kind == ERR_PROTOCOL));
    if (json == NULL)
        return 0;
    check(cJSON_IsObject(json) && utf8_valid(data, size));
    check_value(json, 0);
    check_readers(json);
    json_print(&printed, json);
    again = json_parse(buf_str(&printed), printed.len, &roomy, &err);
    check(again != NULL && cJSON_Compare(json, again, true));
    json_print(&twice, again);
    check(strcmp(buf_str(&printed), buf_str(&twice)) == 0);
    return 0;
}
