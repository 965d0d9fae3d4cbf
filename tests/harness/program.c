#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ARGUMENTS = 64, STAYING = 32, USUAL_SECONDS = 60 };

static pid_t staying[STAYING]; /* started and not yet ended */

const char *test_path(const char *variable) {
    const char *path = getenv(variable);

    if (!path || access(path, X_OK) != 0)
        test_fail("%s names no program (%s); tests/run.sh sets it", variable, path ? path : "unset");
    return path;
}

void test_output_clear(struct test_output *output) {
    buf_wipe(&output->out);
    buf_wipe(&output->err);
}

/* --- starting --- */

static int file_with(const char *text) {
    int fd = memfd_create("kaquan-test", MFD_CLOEXEC);

    if (fd < 0 || (text && write(fd, text, strlen(text)) != (ssize_t)strlen(text)) || lseek(fd, 0, SEEK_SET) != 0)
        test_fail("memory file: %s", strerror(errno));
    return fd;
}

/* In the child: only async-signal-safe things and what ends it. -1 leaves a descriptor as it is. */
static _Noreturn void become(const struct test_run *how, const char *program, const char *const *arguments,
                             const int fds[3]) {
    char *copies[ARGUMENTS + 2] = {mem_text(program)};

    for (size_t i = 0; arguments[i]; i++) {
        if (i >= ARGUMENTS)
            _exit(127);
        copies[i + 1] = mem_text(arguments[i]);
    }
    for (int i = 0; i < 3; i++)
        if (fds[i] >= 0)
            dup2(fds[i], i);
    setenv("PGUSER", how->user ? how->user : "kaquan_worker", 1);
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that crashes leaves nobody behind */
    execv(program, copies);
    _exit(127);
}

static pid_t start(const struct test_run *how, const char *program, const char *const *arguments, const int fds[3]) {
    pid_t pid;

    fflush(NULL);
    pid = fork();
    if (pid < 0)
        test_fail("fork: %s", strerror(errno));
    if (pid == 0)
        become(how, program, arguments, fds);
    return pid;
}

/* --- ending --- */

static int exit_code_of(int status) {
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Waits; false when it still runs after `seconds`. */
static bool ended(pid_t pid, double seconds, int *exit_code) {
    int fd = pidfd_open(pid, 0);
    struct pollfd watch = {.fd = fd, .events = POLLIN};
    int status = 0;
    int ready;

    if (fd < 0)
        test_fail("pidfd_open: %s", strerror(errno));
    do
        ready = poll(&watch, 1, (int)(seconds * 1000));
    while (ready < 0 && errno == EINTR);
    close(fd);
    if (ready != 1 || waitpid(pid, &status, 0) != pid)
        return false;
    *exit_code = exit_code_of(status);
    return true;
}

static void kill_and_fail(pid_t pid, double seconds) {
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    test_fail("process %d did not end within %.1f s", (int)pid, seconds);
}

static void forget(pid_t pid) {
    for (size_t i = 0; i < STAYING; i++)
        if (staying[i] == pid)
            staying[i] = 0;
}

static void end_all(void) {
    if (test_in_client())
        return;
    for (size_t i = 0; i < STAYING; i++)
        if (staying[i] > 0) {
            kill(staying[i], SIGKILL);
            waitpid(staying[i], NULL, 0);
        }
}

static pid_t *free_place(void) {
    for (size_t i = 0; i < STAYING; i++)
        if (staying[i] == 0)
            return &staying[i];
    test_fail("more than %d programs at once", STAYING);
}

pid_t test_start(const struct test_run *how, const char *program, const char *const *arguments) {
    static bool registered;
    int fds[3] = {file_with(how->input), -1, -1};
    pid_t *place = free_place();

    *place = start(how, program, arguments, fds);
    close(fds[0]);
    if (!registered)
        atexit(end_all);
    registered = true;
    return *place;
}

int test_end(pid_t pid, int signal, double seconds) {
    int exit_code = 0;

    if (signal != 0)
        kill(pid, signal);
    forget(pid);
    if (!ended(pid, seconds, &exit_code))
        kill_and_fail(pid, seconds);
    return exit_code;
}

/* --- running to the end --- */

static void read_all(int fd, struct buf *out) {
    char part[4096];
    ssize_t got;

    lseek(fd, 0, SEEK_SET);
    while ((got = read(fd, part, sizeof(part))) > 0)
        buf_add(out, part, (size_t)got);
    close(fd);
}

struct test_output test_program_run(const struct test_run *how, const char *program, const char *const *arguments) {
    struct test_output output = {0};
    double seconds = how->seconds > 0 ? how->seconds : USUAL_SECONDS;
    int fds[3] = {file_with(how->input), file_with(NULL), file_with(NULL)};
    pid_t pid = start(how, program, arguments, fds);

    if (!ended(pid, seconds, &output.exit_code))
        kill_and_fail(pid, seconds);
    close(fds[0]);
    read_all(fds[1], &output.out);
    read_all(fds[2], &output.err);
    return output;
}

struct test_output test_worker_run(const struct test_run *how, const char *const *arguments) {
    return test_program_run(how, test_path("KAQUAN_WORKER"), arguments);
}

const char *test_source(void) {
    static char path[1024];
    const char *given = getenv("SOURCE_DIR");
    ssize_t len = readlink("/proc/self/exe", path, sizeof path - 1);
    if (given)
        return given;
    path[len > 0 ? len : 0] = '\0';
    for (int i = 0; i < 5; i++) {
        char *slash = strrchr(path, '/');
        if (slash)
            *slash = '\0';
    }
    return path;
}

bool test_source_read(const char *path, struct buf *out) {
    AUTO_BUF struct buf whole = {0};
    char part[4096];
    FILE *file;
    size_t got;

    buf_printf(&whole, "%s/%s", test_source(), path);
    file = fopen(buf_str(&whole), "re");
    if (!file)
        return false;
    while ((got = fread(part, 1, sizeof(part), file)) > 0)
        buf_add(out, part, got);
    fclose(file);
    return true;
}
