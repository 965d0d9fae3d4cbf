/* err.h - what went wrong, said once where it is known and passed up. main() and the status line show it. */
#ifndef KAQUAN_ERR_H
#define KAQUAN_ERR_H

#include "base.h"

/* Kinds decide what happens next; exit codes are those of the command line's contract (sysexits where they fit). */
enum err_kind {
    ERR_NONE,
    ERR_PARTIAL,     /* 1: some items failed, the rest is done */
    ERR_USAGE,       /* 64: wrong flags, missing confirmation */
    ERR_INPUT,       /* 65: bad file or value */
    ERR_UNAVAILABLE, /* 69: database or WeChat not reachable */
    ERR_BUG,         /* 70: ours */
    ERR_IO,          /* 74: could not read or write a file */
    ERR_BUSY,        /* 75: quota, rate limit, a lock: goes on by itself */
    ERR_PROTOCOL,    /* 76: an answer that makes no sense */
    ERR_PERMISSION,  /* 77: role, IP whitelist, refused secret */
    ERR_CONFIG,      /* 78: configuration */
    ERR_LOST,        /* 75: somebody else holds the lease now; what we have is thrown away */
    ERR_STOPPED,     /* 143: asked to stop, stopped at a safe point */
    ERR_KINDS
};

struct err {
    enum err_kind kind;
    int errcode;      /* WeChat's, when it answered one */
    char sqlstate[6]; /* PostgreSQL's, when it answered one */
    char text[512];   /* what failed and why; clean for a terminal */
    char cure[256];   /* what to do, or "" */
};

/* A row of the table of kinds. */
struct err_class {
    const char *name; /* as in job.error_class */
    int exit_code;
    bool retry; /* worth trying again by itself */
    const char *help;
};
const struct err_class *err_class(enum err_kind kind);
/* By its name; ERR_BUG when there is none. */
enum err_kind err_kind_named(const char *name);

/* Sets what failed (printf style, in the language of lang.h, sanitised) and returns false, so that `return fail(...)`
 * reads well. Clears everything else in `err`. `err` may be NULL. */
bool fail(struct err *err, enum err_kind kind, const char *format, ...) PRINTF(3, 4);

/* Adds what to do about it; returns false. */
bool fail_cure(struct err *err, const char *format, ...) PRINTF(2, 3);

/* Puts "context: " before the text; returns false. */
bool fail_in(struct err *err, const char *format, ...) PRINTF(2, 3);

void err_clear(struct err *err);

/* Ends the program: a bug of ours, exit 70. Use for what cannot happen. */
_Noreturn void bug(const char *format, ...) PRINTF(1, 2);

#endif
