#include "card_form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "card_value.h"
#include "json.h"
#include "lang.h"
#include "template.h"

/* clang-format off */
static const struct template_field head[CARD_HEAD] = {
    [CARD_ACCOUNT] = {"account",   "account", KIND_ALL, FIELD_TEXT, 1, 40, true, CHANGE_NEVER, NULL, N_("the WeChat account that it belongs to"), ""},
    [CARD_KEY]     = {"key",       "key",     KIND_ALL, FIELD_TEXT, 1, 40, true, CHANGE_NEVER, NULL, N_("the name that backends use: a-z, 0-9, _ and -, beginning with a letter or digit"), ""},
    [CARD_TYPE]    = {"card_type", "type",    KIND_ALL, FIELD_TEXT, 1, 40, true, CHANGE_NEVER, NULL, N_("the type of card: a park, a meeting or show, a cinema, a flight, members"), ""},
};

/* With what a new one begins. */
static const char *const presets[][2] = {
    {"card_type",                 "SCENIC_TICKET"},
    {"base_info.code_type",       "CODE_TYPE_QRCODE"},
    {"base_info.color",           "Color030"},
    {"base_info.date_info.type",  "DATE_TYPE_FIX_TIME_RANGE"},
    {"base_info.use_custom_code", "true"},
    {"base_info.can_share",       "false"},
    {"base_info.can_give_friend", "false"},
};

/* clang-format on */

/* --- which lines there are --- */

static bool is_line(const struct template_field *f, const struct card_type *type) {
    return (f->kinds & type->kind) != 0 && f->type != FIELD_OBJECT && strstr(f->place, "[]") == NULL;
}

/* Is the object that it belongs to needed? The basics always are. */
static bool parent_needed(const struct template_field *f, const struct card_type *type) {
    char place[128];
    char *dot;
    const struct template_field *parent;

    snprintf(place, sizeof(place), "%s", f->place);
    dot = strrchr(place, '.');
    if (dot == NULL)
        return true;
    *dot = '\0';
    parent = template_field_find(place, (unsigned)type->kind);
    return parent != NULL && parent->required;
}

/* Needed ones come first, with what stands in one object with them. */
static bool comes_first(const struct template_field *f, const struct card_type *type) {
    const char *name = strncmp(f->place, "base_info.", 10) == 0 ? f->place + 10 : f->place;

    return parent_needed(f, type) && (f->required || strchr(name, '.') != NULL);
}

static struct card_line *add_line(struct card_form *form, const struct template_field *field) {
    struct card_line *line;

    form->lines = mem_resize(form->lines, (size_t)(form->count + 1) * sizeof(*form->lines));
    line = &form->lines[form->count++];
    *line = (struct card_line){.field = field, .began = mem_text("")};
    return line;
}

static void add_lines(struct card_form *form, bool first) {
    size_t count;
    const struct template_field *f = template_fields(&count);
    bool begun = first;

    for (size_t i = 0; i < count; i++)
        if (is_line(&f[i], form->type) && comes_first(&f[i], form->type) == first) {
            add_line(form, &f[i])->first_extra = !begun;
            begun = true;
        }
}

static void clear_lines(struct card_line *lines, int count) {
    for (int i = 0; i < count; i++) {
        edit_clear(&lines[i].edit);
        free(lines[i].began);
        free(lines[i].theirs);
    }
    free(lines);
}

void card_form_lay_out(struct card_form *form, const struct card_type *type) {
    struct card_line *old = form->lines;
    int old_count = form->count;

    form->type = type;
    form->lines = NULL;
    form->count = 0;
    for (int i = 0; i < CARD_HEAD; i++)
        add_line(form, &head[i]);
    add_lines(form, true);
    add_lines(form, false);
    for (int i = 0; i < old_count; i++) {
        int line = card_form_line(form, old[i].field->place);

        if (line >= 0) {
            struct card_line fresh = form->lines[line];

            old[i].first_extra = fresh.first_extra;
            old[i].field = fresh.field;
            form->lines[line] = old[i];
            old[i] = fresh;
        }
    }
    clear_lines(old, old_count);
}

/* --- beginning --- */

cJSON *card_form_parse(const char *body) {
    return template_parse(body, strlen(body), NULL);
}

