#include "template_lint.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "lang.h"
#include "text.h"

enum { PLACE_SIZE = 128 };
static const double MILLISECONDS_FROM = 1e11; /* in seconds that is the year 5138 */

static const char *const level_names[LINT_LEVELS] = {"note", "warning", "error"};

const char *lint_level_name(enum lint_level level) {
    return level_names[level];
}

void lint_clear(struct lint *lint) {
    if (lint == NULL)
        return;
    free(lint->problems);
    *lint = (struct lint){0};
}

/* --- noting problems --- */

static struct lint_problem *add(struct lint *lint, enum lint_level level, const char *source) {
    struct lint_problem *p;
    if (lint->count == lint->room) {
        lint->room = lint->room ? 2 * lint->room : 16;
        lint->problems = mem_resize(lint->problems, lint->room * sizeof *lint->problems);
    }
    p = &lint->problems[lint->count++];
    *p = (struct lint_problem){.level = level, .source = source};
    lint->found[level]++;
    return p;
}

PRINTF(3, 0)
static void set_text(char *out, size_t size, const char *format, va_list args) {
    AUTO_BUF struct buf text = {0};
    buf_vprintf(&text, format, args);
    safe_copy(out, size, buf_str(&text));
}

void lint_problem(const struct lint_card *c, enum lint_level level, const char *place, const char *source,
                  const char *format, ...) {
    struct lint_problem *p = add(c->lint, level, source);
    AUTO_BUF struct buf path = {0};
    va_list args;
    buf_printf(&path, "card%s%s", place[0] ? "." : "", place);
    if (c->type != NULL) {
        buf_reset(&path);
        buf_printf(&path, "card.%s%s%s", c->type->member, place[0] ? "." : "", place);
    }
    safe_copy(p->path, sizeof p->path, buf_str(&path));
    va_start(args, format);
    set_text(p->cause, sizeof p->cause, lang_text(format), args);
    va_end(args);
}

void lint_cure(const struct lint_card *c, const char *format, ...) {
    struct lint_problem *p = &c->lint->problems[c->lint->count - 1];
    va_list args;
    va_start(args, format);
    set_text(p->cure, sizeof p->cure, lang_text(format), args);
    va_end(args);
}

bool lint_good(const struct lint *lint, struct err *err) {
    const struct lint_problem *p = lint->problems;
    int errors = lint->found[LINT_ERROR];
    if (errors == 0)
        return true;
    while (p->level != LINT_ERROR)
        p++;
    if (errors == 1)
        fail(err, ERR_INPUT, "%s %s", p->path, p->cause);
    else
        fail(err, ERR_INPUT, "%s %s (and %d more: `kaquan-worker template lint` shows all)", p->path, p->cause,
             errors - 1);
    return fail_cure(err, "%s", p->cure);
}

/* --- the value of a field --- */

/* A field that is looked at: its row, its value, its place with the numbers of list items. */
struct spot {
    const struct lint_card *c;
    const struct template_field *f;
    const cJSON *value;
    const char *place;
};

PRINTF(2, 3)
static void wrong(const struct spot *s, const char *format, ...) {
    AUTO_BUF struct buf cause = {0};
    va_list args;
    va_start(args, format);
    buf_vprintf(&cause, lang_text(format), args);
    va_end(args);
    lint_problem(s->c, LINT_ERROR, s->place, s->f->source, "%s", buf_str(&cause));
    lint_cure(s->c, "%s%s%s", _(s->f->help), s->f->choices ? _("; one of ") : "", s->f->choices ? s->f->choices : "");
}

static void check_text(const struct spot *s) {
    const char *text = s->value->valuestring;
    size_t len = strlen(text);
    if (s->f->choices != NULL && !template_choice(s->f->choices, text))
        wrong(s, "is \"%.60s\", which WeChat does not know", text);
    else if (len == 0)
        wrong(s, "is empty");
    else if (len > size_of(s->f->high)) {
        wrong(s, "has %zu bytes, WeChat takes %lld", len, (long long)s->f->high);
        lint_cure(s->c, "take %zu bytes away: %s (a Chinese character has 3 bytes)", len - size_of(s->f->high),
                  _(s->f->help));
    }
}

static void check_url(const struct spot *s) {
    const char *text = s->value->valuestring;
    check_text(s);
    if (text[0] != '\0' && strncmp(text, "https://", 8) != 0 && strncmp(text, "http://", 7) != 0)
        wrong(s, "is no URL");
}

static void check_picture(const struct spot *s) {
    check_text(s);
    if (s->value->valuestring[0] != '\0' && !template_is_picture(s->value->valuestring))
        wrong(s, "is no picture that WeChat has");
}

static void check_app(const struct spot *s) {
    const char *text = s->value->valuestring;
    size_t len = strlen(text);
    check_text(s);
    if (len > 0 && (strncmp(text, "gh_", 3) != 0 || len < 8 || strcmp(text + len - 4, "@app") != 0))
        wrong(s, "is no mini program's name");
}

