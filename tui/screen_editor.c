/* The form of a template: e edits one, n makes one, d makes one like another (its subject is then + and that one's
 * key). What is typed is kept in the state directory at once, and in the database when it is saved. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "act.h"
#include "card_draw.h"
#include "card_keep.h"
#include "card_push.h"
#include "card_value.h"
#include "clock.h"
#include "console.h"
#include "json.h"
#include "lang.h"
#include "screens.h"

enum { CTRL_T = 0x14 };
enum { TEMPLATE, ACCOUNTS, PREVIEW_FROM = 112, PREVIEW_COLUMNS = 42, FORM_BELOW = 4 };
static const double KEEP_QUIET_S = 1, KEEP_MOST_S = 10; /* kept when nothing was typed for a second, or every 10 s */

struct editor {
    struct card_form *form;
    cJSON *sent;                /* what WeChat was sent last; NULL: nothing */
    cJSON *saving;              /* what was given to the worker; NULL: nothing */
    char kept[VIEW_TEXT];       /* the name under which it is kept */
    double answered_at;         /* the answer that was looked at */
    double changed_at, kept_at; /* clock_seconds(); 0: never */
    double kept_wall;
    int top, large_top, columns;
    bool large;
    bool restore; /* what was kept, without asking */
    bool push;    /* as soon as it is saved */
    bool dropped; /* nothing of it is to be kept */
};

/* clang-format off */
static const struct field head_fields[] = {{"key", "KEY", 8, 40, 1, SHOW_TEXT, NULL}};
static const struct part parts[] = {
    [TEMPLATE] = {.statement = &sql_tui_template_edit, .every = 2, .given = {"{subject}"}, .given_count = 1,
                  .fields = head_fields, .field_count = 1, .look = LOOK_RECORD},
    [ACCOUNTS] = {.statement = &sql_tui_account_keys, .every = 30, .fields = head_fields, .field_count = 1},
};
/* clang-format on */

static bool is_new(const struct view *view) {
    return view->subject[0] == '+';
}

static int64_t now(void) {
    return (int64_t)clock_wall();
}

static const char *time_text(int64_t at, char out[UI_FIGURE]) {
    time_t seconds = (time_t)at;
    struct tm tm;

    if (!localtime_r(&seconds, &tm) || strftime(out, UI_FIGURE, "%H:%M", &tm) == 0)
        out[0] = '\0';
    return out;
}

/* --- keeping it --- */

static void keep(struct editor *e) {
    if (card_form_dirty(e->form) && card_keep(e->form, e->kept, NULL))
        e->kept_wall = clock_wall();
    e->kept_at = clock_seconds();
}

/* Not at every key, and not only when somebody stops typing. */
static void keep_in_time(struct editor *e) {
    double at = clock_seconds();

    if (e->changed_at > e->kept_at && (at - e->changed_at >= KEEP_QUIET_S || at - e->kept_at >= KEEP_MOST_S))
        keep(e);
}

static void changed(struct editor *e) {
    card_form_check(e->form, now());
    e->changed_at = clock_seconds();
}

/* --- beginning --- */

static void restore(struct console *c, struct editor *e) {
    struct err err = {0};

    if (!card_keep_restore(e->form, e->kept, &err))
        console_say(c, ROLE_BAD, "%s", err.text);
    changed(e);
}

static void picked_kept(struct console *c, const struct choice *choice) {
    struct editor *e = console_view(c)->own;

    if (e == NULL || e->form == NULL)
        return;
    if (strcmp(choice->thing, "restore") == 0)
        restore(c, e);
    else if (strcmp(choice->thing, "forget") == 0)
        card_keep_forget(e->kept);
}

