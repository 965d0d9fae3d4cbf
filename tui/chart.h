/* chart.h - columns that grow from the ground, with their figures: what a sparkline has no room to say. */
#ifndef KAQUAN_CHART_H
#define KAQUAN_CHART_H

#include "ui.h"

enum { CHART_MOST = 512 };

struct chart {
    double value[CHART_MOST]; /* one a column of the screen; below 0: not known, a gap */
    int count;
    double top;            /* what a column up to the upper edge means */
    int over_from;         /* values from this column on are of no use any more: dim, behind a line; `count`: none */
    const char *from, *to; /* below the first and the last column */
};

/* How many columns have room in an area. */
int chart_columns(struct area area);
/* The top and 0 stand at the left, the ends below. */
void chart_draw(struct area area, const struct chart *chart);

#endif
