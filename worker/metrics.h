/* metrics.h - what `metrics` prints: one table of metrics, in the text format of Prometheus. */
#ifndef KAQUAN_METRICS_H
#define KAQUAN_METRICS_H

#include "db.h"
#include "sql.h"

enum { METRIC_LABELS = 2 };
struct metric {
    const char *name;
    const char *type; /* gauge, counter, histogram */
    const char *help;
    const struct sql *statement;       /* columns: those of the labels, value; of a histogram suffix, too */
    const char *labels[METRIC_LABELS]; /* NULL: fewer */
};
const struct metric *metric_rows(size_t *count);

#endif
