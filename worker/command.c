#include "command.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "cmd.h"
#include "log.h"
#include "output.h"
#include "text.h"

/* clang-format off */
static const struct option_row options[] = {
    {OPT_HELP,        "help",        'h', NULL,       "show help: for the command, its group, or the program"},
    {OPT_VERSION,     "version",     0,   NULL,       "show the versions of the program and its libraries"},
    {OPT_JSON,        "json",        0,   NULL,       "results as JSON: an object with schema, data, next"},
    {OPT_PLAIN,       "plain",       0,   NULL,       "results as lines with tabs, without a heading"},
    {OPT_QUIET,       "quiet",       'q', NULL,       "only results and errors"},
    {OPT_VERBOSE,     "verbose",     'v', NULL,       "log more"},
    {OPT_YES,         "yes",         'y', NULL,       "do it without asking"},
    {OPT_NO_INPUT,    "no-input",    0,   NULL,       "never ask, also not on a terminal"},
    {OPT_NO_COLOR,    "no-color",    0,   NULL,       "no colours (there are none)"},
    {OPT_DRY_RUN,     "dry-run",     'n', NULL,       "only say what would be done"},
    {OPT_CONFIRM,     "confirm",     0,   "NAME",     "the name of what is about to be hit, as a confirmation"},
    {OPT_REASON,      "reason",      0,   "TEXT",     "why, for the audit log"},
    {OPT_MAX_SECONDS, "max-seconds", 0,   "N",        "begin no job after that many seconds (50)"},
    {OPT_JITTER,      "jitter",      0,   "S",        "wait up to S seconds first, so that hosts do not start together (0)"},
    {OPT_APPID,       "appid",       0,   "APPID",    "the account's AppID: wx and 16 characters"},
    {OPT_NAME,        "name",        0,   "TEXT",     "the account's name, for people"},
    {OPT_ORIGINAL_ID, "original-id", 0,   "ID",       "the account's original id: gh_..."},
    {OPT_API_BASE,    "api-base",    0,   "URL",      "where WeChat's API is (https://api.weixin.qq.com)"},
    {OPT_TOKEN_MODE,  "token-mode",  0,   "MODE",     "stable (default) or classic"},
    {OPT_SECRET_FILE, "secret-file", 0,   "FILE",     "file with the AppSecret, - for standard input"},
    {OPT_ACCOUNT,     "account",     0,   "KEY",      "the account; may be left out where there is only one"},
    {OPT_KEY,         "key",         0,   "KEY",      "the name backends use (default: the file's name)"},
    {OPT_TARGET,      "target",      0,   "N",        "cards a full pool has, at least"},
    {OPT_LOW,         "low",         0,   "N",        "cards below which a pool is filled again"},
    {OPT_PAUSED,      "paused",      0,   "on|off",   "on: no cards are handed out"},
    {OPT_SALE_FROM,   "sale-from",   0,   "TIME",     "first moment of sale, as 2026-12-01T10:00+08:00, or none"},
    {OPT_SALE_UNTIL,  "sale-until",  0,   "TIME",     "end of sale, as 2026-12-31T23:59+08:00, or none"},
    {OPT_BELOW,       "below",       0,   "N",        "only pools with fewer cards ready"},
    {OPT_CARDS,       "cards",       0,   "N",        "sign that many (default: as many as the pool wants)"},
    {OPT_WAIT,        "wait",        'w', NULL,       "wait for the end and show how far it is"},
    {OPT_STATE,       "state",       0,   "STATE",    "only jobs that are queued, running, done, failed or cancelled"},
    {OPT_LIMIT,       "limit",       'n', "N",        "how many, newest first (50)"},
    {OPT_ORIGIN,      "origin",      0,   NULL,       "with file and line (always shown)"},
};

#define REASON OPT(OPT_REASON)

