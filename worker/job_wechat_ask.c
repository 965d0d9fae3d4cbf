/* Makes the calls to WeChat that people want and cannot make themselves: they have no key. Each answer goes to who
 * asked. A call that may not be repeated is made once, whatever becomes of us. */
#include "jobs.h"

#include <stdlib.h>

#include "app.h"
#include "fault.h"
#include "json.h"
#include "wechat.h"

/* A question; texts lent by its row. */
struct question {
    int64_t id;
    const struct wx_endpoint *endpoint;
    const char *body; /* NULL: none */
    struct http_file file;
    bool was_begun;
};

static void question_clear(struct question *q) {
    free((void *)(uintptr_t)q->file.content.data);
}

static bool may_be_asked(const struct question *q, const char *path, struct err *err) {
    if (q->endpoint != NULL && q->endpoint->askable)
        return true;
    return fail(err, ERR_PERMISSION, "%s is not called for people", path);
}

/* Who calls is a person, whoever carries it out. */
static bool ask(struct run *run, const struct question *q, struct wx_reply *reply, struct err *err) {
    AUTO_BUF struct buf body = {0};
    struct wx wx;
    if (!work_wx(run->work, run->job.account_id, &wx, err))
        return false;
    wx.tools.by_person = true;
    if (q->file.content.data != NULL)
        return wx_upload(&wx, q->endpoint->id, &q->file, reply, err);
    if (q->body != NULL)
        buf_text(&body, q->body);
    return wx_call(&wx, q->endpoint->id, q->body != NULL ? &body : NULL, reply, err);
}

static bool answer(struct run *run, const struct question *q, const char *path, struct err *err) {
    AUTO_WX_REPLY struct wx_reply reply = {0};
    AUTO_BUF struct buf text = {0};
    struct err why = {0};
    if (may_be_asked(q, path, &why) && q->was_begun && !q->endpoint->repeatable)
        wx_outcome_unknown(q->endpoint, "a worker ended in the middle of it", &why);
    else if (why.kind == ERR_NONE)
        ask(run, q, &reply, &why);
    FAULT("ask_before_answer");
    if (reply.json != NULL)
        json_print(&text, reply.json);
    return db_do(run->work->db, &sql_wechat_ask_answer, err, V_INT(q->id), V_TEXT(text.len > 0 ? text.data : NULL),
                 V_TEXT(wx_rule(reply.class)->name), V_TEXT(err_class(why.kind)->name), V_TEXT(why.text),
                 V_TEXT(why.cure));
}

/* *found: there was a question. */
static bool answer_next(struct run *run, bool *found, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    AUTO(question_clear) struct question q = {0};
    if (!db_query(run->work->db, &sql_wechat_ask_next, &rows, err, V_INT(run->job.account_id)))
        return false;
    *found = rows.count > 0;
    if (!*found)
        return true;
    FAULT("ask_before_call");
    q = (struct question){.id = db_int(&rows, 0, "id"),
                          .endpoint = wx_endpoint_find(db_text(&rows, 0, "endpoint")),
                          .body = db_null(&rows, 0, "body") ? NULL : db_text(&rows, 0, "body"),
                          .was_begun = db_bool(&rows, 0, "was_begun")};
    q.file = (struct http_file){
        .field = "buffer", .name = db_text(&rows, 0, "file_name"), .type = db_text(&rows, 0, "file_type")};
    db_bytes(&rows, 0, "file", &q.file.content);
    return answer(run, &q, db_text(&rows, 0, "endpoint"), err);
}

static bool answer_all(struct run *run, int64_t *answered, struct err *err) {
    bool found = true;
    while (found) {
        if (app_stopping())
            return fail(err, ERR_STOPPED, "stopped; %lld questions are answered", (long long)*answered);
        if (!db_do0(run->work->db, &sql_prune_asks, err) || !answer_next(run, &found, err) ||
            !job_progress(run->work->db, &run->job, *answered += found, 0, err))
            return false;
    }
    return true;
}

/* Who asks meanwhile is given this job, up to its very end. */
static bool look_last(struct run *run, bool *more, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    struct db *db = run->work->db;
    if (!job_hold(db, &run->job, err))
        return false;
    bool good = db_query(db, &sql_wechat_ask_next, &rows, err, V_INT(run->job.account_id));
    *more = rows.count > 0;
    if (good && !*more)
        return true;
    db_rollback(db);
    run->job.held = false;
    return good;
}

bool job_wechat_ask(struct run *run, struct err *err) {
    int64_t answered = 0;
    for (bool more = true; more;)
        if (!answer_all(run, &answered, err) || !look_last(run, &more, err))
            return false;
    run_result(run, "%lld questions answered", (long long)answered);
    return true;
}
