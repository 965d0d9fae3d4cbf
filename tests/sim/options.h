/* options.h - the command line: one table of the program's own options, and every setting of setting.h as another. */
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "world.h"

struct options {
    const char *listen, *port_file, *ca_out, *tls_fault, *tls_priorities;
    uint16_t port;
    bool tls, quiet, with_parent, help;
};

/* Fills `o` and what the world starts with; false after a line on stderr if something does not fit. */
bool options_read(struct options *o, struct world *w, int argc, char **argv);
void options_clear(struct options *o, struct world *w);
void options_help(FILE *to);

#endif
