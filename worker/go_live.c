#include "go_live.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "clock.h"
#include "lang.h"

static const double CONFIRMED_DAYS = 30, DISK_WARN = 0.15, DISK_FAIL = 0.05;

/* clang-format off */
static const struct go_live_item items[] = {
    {"card_function",  "the card function is switched on for the official account",                    "mp.weixin.qq.com > Ads and Services > Cards"},
    {"open_platform",  "mini program and official account are bound to one open-platform account",     "open.weixin.qq.com > Management centre"},
    {"mini_program",   "the mini program is verified, published, and linked with the official account", "mp.weixin.qq.com > Ads and Services > Mini programs"},
    {"administrator",  "the account's administrator can be reached on the day, to confirm on the phone", "the event's list of telephone numbers"},
    {"secret_sharing", "no other system fetches tokens of this account by force",                       "ask whoever else has the AppSecret"},
    {"phone_android",  "an Android phone added a card of each template and opened it",                  "the mini program, with a tester's account"},
    {"phone_ios",      "an iPhone added a card of each template and opened it",                         "the mini program, with a tester's account"},
    {"gate",           "a gate read the code off a phone and let it in",                                "the gate itself, in daylight"},
    {"restore",        "a backup was restored somewhere, and its tickets counted",                      "the backup tool"},
};
/* clang-format on */

const struct go_live_item *go_live_items(size_t *count) {
    *count = ARRAY_LEN(items);
    return items;
}

static int broken(void) {
    return err_class(ERR_CONFIG)->exit_code;
}

/* What the database knows comes as lines. */
static void ask(struct check_list *list, struct db *db, const struct sql *question) {
    AUTO_ROWS struct db_rows rows = {0};
    struct err err = {0};
    if (!db_query0(db, question, &rows, &err))
        check_err(list, question->name, &err);
    for (int i = 0; i < rows.count; i++)
        check_row(list, db_text(&rows, i, "name"), broken(), &rows, i);
}

/* --- backups --- */

static void backup_age(struct check_list *list, const char *what, double hours, double most) {
    check_add(list, "backup", hours > most ? CHECK_FAIL : CHECK_OK, broken(), "look at the backup tool's log",
              "%s %.1f h old", what, hours);
}

static void backup_file(struct check_list *list, const char *path, double most) {
    struct stat info;
    if (stat(path, &info) != 0)
        check_add(list, "backup", CHECK_FAIL, broken(), "let the backup touch backup-file when it is done", "%s: %s",
                  path, strerror(errno));
    else
        backup_age(list, path, (clock_wall() - (double)info.st_mtime) / 3600, most);
}

static void archive(struct check_list *list, struct db *db, double most) {
    AUTO_ROWS struct db_rows rows = {0};
    struct err err = {0};
    if (!db_query0(db, &sql_go_live_archive, &rows, &err))
        check_err(list, "backup", &err);
    else if (!db_bool(&rows, 0, "archiving"))
        check_add(list, "backup", CHECK_WARN, 0,
                  "back the database up, and set backup-file to a file that the backup touches when it is done",
                  "none that we could see");
    else if (db_bool(&rows, 0, "failing"))
        check_add(list, "backup", CHECK_FAIL, broken(), "look at the server's log: archive_command fails",
                  "the last segment was not archived");
    else if (db_null(&rows, 0, "age_h"))
        check_add(list, "backup", CHECK_WARN, 0, "wait for the first segment, or select pg_switch_wal()",
                  "nothing was archived yet");
    else
        backup_age(list, _("the last archived segment is"), db_number(&rows, 0, "age_h"), most);
}

static void backups(struct check_list *list, struct work *work) {
    const char *path = conf_text(&work->conf, CONF_BACKUP_FILE);
    double most = conf_number(&work->conf, CONF_BACKUP_HOURS);
    if (path[0] != '\0')
        backup_file(list, path, most);
    else
        archive(list, work->db, most);
}

static void disk(struct check_list *list, const struct conf *conf) {
    const char *path = conf_text(conf, CONF_DISK_PATH);
    struct statvfs fs;
    if (statvfs(path, &fs) != 0) {
        check_add(list, "disk", CHECK_FAIL, broken(), "set disk-path to a path that is there", "%s: %s", path,
                  strerror(errno));
        return;
    }
    double size = (double)fs.f_blocks * (double)fs.f_frsize, left = (double)fs.f_bavail * (double)fs.f_frsize;
    check_add(list, "disk",
              left < DISK_FAIL * size   ? CHECK_FAIL
              : left < DISK_WARN * size ? CHECK_WARN
                                        : CHECK_OK,
              broken(), "make room: a full disk stops every claim", "%s: %.1f of %.1f GB left", path, left / 1e9,
              size / 1e9);
}

/* --- what people confirm --- */

static void confirmed(struct check_list *list, const struct go_live_item *item, const struct db_rows *rows, int row) {
    const char *account = db_text(rows, row, "account");
    double days = db_number(rows, row, "days");
    char name[64], cure[300];
    snprintf(name, sizeof name, "%s of %s", item->name, account);
    snprintf(cure, sizeof cure, _("look at: %s; then kaquan-worker doctor confirm %s --account %s"), _(item->where),
             item->name, account);
    if (db_null(rows, row, "days"))
        check_add(list, name, CHECK_WARN, 0, cure, "nobody confirmed that %s", _(item->what));
    else
        check_add(list, name, days > CONFIRMED_DAYS ? CHECK_WARN : CHECK_OK, 0, cure,
                  "%s: confirmed by %s %.0f days ago", _(item->what), db_text(rows, row, "person"), days);
}

static void checklist(struct check_list *list, struct db *db) {
    for (size_t i = 0; i < ARRAY_LEN(items); i++) {
        AUTO_ROWS struct db_rows rows = {0};
        struct err err = {0};
        if (!db_query(db, &sql_go_live_items, &rows, &err, V_TEXT(items[i].name)))
            check_err(list, items[i].name, &err);
        for (int row = 0; row < rows.count; row++)
            confirmed(list, &items[i], &rows, row);
    }
}

void go_live_check(struct check_list *list, struct work *work) {
    static const struct sql *const questions[] = {&sql_go_live_accounts, &sql_go_live_templates, &sql_go_live_workers,
                                                  &sql_go_live_database};
    for (size_t i = 0; i < ARRAY_LEN(questions); i++)
        ask(list, work->db, questions[i]);
    backups(list, work);
    disk(list, &work->conf);
    checklist(list, work->db);
}
