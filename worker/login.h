/* login.h - the commands add, list and remove of the logins that call our functions: `backend` and `gate`. */
#ifndef KAQUAN_LOGIN_H
#define KAQUAN_LOGIN_H

#include "command.h"
#include "grant.h"

bool login_list(struct call *call, const struct grant_kind *kind, struct err *err);
bool login_add(struct call *call, const struct grant_kind *kind, struct err *err);
bool login_remove(struct call *call, const struct grant_kind *kind, struct err *err);

#endif
