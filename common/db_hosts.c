#include "db_hosts.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

enum { HOST = 256, ADDRESS = 64 };

/* --- lists --- */

/* Takes the next element; false behind the last. An empty list is one empty element. */
static bool next(const char **list, char element[HOST]) {
    size_t len;

    if (!*list)
        return false;
    len = strcspn(*list, ",");
    memcpy(element, *list, len < HOST ? len : HOST - 1);
    element[len < HOST ? len : HOST - 1] = '\0';
    *list = (*list)[len] == ',' ? *list + len + 1 : NULL;
    return true;
}

static int count_of(const char *list) {
    int count = 1;

    for (; *list; list++)
        count += *list == ',';
    return count;
}

static bool is_socket(const char *host) {
    return host[0] == '\0' || host[0] == '/' || host[0] == '@';
}

static bool is_name(const char *host) {
    unsigned char address[sizeof(struct in6_addr)];

    return !is_socket(host) && inet_pton(AF_INET, host, address) != 1 && inet_pton(AF_INET6, host, address) != 1;
}

/* A Unix socket or a literal loopback address. */
static bool is_here(const char *host) {
    struct in6_addr six;
    struct in_addr four;

    if (is_socket(host))
        return true;
    if (inet_pton(AF_INET, host, &four) == 1)
        return (ntohl(four.s_addr) >> 24) == 127;
    return inet_pton(AF_INET6, host, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

bool db_hosts_are_here(const char *list) {
    char host[HOST];

    while (next(&list, host))
        if (!is_here(host))
            return false;
    return true;
}

/* --- looking up --- */

struct db_hosts *db_hosts_new(const char *list, const char *ports) {
    const char *rest = list;
    char host[HOST];
    bool any = false;
    struct db_hosts *hosts;

    while (next(&rest, host))
        any = any || is_name(host);
    if (!any || (count_of(ports) > 1 && count_of(ports) != count_of(list)))
        return NULL;
    hosts = mem_new(sizeof(*hosts));
    hosts->wanted = mem_text(list);
    hosts->wanted_ports = mem_text(ports);
    return hosts;
}

void db_hosts_free(struct db_hosts *h) {
    if (!h)
        return;
    free(h->wanted);
    free(h->wanted_ports);
    buf_wipe(&h->host);
    buf_wipe(&h->hostaddr);
    buf_wipe(&h->port);
    free(h);
}

static void add(struct db_hosts *h, const char *host, const char *address, const char *port) {
    const char *comma = h->count++ > 0 ? "," : "";

    buf_printf(&h->host, "%s%s", comma, host);
    buf_printf(&h->hostaddr, "%s%s", comma, address);
    buf_printf(&h->port, "%s%s", comma, port);
}

static void add_addresses(struct db_hosts *h, const char *name, const char *port) {
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    char address[ADDRESS];
    int failure = getaddrinfo(name, NULL, &hints, &found);

    if (failure != 0) {
        h->failure = failure;
        return;
    }
    for (const struct addrinfo *f = found; f; f = f->ai_next)
        if (getnameinfo(f->ai_addr, f->ai_addrlen, address, sizeof(address), NULL, 0, NI_NUMERICHOST) == 0)
            add(h, name, address, port);
    freeaddrinfo(found);
}

/* A single port is for all hosts. */
void db_hosts_look_up(struct db_hosts *h) {
    const char *hosts = h->wanted;
    const char *ports = h->wanted_ports;
    char host[HOST];
    char port[HOST];

    while (next(&hosts, host)) {
        next(&ports, port);
        if (is_name(host))
            add_addresses(h, host, port);
        else
            add(h, host, "", port);
    }
}

bool db_hosts_found(const struct db_hosts *h, struct err *err) {
    if (h->count > 0)
        return true;
    fail(err, ERR_UNAVAILABLE, "no database: the address of %s cannot be found: %s", h->wanted,
         gai_strerror(h->failure));
    return fail_cure(err, "check the host's name in PGHOST or the service, and the name server of this machine");
}
