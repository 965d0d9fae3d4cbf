/* The part of card_form.h that finds problems: what the lint says, each at its line, and what only a form knows. */
#include "card_form.h"

#include <stdio.h>
#include <string.h>

#include "card_value.h"
#include "json.h"
#include "lang.h"

/* clang-format off */
/* Lines that count only beside these words of another line. */
static const struct condition {
    const char *place, *beside, *words;
} conditions[] = {
    {"base_info.date_info.begin_timestamp",  "base_info.date_info.type", "DATE_TYPE_FIX_TIME_RANGE"},
    {"base_info.date_info.end_timestamp",    "base_info.date_info.type", "DATE_TYPE_FIX_TIME_RANGE DATE_TYPE_FIX_TERM"},
    {"base_info.date_info.fixed_term",       "base_info.date_info.type", "DATE_TYPE_FIX_TERM"},
    {"base_info.date_info.fixed_begin_term", "base_info.date_info.type", "DATE_TYPE_FIX_TERM"},
    {"base_info.get_custom_code_mode",       "base_info.use_custom_code", "true"},
};
/* clang-format on */

static void hide_lines(struct card_form *form) {
    for (int i = 0; i < form->count; i++)
        form->lines[i].hidden = false;
    for (size_t i = 0; i < ARRAY_LEN(conditions); i++) {
        int line = card_form_line(form, conditions[i].place);
        const char *word = card_form_text(form, card_form_line(form, conditions[i].beside));

        if (line >= 0)
            form->lines[line].hidden = word[0] == '\0' || !template_choice(conditions[i].words, word);
    }
}

static void blame(struct card_line *line, enum lint_level level, const char *cause, const char *cure) {
    if (line->cause[0] != '\0' && line->level >= level)
        return;
    line->level = level;
    text_copy(line->cause, sizeof(line->cause), cause);
    text_copy(line->cure, sizeof(line->cure), cure);
}

/* The line that a problem at `path` belongs to: the field itself, the list that the item is of, the last visible line
 * of the object, or else the type's. */
static struct card_line *line_of(struct card_form *form, const char *path) {
    char place[128];
    size_t skip = strlen("card.") + strlen(form->type->member), len;
    int found = CARD_TYPE;

    path += strlen(path) > skip ? skip + (path[skip] == '.') : strlen(path);
    snprintf(place, sizeof(place), "%.*s", int_of(strcspn(path, "[")), path);
    len = strlen(place);
    for (int i = CARD_HEAD; i < form->count && len > 0; i++) {
        const char *at = form->lines[i].field->place;

        if (strcmp(at, place) == 0)
            return &form->lines[i];
        if (strncmp(at, place, len) == 0 && at[len] == '.' && !form->lines[i].hidden)
            found = i;
    }
    return &form->lines[found];
}

static void take_lint(struct card_form *form, const cJSON *body, int64_t now) {
    AUTO_LINT struct lint lint = {0};

    template_lint(body, now, &lint);
    for (size_t i = 0; i < lint.count; i++) {
        const struct lint_problem *p = &lint.problems[i];

        if (p->level > LINT_NOTE)
            blame(line_of(form, p->path), p->level, p->cause, p->cure);
    }
}

/* What only the form knows: a text too long by how much, a day that is none. */
static void check_line(struct card_form *form, int i, int64_t now) {
    struct card_line *line = &form->lines[i];
    const struct template_field *f = line->field;
    const char *text = card_form_text(form, i), *why = NULL;
    size_t bytes = card_value_bytes(text);
    char cause[200];

    if (text[0] == '\0' || line->hidden)
        return;
    cJSON_Delete(card_value_read(f, text, now, &why));
    if (why != NULL) {
        line->cause[0] = '\0';
        blame(line, LINT_ERROR, _(why), card_value_is_day(f) ? "" : line->cure);
    }
    if (f->type <= FIELD_APP && card_form_choices(form, i) == NULL && bytes > size_of(f->high)) {
        snprintf(cause, sizeof(cause), _("%zu of %lld bytes: %zu over"), bytes, (long long)f->high,
                 bytes - size_of(f->high));
        line->cause[0] = '\0';
        blame(line, LINT_ERROR, cause, line->cure);
    }
}

static void check_head(struct card_form *form) {
    const char *key = card_form_text(form, CARD_KEY);

    if (card_form_text(form, CARD_ACCOUNT)[0] == '\0')
        blame(&form->lines[CARD_ACCOUNT], LINT_ERROR, _("is missing"), _(form->lines[CARD_ACCOUNT].field->help));
    if (key[0] == '\0')
        blame(&form->lines[CARD_KEY], LINT_ERROR, _("is missing"), _(form->lines[CARD_KEY].field->help));
    else if (strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_-") != strlen(key) || key[0] == '_' || key[0] == '-')
        blame(&form->lines[CARD_KEY], LINT_ERROR, _("cannot be a key"), _(form->lines[CARD_KEY].field->help));
}

void card_form_check(struct card_form *form, int64_t now) {
    const struct card_type *type = card_type_find(card_form_text(form, CARD_TYPE));
    AUTO_JSON cJSON *body = NULL;

    if (type != NULL && type != form->type)
        card_form_lay_out(form, type);
    hide_lines(form);
    for (int i = 0; i < form->count; i++)
        form->lines[i].cause[0] = form->lines[i].cure[0] = '\0';
    body = card_form_body(form, now);
    take_lint(form, body, now);
    check_head(form);
    form->errors = form->warnings = 0;
    for (int i = 0; i < form->count; i++) {
        check_line(form, i, now);
        form->errors += form->lines[i].cause[0] != '\0' && form->lines[i].level == LINT_ERROR;
        form->warnings += form->lines[i].cause[0] != '\0' && form->lines[i].level == LINT_WARNING;
    }
}
