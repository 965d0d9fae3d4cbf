#include "act.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console.h"
#include "lang.h"
#include "rights.h"

enum { SAMPLES = 3, COMMAND_MOST = 400 };

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

/* --- may it be done? --- */

static bool needs_row(const struct act *act) {
    return !act->anywhere && (act->command || act->hindrance);
}

const char *act_hindrance(const struct console *c, const struct act *act) {
    const struct view *view = c->places[c->depth - 1];
    const char *why = rights_hindrance(c, act);

    if (why)
        return why;
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

static void run_errand(struct console *c, const struct errand *errand, const char *secret) {
    struct arguments *arguments = mem_new(sizeof(*arguments));
    AUTO_BUF struct buf input = {0};

    words_arguments(&errand->words, errand->act->command, arguments);
    if (errand->act->input)
        words_fill(&errand->words, errand->act->input, &input);
    if (errand->act->line)
        words_line(&errand->words, errand->act->line, &input);
    if (act_run(c, arguments, input.len > 0 ? buf_str(&input) : secret, _(errand->act->help)))
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

/* The command as it will be run, with what is typed so far, and the line that it will read. */
static void write_command(const struct errand *errand, const struct dialog *d, struct buf *out) {
    struct arguments *arguments = mem_new(sizeof(*arguments));
    struct words words = {0};

    gather(errand, d, true, &words);
    words_arguments(&words, errand->act->command, arguments);
    buf_text(out, "$ kaquan-worker");
    for (int i = 0; i < arguments->count && out->len < COMMAND_MOST; i++)
        buf_printf(out, strchr(arguments->list[i], ' ') ? " '%s'" : " %s", arguments->list[i]);
    if (errand->act->line) {
        buf_text(out, " <<< ");
        words_line(&words, errand->act->line, out);
    }
    buf_text(out, out->len < COMMAND_MOST ? "\n" : " ..\n");
    arguments_clear(arguments);
    free(arguments);
    words_clear(&words);
}

static void write_warning(const struct errand *errand, const struct dialog *d, struct buf *out) {
    struct words words = {0};

    gather(errand, d, false, &words);
    errand->act->warn(&words, out);
    words_clear(&words);
}

/* Where it will happen and what exactly: the command that does it, and what else becomes of it. */
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
    if (act->warn)
        write_warning(errand, d, &d->text);
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
