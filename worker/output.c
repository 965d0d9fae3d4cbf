#include "output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "lang.h"
#include "text.h"

/* --- collecting --- */

struct output output_begin(const char *schema, const struct output_column *columns, size_t width) {
    if (width > OUTPUT_COLUMNS)
        bug("%s has %zu columns", schema, width);
    return (struct output){.schema = schema, .columns = columns, .width = width};
}

void output_cell(struct output *o, const char *text) {
    if (o->count == o->room) {
        o->room = o->room == 0 ? 64 : o->room * 2;
        o->cells = mem_resize(o->cells, o->room * sizeof *o->cells);
    }
    o->cells[o->count++] = text == NULL ? NULL : mem_text(text);
}

void output_int(struct output *o, int64_t number) {
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)number);
    output_cell(o, text);
}

void output_bool(struct output *o, bool yes) {
    output_cell(o, yes ? "t" : "f");
}

void output_rows(struct output *o, const struct db_rows *rows) {
    for (int row = 0; row < rows->count; row++)
        for (size_t i = 0; i < o->width; i++) {
            const char *name = o->columns[i].name;
            output_cell(o, db_null(rows, row, name) ? NULL : db_text(rows, row, name));
        }
}

void output_clear(struct output *o) {
    for (size_t i = 0; i < o->count; i++)
        free(o->cells[i]);
    free(o->cells);
    *o = (struct output){0};
}

/* --- JSON --- */

static void add_json(struct buf *out, enum output_type type, const char *cell) {
    if (cell == NULL)
        buf_text(out, "null");
    else if (type == OUT_BOOL)
        buf_text(out, cell[0] == 't' ? "true" : "false");
    else if (type == OUT_NUMBER || type == OUT_JSON)
        buf_text(out, cell);
    else
        json_quote(out, cell);
}

static void add_object(struct buf *out, const struct output *o, size_t row) {
    for (size_t i = 0; i < o->width; i++) {
        buf_char(out, i == 0 ? '{' : ',');
        json_quote(out, o->columns[i].name);
        buf_char(out, ':');
        add_json(out, o->columns[i].type, o->cells[row * o->width + i]);
    }
    buf_char(out, '}');
}

static void add_list(struct buf *out, const struct output *o) {
    buf_char(out, '[');
    for (size_t row = 0; row < o->count / o->width; row++) {
        buf_text(out, row == 0 ? "" : ",");
        add_object(out, o, row);
    }
    buf_char(out, ']');
}

void output_inner(struct output *o, const struct output *list) {
    AUTO_BUF struct buf json = {0};
    add_list(&json, list);
    output_cell(o, buf_str(&json));
}

static void print_json(const struct output *o, bool list) {
    AUTO_BUF struct buf out = {0};
    buf_text(&out, "{\"schema\":");
    json_quote(&out, o->schema);
    buf_text(&out, ",\"data\":");
    if (list)
        add_list(&out, o);
    else
        add_object(&out, o, 0);
    buf_text(&out, ",\"next\":");
    add_json(&out, OUT_TEXT, o->next);
    buf_text(&out, "}\n");
    fwrite(out.data, 1, out.len, stdout);
}

/* --- for people, and for cut(1) --- */

/* A cell as it is shown: one line that a terminal can take. */
static void add_shown(struct buf *out, enum output_type type, const char *cell, const char *nothing) {
    if (cell == NULL || cell[0] == '\0')
        buf_text(out, nothing);
    else if (type == OUT_BOOL)
        buf_text(out, lang_word("value", cell[0] == 't' ? "yes" : "no"));
    else if (type == OUT_SAID)
        buf_text(out, lang_text(cell));
    else
        safe_text(out, cell, strlen(cell));
}

static void print_plain(const struct output *o) {
    for (size_t i = 0; i < o->count; i++) {
        AUTO_BUF struct buf cell = {0};
        add_shown(&cell, o->columns[i % o->width].type, o->cells[i], "");
        printf("%s%c", buf_str(&cell), (i + 1) % o->width == 0 ? '\n' : '\t');
    }
}

static int shown_width(const struct output *o, size_t i) {
    AUTO_BUF struct buf cell = {0};
    add_shown(&cell, o->columns[i % o->width].type, o->cells[i], "-");
    return text_width(buf_str(&cell));
}

/* The last column is not filled up: no spaces at the end of a line. */
static void print_padded(const struct output *o, size_t column, const char *text, int width) {
    int gap = width - text_width(text);
    enum output_type type = o->columns[column].type;
    if (type == OUT_NUMBER || type == OUT_ID)
        printf("%*s%s", gap, "", text);
    else
        printf("%s%*s", text, column + 1 < o->width ? gap : 0, "");
    fputs(column + 1 < o->width ? "  " : "\n", stdout);
}

/* Over a table for people. */
static const char *title(const struct output *o, size_t column) {
    return lang_word("title", o->columns[column].title);
}

static void print_table(const struct output *o) {
    int widths[OUTPUT_COLUMNS];
    for (size_t i = 0; i < o->width; i++)
        widths[i] = text_width(title(o, i));
    for (size_t i = 0; i < o->count; i++) {
        int width = shown_width(o, i);
        if (width > widths[i % o->width])
            widths[i % o->width] = width;
    }
    for (size_t i = 0; i < o->width; i++)
        print_padded(o, i, title(o, i), widths[i]);
    for (size_t i = 0; i < o->count; i++) {
        AUTO_BUF struct buf cell = {0};
        add_shown(&cell, o->columns[i % o->width].type, o->cells[i], "-");
        print_padded(o, i % o->width, buf_str(&cell), widths[i % o->width]);
    }
}

static void print_lines(const struct output *o) {
    int widest = 0;
    for (size_t i = 0; i < o->width; i++)
        if (text_width(title(o, i)) > widest)
            widest = text_width(title(o, i));
    for (size_t i = 0; i < o->width; i++) {
        AUTO_BUF struct buf cell = {0};
        add_shown(&cell, o->columns[i].type, o->cells[i], "-");
        printf("%s%*s  %s\n", title(o, i), widest - text_width(title(o, i)), "", buf_str(&cell));
    }
}

static bool shown;

bool output_shown(void) {
    return shown;
}

void output_list(const struct output *o, const struct work *work) {
    shown = true;
    if (work->json)
        print_json(o, true);
    else if (work->plain)
        print_plain(o);
    else
        print_table(o);
}

void output_record(const struct output *o, const struct work *work) {
    if (o->count != o->width)
        bug("%s: %zu cells in one row of %zu", o->schema, o->count, o->width);
    shown = true;
    if (work->json)
        print_json(o, false);
    else if (work->plain)
        print_plain(o);
    else
        print_lines(o);
}

void output_db(const char *schema, const struct output_column *columns, size_t width, const struct db_rows *rows,
               const struct work *work) {
    AUTO_OUTPUT_ROWS struct output o = output_begin(schema, columns, width);
    output_rows(&o, rows);
    output_list(&o, work);
}

bool output_end(struct err *err) {
    if (fflush(stdout) == 0 && !ferror(stdout))
        return true;
    return fail(err, ERR_IO, "standard output took not everything: %s", strerror(errno));
}
