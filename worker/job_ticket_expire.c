/* Gives every ticket the state that its validity at WeChat makes: tickets expire at its end and are valid again when
 * it is prolonged. Due when one ends or changes, see ticket_expiry_due; begun anew when it was cut off. */
#include "jobs.h"

#include "app.h"
#include "fault.h"

struct look {
    char request_id[80]; /* the place of the last ticket */
    int64_t template_id;
    int64_t looked, expired, prolonged;
    bool more;
};

static bool look_at_some(struct run *run, struct look *l, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!db_query(run->work->db, &sql_ticket_expire, &rows, err, V_TEXT(l->request_id), V_INT(l->template_id)))
        return false;
    FAULT("expire_in_look");
    l->more = db_int(&rows, 0, "looked") > 0;
    l->looked += db_int(&rows, 0, "looked");
    l->expired += db_int(&rows, 0, "expired");
    l->prolonged += db_int(&rows, 0, "prolonged");
    l->template_id = db_int(&rows, 0, "template_id");
    text_copy(l->request_id, sizeof l->request_id, db_text(&rows, 0, "request_id"));
    return job_progress(run->work->db, &run->job, l->looked, 0, err);
}

bool job_ticket_expire(struct run *run, struct err *err) {
    AUTO_ROWS struct db_rows begin = {0};
    struct look l = {.more = true};
    if (!db_query0(run->work->db, &sql_ticket_expire_begin, &begin, err))
        return false;
    while (l.more) {
        if (app_stopping())
            return fail(err, ERR_STOPPED, "asked to stop; the look at the tickets begins anew");
        if (!look_at_some(run, &l, err))
            return false;
    }
    run_result(run, "%lld tickets expired, %lld are valid again", (long long)l.expired, (long long)l.prolonged);
    return db_do(run->work->db, &sql_ticket_expire_end, err, V_TEXT(db_text(&begin, 0, "now")));
}
