#include "err.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "lang.h"
#include "log.h"
#include "text.h"

/* clang-format off */
static const struct err_class classes[ERR_KINDS] = {
    [ERR_NONE]        = {"none",         0, false, "nothing went wrong"},
    [ERR_PARTIAL]     = {"partial",      1, false, "some items failed, the rest is done: look at those that failed"},
    [ERR_USAGE]       = {"usage",       64, false, "wrong flags or a missing confirmation: correct the command line"},
    [ERR_INPUT]       = {"input",       65, false, "a bad file or value: correct it and try again"},
    [ERR_UNAVAILABLE] = {"unavailable", 69, true,  "the database or WeChat cannot be reached"},
    [ERR_BUG]         = {"bug",         70, false, "a fault of this program: please report it with the log"},
    [ERR_IO]          = {"io",          74, true,  "a file could not be read or written"},
    [ERR_BUSY]        = {"busy",        75, true,  "a quota, a rate limit or a lock: goes on by itself"},
    [ERR_PROTOCOL]    = {"protocol",    76, true,  "an answer that makes no sense"},
    [ERR_PERMISSION]  = {"permission",  77, false, "the role, the IP whitelist or the secret does not allow it"},
    [ERR_CONFIG]      = {"config",      78, false, "the configuration is wrong"},
    [ERR_LOST]        = {"lost",        75, true,  "another worker took over: it does the work"},
    [ERR_STOPPED]     = {"stopped",    143, true,  "asked to stop, stopped at a safe point"},
};
/* clang-format on */

const struct err_class *err_class(enum err_kind kind) {
    return &classes[kind < ERR_KINDS ? kind : ERR_BUG];
}

enum err_kind err_kind_named(const char *name) {
    for (size_t i = 0; i < ERR_KINDS; i++)
        if (strcmp(classes[i].name, name) == 0)
            return (enum err_kind)i;
    return ERR_BUG;
}

/* Secrets go before the text is cut: half a secret would not be found any more. `out` may be an argument of the
 * format, so it is written last. */
PRINTF(4, 0)
static void clean_text(char *out, size_t size, const char *behind, const char *format, va_list args) {
    AUTO_BUF struct buf text = {0};
    buf_vprintf(&text, format, args);
    buf_text(&text, behind);
    log_redact(text.data);
    safe_copy(out, size, text.data);
}

bool fail(struct err *err, enum err_kind kind, const char *format, ...) {
    va_list args;
    struct err fresh = {.kind = kind};
    if (err == NULL)
        return false;
    va_start(args, format);
    clean_text(fresh.text, sizeof fresh.text, "", lang_text(format), args);
    va_end(args);
    *err = fresh;
    return false;
}

bool fail_cure(struct err *err, const char *format, ...) {
    va_list args;
    if (err == NULL)
        return false;
    va_start(args, format);
    clean_text(err->cure, sizeof err->cure, "", lang_text(format), args);
    va_end(args);
    return false;
}

bool fail_in(struct err *err, const char *format, ...) {
    AUTO_BUF struct buf rest = {0};
    va_list args;
    if (err == NULL)
        return false;
    buf_printf(&rest, ": %s", err->text);
    va_start(args, format);
    clean_text(err->text, sizeof err->text, rest.data, lang_text(format), args);
    va_end(args);
    return false;
}

void err_clear(struct err *err) {
    if (err != NULL)
        *err = (struct err){0};
}

_Noreturn void bug(const char *format, ...) {
    static bool ending; /* a bug found while ending for a bug, by a handler of atexit() or by the log */
    char what[512];
    va_list args;
    if (ending)
        _exit(classes[ERR_BUG].exit_code);
    ending = true;
    va_start(args, format);
    clean_text(what, sizeof what, "", format, args);
    va_end(args);
    log_error("bug", F_TEXT("what", what));
    exit(classes[ERR_BUG].exit_code);
}
