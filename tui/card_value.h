/* card_value.h - a value of a template as a person writes it: text that becomes JSON, and back. Days are China's, as
 * WeChat counts them. */
#ifndef KAQUAN_CARD_VALUE_H
#define KAQUAN_CARD_VALUE_H

#include <cjson/cJSON.h>

#include "buf.h"
#include "template_field.h"

/* Stands for a line's end while a text is edited in one line. */
#define CARD_LINE_END "\u21b5"
enum { CARD_LINE_END_POINT = 0x21B5 };

/* Appends what stands in a form for `value`; NULL: nothing. */
void card_value_text(const struct template_field *field, const cJSON *value, struct buf *out);

/* The value that `text` means; NULL when there is none, for nothing was written. What cannot be read becomes a text,
 * of which the lint says what is wrong, and *why (or NULL) is the problem with its cure, untranslated. `now`: Unix
 * seconds, from which "+30d" counts. The caller owns it. */
cJSON *card_value_read(const struct template_field *field, const char *text, int64_t now, const char **why);

/* The bytes that `text` has at WeChat. */
size_t card_value_bytes(const char *text);

bool card_value_is_day(const struct template_field *field);

#endif