static const struct command commands[] = {
    {"run", NULL, "[KIND]", OPT(OPT_MAX_SECONDS) | OPT(OPT_JITTER) | OPT(OPT_DRY_RUN), 0, NEEDS_SCHEMA, cmd_run,
     "take and run due jobs until none is due: the cron entry",
     "run --jitter 20s\nrun pool_fill --dry-run"},
    {"serve", NULL, "", 0, 0, NEEDS_SCHEMA, cmd_serve,
     "stay, and run jobs as they become due: the service entry",
     "serve"},
    {"db", "init", "", 0, 0, NEEDS_DB, cmd_db_init,
     "make roles and schema (superuser; repeatable)",
     "db init"},
    {"db", "migrate", "", OPT(OPT_DRY_RUN), 0, NEEDS_DB, cmd_db_migrate,
     "bring the schema to what this program knows (kaquan_migrator or superuser)",
     "db migrate --dry-run\ndb migrate"},
    {"db", "status", "", 0, 0, NEEDS_DB, cmd_db_status,
     "show which migrations are applied",
     "db status"},
    {"account", "add", "KEY", OPT(OPT_APPID) | OPT(OPT_NAME) | OPT(OPT_ORIGINAL_ID) | OPT(OPT_API_BASE) |
     OPT(OPT_TOKEN_MODE) | OPT(OPT_SECRET_FILE) | REASON, OPT(OPT_APPID), NEEDS_SCHEMA, cmd_account_add,
     "add a WeChat account",
     "account add festival --appid wx0123456789abcdef --secret-file secret.txt"},
    {"account", "list", "", 0, 0, NEEDS_SCHEMA, cmd_account_list,
     "list the accounts",
     "account list --json"},
    {"account", "set-secret", "KEY", OPT(OPT_SECRET_FILE) | OPT(OPT_CONFIRM) | REASON, 0, NEEDS_SCHEMA, cmd_account_set_secret,
     "set the AppSecret; asked for on a terminal, never shown",
     "account set-secret festival\naccount set-secret festival --secret-file - --confirm=festival < secret.txt"},
    {"account", "enable", "KEY", REASON, 0, NEEDS_SCHEMA, cmd_account_enable,
     "let the account work again",
     "account enable festival"},
    {"account", "disable", "KEY", REASON, 0, NEEDS_SCHEMA, cmd_account_disable,
     "stop all work and all claims of the account",
     "account disable festival --reason \"secret leaked\""},
    {"backend", "add", "LOGIN", OPT(OPT_ACCOUNT) | REASON, 0, NEEDS_SCHEMA, cmd_backend_add,
     "let a backend's login claim cards of an account",
     "backend add festival_app --account festival"},
    {"backend", "list", "", 0, 0, NEEDS_SCHEMA, cmd_backend_list,
     "list which login may claim for which account",
     "backend list"},
    {"backend", "remove", "LOGIN", OPT(OPT_ACCOUNT) | REASON, 0, NEEDS_SCHEMA, cmd_backend_remove,
     "take the right to claim away",
     "backend remove festival_app --account festival"},
    {"template", "import", "FILE|-", OPT(OPT_ACCOUNT) | OPT(OPT_KEY) | REASON, 0, NEEDS_SCHEMA, cmd_template_import,
     "read a template from the JSON that card/create takes",
     "template import adult.json --account festival\ntemplate import - --key adult < adult.json"},
    {"template", "list", "", 0, 0, NEEDS_SCHEMA, cmd_template_list,
     "list the templates",
     "template list"},
    {"template", "show", "KEY", 0, 0, NEEDS_SCHEMA, cmd_template_show,
     "show a template and what WeChat said about it",
     "template show adult"},
    {"template", "submit", "KEY", REASON, 0, NEEDS_SCHEMA, cmd_template_submit,
     "send a template to WeChat's review",
     "template submit adult"},
    {"template", "set", "KEY", OPT(OPT_TARGET) | OPT(OPT_LOW) | OPT(OPT_PAUSED) | OPT(OPT_SALE_FROM) |
     OPT(OPT_SALE_UNTIL) | REASON, 0, NEEDS_SCHEMA, cmd_template_set,
     "change pool and sale of a template",
     "template set adult --target 200000 --low 50000\ntemplate set adult --paused on --reason \"gate trouble\""},
    {"pool", "list", "", OPT(OPT_BELOW), 0, NEEDS_SCHEMA, cmd_pool_list,
     "list the pools and how full they are",
     "pool list --below 1000"},
    {"pool", "fill", "KEY", OPT(OPT_CARDS) | OPT(OPT_WAIT) | REASON, 0, NEEDS_SCHEMA, cmd_pool_fill,
     "sign cards for a template now",
     "pool fill adult --wait\npool fill adult --cards 50000"},
    {"job", "list", "", OPT(OPT_STATE) | OPT(OPT_LIMIT), 0, NEEDS_SCHEMA, cmd_job_list,
     "list the newest jobs",
     "job list --state failed"},
    {"job", "show", "ID", 0, 0, NEEDS_SCHEMA, cmd_job_show,
     "show a job",
     "job show 8812"},
    {"job", "retry", "ID", REASON, 0, NEEDS_SCHEMA, cmd_job_retry,
     "queue a failed or cancelled job again",
     "job retry 8812"},
    {"job", "cancel", "ID", REASON, 0, NEEDS_SCHEMA, cmd_job_cancel,
     "end a queued job, or ask a running one to stop",
     "job cancel 8812"},
    {"job", "log", "ID", 0, 0, NEEDS_SCHEMA, cmd_job_log,
     "show the log of a job",
     "job log 8812"},
    {"ip", "check", "[KEY]", 0, 0, NEEDS_SCHEMA, cmd_ip_check,
     "ask WeChat whether this host's address is whitelisted, and which it is",
     "ip check\nip check festival"},
    {"key", "new", "[FILE]", OPT(OPT_CONFIRM) | REASON, 0, NEEDS_SCHEMA, cmd_key_new,
     "make the worker's key; secrets are sealed to its certificate",
     "key new /etc/kaquan/worker.pem"},
    {"key", "list", "", 0, 0, NEEDS_SCHEMA, cmd_key_list,
     "list the certificates",
     "key list"},
    {"credential", "list", "", 0, 0, NEEDS_SCHEMA, cmd_credential_list,
     "show tokens and api_tickets: their life, never their value",
     "credential list"},
    {"epoch", "revoke", "KEY", OPT(OPT_CONFIRM) | REASON, 0, NEEDS_SCHEMA, cmd_epoch_revoke,
     "end the present epoch of an account: none of its cards is handed out any more",
     "epoch revoke festival --confirm=festival --reason \"ticket leaked\""},
    {"audit", "list", "", OPT(OPT_LIMIT), 0, NEEDS_SCHEMA, cmd_audit_list,
     "show who did what, newest first",
     "audit list -n 20"},
    {"site", "show", "", 0, 0, NEEDS_SCHEMA, cmd_site_show,
     "show the settings of the database",
     "site show"},
    {"site", "set", "NAME VALUE", REASON, 0, NEEDS_SCHEMA, cmd_site_set,
     "change a setting of the database",
     "site set margin 180s --reason \"slow gates\""},
    {"config", "show", "", OPT(OPT_ORIGIN), 0, NEEDS_CONF, cmd_config_show,
     "show the settings of this program and where each comes from",
     "config show --plain"},
    {"doctor", NULL, "", 0, 0, NEEDS_CONF, cmd_doctor,
     "look at everything a worker needs; each line has its cure",
     "doctor"},
    {"health", NULL, "", 0, 0, NEEDS_SCHEMA, cmd_health,
     "one line for each check, for monitoring: exit code 0, 2 or 69",
     "health --json"},
    {"completion", NULL, "SHELL", 0, 0, NEEDS_NOTHING, cmd_completion,
     "print completion for bash",
     "completion bash"},
    {"help", NULL, "[TOPIC...]", 0, 0, NEEDS_NOTHING, cmd_help,
     "help for a command, its group, `settings` or `exit-codes`",
     "help template import\nhelp settings"},
};
/* clang-format on */

