/* schema.h - does the database have the migrations that this program knows? */
#ifndef KAQUAN_SCHEMA_H
#define KAQUAN_SCHEMA_H

#include "screens.h"

/* What is wrong by the answer to sql_migration_list, with the cure; false when nothing is, or nothing is known yet.
 */
bool schema_trouble(const struct pane *pane, struct err *err);

#endif
