#include "keys.h"

#include <string.h>

#include "act.h"
#include "clock.h"
#include "complete.h"
#include "console.h"
#include "lang.h"
#include "panes.h"
#include "term.h"
#include "text.h"

static const double FIND_AFTER_S = 0.15, TWICE_S = 2;

/* --- everywhere --- */

static void act_palette(struct console *c) {
    palette_open(c);
}

static void act_help(struct console *c) {
    help_open(c);
}

/* A filter of a list; a log is searched. */
static void act_find(struct console *c) {
    const struct view *view = console_view(c);

    c->searching = panes_log(view) >= 0;
    c->finding = true;
    edit_set(&c->find, c->searching ? "" : view->filter);
}

/* In order: the filter, the marks, the screen. */
static void act_back(struct console *c) {
    struct view *view = console_view(c);

    if (view->filter[0] != '\0') {
        c->find_at = 0; /* what was typed last and did not take effect yet is given up, too */
        view->filter[0] = '\0';
        view_arrange(view);
        view->panes[0].asked_at = 0;
    } else if (view->marked > 0) {
        view_unmark_all(view);
    } else {
        console_back(c);
    }
}

static void act_quit(struct console *c) {
    if (!console_back(c))
        c->quit = true;
}

static void act_refresh(struct console *c) {
    console_refresh(c);
    db_async_retry_now(c->db);
}

static void act_pause(struct console *c) {
    c->paused = !c->paused;
}

static void act_lock(struct console *c) {
    lock_ask(c);
}

static void act_last(struct console *c) {
    if (c->before)
        console_go(c, c->before);
}

static void walk(struct console *c, int by) {
    if (!trail_step(c, by))
        console_say(c, ROLE_WARN, "%s",
                    by < 0 ? _("nothing lies before this place") : _("nothing lies behind this place"));
}

static void act_trail_back(struct console *c) {
    walk(c, -1);
}

static void act_trail_forward(struct console *c) {
    walk(c, 1);
}

static void act_redraw(struct console *c UNUSED) {
    term_redraw();
}

static void act_suspend(struct console *c UNUSED) {
    term_suspend();
}

/* First what waits for an answer, then a command that runs, then, within two seconds, the program. */
static void act_interrupt(struct console *c) {
    if (db_async_waits(c->db) > 0.2)
        db_async_cancel(c->db);
    act_stop(c);
    if (c->interrupted_at > 0 && clock_seconds() - c->interrupted_at < TWICE_S)
        c->quit = true;
    c->interrupted_at = clock_seconds();
    console_say(c, ROLE_WARN, "%s", _("Ctrl-C again within 2 s quits"));
}

/* clang-format off */
static const struct key_row global[] = {
    {'?',         TERM_F1, "?, F1",  N_("Help"),    N_("this help"), act_help},
    {':',         0,       ":",      N_("Command"), N_("go to a screen, do an act, or find a ticket, by name"), act_palette},
    {'/',         0,       "/",      N_("Filter"),  N_("show only what matches, Tab completes; search a log"), act_find},
    {'r',         0,       "r",      N_("Refresh"), N_("ask the database now"), act_refresh},
    {'z',         0,       "z",      N_("Pause"),   N_("pause, or go on"), act_pause},
    {'!',         0,       "!",      N_("Lock"),    N_("unlock for changes, or lock again"), act_lock},
    {'-',         0,       "-",      NULL,          N_("the screen before"), act_last},
    {'[',         0,       "[",      NULL,          N_("back along the places where you were"), act_trail_back},
    {']',         0,       "]",      NULL,          N_("forward again"), act_trail_forward},
    {TERM_CTRL_L, 0,       "Ctrl-L", NULL,          N_("paint the screen again"), act_redraw},
    {TERM_CTRL_C, 0,       "Ctrl-C", NULL,          N_("end what runs; twice: quit"), act_interrupt},
    {TERM_CTRL_Z, 0,       "Ctrl-Z", NULL,          N_("back to the shell; fg comes again"), act_suspend},
    {TERM_ESC,    0,       "Esc",    NULL,          N_("back; never quits"), act_back},
    {'q',         0,       "q",      N_("Quit"),    N_("back, and quit at the end"), act_quit},
};
/* clang-format on */