static void offer_kept(struct console *c, const struct editor *e) {
    char title[CHOICE_TEXT], at[UI_FIGURE];
    struct dialog *d;

    snprintf(title, sizeof(title), _("Unsaved draft from %s, restore?"), time_text(card_kept_at(e->kept), at));
    d = dialog_new(DIALOG_PICK, title);
    dialog_choice(d, _("restore it"))->thing = "restore";
    dialog_choice(d, _("leave it for later"))->thing = "later";
    dialog_choice(d, _("throw it away"))->thing = "forget";
    d->picked = picked_kept;
    dialog_narrow(d);
    dialog_open(c, d);
}

static char *account_names(const struct db_rows *rows) {
    AUTO_BUF struct buf names = {0};

    for (int i = 0; i < rows->count; i++)
        buf_printf(&names, "%s%s", i ? " " : "", db_text(rows, i, "key"));
    return mem_text(buf_str(&names));
}

static cJSON *body_of(const struct db_rows *rows, const char *column) {
    const char *text = rows->count > 0 ? db_text(rows, 0, column) : "";

    return text[0] != '\0' ? card_form_parse(text) : NULL;
}

static void take_sent(struct editor *e, const struct db_rows *rows) {
    cJSON_Delete(e->sent);
    e->sent = rows->count > 0 && db_bool(rows, 0, "at_wechat") ? body_of(rows, "sent") : NULL;
}

static void begin(struct console *c, struct view *view, struct editor *e) {
    const struct db_rows *rows = &view->panes[TEMPLATE].rows;
    AUTO_JSON cJSON *body = body_of(rows, "body");
    char *accounts = account_names(&view->panes[ACCOUNTS].rows);

    e->form = card_form_new(accounts, is_new(view) ? body : NULL);
    free(accounts);
    if (rows->count > 0)
        card_form_set(e->form, CARD_ACCOUNT, db_text(rows, 0, "account"));
    if (!is_new(view)) {
        card_form_set(e->form, CARD_KEY, view->subject);
        card_form_begin(e->form, body, (int)db_int(rows, 0, "version"), db_bool(rows, 0, "at_wechat"));
        take_sent(e, rows);
    }
    e->form->focus = is_new(view) ? CARD_KEY : card_form_line(e->form, "base_info.title");
    card_form_check(e->form, now());
    if (e->restore)
        restore(c, e);
    else if (card_kept_at(e->kept) > 0)
        offer_kept(c, e);
}

/* --- what the database says meanwhile --- */

static void saved(struct console *c, struct view *view, struct editor *e, const cJSON *body) {
    const struct db_rows *rows = &view->panes[TEMPLATE].rows;
    bool push = e->push;

    card_form_begin(e->form, body, (int)db_int(rows, 0, "version"), db_bool(rows, 0, "at_wechat"));
    card_form_check(e->form, now());
    card_keep_forget(e->kept);
    text_copy(e->kept, sizeof(e->kept), view->subject);
    cJSON_Delete(e->saving);
    e->saving = NULL;
    e->push = false;
    e->kept_wall = 0;
    console_say(c, ROLE_OK, _("template %s is saved, version %d"), view->subject, e->form->version);
    if (push)
        card_push_ask(c, view->subject, body, e->sent);
}

/* The key that was chosen for a new template is another one's: that one is left alone. */
static void key_taken(struct console *c, struct view *view, struct editor *e) {
    console_say(c, ROLE_BAD, _("there is a template %s already: choose another key"), view->subject);
    text_copy(view->subject, sizeof(view->subject), e->kept);
    cJSON_Delete(e->saving);
    e->saving = NULL;
    e->form->focus = CARD_KEY;
}

static void overtaken(struct console *c, struct editor *e, const cJSON *body, int version) {
    int both = card_form_merge(e->form, body, version);

    changed(e);
    if (both > 0)
        console_say(c, ROLE_WARN, _("somebody else changed %d of your fields: theirs stands beside yours"), both);
    else
        console_say(c, ROLE_WARN, "%s", _("somebody else changed the template: what you did not touch follows"));
}

