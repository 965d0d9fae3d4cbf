#include "console.h"

#include "lang.h"

enum { LABEL = 11 };

static void draw_line(struct area *area, enum term_role role, const char *label, const char *help) {
    if (area->rows <= 0)
        return;
    ui_text(area->row, area->column, LABEL - 1, role, label);
    ui_text(area->row, area->column + LABEL, area->columns - LABEL, ROLE_NORMAL, help);
    area->row++;
    area->rows--;
}

static void draw_title(struct area *area, const char *title) {
    if (area->rows <= 0)
        return;
    ui_text(area->row, area->column, area->columns, ROLE_ACCENT, title);
    area->row++;
    area->rows--;
}

static void draw_keys(struct area *area, const struct key_row *rows, size_t count) {
    for (size_t i = 0; i < count; i++)
        draw_line(area, ROLE_ACCENT, _(rows[i].label), _(rows[i].help));
}

/* Left what is the same everywhere, right what is this screen's. */
void help_draw(const struct console *c, struct area area) {
    struct area left = {area.row + 1, area.column + 1, area.rows - 1, area.columns / 2 - 1};
    struct area right = {area.row + 1, area.column + area.columns / 2 + 1, area.rows - 1, area.columns / 2 - 2};
    const struct screen *screen = console_screen(c);
    size_t count;
    const struct key_row *global = keys_global(&count);

    draw_rule(area, _("Help"));
    draw_title(&left, _("Everywhere"));
    draw_keys(&left, global, count);
    draw_title(&right, _(screen->title));
    draw_keys(&right, screen->keys, screen->key_count);
    draw_title(&right, _("Screens"));
    for (size_t i = 0; i < c->screen_count; i++) {
        char digit[2] = {(char)('1' + i), '\0'};

        draw_line(&right, ROLE_ACCENT, digit, _(c->screens[i]->help));
    }
}
