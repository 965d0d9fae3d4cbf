#include "console.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <string.h>

#include "app.h"
#include "clock.h"

static const double FRAME_S = 0.033, TICK_S = 1; /* fewest seconds between two frames; most */
static const struct question schema_question = {&sql_migration_list, 0};
static const struct question worker_question = {&sql_tui_worker, 2};

struct view *console_view(struct console *c) {
    return &c->views[c->current];
}

const struct screen *console_screen(const struct console *c) {
    return c->screens[c->current];
}

/* --- asking --- */

/* A pane and its question, and since when it is due. */
struct wish {
    struct pane *pane;
    const struct question *question;
    double due_at;
};

static void consider(struct wish *best, struct pane *pane, const struct question *question) {
    double due_at = pane->asked_at == 0 ? 0 : pane->asked_at + question->every;

    if (!best->pane || due_at < best->due_at)
        *best = (struct wish){pane, question, due_at};
}

/* What is due first. The schema comes before all else on a new connection; while paused only r asks. */
static struct wish next_wish(struct console *c) {
    const struct screen *screen = console_screen(c);
    struct view *view = console_view(c);
    struct wish best = {0};

    if (c->schema_connection != db_async_connections(c->db))
        return (struct wish){&c->schema, &schema_question, 0};
    for (size_t i = 0; i < screen->load_count; i++)
        consider(&best, &view->panes[i], &screen->load[i]);
    consider(&best, &c->worker, &worker_question);
    if (c->paused && best.pane->asked_at != 0)
        best.due_at = INFINITY;
    return best;
}

static void ask(struct console *c) {
    struct wish wish;
    double now = clock_seconds();

    if (db_async_state(c->db) != DB_ASYNC_IDLE)
        return;
    wish = next_wish(c);
    if (wish.due_at > now)
        return;
    if (wish.pane == &c->schema)
        c->schema_connection = db_async_connections(c->db);
    wish.pane->asked_at = now;
    c->asking = wish.pane;
    db_async_ask(c->db, wish.question->statement, NULL, 0);
}

/* A lost connection is told by the banner, not by the pane that happened to ask. */
static void take_answer(struct console *c) {
    struct err err = {0};
    bool ok = false;

    if (!c->asking || !db_async_answer(c->db, &c->asking->rows, &ok, &err))
        return;
    c->changed = true;
    if (ok)
        c->asking->answered_at = clock_seconds();
    if (ok || db_async_state(c->db) == DB_ASYNC_IDLE) {
        c->asking->failed = !ok;
        c->asking->err = err;
    } else {
        c->asking->asked_at = 0;
    }
    c->asking = NULL;
}

static void turn_database(struct console *c) {
    enum db_async_state before = db_async_state(c->db);

    db_async_step(c->db);
    take_answer(c);
    ask(c);
    if (db_async_state(c->db) != before && before != DB_ASYNC_IDLE)
        c->changed = true;
}

/* --- the loop --- */

/* Seconds until something is to be done without any event. */
static double nap(struct console *c, double drawn_at) {
    double now = clock_seconds();
    double until = drawn_at + (c->changed ? FRAME_S : TICK_S) - now;

    until = fmin(until, db_async_due(c->db));
    if (db_async_state(c->db) == DB_ASYNC_IDLE)
        until = fmin(until, next_wish(c).due_at - now);
    return fmax(until, 0);
}

static void wait_for_events(struct console *c, double seconds) {
    struct pollfd watch[] = {
        {.fd = term_fd(), .events = POLLIN},
        {.fd = app_stop_fd(), .events = POLLIN},
        {.fd = db_async_socket(c->db), .events = db_async_events(c->db)},
    };

    if (poll(watch, ARRAY_LEN(watch), (int)ceil(seconds * 1000)) < 0 && errno != EINTR)
        bug("poll: %s", strerror(errno));
    if (watch[0].revents & (POLLHUP | POLLERR | POLLNVAL)) /* the terminal was closed */
        c->quit = true;
}

static void read_keys(struct console *c) {
    uint32_t key;

    while (!c->quit && (key = term_read()) != TERM_NONE) {
        if (key == TERM_GONE)
            c->quit = true;
        keys_press(c, key);
    }
}

static void loop(struct console *c) {
    double drawn_at = 0;

    while (!c->quit && !app_stopping()) {
        turn_database(c);
        if (clock_seconds() - drawn_at >= (c->changed ? FRAME_S : TICK_S)) {
            c->changed = false;
            drawn_at = clock_seconds();
            console_draw(c);
        }
        wait_for_events(c, nap(c, drawn_at));
        read_keys(c);
    }
}

void console_run(const struct db_options *options, const struct screen *first) {
    struct console c = {.changed = true, .started_at = clock_seconds()};

    c.screens = screen_list(&c.screen_count);
    while (c.current + 1 < c.screen_count && console_screen(&c) != first)
        c.current++;
    c.db = db_async_new(options);
    loop(&c);
    db_async_free(c.db);
    db_rows_clear(&c.schema.rows);
    db_rows_clear(&c.worker.rows);
    for (size_t i = 0; i < SCREENS_MAX; i++)
        for (size_t j = 0; j < SCREEN_PANES; j++)
            db_rows_clear(&c.views[i].panes[j].rows);
}
