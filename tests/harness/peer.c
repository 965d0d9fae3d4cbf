#include "peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "harness.h"

/* One connection; `ssl` NULL: plain. */
struct line {
    int fd;
    SSL *ssl;
    struct peer_seen *seen;
};

int peer_listen(int *port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &len) != 0 || listen(fd, 16) != 0)
        test_fail("no socket on 127.0.0.1");
    *port = ntohs(address.sin_port);
    return fd;
}

int peer_closed_port(void) {
    int port;
    close(peer_listen(&port));
    return port;
}

/* --- the child --- */

static void pause_ms(int ms) {
    struct timespec time = {ms / 1000, ms % 1000 * 1000000L};
    if (ms > 0)
        nanosleep(&time, NULL);
}

static ssize_t line_read(struct line *l, char *to, size_t size) {
    return l->ssl == NULL ? read(l->fd, to, size) : SSL_read(l->ssl, to, (int)size);
}

static bool line_write(struct line *l, const char *text, size_t len) {
    while (len > 0) {
        ssize_t n = l->ssl == NULL ? write(l->fd, text, len) : SSL_write(l->ssl, text, (int)len);
        if (n <= 0)
            return false;
        l->seen->sent += n;
        text += n;
        len -= (size_t)n;
    }
    return true;
}

/* Bytes of body that the head in `text` announces. */
static size_t body_length(const char *text) {
    const char *found = strcasestr(text, "\r\nContent-Length:");
    return found == NULL ? 0 : (size_t)strtoul(found + sizeof "\r\nContent-Length:" - 1, NULL, 10);
}

static bool read_request(struct line *l) {
    char *text = l->seen->request;
    size_t len = 0;
    text[0] = '\0';
    for (;;) {
        const char *end = strstr(text, "\r\n\r\n");
        if (end != NULL && len >= (size_t)(end - text) + 4 + body_length(text))
            break;
        ssize_t n = line_read(l, text + len, PEER_REQUEST_MAX - 1 - len);
        if (n <= 0)
            return false;
        len += (size_t)n;
        text[len] = '\0';
    }
    l->seen->requests++;
    return true;
}

static bool say(struct line *l, const struct peer_step *step) {
    int64_t times = step->times == 0 ? 1 : step->times;
    for (int64_t i = 0; i < times; i++) {
        if (!line_write(l, step->text, strlen(step->text)))
            return false;
        pause_ms(step->ms);
    }
    return true;
}

/* The next close() is an RST. */
static bool reset(struct line *l) {
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    setsockopt(l->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    return false;
}

static bool take_step(struct line *l, const struct peer_step *step) {
    switch (step->verb) {
    case PEER_REQUEST:
        return read_request(l);
    case PEER_SAY:
        return say(l, step);
    case PEER_WAIT:
        return pause_ms(step->ms), true;
    case PEER_RESET:
        return reset(l);
    default:
        return false;
    }
}

static void play(struct line *l, const struct peer_script *script, SSL_CTX *tls) {
    size_t step = 0;
    if (tls != NULL) {
        l->ssl = SSL_new(tls);
        SSL_set_fd(l->ssl, l->fd);
    }
    if (l->ssl == NULL || SSL_accept(l->ssl) == 1)
        while (step < PEER_STEPS && take_step(l, &script->steps[step]))
            step++;
    SSL_free(l->ssl);
    close(l->fd);
    l->seen->ended++;
}

/* Old versions need the lowest security level to be spoken at all. */
static SSL_CTX *make_tls(const struct peer_tls *tls) {
    SSL_CTX *context = tls == NULL ? NULL : SSL_CTX_new(TLS_server_method());
    if (tls == NULL)
        return NULL;
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_min_proto_version(context, 0);
    SSL_CTX_set_max_proto_version(context, tls->newest);
    if (SSL_CTX_use_certificate_file(context, tls->file, SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_use_PrivateKey_file(context, tls->file, SSL_FILETYPE_PEM) != 1)
        _exit(1);
    return context;
}

static _Noreturn void serve(int listener, const struct peer_script *scripts, size_t count, const struct peer_tls *tls,
                            struct peer_seen *seen) {
    SSL_CTX *context;
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a failed test leaves us behind */
    signal(SIGPIPE, SIG_IGN);
    context = make_tls(tls);
    for (size_t n = 0;; n++) {
        struct line l = {.fd = accept(listener, NULL, NULL), .seen = seen};
        if (l.fd < 0)
            _exit(1);
        seen->connections++;
        play(&l, &scripts[n < count ? n : count - 1], context);
    }
}

/* --- the test's side --- */

struct peer *peer_new(const struct peer_script *scripts, size_t count, const struct peer_tls *tls) {
    struct peer *peer = mem_new(sizeof *peer);
    int listener = peer_listen(&peer->port);
    peer->seen = mmap(NULL, sizeof *peer->seen, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (peer->seen == MAP_FAILED)
        test_fail("no shared memory");
    peer->pid = fork();
    if (peer->pid < 0)
        test_fail("no child");
    if (peer->pid == 0)
        serve(listener, scripts, count, tls, peer->seen);
    close(listener);
    return peer;
}

void peer_free(struct peer *peer) {
    if (peer == NULL)
        return;
    kill(peer->pid, SIGKILL);
    waitpid(peer->pid, NULL, 0);
    munmap(peer->seen, sizeof *peer->seen);
    free(peer);
}

void peer_auto(struct peer **peer) {
    peer_free(*peer);
}