static void follow(struct console *c, struct view *view, struct editor *e) {
    const struct db_rows *rows = &view->panes[TEMPLATE].rows;
    AUTO_JSON cJSON *body = rows->count > 0 ? body_of(rows, "body") : NULL;
    int version;

    if (body == NULL || is_new(view))
        return;
    take_sent(e, rows);
    version = (int)db_int(rows, 0, "version");
    e->form->at_wechat = db_bool(rows, 0, "at_wechat");
    if (version == e->form->version)
        return;
    if (e->saving != NULL && cJSON_Compare(body, e->saving, true))
        saved(c, view, e, body);
    else if (e->form->version == 0)
        key_taken(c, view, e);
    else if (cJSON_Compare(body, e->form->base, true))
        e->form->version = version; /* its state changed, nobody wrote */
    else
        overtaken(c, e, body, version);
}

static struct editor *editor_of(struct view *view) {
    struct editor *e = view->own;

    if (e != NULL)
        return e;
    view->own = e = mem_new(sizeof(*e));
    if (view->subject[0] == '\0')
        text_copy(view->subject, sizeof(view->subject), "+");
    text_copy(e->kept, sizeof(e->kept), view->subject);
    return e;
}

/* True when there is a form to show. */
static bool look(struct console *c, struct view *view) {
    struct editor *e = editor_of(view);

    if (e->form == NULL) {
        if (view->panes[TEMPLATE].answered_at == 0 || view->panes[ACCOUNTS].answered_at == 0 ||
            (!is_new(view) && view->panes[TEMPLATE].rows.count == 0))
            return false;
        begin(c, view, e);
    } else if (view->panes[TEMPLATE].answered_at > e->answered_at) {
        follow(c, view, e);
    }
    e->answered_at = view->panes[TEMPLATE].answered_at;
    keep_in_time(e);
    return true;
}

/* --- saving --- */

/* That it is saved is told when the database says so. */
static void imported(struct console *c, int exit_code, const char *said) {
    struct dialog *d;

    if (exit_code == 0)
        return;
    d = dialog_new(DIALOG_TEXT, _("save the draft"));
    buf_text(&d->text, said);
    dialog_open(c, d);
}

static void import(struct console *c, struct view *view, struct editor *e) {
    AUTO_BUF struct buf text = {0};
    struct arguments arguments = {0};
    struct words words = {0};
    char seen[UI_FIGURE];

    snprintf(seen, sizeof(seen), "%d", e->form->version);
    words_add(&words, "key", card_form_text(e->form, CARD_KEY));
    words_add(&words, "account", card_form_text(e->form, CARD_ACCOUNT));
    words_add(&words, "seen", seen);
    words_arguments(&words, "template import - --key {key} --account {account} --seen {seen}", &arguments);
    cJSON_Delete(e->saving);
    e->saving = card_form_body(e->form, now());
    json_print(&text, e->saving);
    if (act_run(c, &arguments, buf_str(&text), _("save the draft"))) {
        c->child.ended = imported;
        text_copy(view->subject, sizeof(view->subject), card_form_text(e->form, CARD_KEY));
    }
    arguments_clear(&arguments);
    words_clear(&words);
}

static bool save_over(struct console *c, struct dialog *d UNUSED) {
    struct view *view = console_view(c);
    struct editor *e = view->own;

    card_form_settle(e->form);
    import(c, view, e);
    return true;
}

/* Both values, and the question once more. False when there is nothing to ask. */
static bool ask_over(struct console *c, const struct editor *e) {
    struct dialog *d = dialog_new(DIALOG_FORM, _("Somebody else changed the same fields"));

    for (int i = 0; i < e->form->count; i++)
        if (e->form->lines[i].theirs != NULL) {
            buf_printf(&d->text, _("%s: yours \"%s\", theirs \"%s\""), card_label(e->form->lines[i].field),
                       card_form_text(e->form, i), e->form->lines[i].theirs);
            buf_char(&d->text, '\n');
        }
    if (d->text.len == 0) {
        dialog_free(d);
        return false;
    }
    buf_printf(&d->text, "%s\n", _("^T in a field takes theirs."));
    text_copy(d->button, sizeof(d->button), _("Save mine over it"));
    d->done = save_over;
    dialog_open(c, d);
    return true;
}

