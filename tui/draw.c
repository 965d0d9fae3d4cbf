#include "console.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "complete.h"
#include "lang.h"
#include "panes.h"
#include "schema.h"
#include "term.h"

enum { LEAST_ROWS = 16, LEAST_COLUMNS = 60, WORKER_QUIET_S = 150, WARNING_S = 8, SAID_S = 8, PART = 160 };

static bool is_connected(const struct console *c) {
    return db_async_state(c->db) == DB_ASYNC_IDLE || db_async_state(c->db) == DB_ASYNC_BUSY;
}

/* The wall's time `ago` seconds ago. */
static const char *clock_text(char out[UI_FIGURE], double ago) {
    time_t at = (time_t)(ui_wall() - ago);
    struct tm local;

    if (!localtime_r(&at, &local) || strftime(out, UI_FIGURE, "%H:%M:%S", &local) == 0)
        out[0] = '\0';
    return out;
}

/* --- header --- */

static void database_words(const struct console *c, char *out, size_t size) {
    double ms = ui_measured(db_async_round_trip(c->db)) * 1000;

    if (db_async_waits(c->db) > 1)
        snprintf(out, size, _("db WAITS %.0f s"), db_async_waits(c->db));
    else if (is_connected(c))
        snprintf(out, size, _("db ok %.0f ms"), ms);
    else
        snprintf(out, size, "%s", db_async_state(c->db) == DB_ASYNC_WAITING ? _("db LOST") : _("db connecting"));
}

static void worker_words(const struct console *c, char *out, size_t size) {
    const struct db_rows *rows = &c->worker.rows;
    char span[UI_FIGURE];
    double quiet;

    if (rows->count == 0) {
        snprintf(out, size, "%s", _("worker ?"));
        return;
    }
    if (db_null(rows, 0, "beat_s")) {
        snprintf(out, size, "%s", _("worker NEVER SEEN"));
        return;
    }
    quiet = db_number(rows, 0, "beat_s");
    snprintf(out, size, quiet > WORKER_QUIET_S ? _("worker QUIET %s") : _("worker ok %s"), ui_span(span, quiet));
}

static void lock_words(const struct console *c, char *out, size_t size) {
    char span[UI_FIGURE];

    if (lock_is_open(c))
        snprintf(out, size, _("WRITE %s"),
                 ui_span(span, c->unlocked_for - ui_measured(clock_seconds() + c->unlocked_for - c->unlocked_until)));
    else
        snprintf(out, size, "%s", c->read_only ? _("READ-ONLY") : _("LOCKED"));
}

/* Right what changes, left where we are: what does not fit is cut on the left. Production is said in words, too. */
static void draw_header(const struct console *c, int columns) {
    enum term_role role = console_is_production(c) ? ROLE_PROD : ROLE_HEADER;
    const char *environment = console_environment(c);
    char database[PART], worker[PART], lock[PART], now[UI_FIGURE], right[5 * PART];
    int width;

    database_words(c, database, sizeof(database));
    worker_words(c, worker, sizeof(worker));
    lock_words(c, lock, sizeof(lock));
    snprintf(right, sizeof(right), "%s%s  %s  %s  %s ", c->paused ? _("PAUSED  ") : "", database, worker, lock,
             clock_text(now, 0));
    ui_ground(0, 0, columns, role);
    width = text_width(right);
    ui_right(0, 0, columns, role, right);
    ui_format(0, 0, columns - width - 1, role, " kaquan  [%s%s%s] %s", environment, environment[0] != '\0' ? " " : "",
              db_async_database(c->db), db_async_user(c->db));
}

/* How much the tabs say: the title, its short form, or only that of the screen we are on. */
enum tabs { TABS_TITLES, TABS_SHORT, TABS_NUMBERS };

static const char *tab_text(const struct screen *screen, enum tabs tabs, bool here) {
    if (tabs == TABS_SHORT && screen->tab)
        return lang_word("tab", screen->tab);
    return here || tabs != TABS_NUMBERS ? _(screen->title) : "";
}

static bool have_room(const struct console *c, enum tabs tabs, int columns) {
    size_t count;
    const struct screen *const *list = screen_list(&count);
    int width = 1;

    for (size_t i = 0; i < count; i++)
        width += list[i]->number > 0               ? text_width(tab_text(list[i], tabs, false)) + 4
                 : list[i] == c->places[0]->screen ? text_width(_(list[i]->title)) + 2
                                                   : 0;
    for (int i = 1; i < c->depth; i++)
        width += text_width(_(c->places[i]->screen->title)) + text_width(c->places[i]->subject) + 4;
    return width <= columns;
}

