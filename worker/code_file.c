#include "code_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app.h"
#include "lang.h"

enum { CHUNK = 64 << 10, END_OF_FILE = -1, FAILED = -2, COLUMNS_MAX = 10000 };

struct code_file {
    int fd;
    bool csv;
    int column; /* of the codes, from 0 */
    int64_t line;
    int64_t size, got;       /* bytes of a regular file, else 0; and those that were read */
    unsigned char *at, *end; /* of what was read and not looked at */
    char name[256];
    size_t cell_len;
    char cell[CODE_READ_MAX];
    unsigned char chunk[CHUNK];
};

/* --- bytes --- */

static int refill(struct code_file *f, struct err *err) {
    ssize_t n;
    do
        n = read(f->fd, f->chunk, sizeof f->chunk);
    while (n < 0 && errno == EINTR && !app_stopping());
    if (n < 0) {
        fail(err, app_stopping() ? ERR_STOPPED : ERR_IO, "%s: %s", f->name, strerror(errno));
        return FAILED;
    }
    f->at = f->chunk;
    f->end = f->chunk + n;
    f->got += n;
    return n == 0 ? END_OF_FILE : 0;
}

static int peek_byte(struct code_file *f, struct err *err) {
    int trouble = f->at < f->end ? 0 : refill(f, err);
    return trouble != 0 ? trouble : *f->at;
}

static int take_byte(struct code_file *f, struct err *err) {
    int c = peek_byte(f, err);
    if (c >= 0)
        f->at++;
    f->line += c == '\n';
    return c;
}

/* --- cells --- */

static void add(struct code_file *f, int c) {
    if (f->cell_len < sizeof f->cell)
        f->cell[f->cell_len] = (char)c;
    f->cell_len++;
}

/* Up to the quote that ends it; two quotes are one. */
static bool read_quoted(struct code_file *f, struct err *err) {
    int64_t line = f->line;
    for (;;) {
        int c = take_byte(f, err);
        if (c == FAILED)
            return false;
        if (c == END_OF_FILE)
            return fail(err, ERR_INPUT, "%s, line %lld: a quotation mark without its end", f->name, (long long)line);
        if (c == '"' && peek_byte(f, err) != '"')
            return true;
        if (c == '"')
            take_byte(f, err);
        add(f, c);
    }
}

/* One cell; *last is what ended it: a comma, a line's end or END_OF_FILE. */
static bool read_cell(struct code_file *f, int *last, struct err *err) {
    int c;
    f->cell_len = 0;
    for (;;) {
        c = take_byte(f, err);
        if (c == FAILED)
            return false;
        if (c == END_OF_FILE || c == '\n' || (f->csv && c == ','))
            break;
        if (f->csv && c == '"' && f->cell_len == 0) {
            if (!read_quoted(f, err))
                return false;
        } else {
            add(f, c);
        }
    }
    if (c == '\n' && f->cell_len > 0 && f->cell_len <= sizeof f->cell && f->cell[f->cell_len - 1] == '\r')
        f->cell_len--;
    *last = c;
    return true;
}

/* Passes over the rest of a row. */
static bool skip_row(struct code_file *f, int *last, struct err *err) {
    while (*last == ',')
        if (!read_cell(f, last, err))
            return false;
    return true;
}

/* The cell of the codes in the next row, "" where the row is too short; *blank: an empty line, or the end. */
static bool read_row(struct code_file *f, bool *blank, int *last, struct err *err) {
    int column = 0;
    if (!read_cell(f, last, err))
        return false;
    *blank = f->cell_len == 0 && *last != ',';
    while (f->csv && column < f->column && *last == ',') {
        if (!read_cell(f, last, err))
            return false;
        column++;
    }
    if (column < f->column)
        f->cell_len = 0;
    if (f->csv && *last == ',') {
        size_t len = f->cell_len;
        char kept[CODE_READ_MAX];
        memcpy(kept, f->cell, sizeof kept);
        if (!skip_row(f, last, err))
            return false;
        memcpy(f->cell, kept, sizeof kept);
        f->cell_len = len;
    }
    return true;
}

bool code_file_next(struct code_file *f, struct code_read *read, bool *found, struct err *err) {
    bool blank = true;
    int last = 0;
    while (blank && last != END_OF_FILE) {
        read->line = f->line;
        if (!read_row(f, &blank, &last, err))
            return false;
    }
    read->text = f->cell;
    read->len = f->cell_len;
    *found = !blank;
    return true;
}

/* --- opening --- */

/* Excel puts a mark before UTF-8. */
static bool skip_mark(struct code_file *f, struct err *err) {
    static const unsigned char mark[] = {0xef, 0xbb, 0xbf};
    if (peek_byte(f, err) == FAILED)
        return false;
    if (f->end - f->at >= 3 && memcmp(f->at, mark, sizeof mark) == 0)
        f->at += sizeof mark;
    return true;
}

static bool is_heading(const struct code_file *f, const char *column) {
    return f->cell_len == strlen(column) && f->cell_len <= sizeof f->cell &&
           memcmp(f->cell, column, f->cell_len) == 0;
}

static bool find_heading(struct code_file *f, const char *column, struct err *err) {
    int last = ',';
    for (int i = 0; last == ','; i++) {
        if (!read_cell(f, &last, err))
            return false;
        if (is_heading(f, column)) {
            f->column = i;
            return skip_row(f, &last, err);
        }
    }
    fail(err, ERR_INPUT, "%s: its first line has no heading \"%s\"", f->name, column);
    return fail_cure(err, "name the heading of the codes, or give their column's number when there are no headings");
}

static bool find_column(struct code_file *f, const char *column, struct err *err) {
    char *end;
    long number = strtol(column, &end, 10);
    f->csv = true;
    if (*end != '\0' || end == column)
        return find_heading(f, column, err);
    f->column = (int)number - 1;
    return (number >= 1 && number <= COLUMNS_MAX) || fail(err, ERR_USAGE, "--column: columns are numbered from 1");
}

struct code_file *code_file_open(const char *path, const char *column, struct err *err) {
    bool standard = strcmp(path, "-") == 0;
    struct stat about;
    struct code_file *f = mem_new(sizeof *f);
    f->fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    f->line = 1;
    f->at = f->end = f->chunk;
    f->size = f->fd >= 0 && fstat(f->fd, &about) == 0 && S_ISREG(about.st_mode) ? about.st_size : 0;
    text_copy(f->name, sizeof f->name, standard ? _("standard input") : path);
    if (f->fd < 0)
        fail(err, errno == EACCES ? ERR_PERMISSION : ERR_INPUT, "%s cannot be read: %s", path, strerror(errno));
    else if (skip_mark(f, err) && (column == NULL || find_column(f, column, err)))
        return f;
    code_file_close(f);
    return NULL;
}

int64_t code_file_about(const struct code_file *f, int64_t read) {
    int64_t taken = f->got - (f->end - f->at);
    return taken > 0 ? (int64_t)((double)f->size * (double)read / (double)taken + 0.5) : 0;
}

void code_file_close(struct code_file *f) {
    if (f == NULL)
        return;
    if (f->fd > STDIN_FILENO)
        close(f->fd);
    free(f);
}

void code_file_auto(struct code_file **f) {
    code_file_close(*f);
    *f = NULL;
}
