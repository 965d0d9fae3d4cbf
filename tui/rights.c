#include "rights.h"

#include <stdio.h>
#include <string.h>

#include "console.h"
#include "lang.h"

static void add_once(struct buf *list, const char *needs) {
    char item[80];

    snprintf(item, sizeof(item), "\"%s\"", needs);
    if (!strstr(buf_str(list), item))
        buf_printf(list, "%s%s", list->len > 1 ? "," : "", item);
}

const char *rights_needed(void) {
    static struct buf list;
    size_t count;
    const struct screen *const *screens = screen_list(&count);

    if (list.len > 0)
        return buf_str(&list);
    buf_char(&list, '{');
    for (size_t i = 0; i < count; i++)
        for (int k = 0; k < screens[i]->act_count; k++)
            if (screens[i]->acts[k].needs)
                add_once(&list, screens[i]->acts[k].needs);
    buf_char(&list, '}');
    return buf_str(&list);
}

static const char *missing(const struct db_rows *rights, const char *needs) {
    for (int row = 0; row < rights->count; row++)
        if (strcmp(db_text(rights, row, "needed"), needs) == 0)
            return db_text(rights, row, "command");
    return NULL;
}

const char *rights_hindrance(const struct console *c, const struct act *act) {
    static char why[VIEW_TEXT];
    const char *command = act->needs ? missing(&c->rights.rows, act->needs) : NULL;

    if (!command)
        return NULL;
    snprintf(why, sizeof(why), _("needs: %s"), command);
    return why;
}
