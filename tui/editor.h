/* editor.h - a template's form while it is open: what is typed, what of it is kept on this host, what the database
 * says meanwhile. The view owns it. */
#ifndef KAQUAN_EDITOR_H
#define KAQUAN_EDITOR_H

#include "card_form.h"
#include "console.h"

enum { EDITOR_TEMPLATE, EDITOR_ACCOUNTS }; /* panes of the screen */

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

/* Made when it is not there yet. A view without a subject is about a new template. */
struct editor *editor_of(struct view *view);
/* A new template: the subject is +, and the key of one that it shall be like. */
bool editor_is_new(const struct view *view);
/* Begins the form, and follows what the database answers. False while there is no form to show. */
bool editor_look(struct console *console, struct view *view);
void editor_leave(struct view *view);

/* Something was typed. */
void editor_changed(struct editor *editor);
/* Keeps the form on this host, if something was changed. */
void editor_keep(struct editor *editor);
/* Always on this host; in the database when WeChat would take it and the session may write; then to WeChat if `push`.
 * editor_save.c */
void editor_save(struct console *console, bool push);

/* Keys of the field with the focus, and from field to field; false for others. editor_keys.c */
bool editor_field_key(struct console *console, struct editor *editor, uint32_t key);
bool editor_moves(struct editor *editor, uint32_t key);

int64_t editor_now(void);
/* "10:40" */
const char *editor_time(int64_t at, char out[UI_FIGURE]);

#endif