static void check_int(const struct spot *s) {
    double number = s->value->valuedouble;
    if (number < (double)s->f->low || number > (double)s->f->high || floor(number) < number)
        wrong(s, "is %g: a whole number of %lld..%lld expected", number, (long long)s->f->low, (long long)s->f->high);
}

static void check_time(const struct spot *s, double seconds) {
    if (seconds < MILLISECONDS_FROM && seconds >= 0 && floor(seconds) >= seconds)
        return;
    if (seconds >= MILLISECONDS_FROM)
        wrong(s, "is in milliseconds");
    else
        wrong(s, "is no time in whole seconds");
    if (seconds >= MILLISECONDS_FROM)
        lint_cure(s->c, "divide it by 1000: %.0f", floor(seconds / 1000));
}

static void check_seconds(const struct spot *s) {
    check_time(s, s->value->valuedouble);
}

static void check_moment(const struct spot *s) {
    check_time(s, cJSON_IsNumber(s->value) ? s->value->valuedouble : strtod(s->value->valuestring, NULL));
}

static void check_date_type(const struct spot *s) {
    if (cJSON_IsString(s->value))
        check_text(s);
    else if (s->value->valuedouble < 1 || s->value->valuedouble > 2)
        wrong(s, "is %g, which WeChat does not know", s->value->valuedouble);
}

static bool is_string(const cJSON *value) {
    return cJSON_IsString(value) != 0;
}

static bool is_number(const cJSON *value) {
    return cJSON_IsNumber(value) != 0;
}

static bool is_moment(const cJSON *value) {
    if (!cJSON_IsString(value))
        return cJSON_IsNumber(value) != 0;
    return value->valuestring[0] != '\0' && strspn(value->valuestring, "0123456789") == strlen(value->valuestring);
}

static bool is_date(const cJSON *value) {
    return cJSON_IsString(value) || cJSON_IsNumber(value);
}

static bool is_bool(const cJSON *value) {
    return cJSON_IsBool(value) != 0;
}

static bool is_object(const cJSON *value) {
    return cJSON_IsObject(value) != 0;
}

static bool is_list(const cJSON *value) {
    return cJSON_IsArray(value) != 0;
}

/* What is expected of a type: of the value, and of each item of a list. */
static const struct type_row {
    const char *expected;
    bool (*fits)(const cJSON *value);
    void (*check)(const struct spot *s);
    const char *item_expected; /* NULL: no list */
    bool (*item_fits)(const cJSON *value);
} types[FIELD_TYPES] = {
    [FIELD_TEXT] = {N_("a text"), is_string, check_text, NULL, NULL},
    [FIELD_URL] = {N_("a text"), is_string, check_url, NULL, NULL},
    [FIELD_PICTURE] = {N_("a text"), is_string, check_picture, NULL, NULL},
    [FIELD_APP] = {N_("a text"), is_string, check_app, NULL, NULL},
    [FIELD_INT] = {N_("a number"), is_number, check_int, NULL, NULL},
    [FIELD_SECONDS] = {N_("a number without quotes"), is_number, check_seconds, NULL, NULL},
    [FIELD_MOMENT] = {N_("a number"), is_moment, check_moment, NULL, NULL},
    [FIELD_DATE] = {N_("a text"), is_date, check_date_type, NULL, NULL},
    [FIELD_BOOL] = {N_("true or false"), is_bool, NULL, NULL, NULL},
    [FIELD_OBJECT] = {N_("an object"), is_object, NULL, NULL, NULL},
    [FIELD_TEXTS] = {N_("a list"), is_list, check_text, N_("a text"), is_string},
    [FIELD_PICTURES] = {N_("a list"), is_list, check_picture, N_("a text"), is_string},
    [FIELD_INTS] = {N_("a list"), is_list, NULL, N_("a number"), is_number},
    [FIELD_OBJECTS] = {N_("a list"), is_list, NULL, N_("an object"), is_object},
};

/* --- walking through the card --- */

static void look_at_object(const struct lint_card *c, const cJSON *object, const char *shape, const char *place);

/* `shape` is the place with "[]" for every item, as the table has it; `place` names the item. */
static void look_at_items(const struct spot *list, const char *shape) {
    const struct type_row *type = &types[list->f->type];
    const cJSON *item;
    int number = 0;
    cJSON_ArrayForEach(item, list->value) {
        char place[PLACE_SIZE], of_all[PLACE_SIZE];
        struct spot s = {list->c, list->f, item, place};
        snprintf(place, sizeof place, "%.100s[%d]", list->place, number++);
        snprintf(of_all, sizeof of_all, "%.100s[]", shape);
        if (!type->item_fits(item))
            wrong(&s, "must be %s", _(type->item_expected));
        else if (list->f->type == FIELD_OBJECTS)
            look_at_object(list->c, item, of_all, place);
        else if (type->check != NULL)
            type->check(&s);
    }
}

