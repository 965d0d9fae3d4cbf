#include "drift.h"

#include <string.h>

/* clang-format off */
static const struct drift_kind kinds[DRIFT_KINDS] = {
    [DRIFT_ADDED]        = {"added",        "added",    BULK_ACTS,    "in a wallet at WeChat, not here",               "the ticket takes the step added"},
    [DRIFT_HOLDER]       = {"holder",       "received", BULK_ACTS,    "WeChat names another holder",                   "the ticket takes the step received"},
    [DRIFT_GIFTED]       = {"gifted",       "gifted",   BULK_ACTS,    "on the way to a friend at WeChat, not here",    "the ticket takes the step gifted"},
    [DRIFT_DELETED]      = {"deleted",      "deleted",  BULK_ACTS,    "deleted by its holder at WeChat, not here",     "the ticket takes the step deleted"},
    [DRIFT_GONE]         = {"gone",         "deleted",  BULK_ACTS,    "in a wallet here, and WeChat knows no such code", "the ticket takes the step deleted"},
    [DRIFT_CONSUMED]     = {"consumed",     "consumed", BULK_ACTS,    "consumed at WeChat, not here",                  "the ticket takes the step consumed"},
    [DRIFT_VOID]         = {"void",         "void",     BULK_ACTS,    "void at WeChat, not here",                      "the ticket takes the step void"},
    [DRIFT_NOT_CONSUMED] = {"not_consumed", NULL,       BULK_CONSUME, "consumed here, usable at WeChat",               "consumed at WeChat again, for ever"},
    [DRIFT_NOT_VOID]     = {"not_void",     NULL,       BULK_VOID,    "void here, usable at WeChat",                   "made void at WeChat again, for ever"},
    [DRIFT_STRAY]        = {"stray",        NULL,       BULK_ACTS,    "a code in a holder's wallet that no ticket has", "none: look at the holder's timeline, maybe a gift whose push is missing"},
    [DRIFT_STRANGE]      = {"strange",      NULL,       BULK_ACTS,    "a status of WeChat's that is not known here",   "none: a person has to look"},
};

static const char *const states[] = {"claiming", "handed_out", "added", "gifted", "expired", "deleted", "consumed", "void"};
enum { STATES = ARRAY_LEN(states) };

/* Short, for the table below. */
#define NO  DRIFT_NONE
#define ADD DRIFT_ADDED
#define HOL DRIFT_HOLDER /* when the holder is another */
#define GIF DRIFT_GIFTED
#define DEL DRIFT_DELETED
#define GON DRIFT_GONE
#define CON DRIFT_CONSUMED
#define VOI DRIFT_VOID
#define UNC DRIFT_NOT_CONSUMED
#define UNV DRIFT_NOT_VOID

/* What expired here may be in a wallet or in nobody's, and WeChat may have been asked just before the end. A card that
 * expired there was in a wallet. */
static const struct {
    const char *status, *word;
    enum drift_id drift[STATES];
} views[] = {
    /*                            claiming handed_out added gifted expired deleted consumed void */
    {"NORMAL",       "added",    {ADD,     ADD,       HOL,  ADD,   NO,     ADD,    UNC,     UNV}},
    {"GIFT_TIMEOUT", "added",    {ADD,     ADD,       HOL,  ADD,   NO,     ADD,    UNC,     UNV}},
    {"GIFTING",      "gifted",   {GIF,     GIF,       GIF,  NO,    NO,     GIF,    UNC,     UNV}},
    {"EXPIRE",       "expired",  {ADD,     ADD,       NO,   NO,    NO,     NO,     NO,      NO}},
    {"DELETE",       "deleted",  {DEL,     DEL,       DEL,  DEL,   DEL,    NO,     NO,      NO}},
    {"CONSUMED",     "consumed", {CON,     CON,       CON,  CON,   CON,    CON,    NO,      CON}},
    {"UNAVAILABLE",  "void",     {VOI,     VOI,       VOI,  VOI,   VOI,    VOI,    VOI,     NO}},
    {"",             "absent",   {NO,      NO,        GON,  GON,   NO,     NO,     NO,      NO}},
};
/* clang-format on */

const struct drift_kind *drift_kind(enum drift_id id) {
    return &kinds[id];
}

const struct drift_kind *drift_kind_named(const char *name) {
    for (size_t i = DRIFT_NONE + 1; i < DRIFT_KINDS; i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    return NULL;
}

static enum drift_id in_view(const enum drift_id drift[STATES], const char *state) {
    for (size_t i = 0; i < STATES; i++)
        if (strcmp(states[i], state) == 0)
            return drift[i];
    bug("a ticket has no state \"%s\"", state);
}

const char *drift_status_word(const char *status) {
    for (size_t i = 0; i < ARRAY_LEN(views); i++)
        if (strcmp(views[i].status, status) == 0)
            return views[i].word;
    return NULL;
}

enum drift_id drift_judge(const char *state, const char *holder, const char *status, const char *openid) {
    enum drift_id id = DRIFT_STRANGE;
    for (size_t i = 0; i < ARRAY_LEN(views); i++)
        if (strcmp(views[i].status, status) == 0)
            id = in_view(views[i].drift, state);
    bool same_holder = holder[0] == '\0' || openid[0] == '\0' || strcmp(holder, openid) == 0;
    return id == DRIFT_HOLDER && same_holder ? DRIFT_NONE : id;
}
