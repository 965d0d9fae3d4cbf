#include "edit.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "ui.h"

enum { UNDO_BYTES = 64 * 1024 };

/* --- places --- */

/* The character at `at` with the combining marks that follow it: where the next one begins. */
static size_t after(const struct edit *e, size_t at) {
    char character[8];
    uint32_t point;

    for (bool first = true; at < e->text.len; first = false) {
        size_t n = utf8_next(e->text.data + at, e->text.len - at, &point);

        memcpy(character, e->text.data + at, n);
        character[n] = '\0';
        if (!first && (n == 0 || text_width(character) > 0))
            break;
        at += n > 0 ? n : 1;
    }
    return at;
}

static size_t before(const struct edit *e, size_t at) {
    size_t place = 0;

    for (size_t next = after(e, 0); next < at; next = after(e, place))
        place = next;
    return place;
}

static size_t word_before(const struct edit *e, size_t at) {
    while (at > 0 && e->text.data[at - 1] == ' ')
        at--;
    while (at > 0 && e->text.data[at - 1] != ' ')
        at--;
    return at;
}

/* --- changing --- */

/* Puts text[from, to) out and `len` bytes in their place, the caret behind them. */
static void replace(struct edit *e, size_t from, size_t to, const char *with, size_t len) {
    AUTO_BUF struct buf rest = {0};

    buf_add(&rest, buf_str(&e->text) + to, e->text.len - to);
    e->text.len = from;
    buf_add(&e->text, with, len);
    buf_add(&e->text, rest.data, rest.len);
    e->caret = from + len;
}

static bool fits(const struct edit *e, size_t len) {
    return e->limit == 0 || e->text.len + len <= e->limit;
}

/* A pasted text, its line ends as blanks, those at its end left out. */
static void paste(struct edit *e, const char *text) {
    size_t len = strlen(text);
    uint32_t point;

    while (len > 0 && text[len - 1] == '\n')
        len--;
    for (size_t at = 0, n; at < len && (n = utf8_next(text + at, len - at, &point)) > 0 && fits(e, n); at += n)
        replace(e, e->caret, e->caret, text[at] == '\n' || text[at] == '\t' ? " " : text + at, n);
}

static void type(struct edit *e, uint32_t character) {
    AUTO_BUF struct buf bytes = {0};

    utf8_add(&bytes, character);
    if (fits(e, bytes.len))
        replace(e, e->caret, e->caret, bytes.data, bytes.len);
}

/* --- undo --- */

static void remember(struct edit *e) {
    if (e->secret)
        return;
    if (e->was.len > UNDO_BYTES)
        buf_reset(&e->was);
    buf_printf(&e->was, "%zu %s\n", e->caret, buf_str(&e->text));
}

static void undo(struct edit *e) {
    char *line, *text;

    if (e->was.len == 0)
        return;
    e->was.data[--e->was.len] = '\0'; /* its line end */
    line = strrchr(e->was.data, '\n');
    line = line ? line + 1 : e->was.data;
    buf_reset(&e->text);
    e->caret = strtoul(line, &text, 10);
    buf_text(&e->text, text + 1);
    e->was.len = (size_t)(line - e->was.data);
    *line = '\0';
}

/* --- keys --- */

static bool move(struct edit *e, uint32_t key) {
    switch (key) {
    case TERM_LEFT:
        e->caret = before(e, e->caret);
        return true;
    case TERM_RIGHT:
        e->caret = after(e, e->caret);
        return true;
    case TERM_HOME:
    case TERM_CTRL_A:
        e->caret = 0;
        return true;
    case TERM_END:
    case TERM_CTRL_E:
        e->caret = e->text.len;
        return true;
    default:
        return false;
    }
}

/* What a deleting key deletes: it moves one of two ends, which lie at the caret. */
static bool deletes(const struct edit *e, uint32_t key, size_t *from, size_t *to) {
    switch (key) {
    case TERM_BACKSPACE:
        *from = before(e, e->caret);
        return true;
    case TERM_DELETE:
        *to = after(e, e->caret);
        return true;
    case TERM_CTRL_U:
        *from = 0;
        return true;
    case TERM_CTRL_W:
        *from = word_before(e, e->caret);
        return true;
    default:
        return false;
    }
}

static bool is_character(uint32_t key) {
    return key >= 0x20 && key <= 0x10FFFF && !(key >= 0x7F && key < 0xA0);
}

bool edit_key(struct edit *e, uint32_t key) {
    bool was_typing = e->typing;
    size_t from = e->caret, to = from;

    e->typing = is_character(key);
    if (move(e, key))
        return true;
    if (key == TERM_CTRL_UNDERSCORE) {
        undo(e);
        return true;
    }
    if (!e->typing && key != TERM_PASTE && !deletes(e, key, &from, &to))
        return false;
    if (!e->typing || !was_typing)
        remember(e);
    if (e->typing)
        type(e, key);
    else if (key == TERM_PASTE)
        paste(e, term_pasted());
    else
        replace(e, from, to, "", 0);
    return true;
}

/* --- the text --- */

void edit_set(struct edit *e, const char *text) {
    edit_clear(e);
    buf_text(&e->text, text);
    for (size_t at = 0; at < e->text.len; at++)
        if (e->text.data[at] == '\n')
            e->text.data[at] = ' ';
    e->caret = e->text.len;
}

const char *edit_text(const struct edit *e) {
    return buf_str(&e->text);
}

void edit_clear(struct edit *e) {
    buf_wipe(&e->text);
    buf_wipe(&e->was);
    e->caret = 0;
    e->typing = false;
}

void edit_fold(struct edit *e) {
    AUTO_BUF struct buf folded = {0};
    size_t caret = 0;
    uint32_t point = 0;

    for (size_t at = 0, n; at < e->text.len; at += n) {
        n = utf8_next(e->text.data + at, e->text.len - at, &point);
        if (n > 0)
            utf8_add(&folded, text_folded(point));
        else
            buf_add(&folded, e->text.data + at, n = 1);
        if (at < e->caret)
            caret = folded.len;
    }
    buf_reset(&e->text);
    buf_add(&e->text, buf_str(&folded), folded.len);
    e->caret = caret;
}

/* --- drawing --- */

/* What is shown of the first `len` bytes: the text, made safe, or its stars. */
static void shown(const struct edit *e, size_t len, struct buf *out) {
    if (!e->secret) {
        safe_text(out, buf_str(&e->text), len);
        return;
    }
    for (size_t at = 0; at < len; at = after(e, at))
        buf_char(out, '*');
}

/* The first column shown: in steps of half a field, so that the text does not move at every key. */
static int window(int caret, int columns) {
    int step = columns > 1 ? columns / 2 : 1;

    return caret < columns ? 0 : ((caret - columns) / step + 1) * step;
}

void edit_draw(const struct edit *e, int row, int column, int columns, bool focused) {
    AUTO_BUF struct buf text = {0}, left_of_caret = {0};
    enum term_role role = focused ? ROLE_SELECTED : ROLE_FIELD;
    int caret, skip;

    if (columns <= 0)
        return;
    shown(e, e->text.len, &text);
    shown(e, e->caret, &left_of_caret);
    caret = text_width(buf_str(&left_of_caret));
    skip = focused ? window(caret, columns) : 0;
    ui_ground(row, column, columns, role);
    ui_slice(row, column, columns, role, buf_str(&text), skip);
    if (focused)
        term_cursor(row, column + caret - skip);
}
