/* The palette: everything by its name. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "act.h"
#include "console.h"
#include "lang.h"

/* What a choice stands for: a screen, an act of this one, or a key that works everywhere. */
struct target {
    const struct screen *screen;
    const struct act *act;
    const struct key_row *key;
};

static struct target targets[128];
static int target_count;

static void add(struct dialog *d, struct target target, const char *key, const char *name, const char *help) {
    struct choice *choice;
    char text[CHOICE_TEXT];

    if (target_count == (int)ARRAY_LEN(targets))
        return;
    snprintf(text, sizeof(text), "%s%s%s", name, name[0] != '\0' ? "  " : "", help);
    targets[target_count] = target;
    choice = dialog_choice(d, text);
    choice->thing = &targets[target_count++];
    text_copy(choice->key, sizeof(choice->key), key);
}

static void go(struct console *c, const struct choice *choice) {
    const struct target *target = choice->thing;

    if (target->screen)
        console_go(c, target->screen);
    else if (target->act)
        act_begin(c, target->act);
    else
        target->key->act(c);
}

/* "save NAME" keeps the filter. "tickets 603184207551" filters a screen; a word alone is looked for among the
 * tickets. */
static void jump(struct console *c, const char *text) {
    char name[32] = "";
    size_t len = strcspn(text, " ");
    const struct screen *screen;

    if (strncmp(text, "save ", 5) == 0) {
        list_save_filter(c, text + 5);
        return;
    }
    snprintf(name, sizeof(name), "%.*s", len < sizeof(name) ? (int)len : 0, text);
    screen = screen_find(name);
    if (!screen || screen->child) {
        screen = screen_find("tickets");
        len = 0;
    }
    if (!screen) {
        console_say(c, ROLE_WARN, _("nothing is called \"%s\""), text);
        return;
    }
    console_find(c, screen, text + len + strspn(text + len, " "));
}

void palette_open(struct console *c) {
    struct dialog *d = dialog_new(DIALOG_PICK, _("Go to, or do"));
    const struct screen *here = console_screen(c);
    size_t count, keys;
    const struct screen *const *screens = screen_list(&count);
    const struct key_row *global = keys_global(&keys);

    target_count = 0;
    for (size_t i = 0; i < count; i++) {
        char digit[2] = {screens[i]->number > 0 ? (char)('0' + screens[i]->number) : '\0', '\0'};

        if (!screens[i]->child)
            add(d, (struct target){.screen = screens[i]}, digit, screens[i]->name, _(screens[i]->help));
    }
    for (int i = 0; i < here->act_count; i++)
        add(d, (struct target){.act = &here->acts[i]}, here->acts[i].label, "", _(here->acts[i].help));
    for (size_t i = 0; i < keys; i++)
        add(d, (struct target){.key = &global[i]}, global[i].label, "", _(global[i].help));
    d->picked = go;
    d->typed_else = jump;
    dialog_narrow(d);
    dialog_open(c, d);
}
