#include "manual.h"

#include <stdio.h>
#include <string.h>

#include "app.h"
#include "command.h"
#include "detail.h"
#include "drift.h"
#include "err.h"
#include "job_planned.h"
#include "jobs.h"
#include "metrics.h"
#include "site.h"
#include "text.h"
#include "ticket.h"
#include "wx_error.h"

/* --- text --- */

void manual_text(struct buf *out, const char *text) {
    for (const char *c = text; *c != '\0'; c++) {
        bool first = c == text || c[-1] == '\n';
        if (strchr("\\*_+~", *c) != NULL || (first && strchr("#-;[]|`", *c) != NULL))
            buf_char(out, '\\');
        buf_char(out, *c);
    }
}

/* A term, and behind it, indented, what it means. */
static void term(struct buf *out, const char *name, const char *argument) {
    buf_char(out, '*');
    manual_text(out, name);
    buf_char(out, '*');
    if (argument != NULL && argument[0] != '\0') {
        buf_text(out, " _");
        manual_text(out, argument);
        buf_char(out, '_');
    }
    buf_text(out, "\n\t");
}

static void meaning(struct buf *out, const char *text) {
    manual_text(out, text);
    buf_text(out, "\n\n");
}

/* --- commands --- */

static void option_term(struct buf *out, const struct option_row *o) {
    char name[64];
    if (o->letter != 0)
        snprintf(name, sizeof name, "-%c, --%s", o->letter, o->name);
    else
        snprintf(name, sizeof name, "--%s", o->name);
    term(out, name, o->argument);
}

static void options_of(struct buf *out, uint64_t which) {
    size_t count;
    const struct option_row *o = option_rows(&count);
    for (size_t i = 0; i < count; i++)
        if ((which & OPT(o[i].id)) != 0) {
            option_term(out, &o[i]);
            meaning(out, o[i].help);
        }
}

static void option_names(struct buf *out, const struct command *c) {
    size_t count, n = 0;
    const struct option_row *o = option_rows(&count);
    for (size_t i = 0; i < count; i++) {
        if ((c->options & OPT(o[i].id)) == 0)
            continue;
        buf_printf(out, "%s*--%s*", n++ == 0 ? "\tOptions: " : ", ", o[i].name);
        if ((c->required & OPT(o[i].id)) != 0)
            buf_text(out, " (required)");
    }
    if (n > 0)
        buf_text(out, ".\n\n");
}

static void examples_of(struct buf *out, const struct command *c) {
    buf_text(out, "\t```\n");
    for (const char *line = c->examples; *line != '\0';) {
        size_t len = strcspn(line, "\n");
        buf_printf(out, "\tkaquan-worker %.*s\n", int_of(len), line);
        line += len + (line[len] == '\n');
    }
    buf_text(out, "\t```\n\n");
}

static void write_commands(struct buf *out) {
    size_t count;
    const struct command *c = command_rows(&count);
    for (size_t i = 0; i < count; i++) {
        char name[96];
        snprintf(name, sizeof name, "%s%s%s", c[i].noun, c[i].verb ? " " : "", c[i].verb ? c[i].verb : "");
        term(out, name, c[i].arguments);
        meaning(out, c[i].help);
        option_names(out, &c[i]);
        examples_of(out, &c[i]);
    }
}

static void write_everywhere(struct buf *out) {
    options_of(out, OPT_EVERYWHERE);
}

static void write_options(struct buf *out) {
    options_of(out, ~OPT_EVERYWHERE);
}

/* --- settings --- */

static void setting_facts(struct buf *out, const struct conf_row *s) {
    char variable[CONF_VARIABLE_SIZE];
    if (s->type == CONF_CHOICE)
        buf_printf(out, "One of: %s. ", s->choices);
    if (s->type == CONF_SWITCH)
        buf_text(out, "yes or no. ");
    if (s->type == CONF_NUMBER)
        buf_printf(out, "A number of %g..%g. ", s->low, s->high);
    if (s->type == CONF_PATH)
        buf_text(out, "A path that begins with / or ~/. ");
    if (s->fallback[0] != '\0')
        buf_printf(out, "Default: %s. ", s->fallback);
    buf_printf(out, "Variable: %s.", conf_variable(s, variable));
}

