/* words.h - names and their values, and texts with {names} in them: "job retry {id} [--reason={reason}]". */
#ifndef KAQUAN_WORDS_H
#define KAQUAN_WORDS_H

#include "buf.h"

enum { WORDS_MOST = 64 };

struct words {
    char *name[WORDS_MOST];
    char *value[WORDS_MOST];
    int count;
};

/* Both texts are copied. The first of a name counts. */
void words_add(struct words *words, const char *name, const char *value);
/* "" when there is none. */
const char *words_value(const struct words *words, const char *name);
/* `text` with its {names} replaced. */
void words_fill(const struct words *words, const char *text, struct buf *out);
void words_clear(struct words *words);

/* The arguments of a command, ended by NULL. A value is one argument, whatever is in it; a value of several lines is
 * one for each line. What stands in [ ] is left out when a name in it has no value; so is a word that is nothing but
 * such a name. {?name} is only asked whether it has one. From a value on that looks like an option, words that are
 * none come last, behind "--"; so options are written --name=value. */
struct arguments {
    char *list[1024];
    int count;
};
void words_arguments(const struct words *words, const char *text, struct arguments *out);
void arguments_clear(struct arguments *arguments);
/* The same words as a line of a file (`--ids-from`): those with blanks or quotes stand in quotes, their quotes twice.
 */
void words_line(const struct words *words, const char *text, struct buf *out);

#endif
