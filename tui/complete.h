/* complete.h - how a filter that is being typed may go on: names of fields, values of closed lists, and values that
 * the rows on the screen have. */
#ifndef KAQUAN_COMPLETE_H
#define KAQUAN_COMPLETE_H

#include "edit.h"
#include "view.h"

enum { COMPLETE_MOST = 16, COMPLETE_WORD = 64 };

struct completion {
    char word[COMPLETE_MOST][COMPLETE_WORD];
    int count;
    size_t from; /* the byte of the text where such a word begins */
};

/* False when there is none: nothing fits, or the caret is not at the end. */
bool complete(const struct view *view, const struct edit *edit, struct completion *out);
/* Goes on as far as all of them agree. */
void complete_take(const struct view *view, struct edit *edit);

#endif
