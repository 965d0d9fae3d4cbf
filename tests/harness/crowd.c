#include "harness.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"

enum { CLIENTS = 256 };
static const double ASK_AGAIN_SECONDS = 0.005;

static bool in_client;

bool test_in_client(void) {
    return in_client;
}

void test_fail_at(const char *file, int line, const char *format, ...) {
    char text[2048];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (in_client) {
        fprintf(stderr, "client %d: %s\n", (int)getpid(), text);
        _exit(1); /* cmocka would go on with the other tests here */
    }
    print_error("%s\n", text);
    _fail(file, line);
    abort();
}

void test_wait_until(bool (*done)(void *context), void *context, double seconds) {
    double deadline = clock_seconds() + seconds;

    while (!done(context)) {
        if (clock_seconds() > deadline)
            test_fail("it did not come true within %.1f s", seconds);
        clock_sleep(ASK_AGAIN_SECONDS);
    }
}

void *test_shared(size_t size) {
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        test_fail("mmap: %s", strerror(errno));
    return memory;
}

/* Waits at the gate, then does its work. It leaves by _exit(): what it has from its parent is not its own. */
static _Noreturn void be_client(int number, const int gate[2], bool (*client)(int number, void *context),
                                void *context) {
    char nothing;

    in_client = true;
    close(gate[1]);
    while (read(gate[0], &nothing, 1) < 0 && errno == EINTR)
        continue;
    _exit(client(number, context) ? 0 : 1);
}

void test_clients(int count, bool (*client)(int number, void *context), void *context) {
    pid_t pids[CLIENTS];
    int gate[2];
    int wrong = 0;

    if (count > CLIENTS || pipe(gate) != 0)
        test_fail("%d clients: too many, or no pipe", count);
    fflush(NULL);
    for (int i = 0; i < count; i++) {
        pids[i] = fork();
        if (pids[i] < 0)
            test_fail("fork: %s", strerror(errno));
        if (pids[i] == 0)
            be_client(i, gate, client, context);
    }
    close(gate[0]);
    close(gate[1]); /* opens it: every client reads the end */
    for (int i = 0; i < count; i++) {
        int status = 0;

        if (waitpid(pids[i], &status, 0) != pids[i] || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
            wrong++;
    }
    if (wrong > 0)
        test_fail("%d of %d clients went wrong", wrong, count);
}
