#include "command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "detail.h"
#include "lang.h"
#include "text.h"
#include "ticket.h"

enum { COLUMN = 30 };

/* "  LEFT          help", the help on its own line when LEFT is long. */
static void line(FILE *to, const char *left, const char *help) {
    int gap = COLUMN - 2 - text_width(left);
    if (gap < 2)
        fprintf(to, "  %s\n%*s%s\n", left, COLUMN, "", help);
    else
        fprintf(to, "  %s%*s%s\n", left, gap, "", help);
}

static void option_line(FILE *to, const struct option_row *o, bool required) {
    char left[64], letter[8] = "    ", help[256];
    if (o->letter != 0)
        snprintf(letter, sizeof letter, "-%c, ", o->letter);
    snprintf(left, sizeof left, "%s--%s%s%s", letter, o->name, o->argument ? " " : "",
             o->argument ? o->argument : "");
    snprintf(help, sizeof help, "%s%s", _(o->help), required ? _(" (required)") : "");
    line(to, left, help);
}

static void option_lines(FILE *to, uint64_t which, uint64_t required) {
    size_t count;
    const struct option_row *o = option_rows(&count);
    for (size_t i = 0; i < count; i++)
        if ((which & OPT(o[i].id)) != 0)
            option_line(to, &o[i], (required & OPT(o[i].id)) != 0);
}

static void setting_lines(FILE *to) {
    size_t count;
    const struct conf_row *rows = conf_rows(&count);
    for (size_t i = 0; i < count; i++) {
        char left[64];
        snprintf(left, sizeof left, "    --%s VALUE", rows[i].name);
        line(to, left, _(rows[i].help));
    }
}

static void example_lines(FILE *to, const char *examples) {
    while (*examples != '\0') {
        size_t len = strcspn(examples, "\n");
        fprintf(to, "  %s %.*s\n", app_program(), (int)len, examples);
        examples += len + (examples[len] == '\n');
    }
}

static void name_of(const struct command *c, char *out, size_t size) {
    snprintf(out, size, "%s%s%s%s%s", c->noun, c->verb ? " " : "", c->verb ? c->verb : "", c->arguments[0] ? " " : "",
             c->arguments);
}

static void help_command(const struct command *c, FILE *to) {
    char name[128];
    name_of(c, name, sizeof name);
    fprintf(to, _("Examples:\n"));
    example_lines(to, c->examples);
    fprintf(to, "\n%s %s%s\n  %s\n", app_program(), name, c->options ? _(" [options]") : "", _(c->help));
    if (c->options != 0)
        fprintf(to, _("\nOptions:\n"));
    option_lines(to, c->options, c->required);
    fprintf(to, _("\nOptions of every command:\n"));
    option_lines(to, OPT_EVERYWHERE, 0);
    fprintf(to, _("\nSettings of config.ini can be options too: `%s help settings`\n"), app_program());
}

/* The commands of a noun, or all of them; examples first. */
static void help_commands(const char *noun, FILE *to) {
    size_t count;
    const struct command *c = command_rows(&count);
    fprintf(to, _("Examples:\n"));
    for (size_t i = 0; noun != NULL && i < count; i++)
        if (strcmp(c[i].noun, noun) == 0)
            example_lines(to, c[i].examples);
    if (noun == NULL)
        example_lines(to,
                      "run --jitter 20s\npool list --below 1000\ntemplate import festival.json --key adult\ndoctor");
    fprintf(to, _("\nCommands:\n"));
    for (size_t i = 0; i < count; i++) {
        char name[128];
        name_of(&c[i], name, sizeof name);
        if (noun == NULL || strcmp(c[i].noun, noun) == 0)
            line(to, name, _(c[i].help));
    }
}

static void help_exit_codes(FILE *to) {
    fprintf(to, _("\nExit codes:\n"));
    for (int kind = 0; kind < ERR_KINDS; kind++) {
        const struct err_class *class = err_class((enum err_kind)kind);
        char left[64];
        snprintf(left, sizeof left, "%3d  %s", class->exit_code, class->name);
        line(to, left, _(class->help));
    }
    line(to, "  2  warning", _("`health` and `doctor` found something to look at"));
}