const struct key_row *keys_global(size_t *count) {
    *count = ARRAY_LEN(global);
    return global;
}

/* --- lists --- */

static void act_down(struct console *c) {
    panes_move(console_view(c), 1);
}

static void act_up(struct console *c) {
    panes_move(console_view(c), -1);
}

static void act_page_down(struct console *c) {
    panes_move(console_view(c), panes_page(console_view(c)));
}

static void act_page_up(struct console *c) {
    panes_move(console_view(c), -panes_page(console_view(c)));
}

static void act_half_down(struct console *c) {
    panes_move(console_view(c), panes_page(console_view(c)) / 2);
}

static void act_half_up(struct console *c) {
    panes_move(console_view(c), -panes_page(console_view(c)) / 2);
}

static void act_top(struct console *c) {
    panes_move(console_view(c), -panes_rows(console_view(c)));
}

static void act_bottom(struct console *c) {
    panes_move(console_view(c), panes_rows(console_view(c)));
}

static void act_next_pane(struct console *c) {
    panes_step(console_view(c), 1);
}

static void act_pane_before(struct console *c) {
    panes_step(console_view(c), -1);
}

static void act_right(struct console *c) {
    console_view(c)->left += console_view(c)->more_right;
}

static void act_left(struct console *c) {
    console_view(c)->left -= console_view(c)->left > 0;
}

/* Wide columns make sense in lists alone. */
static void act_rows(struct console *c) {
    struct view *view = console_view(c);

    if (view->screen->parts[0].look == LOOK_LIST)
        view->rows = (view->rows + 1) % VIEW_ROWS;
    else
        view->rows = view->rows == ROWS_FIT ? ROWS_WHOLE : ROWS_FIT;
}

static void find_again(struct console *c, bool back) {
    struct view *view = console_view(c);
    int log = panes_log(view), which, count;

    if (log < 0 || view->search[0] == '\0')
        console_say(c, ROLE_WARN, "%s", log < 0 ? _("there is no log here") : _("/ says what to look for"));
    else if (pane_find(view, log, back, &which, &count))
        console_say(c, ROLE_NORMAL, _("%d of %d: n and N find the next and the one before"), which, count);
    else
        console_say(c, ROLE_WARN, _("\"%s\" is not there"), view->search);
}

static void act_find_next(struct console *c) {
    find_again(c, false);
}

static void act_find_before(struct console *c) {
    find_again(c, true);
}

static void act_enter(struct console *c) {
    struct view *view = console_view(c);
    const char *id = view->active == 0 ? view_id(view, view_row(view)) : pane_cursor(view, view->active);
    const char *opens = view->active == 0 ? view->screen->opens : view->screen->parts[view->active].opens;

    if (opens && id[0] != '\0')
        console_open(c, opens, id);
}

static void act_mark(struct console *c) {
    struct view *view = console_view(c);
    const char *id = view_id(view, view_row(view));

    view_mark(view, id, !view_is_marked(view, id));
    view_move(view, 1);
}

static void act_invert(struct console *c) {
    struct view *view = console_view(c);

    for (int i = 0; i < view->shown; i++)
        view_mark(view, view_id(view, view->order[i]), !view_is_marked(view, view_id(view, view->order[i])));
    console_say(c, ROLE_NORMAL, _("%d of the rows that are loaded are marked"), view->marked);
}

static void act_unmark(struct console *c) {
    view_unmark_all(console_view(c));
}

static void act_menu_here(struct console *c) {
    act_menu(c);
}

static void act_sort(struct console *c) {
    list_sort(c);
}

static void act_reverse(struct console *c) {
    console_view(c)->reversed = !console_view(c)->reversed;
    view_arrange(console_view(c));
}

