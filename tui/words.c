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
    *len = strcspn(text, "}") + 1;
    return find(w, text + 1, *len - 2);
}

static void fill(const struct words *w, const char *text, size_t size, struct buf *out) {
    const char *end = text + size;

    while (text < end) {
        size_t len = 1;

        if (*text == '{')
            buf_text(out, at_name(w, text, &len));
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

static void add(struct arguments *a, const char *text, size_t len) {
    if (a->count + 1 == ARRAY_LEN(a->list))
        return; /* words_arguments() leaves room to tell */
    a->list[a->count] = mem_new(len + 1);
    memcpy(a->list[a->count++], text, len);
}

static void add_lines(struct arguments *a, const char *text) {
    while (*text) {
        size_t len = strcspn(text, "\n");

        if (len > 0)
            add(a, text, len);
        text += len + (text[len] == '\n');
    }
}

static void add_word(const struct words *w, const char *word, size_t size, struct arguments *out) {
    AUTO_BUF struct buf text = {0};
    size_t len;

    if (word[0] == '{' && strcspn(word, "}") + 1 == size) {
        add_lines(out, at_name(w, word, &len));
        return;
    }
    fill(w, word, size, &text);
    add(out, buf_str(&text), text.len);
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

void words_arguments(const struct words *w, const char *text, struct arguments *out) {
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
            add_word(w, text, len, out);
        text += len;
        text += strspn(text, " ]");
    }
}

void arguments_clear(struct arguments *a) {
    for (int i = 0; i < a->count; i++)
        free(a->list[i]);
    *a = (struct arguments){0};
}