static void help_filter(FILE *to) {
    fprintf(to, _("A filter is words and field:value terms, all of which must hold:\n"));
    line(to, "word", _("the code begins with it"));
    line(to, "field:value", _("is it; value* begins with it; a,b either; \"a b\" with blanks"));
    line(to, "field>=time", _("also > <= <; times: today, yesterday, -7d, -12h, -30m, 2026-11-01, 2026-11-01T10:30"));
    line(to, "field:a..b", _("from the one time to the other"));
    line(to, "-term", _("is not so"));
    fprintf(to, _("\nFields of tickets:\n"));
    for (size_t i = 0; i < ticket_fields.count; i++)
        line(to, ticket_fields.fields[i].name, _(ticket_fields.fields[i].help));
}

static void help_details(FILE *to) {
    size_t count;
    const struct detail *d = detail_rows(&count);
    fprintf(to,
            _("A line of `ticket update` is CODE NAME=VALUE ..., a value with blanks in \"...\"; or CODE JSON.\n"));
    for (size_t i = 0; i < count; i++) {
        char name[64];
        if (i == 0 || strcmp(d[i].card_type, d[i - 1].card_type) != 0)
            fprintf(to, _("\nDetails of a %s:\n"), d[i].card_type);
        snprintf(name, sizeof name, "%s%s", d[i].name, d[i].needed ? _(" (required)") : "");
        line(to, name, _(d[i].help));
    }
}

static void help_settings(FILE *to) {
    fprintf(to, _("Settings: a line \"name = value\" of config.ini, a variable KAQUAN_NAME, or an option:\n"));
    setting_lines(to);
}

/* What `help` knows beside commands. */
static const struct topic {
    const char *name;
    void (*write)(FILE *to);
} topics[] = {
    {"settings", help_settings},
    {"filter", help_filter},
    {"details", help_details},
    {"exit-codes", help_exit_codes},
};

static const struct topic *topic_of(const struct call *call) {
    for (size_t i = 0; call->noun != NULL && i < ARRAY_LEN(topics); i++)
        if (strcmp(call->noun, topics[i].name) == 0)
            return &topics[i];
    return NULL;
}

void command_help(const struct call *call, FILE *to) {
    const struct topic *topic = topic_of(call);
    if (topic != NULL) {
        topic->write(to);
    } else if (call->command != NULL) {
        help_command(call->command, to);
    } else if (call->noun != NULL) {
        help_commands(call->noun, to);
    } else {
        help_commands(NULL, to);
        fprintf(to, _("\nOptions of every command:\n"));
        option_lines(to, OPT_EVERYWHERE, 0);
        fprintf(to,
                _("\nMore: `%s help COMMAND`, `help settings`, `help filter`, `help details`, `help exit-codes`\n"),
                app_program());
    }
}

/* `help pool fill` shows what `pool fill --help` shows. */
bool cmd_help(struct call *call, struct err *err) {
    struct call topic = {.work = call->work};
    char *words[ARGUMENTS_MAX + 2] = {mem_text(app_program())};
    struct err why = {0};
    int n = 1;
    for (; n <= call->arguments; n++)
        words[n] = mem_text(call->argument[n - 1]);
    command_read(&topic, n, words, &why); /* missing arguments are no matter here, an unknown word is */
    if (command_known(&topic) || topic_of(&topic) != NULL) {
        command_help(&topic, stdout);
        why.kind = ERR_NONE;
    }
    while (n > 0)
        free(words[--n]);
    if (why.kind != ERR_NONE)
        *err = why;
    return why.kind == ERR_NONE;
}

void command_version(void) {
    char libraries[512];
    app_libraries(libraries, sizeof libraries);
    printf("%s %s\n%s\n", app_program(), app_version(), libraries);
}
