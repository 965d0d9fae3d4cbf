/* What this console asks of the database, and what that costs. */
#include <stdio.h>

#include "console.h"
#include "lang.h"

static void draw(struct console *c, struct view *view UNUSED, struct area area) {
    int most = (int)ARRAY_LEN(c->log), kept = c->log_count < most ? c->log_count : most;

    if (c->asking)
        ui_format(area.row, area.column, area.columns, ROLE_ACCENT, _("%s: asked %.1f s ago, Ctrl-C ends it"),
                  c->asking_name, db_async_waits(c->db));
    for (int i = 0; i < kept && i + 1 < area.rows; i++) {
        const struct asked *asked = &c->log[(c->log_count - 1 - i) % most];

        ui_format(area.row + 1 + i, area.column, area.columns, asked->rows < 0 ? ROLE_BAD : ROLE_NORMAL,
                  asked->rows < 0 ? _("%-28s %8.1f ms  failed") : _("%-28s %8.1f ms  %d rows"), asked->name,
                  ui_measured(asked->seconds) * 1000, asked->rows);
    }
}

const struct screen screen_queries = {
    .name = "queries",
    .title = N_("Queries"),
    .help = N_("what this console asked, and how long that took"),
    .draw = draw,
};
