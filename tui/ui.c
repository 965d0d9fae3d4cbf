#include "ui.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "lang.h"
#include "text.h"

enum { LINE = 2048 };

static bool fading;

void ui_fade(bool faded) {
    fading = faded;
}

void ui_selected(bool selected) {
    term_reverse(selected);
}

static enum term_role shown(enum term_role role) {
    return fading ? ROLE_DIM : role;
}

/* --- text --- */

/* Cuts `text` in place; returns its columns. */
static int clip(char *text, int columns) {
    static const char cut[] = "..";
    int width = text_width(text);
    size_t keep;

    if (width <= columns)
        return width;
    keep = text_fit(text, columns > 2 ? columns - 2 : columns);
    text[keep] = '\0';
    if (columns > 2 && keep + sizeof(cut) <= LINE)
        memcpy(text + keep, cut, sizeof(cut));
    return text_width(text);
}

int ui_text(int row, int column, int columns, enum term_role role, const char *text) {
    char line[LINE];
    int width;

    if (columns <= 0)
        return 0;
    safe_copy(line, sizeof(line), text);
    width = clip(line, columns);
    term_put(row, column, shown(role), line);
    return width;
}

int ui_format(int row, int column, int columns, enum term_role role, const char *format, ...) {
    char line[LINE];
    va_list args;

    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    return ui_text(row, column, columns, role, line);
}

void ui_right(int row, int column, int columns, enum term_role role, const char *text) {
    char line[LINE];
    int width;

    if (columns <= 0)
        return;
    safe_copy(line, sizeof(line), text);
    width = clip(line, columns);
    term_put(row, column + columns - width, shown(role), line);
}

/* Cuts `text` in place; returns its columns. Both ends get half of what ".." leaves, the front the odd one. */
static int clip_middle(char *text, int columns) {
    int width = text_width(text);
    int tail = (columns - 2) / 2;
    size_t keep, from;

    if (width <= columns)
        return width;
    if (tail <= 0)
        return clip(text, columns);
    keep = text_fit(text, columns - 2 - tail);
    from = text_fit(text, width - tail);
    from += text_width(text + from) > tail ? text_fit(text + from, 2) : 0; /* a wide one lies across the cut */
    memcpy(text + keep, "..", 2);
    memmove(text + keep + 2, text + from, strlen(text + from) + 1);
    return text_width(text);
}

int ui_middle(int row, int column, int columns, enum term_role role, const char *text) {
    char line[LINE];
    int width;

    if (columns <= 0)
        return 0;
    safe_copy(line, sizeof(line), text);
    width = clip_middle(line, columns);
    term_put(row, column, shown(role), line);
    return width;
}

/* Columns of the first `bytes` bytes. */
static int width_to(const struct buf *line, size_t bytes) {
    return text_width(line->data) - text_width(line->data + bytes);
}

void ui_slice(int row, int column, int columns, enum term_role role, const char *text, int skip) {
    AUTO_BUF struct buf line = {0};
    size_t from;

    safe_text(&line, text, strlen(text));
    if (line.len == 0)
        return;
    from = text_fit(line.data, skip);
    if (width_to(&line, from) < skip && from < line.len) { /* a wide one lies across the left edge */
        from += text_fit(line.data + from, 2);
        column++;
        columns--;
    }
    if (columns <= 0 || from >= line.len)
        return;
    line.data[from + text_fit(line.data + from, columns)] = '\0';
    term_put(row, column, shown(role), line.data + from);
}

void ui_ground(int row, int column, int columns, enum term_role role) {
    char line[LINE];
    size_t len = columns < 0 ? 0 : (size_t)columns;

    if (len >= sizeof(line))
        len = sizeof(line) - 1;
    memset(line, ' ', len);
    line[len] = '\0';
    term_put(row, column, shown(role), line);
}