static void write_settings(struct buf *out) {
    size_t count;
    const struct conf_row *s = conf_rows(&count);
    for (size_t i = 0; i < count; i++) {
        AUTO_BUF struct buf facts = {0};
        term(out, s[i].name, NULL);
        meaning(out, s[i].help);
        setting_facts(&facts, &s[i]);
        buf_char(out, '\t');
        meaning(out, buf_str(&facts));
    }
}

static void write_site(struct buf *out) {
    size_t count;
    const struct site_row *s = site_rows(&count);
    for (size_t i = 0; i < count; i++) {
        term(out, s[i].name, NULL);
        meaning(out, s[i].help);
        buf_text(out, "\tFor instance ");
        meaning(out, s[i].example);
    }
}

static void write_exit_codes(struct buf *out) {
    for (int kind = 0; kind < ERR_KINDS; kind++) {
        const struct err_class *class = err_class((enum err_kind)kind);
        char name[64];
        snprintf(name, sizeof name, "%d %s", class->exit_code, class->name);
        term(out, name, NULL);
        meaning(out, class->help);
    }
    term(out, "2 warning", NULL);
    meaning(out, "health and doctor found something to look at");
}

static void write_metrics(struct buf *out) {
    size_t count;
    const struct metric *m = metric_rows(&count);
    for (size_t i = 0; i < count; i++) {
        char labels[96] = "";
        for (int l = 0; l < METRIC_LABELS && m[i].labels[l] != NULL; l++)
            snprintf(labels + strlen(labels), sizeof labels - strlen(labels), "%s%s", l == 0 ? "" : ", ",
                     m[i].labels[l]);
        term(out, m[i].name, labels);
        buf_printf(out, "%s: ", m[i].type);
        meaning(out, m[i].help);
    }
}

/* --- jobs --- */

static void write_jobs(struct buf *out) {
    size_t count;
    const struct job_kind *k = job_kinds(&count);
    for (size_t i = 0; i < count; i++) {
        const struct job_planned *planned = job_planned_find(k[i].name);
        term(out, k[i].name, NULL);
        meaning(out, k[i].help);
        buf_printf(out, "\t%s; after a failure again in %g s, then ever more slowly",
                   k[i].calls_wechat ? "Calls WeChat" : "Does not call WeChat", k[i].pause_s);
        if (k[i].tries > 0)
            buf_printf(out, ", at most %d times.\n\n", k[i].tries);
        else
            buf_text(out, ", until it succeeds.\n\n");
        if (planned != NULL) {
            buf_text(out, "\tWhile it is paused ");
            manual_text(out, planned->rests);
            buf_text(out, ".\n\n");
        }
    }
}

/* --- drifts --- */

static void write_drifts(struct buf *out) {
    for (enum drift_id id = DRIFT_NONE + 1; id < DRIFT_KINDS; id++) {
        const struct drift_kind *k = drift_kind(id);
        term(out, k->name, NULL);
        manual_text(out, k->help);
        buf_text(out, ". Repair: ");
        meaning(out, k->repair);
    }
}

/* --- filter --- */

static const char *comparison(const struct filter_field *f) {
    if (f->type == FILTER_TIME)
        return "A time; also > >= < <= and a..b. ";
    return f->begins != NULL ? "Also value*: begins with it. " : "";
}

