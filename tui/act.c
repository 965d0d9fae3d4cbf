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
#include "term.h"

extern char **environ;

enum { SAMPLES = 3, SAID_MOST = 256 * 1024, COMMAND_MOST = 400 };

/* --- words --- */

void act_words(const struct view *view, struct words *words) {
    const struct db_rows *rows = &view->panes[0].rows;
    int row = view_row(view);

    if (view->screen->words)
        view->screen->words(view, words);
    words_add(words, "subject", view->subject);
    words_add(words, "row", view_id(view, row));
    words_add(words, "marked", view->marked > 0 ? buf_str(&view->marks) : view_id(view, row));
    for (int i = 0; row >= 0 && i < view->screen->parts[0].field_count; i++) {
        const char *name = view->screen->parts[0].fields[i].name;

        if (strcmp(name, "row") != 0 && strcmp(name, "subject") != 0)
            words_add(words, name, db_text(rows, row, name));
    }
}

/* --- the command --- */

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
    for (int i = 0; i < arguments->count; i++)
        argv[count++] = arguments->list[i];
    for (size_t i = 0; i < ARRAY_LEN(always); i++)
        argv[count++] = (char *)(uintptr_t)always[i];
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

/* --- may it be done? --- */

static bool needs_row(const struct act *act) {
    return !act->anywhere && act->command;
}

const char *act_hindrance(const struct console *c, const struct act *act) {
    const struct view *view = c->places[c->depth - 1];
    const char *why;

    if (act->danger != DANGER_NONE && !lock_is_open(c))
        return c->read_only ? _("this session only reads (--read-only)") : _("locked: ! unlocks");
    if (!needs_row(act) || view->subject[0] != '\0')
        return NULL;
    if (view_row(view) < 0)
        return _("there is no row to do it to");
    why = act->hindrance ? act->hindrance(&view->panes[0].rows, view_row(view)) : NULL;
    return why ? _(why) : NULL;
}

/* --- asking --- */

/* What a form was opened for: rows may change meanwhile. */
struct errand {
    const struct act *act;
    struct words words;
};

static void drop_errand(void *context) {
    struct errand *errand = context;

    words_clear(&errand->words);
    free(errand);
}

static void run_errand(struct console *c, const struct errand *errand, const char *input) {
    struct arguments *arguments = mem_new(sizeof(*arguments));

    words_arguments(&errand->words, errand->act->command, arguments);
    if (act_run(c, arguments, input, _(errand->act->help)))
        c->child.then = errand->act->then;
    arguments_clear(arguments);
    free(arguments);
}

/* Did somebody else change the row since the form was opened? Both values are told. */
static bool was_overtaken(struct console *c, const struct errand *errand) {
    struct view *view = console_view(c);
    const struct part *part = &view->screen->parts[0];
    int row = view_row(view);

    if (row < 0 || strcmp(view_id(view, row), words_value(&errand->words, "row")) != 0)
        return false;
    for (int i = 0; i < part->field_count; i++) {
        const char *now = db_text(&view->panes[0].rows, row, part->fields[i].name);
        const char *then = words_value(&errand->words, part->fields[i].name);

        if (part->fields[i].show == SHOW_WORD && strcmp(now, then) != 0) {
            console_say(c, ROLE_WARN, _("changed meanwhile: %s was \"%s\" and is \"%s\" now; look, and ask again"),
                        lang_word("column", part->fields[i].head), then, now);
            return true;
        }
    }
    return false;
}

/* What was typed, before what the row says; `labels`: what is still to come is its label in <>. */
static void gather(const struct errand *errand, const struct dialog *d, bool labels, struct words *out) {
    for (int i = 0; i < d->field_count; i++) {
        const struct prompt *prompt = d->fields[i].prompt;
        const char *typed = edit_text(&d->fields[i].edit);
        char label[CHOICE_TEXT];

        snprintf(label, sizeof(label), "<%s>", _(prompt->label));
        if (prompt->kind != PROMPT_SECRET)
            words_add(out, prompt->name, labels && prompt->needed && typed[0] == '\0' ? label : typed);
    }
    for (int i = 0; i < errand->words.count; i++)
        words_add(out, errand->words.name[i], errand->words.value[i]);
}

static bool done(struct console *c, struct dialog *d) {
    struct errand *errand = d->context;
    const char *secret = NULL;
    struct words words = {0};

    if (errand->act->danger != DANGER_NONE && !lock_is_open(c)) {
        console_say(c, ROLE_WARN, "%s", _("locked: ! unlocks"));
        return false;
    }
    if (was_overtaken(c, errand))
        return true;
    for (int i = 0; i < d->field_count; i++)
        if (d->fields[i].prompt->kind == PROMPT_SECRET)
            secret = edit_text(&d->fields[i].edit);
    gather(errand, d, false, &words);
    words_clear(&errand->words);
    errand->words = words;
    run_errand(c, errand, secret);
    return true;
}

static const struct prompt reason_prompt = {"reason", N_("Reason"), N_("why, for the audit log"), PROMPT_TEXT, true,
                                            NULL,     NULL};
static const struct prompt typed_prompt = {
    "typed", N_("Type it to confirm"), N_("the name or number above, letter by letter"), PROMPT_TEXT, true, NULL,
    NULL};

