#include "options.h"

#include <getopt.h>
#include <stdio.h>

#include "lang.h"
#include "screens.h"

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
        fail(err, ERR_USAGE, "there is no screen \"%s\"", value);
        return fail_cure(err, "kaquan --help lists the screens");
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

static bool take_manual(struct arguments *a, const char *value UNUSED, struct err *err UNUSED) {
    return a->manual = true;
}

static bool take_completion(struct arguments *a, const char *value UNUSED, struct err *err UNUSED) {
    return a->completion = true;
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
    {"completion", 0, NULL,      N_("print completion for bash, and end"),                         take_completion},
    {"manual",  0,   NULL,       N_("fill the tables into a manual page, input to output; the build uses it"), take_manual},
};
/* clang-format on */

const struct option_row *option_rows(size_t *count) {
    *count = ARRAY_LEN(options);
    return options;
}

/* The table for getopt_long(): values are 1 + the row's number. */
bool options_read(int argc, char **argv, struct arguments *a, struct err *err) {
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
            fail(err, ERR_USAGE, found == ':' ? N_("%s needs a value") : N_("%s is no option of kaquan"),
                 argv[optind - 1]);
            return fail_cure(err, "kaquan --help lists the options");
        }
        if (!options[found - 1].take(a, optarg, err))
            return false;
    }
    return optind == argc || fail(err, ERR_USAGE, "\"%s\": kaquan takes options only", argv[optind]);
}
