#include "editor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "card_keep.h"
#include "card_push.h"
#include "clock.h"
#include "json.h"
#include "lang.h"

static const double KEEP_QUIET_S = 1, KEEP_MOST_S = 10; /* kept when nothing was typed for a second, or every 10 s */

bool editor_is_new(const struct view *view) {
    return view->subject[0] == '+';
}

int64_t editor_now(void) {
    return (int64_t)clock_wall();
}

const char *editor_time(int64_t at, char out[UI_FIGURE]) {
    time_t seconds = (time_t)at;
    struct tm tm;

    if (!localtime_r(&seconds, &tm) || strftime(out, UI_FIGURE, "%H:%M", &tm) == 0)
        out[0] = '\0';
    return out;
}

/* --- keeping it --- */

void editor_keep(struct editor *e) {
    if (card_form_dirty(e->form) && card_keep(e->form, e->kept, NULL))
        e->kept_wall = clock_wall();
    e->kept_at = clock_seconds();
}

/* Not at every key, and not only when somebody stops typing. */
static void keep_in_time(struct editor *e) {
    double at = clock_seconds();

    if (e->changed_at > e->kept_at && (at - e->changed_at >= KEEP_QUIET_S || at - e->kept_at >= KEEP_MOST_S))
        editor_keep(e);
}

void editor_changed(struct editor *e) {
    card_form_check(e->form, editor_now());
    e->changed_at = clock_seconds();
}

/* --- beginning --- */

static void restore(struct console *c, struct editor *e) {
    struct err err = {0};

    if (!card_keep_restore(e->form, e->kept, &err))
        console_say(c, ROLE_BAD, "%s", err.text);
    editor_changed(e);
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

    snprintf(title, sizeof(title), _("Unsaved draft from %s, restore?"), editor_time(card_kept_at(e->kept), at));
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
    const struct db_rows *rows = &view->panes[EDITOR_TEMPLATE].rows;
    AUTO_JSON cJSON *body = body_of(rows, "body");
    char *accounts = account_names(&view->panes[EDITOR_ACCOUNTS].rows);

    e->form = card_form_new(accounts, editor_is_new(view) ? body : NULL);
    free(accounts);
    if (rows->count > 0)
        card_form_set(e->form, CARD_ACCOUNT, db_text(rows, 0, "account"));
    if (!editor_is_new(view)) {
        card_form_set(e->form, CARD_KEY, view->subject);
        card_form_begin(e->form, body, (int)db_int(rows, 0, "version"), db_bool(rows, 0, "at_wechat"));
        take_sent(e, rows);
    }
    e->form->focus = editor_is_new(view) ? CARD_KEY : card_form_line(e->form, "base_info.title");
    card_form_check(e->form, editor_now());
    if (e->restore)
        restore(c, e);
    else if (card_kept_at(e->kept) > 0)
        offer_kept(c, e);
}

/* --- what the database says meanwhile --- */

static void saved(struct console *c, struct view *view, struct editor *e, const cJSON *body) {
    const struct db_rows *rows = &view->panes[EDITOR_TEMPLATE].rows;
    bool push = e->push;

    card_form_begin(e->form, body, (int)db_int(rows, 0, "version"), db_bool(rows, 0, "at_wechat"));
    card_form_check(e->form, editor_now());
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

    editor_changed(e);
    if (both > 0)
        console_say(c, ROLE_WARN, _("somebody else changed %d of your fields: theirs stands beside yours"), both);
    else
        console_say(c, ROLE_WARN, "%s", _("somebody else changed the template: what you did not touch follows"));
}

static void follow(struct console *c, struct view *view, struct editor *e) {
    const struct db_rows *rows = &view->panes[EDITOR_TEMPLATE].rows;
    AUTO_JSON cJSON *body = rows->count > 0 ? body_of(rows, "body") : NULL;
    int version;

    if (body == NULL || editor_is_new(view))
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

struct editor *editor_of(struct view *view) {
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
bool editor_look(struct console *c, struct view *view) {
    struct editor *e = editor_of(view);

    if (e->form == NULL) {
        if (view->panes[EDITOR_TEMPLATE].answered_at == 0 || view->panes[EDITOR_ACCOUNTS].answered_at == 0 ||
            (!editor_is_new(view) && view->panes[EDITOR_TEMPLATE].rows.count == 0))
            return false;
        begin(c, view, e);
    } else if (view->panes[EDITOR_TEMPLATE].answered_at > e->answered_at) {
        follow(c, view, e);
    }
    e->answered_at = view->panes[EDITOR_TEMPLATE].answered_at;
    keep_in_time(e);
    return true;
}

void editor_leave(struct view *view) {
    struct editor *e = view->own;

    if (e == NULL)
        return;
    if (e->form != NULL && !e->dropped)
        editor_keep(e);
    card_form_free(e->form);
    cJSON_Delete(e->sent);
    cJSON_Delete(e->saving);
    free(e);
    view->own = NULL;
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
             name[0] == '+' ? _("a new template") : name, editor_time(card_kept_at(name), at));
    d = dialog_new(DIALOG_PICK, title);
    dialog_choice(d, _("restore it"))->thing = "restore";
    dialog_choice(d, _("leave it for later"));
    d->picked = picked_open;
    dialog_narrow(d);
    dialog_open(c, d);
}
