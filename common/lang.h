/* lang.h - the language of screens and sentences: gettext, with a reading of the environment of our own. Sentences
 * are translated where they pass (fail(), say(), check_add(), ...), before their values are put in: `make lint-words`
 * knows these places. Before lang_start(), in the log and in JSON everything is English. */
#ifndef KAQUAN_LANG_H
#define KAQUAN_LANG_H

#include "base.h"

#define N_(text) text /* marks a text of a table; it is translated where it is drawn */
#define _(text) lang_text(text)

/* `wanted` is "auto", "en" or "zh_CN"; auto asks LANGUAGE, LC_ALL, LC_MESSAGES and LANG, whether the host has that
 * locale or not. The catalogue is found beside the program (build tree or installed) or in KAQUAN_LOCALEDIR. */
void lang_start(const char *wanted);

/* Is it Chinese? For tables that have both languages. */
bool lang_is_chinese(void);

/* What is wrong with the locale or the catalogue, to be said once; "" for nothing. */
const char *lang_warning(void);

/* The translation, or `text`; "" stays "". */
const char *lang_text(const char *text) __attribute__((format_arg(1)));

/* A short word that needs its context, such as a state in the database ("status", "approved"). One that has no
 * translation stays as it is. */
const char *lang_word(const char *context, const char *word);

#endif
