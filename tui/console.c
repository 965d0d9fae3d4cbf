#include "console.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "act.h"
#include "app.h"
#include "clock.h"
#include "filtered.h"
#include "panes.h"
#include "rights.h"
#include "term.h"

static const double FRAME_S = 0.033,
                    TICK_S = 1;    /* fewest seconds between two frames; most. A key is painted at once */
static const double ASIDE_S = 0.1; /* a cursor that moves on asks for no preview */
static const struct part schema_part = {.statement = &sql_migration_list};
static const struct part rights_part = {.statement = &sql_tui_rights, .given = {"{needed}"}, .given_count = 1};
static const struct part worker_part = {.statement = &sql_tui_worker, .every = 2};

/* --- where we are --- */

struct view *console_view(struct console *c) {
    return c->places[c->depth - 1];
}

const struct screen *console_screen(const struct console *c) {
    return c->places[c->depth - 1]->screen;
}

static size_t number_of(const struct screen *screen) {
    size_t count;
    const struct screen *const *list = screen_list(&count);

    for (size_t i = 0; i < count; i++)
        if (list[i] == screen)
            return i;
    bug("the screen %s is not in the list", screen->name);
}

bool console_back(struct console *c) {
    if (c->depth <= 1)
        return false;
    view_free(c->places[--c->depth]);
    c->asking_view = NULL;
    return true;
}

static void leave_children(struct console *c) {
    while (console_back(c)) {
    }
}

void console_go(struct console *c, const struct screen *screen) {
    size_t number = number_of(screen);

    if (c->depth > 0 && console_screen(c) != screen)
        c->before = c->places[0]->screen;
    leave_children(c);
    if (!c->roots[number])
        c->roots[number] = view_new(screen, "");
    c->places[0] = c->roots[number];
    c->depth = 1;
}

void console_find(struct console *c, const struct screen *screen, const char *filter) {
    console_go(c, screen);
    text_copy(console_view(c)->filter, VIEW_TEXT, filter);
    view_arrange(console_view(c));
    view_refresh(console_view(c));
}

void console_open(struct console *c, const char *name, const char *subject) {
    const struct screen *screen = screen_find(name);

    if (!screen) {
        bug("no screen \"%s\"", name);
    } else if (!screen->child) {
        console_go(c, screen);
        text_copy(console_view(c)->cursor, VIEW_TEXT, subject);
        view_arrange(console_view(c));
    } else if (c->depth < PLACES_MOST) {
        c->places[c->depth++] = view_new(screen, subject);
    }
}

void console_refresh(struct console *c) {
    for (int i = 0; i < c->depth; i++)
        view_refresh(c->places[i]);
    c->rights.asked_at = 0;
    c->worker.asked_at = 0;
}

const char *console_environment(const struct console *c) {
    return c->worker.rows.count > 0 ? db_text(&c->worker.rows, 0, "environment") : "";
}

bool console_is_production(const struct console *c) {
    return strncasecmp(console_environment(c), "prod", 4) == 0;
}

void console_say(struct console *c, enum term_role role, const char *format, ...) {
    struct message *message = &c->messages[c->message_count++ % MESSAGES_MOST];
    va_list args;

    va_start(args, format);
    vsnprintf(message->text, sizeof(message->text), format, args);
    va_end(args);
    message->role = role;
    message->at = ui_wall();
    c->said_at = clock_seconds();
    c->changed = true;
}

/* --- asking --- */

/* A pane and its part, and since when it is due. */
struct wish {
    struct view *view; /* NULL: the header's */
    struct pane *pane;
    const struct part *part;
    double due_at;
};

static void consider(struct wish *best, struct view *view, struct pane *pane, const struct part *part) {
    bool recurs = part->every > 0 && !ui_clock_stands();
    double due_at = pane->asked_at == 0 ? 0 : recurs ? pane->asked_at + part->every : INFINITY;

    if (!best->pane || due_at < best->due_at)
        *best = (struct wish){view, pane, part, due_at};
}

static bool is_about_row(const struct part *part) {
    for (int i = 0; i < part->given_count; i++)
        if (strcmp(part->given[i], "{row}") == 0)
            return true;
    return false;
}

/* Panes about the row under the cursor follow it, once it rests. */
static void follow_cursor(struct console *c) {
    struct view *view = console_view(c);

    if (strcmp(view->aside_of, view->cursor) == 0 || clock_seconds() - c->key_at < ASIDE_S)
        return;
    text_copy(view->aside_of, sizeof(view->aside_of), view->cursor);
    for (int i = 1; i < view->screen->part_count; i++)
        if (is_about_row(&view->screen->parts[i]))
            view->panes[i].asked_at = 0;
}

/* What is due first. The schema and our rights come before all else on a new connection; while paused only r asks.
 * What comes by itself waits as long as the last answer took: a busy server is left alone at least half of the time.
 */
