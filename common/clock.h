/* clock.h - time on this host. What lives in the database is counted by the database's clock, not by this one. */
#ifndef KAQUAN_CLOCK_H
#define KAQUAN_CLOCK_H

#include "base.h"

/* Seconds since some start, counting suspend (CLOCK_BOOTTIME): for deadlines. */
double clock_seconds(void);
/* Unix seconds of the host; only to compare with the database. */
double clock_wall(void);
/* Sleeps at most `seconds`, less when a signal comes. */
void clock_sleep(double seconds);

#endif
