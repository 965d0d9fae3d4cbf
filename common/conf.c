#include "conf.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "text.h"

#ifndef SYSCONFDIR
#define SYSCONFDIR "/etc"
#endif

enum { FILE_MAX = 64 << 10, LINE_MAX_BYTES = 1000, PATH_BYTES = 1024, VALUE_BYTES = 256 };

/* clang-format off */
static const struct conf_row rows[] = {
    {CONF_SERVICE,        "service",        CONF_TEXT,   "", 0, 0, NULL, false,
     "libpq service that says which database; unset: PGSERVICE, PGHOST and the others, as psql reads them"},
    {CONF_KEY_FILE,       "key-file",       CONF_PATH,   "", 0, 0, NULL, false,
     "the worker's private key and certificate; unset: worker.pem in the credentials directory of systemd, else beside the user's config.ini"},
    {CONF_CA_FILE,        "ca-file",        CONF_PATH,   "/etc/ssl/certs/ca-certificates.crt", 0, 0, NULL, false,
     "certificates that WeChat's are checked against"},
    {CONF_EGRESS_ADDRESS, "egress-address", CONF_TEXT,   "", 0, 0, NULL, false,
     "local address to call WeChat from, where a host has several"},
    {CONF_PROXY,          "proxy",          CONF_TEXT,   "", 0, 0, NULL, true,
     "proxy for calls to WeChat; the environment's proxies are never used"},
    {CONF_IPV6,           "ipv6",           CONF_SWITCH, "no", 0, 0, NULL, false,
     "call WeChat over IPv6 too; its whitelist mostly holds IPv4 addresses"},
    {CONF_HOST,           "host",           CONF_TEXT,   "", 0, 0, NULL, false,
     "this host's name in leases and whitelist checks; unset: the system's"},
    {CONF_LOG_LEVEL,      "log-level",      CONF_CHOICE, "info", 0, 0, "error warn info debug", false,
     "least important event that is logged"},
    {CONF_LOG_FORMAT,     "log-format",     CONF_CHOICE, "auto", 0, 0, "auto human keyvalue json", false,
     "auto: for people on a terminal, else key=value"},
    {CONF_LOG_FILE,       "log-file",       CONF_PATH,   "", 0, 0, NULL, false,
     "file for the log, opened again on SIGHUP; unset: standard error"},
    {CONF_LANG,           "lang",           CONF_CHOICE, "auto", 0, 0, "auto en zh_CN", false,
     "language of screens and messages; auto: as LANGUAGE, LC_ALL, LC_MESSAGES or LANG says"},
    {CONF_LOCK_FILE,      "lock-file",      CONF_PATH,   "", 0, 0, NULL, false,
     "keeps two cron runs of one host apart; unset: kaquan-worker.lock in the runtime directory, when there is one"},
    {CONF_BACKUP_FILE,    "backup-file",    CONF_PATH,   "", 0, 0, NULL, false,
     "file that a backup touches when it is done, for doctor --go-live; unset: the server's own archive of its log is looked at"},
    {CONF_BACKUP_HOURS,   "backup-hours",   CONF_NUMBER, "26", 0.1, 8760, NULL, false,
     "how many hours old the last backup may be"},
    {CONF_DISK_PATH,      "disk-path",      CONF_PATH,   "/", 0, 0, NULL, false,
     "place on the disk that must not fill up; best the database's, where that is this host"},
    {CONF_PING_URL,       "ping-url",       CONF_TEXT,   "", 0, 0, NULL, true,
     "address that tells a watcher of cron jobs how `run` went: it calls URL/start, then URL, or URL/fail with the end of its log; https, or http to this host"},
    {CONF_PATIENCE,       "patience",       CONF_NUMBER, "90", 1, 240, NULL, false,
     "seconds that a command without the worker's key waits for what the worker asks WeChat"},
};
/* clang-format on */

/* Where a setting is read from, for its errors and its origin. */
struct source {
    enum conf_origin origin;
    enum err_kind kind;
    const char *path; /* a file, or NULL */
    int line;
    char where[128];
};

const struct conf_row *conf_rows(size_t *count) {
    *count = ARRAY_LEN(rows);
    return rows;
}

static const struct conf_row *row_named(const char *name) {
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    return NULL;
}

static bool unknown(const struct source *from, const char *name, struct err *err) {
    const char *names[ARRAY_LEN(rows)];
    const char *nearest;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        names[i] = rows[i].name;
    nearest = text_nearest(name, names, ARRAY_LEN(rows));
    if (nearest == NULL)
        fail(err, from->kind, "%s: unknown setting \"%s\"", from->where, name);
    else
        fail(err, from->kind, "%s: unknown setting \"%s\", did you mean \"%s\"?", from->where, name, nearest);
    return fail_cure(err, "`kaquan-worker config show` lists the settings");
}

