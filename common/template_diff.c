#include "template_diff.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "json.h"
#include "lang.h"
#include "template.h"

/* --- comparing --- */

static bool same_text(const cJSON *a, const cJSON *b) {
    return cJSON_IsString(a) && cJSON_IsString(b) && strcmp(a->valuestring, b->valuestring) == 0;
}

/* A name here, a value there. */
static bool same_color(const cJSON *a, const cJSON *b) {
    const char *x = cJSON_GetStringValue(a), *y = cJSON_GetStringValue(b);
    if (x == NULL || y == NULL)
        return false;
    x = template_color_value(x) ? template_color_value(x) : x;
    y = template_color_value(y) ? template_color_value(y) : y;
    return strcasecmp(x, y) == 0;
}

static const char *date_name(const cJSON *type) {
    if (!cJSON_IsNumber(type))
        return cJSON_GetStringValue(type);
    return type->valuedouble < 2 ? "DATE_TYPE_FIX_TIME_RANGE" : "DATE_TYPE_FIX_TERM";
}

static bool same_date_type(const cJSON *a, const cJSON *b) {
    const char *x = date_name(a), *y = date_name(b);
    return x != NULL && y != NULL && strcmp(x, y) == 0;
}

static const char *digits(const cJSON *moment, char out[32]) {
    if (cJSON_IsString(moment))
        return moment->valuestring;
    snprintf(out, 32, "%.0f", cJSON_IsNumber(moment) ? moment->valuedouble : -1);
    return out;
}

static bool same_moment(const cJSON *a, const cJSON *b) {
    char x[32], y[32];
    return strcmp(digits(a, x), digits(b, y)) == 0;
}

static bool same(const struct template_field *f, const cJSON *a, const cJSON *b) {
    if (a == NULL || b == NULL)
        return a == b;
    if (strcmp(f->place, "base_info.color") == 0)
        return same_color(a, b);
    if (f->type == FIELD_DATE)
        return same_date_type(a, b);
    if (f->type == FIELD_MOMENT)
        return same_moment(a, b);
    return same_text(a, b) || cJSON_Compare(a, b, true);
}

/* A beginning may only come earlier, an end or a term only later. */
static bool narrows(const struct template_field *f, const cJSON *draft, const cJSON *live) {
    bool earlier = strstr(f->place, "begin") != NULL;
    if (!cJSON_IsNumber(draft) || !cJSON_IsNumber(live))
        return false;
    return earlier ? draft->valuedouble > live->valuedouble : draft->valuedouble < live->valuedouble;
}

static void note(struct template_diff *diff, const struct template_field *f, const cJSON *draft, const cJSON *live) {
    bool sent = field_change(f->change)->sent;
    struct template_difference d = {f, draft, live, false};
    d.refused = draft != NULL && (!sent || (f->change == CHANGE_WIDEN && narrows(f, draft, live)));
    if (diff->count == TEMPLATE_FIELDS_MAX)
        bug("more than %d fields differ", TEMPLATE_FIELDS_MAX);
    diff->rows[diff->count++] = d;
    diff->refused += d.refused;
    diff->sent += draft != NULL && !d.refused;
    diff->reviewed += draft != NULL && !d.refused && f->change == CHANGE_REVIEW;
}

/* Lists of objects are compared as a whole; objects by their fields. */
static bool compared(const struct template_field *f, const struct card_type *type) {
    return (f->kinds & type->kind) != 0 && f->type != FIELD_OBJECT && f->change != CHANGE_STOCK &&
           strstr(f->place, "[]") == NULL;
}

bool template_diff(const cJSON *draft, const cJSON *live, struct template_diff *diff, struct err *err) {
    size_t count;
    const struct template_field *f = template_fields(&count);
    const struct card_type *is = card_type_of(json_object(live, "card"));
    const cJSON *ours = template_card(draft), *theirs = template_card(live);
    *diff = (struct template_diff){.type = card_type_of(json_object(draft, "card"))};
    if (diff->type == NULL || diff->type != is || ours == NULL || theirs == NULL) {
        fail(err, ERR_INPUT, "card.card_type cannot be changed: WeChat has a %s", is ? is->name : "card of no type");
        return fail_cure(err, "import it under another key: that makes another template");
    }
    for (size_t i = 0; i < count; i++) {
        const cJSON *a = compared(&f[i], is) ? template_field_value(ours, f[i].place) : NULL;
        const cJSON *b = compared(&f[i], is) ? template_field_value(theirs, f[i].place) : NULL;
        if (!same(&f[i], a, b) && (b != NULL || field_change(f[i].change)->sent))
            note(diff, &f[i], a, b);
    }
    return true;
}

bool template_diff_good(const struct template_diff *diff, struct err *err) {
    for (size_t i = 0; i < diff->count; i++) {
        const struct template_difference *d = &diff->rows[i];
        if (!d->refused)
            continue;
        fail(err, ERR_INPUT, "card.%s.%s cannot be changed so: %s", diff->type->member, d->field->place,
             template_difference_help(d));
        return fail_cure(err, "put back what WeChat has, or import it under another key");
    }
    return true;
}

const char *template_difference_name(const struct template_difference *d) {
    if (d->draft == NULL)
        return "kept";
    return d->refused && d->field->change == CHANGE_WIDEN ? "narrower" : field_change(d->field->change)->name;
}

const char *template_difference_help(const struct template_difference *d) {
    return d->draft == NULL ? _("it is not written: WeChat keeps what it has")
                            : _(field_change(d->field->change)->help);
}

/* --- sending --- */

/* The member that is sent whole: "base_info.date_info" of "base_info.date_info.end_timestamp", else the first. */
static void unit_of(const struct template_field *f, char out[96]) {
    const char *base = "base_info.";
    size_t len = strncmp(f->place, base, strlen(base)) == 0 ? strlen(base) : 0;
    snprintf(out, 96, "%.*s", int_of(len + strcspn(f->place + len, ".")), f->place);
}

static void copy(cJSON *to, const cJSON *draft, const char *unit) {
    const char *name = strchr(unit, '.') ? strchr(unit, '.') + 1 : unit;
    if (cJSON_GetObjectItemCaseSensitive(to, name) == NULL)
        json_add(to, name, cJSON_Duplicate(template_field_value(draft, unit), true));
}

cJSON *template_diff_request(const struct template_diff *diff, const char *card_id, const cJSON *draft) {
    cJSON *request = json_new(), *card = json_new(), *base = json_new();
    for (size_t i = 0; i < diff->count; i++) {
        char unit[96];
        if (diff->rows[i].draft == NULL || diff->rows[i].refused)
            continue;
        unit_of(diff->rows[i].field, unit);
        copy(strchr(unit, '.') ? base : card, template_card(draft), unit);
    }
    json_add_text(request, "card_id", card_id);
    if (base->child)
        json_add(card, "base_info", base);
    else
        cJSON_Delete(base);
    json_add(request, diff->type->member, card);
    return request;
}

const char *template_diff_names(const struct template_diff *diff, char *out, size_t size) {
    size_t at = 0;
    out[0] = '\0';
    for (size_t i = 0; i < diff->count && at < size; i++)
        if (diff->rows[i].draft != NULL && !diff->rows[i].refused)
            at += (size_t)snprintf(out + at, size - at, "%s%s", at ? ", " : "", diff->rows[i].field->label);
    return out;
}
