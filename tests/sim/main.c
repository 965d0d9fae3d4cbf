/* kaquan-sim - a simulated WeChat: api.weixin.qq.com's card API, the users' phones, and a control API. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <curl/curl.h>

#include "options.h"
#include "push.h"
#include "server.h"
#include "tlscert.h"
#include "world.h"

static struct world world;

static int fail(const char *what, const char *which) {
    fprintf(stderr, "kaquan-sim: %s%s%s\n", what, *which ? " " : "", which);
    return EXIT_FAILURE;
}

/* Whoever started us may have died before we asked to be told. */
static bool follow_parent(pid_t parent) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    return getppid() == parent;
}

/* Readers never see half a file: it is written beside and renamed. */
static bool write_file(const char *path, const char *text) {
    char *beside = need_format("%s.%ld", path, (long)getpid());
    FILE *to = fopen(beside, "w");
    bool good = to && fputs(text, to) >= 0;
    if (to)
        good = fclose(to) == 0 && good;
    good = good && rename(beside, path) == 0;
    if (!good)
        unlink(beside);
    free(beside);
    return good;
}

static bool announce(const struct options *o, unsigned port) {
    char text[16];
    snprintf(text, sizeof text, "%u\n", port);
    if (o->port_file && !write_file(o->port_file, text))
        return false;
    bool v6 = strchr(o->listen, ':') != NULL;
    printf("kaquan-sim listening on %s://%s%s%s:%u\n", o->tls ? "https" : "http", v6 ? "[" : "", o->listen,
           v6 ? "]" : "", port);
    return fflush(stdout) == 0;
}

static void wait_for_end(const sigset_t *ends) {
    int which;
    while (sigwait(ends, &which) != 0)
        ;
}

static int serve(const struct options *o, const struct tls_cert *cert, const sigset_t *ends) {
    struct server_options server = {.listen = o->listen,
                                    .port = o->port,
                                    .key_pem = o->tls ? cert->key_pem : NULL,
                                    .cert_pem = o->tls ? cert->cert_pem : NULL,
                                    .tls_priorities = o->tls_priorities,
                                    .quiet = o->quiet};
    uint16_t port = 0;
    struct MHD_Daemon *daemon = server_start(&world, &server, &port);
    if (daemon == NULL)
        return fail("cannot listen on", o->listen);
    pthread_t pusher;
    bool pushing = pthread_create(&pusher, NULL, push_thread, &world) == 0;
    int outcome = pushing && announce(o, port) ? EXIT_SUCCESS : fail("cannot start", "");
    if (outcome == EXIT_SUCCESS)
        wait_for_end(ends);
    world_lock(&world);
    world.ending = true;
    pthread_cond_broadcast(&world.changed);
    world_unlock(&world);
    if (pushing)
        pthread_join(pusher, NULL);
    server_stop(daemon);
    return outcome;
}

static int run(struct options *o, const sigset_t *ends) {
    struct tls_cert cert = {0};
    if (o->tls && !tls_cert_make(&cert, o->tls_fault))
        return fail("cannot make certificates", "");
    if (o->ca_out && (!o->tls || !write_file(o->ca_out, cert.ca_pem)))
        return fail("cannot write the CA to", o->ca_out);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int outcome = serve(o, &cert, ends);
    curl_global_cleanup();
    tls_cert_clear(&cert);
    return outcome;
}

int main(int argc, char **argv) {
    struct options o;
    sigset_t ends;
    pid_t parent = getppid();
    world_init(&world, 1);
    if (!options_read(&o, &world, argc, argv))
        return EXIT_FAILURE;
    if (o.help) {
        options_help(stdout);
        return EXIT_SUCCESS;
    }
    if (o.with_parent && !follow_parent(parent))
        return EXIT_FAILURE;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, NULL);
    signal(SIGPIPE, SIG_IGN);
    world_reset(&world);
    int outcome = run(&o, &ends);
    world_clear(&world);
    options_clear(&o, &world);
    return outcome;
}
