/* What can be done with any list: put in order, taken along. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console.h"
#include "file.h"
#include "json.h"
#include "keep.h"
#include "lang.h"

/* --- order --- */

static void sorted(struct console *c, const struct choice *choice) {
    struct view *view = console_view(c);
    const struct field *field = choice->thing;

    view->sort = field ? (int)(field - view->screen->parts[0].fields) : -1;
    view_arrange(view);
}

void list_sort(struct console *c) {
    const struct screen *screen = console_screen(c);
    struct dialog *d;

    if (screen->part_count == 0 || screen->ask) {
        console_say(c, ROLE_WARN, "%s", _("this list has one order only: the database's, newest first"));
        return;
    }
    d = dialog_new(DIALOG_PICK, _("Order by"));
    dialog_choice(d, _("as the database gives them"));
    for (int i = 0; i < screen->parts[0].field_count; i++)
        if (screen->parts[0].fields[i].head[0] != '\0')
            dialog_choice(d, lang_word("column", screen->parts[0].fields[i].head))->thing =
                &screen->parts[0].fields[i];
    d->picked = sorted;
    dialog_narrow(d);
    dialog_open(c, d);
}

/* --- columns --- */

static void keep_columns(struct console *c, const struct view *view) {
    const struct part *part = &view->screen->parts[0];
    AUTO_BUF struct buf hidden = {0};
    char name[KEEP_NAME];
    struct err err = {0};

    for (int i = 0; i < part->field_count; i++)
        if ((view->hidden >> i & 1) != 0)
            buf_printf(&hidden, "%s%s", hidden.len > 0 ? "," : "", part->fields[i].name);
    snprintf(name, sizeof(name), "columns.%s", view->screen->name);
    if (!keep_set(name, buf_str(&hidden), &err))
        console_say(c, ROLE_WARN, "%s", err.text);
}

static void toggled(struct console *c, const struct choice *choice) {
    struct view *view = console_view(c);
    int place = (int)((const struct field *)choice->thing - view->screen->parts[0].fields);

    view->hidden ^= 1U << place;
    keep_columns(c, view);
    list_columns(c);
    for (int i = 0; i < c->dialog->shown_count; i++) /* the next key belongs to the same column */
        if (c->dialog->choices[i].thing == choice->thing)
            c->dialog->at = i;
}

void list_columns(struct console *c) {
    const struct view *view = console_view(c);
    struct dialog *d = dialog_new(DIALOG_PICK, _("Columns: Enter shows or hides one"));
    const struct part *part = &view->screen->parts[0];

    for (int i = 0; i < part->field_count; i++) {
        struct choice *choice;

        if (part->fields[i].head[0] == '\0')
            continue;
        choice = dialog_choice(d, lang_word("column", part->fields[i].head));
        choice->thing = &part->fields[i];
        text_copy(choice->key, sizeof(choice->key), (view->hidden >> i & 1) != 0 ? "[ ]" : "[x]");
    }
    d->picked = toggled;
    dialog_narrow(d);
    dialog_open(c, d);
}

/* --- saved filters --- */

void list_save_filter(struct console *c, const char *name) {
    const struct view *view = console_view(c);
    AUTO_BUF struct buf key = {0};
    struct err err = {0};

    if (name[0] == '\0' || strpbrk(name, "=\n ")) {
        console_say(c, ROLE_WARN, "%s", _("a name for the filter, without blanks: save NAME"));
        return;
    }
    buf_printf(&key, "filter.%s.%s", view->screen->name, name);
    if (keep_set(buf_str(&key), view->filter, &err))
        console_say(c, ROLE_OK, view->filter[0] != '\0' ? _("saved: /@%s shows it again") : _("forgotten: @%s"),
                    name);
    else
        console_say(c, ROLE_WARN, "%s", err.text);
}

const char *list_saved_filter(const struct console *c, const char *name) {
    AUTO_BUF struct buf key = {0};

    buf_printf(&key, "filter.%s.%s", console_screen(c)->name, name);
    return keep_get(buf_str(&key));
}

/* --- export --- */