/* Always kept here; in the database when WeChat would take it and the session may write. */
static void save(struct console *c, bool push) {
    struct view *view = console_view(c);
    struct editor *e = view->own;

    card_form_check(e->form, now());
    keep(e);
    e->push = push;
    if (e->form->errors > 0) {
        e->form->focus = card_form_next(e->form, 1, true);
        console_say(c, ROLE_WARN, _("kept on this host; the database takes it without problems: F8 shows %d"),
                    e->form->errors);
    } else if (!lock_is_open(c)) {
        console_say(c, ROLE_WARN, "%s", _("kept on this host; unlock to save it in the database"));
        lock_ask(c);
    } else if (!ask_over(c, e)) {
        import(c, view, e);
    }
}

static void act_save(struct console *c) {
    save(c, false);
}

static void act_push(struct console *c) {
    struct view *view = console_view(c);
    struct editor *e = view->own;

    if (card_form_dirty(e->form) || e->form->version == 0)
        save(c, true);
    else
        card_push_ask(c, view->subject, e->form->base, e->sent);
}

/* --- other acts --- */

static void act_diff(struct console *c) {
    const struct editor *e = console_view(c)->own;
    AUTO_JSON cJSON *body = card_form_body(e->form, now());
    struct dialog *d = dialog_new(DIALOG_TEXT, e->sent ? _("The form against what WeChat was sent")
                                                       : _("The form against what is saved"));

    if (e->form->base != NULL)
        card_diff_text(body, e->sent ? e->sent : e->form->base, &d->text);
    else
        buf_text(&d->text, _("nothing is saved yet"));
    dialog_open(c, d);
}

static void act_large(struct console *c) {
    struct editor *e = console_view(c)->own;
    bool text =
        card_form_choices(e->form, e->form->focus) == NULL && card_form_fixed(e->form, e->form->focus) == NULL;

    e->large = !e->large && text;
}

static void act_problem(struct console *c) {
    struct editor *e = console_view(c)->own;

    e->form->focus = card_form_next(e->form, 1, true);
}

static void act_undo(struct console *c) {
    struct editor *e = console_view(c)->own;

    edit_key(&e->form->lines[e->form->focus].edit, TERM_CTRL_UNDERSCORE);
    changed(e);
}

static void act_theirs(struct console *c) {
    struct editor *e = console_view(c)->own;
    struct card_line *line = &e->form->lines[e->form->focus];

    if (line->theirs == NULL)
        return;
    card_form_set(e->form, e->form->focus, line->theirs);
    free(line->theirs);
    line->theirs = NULL;
    changed(e);
}

/* clang-format off */
static const struct act acts[] = {
    {.key = TERM_CTRL_S, .label = "^S", .hint = N_("Save"), .help = N_("save the draft"), .anywhere = true, .run = act_save},
    {.key = TERM_CTRL_P, .label = "^P", .hint = N_("Push"), .help = N_("save it and send it to WeChat"), .anywhere = true, .run = act_push},
    {.key = TERM_CTRL_D, .label = "^D", .hint = N_("Diff"), .help = N_("what differs from what WeChat was sent"), .anywhere = true, .run = act_diff},
    {.key = TERM_CTRL_G, .label = "^G", .hint = N_("Longer"), .help = N_("this field in a larger window, and back"), .anywhere = true, .run = act_large},
    {.key = TERM_F8, .label = "F8", .hint = N_("Problem"), .help = N_("to the next problem"), .anywhere = true, .run = act_problem},
    {.key = TERM_CTRL_UNDERSCORE, .label = "^_", .hint = N_("Undo"), .help = N_("undo in this field"), .anywhere = true, .run = act_undo},
    {.key = CTRL_T, .label = "^T", .help = N_("take what somebody else wrote into this field"), .anywhere = true, .run = act_theirs},
};
/* clang-format on */