static struct wish next_wish(struct console *c) {
    struct view *view = console_view(c);
    struct wish best = {0};

    if (c->schema_connection != db_async_connections(c->db))
        return (struct wish){NULL, &c->schema, &schema_part, 0};
    if (c->rights.asked_at == 0)
        return (struct wish){NULL, &c->rights, &rights_part, 0};
    for (int i = 0; i < view->screen->part_count; i++)
        if (!is_about_row(&view->screen->parts[i]) || view->cursor[0] != '\0')
            consider(&best, view, &view->panes[i], &view->screen->parts[i]);
    consider(&best, NULL, &c->worker, &worker_part);
    if (best.pane->asked_at != 0)
        best.due_at = c->paused ? INFINITY : fmax(best.due_at, c->rests_until);
    if (best.due_at > 0 && filtered_wants_count(view))
        best = (struct wish){view, &view->without, NULL, 0};
    return best;
}

static struct db_value given(const struct view *view, const char *word) {
    if (strcmp(word, "{needed}") == 0)
        return V_TEXT(rights_needed());
    if (strcmp(word, "{subject}") == 0)
        return V_TEXT(view->subject);
    if (strcmp(word, "{row}") == 0)
        return V_TEXT(view->cursor);
    return word[0] == '\0' ? V_NULL : V_TEXT(word);
}

/* A screen may write the statement itself: what is wrong with its filter is its answer. */
static bool write_query(struct console *c, struct view *view, struct pane *pane) {
    int part = view && pane != &view->without ? (int)(pane - view->panes) : PART_WITHOUT;
    struct err err = {0};

    buf_reset(&c->query.text);
    c->query.statement = (struct sql){0};
    c->query.parameters.count = 0;
    if (!view || !view->screen->ask || view->screen->ask(view, part, &c->query, &err))
        return true;
    pane->failed = true;
    pane->err = err;
    pane->answered_at = 0;
    c->changed = true;
    return false;
}

static void ask(struct console *c) {
    struct db_value values[GIVEN_MOST];
    struct wish wish;
    double now = clock_seconds();

    if (db_async_state(c->db) != DB_ASYNC_IDLE || c->asking)
        return;
    follow_cursor(c);
    wish = next_wish(c);
    if (wish.due_at > now)
        return;
    if (wish.pane == &c->schema) {
        c->schema_connection = db_async_connections(c->db);
        c->rights.asked_at = 0;
    }
    wish.pane->asked_at = now;
    if (wish.view && wish.pane == &wish.view->without) {
        text_copy(wish.view->without_of, sizeof(wish.view->without_of), wish.view->filter);
        wish.pane->answered_at = 0;
    }
    if (!write_query(c, wish.view, wish.pane))
        return;
    if (c->query.statement.text) {
        c->asking_name = c->query.statement.name;
        db_async_ask(c->db, &c->query.statement, c->query.parameters.value, c->query.parameters.count);
    } else {
        for (int i = 0; i < wish.part->given_count; i++)
            values[i] = given(wish.view, wish.part->given[i]);
        c->asking_name = wish.part->statement->name;
        db_async_ask(c->db, wish.part->statement, values, (size_t)wish.part->given_count);
    }
    c->asking = wish.pane;
    c->asking_view = wish.view;
}

static void note_asked(struct console *c, const struct pane *pane, bool ok) {
    c->log[c->log_count++ % (int)ARRAY_LEN(c->log)] =
        (struct asked){c->asking_name, db_async_round_trip(c->db), ok ? pane->rows.count : -1};
}

/* A lost connection is told by the banner, not by the pane that happened to ask. A view may have been left meanwhile:
 * its answer is thrown away. */
static void take_answer(struct console *c) {
    struct db_rows nowhere = {0};
    struct pane thrown = {0};
    struct err err = {0};
    bool ok = false, gone;
    struct pane *pane;

    if (!c->asking)
        return;
    gone = c->asking != &c->schema && c->asking != &c->rights && c->asking != &c->worker && !c->asking_view;
    pane = gone ? &thrown : c->asking;
    if (!db_async_answer(c->db, gone ? &nowhere : &pane->rows, &ok, &err))
        return;
    note_asked(c, pane, ok);
    c->rests_until = clock_seconds() + db_async_round_trip(c->db);
    db_rows_clear(&nowhere);
    c->changed = true;
    if (ok)
        pane->answered_at = clock_seconds();
    if (ok || db_async_state(c->db) == DB_ASYNC_IDLE) {
        pane->failed = !ok;
        pane->err = err;
    } else {
        pane->asked_at = 0;
    }
    if (ok && !gone && c->asking_view && pane == c->asking_view->panes)
        view_arrange(c->asking_view);
    else if (ok && !gone && c->asking_view && pane != &c->asking_view->without)
        pane_arrange(c->asking_view, (int)(pane - c->asking_view->panes));
    c->asking = NULL;
    c->asking_view = NULL;
}

