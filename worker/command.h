/* command.h - the command line: one table of commands and one of options. Reading, help, "did you mean" and
 * completion are loops over them; adding a command is adding a row. */
#ifndef KAQUAN_COMMAND_H
#define KAQUAN_COMMAND_H

#include <stdio.h>

#include "audit.h"
#include "conf.h"
#include "err.h"
#include "work.h"

enum option_id {
    OPT_HELP,
    OPT_VERSION,
    OPT_JSON,
    OPT_PLAIN,
    OPT_QUIET,
    OPT_VERBOSE,
    OPT_YES,
    OPT_NO_INPUT,
    OPT_NO_COLOR,
    OPT_DRY_RUN,
    OPT_CONFIRM,
    OPT_REASON,
    OPT_MAX_SECONDS,
    OPT_JITTER,
    OPT_LOCK_CONFLICT,
    OPT_APPID,
    OPT_NAME,
    OPT_ORIGINAL_ID,
    OPT_API_BASE,
    OPT_TOKEN_MODE,
    OPT_SECRET_FILE,
    OPT_ACCOUNT,
    OPT_KEY,
    OPT_TARGET,
    OPT_LOW,
    OPT_PAUSED,
    OPT_SALE_FROM,
    OPT_SALE_UNTIL,
    OPT_BELOW,
    OPT_CARDS,
    OPT_WAIT,
    OPT_STATE,
    OPT_LIMIT,
    OPT_ORIGIN,
    OPT_COLUMN,
    OPT_TEMPLATE,
    OPT_WRITE,
    OPT_GO_LIVE,
    OPT_FILTER,
    OPT_AFTER,
    OPT_CODE,
    OPT_OPENID_FILE,
    OPT_OUTER,
    OPT_EXPIRES,
    OPT_IDS_FROM,
    OPT_SEEN,
    OPT_INTERFACE,
    OPTIONS
};
#define OPT(id) (UINT64_C(1) << (id))
_Static_assert(OPTIONS <= 64, "a set of options is a mask of 64 bits: reuse an option, or make the mask wider");
/* Those that every command takes; the settings of conf.h are options everywhere too. */
#define OPT_EVERYWHERE (OPT(OPT_DRY_RUN) - 1)

struct option_row {
    enum option_id id;
    const char *name;
    char letter;          /* 0: none. Two options may share one when no command takes both */
    const char *argument; /* NULL: a switch; "on|off" in small letters: one of these */
    const char *help;
};
const struct option_row *option_rows(size_t *count);

/* What a command wants before it runs. */
enum command_needs {
    NEEDS_NOTHING,
    NEEDS_CONF,  /* the settings */
    NEEDS_DB,    /* a connection; whatever the schema, and without time-outs */
    NEEDS_SCHEMA /* a connection and the schema this program knows */
};

struct call;
struct command {
    const char *noun;
    const char *verb;      /* NULL: the noun is all */
    const char *arguments; /* "KEY [FILE]": as help shows them; brackets are optional, "..." takes all that come */
    uint64_t options;      /* those it takes */
    uint64_t required;     /* and of these, what must be there */
    enum command_needs needs;
    bool (*run)(struct call *call, struct err *err);
    const char *help;
    const char *examples; /* what follows the program's name, a line each */
};
const struct command *command_rows(size_t *count);

/* What was typed. */
enum { ARGUMENTS_MAX = 1024 };
struct call {
    struct work *work;
    const struct command *command;
    const char *noun, *verb; /* as typed, or NULL */
    const char *argument[ARGUMENTS_MAX];
    int arguments;
    const char *option[OPTIONS]; /* NULL: not given; "" for a switch */
    const char *setting[CONF_IDS];
    int64_t request; /* that a second person confirms by this call: nothing is asked; 0: none */
    int exit_code; /* of a command that did what it should and found something bad: `health`, `doctor`, `ip check` */
};

/* The whole program but for its start; returns the exit code. */
int command_main(int argc, char **argv);

/* Reads the words. ERR_USAGE with the nearest valid word otherwise; `call` then holds what was understood. */
bool command_read(struct call *call, int argc, char **argv, struct err *err);

/* Do the words that were read name a command, the beginning of one, or nothing? */
bool command_known(const struct call *call);

/* Help for what `call` names: a command, a noun, or the whole program. */
void command_help(const struct call *call, FILE *to);
bool cmd_help(struct call *call, struct err *err);
bool cmd_completion(struct call *call, struct err *err);
/* The words of "on|off", one by one into `out` of `size` bytes with spaces between; "" when `argument` is no such
 * list. */
const char *closed_list(const char *argument, char *out, size_t size);
void command_version(void);

/* --- for the commands --- */

/* The options of a number; false (ERR_USAGE) when it is none or out of range. Not given: *out stays. */
bool call_int(const struct call *call, enum option_id id, int64_t low, int64_t high, int64_t *out, struct err *err);
bool call_seconds(const struct call *call, enum option_id id, double high, double *out, struct err *err);
/* An argument that is a number from 1. */
bool call_id(const struct call *call, int argument, int64_t *out, struct err *err);

/* Is `word`, which may be NULL, one of these? ERR_USAGE with the nearest otherwise; `what` it is: "--state". */
bool call_word(const char *what, const char *word, const char *const *words, size_t count, struct err *err);

/* The arguments from `first` on are NAME=VALUE of these names; values[i] stays as it is for one not given. */
bool call_pairs(const struct call *call, int first, const char *const *names, size_t count, const char **values,
                struct err *err);

/* Who acts and why, for the audit log. */
struct act call_act(const struct call *call);

/* A sentence on stderr, sanitised; not with --quiet. */
void say(const struct call *call, const char *format, ...) PRINTF(2, 3);

#endif
