/* sql.h - the statements of common/sql/, embedded at build: one file is one statement, its name is the file's. */
#ifndef KAQUAN_SQL_H
#define KAQUAN_SQL_H

/* `common/sql/account_list.sql` becomes `sql_account_list`, declared in the generated sql_list.h. */
struct sql {
    const char *name;
    const char *text;
};

#include "sql_list.h"

#endif
