/* The part of screens.h that writes values. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lang.h"
#include "screens.h"
#include "text.h"

/* --- words and their colours --- */

/* clang-format off */
static const struct word_look {
    const char *word;
    enum term_role role;
} word_looks[] = {
    {"approved", ROLE_OK},    {"done", ROLE_OK},        {"added", ROLE_OK},      {"ok", ROLE_OK},         {"admitted", ROLE_OK},
    {"ready", ROLE_OK},       {"active", ROLE_OK},      {"running", ROLE_ACCENT},{"sending", ROLE_ACCENT},{"reviewing", ROLE_WARN},
    {"submitted", ROLE_WARN}, {"unknown", ROLE_WARN},   {"low", ROLE_WARN},      {"waiting", ROLE_WARN},  {"warn", ROLE_WARN},
    {"suspect", ROLE_WARN},   {"half-open", ROLE_WARN}, {"failed", ROLE_BAD},    {"rejected", ROLE_BAD},  {"void", ROLE_BAD},
    {"empty", ROLE_BAD},      {"open", ROLE_BAD},       {"sold out", ROLE_BAD},  {"error", ROLE_BAD},     {"fail", ROLE_BAD},
    {"expired", ROLE_DIM},    {"cancelled", ROLE_DIM},  {"paused", ROLE_DIM},    {"deleted", ROLE_DIM},   {"draft", ROLE_DIM},
    {"consumed", ROLE_DIM},   {"ended", ROLE_DIM},      {"listed", ROLE_OK},     {"alive", ROLE_OK},      {"refused", ROLE_BAD},
    {"failing", ROLE_BAD},    {"over", ROLE_BAD},       {"revoked", ROLE_BAD},   {"no secret", ROLE_WARN},{"no tokens", ROLE_WARN},
    {"confirm", ROLE_WARN},   {"never", ROLE_WARN},     {"disabled", ROLE_DIM},  {"pool open", ROLE_OK},
};
/* clang-format on */

enum term_role word_role(const char *word) {
    for (size_t i = 0; i < ARRAY_LEN(word_looks); i++)
        if (strcmp(word_looks[i].word, word) == 0)
            return word_looks[i].role;
    return ROLE_NORMAL;
}

/* --- values --- */

/* "2026-11-25 22:16:44+00": without the year and the zone, which is the session's. */
static void write_time(const char *value, char *out, size_t size) {
    snprintf(out, size, "%.14s", strlen(value) > 5 ? value + 5 : value);
}

/* "oAx1..k9": enough to tell two apart, too little to name somebody. */
static void write_masked(const char *value, char *out, size_t size) {
    const char *tail = value + strlen(value);

    for (int i = 0; i < 2 && tail > value; i++)
        do
            tail--;
        while (tail > value && ((unsigned char)*tail & 0xC0) == 0x80);
    if (text_width(value) < 8)
        snprintf(out, size, "%.*s**", (int)text_fit(value, 2), value);
    else
        snprintf(out, size, "%.*s..%s", (int)text_fit(value, 4), value, tail);
}

const char *field_text(const struct field *field, const struct db_rows *rows, int row, char *out, size_t size) {
    const char *value = db_text(rows, row, field->name);
    char figure[UI_FIGURE];

    if (value[0] == '\0')
        return text_copy(out, size, ""), out;
    switch (field->show) {
    case SHOW_NUMBER:
        text_copy(out, size, ui_number(figure, (int64_t)strtod(value, NULL)));
        break;
    case SHOW_SPAN:
        text_copy(out, size, ui_span(figure, strtod(value, NULL)));
        break;
    case SHOW_TIME:
        write_time(value, out, size);
        break;
    case SHOW_WORD:
        text_copy(out, size, lang_word(field->words, value));
        break;
    case SHOW_YES:
        text_copy(out, size, strcmp(value, "t") == 0 ? _("yes") : "");
        break;
    case SHOW_MASKED:
        write_masked(value, out, size);
        break;
    default:
        text_copy(out, size, value);
    }
    return out;
}

/* A word may mean another thing among others: an open pool is well, an open breaker is not. */
static enum term_role role_of_word(const char *words, const char *value) {
    char among[128];
    enum term_role role;

    snprintf(among, sizeof(among), "%s %s", words, value);
    role = word_role(among);
    return role == ROLE_NORMAL ? word_role(value) : role;
}

enum term_role field_role(const struct field *field, const char *value) {
    if (field->show == SHOW_WORD)
        return role_of_word(field->words, value);
    return field->show == SHOW_TIME ? ROLE_DIM : ROLE_NORMAL;
}
