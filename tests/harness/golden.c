#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness.h"
#include "screen.h"

enum { LOOKS = 26, LOOK_NAME = 96 };

/* The sets of attributes met so far, each with the letter 'a' + its place; what is plain is '.'. */
struct looks {
    char name[LOOKS][LOOK_NAME];
    size_t count;
};

static void describe(const struct test_cell *cell, char *out, size_t size) {
    char colour[24] = "", ground[24] = "";

    if (cell->colour >= 0)
        snprintf(colour, sizeof(colour), " colour %d", cell->colour);
    if (cell->ground >= 0)
        snprintf(ground, sizeof(ground), " ground %d", cell->ground);
    snprintf(out, size, "%s%s%s%s%s", cell->bold ? " bold" : "", cell->underline ? " underline" : "",
             cell->reverse ? " reverse" : "", colour, ground);
}

static char letter_of(struct looks *looks, const struct test_cell *cell) {
    char name[LOOK_NAME];
    size_t i = 0;

    describe(cell, name, sizeof(name));
    if (name[0] == '\0')
        return '.';
    while (i < looks->count && strcmp(looks->name[i], name) != 0)
        i++;
    if (i == LOOKS)
        test_fail("more than %d sets of attributes", LOOKS);
    if (i == looks->count)
        text_copy(looks->name[looks->count++], sizeof(looks->name[i]), name);
    return (char)('a' + i);
}

/* A picture holds for every version of the programs. */
static void add_texts(struct test_screen *s, int rows, struct buf *out) {
    static const char version[] = "kaquan " KAQUAN_VERSION;

    for (int row = 0; row < rows; row++) {
        const char *text = test_screen_row(s, row), *named = strstr(text, version);

        if (named)
            buf_printf(out, "%.*skaquan VERSION%s\n", (int)(named - text), text, named + strlen(version));
        else
            buf_printf(out, "%s\n", text);
    }
}

static void add_attributes(struct test_screen *s, int rows, int columns, struct buf *out) {
    struct looks looks = {.count = 0};

    for (int row = 0; row < rows; row++) {
        AUTO_BUF struct buf line = {0};

        for (int column = 0; column < columns; column++) {
            struct test_cell cell = test_screen_cell(s, row, column);

            buf_char(&line, letter_of(&looks, &cell));
        }
        while (line.len > 0 && line.data[line.len - 1] == '.')
            line.data[--line.len] = '\0';
        buf_printf(out, "%s\n", buf_str(&line));
    }
    for (size_t i = 0; i < looks.count; i++)
        buf_printf(out, "%c =%s\n", (char)('a' + i), looks.name[i]);
}

void test_golden_add(struct buf *golden, struct test_screen *s, const char *what) {
    int rows, columns;

    test_screen_size(s, &rows, &columns);
    buf_printf(golden, "=== %s\n", what);
    add_texts(s, rows, golden);
    buf_printf(golden, "--- attributes\n");
    add_attributes(s, rows, columns, golden);
}

static void golden_write(const char *path, const struct buf *content) {
    AUTO_BUF struct buf whole = {0};
    FILE *file;

    buf_printf(&whole, "%s/%s", test_source(), path);
    file = fopen(buf_str(&whole), "we");
    if (!file || fwrite(content->data, 1, content->len, file) != content->len || fclose(file) != 0)
        test_fail("%s: %s", path, strerror(errno));
}

static size_t line_len(const char *line) {
    return strcspn(line, "\n");
}

/* Each line of `now` that differs, below the one that was wanted, under the heading of its part. */
static void show_differences(const char *wanted, const char *now) {
    const char *heading = now, *told = NULL;

    while (*wanted || *now) {
        size_t w = line_len(wanted), n = line_len(now);

        if (strncmp(now, "===", 3) == 0 || strncmp(now, "---", 3) == 0)
            heading = now;
        if (w != n || strncmp(wanted, now, w) != 0) {
            if (told != heading)
                fprintf(stderr, "# %.*s\n", int_of(line_len(heading)), heading);
            fprintf(stderr, "# wanted |%.*s\n#    now |%.*s\n", int_of(w), wanted, int_of(n), now);
            told = heading;
        }
        wanted += w + (wanted[w] == '\n');
        now += n + (now[n] == '\n');
    }
}

bool test_golden_same(const struct buf *golden, const char *name) {
    AUTO_BUF struct buf wanted = {0};
    const char *update = getenv("KAQUAN_GOLDEN_UPDATE");
    char path[256];

    snprintf(path, sizeof(path), "tests/tui/golden/%s.txt", name);
    if (update && update[0] != '\0') {
        golden_write(path, golden);
        return true;
    }
    test_source_read(path, &wanted); /* none is as an empty one */
    if (strcmp(buf_str(&wanted), buf_str(golden)) == 0)
        return true;
    show_differences(buf_str(&wanted), buf_str(golden));
    fprintf(stderr, "# it is not as in %s; if it should be as it is now, KAQUAN_GOLDEN_UPDATE=1 keeps it\n", path);
    return false;
}
