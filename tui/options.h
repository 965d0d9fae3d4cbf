/* options.h - what `kaquan` can be told on its command line: one table. */
#ifndef KAQUAN_OPTIONS_H
#define KAQUAN_OPTIONS_H

#include "conf.h"
#include "term.h"

struct arguments {
    struct conf conf;
    const char *screen, *filter;
    struct term_options terminal;
    bool once, help, version, read_only, completion, manual;
};

/* Each option says what it takes, what it does, and does it. */
struct option_row {
    const char *name;
    char letter;       /* 0: none */
    const char *value; /* what it takes, or NULL */
    const char *help;
    bool (*take)(struct arguments *arguments, const char *value, struct err *err);
};
const struct option_row *option_rows(size_t *count);

/* ERR_USAGE names the argument and the cure. */
bool options_read(int argc, char **argv, struct arguments *arguments, struct err *err);

#endif
