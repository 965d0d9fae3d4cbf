/* The help is the tables. */
#include "console.h"
#include "lang.h"

static void add(struct buf *text, const char *key, const char *help) {
    int width = text_width(key);

    buf_printf(text, "%s%*s%s\n", key, width < 11 ? 12 - width : 1, "", help);
}

static void add_keys(struct buf *text, const struct key_row *rows, size_t count) {
    for (size_t i = 0; i < count; i++)
        add(text, _(rows[i].label), _(rows[i].help));
}

void help_open(struct console *c) {
    const struct screen *here = console_screen(c);
    struct dialog *d = dialog_new(DIALOG_TEXT, _("Help"));
    size_t count;
    const struct key_row *rows;
    const struct screen *const *screens;

    buf_printf(&d->text, "%s: %s\n", _(here->title), _(here->help));
    for (int i = 0; i < here->act_count; i++)
        add(&d->text, here->acts[i].label, _(here->acts[i].help));
    buf_printf(&d->text, "\n%s\n", _("Everywhere"));
    rows = keys_global(&count);
    add_keys(&d->text, rows, count);
    buf_printf(&d->text, "\n%s\n", _("Lists"));
    rows = keys_list(&count);
    add_keys(&d->text, rows, count);
    buf_printf(&d->text, "\n%s\n", _("Screens"));
    screens = screen_list(&count);
    for (size_t i = 0; i < count; i++) {
        char digit[2] = {(char)('0' + screens[i]->number), '\0'};

        if (!screens[i]->child)
            add(&d->text, screens[i]->number > 0 ? digit : screens[i]->name, _(screens[i]->help));
    }
    dialog_open(c, d);
}
