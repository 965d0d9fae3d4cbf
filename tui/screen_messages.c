/* All that was said in this session. */
#include <time.h>

#include "console.h"
#include "lang.h"

static void draw(struct console *c, struct view *view UNUSED, struct area area) {
    int kept = c->message_count < MESSAGES_MOST ? c->message_count : MESSAGES_MOST;

    if (kept == 0)
        ui_text(area.row, area.column, area.columns, ROLE_NORMAL, _("Nothing was said yet."));
    for (int i = 0; i < kept && i < area.rows; i++) {
        const struct message *message = &c->messages[(c->message_count - 1 - i) % MESSAGES_MOST];
        time_t at = (time_t)message->at;
        char clock[UI_FIGURE] = "";
        struct tm local;

        if (localtime_r(&at, &local))
            strftime(clock, sizeof(clock), "%H:%M:%S", &local);
        ui_text(area.row + i, area.column, 9, ROLE_DIM, clock);
        ui_text(area.row + i, area.column + 9, area.columns - 9, message->role, message->text);
    }
}

const struct screen screen_messages = {
    .name = "messages",
    .title = N_("Messages"),
    .help = N_("all that was said in this session"),
    .draw = draw,
};