/* Is `value` one of the words of `choices`, in whole? */
static bool is_choice(const char *choices, const char *value) {
    size_t len = strlen(value);
    for (const char *word = choices; len > 0 && *word != '\0'; word += strspn(word, " ")) {
        size_t n = strcspn(word, " ");
        if (n == len && strncmp(word, value, n) == 0)
            return true;
        word += n;
    }
    return false;
}

static const char *switch_value(const char *value) {
    static const char *const words[][2] = {{"yes", "no"}, {"on", "off"}, {"true", "false"}, {"1", "0"}};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        for (size_t j = 0; j < 2; j++)
            if (strcasecmp(value, words[i][j]) == 0)
                return words[0][j];
    return NULL;
}

static bool is_number(const char *value, double low, double high) {
    char *end;
    double v = strtod(value, &end);
    return end != value && *end == '\0' && isfinite(v) && v >= low && v <= high;
}

/* "~/" is the home directory; anything else must be whole, for cron starts elsewhere than a shell. */
static bool full_path(const char *value, char out[VALUE_BYTES]) {
    const char *home = getenv("HOME");
    int len = value[0] == '~' && value[1] == '/' && home != NULL ? snprintf(out, VALUE_BYTES, "%s%s", home, value + 1)
                                                                 : snprintf(out, VALUE_BYTES, "%s", value);
    return len < VALUE_BYTES && out[0] == '/';
}

/* `value` as it is kept, in `out`; otherwise what was expected, in `expected`. */
static bool accept(const struct conf_row *row, const char *value, char out[VALUE_BYTES], char expected[VALUE_BYTES]) {
    const char *plain = value;
    switch (row->type) {
    case CONF_SWITCH:
        plain = switch_value(value);
        snprintf(expected, VALUE_BYTES, "yes or no");
        break;
    case CONF_CHOICE:
        plain = is_choice(row->choices, value) ? value : NULL;
        snprintf(expected, VALUE_BYTES, "one of: %s", row->choices);
        break;
    case CONF_NUMBER:
        plain = is_number(value, row->low, row->high) ? value : NULL;
        snprintf(expected, VALUE_BYTES, "a number of %g..%g", row->low, row->high);
        break;
    case CONF_PATH:
        snprintf(expected, VALUE_BYTES, "a path that begins with / or ~/, of at most %d bytes", VALUE_BYTES - 1);
        return full_path(value, out);
    case CONF_TEXT:
        snprintf(expected, VALUE_BYTES, "at most %d bytes", VALUE_BYTES - 1);
        break;
    }
    return plain != NULL && text_copy(out, VALUE_BYTES, plain);
}

static bool is_plain_text(const char *text, size_t len) {
    for (size_t i = 0; i < len; i++)
        if (((unsigned char)text[i] < 0x20 && text[i] != '\t') || text[i] == 0x7F)
            return false;
    return utf8_valid(text, len);
}

static bool bad_value(const struct source *from, const struct conf_row *row, const char *value, const char *expected,
                      struct err *err) {
    if (row->secret)
        return fail(err, from->kind, "%s: %s: %s expected", from->where, row->name, expected);
    return fail(err, from->kind, "%s: %s: %s expected, not \"%.100s\"", from->where, row->name, expected, value);
}

/* $XDG_CONFIG_HOME/kaquan/NAME, or the same in ~/.config; "" without a home. */
static void user_path(char *out, size_t size, const char *name) {
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    out[0] = '\0';
    if (config != NULL && config[0] == '/')
        snprintf(out, size, "%s/kaquan/%s", config, name);
    else if (home != NULL && home[0] == '/')
        snprintf(out, size, "%s/.config/kaquan/%s", home, name);
}

static void key_file_default(char *out, size_t size) {
    const char *credentials = getenv("CREDENTIALS_DIRECTORY");
    if (credentials != NULL && credentials[0] == '/')
        snprintf(out, size, "%s/worker.pem", credentials);
    else
        user_path(out, size, "worker.pem");
}

static void lock_file_default(char *out, size_t size) {
    const char *service = getenv("RUNTIME_DIRECTORY"), *session = getenv("XDG_RUNTIME_DIR");
    const char *directory = service != NULL && service[0] == '/' ? service : session;
    if (directory != NULL && directory[0] == '/') /* systemd lists several with colons */
        snprintf(out, size, "%.*s/kaquan-worker.lock", int_of(strcspn(directory, ":")), directory);
}

