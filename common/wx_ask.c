#include "wx_private.h"

#include <string.h>
#include <unistd.h>

#include "app.h"
#include "clock.h"
#include "json.h"
#include "lang.h"
#include "log.h"

static const double LOOK_EVERY_S = 1, TELL_AFTER_S = 2;

static bool add(struct wx *wx, const struct wx_endpoint *e, const struct wx_content *content, int64_t *id,
                struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    static const struct http_file none;
    const struct http_file *file = content->file != NULL ? content->file : &none;
    const char *body = NULL;
    if (content->body != NULL)
        body = buf_str(content->body);
    if (!db_query(wx->tools.db, &sql_wechat_ask_add, &rows, err, V_INT(wx->account_id), V_TEXT(e->path), V_TEXT(body),
                  content->file != NULL ? V_BYTES(file->content.data, file->content.len) : V_NULL, V_TEXT(file->name),
                  V_TEXT(file->type)))
        return false;
    *id = db_int(&rows, 0, "id");
    return true;
}

/* A person at a terminal wonders; whoever reads the output of a program does not. */
static void tell(double waited, bool *told) {
    if (*told || waited < TELL_AFTER_S || log_level() < LOG_INFO || !isatty(STDERR_FILENO))
        return;
    *told = true;
    log_message("the worker is asked, which alone talks to WeChat: it answers within a minute; Ctrl-C withdraws the "
                "question");
}

/* The question is gone; when it was taken up, it may have been carried out. */
static bool withdrawn(const struct wx *wx, const struct wx_endpoint *e, const struct db_rows *rows, struct err *err) {
    bool begun = rows->count > 0 && db_bool(rows, 0, "begun");
    if (begun && !e->repeatable)
        return wx_outcome_unknown(e, _("the worker did not say what came of it"), err);
    if (app_stopping())
        return fail(err, ERR_STOPPED, "%s: asked to stop; the question to the worker is withdrawn", e->path);
    fail(err, ERR_UNAVAILABLE, "%s: no worker answered within %.0f s; the question is withdrawn", e->path,
         wx->tools.patience_s);
    return fail_cure(err, "kaquan-worker health tells whether a worker runs, kaquan-worker ip history whether WeChat "
                          "refuses its address; then ask again");
}

/* The database went away meanwhile, and the answer with it. */
static bool lost(const struct wx_endpoint *e, struct err *err) {
    return !e->repeatable && wx_outcome_unknown(e, err->text, err);
}

/* True with the answer's row. */
static bool wait_for(struct wx *wx, const struct wx_endpoint *e, int64_t id, struct db_rows *rows, struct err *err) {
    double begin = clock_seconds();
    bool told = false, notified;
    for (;;) {
        double waited = clock_seconds() - begin;
        bool over = app_stopping() || waited >= wx->tools.patience_s;
        db_rows_clear(rows);
        if (!db_query(wx->tools.db, &sql_wechat_ask_take, rows, err, V_INT(id), V_BOOL(over)))
            return lost(e, err);
        if (rows->count > 0 && db_bool(rows, 0, "answered"))
            return true;
        if (over)
            return withdrawn(wx, e, rows, err);
        tell(waited, &told);
        if (!db_wait(wx->tools.db, app_stop_fd(), LOOK_EVERY_S, &notified, err))
            return lost(e, err);
    }
}

/* As if we had called ourselves. */
static bool read_answer(const struct wx_endpoint *e, const struct db_rows *rows, struct wx_reply *reply,
                        struct err *err) {
    AUTO_REPLY struct http_reply answer = {.status = 200};
    if (!db_null(rows, 0, "answer")) {
        buf_text(&answer.body, db_text(rows, 0, "answer"));
        return wx_read(e, &answer, reply, err) || wx_failed(e, reply, err);
    }
    fail(err, err_kind_named(db_text(rows, 0, "kind")), "%s", db_text(rows, 0, "error_text"));
    wx_unanswered(reply, err);
    reply->class = wx_class_named(db_text(rows, 0, "class"));
    return fail_cure(err, "%s", db_text(rows, 0, "error_cure"));
}

bool wx_ask(struct wx *wx, const struct wx_endpoint *e, const struct wx_content *content, struct wx_reply *reply,
            struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    struct err own = {0}, *why = err != NULL ? err : &own;
    int64_t id;
    return db_listen(wx->tools.db, "kaquan_answer", why) && add(wx, e, content, &id, why) &&
           wait_for(wx, e, id, &rows, why) && read_answer(e, &rows, reply, why);
}
