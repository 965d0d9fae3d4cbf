#include "clock.h"

#include <math.h>
#include <time.h>

static double seconds_of(clockid_t clock) {
    struct timespec t = {0};
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double clock_seconds(void) {
    return seconds_of(CLOCK_BOOTTIME);
}

double clock_wall(void) {
    return seconds_of(CLOCK_REALTIME);
}

void clock_sleep(double seconds) {
    enum { LONGEST_S = 86400 };
    struct timespec t;
    if (!(seconds > 0)) /* also not a number */
        return;
    seconds = seconds > LONGEST_S ? LONGEST_S : seconds;
    t.tv_sec = (time_t)seconds;
    t.tv_nsec = (long)((seconds - floor(seconds)) * 1e9);
    clock_nanosleep(CLOCK_BOOTTIME, 0, &t, NULL);
}
