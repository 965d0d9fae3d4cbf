/* Notes whose the tickets are, behind the claims, so that they are found by openid; an hour of claims at a time. */
#include "jobs.h"

#include "app.h"

bool job_ticket_person(struct run *run, struct err *err) {
    AUTO_ROWS struct db_rows begin = {0};
    struct db *db = run->work->db;
    char from[64];
    if (!db_query0(db, &sql_ticket_person_begin, &begin, err))
        return false;
    text_copy(from, sizeof from, db_text(&begin, 0, "begins"));
    for (int64_t hours = 1; from[0] != '\0' && !app_stopping(); hours++) {
        AUTO_ROWS struct db_rows rows = {0};
        if (!db_query(db, &sql_ticket_person_fill, &rows, err, V_TEXT(from), V_TEXT(db_text(&begin, 0, "now"))) ||
            !job_progress(db, &run->job, hours, 0, err))
            return false;
        text_copy(from, sizeof from, db_text(&rows, 0, "next"));
    }
    run_result(run, "tickets claimed before %s are found by person", db_text(&begin, 0, "now"));
    return true;
}
