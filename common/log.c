#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "buf.h"
#include "lang.h"
#include "text.h"

enum { VALUE_MAX = 2000 };

static struct {
    enum log_level level;
    enum log_format format;
    char *path;
    int fd;
    bool journal; /* stderr is journald's: it adds the time and takes the level as <n> */
} out = {.level = LOG_INFO, .format = LOG_AUTO, .fd = STDERR_FILENO};

static volatile sig_atomic_t reopen_asked;

/* clang-format off */
static const struct level_row {
    const char *name;
    const char *journal; /* syslog's number */
} levels[] = {
    [LOG_ERROR] = {"error", "<3>"},
    [LOG_WARN]  = {"warn",  "<4>"},
    [LOG_INFO]  = {"info",  "<6>"},
    [LOG_DEBUG] = {"debug", "<7>"},
};
/* clang-format on */

static bool stderr_is_journal(void) {
    const char *stream = getenv("JOURNAL_STREAM");
    unsigned long long device, inode;
    struct stat is;
    if (stream == NULL || sscanf(stream, "%llu:%llu", &device, &inode) != 2 || fstat(STDERR_FILENO, &is) != 0)
        return false;
    return device == (unsigned long long)is.st_dev && inode == (unsigned long long)is.st_ino;
}

static void close_file(void) {
    if (out.fd != STDERR_FILENO)
        close(out.fd);
    out.fd = STDERR_FILENO;
}

/* logrotate moved the file away, or this is the first time. */
static void open_file(void) {
    int failed = 0;
    reopen_asked = 0;
    close_file();
    if (out.path != NULL) {
        int fd = open(out.path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
        failed = fd < 0 ? errno : 0;
        out.fd = fd < 0 ? STDERR_FILENO : fd;
    }
    out.journal = out.fd == STDERR_FILENO && stderr_is_journal();
    if (failed != 0)
        log_error("log_file_not_opened", F_TEXT("path", out.path), F_TEXT("why", strerror(failed)));
}

void log_init(enum log_level level, enum log_format format, const char *path) {
    char *copy = path == NULL || path[0] == '\0' ? NULL : mem_text(path);
    log_close();
    out.level = level;
    out.format = format;
    out.path = copy;
    open_file();
}

void log_reopen(void) {
    reopen_asked = 1;
}

/* --- the last lines --- */

static struct {
    bool kept;
    struct buf text;
} tail;

void log_keep_tail(void) {
    tail.kept = true;
}

const struct buf *log_tail(void) {
    return &tail.text;
}

/* What is too old goes line by line. */
static void keep(const struct buf *line) {
    if (!tail.kept)
        return;
    buf_add(&tail.text, line->data, line->len);
    if (tail.text.len <= LOG_TAIL_MAX)
        return;
    size_t old = tail.text.len - LOG_TAIL_MAX;
    const char *end = memchr(tail.text.data + old, '\n', LOG_TAIL_MAX);
    old = end != NULL ? (size_t)(end - tail.text.data) + 1 : old;
    memmove(tail.text.data, tail.text.data + old, tail.text.len - old);
    tail.text.len -= old;
    buf_str(&tail.text);
}

void log_close(void) {
    buf_wipe(&tail.text);
    close_file();
    free(out.path);
    out.path = NULL;
}

enum log_level log_level(void) {
    return out.level;
}

/* Text from outside: secrets first, then made safe, then cut. */
static void add_clean(struct buf *line, const char *text) {
    AUTO_BUF struct buf copy = {0};
    char *shown = mem_new(VALUE_MAX);
    buf_text(&copy, text == NULL ? "" : text);
    log_redact(copy.data);
    safe_copy(shown, VALUE_MAX, copy.data);
    buf_text(line, shown);
    free(shown);
}

/* What add_clean() leaves holds no control character, so two escapes make it a string of JSON. */
static void add_quoted(struct buf *line, const char *text) {
    buf_char(line, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            buf_char(line, '\\');
        buf_char(line, *text);
    }
    buf_char(line, '"');
}

static bool needs_quotes(const char *text) {
    return text[0] == '\0' || strpbrk(text, " \"=") != NULL;
}

static void add_value(struct buf *line, const struct log_fact *fact, bool json) {
    AUTO_BUF struct buf text = {0};
    if (fact->type == FACT_INT)
        buf_printf(line, "%lld", (long long)fact->number);
    if (fact->type == FACT_SECONDS)
        buf_printf(line, "%.3f", isfinite(fact->seconds) ? fact->seconds : -1.0); /* JSON has no infinity */
    if (fact->type != FACT_TEXT)
        return;
    add_clean(&text, fact->text);
    if (json || needs_quotes(buf_str(&text)))
        add_quoted(line, buf_str(&text));
    else
        buf_text(line, buf_str(&text));
}

/* Full and in UTC for files and machines. */
static void add_time(struct buf *line) {
    struct timespec now = {0};
    struct tm parts = {0};
    char text[32] = "";
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &parts);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    buf_printf(line, "%s.%03ldZ", text, now.tv_nsec / 1000000);
}

