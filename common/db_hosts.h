/* db_hosts.h - libpq's comma-separated lists of hosts. To libpq a name means to wait for the name server; here the
 * names are looked up by themselves, where waiting does no harm. Only common/db*.c. */
#ifndef KAQUAN_DB_HOSTS_H
#define KAQUAN_DB_HOSTS_H

#include "buf.h"
#include "err.h"

/* Does every host of the list stay on this machine? An empty one is libpq's default, a Unix socket. */
bool db_hosts_are_here(const char *list);

/* A list with names among its hosts, and what became of them: an entry for each address, in lists for libpq. The name
 * stays beside its addresses, for TLS and the passfile go by it. */
struct db_hosts {
    char *wanted;
    char *wanted_ports;
    struct buf host, hostaddr, port;
    int count;
    int failure; /* of the last name that has no address; 0: none */
};

/* NULL when there is nothing to look up, or nothing that libpq would take. */
struct db_hosts *db_hosts_new(const char *list, const char *ports);
void db_hosts_free(struct db_hosts *hosts);

/* Looks all names up and waits for it; one that has no address is left out. */
void db_hosts_look_up(struct db_hosts *hosts);
/* Was there any address? Otherwise says why not. */
bool db_hosts_found(const struct db_hosts *hosts, struct err *err);

#endif