/* --- closing --- */

static void picked_close(struct console *c, const struct choice *choice) {
    struct editor *e = console_view(c)->own;

    if (strcmp(choice->thing, "save") == 0) {
        save(c, false);
        return;
    }
    if (strcmp(choice->thing, "forget") == 0) {
        card_keep_forget(e->kept);
        e->dropped = true;
    }
    if (strcmp(choice->thing, "stay") != 0)
        console_back(c);
}

static void close_form(struct console *c, const struct editor *e) {
    struct dialog *d;

    if (!card_form_dirty(e->form)) {
        console_back(c);
        return;
    }
    d = dialog_new(DIALOG_PICK, _("The form was changed"));
    dialog_choice(d, _("go on writing"))->thing = "stay";
    dialog_choice(d, _("save the draft"))->thing = "save";
    dialog_choice(d, _("close it; it is kept on this host"))->thing = "keep";
    dialog_choice(d, _("throw the changes away"))->thing = "forget";
    d->picked = picked_close;
    dialog_narrow(d);
    dialog_open(c, d);
}

static void leave(struct view *view) {
    struct editor *e = view->own;

    if (e == NULL)
        return;
    if (e->form != NULL && !e->dropped)
        keep(e);
    card_form_free(e->form);
    cJSON_Delete(e->sent);
    cJSON_Delete(e->saving);
    free(e);
    view->own = NULL;
}

/* --- keys --- */

/* What was typed is written as it is meant: "+30d" becomes the day. */
static void settle_line(struct editor *e) {
    struct card_line *line = &e->form->lines[e->form->focus];
    const char *why = NULL, *text = card_form_text(e->form, e->form->focus);
    AUTO_JSON cJSON *value = card_value_is_day(line->field) ? card_value_read(line->field, text, now(), &why) : NULL;
    AUTO_BUF struct buf day = {0};

    if (value == NULL || why != NULL)
        return;
    card_value_text(line->field, value, &day);
    if (strcmp(buf_str(&day), text) != 0)
        card_form_set(e->form, e->form->focus, buf_str(&day));
    changed(e);
}

static void move(struct editor *e, int by) {
    settle_line(e);
    for (int i = 0; i < abs(by); i++)
        e->form->focus = card_form_next(e->form, by < 0 ? -1 : 1, false);
}

/* The word behind (or before) the one chosen; "" stands between last and first where nothing is needed. */
static void turn(struct editor *e, int by) {
    int line = e->form->focus;
    const char *choices = card_form_choices(e->form, line), *text = card_form_text(e->form, line);
    char words[64][41] = {{0}};
    int count = e->form->lines[line].field->required ? 0 : 1, at = 0;

    for (const char *w = choices; *w && count < 64; w += strspn(w, " ")) {
        snprintf(words[count], sizeof(words[count]), "%.*s", (int)strcspn(w, " "), w);
        at = strcmp(words[count], text) == 0 ? count : at;
        count++;
        w += strcspn(w, " ");
    }
    if (count == 0)
        return;
    card_form_set(e->form, line, words[(at + by + count) % count]);
    changed(e);
}

static void picked_word(struct console *c, const struct choice *choice) {
    struct editor *e = console_view(c)->own;
    AUTO_BUF struct buf word = {0};

    if (choice->thing != NULL)
        buf_add(&word, choice->thing, strcspn(choice->thing, " "));
    card_form_set(e->form, e->form->focus, buf_str(&word));
    changed(e);
}

static void pick_word(struct console *c, const struct editor *e) {
    int line = e->form->focus;
    struct dialog *d = dialog_new(DIALOG_PICK, card_label(e->form->lines[line].field));

    if (!e->form->lines[line].field->required)
        dialog_choice(d, "-")->thing = NULL;
    for (const char *w = card_form_choices(e->form, line); *w; w += strspn(w, " ")) {
        char word[64];
        struct choice *choice;

        snprintf(word, sizeof(word), "%.*s", (int)strcspn(w, " "), w);
        choice = dialog_choice(d, card_word(e->form, line, word));
        choice->thing = w;
        if (strcmp(choice->text, word) != 0)
            text_copy(choice->note, sizeof(choice->note), word);
        w += strcspn(w, " ");
    }
    d->picked = picked_word;
    dialog_narrow(d);
    dialog_open(c, d);
}

