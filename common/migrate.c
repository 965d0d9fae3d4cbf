#include "migrate.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_LEN = 4 };

static bool is_step(const char *name) {
    for (int i = 0; i < NUMBER_LEN; i++)
        if (!isdigit((unsigned char)name[i]))
            return false;
    return name[NUMBER_LEN] == '_';
}

size_t migration_steps(const struct migration_list *list) {
    size_t n = 0;

    while (n < list->count && is_step(list->files[n].name))
        n++;
    return n;
}

static long number_of(const char *name) {
    return strtol(name, NULL, 10);
}

/* The database has `name` where this program has something else, or nothing. */
static bool unknown_step(const struct migration_list *list, size_t known, const char *name, struct err *err) {
    const char *last = known > 0 ? list->files[known - 1].name : "0";

    if (number_of(name) > number_of(last)) {
        fail(err, ERR_CONFIG,
             "the schema is newer than this program: it has migration %ld (%s), the program knows %ld",
             number_of(name), name, number_of(last));
        return fail_cure(err, "install the newer kaquan on this host");
    }
    fail(err, ERR_CONFIG, "the database has migration %s, which this program does not know at this place", name);
    return fail_cure(err, "this program and the database come from different sources: install the one that fits");
}

static bool compare(const struct migration_list *list, const struct db_rows *rows, struct migrate_status *status,
                    struct err *err) {
    for (int i = 0; i < rows->count; i++) {
        const char *name = db_text(rows, i, "name");
        const struct migration *ours = status->applied < status->known ? &list->files[status->applied] : NULL;

        if (!ours || strcmp(ours->name, name) != 0)
            return unknown_step(list, status->known, name, err);
        if (strcmp(ours->checksum, db_text(rows, i, "checksum")) != 0) {
            fail(err, ERR_CONFIG, "migration %s was changed after it was applied", name);
            return fail_cure(err, "put the file back as it was and add a new migration");
        }
        status->applied++;
        text_copy(status->newest, sizeof(status->newest), name);
    }
    return true;
}

static bool table_is_missing(const struct err *err) {
    return strcmp(err->sqlstate, "42P01") == 0 || strcmp(err->sqlstate, "3F000") == 0;
}

bool migrate_status(struct db *db, const struct migration_list *list, struct migrate_status *status,
                    struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    struct err why = {0};

    *status = (struct migrate_status){.known = migration_steps(list)};
    if (db_query0(db, &sql_migration_list, &rows, &why))
        return compare(list, &rows, status, err);
    if (table_is_missing(&why))
        return true;
    if (err)
        *err = why;
    return false;
}

bool migrate_check(struct db *db, const struct migration_list *list, struct err *err) {
    struct migrate_status status;

    if (!migrate_status(db, list, &status, err))
        return false;
    if (status.applied == status.known)
        return true;
    fail(err, ERR_CONFIG, "the schema is older than this program: it has migration %ld, the program needs %ld",
         number_of(status.newest), number_of(list->files[status.known - 1].name));
    return fail_cure(err, "run kaquan-worker db migrate");
}

/* --- running --- */

/* Alone from here to the end of the transaction; the wait for another migrator has no limit, that for tables has. */
static bool take_turn(struct db *db, struct err *err) {
    return db_do0(db, &sql_migrate_wait, err) && db_do0(db, &sql_migrate_lock, err) &&
           db_do0(db, &sql_migrate_hurry, err) && db_do0(db, &sql_migrate_owner, err);
}

static bool apply(struct db *db, const struct migration *file, struct err *err) {
    return db_do0(db, &sql_migrate_open, err) && db_script(db, file->name, file->text, err) &&
           db_do0(db, &sql_migrate_owner, err) && db_do0(db, &sql_migrate_close, err) &&
           db_do(db, &sql_migration_add, err, V_TEXT(file->name), V_TEXT(file->checksum));
}

/* One file in one transaction; `*name` is NULL when nothing was left to do. */
static bool step(struct db *db, const struct migration_list *list, const char **name, struct err *err) {
    struct migrate_status status;

    *name = NULL;
    if (!take_turn(db, err) || !db_do0(db, &sql_migrate_table, err) || !db_do0(db, &sql_migrate_table_grant, err) ||
        !migrate_status(db, list, &status, err))
        return false;
    if (status.applied == status.known)
        return true;
    if (!apply(db, &list->files[status.applied], err))
        return false;
    *name = list->files[status.applied].name;
    return true;
}

bool migrate_run(struct db *db, const struct migration_list *list, void (*applied)(const char *name),
                 struct err *err) {
    const char *name = NULL;

    do {
        if (!db_begin(db, err))
            return false;
        if (!step(db, list, &name, err)) {
            db_rollback(db);
            return false;
        }
        if (!db_commit(db, err))
            return false;
        if (name && applied)
            applied(name);
    } while (name);
    return true;
}

bool migrate_roles(struct db *db, const struct migration_list *list, struct err *err) {
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->files[i].name, "roles.sql") != 0)
            continue;
        if (!db_begin(db, err))
            return false;
        if (db_script(db, list->files[i].name, list->files[i].text, err))
            return db_commit(db, err);
        db_rollback(db);
        return false;
    }
    return fail(err, ERR_BUG, "this program carries no roles.sql");
}
