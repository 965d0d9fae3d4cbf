#include "work.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "migrate.h"

enum { STATEMENT_TIMEOUT_MS = 30000, LOCK_TIMEOUT_MS = 2000 };

/* "mei@gate-1": the system's user, never what the environment says. */
static void name_person(struct work *work) {
    const struct passwd *user = getpwuid(geteuid());
    if (user != NULL)
        snprintf(work->person, sizeof work->person, "%.60s@%.60s", user->pw_name, work->host);
    else
        snprintf(work->person, sizeof work->person, "%u@%.60s", (unsigned)geteuid(), work->host);
}

bool work_open_raw(struct work *work, bool timeouts, struct err *err) {
    const char *service = conf_text(&work->conf, CONF_SERVICE);
    struct db_options options = {
        .application_name = "kaquan-worker",
        .service = service[0] != '\0' ? service : NULL,
        .statement_timeout_ms = timeouts ? STATEMENT_TIMEOUT_MS : 0,
        .lock_timeout_ms = timeouts ? LOCK_TIMEOUT_MS : 0,
    };
    text_copy(work->host, sizeof work->host, conf_text(&work->conf, CONF_HOST));
    name_person(work);
    work->time_scale = 1;
    work->db = db_new(&options, err);
    return work->db != NULL;
}

static bool read_site(struct work *work, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!db_query0(work->db, &sql_site_scale, &rows, err))
        return false;
    if (rows.count != 1)
        return fail(err, ERR_CONFIG, "the table site has no row");
    work->time_scale = db_number(&rows, 0, "time_scale");
    return true;
}

bool work_open(struct work *work, struct err *err) {
    return work_open_raw(work, true, err) && migrate_check(work->db, &migrations, err) && read_site(work, err);
}

void work_close(struct work *work) {
    http_free(work->http);
    seal_key_free(work->key);
    db_free(work->db);
    buf_wipe(&work->said);
    buf_wipe(&work->next);
    work->http = NULL;
    work->key = NULL;
    work->db = NULL;
}

bool work_may_read_key(const struct work *work) {
    return access(conf_text(&work->conf, CONF_KEY_FILE), R_OK) == 0;
}

/* Most people are not where the worker is: then nothing is wrong with this host. */
static void name_worker_hosts(struct work *work, const char *path, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (work_may_read_key(work) || !db_query0(work->db, &sql_worker_lately, &rows, NULL) ||
        db_null(&rows, 0, "hosts"))
        return;
    fail(err, ERR_CONFIG, "this needs the worker's key, which cannot be read here (%s)", path);
    fail_cure(err, "do it on %s, as the worker's user", db_text(&rows, 0, "hosts"));
}

/* A rotation adds a key to the file while we run. What we have does until the file can be read. */
struct seal_key *work_key(struct work *work, struct err *err) {
    const char *path = conf_text(&work->conf, CONF_KEY_FILE);
    struct err why = {0};
    if (work->key == NULL) {
        work->key = seal_key_load(path, err);
        if (work->key == NULL)
            name_worker_hosts(work, path, err);
    } else if (!seal_key_refresh(work->key, path, &why))
        log_warn("key_file_not_read", F_TEXT("why", why.text));
    return work->key;
}

static const char *text_or_null(const struct conf *conf, enum conf_id id) {
    const char *text = conf_text(conf, id);
    return text[0] != '\0' ? text : NULL;
}

struct http *work_http(struct work *work, struct err *err) {
    struct http_options options = {
        .ca_file = conf_text(&work->conf, CONF_CA_FILE),
        .egress_address = text_or_null(&work->conf, CONF_EGRESS_ADDRESS),
        .proxy = text_or_null(&work->conf, CONF_PROXY),
        .ipv6 = conf_switch(&work->conf, CONF_IPV6),
    };
    if (work->http == NULL)
        work->http = http_new(&options, err);
    return work->http;
}
