/* pictures.h - every screen of the console and what lies over them, and the keys that lead there in the event of
 * event.sql. To add one: a row. Each is drawn by a console of its own, so no row depends on another, but for what it
 * writes into the database: those stand last. */
#ifndef KAQUAN_TEST_PICTURES_H
#define KAQUAN_TEST_PICTURES_H

#include "operator.h"

#include <stdlib.h>

#define PICTURES_NOW "1795603327" /* 2026-11-25 10:42:07Z, where event.sql stands still */

enum { ENGLISH, CHINESE, LANGUAGES };
static const char *const picture_langs[LANGUAGES] = {"C.UTF-8", "zh_CN.UTF-8"};
static const char *const asleep[LANGUAGES] = {"wakes in", "秒后可用"}; /* a severe button at first */
#define UNLOCK "!" TAB "PROD gz-main" CTRL_S

static const struct picture {
    const char *name, *screen, *keys;
} pictures[] = {
    {"dash", "dash", ""},
    {"templates", "templates", "jj"},
    {"tickets", "tickets", "jjj"},
    {"pools", "pools", ""},
    {"jobs", "jobs", ""},
    {"accounts", "accounts", "j"},
    {"ip", "ip", ""},
    {"audit", "audit", ""},
    {"settings", "settings", "G"}, /* its first rows name the server's version */
    {"gates", "gates", ""},
    {"requests", "requests", ""},
    {"template", "templates", "jj" ENTER},
    {"template_refused", "templates", "j" ENTER},
    {"editor", "templates", "jje"},
    {"editor_new", "templates", "n"},
    {"account", "accounts", "j" ENTER},
    {"ticket", "tickets", "jjj" ENTER},
    {"history", "tickets", "jjjL"},
    {"bulks", "tickets", "B"},
    {"bulk", "tickets", "BG" ENTER},
    {"drifts", "tickets", "D"},
    {"pool", "pools", "j" ENTER},
    {"job", "jobs", "jj" ENTER},
    {"change", "audit", ENTER},
    {"messages", "jobs", "K:messages" ENTER},
    {"queries", "jobs", "rrrrrrrrrrrr:queries" ENTER}, /* the first statement counts the migrations */
    {"help", "tickets", "?"},
    {"palette", "pools", ":"},
    {"acts", "tickets", "  a"},
    {"sorts", "tickets", "s"},
    {"columns", "pools", "c"},
    {"export", "accounts", "x"},
    {"filter", "tickets", "/stat:void"},
    {"nothing_matches", "tickets", "/code:NOPE" ENTER},
    {"lock", "jobs", "!"},
    {"question", "pools", UNLOCK "jF"},
    {"severe", "tickets", UNLOCK "  X"},
    {"secret", "accounts", UNLOCK "jK"},
    {"qr", "tickets", "jjji"}, /* a look is in the audit log */
};
enum { PICTURES = ARRAY_LEN(pictures), PICTURES_MAIN = 5 /* the first: those of the event's day */ };

/* A database with tables only, on a clock that stands still. */
static inline int pictures_blank(void **state UNUSED) {
    setenv("HOME", "/home/mei", 1); /* the settings show it; nothing is kept there */
    unsetenv("XDG_STATE_HOME");
    unsetenv("XDG_CONFIG_HOME");
    test_database_called("kaquan_event");
    test_clock_stops("2026-11-25 10:42:07Z");
    test_sql(NULL, "update kaquan.schedule set next_at = now() + interval '90 s' + every / 2");
    return 0;
}

static inline int pictures_scene(void **state) {
    pictures_blank(state);
    test_sql_file("tests/tui/event.sql");
    return 0;
}

/* Each key is acted upon before the next. */
static inline void picture_press(struct test_screen *s, const char *keys) {
    for (; *keys; keys++) {
        test_screen_keys(s, (const char[]){*keys, '\0'});
        test_screen_idle(s);
    }
}

/* A console that shows it, idle. */
static inline struct test_screen *picture_open(const struct picture *p, const struct test_screen_run *how,
                                               int language) {
    struct test_screen *s = operator_at(how, p->screen);

    test_screen_idle(s);
    picture_press(s, p->keys);
    test_screen_until_gone(s, asleep[language]);
    test_screen_idle(s);
    return s;
}

#endif
