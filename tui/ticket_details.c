/* The form that changes what a ticket shows: an input for each detail that its card's type has. */
#include <stdio.h>
#include <string.h>

#include "act.h"
#include "buf.h"
#include "console.h"
#include "detail.h"
#include "lang.h"
#include "ticket_acts.h"

/* An act for a type of card. */
struct form {
    const char *card_type;
    struct prompt prompts[DIALOG_FIELDS];
    int count;
    struct buf line;
    struct act act;
};

static const char *const on_off[] = {"", "on", "off", NULL};
static const struct prompt reason = {"reason", N_("Reason"), N_("why, for the audit log"), PROMPT_TEXT, false,
                                     NULL,     NULL};

static void add_detail(struct form *form, const struct detail *d) {
    form->prompts[form->count++] = (struct prompt){.name = d->name,
                                                   .label = d->label,
                                                   .help = d->help,
                                                   .kind = d->type == DETAIL_SWITCH   ? PROMPT_CHOICE
                                                           : d->type == DETAIL_NUMBER ? PROMPT_NUMBER
                                                                                      : PROMPT_TEXT,
                                                   .needed = d->needed,
                                                   .choices = d->type == DETAIL_SWITCH ? on_off : NULL};
    buf_printf(&form->line, d->needed ? " %s={%s}" : " [%s={%s}]", d->name, d->name);
}

static void make(struct form *form) {
    size_t count;
    const struct detail *d = detail_rows(&count);

    buf_text(&form->line, "{code}"); /* not words of the command: a passenger has a name */
    for (size_t i = 0; i < count; i++)
        if (strcmp(d[i].card_type, form->card_type) == 0)
            add_detail(form, &d[i]);
    form->prompts[form->count++] = reason;
    form->act = (struct act){.help = N_("change its seat and time at WeChat"),
                             .danger = DANGER_ASK,
                             .command = "ticket update --ids-from=- --template={template} [--reason={reason}]",
                             .line = buf_str(&form->line),
                             .prompts = form->prompts,
                             .prompt_count = form->count,
                             .then = "bulk"};
}

/* Made once; a form that is open keeps to its own. */
static const struct act *act_of(const char *card_type) {
    static struct form forms[] = {
        {.card_type = "MEETING_TICKET"}, {.card_type = "MOVIE_TICKET"}, {.card_type = "BOARDING_PASS"}};

    for (size_t i = 0; i < ARRAY_LEN(forms); i++)
        if (strcmp(forms[i].card_type, card_type) == 0) {
            if (forms[i].count == 0)
                make(&forms[i]);
            return &forms[i].act;
        }
    return NULL;
}

const char *ticket_has_no_details(const struct db_rows *rows, int row) {
    if (db_text(rows, row, "code")[0] == '\0')
        return N_("the ticket has no code yet");
    return act_of(db_text(rows, row, "card_type")) ? NULL
                                                   : N_("WeChat lets nobody change the details of such a ticket");
}

void ticket_change_details(struct console *c) {
    const struct view *view = console_view(c);
    int row = view_row(view);
    const char *why = row < 0 ? N_("there is no row to do it to") : ticket_has_no_details(&view->panes[0].rows, row);

    if (why)
        console_say(c, ROLE_WARN, "%s", _(why));
    else
        act_begin(c, act_of(db_text(&view->panes[0].rows, row, "card_type")));
}
