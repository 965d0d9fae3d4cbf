#include "ask.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "app.h"
#include "lang.h"
#include "text.h"

enum { ANSWER_MAX = 600, SECRET_FILE_MAX = 4096, SECRET_LEAST = 8, PERSON_MAX = 64, PERSONS_MAX = 4096 };

static bool can_ask(const struct call *call) {
    return call->option[OPT_NO_INPUT] == NULL && isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

/* A line from the terminal, without its end; false at the end of input or when asked to stop. */
static bool read_answer(char *out, size_t size) {
    size_t len = 0;
    while (len + 1 < size) {
        ssize_t n = read(STDIN_FILENO, out + len, 1);
        if (n < 0 && errno == EINTR && !app_stopping())
            continue;
        if (n <= 0)
            return false;
        if (out[len] == '\n')
            break;
        len++;
    }
    out[len] = '\0';
    return true;
}

PRINTF(1, 0)
static void show_question(const char *format, va_list args) {
    AUTO_BUF struct buf text = {0}, clean = {0};
    buf_vprintf(&text, lang_text(format), args);
    safe_text(&clean, buf_str(&text), text.len);
    fputs(buf_str(&clean), stderr);
}

bool ask_yes(const struct call *call, struct err *err, const char *format, ...) {
    char answer[ANSWER_MAX];
    va_list args;
    if (call->work->yes || call->request != 0)
        return true;
    if (!can_ask(call)) {
        fail(err, ERR_USAGE, "this needs a confirmation");
        return fail_cure(err, "add --yes");
    }
    va_start(args, format);
    show_question(format, args);
    va_end(args);
    fputs(" [y/N] ", stderr);
    if (read_answer(answer, sizeof answer) && (strcmp(answer, "y") == 0 || strcmp(answer, "yes") == 0))
        return true;
    return fail(err, ERR_USAGE, "not confirmed, nothing was done");
}

bool ask_name(const struct call *call, const char *name, struct err *err, const char *format, ...) {
    const char *confirmed = call->option[OPT_CONFIRM];
    char answer[ANSWER_MAX];
    va_list args;
    if (call->request != 0 || (confirmed != NULL && strcmp(confirmed, name) == 0))
        return true;
    if (confirmed != NULL || !can_ask(call)) {
        fail(err, ERR_USAGE, "this needs a confirmation by name");
        return fail_cure(err, "add --confirm=%s", name);
    }
    va_start(args, format);
    show_question(format, args);
    va_end(args);
    fprintf(stderr, _("\nType %s to go on: "), name);
    if (read_answer(answer, sizeof answer) && strcmp(answer, name) == 0)
        return true;
    return fail(err, ERR_USAGE, "not confirmed, nothing was done");
}

/* --- files --- */

static bool file_good(int fd, const char *path, bool secret, struct err *err) {
    struct stat info;
    if (fstat(fd, &info) != 0)
        return fail(err, ERR_IO, "%s: %s", path, strerror(errno));
    if (S_ISDIR(info.st_mode))
        return fail(err, ERR_INPUT, "%s is a directory", path);
    if (secret && S_ISREG(info.st_mode) && (info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        fail(err, ERR_PERMISSION, "%s holds a secret and is open to its group or to others", path);
        return fail_cure(err, "chmod 0600 %s; if somebody may have read it, reset the AppSecret at WeChat", path);
    }
    return true;
}

static bool read_all(int fd, const char *path, size_t limit, struct buf *text, struct err *err) {
    for (;;) {
        ssize_t n = read(fd, buf_room(text, 4096), 4096);
        if (n < 0 && errno == EINTR && !app_stopping())
            continue;
        if (n < 0)
            return fail(err, app_stopping() ? ERR_STOPPED : ERR_IO, "%s: %s", path, strerror(errno));
        if (n == 0)
            return true;
        text->len += (size_t)n;
        text->data[text->len] = '\0';
        if (text->len > limit)
            return fail(err, ERR_INPUT, "%s is longer than %zu bytes", path, limit);
    }
}

bool ask_file(const char *path, size_t limit, bool secret, struct buf *text, struct err *err) {
    int fd;
    bool good;
    if (strcmp(path, "-") == 0)
        return read_all(STDIN_FILENO, _("standard input"), limit, text, err);
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return fail(err, errno == EACCES ? ERR_PERMISSION : ERR_INPUT, "%s cannot be read: %s", path,
                    strerror(errno));
    good = file_good(fd, path, secret, err) && read_all(fd, path, limit, text, err);
    close(fd);
    return good;
}

/* --- persons --- */

/* One more line, without the blanks around it. */
static bool take_person(char *line, int most, const char **persons, int *count, struct err *err) {
    line += strspn(line, " \t");
    line[strcspn(line, " \t\r")] = '\0';
    if (line[0] == '\0')
        return true;
    if (*count == most)
        return fail(err, ERR_INPUT, "at most %d openids are taken at once", most);
    if (strlen(line) > PERSON_MAX)
        return fail(err, ERR_INPUT, "an openid of %zu characters: it has 28", strlen(line));
    persons[(*count)++] = line;
    return true;
}

bool ask_persons(const struct call *call, int most, struct buf *text, const char **persons, int *count,
                 struct err *err) {
    const char *path = call->option[OPT_OPENID_FILE];
    char *line, *rest;
    *count = 0;
    if (path == NULL) {
        fail(err, ERR_USAGE, "no openid was given");
        return fail_cure(err, "add --openid-file FILE, or --openid-file - for standard input");
    }
    if (!ask_file(path, PERSONS_MAX, false, text, err))
        return false;
    for (rest = text->data; (line = strsep(&rest, "\n")) != NULL;)
        if (!take_person(line, most, persons, count, err))
            return false;
    return *count > 0 || fail(err, ERR_INPUT, "%s: there is no openid in it", path);
}

static bool filter_text(const struct call *call, struct buf *text, struct err *err) {
    const char *filter = call->option[OPT_FILTER];
    if (filter == NULL || strcmp(filter, "-") != 0) {
        buf_text(text, filter != NULL ? filter : "");
        return true;
    }
    if (!ask_file(filter, FILTER_TEXT, false, text, err))
        return false;
    while (text->len > 0 && strchr("\r\n", text->data[text->len - 1]) != NULL)
        text->data[--text->len] = '\0';
    return true;
}

bool ask_filter(const struct call *call, const struct filter_table *table, struct buf *text, struct filter *filter,
                struct err *err) {
    const char *typed = call->option[OPT_FILTER];
    if (!filter_text(call, text, err) || !filter_read(table, buf_str(text), filter, err))
        return false;
    for (int i = 0; i < filter->terms; i++)
        if (filter->term[i].field->personal && strcmp(typed, "-") != 0) {
            fail(err, ERR_USAGE,
                 "--filter: %s names a person, and everybody on this host sees the words of a command",
                 filter->term[i].field->name);
            return fail_cure(err, "give the filter on standard input: --filter -");
        }
    return true;
}

/* --- secrets --- */

/* Nothing is shown while it is typed; the terminal is as before afterwards, also when a signal came. */
static bool read_unseen(const char *prompt, struct buf *text, struct err *err) {
    struct termios before, unseen;
    char answer[ANSWER_MAX];
    bool good;
    if (tcgetattr(STDIN_FILENO, &before) != 0)
        return fail(err, ERR_IO, "the terminal cannot be set: %s", strerror(errno));
    unseen = before;
    unseen.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &unseen); /* before the question: what is typed at once is not seen either */
    fprintf(stderr, "%s: ", _(prompt));
    good = read_answer(answer, sizeof answer);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    fputc('\n', stderr);
    if (good)
        buf_text(text, answer);
    explicit_bzero(answer, sizeof answer);
    return good || fail(err, app_stopping() ? ERR_STOPPED : ERR_USAGE, "nothing was typed");
}

/* Without the end of its line; an AppSecret is 32 hexadecimal digits, WeChat may lengthen it one day. */
static bool take_secret(struct buf *text, struct secret *secret, struct err *err) {
    size_t len = text->len;
    while (len > 0 && strchr("\r\n", text->data[len - 1]) != NULL)
        len--;
    for (size_t i = 0; i < len; i++)
        if (text->data[i] <= ' ' || text->data[i] > '~') {
            fail(err, ERR_INPUT, "the AppSecret has a space or a character that cannot be in it (place %zu)", i + 1);
            return fail_cure(err, "give it alone, on one line, as WeChat's console shows it");
        }
    if (len < SECRET_LEAST || !secret_set(secret, text->data, len)) {
        fail(err, ERR_INPUT, "the AppSecret has %zu characters", len);
        return fail_cure(err, "an AppSecret has 32; give it alone, on one line");
    }
    return true;
}

bool ask_secret(const struct call *call, const char *prompt, struct secret *secret, struct err *err) {
    AUTO_BUF struct buf text = {0};
    const char *path = call->option[OPT_SECRET_FILE];
    if (path == NULL && !can_ask(call)) {
        fail(err, ERR_USAGE, "no secret was given");
        return fail_cure(err, "add --secret-file FILE, or --secret-file - for standard input");
    }
    if (path == NULL ? !read_unseen(prompt, &text, err) : !ask_file(path, SECRET_FILE_MAX, true, &text, err))
        return false;
    return take_secret(&text, secret, err);
}
