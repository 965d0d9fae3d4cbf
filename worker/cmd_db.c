#include "cmd.h"
#include "log.h"
#include "migrate.h"
#include "output.h"

static bool quiet;

static void tell_applied(const char *name) {
    if (!quiet)
        log_message("applied %s", name);
}

bool cmd_db_init(struct call *call, struct err *err) {
    if (!migrate_roles(call->work->db, &migrations, err)) {
        if (err->kind == ERR_PERMISSION)
            fail_cure(err, "connect as a superuser, for instance with PGUSER=postgres");
        return false;
    }
    say(call, "roles and schema are there; a person's login: create role NAME login in role kaquan_operator");
    say(call, "next: kaquan-worker db migrate");
    return true;
}

static const struct output_column columns[] = {
    {"name", "MIGRATION", OUT_TEXT},
    {"applied", "APPLIED", OUT_BOOL},
};

static void show_steps(const struct work *work, const struct migrate_status *status, size_t from) {
    AUTO_OUTPUT_ROWS struct output o = output_begin("kaquan.migration.1", columns, ARRAY_LEN(columns));
    for (size_t i = from; i < status->known; i++) {
        output_cell(&o, migrations.files[i].name);
        output_bool(&o, i < status->applied);
    }
    output_list(&o, work);
}

bool cmd_db_status(struct call *call, struct err *err) {
    struct migrate_status status;
    if (!migrate_status(call->work->db, &migrations, &status, err))
        return false;
    show_steps(call->work, &status, 0);
    if (status.applied < status.known)
        say(call, "next: kaquan-worker db migrate");
    return true;
}

bool cmd_db_migrate(struct call *call, struct err *err) {
    struct migrate_status status;
    if (!migrate_status(call->work->db, &migrations, &status, err))
        return false;
    if (call->work->dry_run) {
        show_steps(call->work, &status, status.applied);
        return true;
    }
    quiet = call->work->quiet;
    if (!migrate_run(call->work->db, &migrations, tell_applied, err)) {
        if (err->kind == ERR_PERMISSION)
            fail_cure(err, "connect as kaquan_migrator or as a superuser; `kaquan-worker db init` makes the roles");
        return false;
    }
    if (status.applied == status.known)
        say(call, "the schema is up to date");
    return true;
}
