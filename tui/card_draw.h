/* card_draw.h - a template's form on the screen: its lines with their problems beside them, one of them as large as
 * the window, and the card as a phone would show it. */
#ifndef KAQUAN_CARD_DRAW_H
#define KAQUAN_CARD_DRAW_H

#include "card_form.h"
#include "ui.h"

/* The lines from *top on, which follows the focus; the caret stands in it. */
void card_draw_lines(const struct card_form *form, struct area area, int *top);
/* What is to be known about the line with the focus: what it is for, or what is wrong with it and how that is cured.
 */
void card_draw_help(const struct card_form *form, struct area area);
/* The line with the focus over as many rows as there are. */
void card_draw_large(const struct card_form *form, struct area area, int *top);
/* Acts on a key in the large field of so many columns; false when it is none of its keys. */
bool card_large_key(struct edit *edit, uint32_t key, int columns);
/* The card on a phone. card_preview.c */
void card_draw_preview(const struct card_form *form, struct area area);

/* A line's name, and one of its words, translated. */
const char *card_label(const struct template_field *field);
const char *card_word(const struct card_form *form, int line, const char *word);

#endif