static void draw_edge(int row, struct area area, enum term_role role, const char *left, const char *right) {
    const char *line = term_ascii() ? "-" : "─";

    term_put(row, area.column, shown(role), left);
    for (int i = 1; i < area.columns - 1; i++)
        term_put(row, area.column + i, shown(role), line);
    term_put(row, area.column + area.columns - 1, shown(role), right);
}

void ui_box(struct area area, enum term_role role) {
    const char *side = term_ascii() ? "|" : "│";
    int last = area.row + area.rows - 1;

    for (int row = area.row; row <= last; row++)
        ui_ground(row, area.column, area.columns, ROLE_NORMAL);
    for (int row = area.row + 1; row < last; row++) {
        term_put(row, area.column, shown(role), side);
        term_put(row, area.column + area.columns - 1, shown(role), side);
    }
    draw_edge(area.row, area, role, term_ascii() ? "+" : "┌", term_ascii() ? "+" : "┐");
    draw_edge(last, area, role, term_ascii() ? "+" : "└", term_ascii() ? "+" : "┘");
}

/* Bytes of the next line of a paragraph: up to the last blank that fits; where there is none, as much as fits. */
static size_t line_of(const char *text, int columns) {
    size_t fits = text_fit(text, columns);
    size_t at = fits;

    if (text[fits] == '\0')
        return fits;
    while (at > 0 && text[at] != ' ')
        at--;
    return at > 0 ? at : fits;
}

static int paragraph(struct area area, enum term_role role, const char *text, bool draw) {
    char line[LINE];
    char rest_text[LINE];
    const char *rest = safe_copy(rest_text, sizeof(rest_text), text);
    int row = 0;

    for (; *rest && row < area.rows; row++) {
        size_t len = line_of(rest, area.columns);

        if (len == 0)
            break;
        memcpy(line, rest, len);
        line[len] = '\0';
        if (draw)
            term_put(area.row + row, area.column, shown(role), line);
        rest += len;
        rest += strspn(rest, " ");
    }
    return row;
}

int ui_paragraph(struct area area, enum term_role role, const char *text) {
    return paragraph(area, role, text, true);
}

int ui_paragraph_rows(int columns, const char *text) {
    return paragraph((struct area){0, 0, LINE, columns}, ROLE_NORMAL, text, false);
}

/* --- plots --- */