static void host_default(char *out, size_t size) {
    if (gethostname(out, size - 1) != 0)
        text_copy(out, size, "unknown");
}

static void default_of(const struct conf_row *row, char out[VALUE_BYTES]) {
    memset(out, 0, VALUE_BYTES);
    text_copy(out, VALUE_BYTES, row->fallback);
    if (row->id == CONF_KEY_FILE)
        key_file_default(out, VALUE_BYTES);
    if (row->id == CONF_LOCK_FILE)
        lock_file_default(out, VALUE_BYTES);
    if (row->id == CONF_HOST)
        host_default(out, VALUE_BYTES);
}

/* An empty value is the default: so a user takes back what the system file says. */
static bool set(struct conf *conf, const struct source *from, const struct conf_row *row, const char *value,
                struct err *err) {
    char kept[VALUE_BYTES], expected[VALUE_BYTES];
    if (!is_plain_text(value, strlen(value)))
        return bad_value(from, row, value, "UTF-8 text without control characters", err);
    if (value[0] == '\0')
        default_of(row, kept);
    else if (!accept(row, value, kept, expected))
        return bad_value(from, row, value, expected, err);
    text_copy(conf->value[row->id], sizeof conf->value[row->id], kept);
    text_copy(conf->where[row->id], sizeof conf->where[row->id], from->where);
    conf->origin[row->id] = from->origin;
    return true;
}

/* "file:line". The end of a long path says more than its beginning. */
static void name_place(struct source *from) {
    char place[PATH_BYTES + 16];
    size_t len, keep = sizeof from->where - 4;
    if (from->line > 0)
        snprintf(place, sizeof place, "%s:%d", from->path, from->line);
    else
        snprintf(place, sizeof place, "%s", from->path);
    len = strlen(place);
    if (len < sizeof from->where)
        memcpy(from->where, place, len + 1);
    else
        snprintf(from->where, sizeof from->where, "...%s", place + len - keep);
}

static char *trim(char *text) {
    size_t len;
    text += strspn(text, " \t");
    len = strlen(text);
    while (len > 0 && strchr(" \t\r", text[len - 1]) != NULL)
        text[--len] = '\0';
    return text;
}

/* One line of a file, `lines[id]` being where a setting was seen before. */
static bool read_line(struct conf *conf, const struct source *from, char *line, int lines[CONF_IDS],
                      struct err *err) {
    char *name = trim(line), *equals = strchr(name, '=');
    const struct conf_row *row;
    if (name[0] == '\0' || name[0] == '#' || name[0] == ';')
        return true;
    if (name[0] == '[')
        return fail(err, from->kind, "%s: settings have no sections", from->where);
    if (equals == NULL)
        return fail(err, from->kind, "%s: \"name = value\" expected, not \"%.60s\"", from->where, name);
    *equals = '\0';
    name = trim(name);
    row = row_named(name);
    if (row == NULL)
        return unknown(from, name, err);
    if (lines[row->id] != 0)
        return fail(err, from->kind, "%s: %s is set in line %d already", from->where, name, lines[row->id]);
    lines[row->id] = from->line;
    return set(conf, from, row, trim(equals + 1), err);
}

static bool read_lines(struct conf *conf, struct source *from, const char *text, size_t len, struct err *err) {
    int lines[CONF_IDS] = {0};
    char line[LINE_MAX_BYTES + 1];
    for (size_t at = 0; at < len; at++) {
        const char *end = memchr(text + at, '\n', len - at);
        size_t n = (end == NULL ? len : (size_t)(end - text)) - at;
        from->line++;
        name_place(from);
        if (n > LINE_MAX_BYTES)
            return fail(err, from->kind, "%s: the line is longer than %d bytes", from->where, LINE_MAX_BYTES);
        memcpy(line, text + at, n);
        line[n] = '\0';
        if (!is_plain_text(line, n > 0 && line[n - 1] == '\r' ? n - 1 : n))
            return fail(err, from->kind, "%s: not a line of UTF-8 text", from->where);
        if (!read_line(conf, from, line, lines, err))
            return false;
        at += n;
    }
    return true;
}

