#include "progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "lang.h"
#include "log.h"
#include "text.h"

enum { BAR = 24 };
static const double BAR_EVERY_S = 0.2, LINE_EVERY_S = 30;
static double (*now)(void) = clock_seconds;

struct progress {
    char what[80];
    bool quiet;
    bool bar;     /* a terminal that knows how to go back */
    bool started; /* the rate counts from `first` at `began` */
    bool drawn;
    int64_t first;
    double began, shown;
};

void progress_clock(double (*clock)(void)) {
    now = clock;
}

struct progress *progress_new(const char *what) {
    struct progress *p = mem_new(sizeof *p);
    const char *term = getenv("TERM");
    *p = (struct progress){.quiet = log_level() < LOG_INFO, .shown = now()};
    p->bar = isatty(STDERR_FILENO) && term != NULL && strcmp(term, "dumb") != 0;
    safe_copy(p->what, sizeof p->what, what);
    return p;
}

/* "1h05m", "3m20s", "12s". */
static void duration(double seconds, char *out, size_t size) {
    long s = (long)(seconds + 0.5);
    if (s >= 3600)
        snprintf(out, size, "%ldh%02ldm", s / 3600, s % 3600 / 60);
    else if (s >= 60)
        snprintf(out, size, "%ldm%02lds", s / 60, s % 60);
    else
        snprintf(out, size, "%lds", s);
}

/* Rate and time left, as far as they can be told. */
static void pace(const struct progress *p, double at, int64_t done, int64_t total, char *out, size_t size) {
    double rate = at > p->began ? (double)(done - p->first) / (at - p->began) : 0;
    char left[24] = "?";
    if (rate > 0 && total >= done)
        duration((double)(total - done) / rate, left, sizeof left);
    if (total > 0)
        snprintf(out, size, _("%.0f/s, %s left"), rate, left);
    else
        snprintf(out, size, _("%.0f/s"), rate);
}

static void draw_bar(const char *what, int64_t done, int64_t total, const char *rate) {
    char bar[BAR + 1] = "";
    int full = total > 0 ? (int)(BAR * (done < total ? done : total) / total) : 0;
    memset(bar, '.', BAR);
    memset(bar, '#', (size_t)full);
    if (total > 0)
        fprintf(stderr, "\r\033[K%s [%s] %lld/%lld %s", what, bar, (long long)done, (long long)total, rate);
    else
        fprintf(stderr, "\r\033[K%s %lld %s", what, (long long)done, rate);
}

static void write_line(const char *what, int64_t done, int64_t total, const char *rate) {
    if (total > 0)
        log_message("%s %lld/%lld %s", what, (long long)done, (long long)total, rate);
    else
        log_message("%s %lld %s", what, (long long)done, rate);
}

void progress_set(struct progress *p, int64_t done, int64_t total) {
    double at = now();
    char rate[64];
    if (!p->started) {
        p->started = true;
        p->first = done;
        p->began = at;
    }
    if (p->quiet || at - p->shown < (p->bar ? BAR_EVERY_S : LINE_EVERY_S))
        return;
    p->shown = at;
    p->drawn = true;
    pace(p, at, done, total, rate, sizeof rate);
    (p->bar ? draw_bar : write_line)(p->what, done, total, rate);
}

void progress_free(struct progress *p) {
    if (p != NULL && p->bar && p->drawn)
        fputs("\r\033[K", stderr);
    free(p);
}
