#include "command.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "cmd.h"
#include "guard.h"
#include "json.h"
#include "lang.h"
#include "log.h"
#include "output.h"
#include "ping.h"
#include "text.h"

struct act call_act(const struct call *call) {
    return (struct act){.person = call->work->person, .reason = call->option[OPT_REASON], .request = call->request};
}

/* "next: kaquan-worker job show 12" tells the next command; the rest is what was done. */
static void keep_said(struct work *work, const char *text) {
    const char *colon = strncmp(text, "next", 4) == 0 ? strstr(text, ": ") : NULL;
    if (colon != NULL && work->next.len == 0) {
        buf_text(&work->next, colon + 2);
    } else if (colon == NULL) {
        buf_text(&work->said, work->said.len == 0 ? "" : ",");
        json_quote(&work->said, text);
    }
}

void say(const struct call *call, const char *format, ...) {
    AUTO_BUF struct buf text = {0};
    va_list args;
    va_start(args, format);
    buf_vprintf(&text, lang_text(format), args);
    va_end(args);
    keep_said(call->work, buf_str(&text));
    if (!call->work->quiet)
        log_message("%s", buf_str(&text));
}

/* The result of an act, which has nothing to list. */
static void output_act(const struct call *call) {
    static const struct output_column columns[] = {
        {"command", "COMMAND", OUT_TEXT}, {"arguments", "ARGUMENTS", OUT_JSON}, {"messages", "MESSAGES", OUT_JSON}};
    AUTO_OUTPUT_ROWS struct output o = output_begin("kaquan.act.1", columns, ARRAY_LEN(columns));
    AUTO_BUF struct buf name = {0}, arguments = {0}, messages = {0};
    buf_printf(&name, "%s%s%s", call->command->noun, call->command->verb ? " " : "",
               call->command->verb ? call->command->verb : "");
    for (int i = 0; i < call->arguments; i++) {
        buf_char(&arguments, i == 0 ? '[' : ',');
        json_quote(&arguments, call->argument[i]);
    }
    buf_text(&arguments, arguments.len == 0 ? "[]" : "]");
    buf_printf(&messages, "[%s]", buf_str(&call->work->said));
    output_cell(&o, buf_str(&name));
    output_cell(&o, buf_str(&arguments));
    output_cell(&o, buf_str(&messages));
    o.next = call->work->next.len > 0 ? buf_str(&call->work->next) : NULL;
    output_record(&o, call->work);
}

/* --- one call from start to end --- */

/* Also what is wrong with the words is said in the language they ask for. */
static void choose_language(const struct conf *conf, int argc, char **argv) {
    const char *wanted = conf_text(conf, CONF_LANG);
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strncmp(argv[i], "--lang=", 7) == 0)
            wanted = argv[i] + 7;
        else if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc)
            wanted = argv[i + 1];
    lang_start(wanted);
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
    int format = choice_of(&work->conf, CONF_LOG_FORMAT, formats, ARRAY_LEN(formats));
    if (work->quiet && level > LOG_WARN)
        level = LOG_WARN;
    log_init((enum log_level)(level > LOG_DEBUG ? LOG_DEBUG : level), (enum log_format)format,
             conf_text(&work->conf, CONF_LOG_FILE));
    if (format == LOG_JSON)
        lang_start("en");
}

/* A watcher is told of runs, also of those that come to nothing: without a database, say. */
static bool is_watched(const struct call *call) {
    return call->command != NULL && call->command->run == cmd_run && !call->work->dry_run;
}

static bool prepare(struct call *call, struct err *err) {
    struct work *work = call->work;
    work->quiet = call->option[OPT_QUIET] != NULL;
    work->json = call->option[OPT_JSON] != NULL;
    work->plain = call->option[OPT_PLAIN] != NULL;
    work->dry_run = call->option[OPT_DRY_RUN] != NULL;
    work->yes = call->option[OPT_YES] != NULL;
    work->by_person = true; /* run and serve say otherwise */
    if (work->json || work->plain)
        lang_start("en"); /* programs read it */
    if (call->command->needs == NEEDS_NOTHING)
        return true;
    if (!load_settings(call, err))
        return false;
    start_log(work);
    if (is_watched(call))
        ping_start(work);
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
    bool understood = command_read(call, argc, argv, err), held = false;
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
    if (!prepare(call, err) || !guard_hold(call, &held, err))
        return false;
    if (!held && !call->command->run(call, err))
        return false;
    if (call->work->json && !output_shown() && call->command->needs != NEEDS_NOTHING)
        output_act(call);
    return true;
}

int command_main(int argc, char **argv) {
    struct work work = {0};
    struct call call = {.work = &work};
    struct err err = {0};
    bool good;
    if (!conf_load(&work.conf, &err)) /* said by those who need the settings */
        err_clear(&err);
    choose_language(&work.conf, argc, argv);
    good = perform(&call, argc, argv, &err);
    ping_end(&work, good || err.kind == ERR_STOPPED ? NULL : &err);
    work_close(&work);
    if (good)
        good = output_end(&err);
    fflush(stdout); /* what was found comes before what failed */
    if (!good && err.kind != ERR_STOPPED)
        log_failure(app_program(), &err);
    log_close();
    return exit_code_of(&call, good, &err);
}
