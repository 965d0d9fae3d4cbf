/* dash_alert.h - what needs a person, and the first steps: a sentence each, and what to do about it. Rows are those
 * of tui_dash.sql. */
#ifndef KAQUAN_DASH_ALERT_H
#define KAQUAN_DASH_ALERT_H

#include "db.h"
#include "ui.h"

/* The alert of a row, in one line; the cursor is `here`, and reversed where keys move it; one that was
 * seen is quiet. */
void dash_alert_draw(const struct db_rows *rows, int row, struct area line, bool here, bool active, bool seen);
/* What to do about it, with what WeChat's number asks for. */
void dash_alert_cure(const struct db_rows *rows, int row, struct area area);
/* The steps where the database has no tables yet. */
void dash_alert_no_tables(struct area area);

#endif
