/* Lets tickets take the steps that repair their drifts, as if WeChat had pushed them; what is done at WeChat again
 * has an act of its own. */
#include "jobs.h"

#include "drift.h"
#include "json.h"
#include "ticket.h"

/* [{id, step}]; the step is left out where none is taken here. */
static cJSON *list_of(const struct db_rows *rows) {
    cJSON *list = cJSON_CreateArray();
    for (int row = 0; row < rows->count; row++) {
        const struct drift_kind *kind = drift_kind_named(db_text(rows, row, "kind"));
        cJSON *one = json_new();
        json_add_int(one, "id", db_int(rows, row, "id"));
        if (kind != NULL && kind->step != NULL)
            json_add_text(one, "step", kind->step);
        cJSON_AddItemToArray(list, one);
    }
    return list;
}

static bool repair(struct db *db, const cJSON *wanted, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    AUTO_BUF struct buf list = {0};
    json_print(&list, wanted);
    return db_query(db, &sql_drift_push, &rows, err, V_TEXT(buf_str(&list))) &&
           ticket_take_steps(db, db_text(&rows, 0, "ids"), err) &&
           db_do(db, &sql_drift_repaired, err, V_TEXT(buf_str(&list)));
}

bool job_ticket_repair(struct run *run, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    AUTO_JSON cJSON *wanted = NULL;
    struct db *db = run->work->db;
    if (!db_query(db, &sql_drift_wanted, &rows, err, V_INT(run->job.template_id)))
        return false;
    wanted = list_of(&rows);
    if (!db_begin(db, err))
        return false;
    if (!repair(db, wanted, err)) {
        db_rollback(db);
        return false;
    }
    run_result(run, "%d drifts repaired", rows.count);
    return db_commit(db, err);
}