const struct option_row *option_rows(size_t *count) {
    *count = ARRAY_LEN(options);
    return options;
}

const struct command *command_rows(size_t *count) {
    *count = ARRAY_LEN(commands);
    return commands;
}

struct act call_act(const struct call *call) {
    return (struct act){.person = call->work->person, .reason = call->option[OPT_REASON]};
}

void say(const struct call *call, const char *format, ...) {
    AUTO_BUF struct buf text = {0}, clean = {0};
    va_list args;
    if (call->work->quiet)
        return;
    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    safe_text(&clean, buf_str(&text), text.len);
    fprintf(stderr, "%s\n", buf_str(&clean));
}

/* --- one call from start to end --- */

/* What failed and why, what to do, and a reference. */
static void show_error(const struct err *err) {
    fflush(stdout); /* what was found comes before what failed */
    fprintf(stderr, "%s: %s\n", app_program(), err->text);
    if (err->cure[0] != '\0')
        fprintf(stderr, "  what to do: %s\n", err->cure);
    else if (err->kind == ERR_BUG)
        fprintf(stderr, "  what to do: %s\n", err_class(ERR_BUG)->help);
    if (err->sqlstate[0] != '\0')
        fprintf(stderr, "  reference: SQLSTATE %s\n", err->sqlstate);
    if (err->errcode != 0)
        fprintf(stderr, "  reference: WeChat errcode %d\n", err->errcode);
}

