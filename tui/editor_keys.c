/* The part of editor.h that acts on keys of a field. */
#include "editor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "card_draw.h"
#include "card_value.h"
#include "json.h"
#include "lang.h"

/* What was typed is written as it is meant: "+30d" becomes the day. */
static void settle_line(struct editor *e) {
    struct card_line *line = &e->form->lines[e->form->focus];
    const char *why = NULL, *text = card_form_text(e->form, e->form->focus);
    AUTO_JSON cJSON *value =
        card_value_is_day(line->field) ? card_value_read(line->field, text, editor_now(), &why) : NULL;
    AUTO_BUF struct buf day = {0};

    if (value == NULL || why != NULL)
        return;
    card_value_text(line->field, value, &day);
    if (strcmp(buf_str(&day), text) != 0)
        card_form_set(e->form, e->form->focus, buf_str(&day));
    editor_changed(e);
}

static void move(struct editor *e, int by) {
    settle_line(e);
    for (int i = 0; i < abs(by); i++)
        e->form->focus = card_form_next(e->form, by < 0 ? -1 : 1, false);
}

/* The word behind (or before) the one chosen; "" stands between last and first where nothing is needed. */
static void turn(struct editor *e, int by) {
    int line = e->form->focus;
    const char *choices = card_form_choices(e->form, line), *text = card_form_text(e->form, line);
    char words[64][41] = {{0}};
    int count = e->form->lines[line].field->required ? 0 : 1, at = 0;

    for (const char *w = choices; *w && count < 64; w += strspn(w, " ")) {
        snprintf(words[count], sizeof(words[count]), "%.*s", (int)strcspn(w, " "), w);
        at = strcmp(words[count], text) == 0 ? count : at;
        count++;
        w += strcspn(w, " ");
    }
    if (count == 0)
        return;
    card_form_set(e->form, line, words[(at + by + count) % count]);
    editor_changed(e);
}

static void picked_word(struct console *c, const struct choice *choice) {
    struct editor *e = console_view(c)->own;
    AUTO_BUF struct buf word = {0};

    if (choice->thing != NULL)
        buf_add(&word, choice->thing, strcspn(choice->thing, " "));
    card_form_set(e->form, e->form->focus, buf_str(&word));
    editor_changed(e);
}

static void pick_word(struct console *c, const struct editor *e) {
    int line = e->form->focus;
    struct dialog *d = dialog_new(DIALOG_PICK, card_label(e->form->lines[line].field));

    if (!e->form->lines[line].field->required)
        dialog_choice(d, "-")->thing = NULL;
    for (const char *w = card_form_choices(e->form, line); *w; w += strspn(w, " ")) {
        char word[64];
        struct choice *choice;

        snprintf(word, sizeof(word), "%.*s", (int)strcspn(w, " "), w);
        choice = dialog_choice(d, card_word(e->form, line, word));
        choice->thing = w;
        if (strcmp(choice->text, word) != 0)
            text_copy(choice->note, sizeof(choice->note), word);
        w += strcspn(w, " ");
    }
    d->picked = picked_word;
    dialog_narrow(d);
    dialog_open(c, d);
}

static bool is_typing(uint32_t key) {
    return (key >= ' ' && key < TERM_UP) || key == TERM_PASTE || key == TERM_BACKSPACE || key == TERM_DELETE;
}

/* In a field of a word to choose: arrows and Space turn, Enter shows them all. */
static bool choice_key(struct console *c, struct editor *e, uint32_t key) {
    if (key == TERM_LEFT || key == TERM_RIGHT || key == ' ')
        turn(e, key == TERM_LEFT ? -1 : 1);
    else if (key == TERM_ENTER)
        pick_word(c, e);
    return key == TERM_LEFT || key == TERM_RIGHT || key == TERM_ENTER || is_typing(key);
}

static bool text_key(struct editor *e, uint32_t key) {
    struct card_line *line = &e->form->lines[e->form->focus];

    if (!edit_key(&line->edit, key))
        return false;
    if (line->field->type >= FIELD_URL || e->form->focus == CARD_KEY)
        edit_fold(&line->edit);
    editor_changed(e);
    return true;
}

bool editor_field_key(struct console *c, struct editor *e, uint32_t key) {
    const char *fixed = card_form_fixed(e->form, e->form->focus);

    if (fixed && is_typing(key)) {
        console_say(c, ROLE_WARN, "%s", _(fixed));
        return true;
    }
    if (card_form_choices(e->form, e->form->focus) != NULL)
        return fixed ? is_typing(key) || key == TERM_LEFT || key == TERM_RIGHT : choice_key(c, e, key);
    return text_key(e, key);
}

bool editor_moves(struct editor *e, uint32_t key) {
    static const struct {
        uint32_t key;
        int by;
    } steps[] = {{TERM_TAB, 1}, {TERM_DOWN, 1},       {TERM_ENTER, 1},    {TERM_BACKTAB, -1},
                 {TERM_UP, -1}, {TERM_PAGE_DOWN, 10}, {TERM_PAGE_UP, -10}};

    for (size_t i = 0; i < ARRAY_LEN(steps); i++)
        if (steps[i].key == key) {
            move(e, steps[i].by);
            return true;
        }
    return false;
}