static const char *const eighths[] = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
static const char *const levels[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
static const char *const levels_ascii[] = {".", "_", "-", "=", "+", "*", "#", "#"};

void ui_fill(int row, int column, int columns, enum term_role role, double share) {
    int full;

    if (share < 0 || share != share)
        share = 0;
    if (share > 1)
        share = 1;
    full = (int)(share * columns * 8); /* in eighths of a column; rounded down: only what is full looks full */
    for (int i = 0; i < columns; i++) {
        int part = full - i * 8;

        if (part <= 0)
            term_put(row, column + i, ROLE_DIM, term_ascii() ? "." : "·");
        else if (term_ascii())
            term_put(row, column + i, shown(role), part >= 8 ? "#" : "=");
        else
            term_put(row, column + i, shown(role), eighths[part >= 8 ? 8 : part]);
    }
}

const char *ui_level(int level) {
    return term_ascii() ? levels_ascii[level - 1] : levels[level - 1];
}

int ui_values(const char *values, double *out, int columns) {
    int count = 0;

    while (*values) {
        char *end = NULL;
        double value = strtod(values, &end);

        if (end == values)
            value = -1;
        if (count == columns)
            memmove(out, out + 1, (size_t)--count * sizeof(*out));
        out[count++] = value;
        values += strcspn(values, " ");
        values += strspn(values, " ");
    }
    return count;
}

void ui_spark(int row, int column, int columns, const char *values) {
    double list[256];
    double top = 0;
    int count;

    if (columns <= 0)
        return;
    count = ui_values(values, list, columns < 256 ? columns : 256);
    for (int i = 0; i < count; i++)
        top = list[i] > top ? list[i] : top;
    for (int i = 0; i < count; i++) {
        int level = top > 0 ? (int)(list[i] / top * 7 + 0.5) : 0;

        if (list[i] >= 0)
            term_put(row, column + columns - count + i, shown(ROLE_ACCENT), ui_level(level + 1));
    }
}

/* --- tables --- */

/* Columns from the left while their least fits, then the rest of the width by weight. */
static void place(struct ui_table *t) {
    int left = t->area.columns + 1; /* the last gap lies outside */
    int weights = 0;

    for (size_t i = 0; i < t->count; i++) {
        if (t->columns[i].least <= 0)
            continue;
        t->width[i] = t->columns[i].least + 1 <= left ? t->columns[i].least : 0;
        left -= t->width[i] > 0 ? t->width[i] + 1 : left;
        weights += t->width[i] > 0 ? t->columns[i].weight : 0;
    }
    for (size_t i = 0; i < t->count; i++) {
        int weight = t->width[i] > 0 ? t->columns[i].weight : 0;
        int more = weights > 0 ? left * weight / weights : 0;

        if (t->width[i] + more > t->columns[i].most)
            more = t->columns[i].most - t->width[i];
        t->width[i] += more > 0 ? more : 0;
        left -= more > 0 ? more : 0;
        weights -= weight;
    }
}

void ui_table(struct ui_table *table, const struct ui_column *columns, size_t count, struct area area) {
    int left = area.column;

    *table = (struct ui_table){.columns = columns, .count = count, .area = area};
    if (count > UI_COLUMNS)
        bug("a table of %zu columns", count);
    place(table);
    for (size_t i = 0; i < count; i++) {
        table->left[i] = left;
        left += table->width[i] > 0 ? table->width[i] + 1 : 0;
        ui_cell(table, -1, i, ROLE_ACCENT, lang_word("column", columns[i].head));
    }
}

void ui_cell(const struct ui_table *table, int line, size_t column, enum term_role role, const char *text) {
    int row = table->area.row + 1 + line;

    if (line + 1 >= table->area.rows)
        return;
    if (table->columns[column].right)
        ui_right(row, table->left[column], table->width[column], role, text);
    else
        ui_text(row, table->left[column], table->width[column], role, text);
}

/* --- time --- */

bool ui_clock_stands(void) {
    return getenv("KAQUAN_NOW") != NULL;
}

double ui_wall(void) {
    return ui_clock_stands() ? strtod(getenv("KAQUAN_NOW"), NULL) : clock_wall();
}

double ui_measured(double seconds) {
    return ui_clock_stands() ? 0 : seconds;
}

/* --- figures --- */

const char *ui_number(char out[UI_FIGURE], int64_t number) {
    if (number < 1000)
        snprintf(out, UI_FIGURE, "%lld", (long long)number);
    else if (number < 100000)
        snprintf(out, UI_FIGURE, "%lld %03lld", (long long)number / 1000, (long long)number % 1000);
    else if (number < 1000000)
        snprintf(out, UI_FIGURE, "%lldk", (long long)number / 1000);
    else
        snprintf(out, UI_FIGURE, "%lld.%lldM", (long long)number / 1000000, (long long)number / 100000 % 10);
    return out;
}

const char *ui_span(char out[UI_FIGURE], double seconds) {
    long long s = seconds < 0 ? 0 : (long long)seconds;

    if (s < 60)
        snprintf(out, UI_FIGURE, "%llds", s);
    else if (s < 3600)
        snprintf(out, UI_FIGURE, "%lldm%02llds", s / 60, s % 60);
    else if (s < 86400)
        snprintf(out, UI_FIGURE, "%lldh%02lldm", s / 3600, s / 60 % 60);
    else
        snprintf(out, UI_FIGURE, "%lldd%02lldh", s / 86400, s / 3600 % 24);
    return out;
}

const char *ui_rate(char out[UI_FIGURE], double per_second) {
    char number[UI_FIGURE];

    snprintf(out, UI_FIGURE, "%.28s/s", ui_number(number, (int64_t)per_second));
    return out;
}
