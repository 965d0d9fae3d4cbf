/* setting.h - what can be switched in the simulated WeChat, one row each. A row is a command line option
 * (`--ticket-mode fixed`), a key of POST /sim/settings, a line of the help, and a field of struct settings. */
#ifndef SIM_SETTING_H
#define SIM_SETTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

enum ticket_mode { TICKET_OVERLAP, TICKET_FIXED };
enum update_review { UPDATE_MARKED, UPDATE_ALWAYS, UPDATE_NEVER };
enum whitelist_text { WHITELIST_NEW, WHITELIST_2020, WHITELIST_OLD };
enum timestamp_type { TIMESTAMP_ANY, TIMESTAMP_STRING, TIMESTAMP_NUMBER };
enum gift_code { GIFT_WECHAT, GIFT_ALWAYS, GIFT_NEVER };

/* Every number, switch and choice (its position in the list) is an int64_t; durations are unscaled seconds. */
struct settings {
    int64_t ticket_mode, overlap, ticket_life, ticket_age, ticket_grace, ticket_countdown, ticket_aligned;
    int64_t latency_ms, token_life, token_overlap, force_limit, force_spacing;
    int64_t whitelist_errcode, whitelist_text, whitelist_everywhere;
    int64_t review_delay, update_review, not_updatable_errcode;
    int64_t coupon_errcode, custom_code_allowed, category_allowed, logo_check;
    int64_t strict_body, refuse_unicode_escapes;
    int64_t deposit_lists, deposit_fail_every, deposit_lag, testers_extend;
    int64_t card_ext_strict, timestamp_type, timestamp_skew, nonce_on_attempt, gift_code;
    int64_t event_attempts, event_retry, event_timeout_ms, event_duplicate, event_shuffle_ms, event_blanks;
    int64_t event_keep;
    char review_refuse[256];
    char filter_word[64];
};

enum setting_kind { SETTING_NUMBER, SETTING_SWITCH, SETTING_CHOICE, SETTING_TEXT };

struct setting {
    const char *name; /* with underscores; as an option with dashes */
    enum setting_kind kind;
    size_t offset;
    const char *choices; /* "a|b|c" for a choice */
    const char *initial;
    const char *help;
};

extern const struct setting SETTINGS[];
extern const size_t SETTING_COUNT;

void settings_init(struct settings *s);

/* Sets one by its name; false and a sentence in `why` if there is no such setting or no such value. */
bool settings_set(struct settings *s, const char *name, const char *value, char *why, size_t why_size);

/* Sets every key of `object`; stops at the first that does not fit. */
bool settings_set_json(struct settings *s, const cJSON *object, char *why, size_t why_size);

/* {"name": value, …} of all. */
cJSON *settings_json(const struct settings *s);

#endif
