/* The part of act.h that runs kaquan-worker beside the loop. */
#include "act.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "console.h"
#include "lang.h"

extern char **environ;

enum { SAID_MOST = 256 * 1024 };

/* --- starting --- */

/* Beside this program, as it was built or installed; else wherever the shell would find it. */
static const char *worker_path(void) {
    static char path[PATH_MAX + 32];
    ssize_t len = readlink("/proc/self/exe", path, PATH_MAX);
    char *slash;

    path[len < 0 ? 0 : len] = '\0';
    slash = strrchr(path, '/');
    if (!slash)
        return "kaquan-worker";
    strcpy(slash + 1, "kaquan-worker");
    return access(path, X_OK) == 0 ? path : "kaquan-worker";
}

/* What the child reads, of any size: nobody here waits until it has. */
static int given_file(const char *input) {
    int file = input ? memfd_create("input", MFD_CLOEXEC) : open("/dev/null", O_RDONLY | O_CLOEXEC);
    ssize_t len = input ? (ssize_t)strlen(input) : 0;

    if (file < 0 || len == 0 || (write(file, input, (size_t)len) == len && lseek(file, 0, SEEK_SET) == 0))
        return file;
    close(file);
    return -1;
}

/* The child says everything through one pipe; a secret waits for it in memory. */
static bool spawn(struct child *child, char *const *argv, const char *input) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    int said[2], given, error;

    if (pipe2(said, O_CLOEXEC) != 0)
        return false;
    given = given_file(input);
    if (given < 0) {
        close(said[0]);
        close(said[1]);
        return false;
    }
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, given, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, said[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, said[1], STDERR_FILENO);
    posix_spawnattr_init(&attributes);
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setpgroup(&attributes, 0); /* Ctrl-C is ours */
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    error = posix_spawnp(&child->pid, argv[0], &actions, &attributes, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    close(given);
    close(said[1]);
    child->output = said[0];
    if (error == 0)
        return fcntl(said[0], F_SETFL, O_NONBLOCK) == 0;
    close(said[0]);
    child->pid = 0;
    errno = error;
    return false;
}

bool act_run(struct console *c, const struct arguments *arguments, const char *input, const char *title) {
    static const char *const always[] = {"--yes", "--no-input"};
    char *argv[ARRAY_LEN(arguments->list) + ARRAY_LEN(always) + 2];
    int count = 0;

    if (c->child.pid != 0) {
        console_say(c, ROLE_WARN, _("\"%s\" still runs: Ctrl-C ends it"), c->child.title);
        return false;
    }
    argv[count++] = (char *)(uintptr_t)worker_path();
    for (size_t i = 0; i < ARRAY_LEN(always); i++)
        argv[count++] = (char *)(uintptr_t)always[i];
    for (int i = 0; i < arguments->count; i++)
        argv[count++] = arguments->list[i];
    argv[count] = NULL;
    if (c->service[0] != '\0')
        setenv("KAQUAN_SERVICE", c->service, 1);
    buf_reset(&c->child.said);
    c->child.since = clock_seconds();
    c->child.ended = NULL;
    c->child.then = NULL;
    text_copy(c->child.title, sizeof(c->child.title), title);
    if (!spawn(&c->child, argv, input)) {
        console_say(c, ROLE_BAD, _("kaquan-worker cannot be started: %s"), strerror(errno));
        return false;
    }
    return true;
}

int act_fd(const struct console *c) {
    return c->child.pid != 0 ? c->child.output : -1;
}

/* A sentence fits the status line; more gets a window. */
static void show(struct console *c, int code, const char *said) {
    enum term_role role = code == 0 ? ROLE_OK : ROLE_BAD;
    const char *newline = strchr(said, '\n');
    struct dialog *d;

    if (said[0] == '\0' || !newline || newline[1] == '\0') {
        console_say(c, role, "%s: %.*s", c->child.title, (int)(newline ? newline - said : (long)strlen(said)),
                    said[0] != '\0' ? said
                    : code == 0     ? _("done")
                                    : _("failed"));
        return;
    }
    console_say(c, role, "%s: %.*s", c->child.title, (int)(newline - said), said);
    if (c->dialog) /* somebody has gone on: `messages` has the first line */
        return;
    d = dialog_new(DIALOG_TEXT, c->child.title);
    buf_text(&d->text, said);
    dialog_open(c, d);
}

/* Opens a screen about the last word that was said: the number of what was begun. */
static void open_next(struct console *c, const char *screen, const char *said) {
    char word[VIEW_TEXT] = "";

    for (size_t len; *said; said += len + strspn(said + len, " \t\r\n")) {
        len = strcspn(said, " \t\r\n");
        if (len > 0)
            snprintf(word, sizeof(word), "%.*s", (int)len, said);
    }
    console_say(c, ROLE_OK, "%s: %s", c->child.title, _("done"));
    console_open(c, screen, word);
}

static void ended(struct console *c) {
    int status = 0, code;

    while (waitpid(c->child.pid, &status, 0) < 0 && errno == EINTR) {
    }
    code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    close(c->child.output);
    c->child.pid = 0;
    c->changed = true;
    if (c->child.ended)
        c->child.ended(c, code, buf_str(&c->child.said));
    else if (code == 0 && c->child.then)
        open_next(c, c->child.then, buf_str(&c->child.said));
    else
        show(c, code, buf_str(&c->child.said));
    console_refresh(c);
}

void act_step(struct console *c) {
    char part[4096];
    ssize_t got = 0;

    while (c->child.pid != 0 && (got = read(c->child.output, part, sizeof(part))) > 0)
        if (c->child.said.len < SAID_MOST)
            buf_add(&c->child.said, part, (size_t)got);
    if (c->child.pid != 0 && (got == 0 || (errno != EAGAIN && errno != EINTR)))
        ended(c);
}

void act_stop(struct console *c) {
    if (c->child.pid != 0)
        kill(c->child.pid, SIGTERM);
}