static void keep(char **text, const char *now) {
    free(*text);
    *text = now ? mem_text(now) : NULL;
}

static void put_body(struct card_form *form, const cJSON *body) {
    const struct card_type *type = card_type_of(json_object(body, "card"));

    if (type == NULL)
        return;
    card_form_lay_out(form, type);
    card_form_set(form, CARD_TYPE, type->name);
    for (int i = CARD_HEAD; i < form->count; i++) {
        AUTO_BUF struct buf text = {0};

        card_value_text(form->lines[i].field, template_field_value(template_card(body), form->lines[i].field->place),
                        &text);
        card_form_set(form, i, buf_str(&text));
    }
}

static char *type_names(void) {
    AUTO_BUF struct buf names = {0};
    size_t count;
    const struct card_type *types = card_types(&count);

    for (size_t i = 0; i < count; i++)
        buf_printf(&names, "%s%s", i ? " " : "", types[i].name);
    return mem_text(buf_str(&names));
}

struct card_form *card_form_new(const char *accounts, const cJSON *body) {
    struct card_form *form = mem_new(sizeof(*form));

    form->accounts = mem_text(accounts);
    form->types = type_names();
    card_form_lay_out(form, card_type_find(presets[0][1]));
    for (size_t i = 0; i < ARRAY_LEN(presets); i++)
        card_form_set(form, card_form_line(form, presets[i][0]), presets[i][1]);
    if (strchr(accounts, ' ') == NULL)
        card_form_set(form, CARD_ACCOUNT, accounts);
    put_body(form, body);
    for (int i = 0; i < form->count; i++)
        keep(&form->lines[i].began, card_form_text(form, i));
    return form;
}

void card_form_free(struct card_form *form) {
    if (!form)
        return;
    clear_lines(form->lines, form->count);
    cJSON_Delete(form->base);
    free(form->accounts);
    free(form->types);
    free(form);
}

static void take_base(struct card_form *form, const cJSON *body, int version) {
    cJSON_Delete(form->base);
    form->base = cJSON_Duplicate(body, true);
    form->version = version;
}

void card_form_begin(struct card_form *form, const cJSON *body, int version, bool at_wechat) {
    put_body(form, body);
    take_base(form, body, version);
    form->at_wechat = at_wechat;
    for (int i = 0; i < form->count; i++) {
        keep(&form->lines[i].began, card_form_text(form, i));
        keep(&form->lines[i].theirs, NULL);
    }
}

/* --- somebody else --- */

static bool merge_line(struct card_form *form, int i, const cJSON *body) {
    struct card_line *line = &form->lines[i];
    AUTO_BUF struct buf theirs = {0};
    bool touched = card_form_changed(form, i), changed;

    card_value_text(line->field, template_field_value(template_card(body), line->field->place), &theirs);
    changed = strcmp(buf_str(&theirs), line->began) != 0;
    keep(&line->began, buf_str(&theirs));
    if (!touched)
        card_form_set(form, i, buf_str(&theirs));
    if (touched && changed && card_form_changed(form, i))
        keep(&line->theirs, buf_str(&theirs));
    return line->theirs != NULL;
}

int card_form_merge(struct card_form *form, const cJSON *body, int version) {
    int both = 0;

    for (int i = CARD_HEAD; i < form->count; i++)
        both += merge_line(form, i, body);
    take_base(form, body, version);
    return both;
}

void card_form_settle(struct card_form *form) {
    for (int i = 0; i < form->count; i++)
        keep(&form->lines[i].theirs, NULL);
}

/* --- lines --- */

const char *card_form_text(const struct card_form *form, int line) {
    return line < 0 ? "" : edit_text(&form->lines[line].edit);
}

void card_form_set(struct card_form *form, int line, const char *text) {
    if (line >= 0)
        edit_set(&form->lines[line].edit, text);
}

int card_form_line(const struct card_form *form, const char *place) {
    for (int i = 0; i < form->count; i++)
        if (strcmp(form->lines[i].field->place, place) == 0)
            return i;
    return -1;
}