/* The time of day where the reader sits. */
static void add_clock(struct buf *line) {
    time_t now = time(NULL);
    struct tm parts = {0};
    char text[16] = "";
    localtime_r(&now, &parts);
    strftime(text, sizeof text, "%H:%M:%S", &parts);
    buf_text(line, text);
}

static void write_json(struct buf *line, enum log_level level, const char *event, const struct log_fact *facts) {
    buf_text(line, "{\"time\":\"");
    add_time(line);
    buf_printf(line, "\",\"level\":\"%s\",\"event\":", levels[level].name);
    add_quoted(line, event);
    for (; facts->type != FACT_END; facts++) {
        buf_printf(line, ",\"%s\":", facts->key);
        add_value(line, facts, true);
    }
    buf_char(line, '}');
}

static void write_words(struct buf *line, enum log_level level, const char *event, const struct log_fact *facts,
                        bool human) {
    if (!out.journal) {
        human ? add_clock(line) : add_time(line);
        buf_printf(line, " %-5s ", levels[level].name);
    }
    buf_text(line, event);
    for (; facts->type != FACT_END; facts++) {
        buf_printf(line, " %s=", facts->key);
        add_value(line, facts, false);
    }
}

/* One write() a line: with O_APPEND, lines of several processes do not mix. A log that cannot be written stops
 * nobody. */
static void put(const struct buf *line) {
    size_t at = 0;
    while (at < line->len) {
        ssize_t n = write(out.fd, line->data + at, line->len - at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        at += (size_t)n;
    }
}

void log_event(enum log_level level, const char *event, const struct log_fact *facts) {
    AUTO_BUF struct buf line = {0};
    int before = errno;
    if (level > out.level)
        return;
    if (reopen_asked)
        open_file();
    if (out.journal)
        buf_text(&line, levels[level].journal);
    if (out.format == LOG_JSON)
        write_json(&line, level, event, facts);
    else
        write_words(&line, level, event, facts,
                    out.format == LOG_HUMAN || (out.format == LOG_AUTO && isatty(out.fd)));
    log_redact(line.data);
    line.len = strlen(line.data);
    buf_char(&line, '\n');
    keep(&line);
    put(&line);
    errno = before;
}

/* --- sentences --- */

static bool json_on_stderr(void) {
    return out.format == LOG_JSON && out.fd == STDERR_FILENO && !isatty(STDERR_FILENO);
}

void log_message(const char *format, ...) {
    AUTO_BUF struct buf text = {0}, clean = {0};
    va_list args;
    va_start(args, format);
    buf_vprintf(&text, lang_text(format), args);
    va_end(args);
    add_clean(&clean, buf_str(&text));
    if (json_on_stderr())
        log_info("message", F_TEXT("text", buf_str(&clean)));
    else
        fprintf(stderr, "%s\n", buf_str(&clean));
}

void log_failure(const char *program, const struct err *err) {
    const char *cure = err->cure[0] == '\0' && err->kind == ERR_BUG ? _(err_class(ERR_BUG)->help) : err->cure;
    if (json_on_stderr()) {
        log_error("failed", F_TEXT("why", err->text), F_TEXT("cure", cure), F_TEXT("sqlstate", err->sqlstate),
                  F_INT("errcode", err->errcode), F_INT("exit_code", err_class(err->kind)->exit_code));
        return;
    }
    log_message("%s: %s", program, err->text);
    if (cure[0] != '\0')
        log_message("  what to do: %s", cure);
    if (err->sqlstate[0] != '\0')
        log_message("  reference: SQLSTATE %s", err->sqlstate);
    if (err->errcode != 0)
        log_message("  reference: WeChat errcode %d", err->errcode);
}
