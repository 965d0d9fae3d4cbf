/* stage.h - a loop with a drawing of the test's own, in a virtual terminal: what lies between console and terminal is
 * tested on it. */
#ifndef KAQUAN_TEST_STAGE_H
#define KAQUAN_TEST_STAGE_H

#include <locale.h>
#include <poll.h>
#include <unistd.h>

#include "harness.h"

#include "edit.h"
#include "screen.h"
#include "text.h"
#include "ui.h"

struct stage {
    struct term_options options;
    void (*draw)(struct stage *stage);
    const char *text; /* for the drawing */
    int number;
    uint32_t key; /* the last one */
    char pasted[64];
    struct edit edit;
};

/* Until q. */
static inline int play(void *context) {
    struct stage *stage = context;
    struct pollfd watch = {.fd = STDIN_FILENO, .events = POLLIN};
    struct err err = {0};

    if (!term_start(&stage->options, &err))
        return 78;
    while (stage->key != 'q') {
        uint32_t key;

        term_clear();
        stage->draw(stage);
        term_show();
        term_idle();
        poll(&watch, 1, 50); /* a signal may come just before it: the console has its tick */
        while ((key = term_read()) != TERM_NONE) {
            stage->key = key;
            text_copy(stage->pasted, sizeof(stage->pasted), term_pasted());
            edit_key(&stage->edit, key);
        }
    }
    term_stop();
    return 0;
}

static const struct test_screen_run usual UNUSED = {0}, plain UNUSED = {.no_color = "1"};

#endif
