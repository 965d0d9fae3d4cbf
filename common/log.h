/* log.h - one event a line on stderr: what happened, then its facts. */
#ifndef KAQUAN_LOG_H
#define KAQUAN_LOG_H

#include "base.h"
#include "buf.h"
#include "err.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };
enum log_format { LOG_AUTO, LOG_HUMAN, LOG_KEYVALUE, LOG_JSON }; /* auto: human on a terminal, else key=value */

/* A fact of an event. Values are typed so that nothing can be smuggled in by a format. */
enum fact_type { FACT_END, FACT_TEXT, FACT_INT, FACT_SECONDS };
struct log_fact {
    enum fact_type type;
    const char *key;
    const char *text;
    int64_t number;
    double seconds;
};
#define F_TEXT(k, v) ((struct log_fact){.type = FACT_TEXT, .key = (k), .text = (v)})
#define F_INT(k, v) ((struct log_fact){.type = FACT_INT, .key = (k), .number = (int64_t)(v)})
#define F_SECONDS(k, v) ((struct log_fact){.type = FACT_SECONDS, .key = (k), .seconds = (v)})
#define F_NONE ((struct log_fact){.type = FACT_END})

/* `path` NULL or "": stderr. With `path` the file is reopened when log_reopen() was called (SIGHUP; safe in a signal
 * handler). A file that cannot be opened is said on stderr, where the lines go then. journald's <3> prefix is
 * set when $JOURNAL_STREAM names our stderr. */
void log_init(enum log_level level, enum log_format format, const char *path);
void log_reopen(void);
void log_close(void);
enum log_level log_level(void);

/* `facts` ends with F_NONE. */
void log_event(enum log_level level, const char *event, const struct log_fact *facts);
/* log_info("pool_fill", F_INT("signed", n), F_SECONDS("took", s)); an event without facts takes F_NONE. */
#define LOG_LINE(level, event, ...) log_event(level, event, (const struct log_fact[]){__VA_ARGS__, F_NONE})
#define log_error(event, ...) LOG_LINE(LOG_ERROR, event, __VA_ARGS__)
#define log_warn(event, ...) LOG_LINE(LOG_WARN, event, __VA_ARGS__)
#define log_info(event, ...) LOG_LINE(LOG_INFO, event, __VA_ARGS__)
#define log_debug(event, ...) LOG_LINE(LOG_DEBUG, event, __VA_ARGS__)

/* A sentence for the person at the terminal, on stderr (printf style; made safe like everything). Where lines of JSON
 * are read from stderr it is the event "message", so that nothing else is among them. */
void log_message(const char *format, ...) PRINTF(1, 2);
/* What failed and why, what to do, and a reference: the last words of a program. There it is the event "failed". */
void log_failure(const char *program, const struct err *err);

/* From here on the last lines are kept, as they were written, up to LOG_TAIL_MAX bytes; log_tail() is what there is
 * of them, lent until the next line. */
enum { LOG_TAIL_MAX = 8 << 10 };
void log_keep_tail(void);
const struct buf *log_tail(void);

/* Second guard behind the types: live secrets (set by secret_set) are replaced by [secret] in every line, plain,
 * URL-encoded or base64; then whatever stands behind access_token=, "secret": and the like. `text` is changed in
 * place, never longer than before; also used for error texts and job logs. Values under LOG_SECRET_MIN bytes are not
 * looked for: they would cover half of every line. */
enum { LOG_SECRET_MIN = 6 };
void log_redact(char *text);
void log_secret_add(const char *value, size_t len);
void log_secret_forget(const char *value, size_t len);

#endif
