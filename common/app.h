/* app.h - start and stop, the same for both programs. */
#ifndef KAQUAN_APP_H
#define KAQUAN_APP_H

#include "base.h"

/* First thing in main(): no core file, not dumpable, no SSLKEYLOGFILE, *_proxy, CURL_*, OPENSSL_* in the environment,
 * umask 077, UTF-8 locale for characters (C.UTF-8 when the user's is not one). */
void app_start(const char *program);
const char *app_program(void);
const char *app_version(void); /* from the build */
/* "libpq 15.18, libcurl 7.88.1, ...": what was built with and what runs. */
void app_libraries(char *out, size_t size);

/* SIGTERM and SIGINT set a flag and wake `app_stop_fd`; the second one ends the program at once. SIGHUP reopens the
 * log. SIGPIPE is ignored. */
void app_signals(void);
bool app_stopping(void);
int app_stop_signal(void); /* 0, SIGINT or SIGTERM */
int app_stop_fd(void);     /* readable once we are asked to stop */

#endif
