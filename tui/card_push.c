#include "card_push.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "act.h"
#include "card_draw.h"
#include "card_value.h"
#include "console.h"
#include "lang.h"
#include "template_diff.h"

enum { KEY_SIZE = 41, VALUE_MOST = 60 };

/* --- what differs --- */

static void add_value(const struct template_field *field, const cJSON *value, struct buf *out) {
    AUTO_BUF struct buf text = {0};

    card_value_text(field, value, &text);
    if (value == NULL)
        buf_char(out, '-');
    else
        buf_printf(out, "\"%.*s\"%s", int_of(text_fit(buf_str(&text), VALUE_MOST)), buf_str(&text),
                   text_width(buf_str(&text)) > VALUE_MOST ? ".." : "");
}

static void add_difference(const struct template_difference *d, struct buf *out) {
    buf_printf(out, "%s: ", card_label(d->field));
    add_value(d->field, d->live, out);
    buf_text(out, " -> ");
    add_value(d->field, d->draft, out);
    buf_printf(out, "  (%s)\n", lang_word("difference", template_difference_name(d)));
}

static void add_outcome(const struct template_diff *diff, struct buf *out) {
    if (diff->count == 0)
        buf_printf(out, "%s\n", _("Nothing differs from what was sent last."));
    if (diff->refused > 0)
        buf_printf(out, _("%d of them WeChat never changes: put them back, or make another template.\n"),
                   diff->refused);
    if (diff->reviewed > 0)
        buf_printf(out, "%s\n", _("WeChat reviews the card again: no card of it is handed out until then."));
    else if (diff->sent > 0)
        buf_printf(out, "%s\n", _("WeChat takes this at once, without a new review."));
}

int card_diff_text(const cJSON *draft, const cJSON *live, struct buf *out) {
    static struct template_diff diff;
    struct err err = {0};

    if (!template_diff(draft, live, &diff, &err)) {
        buf_printf(out, "%s\n%s\n", err.text, err.cure);
        return 0;
    }
    for (size_t i = 0; i < diff.count; i++)
        add_difference(&diff.rows[i], out);
    add_outcome(&diff, out);
    return (int)diff.count;
}

/* --- asking --- */

struct errand {
    char key[KEY_SIZE];
    bool first; /* WeChat has no card of it yet */
};

static const struct prompt reason[] = {
    {"reason", N_("Reason"), N_("why, for the audit log"), PROMPT_TEXT, false, NULL, NULL},
};

static bool send(struct console *c, struct dialog *d) {
    const struct errand *errand = d->context;
    struct arguments arguments = {0};
    struct words words = {0};

    if (!lock_is_open(c)) {
        console_say(c, ROLE_WARN, "%s", _("locked: ! unlocks"));
        return false;
    }
    words_add(&words, "key", errand->key);
    words_add(&words, "reason", dialog_value(d, "reason"));
    words_arguments(&words,
                    errand->first ? "template submit {key} [--reason={reason}]"
                                  : "template push {key} [--reason={reason}]",
                    &arguments);
    act_run(c, &arguments, NULL, errand->first ? _("send it to WeChat's review") : _("push what was changed"));
    arguments_clear(&arguments);
    words_clear(&words);
    return true;
}

void card_push_ask(struct console *c, const char *key, const cJSON *draft, const cJSON *sent) {
    struct errand *errand = mem_new(sizeof(*errand));
    struct dialog *d =
        dialog_new(DIALOG_FORM, sent ? _("Push what was changed to WeChat") : _("Send it to WeChat's review"));

    text_copy(errand->key, sizeof(errand->key), key);
    errand->first = sent == NULL;
    d->context = errand;
    d->drop = free;
    d->done = send;
    buf_printf(&d->text, "%s %s\n", console_is_production(c) ? _("PRODUCTION") : _("database"),
               console_environment(c)[0] != '\0' ? console_environment(c) : db_async_database(c->db));
    buf_printf(&d->text, "$ kaquan-worker template %s %s\n", sent ? "push" : "submit", key);
    if (sent != NULL)
        card_diff_text(draft, sent, &d->text);
    else
        buf_printf(&d->text, "%s\n",
                   _("WeChat reviews a new card within three working days; until then none is handed out."));
    dialog_field(d, reason, "");
    text_copy(d->button, sizeof(d->button), sent ? _("Push") : _("Submit"));
    dialog_open(c, d);
}
