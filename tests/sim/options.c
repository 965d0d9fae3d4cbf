#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "setting.h"
#include "tlscert.h"

#define FIRST_SETTING 1000

/* Takes one option's argument; false if it does not fit. */
struct option_row {
    const char *name, *argument; /* NULL: a switch */
    bool (*take)(struct options *o, struct world *w, const char *value);
    const char *help;
};

static bool take_listen(struct options *o, struct world *w, const char *value) {
    (void)w;
    o->listen = value;
    return *value != '\0';
}

static bool read_whole(const char *value, uint64_t most, uint64_t *number) {
    char *end;
    errno = 0;
    *number = strtoull(value, &end, 10);
    return errno == 0 && *value >= '0' && *value <= '9' && *end == '\0' && *number <= most;
}

static bool take_port(struct options *o, struct world *w, const char *value) {
    uint64_t port;
    (void)w;
    if (!read_whole(value, UINT16_MAX, &port))
        return false;
    o->port = (uint16_t)port;
    return true;
}

static bool take_scale(struct options *o, struct world *w, const char *value) {
    char *end;
    double scale = strtod(value, &end);
    (void)o;
    if (*end || !(scale > 0) || scale > 1e6)
        return false;
    w->clock.scale = scale;
    return true;
}

static bool take_account(struct options *o, struct world *w, const char *value) {
    const char *colon = strchr(value, ':');
    size_t n = w->initial_account_count;
    (void)o;
    if (colon == NULL || colon == value || colon[1] == '\0')
        return false;
    w->initial_accounts = need_more(w->initial_accounts, (n + 1) * sizeof *w->initial_accounts);
    w->initial_accounts[n] = need_text(value);
    w->initial_account_count++;
    return true;
}

static bool take_callback(struct options *o, struct world *w, const char *value) {
    (void)o;
    w->initial_callback = value;
    return true;
}

static bool take_callback_token(struct options *o, struct world *w, const char *value) {
    (void)o;
    w->initial_callback_token = value;
    return true;
}

static bool take_seed(struct options *o, struct world *w, const char *value) {
    uint64_t seed;
    (void)o;
    (void)w;
    if (!read_whole(value, UINT64_MAX, &seed))
        return false;
    random_seed(seed);
    random_bytes(w->code_key, sizeof w->code_key);
    return true;
}

static bool take_tls(struct options *o, struct world *w, const char *value) {
    (void)w;
    (void)value;
    return o->tls = true;
}

static bool take_tls_fault(struct options *o, struct world *w, const char *value) {
    (void)w;
    o->tls = true;
    o->tls_fault = value;
    return tls_fault_known(value);
}

static bool take_tls_priorities(struct options *o, struct world *w, const char *value) {
    (void)w;
    o->tls_priorities = value;
    return o->tls = true;
}

static bool take_ca_out(struct options *o, struct world *w, const char *value) {
    (void)w;
    o->ca_out = value;
    return true;
}

static bool take_port_file(struct options *o, struct world *w, const char *value) {
    (void)w;
    o->port_file = value;
    return true;
}

static bool take_with_parent(struct options *o, struct world *w, const char *value) {
    (void)w;
    (void)value;
    return o->with_parent = true;
}

static bool take_quiet(struct options *o, struct world *w, const char *value) {
    (void)w;
    (void)value;
    return o->quiet = true;
}

static bool take_help(struct options *o, struct world *w, const char *value) {
    (void)w;
    (void)value;
    return o->help = true;
}