/* "[2 Templates]  3 Tickets" */
static void draw_tabs(const struct console *c, int columns) {
    size_t count;
    const struct screen *const *list = screen_list(&count);
    enum tabs tabs = TABS_TITLES;
    int column = 1;

    while (tabs < TABS_NUMBERS && !have_room(c, tabs, columns))
        tabs++;
    for (size_t i = 0; i < count; i++) {
        bool here = list[i] == c->places[0]->screen;
        const char *title = tab_text(list[i], tabs, here);

        if (list[i]->number > 0)
            column += ui_format(1, column, columns - column, here ? ROLE_ACCENT : ROLE_DIM,
                                here ? "[%d%s%s]" : " %d%s%s ", list[i]->number, title[0] != '\0' ? " " : "", title);
        else if (here) /* the palette led here */
            column += ui_format(1, column, columns - column, ROLE_ACCENT, "[%s]", title);
    }
    for (int i = 1; i < c->depth; i++)
        column += ui_format(1, column, columns - column, ROLE_ACCENT, " > %s %s", _(c->places[i]->screen->title),
                            c->places[i]->subject);
}

/* --- banners --- */

/* A sentence across the top of the area, which shrinks by the rows it took. */
static void draw_banner(struct area *area, int most, const char *text) {
    struct area place = {area->row, area->column + 4, most, area->columns - 4};
    int used = ui_paragraph(place, ROLE_WARN, text);

    area->row += used;
    area->rows -= used;
}

static void draw_lost(const struct console *c, struct area *area) {
    const struct err *why = db_async_trouble(c->db);
    char text[PART];

    if (db_async_failures(c->db) == 0 || is_connected(c))
        return;
    if (db_async_state(c->db) == DB_ASYNC_CONNECTING)
        snprintf(text, sizeof(text), _("NO CONNECTION: try %d is on its way"), db_async_failures(c->db) + 1);
    else
        snprintf(text, sizeof(text), _("NO CONNECTION: try %d in %.0f s, r tries now"), db_async_failures(c->db) + 1,
                 ui_measured(db_async_retry_in(c->db)));
    ui_text(area->row, area->column + 1, 2, ROLE_WARN, "!");
    draw_banner(area, 1, text);
    draw_banner(area, 3, why->text);
    draw_banner(area, 2, why->cure);
}

static void draw_schema(const struct console *c, struct area *area) {
    struct err err = {0};

    if (!schema_trouble(&c->schema, &err))
        return;
    ui_text(area->row, area->column + 1, 2, ROLE_WARN, "!");
    draw_banner(area, 2, err.text);
    draw_banner(area, 2, err.cure);
}

/* --- status and hints --- */

/* What was said last, while it is new. */
static bool draw_said(const struct console *c, int row, int columns) {
    const struct message *last = &c->messages[(c->message_count + MESSAGES_MOST - 1) % MESSAGES_MOST];

    if (c->message_count == 0 || ui_measured(clock_seconds() - c->said_at) > SAID_S)
        return false;
    ui_text(row, 1, columns - 2, last->role, last->text);
    return true;
}

static void freshness(const struct console *c, char *out, size_t size) {
    const struct pane *pane = &c->places[c->depth - 1]->panes[0];
    char at[UI_FIGURE], span[UI_FIGURE];
    double age = ui_measured(clock_seconds() - pane->answered_at);

    if (console_screen(c)->part_count == 0)
        out[0] = '\0';
    else if (pane->answered_at == 0)
        snprintf(out, size, "%s", _("no data yet"));
    else if (age < 3 && !c->paused && is_connected(c))
        snprintf(out, size, _("live; last %s"), clock_text(at, age));
    else
        snprintf(out, size, _("data from %s, %s old"), clock_text(at, age), ui_span(span, age));
}

static void draw_status(const struct console *c, int row, int columns) {
    const struct view *view = c->places[c->depth - 1];
    static const char *const rows[VIEW_ROWS] = {"", N_("wide   "), N_("whole rows   ")};
    char text[PART] = "", marks[PART] = "", filter[PART + VIEW_TEXT] = "";

    if (c->finding) {
        ui_text(row, 1, 2, ROLE_ACCENT, "/");
        edit_draw(&c->find, row, 3, columns - 5, true);
        return;
    }
    if (lang_warning()[0] != '\0' && clock_seconds() - c->started_at < WARNING_S) {
        ui_text(row, 1, columns - 2, ROLE_WARN, lang_warning());
        return;
    }
    if (c->child.pid != 0) {
        ui_format(row, 1, columns - 2, ROLE_ACCENT, _("%s.. %.0f s, Ctrl-C ends it"), c->child.title,
                  clock_seconds() - c->child.since);
        return;
    }
    if (draw_said(c, row, columns))
        return;
    freshness(c, text, sizeof(text));
    if (view->marked > 0)
        snprintf(marks, sizeof(marks), _("%d marked   "), view->marked);
    if (view->filter[0] != '\0')
        snprintf(filter, sizeof(filter), "/ %s   ", view->filter);
    ui_format(row, 1, columns - 2, ROLE_DIM, "%s%s%s%s", filter, marks,
              view->rows == ROWS_FIT ? "" : _(rows[view->rows]), text);
}

