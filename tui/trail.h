/* trail.h - where one has been: [ goes back along it, ] forward again. */
#ifndef KAQUAN_TRAIL_H
#define KAQUAN_TRAIL_H

#include "buf.h"

enum { TRAIL_MOST = 40 };

struct console;

/* Places, the oldest first: the screens that led there, a line each, with their subjects. Zeroed is an empty one. */
struct trail {
    struct buf places[TRAIL_MOST];
    int count, at;
};

/* Is it another place than before? Then it is the end of the trail. */
void trail_note(struct console *console);
/* Back or forward; false at its end. */
bool trail_step(struct console *console, int by);
void trail_clear(struct trail *trail);

#endif