const char *card_form_choices(const struct card_form *form, int line) {
    const struct template_field *f = form->lines[line].field;

    if (line == CARD_ACCOUNT)
        return form->accounts;
    if (line == CARD_TYPE)
        return form->types;
    if (f->type == FIELD_BOOL)
        return "true false";
    return f->type == FIELD_TEXTS ? NULL : f->choices;
}

const char *card_form_fixed(const struct card_form *form, int line) {
    const struct template_field *f = form->lines[line].field;

    if (line < CARD_HEAD && form->version > 0)
        return line == CARD_TYPE && !form->at_wechat ? NULL
                                                     : N_("it is fixed: d makes another template like this one");
    if (!form->at_wechat || field_change(f->change)->sent)
        return NULL;
    return f->change == CHANGE_STOCK ? N_("WeChat has it: the stock is changed on the template's screen")
                                     : N_("WeChat has it and never changes this: d makes another template");
}

bool card_form_changed(const struct card_form *form, int line) {
    return strcmp(card_form_text(form, line), form->lines[line].began) != 0;
}

bool card_form_dirty(const struct card_form *form) {
    for (int i = 0; i < form->count; i++)
        if (card_form_changed(form, i))
            return true;
    return false;
}

int card_form_next(const struct card_form *form, int by, bool trouble) {
    int at = form->focus;

    for (int i = 0; i < form->count; i++) {
        const struct card_line *line;

        at = (at + by + form->count) % form->count;
        line = &form->lines[at];
        if (!line->hidden && (!trouble || line->cause[0] != '\0'))
            return at;
    }
    return form->focus;
}

/* --- the body --- */

/* Puts `value` at `place`, with the objects that lead there; NULL takes away what is there. */
static void put(cJSON *card, const char *place, cJSON *value) {
    cJSON *at = card, *inner;
    const char *dot;
    char name[64];

    for (; (dot = strchr(place, '.')) != NULL; place = dot + 1) {
        snprintf(name, sizeof(name), "%.*s", int_of((size_t)(dot - place)), place);
        inner = cJSON_GetObjectItemCaseSensitive(at, name);
        if (inner == NULL && value == NULL)
            return;
        if (!cJSON_IsObject(inner)) {
            cJSON_DeleteItemFromObjectCaseSensitive(at, name);
            json_add(at, name, json_new());
            inner = cJSON_GetObjectItemCaseSensitive(at, name);
        }
        at = inner;
    }
    if (value == NULL)
        cJSON_DeleteItemFromObjectCaseSensitive(at, place);
    else if (!cJSON_ReplaceItemInObjectCaseSensitive(at, place, value))
        json_add(at, place, value);
}

/* Objects that lost their last member. */
static void prune(cJSON *object) {
    cJSON *next;

    for (cJSON *member = object->child; member != NULL; member = next) {
        next = member->next;
        if (!cJSON_IsObject(member))
            continue;
        prune(member);
        if (member->child == NULL)
            cJSON_Delete(cJSON_DetachItemViaPointer(object, member));
    }
}

/* What the form does not know stays as it was; of another type nothing but the basics does. */
static cJSON *card_to_fill(const struct card_form *form) {
    const struct card_type *was = card_type_of(json_object(form->base, "card"));
    cJSON *card;

    if (was == form->type)
        return cJSON_Duplicate(template_card(form->base), true);
    card = json_new();
    if (json_object(template_card(form->base), "base_info") != NULL)
        json_add(card, "base_info", cJSON_Duplicate(json_object(template_card(form->base), "base_info"), true));
    return card;
}

cJSON *card_form_body(const struct card_form *form, int64_t now) {
    cJSON *body = json_new(), *envelope = json_new(), *card = card_to_fill(form);

    for (int i = CARD_HEAD; i < form->count; i++) {
        const struct card_line *line = &form->lines[i];
        const cJSON *old = template_field_value(template_card(form->base), line->field->place);
        bool as_it_was = old != NULL && form->base != NULL && !line->hidden && !card_form_changed(form, i);

        if (!as_it_was)
            put(card, line->field->place,
                line->hidden ? NULL : card_value_read(line->field, card_form_text(form, i), now, NULL));
    }
    prune(card);
    json_add_text(envelope, "card_type", form->type->name);
    json_add(envelope, form->type->member, card);
    json_add(body, "card", envelope);
    return body;
}