static int draw_hint(int row, int column, int columns, const char *key, const char *what) {
    if (column + text_width(key) + 1 + text_width(what) > columns)
        return columns;
    int used = ui_text(row, column, columns - column, ROLE_ACCENT, key);

    used += ui_text(row, column + used + 1, columns - column - used - 1, ROLE_NORMAL, what);
    return column + used + 3;
}

/* Not every key of the lists does something on every screen. */
static bool is_of_use(const struct view *view, const struct key_row *row) {
    if (row->key == TERM_ENTER)
        return view->screen->opens != NULL;
    return row->key != TERM_TAB || panes_are_several(view);
}

/* In a form only what is no letter. */
static void draw_form_hints(int row, int column, int columns) {
    column = draw_hint(row, column, columns, "F1", _("Help"));
    draw_hint(row, column, columns, "Esc", _("Close"));
}

/* What the filter may go on with. */
static void draw_candidates(const struct completion *may_be, int row, int columns) {
    int column = draw_hint(row, 1, columns, "Tab", may_be->word[0]);

    for (int i = 1; i < may_be->count; i++)
        column += ui_text(row, column, columns - column, ROLE_NORMAL, may_be->word[i]) + 3;
}

/* First what is this screen's, then what is everywhere; never half a hint. */
static void draw_hints(const struct console *c, int row, int columns) {
    const struct screen *screen = console_screen(c);
    size_t count;
    const struct key_row *rows = keys_list(&count);
    struct completion may_be;
    int column = 1;

    if (c->finding && !c->searching && complete(c->places[c->depth - 1], &c->find, &may_be)) {
        draw_candidates(&may_be, row, columns);
        return;
    }
    for (int i = 0; i < screen->act_count; i++)
        if (screen->acts[i].hint)
            column = draw_hint(row, column, columns, screen->acts[i].label, _(screen->acts[i].hint));
    if (screen->types) {
        draw_form_hints(row, column, columns);
        return;
    }
    for (size_t i = 0; screen->part_count > 0 && i < count; i++)
        if (rows[i].hint && is_of_use(c->places[c->depth - 1], &rows[i]))
            column = draw_hint(row, column, columns, rows[i].label, _(rows[i].hint));
    rows = keys_global(&count);
    for (size_t i = 0; i < count; i++) {
        char key[2] = {(char)rows[i].key, '\0'};

        if (rows[i].hint)
            column = draw_hint(row, column, columns, key,
                               rows[i].key == '/' && panes_log(c->places[c->depth - 1]) >= 0 ? _("Search")
                                                                                             : _(rows[i].hint));
    }
}

/* --- a frame --- */

static void draw_too_small(int rows, int columns) {
    char text[128];

    snprintf(text, sizeof(text), _("%dx%d now, %dx%d needed"), columns, rows, LEAST_COLUMNS, LEAST_ROWS);
    ui_text(rows / 2, 0, columns, ROLE_NORMAL, text);
}

static void draw_screen(struct console *c, int rows, int columns) {
    struct area area = {2, 0, rows - 4, columns};

    draw_header(c, columns);
    draw_tabs(c, columns);
    draw_lost(c, &area);
    draw_schema(c, &area);
    ui_fade(!is_connected(c));
    panes_clear(console_view(c));
    if (console_screen(c)->draw)
        console_screen(c)->draw(c, console_view(c), area);
    else
        parts_draw(console_view(c), area);
    ui_fade(false);
    panes_settle(console_view(c));
    draw_status(c, rows - 2, columns);
    draw_hints(c, rows - 1, columns);
    if (c->dialog)
        dialog_draw(c, (struct area){2, 0, rows - 3, columns});
}

void console_draw(struct console *c) {
    int rows, columns;

    term_size(&rows, &columns);
    term_clear();
    if (rows < LEAST_ROWS || columns < LEAST_COLUMNS)
        draw_too_small(rows, columns);
    else
        draw_screen(c, rows, columns);
    term_show();
}
