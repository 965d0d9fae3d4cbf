/* kaquan - the console: the event, live. */

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "conf.h"
#include "console.h"
#include "lang.h"
#include "once.h"

struct arguments {
    struct conf conf;
    const char *screen, *filter;
    struct term_options terminal;
    bool once, help, version, read_only;
};

/* Each option says what it takes, what it does, and does it. */
struct option_row {
    const char *name;
    char letter;       /* 0: none */
    const char *value; /* what it takes, or NULL */
    const char *help;
    bool (*take)(struct arguments *arguments, const char *value, struct err *err);
};

static bool take_help(struct arguments *a, const char *value UNUSED, struct err *err UNUSED) {
    return a->help = true;
}

static bool take_version(struct arguments *a, const char *value UNUSED, struct err *err UNUSED) {
    return a->version = true;
}

static bool take_lang(struct arguments *a, const char *value, struct err *err) {
    return conf_set_flag(&a->conf, "lang", value, err);
}

static bool take_service(struct arguments *a, const char *value, struct err *err) {
    return conf_set_flag(&a->conf, "service", value, err);
}

static bool take_ascii(struct arguments *a, const char *value UNUSED, struct err *err UNUSED) {
    return a->terminal.ascii = true;
}

static bool take_no_color(struct arguments *a, const char *value UNUSED, struct err *err UNUSED) {
    return a->terminal.no_color = true;
}

static bool take_screen(struct arguments *a, const char *value, struct err *err) {
    if (!screen_find(value) || screen_find(value)->child) {
        fail(err, ERR_USAGE, _("there is no screen \"%s\""), value);
        return fail_cure(err, "%s", _("kaquan --help lists the screens"));
    }
    a->screen = value;
    return true;
}

static bool take_filter(struct arguments *a, const char *value, struct err *err UNUSED) {
    a->filter = value;
    return true;
}

static bool take_read_only(struct arguments *a, const char *value UNUSED, struct err *err UNUSED) {
    return a->read_only = true;
}

static bool take_once(struct arguments *a, const char *value UNUSED, struct err *err UNUSED) {
    return a->once = true;
}

/* clang-format off */
static const struct option_row options[] = {
    {"help",    'h', NULL,       N_("show this and end"),                                          take_help},
    {"version", 'V', NULL,       N_("show the versions and end"),                                  take_version},
    {"lang",    0,   "LANGUAGE", N_("en, zh_CN, or auto: as KAQUAN_LANG or the environment says"), take_lang},
    {"service", 0,   "NAME",     N_("libpq service to connect to; without: as psql would"),        take_service},
    {"ascii",   0,   NULL,       N_("draw with plain characters only"),                            take_ascii},
    {"no-color", 0,  NULL,       N_("draw without colours, as NO_COLOR asks for"),                 take_no_color},
    {"screen",  0,   "NAME",     N_("begin with this screen"),                                     take_screen},
    {"filter",  0,   "TEXT",     N_("show only what matches there"),                               take_filter},
    {"read-only", 0, NULL,       N_("nothing can be changed in this session"),                     take_read_only},
    {"once",    0,   NULL,       N_("print the pools, separated by tabs, and end"),                take_once},
};
/* clang-format on */

static int print_help(void) {
    size_t count;
    const struct screen *const *list = screen_list(&count);

    printf("%s\n\n", _("kaquan is the console of WeChat card tickets. Usage: kaquan [OPTION]..."));
    for (size_t i = 0; i < ARRAY_LEN(options); i++) {
        char name[64];

        snprintf(name, sizeof(name), "--%s%s%s", options[i].name, options[i].value ? " " : "",
                 options[i].value ? options[i].value : "");
        printf("  %c%c %-16s  %s\n", options[i].letter ? '-' : ' ', options[i].letter ? options[i].letter : ' ', name,
               _(options[i].help));
    }
    printf("\n%s\n", _("Screens:"));
    for (size_t i = 0; i < count; i++)
        if (!list[i]->child)
            printf("  %-20s  %s\n", list[i]->name, _(list[i]->help));
    return 0;
}

static int print_version(void) {
    char libraries[256];

    app_libraries(libraries, sizeof(libraries));
    printf("kaquan %s (%s)\n", app_version(), libraries);
    return 0;
}

static int complain(const struct err *err) {
    fprintf(stderr, "kaquan: %s\n", err->text);
    if (err->cure[0] != '\0')
        fprintf(stderr, "        %s\n", _(err->cure));
    return err_class(err->kind)->exit_code;
}

/* The table for getopt_long(): values are 1 + the row's number. */
static bool read_options(int argc, char **argv, struct arguments *a, struct err *err) {
    struct option longs[ARRAY_LEN(options) + 1] = {0};
    int found;

    for (size_t i = 0; i < ARRAY_LEN(options); i++)
        longs[i] =
            (struct option){options[i].name, options[i].value ? required_argument : no_argument, NULL, (int)i + 1};
    opterr = 0;
    while ((found = getopt_long(argc, argv, ":hV", longs, NULL)) != -1) {
        for (size_t i = 0; i < ARRAY_LEN(options); i++)
            if (options[i].letter != 0 && options[i].letter == found)
                found = (int)i + 1;
        if (found < 1 || (size_t)found > ARRAY_LEN(options)) {
            fail(err, ERR_USAGE, "%s %s", argv[optind - 1],
                 found == ':' ? "needs a value" : "is no option of kaquan");
            return fail_cure(err, "%s", _("kaquan --help lists the options"));
        }
        if (!options[found - 1].take(a, optarg, err))
            return false;
    }
    return optind == argc || fail(err, ERR_USAGE, _("\"%s\": kaquan takes options only"), argv[optind]);
}

static bool run(const struct arguments *a, struct err *err) {
    const char *service = conf_text(&a->conf, CONF_SERVICE);
    const struct db_options database = {
        .application_name = "kaquan", .service = service[0] != '\0' ? service : NULL, .statement_timeout_ms = 3000};

    if (a->once)
        return once_pools(&database, err);
    if (!term_start(&a->terminal, err))
        return false;
    console_run(&(struct console_options){&database, screen_find(a->screen), a->filter, a->read_only});
    term_stop();
    return true;
}

int main(int argc, char **argv) {
    struct arguments a = {.screen = "pools"};
    struct err err = {0};
    bool ok;

    app_start(argv[0]);
    lang_start("auto"); /* for what is wrong with the options */
    ok = conf_load(&a.conf, &err) && read_options(argc, argv, &a, &err);
    if (!ok)
        return complain(&err);
    lang_start(conf_text(&a.conf, CONF_LANG));
    if (a.help)
        return print_help();
    if (a.version)
        return print_version();
    if (!run(&a, &err))
        return complain(&err);
    return app_stopping() ? 128 + app_stop_signal() : 0;
}
