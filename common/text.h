/* text.h - text from outside: UTF-8, width, and the one sanitiser every sink uses (design.md decision 13). */
#ifndef KAQUAN_TEXT_H
#define KAQUAN_TEXT_H

#include "base.h"
#include "buf.h"

/* Strict UTF-8 (RFC 3629): no overlong forms, surrogates or code points above U+10FFFF. */
bool utf8_valid(const void *data, size_t len);

/* Decodes one character; returns its bytes, or 0 for an invalid sequence or the end. */
size_t utf8_next(const char *data, size_t len, uint32_t *point);

/* Appends a character. */
void utf8_add(struct buf *out, uint32_t point);

/* The ASCII form of a full-width digit, letter or sign, which input methods write; others as they are. */
uint32_t text_folded(uint32_t point);

/* Appends `text` made safe for a terminal, log or status line on one line: a bad byte becomes U+FFFD; C0, DEL, C1,
 * bidi controls, zero-width, line separators and tag characters become a visible escape such as \x1b or \u202e; runs
 * of more than 4 combining marks are cut, variation selectors left out. Idempotent on its own output.
 * (reliability.md 1.6) */
void safe_text(struct buf *out, const char *text, size_t len);

/* The same into an array, cut at a character when full. Returns `out`. */
const char *safe_copy(char *out, size_t size, const char *text);

/* Columns a terminal needs for sanitised UTF-8 text (wcwidth; East Asian wide is 2). */
int text_width(const char *text);

/* Bytes of the longest prefix of `text` that fits into `columns`, never inside a character. */
size_t text_fit(const char *text, int columns);

/* Nearest of `count` names to `word` by edit distance, or NULL when none is near: "did you mean". */
const char *text_nearest(const char *word, const char *const *names, size_t count);

#endif
