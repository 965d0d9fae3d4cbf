#include "complete.h"

#include <stdio.h>
#include <string.h>

#include "screens.h"

static const char *const times[] = {"today", "yesterday", "-1h", "-24h", "-7d", NULL};

/* --- what fits --- */

/* Keeps a word that begins with what was typed, once. */
static void offer(struct completion *c, const char *typed, const char *word, const char *behind) {
    char text[COMPLETE_WORD];
    bool quoted = word[strcspn(word, " ,\"")] != '\0';

    if (c->count == COMPLETE_MOST || strlen(word) + 4 > sizeof(text) || word[0] == '\0' || strpbrk(word, "\":"))
        return;
    snprintf(text, sizeof(text), quoted ? "\"%s\"%s" : "%s%s", word, behind);
    if (strncmp(text, typed, strlen(typed)) != 0)
        return;
    for (int i = 0; i < c->count; i++)
        if (strcmp(c->word[i], text) == 0)
            return;
    text_copy(c->word[c->count++], COMPLETE_WORD, text);
}

static void offer_names(struct completion *c, const struct filter_table *table, const char *typed) {
    for (size_t i = 0; i < table->count; i++)
        if (strcmp(table->fields[i].name, "any") != 0)
            offer(c, typed, table->fields[i].name, ":");
}

static void offer_list(struct completion *c, const char *const *list, const char *typed) {
    for (; *list; list++)
        offer(c, typed, *list, "");
}

/* A column of the same name, unless it is masked: what stands on the screen may be offered, and no more. */
static void offer_loaded(struct completion *c, const struct view *view, const char *name, const char *typed) {
    const struct part *part = &view->screen->parts[0];

    for (int i = 0; i < part->field_count; i++) {
        const struct field *field = &part->fields[i];

        if (strcmp(field->name, name) != 0 || field->show == SHOW_MASKED || field->head[0] == '\0')
            continue;
        for (int row = 0; row < view->shown; row++)
            offer(c, typed, db_text(&view->panes[0].rows, view->order[row], name), "");
    }
}

static void offer_values(struct completion *c, const struct view *view, const char *name, size_t len,
                         const char *typed) {
    const struct filter_table *table = view->screen->filter;

    for (size_t i = 0; i < table->count; i++) {
        const struct filter_field *field = &table->fields[i];

        if (strlen(field->name) != len || strncmp(field->name, name, len) != 0)
            continue;
        if (field->type == FILTER_WORD)
            offer_loaded(c, view, field->name, typed);
        else
            offer_list(c, field->type == FILTER_TIME ? times : field->values, typed);
    }
}

/* --- where --- */

/* Where the last term begins: behind the last blank that is not quoted. */
static const char *last_term(const char *text) {
    const char *term = text;
    bool quoted = false;

    for (; *text; text++) {
        quoted = *text == '"' ? !quoted : quoted;
        if (*text == ' ' && !quoted)
            term = text + 1;
    }
    return *term == '-' ? term + 1 : term;
}

bool complete(const struct view *view, const struct edit *edit, struct completion *out) {
    const char *text = edit_text(edit), *term = last_term(text), *comma;
    size_t name = strcspn(term, ":<>");

    *out = (struct completion){0};
    if (!view->screen->filter || edit->caret != edit->text.len)
        return false;
    if (term[name] == '\0') {
        out->from = (size_t)(term - text);
        offer_names(out, view->screen->filter, term);
    } else {
        const char *value = term + name + strspn(term + name, ":<>=");

        comma = strrchr(value, ',');
        value = comma ? comma + 1 : value;
        out->from = (size_t)(value - text);
        offer_values(out, view, term, name, value);
    }
    return out->count > 0;
}

/* Bytes in which all words agree; never half a character. */
static size_t common(const struct completion *c) {
    size_t len = strlen(c->word[0]);

    for (int i = 1; i < c->count; i++)
        while (strncmp(c->word[0], c->word[i], len) != 0)
            len--;
    while (len > 0 && ((unsigned char)c->word[0][len] & 0xC0) == 0x80)
        len--;
    return len;
}

void complete_take(const struct view *view, struct edit *edit) {
    struct completion may_be;
    AUTO_BUF struct buf text = {0};

    if (!complete(view, edit, &may_be))
        return;
    buf_add(&text, edit_text(edit), may_be.from);
    buf_add(&text, may_be.word[0], common(&may_be));
    if (text.len > edit->text.len && text.len < VIEW_TEXT)
        edit_set(edit, buf_str(&text));
}
