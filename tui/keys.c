#include "keys.h"

#include "console.h"
#include "lang.h"
#include "term.h"

/* --- everywhere --- */

static void act_help(struct console *c) {
    c->helping = !c->helping;
}

/* The help, and nothing else for now: Esc never quits. */
static void act_back(struct console *c) {
    c->helping = false;
}

static void act_quit(struct console *c) {
    if (c->helping)
        c->helping = false;
    else
        c->quit = true;
}

static void act_refresh(struct console *c) {
    struct view *view = console_view(c);

    for (size_t i = 0; i < console_screen(c)->load_count; i++)
        view->panes[i].asked_at = 0;
    c->worker.asked_at = 0;
    db_async_retry_now(c->db);
}

static void act_pause(struct console *c) {
    c->paused = !c->paused;
}

static void act_redraw(struct console *c UNUSED) {
    term_redraw();
}

/* clang-format off */
static const struct key_row global[] = {
    {'?',         TERM_F1, "?, F1",  N_("Help"),    N_("this help"), act_help},
    {'r',         0,       "r",      N_("Refresh"), N_("ask the database now"), act_refresh},
    {'z',         0,       "z",      N_("Pause"),   N_("pause, or go on"), act_pause},
    {TERM_CTRL_L, 0,       "Ctrl-L", NULL,          N_("paint the screen again"), act_redraw},
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
    console_view(c)->top++;
}

static void act_up(struct console *c) {
    console_view(c)->top--;
}

static void act_page_down(struct console *c) {
    console_view(c)->top += console_view(c)->page;
}

static void act_page_up(struct console *c) {
    console_view(c)->top -= console_view(c)->page;
}

static void act_top(struct console *c) {
    console_view(c)->top = 0;
}

static void act_bottom(struct console *c) {
    console_view(c)->top = 1 << 20; /* view_fit() knows the end */
}

/* clang-format off */
const struct key_row keys_list[KEYS_LIST] = {
    {TERM_DOWN,      'j', N_("j, Down"), NULL, N_("one row down"), act_down},
    {TERM_UP,        'k', N_("k, Up"),   NULL, N_("one row up"), act_up},
    {TERM_PAGE_DOWN, 0,   "PgDn",        NULL, N_("a page down"), act_page_down},
    {TERM_PAGE_UP,   0,   "PgUp",        NULL, N_("a page up"), act_page_up},
    {TERM_HOME,      'g', "g, Home",     NULL, N_("to the first row"), act_top},
    {TERM_END,       'G', "G, End",      NULL, N_("to the last row"), act_bottom},
};
/* clang-format on */

/* --- pressing --- */

static uint32_t folded(uint32_t key) {
    return key >= 0xFF01 && key <= 0xFF5E ? key - 0xFF01 + '!' : key;
}

static bool press_in(struct console *c, const struct key_row *rows, size_t count, uint32_t key) {
    for (size_t i = 0; i < count; i++)
        if (rows[i].key == key || (rows[i].also != 0 && rows[i].also == key)) {
            rows[i].act(c);
            return true;
        }
    return false;
}

void keys_press(struct console *c, uint32_t key) {
    const struct screen *screen = console_screen(c);

    key = folded(key);
    c->changed = true;
    if (!c->helping && press_in(c, screen->keys, screen->key_count, key))
        return;
    if (press_in(c, global, ARRAY_LEN(global), key))
        return;
    if (key >= '1' && key < '1' + c->screen_count) {
        c->current = key - '1';
        c->helping = false;
    }
}
