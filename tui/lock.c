/* A session changes nothing until it is unlocked, for a while. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "console.h"
#include "lang.h"
#include "term.h"

enum { MINUTES_MOST = 240 };

static const struct prompt prompts[] = {
    {"minutes", N_("Minutes"), N_("locks again after so long without a key"), PROMPT_NUMBER, true, NULL, NULL},
    {"typed", N_("Environment"), N_("the name above, letter by letter"), PROMPT_TEXT, true, NULL, NULL},
};

bool lock_is_open(const struct console *c) {
    return c->unlocked_until > clock_seconds();
}

static bool unlock(struct console *c, struct dialog *d) {
    double minutes = strtod(dialog_value(d, "minutes"), NULL);

    if (!(minutes > 0 && minutes <= MINUTES_MOST)) {
        console_say(c, ROLE_WARN, _("1 to %d minutes"), MINUTES_MOST);
        return false;
    }
    c->unlocked_for = minutes * 60;
    c->unlocked_until = clock_seconds() + c->unlocked_for;
    console_say(c, ROLE_WARN, "%s", _("unlocked: what you do now changes data; ! locks"));
    return true;
}

void lock_ask(struct console *c) {
    struct dialog *d;

    if (c->read_only) {
        console_say(c, ROLE_WARN, "%s", _("this session only reads (--read-only)"));
        return;
    }
    if (lock_is_open(c)) {
        c->unlocked_until = 0;
        console_say(c, ROLE_OK, "%s", _("locked"));
        return;
    }
    d = dialog_new(DIALOG_FORM, _("Unlock"));
    buf_printf(&d->text, "%s %s\n", console_is_production(c) ? _("PRODUCTION") : _("database"),
               console_environment(c)[0] != '\0' ? console_environment(c) : db_async_database(c->db));
    dialog_field(d, &prompts[0], "15");
    if (console_is_production(c)) {
        text_copy(d->wanted_text, sizeof(d->wanted_text), console_environment(c));
        d->wanted = d->wanted_text;
        dialog_field(d, &prompts[1], "");
    }
    text_copy(d->button, sizeof(d->button), _("Unlock"));
    d->done = unlock;
    dialog_open(c, d);
}

/* Each key gives the whole time again. */
void lock_step(struct console *c) {
    if (c->unlocked_until <= 0)
        return;
    c->unlocked_until = fmax(c->unlocked_until, c->key_at + c->unlocked_for);
    if (lock_is_open(c))
        return;
    c->unlocked_until = 0;
    console_say(c, ROLE_WARN, "%s", _("locked again: nothing was pressed for a while"));
}