static bool is_typing(uint32_t key) {
    return (key >= ' ' && key < TERM_UP) || key == TERM_PASTE || key == TERM_BACKSPACE || key == TERM_DELETE;
}

/* In a field of a word to choose: arrows and Space turn, Enter shows them all. */
static bool choice_key(struct console *c, struct editor *e, uint32_t key) {
    if (key == TERM_LEFT || key == TERM_RIGHT || key == ' ')
        turn(e, key == TERM_LEFT ? -1 : 1);
    else if (key == TERM_ENTER)
        pick_word(c, e);
    return key == TERM_LEFT || key == TERM_RIGHT || key == TERM_ENTER || is_typing(key);
}

static bool text_key(struct editor *e, uint32_t key) {
    struct card_line *line = &e->form->lines[e->form->focus];

    if (!edit_key(&line->edit, key))
        return false;
    if (line->field->type >= FIELD_URL || e->form->focus == CARD_KEY)
        edit_fold(&line->edit);
    changed(e);
    return true;
}

static bool field_key(struct console *c, struct editor *e, uint32_t key) {
    const char *fixed = card_form_fixed(e->form, e->form->focus);

    if (fixed && is_typing(key)) {
        console_say(c, ROLE_WARN, "%s", _(fixed));
        return true;
    }
    if (card_form_choices(e->form, e->form->focus) != NULL)
        return fixed ? is_typing(key) || key == TERM_LEFT || key == TERM_RIGHT : choice_key(c, e, key);
    return text_key(e, key);
}

static bool moves(struct editor *e, uint32_t key) {
    static const struct {
        uint32_t key;
        int by;
    } steps[] = {{TERM_TAB, 1}, {TERM_DOWN, 1},       {TERM_ENTER, 1},    {TERM_BACKTAB, -1},
                 {TERM_UP, -1}, {TERM_PAGE_DOWN, 10}, {TERM_PAGE_UP, -10}};

    for (size_t i = 0; i < ARRAY_LEN(steps); i++)
        if (steps[i].key == key) {
            move(e, steps[i].by);
            return true;
        }
    return false;
}

static bool large_key(struct editor *e, uint32_t key) {
    if (key == TERM_ESC || key == TERM_CTRL_G)
        e->large = false;
    else if (card_large_key(&e->form->lines[e->form->focus].edit, key, e->columns))
        changed(e);
    return true;
}

static bool key(struct console *c, struct view *view, uint32_t key) {
    struct editor *e = view->own;

    if (e == NULL || e->form == NULL || key == TERM_F1 || key == TERM_CTRL_C || key == TERM_CTRL_L ||
        key == TERM_CTRL_Z || key == TERM_RESIZE)
        return false;
    if (e->large)
        return large_key(e, key);
    if (key == TERM_F2)
        key = TERM_CTRL_S;
    for (size_t i = 0; i < ARRAY_LEN(acts); i++)
        if (acts[i].key == key) {
            act_begin(c, &acts[i]);
            return true;
        }
    if (key == TERM_ESC) {
        close_form(c, e);
        return true;
    }
    if (key == TERM_ENTER && card_form_choices(e->form, e->form->focus) != NULL)
        return field_key(c, e, key);
    return moves(e, key) || field_key(c, e, key) || key == '\n';
}

/* --- drawing --- */

static void draw_title(const struct view *view, const struct editor *e, struct area area) {
    AUTO_BUF struct buf title = {0};

    buf_text(&title, is_new(view) ? _("new template") : view->subject);
    if (card_form_dirty(e->form))
        buf_printf(&title, "%s%s", _(", "), _("changed"));
    buf_text(&title, _(", "));
    if (e->form->errors == 1)
        buf_text(&title, _("1 problem"));
    else
        buf_printf(&title, _("%d problems"), e->form->errors);
    draw_rule(area, buf_str(&title));
}

