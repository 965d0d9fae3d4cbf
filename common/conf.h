/* conf.h - settings of a program: one table, read from flags, environment, user file, system file, defaults. */
#ifndef KAQUAN_CONF_H
#define KAQUAN_CONF_H

#include "base.h"
#include "err.h"

enum conf_id {
    CONF_SERVICE,        /* libpq service to connect to */
    CONF_KEY_FILE,       /* worker's private key */
    CONF_CA_FILE,        /* CA bundle for WeChat */
    CONF_EGRESS_ADDRESS, /* local address to call from */
    CONF_PROXY,
    CONF_IPV6,
    CONF_HOST, /* this host's name in leases and checks */
    CONF_LOG_LEVEL,
    CONF_LOG_FORMAT,
    CONF_LOG_FILE,
    CONF_LANG,
    CONF_LOCK_FILE,    /* flock that keeps two cron runs of one host apart */
    CONF_BACKUP_FILE,  /* what a backup touches when it is done */
    CONF_BACKUP_HOURS, /* how old the last backup may be */
    CONF_DISK_PATH,    /* a place on the disk that must not fill up */
    CONF_PING_URL,     /* what `run` calls to tell how it went */
    CONF_PATIENCE,     /* seconds to wait for the worker's answer from WeChat */
    CONF_IDS
};

enum conf_type { CONF_TEXT, CONF_PATH, CONF_NUMBER, CONF_SWITCH, CONF_CHOICE };
enum conf_origin { FROM_DEFAULT, FROM_SYSTEM_FILE, FROM_USER_FILE, FROM_ENVIRONMENT, FROM_FLAG };

/* A row of the table of settings. Names are those of the file and of the long flag; the variable is KAQUAN_ + name in
 * capitals with _ for -. */
struct conf_row {
    enum conf_id id;
    const char *name;
    enum conf_type type;
    const char *fallback; /* default, as text */
    double low, high;     /* bounds of a number */
    const char *choices;  /* "error warn info debug" */
    bool secret;          /* masked by `config show` */
    const char *help;
};
const struct conf_row *conf_rows(size_t *count);

/* "KAQUAN_LOG_LEVEL" in `out`. */
enum { CONF_VARIABLE_SIZE = 64 };
const char *conf_variable(const struct conf_row *row, char out[CONF_VARIABLE_SIZE]);

struct conf {
    char value[CONF_IDS][256];
    enum conf_origin origin[CONF_IDS];
    char where[CONF_IDS][128]; /* "file:line", variable or flag */
};

/* Reads everything but flags. An unknown key, a bad value, a file others can write: ERR_CONFIG naming file, line and
 * the nearest valid name. An empty value is the default. */
bool conf_load(struct conf *conf, struct err *err);
/* A flag's value; the same checks, ERR_USAGE. */
bool conf_set_flag(struct conf *conf, const char *name, const char *value, struct err *err);

const char *conf_text(const struct conf *conf, enum conf_id id); /* never NULL; "" is unset */
double conf_number(const struct conf *conf, enum conf_id id);
bool conf_switch(const struct conf *conf, enum conf_id id);
const char *conf_source_name(const struct conf *conf,
                             enum conf_id id); /* "flag", "environment", "user file", "system file", "default" */
const char *conf_origin_name(const struct conf *conf,
                             enum conf_id id); /* "default", "KAQUAN_HOST", "/.../config.ini:3" */

#endif
