#include "fault.h"

#ifdef KAQUAN_FAULT_POINTS

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void fault_point(const char *name) {
    static int hits;
    const char *wanted = getenv("KAQUAN_FAULT");
    size_t len = strlen(name);
    if (!wanted || strncmp(wanted, name, len) != 0 || (wanted[len] != '\0' && wanted[len] != ':'))
        return;
    const char *nth = wanted[len] == ':' ? wanted + len + 1 : "1";
    if (++hits != atoi(nth))
        return;
    const char *how = strchr(nth, ':');
    kill(getpid(), how && strcmp(how, ":stop") == 0 ? SIGSTOP : SIGKILL);
}

#else
extern int fault_points_are_for_tests; /* a translation unit may not be empty */
#endif
