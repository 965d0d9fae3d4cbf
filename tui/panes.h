/* panes.h - the parts of a screen that Tab leads to: one is active, keys move its cursor or its place, and what is
 * looked for is found in its log. The main list is the first of them; its cursor is view.h's. */
#ifndef KAQUAN_PANES_H
#define KAQUAN_PANES_H

#include "screens.h"

/* Before a frame: none is on the screen yet. After it: an active one that has no room gives way to the first. */
void panes_clear(struct view *view);
void panes_settle(struct view *view);
bool panes_are_several(const struct view *view);
/* Makes the next one on the screen the active one, once round. */
void panes_step(struct view *view, int by);

/* Moves in the active one by so many rows, as far as it goes. */
void panes_move(struct view *view, int by);
/* Rows that it shows. */
int panes_page(const struct view *view);
/* Its rows. */
int panes_rows(const struct view *view);
/* The answer of a part below the first changed: its cursor stays with its row. */
void pane_arrange(struct view *view, int part);
/* The id of its row under the cursor, or "". */
const char *pane_cursor(const struct view *view, int part);

/* The log that can be searched: the active pane, or the only thing on the screen that is long. -1: none. */
int panes_log(const struct view *view);
/* Goes to the next row that holds view->search, or to the one before, once round. Which one it is, and of how many;
 * false when there is none. */
bool pane_find(struct view *view, int part, bool back, int *which, int *count);
bool pane_matches(const struct view *view, int part, int row);

#endif
