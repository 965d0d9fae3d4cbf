/* The part of editor.h that saves. */
#include "editor.h"

#include <stdio.h>

#include "act.h"
#include "card_draw.h"
#include "json.h"
#include "lang.h"

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
    words_arguments(&words, "template import - --key={key} --account={account} --seen={seen}", &arguments);
    cJSON_Delete(e->saving);
    e->saving = card_form_body(e->form, editor_now());
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
void editor_save(struct console *c, bool push) {
    struct view *view = console_view(c);
    struct editor *e = view->own;

    card_form_check(e->form, editor_now());
    editor_keep(e);
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
