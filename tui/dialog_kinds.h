/* dialog_kinds.h - the three kinds of dialog, for dialog.c: a list to pick from, a form, a text. */
#ifndef KAQUAN_DIALOG_KINDS_H
#define KAQUAN_DIALOG_KINDS_H

#include "dialog.h"

void dialog_pick_key(struct console *console, struct dialog *dialog, uint32_t key);
void dialog_pick_draw(struct dialog *dialog, struct area area);
void dialog_form_key(struct console *console, struct dialog *dialog, uint32_t key);
void dialog_form_draw(struct dialog *dialog, struct area area);
void dialog_text_key(struct console *console, struct dialog *dialog, uint32_t key);
void dialog_text_draw(struct dialog *dialog, struct area area);

/* Draws the frame in the middle of the area, for so many rows inside; returns the inside. */
struct area dialog_box(struct area area, int rows, const struct dialog *dialog);
/* Columns inside such a frame. */
int dialog_columns(struct area area);
/* Rows that lines of text take; draws those from `skip` on when `draw`, the one that begins at `here` reversed. */
int dialog_lines(struct area area, const char *text, int skip, bool draw, const char *here);

#endif
