/* db_thread.h - a short helper thread for what libpq and the C library can only do waiting: the lookup of a host
 * name, the request to cancel a statement. It owns its task and nothing else, and nobody ever waits for it. */
#ifndef KAQUAN_DB_THREAD_H
#define KAQUAN_DB_THREAD_H

#include "base.h"

struct db_thread;

/* Runs work(task) in a thread. The task is the thread's until it is done; in the end end(task) frees it. */
struct db_thread *db_thread_new(void (*work)(void *task), void (*end)(void *task), void *task);
/* Lets go of it. While it still works it goes on alone and ends by itself. */
void db_thread_free(struct db_thread *thread);

/* Is the work done? From then on the descriptor is readable and the task may be read. */
bool db_thread_done(const struct db_thread *thread);
int db_thread_fd(const struct db_thread *thread);
const void *db_thread_task(const struct db_thread *thread);

#endif
