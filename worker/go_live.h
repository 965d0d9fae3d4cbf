/* go_live.h - what an event day needs beyond what a worker needs: `doctor --go-live`. */
#ifndef KAQUAN_GO_LIVE_H
#define KAQUAN_GO_LIVE_H

#include "check.h"
#include "work.h"

/* What no program can see: a person looks, and confirms it for an account. */
struct go_live_item {
    const char *name;
    const char *what;
    const char *where; /* to look */
};
const struct go_live_item *go_live_items(size_t *count);

/* Adds a line for each thing; the connection is open and the schema ours. */
void go_live_check(struct check_list *list, struct work *work);

#endif
