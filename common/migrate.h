/* migrate.h - brings the schema to what this program knows: the files of migrations/, one transaction each. */
#ifndef KAQUAN_MIGRATE_H
#define KAQUAN_MIGRATE_H

#include "db.h"

/* A file of migrations/, embedded at build. `NNNN_name.sql` are migrations, applied in the order of their names;
 * `roles.sql` is the superuser's part. */
struct migration {
    const char *name;
    const char *checksum; /* SHA-256 of the file in hex: what `sha256sum` says */
    const char *text;
};

struct migration_list {
    const struct migration *files;
    size_t count;
};
extern const struct migration_list migrations; /* those of this program; tests bring others */

/* How many of the list are migrations: these come first, so files[0..n) are to be applied in this order. */
size_t migration_steps(const struct migration_list *list);

/* How far a database is: files[0..applied) are in it, files[applied..known) are pending. */
struct migrate_status {
    size_t known;
    size_t applied;
    char newest[64]; /* name of the last one applied, or "" */
};

/* One statement. ERR_CONFIG when the database has a migration that `list` does not know (the program is too old) or
 * one whose checksum is another one. A database without the schema, or without the table, has applied none. */
bool migrate_status(struct db *db, const struct migration_list *list, struct migrate_status *status, struct err *err);

/* What worker and console ask at start, one statement: is the schema the one this program knows? ERR_CONFIG "run
 * kaquan-worker db migrate" when older, a refusal with both numbers when newer. */
bool migrate_check(struct db *db, const struct migration_list *list, struct err *err);

/* Applies what is pending as kaquan_owner: `db` is a session of kaquan_migrator or of a superuser, without
 * statement_timeout. `applied` (or NULL) is told each name after its commit. Two at once are safe: the second waits.
 * Killed or failed, it leaves what was committed; run it again. */
bool migrate_run(struct db *db, const struct migration_list *list, void (*applied)(const char *name),
                 struct err *err);

/* The superuser's part, `roles.sql`: roles, schema, rights of the database. Repeatable. */
bool migrate_roles(struct db *db, const struct migration_list *list, struct err *err);

#endif