static void act_columns(struct console *c) {
    list_columns(c);
}

/* From the last row that is marked to this one. */
static void act_range(struct console *c) {
    struct view *view = console_view(c);
    int from = view->at;

    if (view_row(view) < 0)
        return;
    while (from > 0 && !view_is_marked(view, view_id(view, view->order[from])))
        from--;
    for (int i = from; i <= view->at; i++)
        view_mark(view, view_id(view, view->order[i]), true);
}

static void act_export(struct console *c) {
    list_export(c);
}

static void copy(struct console *c, const char *text) {
    if (term_copy(text, strlen(text)))
        console_say(c, ROLE_NORMAL,
                    _("%zu bytes to the clipboard, if the terminal allows it; else hold Shift and select"),
                    strlen(text));
    else
        console_say(c, ROLE_WARN, "%s", _("too much for the clipboard: x writes a file"));
}

static void act_copy(struct console *c) {
    copy(c, view_id(console_view(c), view_row(console_view(c))));
}

static void act_copy_row(struct console *c) {
    const struct view *view = console_view(c);
    AUTO_BUF struct buf json = {0};

    if (view_row(view) >= 0)
        list_row_json(view, view_row(view), &json);
    copy(c, buf_str(&json));
}

/* clang-format off */
static const struct key_row list[] = {
    {TERM_DOWN,      'j',         N_("j, Down"), NULL,        N_("one row down"), act_down},
    {TERM_UP,        'k',         N_("k, Up"),   NULL,        N_("one row up"), act_up},
    {TERM_PAGE_DOWN, TERM_CTRL_F, "PgDn, ^F",    NULL,        N_("a page down"), act_page_down},
    {TERM_PAGE_UP,   TERM_CTRL_B, "PgUp, ^B",    NULL,        N_("a page up"), act_page_up},
    {TERM_CTRL_D,    0,           "^D",          NULL,        N_("half a page down"), act_half_down},
    {TERM_CTRL_U,    0,           "^U",          NULL,        N_("half a page up"), act_half_up},
    {TERM_HOME,      'g',         "g, Home",     NULL,        N_("to the first row"), act_top},
    {TERM_END,       'G',         "G, End",      NULL,        N_("to the last row"), act_bottom},
    {TERM_RIGHT,     'l',         N_("l, Right"), NULL,       N_("columns that have no room; the first one stays"), act_right},
    {TERM_LEFT,      'h',         N_("h, Left"), NULL,        N_("columns before those"), act_left},
    {TERM_TAB,       0,           "Tab",         N_("Pane"),  N_("to the next pane: keys move in it"), act_next_pane},
    {TERM_BACKTAB,   0,           "Shift-Tab",   NULL,        N_("to the pane before"), act_pane_before},
    {TERM_ENTER,     0,           "Enter",       N_("Open"),  N_("open the row"), act_enter},
    {' ',            0,           "Space",       NULL,        N_("mark the row, or not"), act_mark},
    {'v',            0,           "v",           NULL,        N_("mark from the last marked row to here"), act_range},
    {'*',            0,           "*",           NULL,        N_("mark all others"), act_invert},
    {'u',            0,           "u",           NULL,        N_("forget the marks"), act_unmark},
    {'a',            0,           "a",           N_("Act"),   N_("all that can be done here"), act_menu_here},
    {'s',            0,           "s",           NULL,        N_("order by a column"), act_sort},
    {'S',            0,           "S",           NULL,        N_("turn the order round"), act_reverse},
    {'w',            0,           "w",           NULL,        N_("wide columns, then the whole row, then as before; in a log whole lines"), act_rows},
    {'n',            0,           "n",           NULL,        N_("in a log: the next match"), act_find_next},
    {'N',            0,           "N",           NULL,        N_("in a log: the match before"), act_find_before},
    {'c',            0,           "c",           NULL,        N_("choose the columns"), act_columns},
    {'y',            0,           "y",           NULL,        N_("copy the row's name"), act_copy},
    {'Y',            0,           "Y",           NULL,        N_("copy the row as JSON"), act_copy_row},
    {'x',            0,           "x",           NULL,        N_("write the rows into a file"), act_export},
};
/* clang-format on */

