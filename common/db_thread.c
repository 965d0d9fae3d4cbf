#include "db_thread.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "err.h"

struct db_thread {
    void (*work)(void *task);
    void (*end)(void *task);
    void *task;
    int fd; /* readable when the work is done */
    atomic_bool done;
    atomic_int owners; /* the thread itself and who made it: the last one frees */
};

static void let_go(struct db_thread *t) {
    if (atomic_fetch_sub(&t->owners, 1) > 1)
        return;
    t->end(t->task);
    close(t->fd);
    free(t);
}

static void *run(void *context) {
    struct db_thread *t = context;

    t->work(t->task);
    atomic_store(&t->done, true);
    eventfd_write(t->fd, 1);
    let_go(t);
    return NULL;
}

/* Detached, and deaf to signals: these belong to the loop of the program. */
static bool start(struct db_thread *t) {
    pthread_attr_t detached;
    pthread_t thread;
    sigset_t all, before;
    bool ok;

    sigfillset(&all);
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    ok = pthread_create(&thread, &detached, run, t) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&detached);
    return ok;
}

struct db_thread *db_thread_new(void (*work)(void *task), void (*end)(void *task), void *task) {
    struct db_thread *t = mem_new(sizeof(*t));

    t->work = work;
    t->end = end;
    t->task = task;
    t->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    atomic_init(&t->owners, 2);
    if (t->fd < 0 || !start(t))
        bug("no helper thread can be started");
    return t;
}

void db_thread_free(struct db_thread *t) {
    if (t)
        let_go(t);
}

bool db_thread_done(const struct db_thread *t) {
    return atomic_load(&t->done);
}

int db_thread_fd(const struct db_thread *t) {
    return t->fd;
}

const void *db_thread_task(const struct db_thread *t) {
    return t->task;
}
