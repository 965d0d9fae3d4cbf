/* Brings the card that WeChat has to what the operator wrote: only the fields that differ are sent. Asked again after
 * a time-out, it finds nothing that differs and notes what is missing here. */
#include "jobs.h"

#include <string.h>

#include "fault.h"
#include "json.h"
#include "template.h"
#include "template_diff.h"
#include "wechat.h"

enum { REVIEW_FIRST_S = 60 };

/* WeChat says whether the card goes to review again. */
static bool send(struct wx *wx, const char *card_id, const cJSON *draft, const struct template_diff *diff,
                 bool *review, struct err *err) {
    AUTO_JSON cJSON *request = template_diff_request(diff, card_id, draft);
    AUTO_WX_REPLY struct wx_reply reply = {0};
    FAULT("update_before_call");
    return call_json(wx, WX_CARD_UPDATE, request, &reply, err) &&
           json_may_bool(reply.json, "send_check", review, err);
}

static void tell(struct run *run, const char *key, const struct template_diff *diff, bool review) {
    char names[300];
    if (diff->sent == 0)
        run_result(run, "%s: WeChat has it already", key);
    else
        run_result(run, "%s: sent %s%s", key, template_diff_names(diff, names, sizeof names),
                   review ? "; WeChat reviews it again" : "");
}

static bool push(struct run *run, struct wx *wx, const struct db_rows *rows, const cJSON *draft, struct err *err) {
    const char *card_id = db_text(rows, 0, "card_id");
    char status[CARD_STATUS_SIZE];
    AUTO_JSON cJSON *live = card_live(wx, card_id, status, err);
    struct template_diff diff;
    bool review = false;
    if (!live || !template_diff(draft, live, &diff, err) || !template_diff_good(&diff, err))
        return false;
    if (diff.sent > 0 && !send(wx, card_id, draft, &diff, &review, err))
        return false;
    FAULT("update_after_call");
    review = review || (diff.sent == 0 && strcmp(status, "CARD_STATUS_NOT_VERIFY") == 0);
    tell(run, db_text(rows, 0, "key"), &diff, review);
    return db_do(run->work->db, &sql_template_pushed, err, V_INT(run->job.template_id),
                 V_TEXT(db_text(rows, 0, "body")), V_BOOL(review), V_SECONDS(REVIEW_FIRST_S));
}

bool job_template_update(struct run *run, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    AUTO_JSON cJSON *draft = NULL;
    struct wx wx;
    if (!db_query(run->work->db, &sql_template_push, &rows, err, V_INT(run->job.template_id)))
        return false;
    if (rows.count == 0) {
        run_result(run, "WeChat has no card of it: nothing to change");
        return true;
    }
    draft = template_parse(db_text(&rows, 0, "body"), strlen(db_text(&rows, 0, "body")), err);
    return draft && work_wx(run->work, db_int(&rows, 0, "account_id"), &wx, err) && push(run, &wx, &rows, draft, err);
}
