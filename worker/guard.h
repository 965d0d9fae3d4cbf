/* guard.h - dangerous acts. Where the site asks for a second person, such a command is kept as a request and runs,
 * once, when another person confirms it: the act and the end of its request are one transaction. */
#ifndef KAQUAN_GUARD_H
#define KAQUAN_GUARD_H

#include "command.h"

/* A command that may need a second person: adding one is adding a row. */
struct guarded {
    const char *noun, *verb;
    enum option_id input; /* the option that names its input, kept with it; OPTIONS: none */
    const char
        *secret;  /* the input is one of the account that is the first argument: sealed while it waits; or NULL */
    bool severe;  /* who confirms names what is hit: --template, the first argument, or the verb */
    bool private; /* the input names a visitor, who is forgotten when it is over */
    bool (*dangerous)(const struct call *call); /* NULL: always */
    const char *help;
};
const struct guarded *guarded_rows(size_t *count);

/* Before a command runs: keeps it as a request when it has to wait; *held says so. */
bool guard_hold(struct call *call, bool *held, struct err *err);

/* Shows the command that was kept as request `id`, asks about it, and runs it in the name of both persons.
 * ERR_PERMISSION when `call` is by who asked for it, ERR_INPUT when it does not wait (any more). */
bool guard_confirm(struct call *call, int64_t id, struct err *err);
bool guard_withdraw(struct call *call, int64_t id, struct err *err);

#endif
