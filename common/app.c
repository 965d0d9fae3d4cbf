#include "app.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cjson/cJSON.h>
#include <curl/curl.h>
#include <libpq-fe.h>
#include <openssl/crypto.h>
#include <openssl/opensslv.h>
#include <pg_config.h>

#include "err.h"
#include "log.h"

#ifndef KAQUAN_VERSION
#define KAQUAN_VERSION "0"
#endif

extern char **environ;

static const char *program_name = "kaquan";
static volatile sig_atomic_t stop_signal;
static int stop_pipe[2] = {-1, -1};

/* Variables that would undo TLS, or lead calls elsewhere, behind the configuration's back. */
/* clang-format off */
static const struct unwanted {
    const char *name;
    enum { WHOLE, BEGINS, ENDS } match;
    const char *help;
} unwanted[] = {
    {"SSLKEYLOGFILE", WHOLE,  "writes the keys of TLS sessions to a file"},
    {"OPENSSL_",      BEGINS, "OPENSSL_CONF, OPENSSL_MODULES, ...: loads code and settings into OpenSSL"},
    {"CURL_",         BEGINS, "CURL_CA_BUNDLE, CURL_HOME, ...: other certificates, other settings"},
    {"_proxy",        ENDS,   "https_proxy, ALL_PROXY, ...: sends calls through another host"},
};
/* clang-format on */

static bool is_unwanted(const char *name, size_t len) {
    if (strncmp(name, "KAQUAN_", 7) == 0) /* KAQUAN_PROXY is a setting of ours */
        return false;
    for (size_t i = 0; i < ARRAY_LEN(unwanted); i++) {
        size_t part = strlen(unwanted[i].name);
        const char *start = name;
        if (len < part || (unwanted[i].match == WHOLE && len != part))
            continue;
        if (unwanted[i].match == ENDS)
            start += len - part;
        if (strncasecmp(start, unwanted[i].name, part) == 0)
            return true;
    }
    return false;
}

static void clean_environment(void) {
    if (environ == NULL)
        return;
    for (char **variable = environ; *variable != NULL;) {
        size_t len = strcspn(*variable, "=");
        char *name;
        if (!is_unwanted(*variable, len)) {
            variable++;
            continue;
        }
        name = mem_text(*variable);
        name[len] = '\0';
        unsetenv(name); /* moves the rest up: the next one is here now */
        free(name);
    }
}

/* A database socket must never become descriptor 2, where log lines go. */
static void fill_standard_descriptors(void) {
    int fd;
    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd > STDERR_FILENO)
        close(fd);
}

static void guard_memory(void) {
    const struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
#ifndef KAQUAN_FAULT_POINTS /* the leak check of the sanitizers traces the process */
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

void app_start(const char *program) {
    const char *slash = strrchr(program, '/');
    program_name = slash == NULL ? program : slash + 1;
    fill_standard_descriptors();
    guard_memory();
    clean_environment();
    umask(077);
    /* Characters only: numbers keep their point, sorting its bytes. */
    if (setlocale(LC_CTYPE, "") == NULL || strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        setlocale(LC_CTYPE, "C.UTF-8");
}

const char *app_program(void) {
    return program_name;
}

const char *app_version(void) {
    return KAQUAN_VERSION;
}

/* A library's version, and the one it was built with where they differ. */
static void library(char *out, size_t size, const char *name, const char *built, const char *runs) {
    size_t used = strlen(out);
    const char *comma = used == 0 ? "" : ", ";
    if (strcmp(built, runs) == 0)
        snprintf(out + used, size - used, "%s%s %s", comma, name, runs);
    else
        snprintf(out + used, size - used, "%s%s %s (built with %s)", comma, name, runs, built);
}

void app_libraries(char *out, size_t size) {
    char built[32], runs[32];
    if (size == 0)
        return;
    out[0] = '\0';
    snprintf(built, sizeof built, "%d.%d", PG_VERSION_NUM / 10000, PG_VERSION_NUM % 10000);
    snprintf(runs, sizeof runs, "%d.%d", PQlibVersion() / 10000, PQlibVersion() % 10000);
    library(out, size, "libpq", built, runs);
    library(out, size, "libcurl", LIBCURL_VERSION, curl_version_info(CURLVERSION_NOW)->version);
    library(out, size, "OpenSSL", OPENSSL_VERSION_STR, OpenSSL_version(OPENSSL_VERSION_STRING));
    snprintf(built, sizeof built, "%d.%d.%d", CJSON_VERSION_MAJOR, CJSON_VERSION_MINOR, CJSON_VERSION_PATCH);
    library(out, size, "cJSON", built, cJSON_Version());
}

static void on_stop(int number) {
    int before = errno;
    ssize_t written UNUSED;
    if (stop_signal != 0)
        _exit(128 + number);
    stop_signal = number;
    written = write(stop_pipe[1], "s", 1);
    errno = before;
}

static void on_hangup(int number UNUSED) {
    log_reopen();
}

static void handle(int number, void (*handler)(int)) {
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    if (sigaction(number, &action, NULL) != 0)
        bug("signal %d cannot be handled", number);
}

void app_signals(void) {
    if (stop_pipe[0] < 0 && pipe2(stop_pipe, O_CLOEXEC | O_NONBLOCK) != 0)
        bug("no pipe for signals");
    handle(SIGTERM, on_stop);
    handle(SIGINT, on_stop);
    handle(SIGHUP, on_hangup);
    handle(SIGPIPE, SIG_IGN);
}

bool app_stopping(void) {
    return stop_signal != 0;
}

int app_stop_signal(void) {
    return stop_signal;
}

int app_stop_fd(void) {
    return stop_pipe[0];
}
