#include "words.h"

#include <stdlib.h>
#include <string.h>

#include "err.h"

void words_add(struct words *w, const char *name, const char *value) {
    if (w->count == WORDS_MOST)
        bug("more than %d words", WORDS_MOST);
    w->name[w->count] = mem_text(name);
    w->value[w->count++] = mem_text(value);
}

static const char *find(const struct words *w, const char *name, size_t len) {
    for (int i = 0; i < w->count; i++)
        if (strlen(w->name[i]) == len && memcmp(w->name[i], name, len) == 0)
            return w->value[i];
    return "";
}

const char *words_value(const struct words *w, const char *name) {
    return find(w, name, strlen(name));
}

/* At a '{': the value, and the length of the name with its braces. */
static const char *at_name(const struct words *w, const char *text, size_t *len) {
    size_t skip = text[1] == '?' ? 2 : 1;

    *len = strcspn(text, "}") + 1;
    return find(w, text + skip, *len - skip - 1);
}

static void fill(const struct words *w, const char *text, size_t size, struct buf *out) {
    const char *end = text + size;

    while (text < end) {
        size_t len = 1;

        if (*text == '{')
            buf_text(out, text[1] == '?' ? (at_name(w, text, &len), "") : at_name(w, text, &len));
        else
            buf_char(out, *text);
        text += len;
    }
}

void words_fill(const struct words *w, const char *text, struct buf *out) {
    fill(w, text, strlen(text), out);
}

void words_clear(struct words *w) {
    for (int i = 0; i < w->count; i++) {
        free(w->name[i]);
        free(w->value[i]);
    }
    w->count = 0;
}

/* --- arguments --- */

/* A command while it is written: `late` is what comes behind "--". */
struct line {
    struct arguments *out, late;
    bool is_option; /* the word at hand */
};

static void add(struct arguments *a, const char *text, size_t len) {
    if (a->count + 1 == ARRAY_LEN(a->list))
        return; /* words_arguments() leaves room to tell */
    a->list[a->count] = mem_new(len + 1);
    memcpy(a->list[a->count++], text, len);
}

static void add_argument(struct line *line, const char *text, size_t len) {
    bool late = !line->is_option && (line->late.count > 0 || (len > 1 && text[0] == '-'));

    add(late ? &line->late : line->out, text, len);
}

static void add_lines(struct line *line, const char *text) {
    while (*text) {
        size_t len = strcspn(text, "\n");

        if (len > 0)
            add_argument(line, text, len);
        text += len + (text[len] == '\n');
    }
}

static void add_word(const struct words *w, const char *word, size_t size, struct line *line) {
    AUTO_BUF struct buf text = {0};
    size_t len;

    line->is_option = size > 2 && strncmp(word, "--", 2) == 0;
    if (word[0] == '{' && strcspn(word, "}") + 1 == size) {
        add_lines(line, at_name(w, word, &len));
        return;
    }
    fill(w, word, size, &text);
    add_argument(line, buf_str(&text), text.len);
}

/* Has every name in the group a value? */
static bool is_complete(const struct words *w, const char *group, size_t size) {
    for (size_t i = 0; i < size; i++) {
        size_t len;

        if (group[i] == '{' && at_name(w, group + i, &len)[0] == '\0')
            return false;
    }
    return true;
}

static void add_late(struct line *line) {
    if (line->late.count > 0)
        add(line->out, "--", 2);
    for (int i = 0; i < line->late.count; i++)
        add(line->out, line->late.list[i], strlen(line->late.list[i]));
    arguments_clear(&line->late);
}

void words_arguments(const struct words *w, const char *text, struct arguments *out) {
    struct line line = {.out = out};

    while (*text) {
        size_t group = *text == '[' ? strcspn(text, "]") : 0, len;

        if (group > 0 && !is_complete(w, text, group)) {
            text += group + 1;
            text += strspn(text, " ");
            continue;
        }
        text += strspn(text, " []");
        len = strcspn(text, " ]");
        if (len > 0)
            add_word(w, text, len, &line);
        text += len;
        text += strspn(text, " ]");
    }
    add_late(&line);
}

void arguments_clear(struct arguments *a) {
    for (int i = 0; i < a->count; i++)
        free(a->list[i]);
    *a = (struct arguments){0};
}

static void add_quoted(struct buf *out, const char *word) {
    bool bare = strpbrk(word, " \t\"") == NULL;

    buf_text(out, bare ? "" : "\"");
    for (; *word; word++)
        buf_text(out, (const char[]){*word, *word == '"' ? '"' : '\0', '\0'});
    buf_text(out, bare ? "" : "\"");
}

void words_line(const struct words *w, const char *text, struct buf *out) {
    struct arguments *a = mem_new(sizeof(*a));

    words_arguments(w, text, a);
    for (int i = 0; i < a->count; i++) {
        buf_text(out, i > 0 ? " " : "");
        add_quoted(out, a->list[i]);
    }
    arguments_clear(a);
    free(a);
}
