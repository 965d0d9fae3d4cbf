/* Looks what WeChat has of each template: reviews whose event was lost, and what was changed or ended elsewhere. */
#include "jobs.h"

#include "json.h"
#include "template.h"
#include "wechat.h"

static bool follow(struct run *run, const struct db_rows *rows, int i, struct err *err) {
    AUTO_BUF struct buf text = {0};
    AUTO_JSON cJSON *live = NULL;
    char status[CARD_STATUS_SIZE];
    const char *card_id = db_text(rows, i, "card_id");
    struct wx wx;
    bool applied;
    if (!work_wx(run->work, db_int(rows, i, "account_id"), &wx, err))
        return false;
    live = card_live(&wx, card_id, status, err);
    if (!live || !template_reviewed(run->work->db, card_id, status, NULL, 0, &applied, err))
        return false;
    json_print(&text, live);
    return db_do(run->work->db, &sql_template_live_set, err, V_INT(db_int(rows, i, "id")), V_TEXT(buf_str(&text)),
                 V_TEXT(status));
}

bool job_template_follow(struct run *run, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    struct err first = {0};
    int failed = 0;
    if (!db_query0(run->work->db, &sql_template_follow, &rows, err))
        return false;
    for (int i = 0; i < rows.count; i++) {
        struct err why = {0};
        if (!job_progress(run->work->db, &run->job, i, rows.count, err))
            return false;
        if (follow(run, &rows, i, &why))
            continue;
        fail_in(&why, "%s", db_text(&rows, i, "key"));
        if (failed++ == 0)
            first = why;
    }
    run_result(run, "%d templates looked at", rows.count);
    if (failed == 0)
        return true;
    *err = first; /* one never hides the others: they were looked at */
    return fail_in(err, "%d of %d templates", failed, rows.count);
}
