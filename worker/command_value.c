#include "command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "lang.h"
#include "text.h"

enum { NAME_SIZE = 40 };

static const char *option_name(enum option_id id) {
    size_t count;
    const struct option_row *o = option_rows(&count);
    for (size_t i = 0; i < count; i++)
        if (o[i].id == id)
            return o[i].name;
    return "?";
}

static bool whole_number(const char *text, int64_t low, int64_t high, int64_t *out) {
    char *end;
    long long n;
    errno = 0;
    n = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || n < low || n > high)
        return false;
    *out = n;
    return true;
}

bool call_int(const struct call *call, enum option_id id, int64_t low, int64_t high, int64_t *out, struct err *err) {
    const char *text = call->option[id];
    if (text == NULL || whole_number(text, low, high, out))
        return true;
    return fail(err, ERR_USAGE, "--%s: a number of %lld..%lld expected, not \"%s\"", option_name(id), (long long)low,
                (long long)high, text);
}

/* "20", "20s" and "1.5": seconds. */
bool call_seconds(const struct call *call, enum option_id id, double high, double *out, struct err *err) {
    const char *text = call->option[id];
    char *end;
    double seconds;
    if (text == NULL)
        return true;
    seconds = strtod(text, &end);
    if (end == text || (*end != '\0' && strcmp(end, "s") != 0) || !(seconds >= 0 && seconds <= high))
        return fail(err, ERR_USAGE, "--%s: seconds of 0..%g expected, not \"%s\"", option_name(id), high, text);
    *out = seconds;
    return true;
}

bool call_id(const struct call *call, int argument, int64_t *out, struct err *err) {
    const char *text = call->argument[argument];
    if (whole_number(text, 1, INT64_MAX, out))
        return true;
    return fail(err, ERR_USAGE, "a number from 1 expected, not \"%s\"", text);
}

static bool unknown_name(const char *word, const char *const *names, size_t count, struct err *err) {
    const char *nearest = text_nearest(word, names, count);
    fail(err, ERR_USAGE, "there is no \"%s\" to be given", word);
    if (nearest != NULL)
        return fail_cure(err, "did you mean \"%s\"?", nearest);
    return fail_cure(err, "the command's --help shows what there is");
}

static size_t place_of(const char *word, const char *const *words, size_t count) {
    size_t at = 0;
    while (at < count && strcmp(words[at], word) != 0)
        at++;
    return at;
}

bool call_word(const char *what, const char *word, const char *const *words, size_t count, struct err *err) {
    AUTO_BUF struct buf all = {0};
    const char *nearest;
    if (word == NULL || place_of(word, words, count) < count)
        return true;
    nearest = text_nearest(word, words, count);
    fail(err, ERR_USAGE, "%s: there is no \"%s\"", what, word);
    if (nearest != NULL)
        return fail_cure(err, "did you mean \"%s\"?", nearest);
    for (size_t i = 0; i < count; i++)
        buf_printf(&all, "%s%s", i == 0 ? "" : i + 1 < count ? _(", ") : _(" or "), words[i]);
    return fail_cure(err, "%s", buf_str(&all));
}

bool call_pairs(const struct call *call, int first, const char *const *names, size_t count, const char **values,
                struct err *err) {
    for (int i = first; i < call->arguments; i++) {
        const char *word = call->argument[i], *equals = strchr(word, '=');
        char name[NAME_SIZE];
        size_t at;
        if (equals == NULL)
            return fail(err, ERR_USAGE, "NAME=VALUE expected, not \"%s\"", word);
        snprintf(name, sizeof name, "%.*s", int_of((size_t)(equals - word)), word);
        at = place_of(name, names, count);
        if (at == count)
            return unknown_name(name, names, count, err);
        values[at] = equals + 1;
    }
    return true;
}
