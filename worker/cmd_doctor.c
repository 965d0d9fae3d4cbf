#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "check.h"
#include "cmd.h"
#include "go_live.h"
#include "lang.h"
#include "migrate.h"
#include "reseal.h"

static const double OFFSET_WARN_S = 5, OFFSET_FAIL_S = 60;

static int code(enum err_kind kind) {
    return err_class(kind)->exit_code;
}

/* The settings were read before: a mistake in them ends the program with file and line. */
static void settings(struct check_list *list, const struct conf *conf) {
    size_t count;
    int set = 0;
    const struct conf_row *rows = conf_rows(&count);
    for (size_t i = 0; i < count; i++)
        set += conf->origin[rows[i].id] != FROM_DEFAULT;
    check_add(list, "settings", CHECK_OK, 0, NULL, "%d of %zu are set; kaquan-worker config show", set, count);
}

static void clocks(struct check_list *list, const struct db *db) {
    double offset = fabs(db_clock_offset(db));
    enum check_state state = offset > OFFSET_FAIL_S ? CHECK_FAIL : offset > OFFSET_WARN_S ? CHECK_WARN : CHECK_OK;
    check_add(list, "clock", state, code(ERR_CONFIG), "set this host's clock: install chrony or systemd-timesyncd",
              "%.1f s from the database's", db_clock_offset(db));
}

/* *worker: this login may do what the worker does. */
static bool server(struct check_list *list, struct db *db, bool *worker) {
    AUTO_ROWS struct db_rows rows = {0};
    struct err err = {0};
    if (!db_query0(db, &sql_doctor_server, &rows, &err)) {
        check_err(list, "server", &err);
        return false;
    }
    *worker = db_bool(&rows, 0, "worker");
    check_add(list, "connection", CHECK_OK, 0, NULL, "%s as %s", db_text(&rows, 0, "database"),
              db_text(&rows, 0, "login"));
    check_add(list, "server", CHECK_OK, 0, NULL, "PostgreSQL %s, %s", db_text(&rows, 0, "version"),
              db_text(&rows, 0, "encoding"));
    check_add(list, "login", db_bool(&rows, 0, "superuser") ? CHECK_WARN : CHECK_OK, 0,
              "run the worker as kaquan_worker", "%s",
              db_bool(&rows, 0, "superuser") ? _("a superuser") : _("no superuser"));
    check_add(list, "durability", db_bool(&rows, 0, "durable") ? CHECK_OK : CHECK_WARN, 0,
              "set fsync, full_page_writes and synchronous_commit to on",
              db_bool(&rows, 0, "durable") ? _("commits reach the disk") : _("a crash can lose claims"));
    return true;
}

static bool schema(struct check_list *list, struct db *db) {
    struct migrate_status status;
    struct err err = {0};
    if (!migrate_status(db, &migrations, &status, &err) || !migrate_check(db, &migrations, &err)) {
        check_err(list, "schema", &err);
        return false;
    }
    check_add(list, "schema", CHECK_OK, 0, NULL, "%zu of %zu migrations, the last is %s", status.applied,
              status.known, status.newest);
    return true;
}

static void privileges(struct check_list *list, struct db *db) {
    AUTO_ROWS struct db_rows rows = {0};
    struct err err = {0};
    if (!db_query0(db, &sql_doctor_privileges, &rows, &err))
        check_err(list, "privileges", &err);
    else if (rows.count == 0)
        check_add(list, "privileges", CHECK_OK, 0, NULL, "all that the worker needs");
    for (int i = 0; i < rows.count; i++)
        check_add(list, "privileges", CHECK_FAIL, code(ERR_PERMISSION),
                  "connect as kaquan_worker; kaquan-worker db migrate", "missing: %s on %s",
                  db_text(&rows, i, "privilege"), db_text(&rows, i, "object"));
}

static void sealed_to(struct check_list *list, struct db *db, const char *active) {
    struct err err = {0};
    int64_t left = 0;
    if (!reseal_left(db, active, &left, &err))
        check_err(list, "certificate", &err);
    else if (left > 0)
        check_add(list, "certificate", CHECK_WARN, 0, "kaquan-worker key rotate goes on with it",
                  "%s, fits the key file; %lld values are sealed to other keys", active, (long long)left);
    else
        check_add(list, "certificate", CHECK_OK, 0, NULL, "%s, fits the key file", active);
}

