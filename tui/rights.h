/* rights.h - what this login may do at the database. An act that it lacks the right for is greyed, with the GRANT. */
#ifndef KAQUAN_RIGHTS_H
#define KAQUAN_RIGHTS_H

#include "screens.h"

struct console;

/* The right to let the worker call WeChat. */
#define NEEDS_WECHAT "execute wechat_ask_add"

/* What the acts of all screens need, each once, as an array of PostgreSQL: the parameter of sql_tui_rights. */
const char *rights_needed(void);

/* Why this login may not do it, translated, or NULL; also NULL while it is not known. */
const char *rights_hindrance(const struct console *console, const struct act *act);

#endif
