#include "proxy.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

enum { LINES = 32, PART = 4096, STATEMENTS = 1 << 20, WRITE_S = 5 };
/* The protocol: the first packet's length and code, a message's type and length; codes that are no version. */
enum { FIRST = 8, HEAD = 5, CANCEL_OR_TLS = 1234 };

/* What the child saw. */
struct seen {
    atomic_int connections;
    atomic_size_t len;
    char statements[STATEMENTS]; /* each ended by NUL */
};

struct order {
    enum proxy_link link;
    size_t bytes;
};

struct proxy {
    pid_t pid;
    int orders; /* our end; the child answers each by a byte */
    char directory[32];
    struct sockaddr_un front, server;
    struct seen *seen;
};

/* --- the child: statements --- */

/* What a program says: a first packet without a type (or several, while it asks for TLS), then messages. */
struct talk {
    struct buf bytes; /* not yet a whole message */
    bool started;
};

static uint32_t number_at(const char *at) {
    uint32_t number;

    memcpy(&number, at, sizeof(number));
    return ntohl(number);
}

static void record(struct seen *seen, const char *text) {
    size_t len = seen->len;
    size_t more = strlen(text) + 1;

    if (more > STATEMENTS - len)
        _exit(2); /* the test then finds nobody */
    memcpy(seen->statements + len, text, more);
    seen->len = len + more;
}

static void read_message(struct seen *seen, const char *message) {
    if (message[0] == 'Q')
        record(seen, message + HEAD);
    if (message[0] == 'P')
        record(seen, message + HEAD + strlen(message + HEAD) + 1); /* behind the statement's name */
}

/* Takes one message off the talk; false when none is whole. */
static bool next_message(struct talk *talk, struct seen *seen) {
    size_t type = talk->started ? 1 : 0;
    size_t len;

    if (talk->bytes.len < (talk->started ? HEAD : FIRST))
        return false;
    len = type + number_at(talk->bytes.data + type);
    if (talk->bytes.len < len)
        return false;
    if (talk->started)
        read_message(seen, talk->bytes.data);
    else
        talk->started = number_at(talk->bytes.data + 4) >> 16 != CANCEL_OR_TLS;
    memmove(talk->bytes.data, talk->bytes.data + len, talk->bytes.len - len + 1);
    talk->bytes.len -= len;
    return true;
}

/* --- the child: connections --- */

struct line {
    int client;  /* -1: this place is free */
    int server;  /* -1: half open */
    size_t said; /* by the server since the last order */
    struct talk talk;
};

struct desk {
    struct proxy *proxy;
    int listener; /* -1: refusing */
    int orders;
    struct order order;
    struct line lines[LINES];
};

static void end_line(struct line *l) {
    close(l->client);
    if (l->server >= 0)
        close(l->server);
    buf_wipe(&l->talk.bytes);
    *l = (struct line){.client = -1, .server = -1};
}

/* The server has said all that it may. */
static void break_line(struct line *l, enum proxy_link link) {
    if (link == PROXY_CUT) {
        end_line(l);
        return;
    }
    close(l->server);
    l->server = -1;
}

static bool write_all(int fd, const char *data, size_t len) {
    while (len > 0) {
        ssize_t n = send(fd, data, len, MSG_NOSIGNAL);

        if (n <= 0)
            return false;
        data += n;
        len -= (size_t)n;
    }
    return true;
}

static void client_speaks(struct desk *d, struct line *l) {
    char part[PART];
    ssize_t got = recv(l->client, part, sizeof(part), 0);

    if (got > 0)
        buf_add(&l->talk.bytes, part, (size_t)got);
    while (l->server >= 0 && next_message(&l->talk, d->proxy->seen))
        continue;
    if (got <= 0 || (l->server >= 0 && !write_all(l->server, part, (size_t)got)))
        end_line(l);
}

static bool breaks(const struct order *order) {
    return order->link == PROXY_CUT || order->link == PROXY_HALF_OPEN;
}

static void server_speaks(const struct desk *d, struct line *l) {
    char part[PART];
    size_t most = breaks(&d->order) ? d->order.bytes - l->said : sizeof(part);
    ssize_t got = recv(l->server, part, most < sizeof(part) ? most : sizeof(part), 0);

    if (got <= 0 || !write_all(l->client, part, (size_t)got)) {
        end_line(l);
        return;
    }
    l->said += (size_t)got;
    if (breaks(&d->order) && l->said >= d->order.bytes)
        break_line(l, d->order.link);
}

static int listen_at(const struct sockaddr_un *address) {
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    unlink(address->sun_path);
    if (fd < 0 || bind(fd, (const struct sockaddr *)address, sizeof(*address)) != 0 || listen(fd, LINES) != 0)
        _exit(1);
    return fd;
}