static void write_filter(struct buf *out) {
    for (size_t i = 0; i < ticket_fields.count; i++) {
        const struct filter_field *f = &ticket_fields.fields[i];
        AUTO_BUF struct buf facts = {0};
        term(out, f->name, NULL);
        meaning(out, f->help);
        buf_text(&facts, comparison(f));
        for (const char *const *v = f->values; v != NULL && *v != NULL; v++)
            buf_printf(&facts, "%s%s%s", v == f->values ? "One of: " : ", ", *v, v[1] == NULL ? ". " : "");
        if (f->indexed)
            buf_text(&facts, "Finds few tickets quickly.");
        if (facts.len == 0)
            continue;
        buf_char(out, '\t');
        meaning(out, buf_str(&facts));
    }
}

/* --- details --- */

static void write_details(struct buf *out) {
    size_t count;
    const struct detail *d = detail_rows(&count);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || strcmp(d[i].card_type, d[i - 1].card_type) != 0) {
            buf_printf(out, "## ");
            meaning(out, d[i].card_type);
        }
        term(out, d[i].name, d[i].needed ? "required" : NULL);
        meaning(out, d[i].help);
    }
}

/* --- errors --- */

static void write_classes(struct buf *out) {
    for (int class = 0; class < WX_CLASSES; class ++) {
        const struct wx_rule *rule = wx_rule((enum wx_class) class);
        term(out, rule->name, NULL);
        meaning(out, rule->help);
    }
}

static void write_error(struct buf *out, const struct wx_error *e, bool at_tokens) {
    char name[48];
    snprintf(name, sizeof name, "%d%s", e->errcode, at_tokens ? " from a token endpoint" : "");
    term(out, name, NULL);
    buf_printf(out, "(%s) ", wx_rule(e->class)->name);
    meaning(out, e->meaning);
    buf_char(out, '\t');
    meaning(out, e->cure);
    buf_char(out, '\t');
    manual_text(out, e->meaning_zh);
    buf_text(out, "。");
    manual_text(out, e->cure_zh);
    buf_text(out, "\n\n");
}

static void write_errors(struct buf *out) {
    size_t count, special;
    const struct wx_error *e = wx_errors(&count, &special);
    for (size_t i = 0; i < count; i++)
        write_error(out, &e[i], i >= count - special);
}

/* --- pages --- */

/* clang-format off */
static const struct manual_table tables[] = {
    {"commands",   write_commands,   "every command with its options and examples"},
    {"everywhere", write_everywhere, "options of every command"},
    {"options",    write_options,    "options of some commands"},
    {"settings",   write_settings,   "settings of config.ini"},
    {"site",       write_site,       "settings of the database"},
    {"exit-codes", write_exit_codes, "how a call ended"},
    {"metrics",    write_metrics,    "what `metrics` prints"},
    {"filter",     write_filter,     "fields that find tickets"},
    {"details",    write_details,    "details of a ticket that can be changed, by the type of its card"},
    {"jobs",       write_jobs,       "kinds of jobs"},
    {"drifts",     write_drifts,     "kinds of drift between tickets and WeChat, and their repairs"},
    {"classes",    write_classes,    "classes of WeChat's answers"},
    {"errors",     write_errors,     "WeChat's error codes with cause and cure"},
};
/* clang-format on */

const struct manual_table *manual_tables(size_t *count) {
    *count = ARRAY_LEN(tables);
    return tables;
}

static bool write_table(struct buf *out, const char *name, size_t len) {
    for (size_t i = 0; i < ARRAY_LEN(tables); i++)
        if (strlen(tables[i].name) == len && strncmp(tables[i].name, name, len) == 0) {
            tables[i].write(out);
            return true;
        }
    return false;
}

bool manual_fill(struct buf *out, const char *source, char unknown[64]) {
    while (*source != '\0') {
        size_t len = strcspn(source, "\n");
        bool named = len > 2 && source[0] == '@' && source[len - 1] == '@';
        if (named && !write_table(out, source + 1, len - 2)) {
            snprintf(unknown, 64, "%.*s", int_of(len < 63 ? len : 63), source);
            return false;
        }
        if (!named) {
            buf_add(out, source, len);
            buf_char(out, '\n');
        }
        source += len + (source[len] == '\n');
    }
    return true;
}
