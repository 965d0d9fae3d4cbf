/* The part of dialog.h that shows a text, and finds a word in it. */
#include <string.h>

#include "console.h"
#include "dialog_kinds.h"
#include "lang.h"

/* --- finding --- */

/* Where the line behind (or before) `from` that holds what was typed begins, once round; NULL: none does. */
static const char *match(const struct dialog *d, const char *from, bool back) {
    const char *all = buf_str(&d->text), *typed = edit_text(&d->typed), *before = NULL, *after = NULL, *first = NULL,
               *last = NULL;

    for (const char *line = all; *line;) {
        size_t len = strcspn(line, "\n");
        const char *hit = strcasestr(line, typed);

        if (hit && hit < line + len) {
            first = first ? first : line;
            last = line;
            before = line < from ? line : before;
            after = !after && line > from ? line : after;
        }
        line += len + (line[len] == '\n');
    }
    if (back)
        return before ? before : last;
    return after ? after : first;
}

/* Its row, a few from the top, so that one sees what stands above. */
static void show(struct dialog *d, const char *line) {
    enum { ABOVE = 3 };
    AUTO_BUF struct buf before = {0};
    int row;

    buf_add(&before, buf_str(&d->text), (size_t)(line - buf_str(&d->text)));
    row = dialog_lines((struct area){0, 0, 1000, d->columns}, buf_str(&before), 0, false, NULL);
    d->top = row > ABOVE ? row - ABOVE : 0;
    d->found = line;
}

static void find(struct dialog *d, bool back) {
    const char *line = edit_text(&d->typed)[0] != '\0' ? match(d, d->found, back) : NULL;

    d->found = NULL;
    if (line)
        show(d, line);
}

static void begin(struct dialog *d) {
    d->typing = true;
    edit_set(&d->typed, "");
}

static void type(struct dialog *d, uint32_t key) {
    if (key == TERM_ESC || key == TERM_CTRL_C || key == TERM_ENTER) {
        d->typing = false;
        if (key == TERM_ENTER)
            find(d, false);
    } else {
        edit_key(&d->typed, key);
    }
}

/* --- keys --- */

static int step_of(uint32_t key) {
    if (key == TERM_PAGE_DOWN || key == TERM_PAGE_UP)
        return key == TERM_PAGE_DOWN ? 10 : -10;
    return key == TERM_DOWN || key == 'j' ? 1 : key == TERM_UP || key == 'k' ? -1 : 0;
}

void dialog_text_key(struct console *c, struct dialog *d, uint32_t key) {
    if (d->typing)
        type(d, key);
    else if (key == TERM_ESC || key == TERM_CTRL_C || key == 'q' || key == '?' || key == TERM_ENTER)
        dialog_close(c);
    else if (key == '/')
        begin(d);
    else if (key == 'n' || key == 'N')
        find(d, key == 'N');
    else
        d->top = d->top + step_of(key) > 0 ? d->top + step_of(key) : 0;
}

/* --- drawing --- */

int dialog_lines(struct area area, const char *text, int skip, bool draw, const char *here) {
    int row = 0;

    while (*text) {
        AUTO_BUF struct buf line = {0};
        size_t len = strcspn(text, "\n");

        buf_add(&line, text, len);
        ui_selected(text == here);
        if (len == 0)
            row++;
        else if (draw && row - skip >= 0 && row - skip < area.rows)
            row +=
                ui_paragraph((struct area){area.row + row - skip, area.column, area.rows - row + skip, area.columns},
                             ROLE_NORMAL, buf_str(&line));
        else
            row += ui_paragraph_rows(area.columns, buf_str(&line));
        text += len + (text[len] == '\n');
    }
    ui_selected(false);
    return row;
}

static void draw_foot(const struct dialog *d, struct area line, bool scrolls) {
    if (d->typing) {
        ui_text(line.row, line.column, 2, ROLE_ACCENT, "/");
        edit_draw(&d->typed, line.row, line.column + 2, line.columns - 2, true);
    } else if (d->found) {
        ui_text(line.row, line.column, line.columns, ROLE_DIM,
                _("n and N find the next and the one before, Esc closes"));
    } else if (edit_text(&d->typed)[0] != '\0') {
        ui_format(line.row, line.column, line.columns, ROLE_WARN, _("\"%s\" is not there"), edit_text(&d->typed));
    } else {
        ui_text(line.row, line.column, line.columns, ROLE_DIM,
                scrolls ? _("j and k scroll, / searches, Esc closes") : _("Esc closes"));
    }
}

void dialog_text_draw(struct dialog *d, struct area area) {
    struct area probe = {0, 0, 1000, dialog_columns(area)};
    int rows = dialog_lines(probe, buf_str(&d->text), 0, false, NULL) + 1;
    struct area in = dialog_box(area, rows, d);

    d->columns = in.columns;
    if (d->top > rows - in.rows)
        d->top = rows > in.rows ? rows - in.rows : 0;
    in.rows--;
    dialog_lines(in, buf_str(&d->text), d->top, true, d->found);
    draw_foot(d, (struct area){in.row + in.rows, in.column, 1, in.columns}, rows > in.rows + 1);
}