static const char *const formats[] = {"csv", "json", NULL};
static const struct prompt export_prompts[] = {
    {"file", N_("File"), N_("a new file; one that is there is not overwritten"), PROMPT_TEXT, true, NULL, NULL},
    {"format", N_("Format"), N_("csv for spreadsheets, json: an array of objects"), PROMPT_CHOICE, true, NULL,
     formats},
};

/* A cell that begins like a formula gets a quote, or a spreadsheet would run it. */
static void add_csv(struct buf *out, const char *value) {
    AUTO_BUF struct buf safe = {0};

    safe_text(&safe, value, strlen(value));
    buf_char(out, '"');
    if (strchr("=+-@", value[0]) && value[0] != '\0' && strspn(value, "+-.0123456789") != strlen(value))
        buf_char(out, '\'');
    for (const char *at = buf_str(&safe); *at; at++)
        buf_text(out, *at == '"' ? "\"\"" : (char[]){*at, '\0'});
    buf_char(out, '"');
}

/* What leaves the screen tells no more than the screen: a person stays masked. */
static const char *value_of(const struct view *view, const struct field *field, int row, char *out, size_t size) {
    const struct db_rows *rows = &view->panes[0].rows;

    return field->show == SHOW_MASKED ? field_text(field, rows, row, out, size) : db_text(rows, row, field->name);
}

void list_row_json(const struct view *view, int row, struct buf *out) {
    const struct part *part = &view->screen->parts[0];
    char masked[VIEW_TEXT];

    for (int i = 0; i < part->field_count; i++) {
        buf_char(out, i == 0 ? '{' : ',');
        json_quote(out, part->fields[i].name);
        buf_char(out, ':');
        json_quote(out, value_of(view, &part->fields[i], row, masked, sizeof(masked)));
    }
    buf_char(out, '}');
}

/* A row of -1: the names of the fields. */
static void add_csv_row(const struct view *view, int row, struct buf *out) {
    const struct part *part = &view->screen->parts[0];
    char masked[VIEW_TEXT];

    for (int i = 0; i < part->field_count; i++) {
        const struct field *field = &part->fields[i];

        buf_text(out, i > 0 ? "," : "");
        add_csv(out, row < 0 ? field->name : value_of(view, field, row, masked, sizeof(masked)));
    }
    buf_text(out, "\r\n");
}

static void write_rows(const struct view *view, bool json, struct buf *out) {
    const char *before = "[";

    if (!json)
        add_csv_row(view, -1, out);
    for (int i = 0; i < view->shown; i++) {
        if (view->marked > 0 && !view_is_marked(view, view_id(view, view->order[i])))
            continue;
        if (!json) {
            add_csv_row(view, view->order[i], out);
            continue;
        }
        buf_text(out, before);
        list_row_json(view, view->order[i], out);
        before = ",\n ";
    }
    if (json)
        buf_text(out, before[0] == '[' ? "[]\n" : "]\n");
}

static bool exported(struct console *c, struct dialog *d) {
    AUTO_BUF struct buf data = {0};
    const char *path = dialog_value(d, "file");

    write_rows(console_view(c), strcmp(dialog_value(d, "format"), "json") == 0, &data);
    if (!file_create(path, (struct bytes){buf_str(&data), data.len})) {
        console_say(c, ROLE_BAD, "%s: %s", path, strerror(errno));
        return false;
    }
    console_say(c, ROLE_OK, _("%s: %zu bytes written"), path, data.len);
    return true;
}

void list_export(struct console *c) {
    struct view *view = console_view(c);
    struct dialog *d;
    char file[96];

    if (view->screen->part_count == 0 || view->shown == 0) {
        console_say(c, ROLE_WARN, "%s", _("there are no rows to write"));
        return;
    }
    d = dialog_new(DIALOG_FORM, _("Write rows into a file"));
    buf_printf(&d->text, view->marked > 0 ? _("the %d marked rows") : _("the %d rows that are loaded and shown"),
               view->marked > 0 ? view->marked : view->shown);
    buf_char(&d->text, '\n');
    snprintf(file, sizeof(file), "%s.csv", view->screen->name);
    dialog_field(d, &export_prompts[0], file);
    dialog_field(d, &export_prompts[1], "csv");
    text_copy(d->button, sizeof(d->button), _("Write"));
    d->done = exported;
    dialog_open(c, d);
}