static void draw_state(const struct editor *e, struct area area) {
    AUTO_BUF struct buf text = {0};
    char at[UI_FIGURE];
    int shown = 0;

    for (int i = 0; i < e->form->count; i++)
        if (card_form_changed(e->form, i))
            buf_printf(&text, "%s%s", shown++ ? _(", ") : _("changed: "), card_label(e->form->lines[i].field));
    if (e->kept_wall > 0) {
        buf_text(&text, "   ");
        buf_printf(&text, _("kept on this host %s"), time_text((int64_t)e->kept_wall, at));
    }
    ui_text(area.row, area.column + 1, area.columns - 1, ROLE_DIM, buf_str(&text));
}

static void draw_large(struct editor *e, struct area area) {
    const struct card_line *line = &e->form->lines[e->form->focus];
    char title[256];

    snprintf(title, sizeof(title), _("%s: %zu of %lld bytes; Enter begins a line, ^G goes back"),
             card_label(line->field), card_value_bytes(card_form_text(e->form, e->form->focus)),
             (long long)line->field->high);
    draw_rule(area, title);
    area.row++;
    area.rows--;
    e->columns = area.columns;
    card_draw_large(e->form, area, &e->large_top);
}

static void draw_form(struct view *view, struct editor *e, struct area area) {
    struct area lines = {area.row + 1, area.column, area.rows - 1 - FORM_BELOW, area.columns};
    struct area help = {area.row + area.rows - FORM_BELOW, area.column, FORM_BELOW - 1, area.columns};
    struct area state = {area.row + area.rows - 1, area.column, 1, area.columns};

    draw_title(view, e, area);
    card_draw_help(e->form, help);
    draw_state(e, state);
    card_draw_lines(e->form, lines, &e->top);
}

static void draw(struct console *c, struct view *view, struct area area) {
    struct editor *e;

    if (!look(c, view)) {
        pane_draw_state(&view->panes[TEMPLATE], area, _("There is no template of that key."));
        return;
    }
    e = view->own;
    if (area.columns >= PREVIEW_FROM) {
        card_draw_preview(e->form, (struct area){area.row, area.column + area.columns - PREVIEW_COLUMNS, area.rows,
                                                 PREVIEW_COLUMNS});
        area.columns -= PREVIEW_COLUMNS + 1;
    }
    if (e->large)
        draw_large(e, area);
    else
        draw_form(view, e, area);
}

/* --- at the start of the program --- */

static void picked_open(struct console *c, const struct choice *choice) {
    struct editor *e;

    if (choice->thing == NULL)
        return;
    console_open(c, "editor", card_kept_last());
    e = editor_of(console_view(c));
    e->restore = true;
}

void editor_offer(struct console *c) {
    char title[CHOICE_TEXT], at[UI_FIGURE];
    const char *name = card_kept_last();
    struct dialog *d;

    if (name[0] == '\0')
        return;
    snprintf(title, sizeof(title), _("Unsaved draft of %s from %s, restore?"),
             name[0] == '+' ? _("a new template") : name, time_text(card_kept_at(name), at));
    d = dialog_new(DIALOG_PICK, title);
    dialog_choice(d, _("restore it"))->thing = "restore";
    dialog_choice(d, _("leave it for later"));
    d->picked = picked_open;
    dialog_narrow(d);
    dialog_open(c, d);
}

const struct screen screen_editor = {
    .name = "editor",
    .title = N_("Template form"),
    .help = N_("a template as a form, with what WeChat would refuse"),
    .parts = parts,
    .part_count = ARRAY_LEN(parts),
    .id = "key",
    .acts = acts,
    .act_count = ARRAY_LEN(acts),
    .child = true,
    .draw = draw,
    .key = key,
    .leave = leave,
};