static void turn_database(struct console *c) {
    enum db_async_state before = db_async_state(c->db);

    db_async_step(c->db);
    take_answer(c);
    ask(c);
    if (db_async_state(c->db) != before && before != DB_ASYNC_IDLE)
        c->changed = true;
}

/* The filter takes effect when nothing was typed for a moment; a statement for the one before is given up. */
static void turn_filter(struct console *c) {
    struct view *view = console_view(c);

    if (c->find_at == 0 || clock_seconds() < c->find_at)
        return;
    c->find_at = 0;
    if (strcmp(view->filter, edit_text(&c->find)) == 0 || edit_text(&c->find)[0] == '@')
        return;
    text_copy(view->filter, sizeof(view->filter), edit_text(&c->find));
    view_arrange(view);
    c->changed = true;
    if (!view->screen->ask)
        return;
    if (c->asking == view->panes)
        db_async_cancel(c->db);
    view->panes[0].asked_at = 0;
}

/* --- the loop --- */

/* Nothing is on its way that a person has asked for. What comes by itself does not count. */
static bool is_idle(struct console *c) {
    struct view *view = console_view(c);
    bool waits = c->asking != NULL || c->child.pid != 0 || c->find_at > 0 || c->changed ||
                 strcmp(view->aside_of, view->cursor) != 0 || filtered_wants_count(view);

    for (int i = 0; i < view->screen->part_count && !waits; i++)
        waits = view->panes[i].asked_at == 0 && (!is_about_row(&view->screen->parts[i]) || view->cursor[0] != '\0');
    return !waits;
}

static double frame_due(const struct console *c, double drawn_at) {
    return c->key_at > drawn_at ? drawn_at : drawn_at + (c->changed ? FRAME_S : TICK_S);
}

/* Seconds until something is to be done without any event. */
static double nap(struct console *c, double drawn_at) {
    double now = clock_seconds();
    double until = frame_due(c, drawn_at) - now;

    until = fmin(until, db_async_due(c->db));
    if (c->find_at > 0)
        until = fmin(until, c->find_at - now);
    if (strcmp(console_view(c)->aside_of, console_view(c)->cursor) != 0)
        until = fmin(until, fmax(0.01, c->key_at + ASIDE_S - now));
    if (db_async_state(c->db) == DB_ASYNC_IDLE)
        until = fmin(until, next_wish(c).due_at - now);
    return fmax(until, 0);
}

static void wait_for_events(struct console *c, double seconds) {
    struct pollfd watch[] = {
        {.fd = term_fd(), .events = POLLIN},
        {.fd = app_stop_fd(), .events = POLLIN},
        {.fd = db_async_socket(c->db), .events = db_async_events(c->db)},
        {.fd = act_fd(c), .events = POLLIN},
    };

    if (poll(watch, ARRAY_LEN(watch), (int)ceil(seconds * 1000)) < 0 && errno != EINTR)
        bug("poll: %s", strerror(errno));
    if (watch[0].revents & (POLLHUP | POLLERR | POLLNVAL)) /* the terminal was closed */
        c->quit = true;
}

static void read_keys(struct console *c) {
    uint32_t key;

    while (!c->quit && !app_stopping() && (key = term_read()) != TERM_NONE) {
        if (key == TERM_GONE)
            c->quit = true;
        else
            keys_press(c, key);
    }
}

static void loop(struct console *c) {
    double drawn_at = 0;

    while (!c->quit && !app_stopping()) {
        turn_filter(c);
        turn_database(c);
        act_step(c);
        lock_step(c);
        if (clock_seconds() >= frame_due(c, drawn_at)) {
            c->changed = false;
            drawn_at = clock_seconds();
            console_draw(c);
        }
        if (is_idle(c))
            term_idle();
        wait_for_events(c, nap(c, drawn_at));
        read_keys(c);
    }
}

static void end(struct console *c) {
    act_stop(c);
    leave_children(c);
    dialog_free(c->dialog);
    edit_clear(&c->find);
    trail_clear(&c->trail);
    db_async_free(c->db);
    db_rows_clear(&c->schema.rows);
    db_rows_clear(&c->rights.rows);
    db_rows_clear(&c->worker.rows);
    buf_wipe(&c->query.text);
    buf_wipe(&c->child.said);
    for (size_t i = 0; i < SCREENS_MAX; i++)
        view_free(c->roots[i]);
    free(c);
}

void console_run(const struct console_options *options) {
    struct console *c = mem_new(sizeof(*c));

    c->changed = true;
    c->started_at = clock_seconds();
    c->read_only = options->read_only;
    c->service = options->database->service ? options->database->service : "";
    c->db = db_async_new(options->database);
    console_go(c, options->first);
    if (options->filter)
        text_copy(console_view(c)->filter, VIEW_TEXT, options->filter);
    trail_note(c);
    editor_offer(c);
    loop(c);
    end(c);
}