static void list_samples(const struct view *view, struct dialog *d) {
    const char *at = buf_str(&view->marks);

    buf_text(&d->text, "  ");
    for (int i = 0; i < SAMPLES && *at; i++) {
        size_t len = strcspn(at, "\n");

        buf_printf(&d->text, "%.*s  ", (int)len, at);
        at += len + 1;
    }
    if (view->marked > SAMPLES)
        buf_printf(&d->text, _("and %d more"), view->marked - SAMPLES);
    buf_text(&d->text, "\n");
}

/* The command as it will be run, with what is typed so far. */
static void write_command(const struct errand *errand, const struct dialog *d, struct buf *out) {
    struct arguments *arguments = mem_new(sizeof(*arguments));
    struct words words = {0};

    gather(errand, d, true, &words);
    words_arguments(&words, errand->act->command, arguments);
    buf_text(out, "$ kaquan-worker");
    for (int i = 0; i < arguments->count && out->len < COMMAND_MOST; i++)
        buf_printf(out, strchr(arguments->list[i], ' ') ? " '%s'" : " %s", arguments->list[i]);
    buf_text(out, out->len < COMMAND_MOST ? "\n" : " ..\n");
    arguments_clear(arguments);
    free(arguments);
    words_clear(&words);
}

/* Where it will happen and what exactly: the command that does it. */
static void describe(struct console *c, struct dialog *d) {
    const struct errand *errand = d->context;
    const struct act *act = errand->act;
    const struct view *view = console_view(c);

    if (act->danger != DANGER_NONE)
        buf_printf(&d->text, "%s %s\n", console_is_production(c) ? _("PRODUCTION") : _("database"),
                   console_environment(c)[0] != '\0' ? console_environment(c) : db_async_database(c->db));
    if (act->many && view->marked > 0)
        list_samples(view, d);
    if (act->command)
        write_command(errand, d, &d->text);
    if (act->danger == DANGER_SEVERE)
        buf_printf(&d->text, "%s\n", _("This cannot be taken back."));
    if (d->wanted) {
        buf_printf(&d->text, _("To confirm, type: %s"), d->wanted);
        buf_char(&d->text, '\n');
    }
}

/* The last field of a severe form. */
static void want_typed(struct console *c, const struct act *act, struct errand *errand, struct dialog *d) {
    const struct view *view = console_view(c);

    if (act->many && view->marked > 1)
        snprintf(d->wanted_text, sizeof(d->wanted_text), "%d", view->marked);
    else
        text_copy(d->wanted_text, sizeof(d->wanted_text),
                  needs_row(act) && words_value(&errand->words, "row")[0] != '\0' ? words_value(&errand->words, "row")
                  : view->subject[0] != '\0'                                      ? view->subject
                                                                                  : act->command);
    d->wanted = d->wanted_text;
    dialog_field(d, &reason_prompt, "");
    dialog_field(d, &typed_prompt, "");
}

static void ask(struct console *c, const struct act *act, struct errand *errand) {
    struct dialog *d = dialog_new(DIALOG_FORM, _(act->help));

    d->context = errand;
    d->drop = drop_errand;
    d->done = done;
    d->severe = act->danger == DANGER_SEVERE;
    text_copy(d->button, sizeof(d->button), _("Do it"));
    d->describe = describe;
    for (int i = 0; i < act->prompt_count; i++) {
        AUTO_BUF struct buf preset = {0};

        words_fill(&errand->words, act->prompts[i].preset ? act->prompts[i].preset : "", &preset);
        dialog_field(d, &act->prompts[i],
                     preset.len == 0 && act->prompts[i].choices ? act->prompts[i].choices[0] : buf_str(&preset));
    }
    if (d->severe)
        want_typed(c, act, errand, d);
    dialog_open(c, d); /* the focus is on the first field, or else on Cancel */
}

void act_begin(struct console *c, const struct act *act) {
    const char *why = act_hindrance(c, act);
    struct errand *errand;

    if (why) {
        console_say(c, ROLE_WARN, "%s", why);
        return;
    }
    if (act->run) {
        act->run(c);
        return;
    }
    errand = mem_new(sizeof(*errand));
    errand->act = act;
    act_words(console_view(c), &errand->words);
    if (act->danger != DANGER_NONE || act->prompt_count > 0) {
        ask(c, act, errand);
        return;
    }
    run_errand(c, errand, NULL);
    drop_errand(errand);
}

/* --- the menu --- */

static void chosen(struct console *c, const struct choice *choice) {
    act_begin(c, choice->thing);
}

void act_menu(struct console *c) {
    const struct screen *screen = console_screen(c);
    struct dialog *d = dialog_new(DIALOG_PICK, _("What can be done here"));

    for (int i = 0; i < screen->act_count; i++) {
        const struct act *act = &screen->acts[i];
        struct choice *choice = dialog_choice(d, _(act->help));
        const char *why = act_hindrance(c, act);

        text_copy(choice->key, sizeof(choice->key), act->label);
        choice->thing = act;
        choice->disabled = why != NULL;
        text_copy(choice->note, sizeof(choice->note), why ? why : act->danger == DANGER_SEVERE ? "!!" : "");
    }
    d->picked = chosen;
    dialog_narrow(d);
    dialog_open(c, d);
}
