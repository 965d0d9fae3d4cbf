/* claim.h - what an answer of card_claim() is looked at for. */
#ifndef KAQUAN_TEST_CLAIM_H
#define KAQUAN_TEST_CLAIM_H

#include "scene.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define assert_outcome(answer, expected) assert_string_equal((answer).outcome, expected)

/* No card, and come again within `most` seconds; 0: do not come again. */
static inline void assert_refused(const struct answer *a, const char *outcome, double most) {
    assert_outcome(*a, outcome);
    assert_string_equal(a->card_ext, "");
    assert_string_equal(a->valid_until, "");
    if (most > 0 ? !(a->retry_after > 0 && a->retry_after <= most) : !isnan(a->retry_after))
        test_fail("%s: come again after %f s, at most %f expected", outcome, a->retry_after, most);
}

static inline cJSON *card_ext(const struct answer *a) {
    cJSON *json = cJSON_Parse(a->card_ext);

    if (!cJSON_IsObject(json))
        test_fail("card_ext: %s", a->card_ext);
    return json;
}

/* The keys in their order, joined by commas. */
static inline const char *keys_of(const struct answer *a) {
    static char keys[128];
    cJSON *json = card_ext(a);
    const cJSON *item;

    keys[0] = '\0';
    cJSON_ArrayForEach(item, json)
        snprintf(keys + strlen(keys), sizeof(keys) - strlen(keys), "%s%s", keys[0] ? "," : "", item->string);
    cJSON_Delete(json);
    return keys;
}

static inline const char *value_of(const struct answer *a, const char *key) {
    static char value[64];
    cJSON *json = card_ext(a);
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, key));

    text_copy(value, sizeof(value), text ? text : "(no text)");
    cJSON_Delete(json);
    return value;
}

static inline void template_set(const struct scene *s, const char *change) {
    test_sql(NULL, "update kaquan.template set %s where id = %" PRId32, change, s->template_id);
}

#endif
