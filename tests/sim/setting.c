#include "setting.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simbase.h"

#define NUMBER_MOST 4000000000 /* of seconds, a century: no sum of times overflows */

#define NUMBER(name, initial, help)                                                                                  \
    { #name, SETTING_NUMBER, offsetof(struct settings, name), NULL, initial, help }
#define SWITCH(name, initial, help)                                                                                  \
    { #name, SETTING_SWITCH, offsetof(struct settings, name), NULL, initial, help }
#define CHOICE(name, choices, initial, help)                                                                         \
    { #name, SETTING_CHOICE, offsetof(struct settings, name), choices, initial, help }
#define TEXT(name, initial, help)                                                                                    \
    { #name, SETTING_TEXT, offsetof(struct settings, name), NULL, initial, help }

/* clang-format off */
const struct setting SETTINGS[] = {
    CHOICE(ticket_mode, "overlap|fixed", "overlap", "when getticket gives the next api_ticket: in the last `overlap` seconds, or only after the window"),
    NUMBER(overlap, "300", "seconds before an api_ticket's end in which a request issues the next one (ticket_mode overlap)"),
    NUMBER(ticket_life, "7200", "seconds an api_ticket lives"),
    NUMBER(ticket_age, "0", "seconds that an account's first api_ticket is already old when first asked for"),
    NUMBER(ticket_grace, "0", "seconds that the simulated user still accepts an api_ticket after its end"),
    SWITCH(ticket_countdown, "off", "getticket's expires_in counts down instead of always saying 7200"),
    SWITCH(ticket_aligned, "off", "a new api_ticket window starts where the old one ended, not at the request"),
    NUMBER(latency_ms, "0", "real milliseconds that every answer of the API takes"),
    NUMBER(token_life, "7200", "seconds an access_token lives"),
    NUMBER(token_overlap, "300", "seconds that old and new access_token work side by side"),
    NUMBER(force_limit, "20", "forced refreshes of stable_token a day; beyond: 45009"),
    NUMBER(force_spacing, "30", "seconds between forced refreshes; sooner, the present token is returned"),
    NUMBER(whitelist_errcode, "40164", "answer to an address that is not on the whitelist (40164, 40243, 45035, 61004, 89501..89507)"),
    CHOICE(whitelist_text, "new|2020|old", "new", "which of the observed wordings 40164 uses"),
    SWITCH(whitelist_everywhere, "off", "the whitelist holds for every call with a token too (61004), not only for fetching tokens"),
    NUMBER(review_delay, "2", "seconds a review takes; -1: reviews end only by POST /sim/audit"),
    TEXT(review_refuse, "", "when not empty, reviews that end refuse the card with this reason"),
    CHOICE(update_review, "marked|always|never", "marked", "which card/update goes to review again: of marked fields (title, description), any, none"),
    NUMBER(not_updatable_errcode, "47001", "answer of card/update to a field that cannot be changed (47001 or 40150)"),
    NUMBER(coupon_errcode, "48001", "card/create's answer for the five coupon types that ended in 2021; 0: they may be created"),
    SWITCH(custom_code_allowed, "on", "accounts may choose their own codes; off: 43009"),
    SWITCH(category_allowed, "on", "the accounts' category may create cards; off: 45160"),
    SWITCH(logo_check, "on", "logo_url must be an address as uploadimg returns it, else 40141"),
    SWITCH(strict_body, "on", "duplicate, unknown and wrongly typed keys are refused with 47001"),
    SWITCH(refuse_unicode_escapes, "on", "a \\u escape in a body is refused with 47002"),
    SWITCH(deposit_lists, "on", "code/deposit answers with succ_code, duplicate_code, fail_code"),
    NUMBER(deposit_fail_every, "0", "every so many deposited codes one fails; 0: none"),
    NUMBER(deposit_lag, "0", "seconds until checkcode and getdepositcount see a deposited code"),
    SWITCH(testers_extend, "off", "testwhitelist/set adds to the list instead of replacing it"),
    SWITCH(card_ext_strict, "on", "unknown keys in a cardExt are a wrong parameter instead of being ignored"),
    CHOICE(timestamp_type, "any|string|number", "any", "which JSON type of cardExt's timestamp is accepted"),
    NUMBER(timestamp_skew, "0", "seconds that cardExt's timestamp may differ from the real time; 0: not checked"),
    SWITCH(nonce_on_attempt, "off", "a nonce and timestamp are used up by an attempt that fails later on, too"),
    CHOICE(gift_code, "wechat|always|never", "wechat", "whose gifts give the receiver a new code: WeChat's own codes, all, none"),
    NUMBER(event_attempts, "3", "how often an event is pushed until it is answered"),
    NUMBER(event_retry, "1", "seconds between attempts"),
    NUMBER(event_timeout_ms, "5000", "real milliseconds a callback may take to answer"),
    NUMBER(event_duplicate, "0", "percent of the events that are pushed twice"),
    NUMBER(event_shuffle_ms, "0", "events are held back by up to so many real milliseconds, so they arrive out of order"),
    NUMBER(event_blanks, "25", "percent of the elements with blanks around their CDATA section"),
    NUMBER(event_keep, "20000", "how many events GET /sim/events remembers"),
    TEXT(filter_word, "", "when not empty, card/create and card/update refuse bodies with this word: 40151"),
};
/* clang-format on */
const size_t SETTING_COUNT = COUNT_OF(SETTINGS);

static int64_t *number_of(struct settings *s, const struct setting *row) {
    return (int64_t *)(void *)((char *)s + row->offset);
}

static size_t text_size(const struct setting *row) {
    return strcmp(row->name, "filter_word") == 0 ? sizeof((struct settings *)0)->filter_word
                                                 : sizeof((struct settings *)0)->review_refuse;
}

static const struct setting *find_row(const char *name) {
    for (size_t i = 0; i < SETTING_COUNT; i++)
        if (strcmp(SETTINGS[i].name, name) == 0)
            return &SETTINGS[i];
    return NULL;
}

static bool parse_number(const char *value, int64_t *number) {
    char *end;
    errno = 0;
    long long n = strtoll(value, &end, 10);
    if (errno || end == value || *end || n < -1 || n > NUMBER_MOST)
        return false;
    *number = n;
    return true;
}

static bool parse_switch(const char *value, int64_t *number) {
    bool on = strcmp(value, "on") == 0 || strcmp(value, "true") == 0 || strcmp(value, "1") == 0;
    bool off = strcmp(value, "off") == 0 || strcmp(value, "false") == 0 || strcmp(value, "0") == 0;
    *number = on;
    return on || off;
}

/* Start and length of the choice number `index`; false after the last. */
static bool choice_at(const char *choices, int64_t index, const char **start, size_t *length) {
    for (; index > 0 && choices; index--)
        choices = (choices = strchr(choices, '|')) ? choices + 1 : NULL;
    if (choices == NULL)
        return false;
    *start = choices;
    *length = strcspn(choices, "|");
    return true;
}

static bool parse_choice(const char *choices, const char *value, int64_t *number) {
    const char *start;
    size_t length;
    for (*number = 0; choice_at(choices, *number, &start, &length); ++*number)
        if (strlen(value) == length && strncmp(value, start, length) == 0)
            return true;
    return false;
}

bool settings_set(struct settings *s, const char *name, const char *value, char *why, size_t why_size) {
    const struct setting *row = find_row(name);
    if (row == NULL) {
        snprintf(why, why_size, "there is no setting %s", name);
        return false;
    }
    int64_t number = 0;
    bool good = true;
    if (row->kind == SETTING_TEXT)
        copy_text((char *)s + row->offset, text_size(row), value);
    else if (row->kind == SETTING_NUMBER)
        good = parse_number(value, &number);
    else if (row->kind == SETTING_SWITCH)
        good = parse_switch(value, &number);
    else
        good = parse_choice(row->choices, value, &number);
    if (!good) {
        const char *wanted = row->kind == SETTING_NUMBER ? "a number from -1"
                             : row->choices              ? row->choices
                                                         : "on|off";
        snprintf(why, why_size, "%s cannot be %s, it is %s", name, value, wanted);
    } else if (row->kind != SETTING_TEXT) {
        *number_of(s, row) = number;
    }
    return good;
}

bool settings_set_json(struct settings *s, const cJSON *object, char *why, size_t why_size) {
    const cJSON *item;
    cJSON_ArrayForEach(item, object) {
        char text[256];
        if (cJSON_IsString(item))
            copy_text(text, sizeof text, item->valuestring);
        else if (cJSON_IsNumber(item))
            snprintf(text, sizeof text, "%.0f", item->valuedouble);
        else
            copy_text(text, sizeof text, cJSON_IsTrue(item) ? "on" : cJSON_IsFalse(item) ? "off" : "null");
        if (!settings_set(s, item->string, text, why, why_size))
            return false;
    }
    return true;
}

static void add_json(cJSON *to, struct settings *s, const struct setting *row) {
    const char *start;
    size_t length;
    char text[64] = "";
    if (row->kind == SETTING_TEXT) {
        cJSON_AddStringToObject(to, row->name, (char *)s + row->offset);
    } else if (row->kind == SETTING_NUMBER) {
        cJSON_AddNumberToObject(to, row->name, (double)*number_of(s, row));
    } else if (row->kind == SETTING_SWITCH) {
        cJSON_AddBoolToObject(to, row->name, *number_of(s, row) != 0);
    } else if (choice_at(row->choices, *number_of(s, row), &start, &length)) {
        snprintf(text, sizeof text, "%.*s", (int)length, start);
        cJSON_AddStringToObject(to, row->name, text);
    }
}

cJSON *settings_json(const struct settings *s) {
    struct settings copy = *s;
    cJSON *all = cJSON_CreateObject();
    for (size_t i = 0; i < SETTING_COUNT; i++)
        add_json(all, &copy, &SETTINGS[i]);
    return all;
}

void settings_init(struct settings *s) {
    char why[256];
    memset(s, 0, sizeof *s);
    for (size_t i = 0; i < SETTING_COUNT; i++)
        settings_set(s, SETTINGS[i].name, SETTINGS[i].initial, why, sizeof why);
}
