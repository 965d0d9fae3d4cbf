#include "db_private.h"

#include <string.h>

#include "clock.h"
#include "db_settings.h"

static bool measure_clock(struct db *db, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    double before = clock_wall();
    double start = clock_seconds();

    if (!db_query0(db, &sql_db_clock, &rows, err))
        return false;
    db->clock_offset = db_number(&rows, 0, "now") - (before + (clock_seconds() - start) / 2);
    return true;
}

/* The server took a synchronous wait back: the work is done here but may be on no standby (reliability.md, rule 3).
 * All other notices are for people at psql. */
static void take_notice(void *context, const PGresult *notice) {
    struct db *db = context;
    const char *function = PQresultErrorField(notice, PG_DIAG_SOURCE_FUNCTION);

    if (function && strcmp(function, "SyncRepWaitForLSN") == 0)
        db->unflushed = true;
}

bool db_connect(struct db *db, struct err *err) {
    struct db_settings settings;

    if (!db_settings_fill(&settings, &db->options, false, err))
        return false;
    db->conn = PQconnectdbParams(settings.keywords, settings.values, 0);
    if (PQstatus(db->conn) != CONNECTION_OK)
        return db_connect_failed(db, err);
    PQsetNoticeReceiver(db->conn, take_notice, db);
    db->demoted = false;
    return db_server_fits(db->conn, err) && measure_clock(db, err);
}

void db_disconnect(struct db *db) {
    PQfinish(db->conn);
    db->conn = NULL;
    db->prepared_count = 0;
}
