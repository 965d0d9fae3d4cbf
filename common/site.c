#include "site.h"

/* clang-format off */
static const struct site_row settings[] = {
    {"environment",        "",      "whose database this is, in the header of consoles; one that begins with PROD is production"},
    {"margin",             "120s",  "least life of a card at hand-out, in WeChat's time; 30 s or more"},
    {"time_scale",         "1",     "above 1 only to rehearse against the simulator"},
    {"timestamp_quoted",   "true",  "cardExt.timestamp as a string (true) or a number (false)"},
    {"bucket",             "0",     "this database's number among the buckets"},
    {"buckets",            "1",     "how many databases share the codes"},
    {"renew_window",       "24h",   "tickets claimed within it are signed again after a rotation"},
    {"second_person",      "true",  "dangerous commands wait until another person confirms them"},
    {"event_zone",         "Asia/Shanghai", "time zone of the days at the gates"},
    {"keep_finished_jobs", "14d",   "how long finished jobs are kept"},
    {"keep_job_log",       "14d",   "how long the log of a finished job is kept"},
    {"keep_checks",        "90d",   "how long whitelist checks are kept; the last one always is"},
    {"keep_events",        "90d",   "how long applied pushes of WeChat are kept"},
    {"keep_kept_events",   "400d",  "how long pushes are kept whose ticket is not known here"},
    {"keep_bulk",          "400d",  "how long finished acts on many tickets are kept, with their results"},
    {"keep_refused_scans", "90d",   "how long refused scans are kept, 8 days at least; entries always are"},
    {"keep_minutes",       "400d",  "how long statistics are kept by the minute, 8 days at least; by the day always"},
    {"quota_reserve",      "10",    "percent of each interface's daily limit that jobs leave to people"},
};
/* clang-format on */

const struct site_row *site_rows(size_t *count) {
    *count = ARRAY_LEN(settings);
    return settings;
}