static void unknown(const struct lint_card *c, const char *shape, const char *place) {
    const struct template_field *f = template_field_find(shape, KIND_ALL);
    const char *nearest = template_field_nearest(shape, (unsigned)c->type->kind);
    lint_problem(c, LINT_ERROR, place, "2", f ? N_("is no field of a %s") : N_("is no field that WeChat knows"),
                 c->type->name);
    if (nearest != NULL && f == NULL)
        lint_cure(c, "did you mean %s?", nearest);
    else
        lint_cure(c, "take it out: WeChat refuses the whole card for it (47001)");
}

static void look_at_value(const struct spot *s, const char *shape) {
    const struct type_row *type = &types[s->f->type];
    if (cJSON_IsNull(s->value)) {
        lint_problem(s->c, LINT_ERROR, s->place, "2", "is null");
        lint_cure(s->c, "leave it out: WeChat refuses null (47001)");
    } else if (!type->fits(s->value))
        wrong(s, "must be %s", _(type->expected));
    else if (type->item_fits != NULL)
        look_at_items(s, shape);
    else if (s->f->type == FIELD_OBJECT)
        look_at_object(s->c, s->value, shape, s->place);
    else if (type->check != NULL)
        type->check(s);
}

/* Does the row stand directly in the object at `shape`? Its name there, or NULL. */
static const char *name_in(const struct template_field *f, const char *shape) {
    size_t len = strlen(shape);
    const char *name = f->place + len + (len > 0);
    if (strncmp(f->place, shape, len) != 0 || (len > 0 && f->place[len] != '.'))
        return NULL;
    return strchr(name, '.') == NULL ? name : NULL;
}

static void look_for_missing(const struct lint_card *c, const cJSON *object, const char *shape) {
    size_t count;
    const struct template_field *f = template_fields(&count);
    for (size_t i = 0; i < count; i++) {
        const char *name = f[i].required && (f[i].kinds & c->type->kind) ? name_in(&f[i], shape) : NULL;
        if (name == NULL || cJSON_GetObjectItemCaseSensitive(object, name) != NULL)
            continue;
        lint_problem(c, LINT_ERROR, f[i].place, f[i].source, "is missing");
        lint_cure(c, "add it: %s", _(f[i].help));
    }
}

static void look_at_object(const struct lint_card *c, const cJSON *object, const char *shape, const char *place) {
    const cJSON *member;
    cJSON_ArrayForEach(member, object) {
        char inner[PLACE_SIZE], inner_shape[PLACE_SIZE];
        const char *dot = place[0] ? "." : "";
        snprintf(inner, sizeof inner, "%.64s%s%.60s", place, dot, member->string);
        snprintf(inner_shape, sizeof inner_shape, "%.64s%s%.60s", shape, dot, member->string);
        struct spot s = {c, template_field_find(inner_shape, (unsigned)c->type->kind), member, inner};
        if (s.f == NULL)
            unknown(c, inner_shape, inner);
        else
            look_at_value(&s, inner_shape);
    }
    look_for_missing(c, object, shape);
}

/* --- the envelope --- */

static const char *all_types(char *out, size_t size) {
    size_t count, at = 0;
    const struct card_type *t = card_types(&count);
    for (size_t i = 0; i < count && at < size; i++)
        at += (size_t)snprintf(out + at, size - at, "%s%s", i ? ", " : "", t[i].name);
    return out;
}

/* The object of its type, or NULL when there is nothing more to look at. */
static const cJSON *look_at_envelope(struct lint_card *c, const cJSON *body) {
    const cJSON *envelope = cJSON_GetObjectItemCaseSensitive(body, "card");
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(envelope, "card_type"), *card;
    char types_text[200];
    if (!cJSON_IsObject(envelope)) {
        lint_problem(c, LINT_ERROR, "", "8.1", "is missing or no object");
        lint_cure(c, "the file holds what card/create takes: {\"card\": {\"card_type\": ..., ...}}");
        return NULL;
    }
    if (card_type_of(envelope) == NULL) {
        if (cJSON_IsString(name))
            lint_problem(c, LINT_ERROR, "card_type", "8.1", "is \"%.40s\", which is no type of card",
                         name->valuestring);
        else
            lint_problem(c, LINT_ERROR, "card_type", "8.1", "is missing or no text");
        lint_cure(c, "one of %s", all_types(types_text, sizeof types_text));
        return NULL;
    }
    card = cJSON_GetObjectItemCaseSensitive(envelope, card_type_of(envelope)->member);
    c->type = card_type_of(envelope);
    if (cJSON_IsObject(card))
        return card;
    lint_problem(c, LINT_ERROR, "", "8.1", "is missing or no object");
    lint_cure(c, "a %s is described by the member \"%s\"", c->type->name, c->type->member);
    return NULL;
}

void template_lint(const cJSON *body, int64_t now, struct lint *lint) {
    struct lint_card c = {.lint = lint, .now = now};
    c.card = look_at_envelope(&c, body);
    if (c.card == NULL)
        return;
    look_at_object(&c, c.card, "", "");
    template_rules(&c);
}