const struct key_row *keys_list(size_t *count) {
    *count = ARRAY_LEN(list);
    return list;
}

/* --- pressing --- */

static bool press_in(struct console *c, const struct key_row *rows, size_t count, uint32_t key) {
    for (size_t i = 0; i < count; i++)
        if (rows[i].key == key || (rows[i].also != 0 && rows[i].also == key)) {
            rows[i].act(c);
            return true;
        }
    return false;
}

static bool press_act(struct console *c, uint32_t key) {
    const struct screen *screen = console_screen(c);

    for (int i = 0; i < screen->act_count; i++)
        if (screen->acts[i].key == key) {
            act_begin(c, &screen->acts[i]);
            return true;
        }
    return false;
}

static bool press_number(struct console *c, uint32_t key) {
    size_t count;
    const struct screen *const *screens = screen_list(&count);

    for (size_t i = 0; i < count; i++)
        if (screens[i]->number > 0 && key == (uint32_t)('0' + screens[i]->number)) {
            console_go(c, screens[i]);
            return true;
        }
    return false;
}

/* While one types what to look for in a log. */
static void press_search(struct console *c, uint32_t key) {
    if (key == TERM_ENTER) {
        struct view *view = console_view(c);
        struct pane *pane = &view->panes[panes_log(view)];

        c->finding = false;
        text_copy(view->search, sizeof(view->search), edit_text(&c->find));
        view->active = panes_log(view);
        pane->at = pane->top - 1; /* from what is on the screen on */
        find_again(c, false);
    } else if (key == TERM_ESC || key == TERM_CTRL_C) {
        c->finding = false;
    } else {
        edit_key(&c->find, key);
    }
}

/* While the filter is typed: Enter keeps it, Esc goes back to the one before, Tab completes it. */
static void press_find(struct console *c, uint32_t key) {
    if (key == TERM_ENTER || key == TERM_DOWN) {
        if (edit_text(&c->find)[0] == '@') /* a saved one */
            edit_set(&c->find, list_saved_filter(c, edit_text(&c->find) + 1));
        c->finding = false;
        c->find_at = clock_seconds();
    } else if (key == TERM_ESC || key == TERM_CTRL_C) {
        c->finding = false;
        c->find_at = 0;
    } else if (key == TERM_TAB) {
        complete_take(console_view(c), &c->find);
        c->find_at = clock_seconds() + FIND_AFTER_S;
    } else if (edit_key(&c->find, key)) {
        c->find_at = clock_seconds() + FIND_AFTER_S;
    }
}

/* What the screen does not take itself. */
static void press_here(struct console *c, uint32_t key) {
    size_t count;
    const struct key_row *rows = keys_list(&count);

    if (press_act(c, key) || (console_screen(c)->part_count > 0 && press_in(c, rows, count, key)) ||
        press_in(c, global, ARRAY_LEN(global), key))
        return;
    press_number(c, key);
}

void keys_press(struct console *c, uint32_t key) {
    const struct screen *screen = console_screen(c);

    c->changed = true;
    if (key == TERM_RESIZE) {
        term_redraw(); /* what a terminal keeps of its old rows, and where, is its own affair */
        return;
    }
    c->key_at = clock_seconds();
    if (c->dialog)
        dialog_key(c, key);
    else if (c->finding && c->searching)
        press_search(c, key);
    else if (c->finding)
        press_find(c, key);
    else if (key == TERM_PASTE)
        console_say(c, ROLE_WARN, "%s", _("pasted outside of a field: nothing was done"));
    else if (!(screen->key && screen->key(c, console_view(c), key)))
        press_here(c, text_folded(key));
    trail_note(c);
}