/* By descriptor: a symbolic link is followed, and what it leads to is what is checked. */
static bool check_owner(const struct source *from, int fd, struct err *err) {
    struct stat is;
    if (fstat(fd, &is) != 0)
        return fail(err, from->kind, "%s: %s", from->where, strerror(errno));
    if (!S_ISREG(is.st_mode))
        return fail(err, from->kind, "%s: not a regular file", from->where);
    if (is.st_uid != 0 && is.st_uid != geteuid()) {
        fail(err, from->kind, "%s: belongs to another user", from->where);
        return fail_cure(err, "it must belong to you or to root");
    }
    if ((is.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        fail(err, from->kind, "%s: others can write it", from->where);
        return fail_cure(err, "chmod go-w %s", from->path);
    }
    return true;
}

static bool read_all(const struct source *from, int fd, struct buf *text, struct err *err) {
    while (text->len <= FILE_MAX) {
        ssize_t n = read(fd, buf_room(text, 4096), 4096);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail(err, from->kind, "%s: %s", from->where, strerror(errno));
        if (n == 0)
            break;
        text->len += (size_t)n;
    }
    return true;
}

static bool read_descriptor(struct conf *conf, struct source *from, int fd, struct err *err) {
    AUTO_BUF struct buf text = {0};
    if (!check_owner(from, fd, err) || !read_all(from, fd, &text, err))
        return false;
    if (!read_lines(conf, from, buf_str(&text), text.len, err))
        return false;
    return text.len <= FILE_MAX || fail(err, from->kind, "%s: longer than %d bytes", from->path, FILE_MAX);
}

/* A file that is not there is no error: the defaults do. */
static bool read_file(struct conf *conf, enum conf_origin origin, const char *path, struct err *err) {
    struct source from = {.origin = origin, .kind = ERR_CONFIG, .path = path};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK); /* a FIFO must not hold us up */
    bool good;
    name_place(&from);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return true;
    if (fd < 0)
        return fail(err, ERR_CONFIG, "%s: %s", from.where, strerror(errno));
    good = read_descriptor(conf, &from, fd, err);
    close(fd);
    return good;
}

const char *conf_variable(const struct conf_row *row, char out[CONF_VARIABLE_SIZE]) {
    snprintf(out, CONF_VARIABLE_SIZE, "KAQUAN_%s", row->name);
    for (char *c = out; *c != '\0'; c++)
        *c = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
    return out;
}

/* An empty variable is an unset one. Other names that begin with KAQUAN_ may belong to other programs. */
static bool read_environment(struct conf *conf, struct err *err) {
    struct source from = {.origin = FROM_ENVIRONMENT, .kind = ERR_CONFIG};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const char *value;
        conf_variable(&rows[i], from.where);
        value = getenv(from.where);
        if (value != NULL && value[0] != '\0' && !set(conf, &from, &rows[i], value, err))
            return false;
    }
    return true;
}

static void set_defaults(struct conf *conf) {
    *conf = (struct conf){0};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        default_of(&rows[i], conf->value[rows[i].id]);
}

bool conf_load(struct conf *conf, struct err *err) {
    char path[PATH_BYTES];
    set_defaults(conf);
    snprintf(path, sizeof path, "%s/kaquan/config.ini", SYSCONFDIR);
    if (!read_file(conf, FROM_SYSTEM_FILE, path, err))
        return false;
    user_path(path, sizeof path, "config.ini");
    if (path[0] != '\0' && !read_file(conf, FROM_USER_FILE, path, err))
        return false;
    return read_environment(conf, err);
}

bool conf_set_flag(struct conf *conf, const char *name, const char *value, struct err *err) {
    struct source from = {.origin = FROM_FLAG, .kind = ERR_USAGE};
    const struct conf_row *row = row_named(name);
    snprintf(from.where, sizeof from.where, "--%s", name);
    return row == NULL ? unknown(&from, name, err) : set(conf, &from, row, value, err);
}

const char *conf_text(const struct conf *conf, enum conf_id id) {
    return conf->value[id];
}

double conf_number(const struct conf *conf, enum conf_id id) {
    return strtod(conf->value[id], NULL);
}

bool conf_switch(const struct conf *conf, enum conf_id id) {
    return strcmp(conf->value[id], "yes") == 0;
}

const char *conf_source_name(const struct conf *conf, enum conf_id id) {
    static const char *const names[] = {[FROM_DEFAULT] = "default",
                                        [FROM_SYSTEM_FILE] = "system file",
                                        [FROM_USER_FILE] = "user file",
                                        [FROM_ENVIRONMENT] = "environment",
                                        [FROM_FLAG] = "flag"};
    return names[conf->origin[id]];
}

const char *conf_origin_name(const struct conf *conf, enum conf_id id) {
    return conf->origin[id] == FROM_DEFAULT ? "default" : conf->where[id];
}
