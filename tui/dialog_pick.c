/* The part of dialog.h that picks from a list. */
#include <stdlib.h>
#include <string.h>

#include "console.h"
#include "dialog_kinds.h"
#include "lang.h"

/* --- what fits --- */

/* Are the letters of `typed` in `text`, in this order? */
static bool is_fuzzy(const char *text, const char *typed) {
    for (; *typed; typed++) {
        text = strcasestr(text, (char[]){*typed, '\0'});
        if (!text)
            return false;
        text++;
    }
    return true;
}

/* Those that hold what was typed, then those that hold its letters. */
void dialog_narrow(struct dialog *d) {
    const char *typed = edit_text(&d->typed);

    d->shown = mem_resize(d->shown, (size_t)(d->choice_count + 1) * sizeof(*d->shown));
    d->shown_count = 0;
    for (int exact = 1; exact >= 0; exact--)
        for (int i = 0; i < d->choice_count; i++) {
            bool holds = strcasestr(d->choices[i].text, typed) != NULL || strcmp(d->choices[i].key, typed) == 0;

            if (exact ? holds : !holds && is_fuzzy(d->choices[i].text, typed))
                d->shown[d->shown_count++] = i;
        }
    d->at = d->top = 0;
}

/* --- keys --- */

static void pick(struct console *c, struct dialog *d) {
    const struct choice *choice = d->at < d->shown_count ? &d->choices[d->shown[d->at]] : NULL;

    c->dialog = NULL; /* what is picked may open another one */
    if (choice && choice->disabled)
        console_say(c, ROLE_WARN, "%s", choice->note);
    else if (choice && d->picked)
        d->picked(c, choice);
    else if (!choice && d->typed_else)
        d->typed_else(c, edit_text(&d->typed));
    dialog_free(d);
}

void dialog_pick_key(struct console *c, struct dialog *d, uint32_t key) {
    int step = key == TERM_DOWN || key == TERM_TAB ? 1 : key == TERM_UP || key == TERM_BACKTAB ? -1 : 0;

    if (key == TERM_PAGE_DOWN || key == TERM_PAGE_UP)
        step = key == TERM_PAGE_DOWN ? 10 : -10;
    if (key == TERM_ENTER) {
        pick(c, d);
    } else if (step != 0) {
        d->at += step;
        d->at = d->at >= d->shown_count ? d->shown_count - 1 : d->at;
        d->at = d->at < 0 ? 0 : d->at;
    } else if (edit_key(&d->typed, key)) {
        dialog_narrow(d);
    }
}

/* --- drawing --- */

static void draw_choice(const struct dialog *d, const struct choice *choice, int row, struct area area, bool here) {
    enum term_role role = choice->disabled ? ROLE_DIM : ROLE_NORMAL;
    int room = area.columns - 9;
    int used;

    (void)d;
    ui_selected(here);
    ui_ground(row, area.column, area.columns, role);
    ui_text(row, area.column, 8, ROLE_ACCENT, choice->key);
    used = ui_text(row, area.column + 9, room, role, choice->text);
    if (used + 2 + text_width(choice->note) <= room) /* never half a note: Enter says it, too */
        ui_text(row, area.column + 9 + used + 2, room - used - 2, choice->disabled ? ROLE_WARN : ROLE_DIM,
                choice->note);
    ui_selected(false);
}

void dialog_pick_draw(struct dialog *d, struct area area) {
    int most = area.rows - 5;
    int rows = d->choice_count < most ? d->choice_count : most;
    struct area in = dialog_box(area, rows + 1, d);

    edit_draw(&d->typed, in.row, in.column, in.columns, true);
    if (d->top > d->at)
        d->top = d->at;
    if (d->top <= d->at - rows)
        d->top = d->at - rows + 1;
    for (int i = d->top; i < d->shown_count && i - d->top < in.rows - 1; i++)
        draw_choice(d, &d->choices[d->shown[i]], in.row + 1 + i - d->top, in, i == d->at);
    if (d->shown_count == 0)
        ui_text(in.row + 1, in.column, in.columns, ROLE_DIM,
                d->typed_else ? _("Enter goes there") : _("nothing is called so"));
}
