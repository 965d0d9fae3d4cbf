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

static void picture(struct test_screen *s, int skip, struct buf *out) {
    struct looks looks = {.count = 0};
    int rows, columns;

    test_screen_size(s, &rows, &columns);
    for (int row = skip; row < rows; row++)
        buf_printf(out, "%s\n", test_screen_row(s, row));
    buf_printf(out, "--- attributes\n");
    for (int row = skip; row < rows; row++) {
        for (int column = 0; column < columns; column++) {
            struct test_cell cell = test_screen_cell(s, row, column);

            buf_char(out, letter_of(&looks, &cell));
        }
        buf_char(out, '\n');
    }
    for (size_t i = 0; i < looks.count; i++)
        buf_printf(out, "%c =%s\n", (char)('a' + i), looks.name[i]);
}

static void golden_write(const char *path, const struct buf *content) {
    FILE *file = fopen(path, "w");

    if (!file || fwrite(content->data, 1, content->len, file) != content->len || fclose(file) != 0)
        test_fail("%s: %s", path, strerror(errno));
}

static void golden_read(const char *path, struct buf *out) {
    char part[4096];
    FILE *file = fopen(path, "r");
    size_t got;

    if (!file)
        return; /* as an empty one: KAQUAN_GOLDEN_UPDATE=1 makes it */
    while ((got = fread(part, 1, sizeof(part), file)) > 0)
        buf_add(out, part, got);
    fclose(file);
}

static size_t line_len(const char *line) {
    return strcspn(line, "\n");
}

/* Each line of `now` that differs, below the one that was wanted. */
static void show_differences(const char *wanted, const char *now) {
    while (*wanted || *now) {
        size_t w = line_len(wanted), n = line_len(now);

        if (w != n || strncmp(wanted, now, w) != 0)
            fprintf(stderr, "# wanted |%.*s\n#    now |%.*s\n", int_of(w), wanted, int_of(n), now);
        wanted += w + (wanted[w] == '\n');
        now += n + (now[n] == '\n');
    }
}

void test_screen_golden(struct test_screen *s, const char *name, int skip) {
    AUTO_BUF struct buf now = {0}, wanted = {0};
    const char *update = getenv("KAQUAN_GOLDEN_UPDATE");
    char path[512];

    test_screen_idle(s);
    picture(s, skip, &now);
    snprintf(path, sizeof(path), "%s/tests/tui/golden/%s.txt", test_source(), name);
    if (update && update[0] != '\0') {
        golden_write(path, &now);
        return;
    }
    golden_read(path, &wanted);
    if (strcmp(buf_str(&wanted), buf_str(&now)) == 0)
        return;
    test_screen_show(s);
    show_differences(buf_str(&wanted), buf_str(&now));
    test_fail("the screen is not as in %s; if it should be as it is now, KAQUAN_GOLDEN_UPDATE=1 keeps it", path);
}