/* The private key here and the certificate that secrets are sealed to must be a pair. */
static void key(struct check_list *list, struct work *work) {
    AUTO_ROWS struct db_rows rows = {0};
    struct err err = {0};
    const struct seal_key *ours = work_key(work, &err);
    if (ours == NULL) {
        check_err(list, "key file", &err);
        return;
    }
    check_add(list, "key file", CHECK_OK, 0, NULL, "%s", conf_text(&work->conf, CONF_KEY_FILE));
    if (!db_query0(work->db, &sql_worker_key_active, &rows, &err))
        check_err(list, "certificate", &err);
    else if (rows.count == 0)
        check_add(list, "certificate", CHECK_FAIL, code(ERR_CONFIG), "kaquan-worker key new",
                  "none is in the database");
    else if (seal_key_find(ours, db_text(&rows, 0, "key_id")) == NULL)
        check_add(list, "certificate", CHECK_FAIL, code(ERR_CONFIG),
                  "copy the key file of the host where `key new` or `key rotate` ran",
                  "secrets are sealed to %s, the key here is %s", db_text(&rows, 0, "key_id"), seal_key_id(ours));
    else
        sealed_to(list, work->db, db_text(&rows, 0, "key_id"));
}

/* What a worker needs, people do not. */
static void worker_needs(struct check_list *list, struct work *work, bool worker) {
    if (!worker) {
        check_add(list, "privileges", CHECK_OK, 0, NULL,
                  "those of a person: a worker's privileges and key are not looked at");
        return;
    }
    privileges(list, work->db);
    key(list, work);
}

static void ca_file(struct check_list *list, const struct conf *conf) {
    const char *path = conf_text(conf, CONF_CA_FILE);
    bool readable = access(path, R_OK) == 0;
    check_add(list, "CA file", readable ? CHECK_OK : CHECK_FAIL, code(ERR_CONFIG),
              "install ca-certificates, or set ca-file", "%s%s", path, readable ? "" : _(" cannot be read"));
}

static void accounts(struct check_list *list, struct work *work) {
    AUTO_ROWS struct db_rows rows = {0};
    struct err err = {0};
    if (!db_query(work->db, &sql_doctor_accounts, &rows, &err, V_TEXT(work->host)))
        check_err(list, "accounts", &err);
    else if (rows.count == 0)
        check_add(list, "accounts", CHECK_WARN, 0, "kaquan-worker account add KEY --appid APPID", "there is none");
    for (int i = 0; i < rows.count; i++) {
        char name[64];
        snprintf(name, sizeof name, "account %s", db_text(&rows, i, "key"));
        check_row(list, name, code(ERR_PERMISSION), &rows, i);
    }
}

/* Somebody else refreshes an account's token. */
static void foreign_refreshes(struct check_list *list, struct work *work) {
    AUTO_ROWS struct db_rows rows = {0};
    struct err err = {0};
    if (!db_query0(work->db, &sql_token_refusal_day, &rows, &err))
        check_err(list, "tokens", &err);
    else if (rows.count == 0)
        check_add(list, "tokens", CHECK_OK, 0, NULL, "none was refused before its end within 24 h");
    for (int i = 0; i < rows.count; i++) {
        char name[64];
        snprintf(name, sizeof name, "tokens of %s", db_text(&rows, i, "key"));
        check_add(list, name, CHECK_WARN, 0,
                  "somebody else replaces them: kaquan-worker account trouble names the usual suspects",
                  "%s refused before their end within 24 h, last at %s by %s with %s", db_text(&rows, i, "tokens"),
                  db_text(&rows, i, "last_at"), db_text(&rows, i, "endpoint"), db_text(&rows, i, "errcode"));
    }
}

bool cmd_doctor(struct call *call, struct err *err UNUSED) {
    struct check_list list = check_begin("kaquan.doctor.1");
    struct work *work = call->work;
    struct err why = {0};
    bool worker = false;
    settings(&list, &work->conf);
    ca_file(&list, &work->conf);
    if (!work_open_raw(work, true, &why)) {
        check_err(&list, "connection", &why);
    } else if (server(&list, work->db, &worker)) {
        clocks(&list, work->db);
        if (schema(&list, work->db)) {
            worker_needs(&list, work, worker);
            accounts(&list, work);
            foreign_refreshes(&list, work);
            check_paused(&list, work->db);
            if (call->option[OPT_GO_LIVE] != NULL)
                go_live_check(&list, work);
        }
    }
    call->exit_code = check_end(&list, work);
    return true;
}
