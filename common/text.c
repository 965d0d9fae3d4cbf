#include "text.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

enum { MARKS_IN_A_ROW = 4, PIECE = 16, NEAREST_LEN = 64 };

static bool continues(unsigned char byte) {
    return (byte & 0xC0) == 0x80;
}

/* Length and least value of a sequence by its first byte; a value below the least is an overlong form. */
static size_t sequence(unsigned char first, uint32_t *least, uint32_t *bits) {
    if (first < 0x80)
        return *least = 0, *bits = first, 1;
    if (first >= 0xC2 && first <= 0xDF)
        return *least = 0x80, *bits = first & 0x1FU, 2;
    if (first >= 0xE0 && first <= 0xEF)
        return *least = 0x800, *bits = first & 0x0FU, 3;
    if (first >= 0xF0 && first <= 0xF4)
        return *least = 0x10000, *bits = first & 0x07U, 4;
    return 0;
}

size_t utf8_next(const char *data, size_t len, uint32_t *point) {
    const unsigned char *bytes = (const unsigned char *)data;
    uint32_t least = 0, value = 0;
    size_t n;
    *point = 0;
    if (len == 0)
        return 0;
    n = sequence(bytes[0], &least, &value);
    if (n == 0 || n > len)
        return 0;
    for (size_t i = 1; i < n; i++) {
        if (!continues(bytes[i]))
            return 0;
        value = value << 6 | (bytes[i] & 0x3FU);
    }
    if (value < least || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
        return 0;
    *point = value;
    return n;
}

bool utf8_valid(const void *data, size_t len) {
    const char *text = data;
    uint32_t point;
    while (len > 0) {
        size_t n = utf8_next(text, len, &point);
        if (n == 0)
            return false;
        text += n;
        len -= n;
    }
    return true;
}

void utf8_add(struct buf *out, uint32_t point) {
    static const struct {
        uint32_t below;
        unsigned first;
        unsigned more;
    } forms[] = {{0x80, 0, 0}, {0x800, 0xC0, 1}, {0x10000, 0xE0, 2}, {0x110000, 0xF0, 3}};
    size_t form = 0;
    while (form + 1 < ARRAY_LEN(forms) && point >= forms[form].below)
        form++;
    buf_char(out, (char)(forms[form].first | point >> (6 * forms[form].more)));
    for (unsigned i = forms[form].more; i > 0; i--)
        buf_char(out, (char)(0x80 | (point >> (6 * (i - 1)) & 0x3F)));
}

uint32_t text_folded(uint32_t point) {
    if (point >= 0xFF01 && point <= 0xFF5E)
        return point - 0xFF01 + '!';
    if (point == 0x3000)
        return ' ';
    return point == 0x3002 ? '.' : point;
}

/* Characters that a terminal obeys or that nobody sees: shown as their number. */
/* clang-format off */
static const struct hidden {
    uint32_t first, last;
    const char *help;
} hidden[] = {
    {0x0000,  0x001F,  "C0: cursor, ESC, line ends"},
    {0x007F,  0x009F,  "DEL and C1: CSI in one character"},
    {0x00AD,  0x00AD,  "soft hyphen: terminals disagree on its width"},
    {0x061C,  0x061C,  "Arabic letter mark"},
    {0x115F,  0x1160,  "Hangul fillers: blank letters"},
    {0x180B,  0x180F,  "Mongolian variation selectors and vowel separator"},
    {0x200B,  0x200F,  "zero-width characters, direction marks"},
    {0x2028,  0x202E,  "line and paragraph separator, direction overrides"},
    {0x2060,  0x206F,  "word joiner, invisible operators, direction isolates"},
    {0x3164,  0x3164,  "Hangul filler"},
    {0xFEFF,  0xFEFF,  "byte order mark"},
    {0xFFA0,  0xFFA0,  "half-width Hangul filler"},
    {0xFFF9,  0xFFFB,  "interlinear annotations"},
    {0x1D173, 0x1D17A, "musical format controls"},
    {0xE0000, 0xE0FFF, "tag characters, variation selectors supplement"},
};
/* clang-format on */

static bool is_hidden(uint32_t point) {
    for (size_t i = 0; i < ARRAY_LEN(hidden); i++)
        if (point <= hidden[i].last)
            return point >= hidden[i].first;
    return false;
}

/* Variation selectors: a heart with one is drawn in one column here and in two there. */
static bool is_dropped(uint32_t point) {
    return point >= 0xFE00 && point <= 0xFE0F;
}

/* One table of widths whatever the user's locale: C.UTF-8's, which all UTF-8 locales of glibc share. */
static locale_t widths_on(void) {
    static locale_t utf8;
    if (utf8 == (locale_t)0)
        utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    return utf8 == (locale_t)0 ? uselocale((locale_t)0) : uselocale(utf8);
}

static void widths_off(locale_t before) {
    uselocale(before);
}

/* -1 for what has no place on a screen. */
static int width_of(uint32_t point) {
    if (point >= 0x20 && point < 0x7F)
        return 1;
    return is_hidden(point) ? -1 : wcwidth((wchar_t)point);
}

static size_t escape(uint32_t point, char out[PIECE]) {
    if (point < 0x100)
        return (size_t)snprintf(out, PIECE, "\\x%02x", point);
    if (point < 0x10000)
        return (size_t)snprintf(out, PIECE, "\\u%04x", point);
    return (size_t)snprintf(out, PIECE, "\\U%08x", point);
}

/* What the next character of `text` becomes, in `out`; returns the bytes of `text` it took. `marks` counts the
 * combining marks in a row. */
static size_t safe_piece(const char *text, size_t len, char out[PIECE], size_t *out_len, int *marks) {
    uint32_t point;
    size_t n = utf8_next(text, len, &point);
    int width;
    if (n == 0) {
        *marks = 0;
        *out_len = 3;
        memcpy(out, "\xEF\xBF\xBD", 3);
        return 1;
    }
    width = width_of(point);
    *marks = width == 0 ? *marks + 1 : 0;
    if (width < 0) {
        *out_len = escape(point, out);
        return n;
    }
    *out_len = *marks > MARKS_IN_A_ROW || is_dropped(point) ? 0 : n;
    memcpy(out, text, n);
    return n;
}

void safe_text(struct buf *out, const char *text, size_t len) {
    locale_t before = widths_on();
    char piece[PIECE];
    size_t piece_len;
    int marks = 0;
    for (size_t at = 0; at < len;) {
        at += safe_piece(text + at, len - at, piece, &piece_len, &marks);
        buf_add(out, piece, piece_len);
    }
    widths_off(before);
}

const char *safe_copy(char *out, size_t size, const char *text) {
    locale_t before = widths_on();
    size_t len = strlen(text), used = 0, piece_len;
    char piece[PIECE];
    int marks = 0;
    for (size_t at = 0; at < len && size > 0;) {
        at += safe_piece(text + at, len - at, piece, &piece_len, &marks);
        if (used + piece_len >= size)
            break;
        memcpy(out + used, piece, piece_len);
        used += piece_len;
    }
    if (size > 0)
        out[used] = '\0';
    widths_off(before);
    return out;
}

/* A character and its columns; what is not sanitised counts as the one column of U+FFFD. */
static size_t next_width(const char *text, size_t len, int *width) {
    uint32_t point;
    size_t n = utf8_next(text, len, &point);
    *width = n == 0 ? -1 : width_of(point);
    if (*width < 0)
        *width = 1;
    return n == 0 ? 1 : n;
}

int text_width(const char *text) {
    locale_t before = widths_on();
    size_t len = strlen(text);
    int sum = 0, width;
    for (size_t at = 0; at < len; sum += width)
        at += next_width(text + at, len - at, &width);
    widths_off(before);
    return sum;
}

size_t text_fit(const char *text, int columns) {
    locale_t before = widths_on();
    size_t len = strlen(text), at = 0;
    int width;
    while (at < len) {
        size_t n = next_width(text + at, len - at, &width);
        if (width > columns)
            break;
        columns -= width;
        at += n;
    }
    widths_off(before);
    return at;
}

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Edit distance in which two letters swapped are one slip (optimal string alignment). */
static size_t distance(const char *a, const char *b) {
    size_t row[3][NEAREST_LEN + 1] = {{0}};
    size_t a_len = strlen(a), b_len = strlen(b);
    for (size_t j = 0; j <= b_len; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        size_t *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            now[j] = least(least(last[j], now[j - 1]) + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = least(now[j], before[j - 2] + 1);
        }
    }
    return row[a_len % 3][b_len];
}

const char *text_nearest(const char *word, const char *const *names, size_t count) {
    const char *nearest = NULL;
    size_t len = strlen(word);
    size_t best = len / 3 + 1; /* a slip for every three letters */
    if (len == 0 || len > NEAREST_LEN)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        size_t d;
        if (strlen(names[i]) > NEAREST_LEN)
            continue;
        d = distance(word, names[i]);
        if (d > best || d >= len || (nearest != NULL && d == best))
            continue;
        nearest = names[i];
        best = d;
    }
    return nearest;
}
