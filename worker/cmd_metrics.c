#include "metrics.h"

#include <stdio.h>
#include <string.h>

#include "app.h"
#include "cmd.h"
#include "file.h"
#include "json.h"
#include "output.h"
#include "text.h"

/* clang-format off */
static const struct metric metrics[] = {
    {"kaquan_jobs", "gauge", "jobs by state and kind", &sql_metric_jobs, {"state", "kind"}},
    {"kaquan_job_oldest_ready_seconds", "gauge", "how long the oldest job waits that could run", &sql_metric_job_oldest, {NULL}},
    {"kaquan_job_duration_seconds", "histogram", "how long jobs took", &sql_metric_job_duration, {"kind", "le"}},
    {"kaquan_pool_codes_free", "gauge", "cards that can be claimed now", &sql_metric_pool_free, {"pool"}},
    {"kaquan_pool_hours_left", "gauge", "hours until the pool is empty at the present rate of claims", &sql_metric_pool_hours, {"pool"}},
    {"kaquan_token_expiry_timestamp_seconds", "gauge", "when the access_token or api_ticket ends", &sql_metric_credential_expiry, {"account", "kind"}},
    {"kaquan_ip_listed", "gauge", "1: the last whitelist check of the host was good", &sql_metric_ip_listed, {"account", "host"}},
    {"kaquan_wechat_errors_total", "counter", "refusals by WeChat", &sql_metric_wechat_errors, {"errcode"}},
    {"kaquan_api_calls_today", "gauge", "calls to WeChat since midnight in China", &sql_metric_api_calls, {"account"}},
    {"kaquan_last_run_timestamp_seconds", "gauge", "when a job of the kind ended last", &sql_metric_last_run, {"kind"}},
    {"kaquan_last_run_success", "gauge", "1: the job of the kind that ended last did what it should", &sql_metric_last_success, {"kind"}},
    {"kaquan_build_info", "gauge", "always 1; the version of the program that wrote this", &sql_metric_build, {"version"}},
};
/* clang-format on */

const struct metric *metric_rows(size_t *count) {
    *count = ARRAY_LEN(metrics);
    return metrics;
}

static bool ask(struct db *db, const struct metric *m, struct db_rows *rows, struct err *err) {
    if (m->statement == &sql_metric_build)
        return db_query(db, m->statement, rows, err, V_TEXT(app_version()));
    return db_query0(db, m->statement, rows, err);
}

/* PostgreSQL's word for a number without end, in the words of the reader. */
static const char *number(const struct db_rows *rows, int row, const char *column) {
    const char *text = db_text(rows, row, column);
    return strcmp(text, "Infinity") == 0 ? "+Inf" : text;
}

/* --- Prometheus --- */

static void add_label(struct buf *out, const char *name, const char *value) {
    AUTO_BUF struct buf clean = {0};
    safe_text(&clean, value, strlen(value));
    buf_printf(out, "%s=\"", name);
    for (const char *c = buf_str(&clean); *c != '\0'; c++) {
        if (*c == '"' || *c == '\\')
            buf_char(out, '\\');
        buf_char(out, *c);
    }
    buf_char(out, '"');
}

static void add_labels(struct buf *out, const struct metric *m, const struct db_rows *rows, int row) {
    int n = 0;
    for (int i = 0; i < METRIC_LABELS && m->labels[i] != NULL; i++) {
        if (db_null(rows, row, m->labels[i]))
            continue;
        buf_char(out, n++ == 0 ? '{' : ',');
        add_label(out, m->labels[i], number(rows, row, m->labels[i]));
    }
    if (n > 0)
        buf_char(out, '}');
}

static bool is_histogram(const struct metric *m) {
    return strcmp(m->type, "histogram") == 0;
}

static void add_metric(struct buf *out, const struct metric *m, const struct db_rows *rows) {
    buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", m->name, m->help, m->name, m->type);
    for (int row = 0; row < rows->count; row++) {
        buf_printf(out, "%s%s", m->name, is_histogram(m) ? db_text(rows, row, "suffix") : "");
        add_labels(out, m, rows, row);
        buf_printf(out, " %s\n", number(rows, row, "value"));
    }
}

static bool add_all(struct buf *out, struct db *db, struct err *err) {
    for (size_t i = 0; i < ARRAY_LEN(metrics); i++) {
        AUTO_ROWS struct db_rows rows = {0};
        if (!ask(db, &metrics[i], &rows, err))
            return fail_in(err, "%s", metrics[i].name);
        add_metric(out, &metrics[i], &rows);
    }
    return true;
}

/* --- JSON --- */

static const struct output_column columns[] = {
    {"metric", "METRIC", OUT_TEXT},
    {"labels", "LABELS", OUT_JSON},
    {"value", "VALUE", OUT_NUMBER},
};

static void output_labels(struct output *o, const struct metric *m, const struct db_rows *rows, int row) {
    AUTO_BUF struct buf labels = {0};
    buf_char(&labels, '{');
    for (int i = 0; i < METRIC_LABELS && m->labels[i] != NULL; i++) {
        if (db_null(rows, row, m->labels[i]))
            continue;
        buf_text(&labels, labels.len > 1 ? "," : "");
        json_quote(&labels, m->labels[i]);
        buf_char(&labels, ':');
        json_quote(&labels, number(rows, row, m->labels[i]));
    }
    buf_char(&labels, '}');
    output_cell(o, buf_str(&labels));
}

static void output_metric(struct output *o, const struct metric *m, const struct db_rows *rows) {
    for (int row = 0; row < rows->count; row++) {
        char name[96];
        const char *value = number(rows, row, "value");
        snprintf(name, sizeof name, "%s%s", m->name, is_histogram(m) ? db_text(rows, row, "suffix") : "");
        output_cell(o, name);
        output_labels(o, m, rows, row);
        output_cell(o, value[0] == '+' ? NULL : value); /* JSON has no infinity */
    }
}

static bool output_all(const struct work *work, struct err *err) {
    AUTO_OUTPUT_ROWS struct output o = output_begin("kaquan.metric.1", columns, ARRAY_LEN(columns));
    for (size_t i = 0; i < ARRAY_LEN(metrics); i++) {
        AUTO_ROWS struct db_rows rows = {0};
        if (!ask(work->db, &metrics[i], &rows, err))
            return fail_in(err, "%s", metrics[i].name);
        output_metric(&o, &metrics[i], &rows);
    }
    output_list(&o, work);
    return true;
}

/* --- */

/* The reader of the file runs as somebody else. */
enum { FILE_MODE = 0644 };

bool cmd_metrics(struct call *call, struct err *err) {
    AUTO_BUF struct buf text = {0};
    const char *path = call->option[OPT_WRITE];
    if (path == NULL && call->work->json)
        return output_all(call->work, err);
    if (!add_all(&text, call->work->db, err))
        return false;
    if (path != NULL)
        return file_replace(path, (struct bytes){text.data, text.len}, FILE_MODE, err);
    fwrite(text.data, 1, text.len, stdout);
    return true;
}
