/* logins.h - which login of the database may do what for which account: backends and gates. */
#ifndef KAQUAN_LOGINS_H
#define KAQUAN_LOGINS_H

#include "screens.h"

enum { LOGIN_FIELDS = 4, LOGIN_PROMPTS = 3 };
extern const struct field login_fields[LOGIN_FIELDS];
extern const struct prompt login_prompts[LOGIN_PROMPTS]; /* login, account, reason */
bool login_cell(const struct ui_table *table, int line, int column, const struct db_rows *rows, int row);

#endif