static void take_connection(struct desk *d) {
    struct timeval patience = {.tv_sec = WRITE_S};
    struct line *l = d->lines;

    while (l->client >= 0)
        if (++l == d->lines + LINES)
            _exit(3);
    l->client = accept(d->listener, NULL, NULL);
    l->server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(l->client, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    d->proxy->seen->connections++;
    if (connect(l->server, (const struct sockaddr *)&d->proxy->server, sizeof(d->proxy->server)) != 0)
        end_line(l);
    else if (breaks(&d->order) && d->order.bytes == 0)
        break_line(l, d->order.link);
}

static void take_order(struct desk *d) {
    if (recv(d->orders, &d->order, sizeof(d->order), 0) != sizeof(d->order))
        _exit(0); /* the test is gone */
    if (d->order.link == PROXY_REFUSE && d->listener >= 0) {
        close(d->listener);
        d->listener = -1;
    } else if (d->order.link != PROXY_REFUSE && d->listener < 0) {
        d->listener = listen_at(&d->proxy->front);
    }
    for (struct line *l = d->lines; l < d->lines + LINES; l++) {
        l->said = 0;
        if (l->server >= 0 && breaks(&d->order) && d->order.bytes == 0)
            break_line(l, d->order.link);
    }
    write_all(d->orders, "", 1);
}

/* --- the child: its loop --- */

enum { LISTENER, ORDERS, A_LINE, WATCHED = A_LINE + 2 * LINES };

static void watch(const struct desk *d, struct pollfd watched[WATCHED]) {
    bool stalled = d->order.link == PROXY_STALL;

    watched[LISTENER] = (struct pollfd){.fd = d->listener, .events = POLLIN};
    watched[ORDERS] = (struct pollfd){.fd = d->orders, .events = POLLIN};
    for (int i = 0; i < LINES; i++) {
        watched[A_LINE + 2 * i] = (struct pollfd){.fd = stalled ? -1 : d->lines[i].client, .events = POLLIN};
        watched[A_LINE + 2 * i + 1] = (struct pollfd){.fd = stalled ? -1 : d->lines[i].server, .events = POLLIN};
    }
}

/* One thing at a time: what it does may end what else was seen. */
static void serve_one(struct desk *d, const struct pollfd watched[WATCHED]) {
    if (watched[ORDERS].revents != 0) {
        take_order(d);
        return;
    }
    for (int i = 0; i < LINES; i++) {
        if (watched[A_LINE + 2 * i].revents != 0)
            client_speaks(d, &d->lines[i]);
        else if (watched[A_LINE + 2 * i + 1].revents != 0)
            server_speaks(d, &d->lines[i]);
    }
    if (watched[LISTENER].revents != 0)
        take_connection(d);
}

static _Noreturn void serve(struct proxy *proxy, int listener, int orders) {
    struct desk d = {.proxy = proxy, .listener = listener, .orders = orders};
    struct pollfd watched[WATCHED];

    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a failed test leaves us behind */
    for (int i = 0; i < LINES; i++)
        d.lines[i] = (struct line){.client = -1, .server = -1};
    for (;;) {
        watch(&d, watched);
        if (poll(watched, WATCHED, -1) > 0)
            serve_one(&d, watched);
    }
}

/* --- the test's side --- */

static struct sockaddr_un socket_in(const char *directory, const char *port) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int len = snprintf(address.sun_path, sizeof(address.sun_path), "%s/.s.PGSQL.%s", directory, port);

    if (len >= (int)sizeof(address.sun_path))
        test_fail("%s is too long for a socket", directory);
    return address;
}

struct proxy *proxy_new(void) {
    struct proxy *p = mem_new(sizeof(*p));
    int ends[2];
    int listener;

    strcpy(p->directory, "/tmp/kaquan-proxy.XXXXXX");
    p->seen = test_shared(sizeof(*p->seen));
    if (!mkdtemp(p->directory) || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        test_fail("no place for a proxy");
    p->front = socket_in(p->directory, getenv("PGPORT"));
    p->server = socket_in(getenv("PGHOST"), getenv("PGPORT"));
    listener = listen_at(&p->front);
    p->pid = fork();
    if (p->pid < 0)
        test_fail("no child");
    if (p->pid == 0)
        serve(p, listener, ends[1]);
    close(listener);
    close(ends[1]);
    p->orders = ends[0];
    return p;
}

void proxy_free(struct proxy *p) {
    if (!p)
        return;
    kill(p->pid, SIGKILL);
    waitpid(p->pid, NULL, 0);
    close(p->orders);
    unlink(p->front.sun_path);
    rmdir(p->directory);
    free(p);
}

void proxy_auto(struct proxy **proxy) {
    proxy_free(*proxy);
    *proxy = NULL;
}

const char *proxy_host(const struct proxy *p) {
    return p->directory;
}

void proxy_set(struct proxy *p, enum proxy_link link, size_t bytes) {
    struct order order = {link, bytes};
    char done;

    if (send(p->orders, &order, sizeof(order), MSG_NOSIGNAL) != sizeof(order) || recv(p->orders, &done, 1, 0) != 1)
        test_fail("the proxy is gone");
}

int proxy_connections(const struct proxy *p) {
    return p->seen->connections;
}

const char *proxy_statement(const struct proxy *p, const char *before) {
    const char *next = before ? before + strlen(before) + 1 : p->seen->statements;

    return next < p->seen->statements + p->seen->len ? next : NULL;
}
