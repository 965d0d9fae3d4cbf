/* Polls what became of a template under review; events tell it sooner where they are forwarded. */
#include "jobs.h"

#include "json.h"
#include "template.h"
#include "wechat.h"

bool job_template_review(struct run *run, struct err *err) {
    struct db *db = run->work->db;
    AUTO_ROWS struct db_rows rows = {0};
    AUTO_WX_REPLY struct wx_reply reply = {0};
    struct wx wx;
    const char *status;
    bool applied;
    if (!db_query(db, &sql_template_waiting, &rows, err, V_INT(run->job.template_id)))
        return false;
    if (rows.count == 0) {
        run_result(run, "no longer under review");
        return true;
    }
    if (!work_wx(run->work, db_int(&rows, 0, "account_id"), &wx, err))
        return false;
    const cJSON *card = card_get(&wx, db_text(&rows, 0, "card_id"), &reply, err);
    if (!card || !card_status(card, &status, err))
        return false;
    run_result(run, "%s: %s", db_text(&rows, 0, "key"), status);
    return template_reviewed(db, db_text(&rows, 0, "card_id"), status, NULL, 0, &applied, err);
}
