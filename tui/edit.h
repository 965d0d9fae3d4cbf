/* edit.h - a text of one line that a person writes: caret, undo, paste; no byte of it ever stands for half a
 * character. */
#ifndef KAQUAN_EDIT_H
#define KAQUAN_EDIT_H

#include "buf.h"
#include "term.h"

/* Zeroed is an empty field without a limit. */
struct edit {
    struct buf text;
    size_t caret;   /* a byte in `text`, where a character begins or at the end */
    size_t limit;   /* most bytes, 0: any number */
    bool secret;    /* drawn as one * a character, cannot be undone */
    struct buf was; /* states before, for undo: each the caret, a blank, the text, a line's end */
    bool typing;    /* the last key wrote a character: the next one belongs to the same step of undo */
};

void edit_set(struct edit *edit, const char *text); /* the caret goes to the end; undo forgets */
const char *edit_text(const struct edit *edit);
void edit_clear(struct edit *edit); /* wipes and frees the text; limit and secret stay */

/* Acts on a key; false when it is none of a field's: Enter, Tab, Esc, function keys. Ctrl-U deletes what stands
 * before the caret, Ctrl-W the word before it, Ctrl-_ undoes. What does not fit the limit is left out, whole
 * characters. */
bool edit_key(struct edit *edit, uint32_t key);

/* Full-width digits, letters and signs become ASCII: for codes and numbers. */
void edit_fold(struct edit *edit);

/* The field and, when it has the focus, the caret. What is longer is shown where the caret is. */
void edit_draw(const struct edit *edit, int row, int column, int columns, bool focused);

#endif