static bool load_settings(struct call *call, struct err *err) {
    size_t count;
    const struct conf_row *rows = conf_rows(&count);
    struct conf *conf = &call->work->conf;
    if (!conf_load(conf, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        const char *value = call->setting[rows[i].id];
        if (value != NULL && !conf_set_flag(conf, rows[i].name, value, err))
            return false;
    }
    return true;
}

/* A choice's place among its words is its number in the enum of log.h. */
static int choice_of(const struct conf *conf, enum conf_id id, const char *const *words, int count) {
    for (int i = 0; i < count; i++)
        if (strcmp(conf_text(conf, id), words[i]) == 0)
            return i;
    return 0;
}

static void start_log(const struct work *work) {
    static const char *const levels[] = {"error", "warn", "info", "debug"};
    static const char *const formats[] = {"auto", "human", "keyvalue", "json"};
    int level = choice_of(&work->conf, CONF_LOG_LEVEL, levels, ARRAY_LEN(levels)) + work->verbose;
    if (work->quiet && level > LOG_WARN)
        level = LOG_WARN;
    log_init((enum log_level)(level > LOG_DEBUG ? LOG_DEBUG : level),
             (enum log_format)choice_of(&work->conf, CONF_LOG_FORMAT, formats, ARRAY_LEN(formats)),
             conf_text(&work->conf, CONF_LOG_FILE));
}

static bool prepare(struct call *call, struct err *err) {
    struct work *work = call->work;
    work->quiet = call->option[OPT_QUIET] != NULL;
    work->json = call->option[OPT_JSON] != NULL;
    work->plain = call->option[OPT_PLAIN] != NULL;
    work->dry_run = call->option[OPT_DRY_RUN] != NULL;
    work->yes = call->option[OPT_YES] != NULL;
    if (call->command->needs == NEEDS_NOTHING)
        return true;
    if (!load_settings(call, err))
        return false;
    start_log(work);
    if (call->command->needs == NEEDS_DB)
        return work_open_raw(work, false, err);
    return call->command->needs != NEEDS_SCHEMA || work_open(work, err);
}

static int exit_code_of(const struct call *call, bool good, const struct err *err) {
    if (good)
        return call->exit_code;
    if (err->kind == ERR_STOPPED && app_stop_signal() == SIGINT)
        return 128 + SIGINT;
    return err_class(err->kind)->exit_code;
}

static bool asks_help(int argc, char **argv) {
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

static bool perform(struct call *call, int argc, char **argv, struct err *err) {
    bool understood = command_read(call, argc, argv, err);
    if (asks_help(argc, argv)) {
        command_help(call, stdout);
        return true;
    }
    if (!understood)
        return false;
    if (call->option[OPT_VERSION] != NULL) {
        command_version();
        return true;
    }
    return prepare(call, err) && call->command->run(call, err);
}

int command_main(int argc, char **argv) {
    struct work work = {0};
    struct call call = {.work = &work};
    struct err err = {0};
    bool good = perform(&call, argc, argv, &err);
    work_close(&work);
    if (good)
        good = output_end(&err);
    if (!good && err.kind != ERR_STOPPED)
        show_error(&err);
    log_close();
    return exit_code_of(&call, good, &err);
}