/* clang-format off */
static const struct option_row rows[] = {
    {"listen",         "ADDRESS", take_listen,         "numeric address to listen on (127.0.0.1)"},
    {"port",           "PORT",    take_port,           "port, 0 for any free one (0)"},
    {"port-file",      "FILE",    take_port_file,      "write the port there once it is open"},
    {"scale",          "N",       take_scale,          "WeChat's durations pass N times as fast (1); figures in replies stay unscaled"},
    {"account",        "APPID:SECRET", take_account,   "an official account; may be given many times"},
    {"callback",       "URL",     take_callback,       "where events of these accounts are pushed"},
    {"callback-token", "TOKEN",   take_callback_token, "the token that signs the pushes"},
    {"tls",            NULL,      take_tls,            "serve https with a certificate made now, for 127.0.0.1 and localhost"},
    {"ca-out",         "FILE",    take_ca_out,         "write the certificate authority there (PEM)"},
    {"tls-fault",      "KIND",    take_tls_fault,      "https with a bad certificate: expired, wrong-name, self-signed"},
    {"tls-priorities", "TEXT",    take_tls_priorities, "GnuTLS priority string, e.g. NORMAL:-VERS-ALL:+VERS-TLS1.1"},
    {"seed",           "N",       take_seed,           "make random values repeatable"},
    {"with-parent",    NULL,      take_with_parent,    "end when the parent process ends"},
    {"quiet",          NULL,      take_quiet,          "say nothing on stderr about bad connections"},
    {"help",           NULL,      take_help,           "this text"},
};
/* clang-format on */

static char *dashed(const char *name) {
    char *text = need_text(name);
    for (char *p = text; (p = strchr(p, '_')) != NULL;)
        *p = '-';
    return text;
}

void options_help(FILE *to) {
    fputs("kaquan-sim - a simulated WeChat for tests and rehearsals\n\nOptions:\n", to);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        fprintf(to, "  --%s%s%s\n        %s\n", rows[i].name, rows[i].argument ? " " : "",
                rows[i].argument ? rows[i].argument : "", rows[i].help);
    fputs("\nSettings, as options and in POST /sim/settings:\n", to);
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        char *name = dashed(SETTINGS[i].name);
        const char *kinds[] = {"N", "on|off", SETTINGS[i].choices, "TEXT"};
        fprintf(to, "  --%s %s (%s)\n        %s\n", name, kinds[SETTINGS[i].kind], SETTINGS[i].initial,
                SETTINGS[i].help);
        free(name);
    }
}

static struct option *long_options(void) {
    struct option *all = need((COUNT_OF(rows) + SETTING_COUNT + 1) * sizeof *all);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        all[i] = (struct option){rows[i].name, rows[i].argument ? required_argument : no_argument, NULL, (int)i + 1};
    for (size_t i = 0; i < SETTING_COUNT; i++)
        all[COUNT_OF(rows) + i] =
            (struct option){dashed(SETTINGS[i].name), required_argument, NULL, FIRST_SETTING + (int)i};
    return all;
}

static void free_long_options(struct option *all) {
    for (size_t i = 0; i < SETTING_COUNT; i++)
        free((void *)(intptr_t)all[COUNT_OF(rows) + i].name);
    free(all);
}

static bool take_one(struct options *o, struct world *w, int which, const char *value) {
    char why[256];
    if (which >= FIRST_SETTING) {
        if (settings_set(&w->initial_set, SETTINGS[which - FIRST_SETTING].name, value, why, sizeof why))
            return true;
        fprintf(stderr, "kaquan-sim: %s\n", why);
        return false;
    }
    const struct option_row *row = &rows[which - 1];
    if (row->take(o, w, value))
        return true;
    fprintf(stderr, "kaquan-sim: --%s cannot be %s\n", row->name, value);
    return false;
}

bool options_read(struct options *o, struct world *w, int argc, char **argv) {
    struct option *all = long_options();
    bool good = true;
    int which;
    memset(o, 0, sizeof *o);
    o->listen = "127.0.0.1";
    while (good && (which = getopt_long(argc, argv, "", all, NULL)) != -1)
        good = which != '?' && take_one(o, w, which, optarg ? optarg : "");
    if (good && optind < argc) {
        fprintf(stderr, "kaquan-sim: what is %s? See --help\n", argv[optind]);
        good = false;
    }
    free_long_options(all);
    return good;
}

void options_clear(struct options *o, struct world *w) {
    (void)o;
    for (size_t i = 0; i < w->initial_account_count; i++)
        free(w->initial_accounts[i]);
    free(w->initial_accounts);
    w->initial_accounts = NULL;
    w->initial_account_count = 0;
}
