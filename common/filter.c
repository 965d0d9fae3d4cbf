#include "filter.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lang.h"
#include "text.h"

/* --- reading --- */

struct scan {
    const struct filter_table *table;
    struct filter *filter;
    char *at;
};

PRINTF(4, 5)
static bool refuse(const struct scan *s, const char *at, struct err *err, const char *format, ...) {
    char text[160];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, lang_text(format), arguments);
    va_end(arguments);
    return fail(err, ERR_USAGE, "filter, column %d: %s", (int)(at - s->filter->text) + 1, text);
}

static const struct filter_field *find_field(const struct filter_table *table, const char *name, size_t len) {
    for (size_t i = 0; i < table->count; i++)
        if (strlen(table->fields[i].name) == len && memcmp(table->fields[i].name, name, len) == 0)
            return &table->fields[i];
    return NULL;
}

static bool no_field(const struct scan *s, const char *at, size_t len, struct err *err) {
    const char *names[32];
    char word[64];
    size_t count = 0;
    snprintf(word, sizeof word, "%.*s", (int)len, at);
    for (; count < s->table->count && count < ARRAY_LEN(names); count++)
        names[count] = s->table->fields[count].name;
    const char *near = text_nearest(word, names, count);
    refuse(s, at, err, "there is no field \"%s\"", word);
    return near ? fail_cure(err, "did you mean %s:?", near) : false;
}

static bool take(struct scan *s, const char *word) {
    size_t len = strlen(word);
    if (strncmp(s->at, word, len) != 0)
        return false;
    s->at += len;
    return true;
}

static bool take_op(struct scan *s, enum filter_op *op) {
    static const struct {
        const char *sign;
        enum filter_op op;
    } signs[] = {
        {":", FILTER_IS}, {">=", FILTER_FROM}, {"<=", FILTER_UNTIL}, {">", FILTER_AFTER}, {"<", FILTER_BEFORE}};
    for (size_t i = 0; i < ARRAY_LEN(signs); i++)
        if (take(s, signs[i].sign)) {
            *op = signs[i].op;
            return true;
        }
    return false;
}

/* One value, up to a comma or blank, or between quotes; *more says that a comma follows. The text is cut in place. */
static bool take_value(struct scan *s, struct filter_term *term, bool *more, struct err *err) {
    char *from = s->at, *end;
    bool quoted = take(s, "\"");
    if (quoted)
        from++;
    end = quoted ? strchr(s->at, '"') : s->at + strcspn(s->at, ", ");
    if (end == NULL)
        return refuse(s, from, err, "a quote without end");
    if (end == from)
        return refuse(s, from, err, "a value expected");
    if (term->values == FILTER_VALUES)
        return refuse(s, from, err, "too many values");
    char *next = quoted ? end + 1 : end;
    *more = *next == ',';
    if (*next != ',' && *next != ' ' && *next != '\0')
        return refuse(s, next, err, "a blank expected behind the quote");
    s->at = *next == '\0' ? next : next + 1;
    *end = '\0';
    term->value[term->values++] = from;
    return true;
}

static bool take_values(struct scan *s, struct filter_term *term, struct err *err) {
    bool more = true;
    while (more)
        if (!take_value(s, term, &more, err))
            return false;
    return true;
}

static bool check_one_of(const struct scan *s, const struct filter_term *term, struct err *err) {
    const char *const *names = term->field->values;
    size_t count = 0;
    while (names[count])
        count++;
    for (int i = 0; i < term->values; i++) {
        size_t n = 0;
        while (n < count && strcmp(names[n], term->value[i]) != 0)
            n++;
        if (n < count)
            continue;
        const char *near = text_nearest(term->value[i], names, count);
        refuse(s, term->value[i], err, "no such value: \"%s\"", term->value[i]);
        return near ? fail_cure(err, "did you mean %s:%s?", term->field->name, near) : false;
    }
    return true;
}

/* --- times --- */

/* From a moment up to another, as SQL that is computed once; {} stands for the value. */
struct span {
    const char *low, *high;
    const char *value; /* NULL: none */
};

/* -7d */
static bool is_back(const char *text) {
    size_t digits = strspn(text + 1, "0123456789");
    return text[0] == '-' && digits >= 1 && digits <= 5 && strchr("dhm", text[1 + digits]) && text[1 + digits] &&
           text[2 + digits] == '\0';
}

static bool is_date(const char *text, const char *format) {
    struct tm tm = {.tm_isdst = -1}, again;
    const char *end = strptime(text, format, &tm);
    if (end == NULL || *end != '\0' || tm.tm_year < 70 || tm.tm_year > 8000)
        return false;
    again = tm;
    timegm(&again); /* 31 February becomes March */
    return again.tm_mday == tm.tm_mday && again.tm_mon == tm.tm_mon;
}

static bool span_of(const char *text, struct span *span) {
    if (strcmp(text, "today") == 0)
        *span = (struct span){"(select kaquan.typed_time('today'))", "(select kaquan.typed_time('today', '1 day'))",
                              NULL};
    else if (strcmp(text, "yesterday") == 0)
        *span = (struct span){"(select kaquan.typed_time('today', '-1 day'))", "(select kaquan.typed_time('today'))",
                              NULL};
    else if (is_back(text))
        *span = (struct span){"now() - {}::interval", "'infinity'", text + 1};
    else if (is_date(text, "%Y-%m-%d"))
        *span = (struct span){"(select kaquan.typed_time({}))", "(select kaquan.typed_time({}, '1 day'))", text};
    else if (is_date(text, "%Y-%m-%dT%H:%M"))
        *span = (struct span){"(select kaquan.typed_time({}))", "(select kaquan.typed_time({}, '1 min'))", text};
    else
        return false;
    return true;
}

/* a..b becomes two values, one behind the other. */
static bool check_time(const struct scan *s, struct filter_term *term, struct err *err) {
    struct span span;
    char *dots = strstr(term->value[0], "..");
    if (term->values == 1 && dots && term->op == FILTER_IS) {
        *dots = '\0';
        term->value[term->values++] = dots + 2;
    } else if (term->values != 1) {
        return refuse(s, term->value[1], err, "one time, or a..b, expected");
    }
    for (int i = 0; i < term->values; i++)
        if (!span_of(term->value[i], &span)) {
            refuse(s, term->value[i], err, "\"%s\" is no time", term->value[i]);
            return fail_cure(err, "today, yesterday, -7d, 2026-11-01, 2026-11-01T10:30 or 2026-11-01..2026-11-05");
        }
    return true;
}

/* --- terms --- */

static bool check_term(const struct scan *s, const char *at, struct filter_term *term, struct err *err) {
    if (term->field->type == FILTER_TIME)
        return check_time(s, term, err);
    if (term->op != FILTER_IS)
        return refuse(s, at, err, "%s: is not a time: only : goes with it", term->field->name);
    return term->field->type != FILTER_ONE_OF || check_one_of(s, term, err);
}

/* value* where the field has such a condition; a word without a field always. */
static void mark_beginnings(struct filter_term *term, bool word) {
    for (int i = 0; i < term->values && term->field->begins; i++) {
        size_t len = strlen(term->value[i]);
        bool star = len > 1 && term->value[i][len - 1] == '*';
        if (star)
            term->value[i][len - 1] = '\0';
        term->begins[i] = star || word;
    }
}

static bool take_term(struct scan *s, struct err *err) {
    struct filter_term *term = &s->filter->term[s->filter->terms];
    char *from = s->at;
    if (s->filter->terms == FILTER_TERMS)
        return refuse(s, from, err, "too many terms");
    *term = (struct filter_term){.at = (size_t)(from - s->filter->text), .negated = take(s, "-")};
    if (*s->at == '@')
        return refuse(s, s->at, err, "saved filters are the console's");
    char *name = s->at;
    size_t len = 0;
    while (isalpha((unsigned char)name[len]) || name[len] == '_')
        len++;
    s->at += len;
    bool word = len == 0 || !take_op(s, &term->op);
    if (!word) {
        term->field = find_field(s->table, name, len);
        if (term->field == NULL)
            return no_field(s, name, len, err);
    } else {
        s->at = name;
        term->field = &s->table->fields[0];
    }
    s->filter->terms++;
    if (!take_values(s, term, err) || !check_term(s, from, term, err))
        return false;
    mark_beginnings(term, word);
    return true;
}

bool filter_read(const struct filter_table *table, const char *text, struct filter *filter, struct err *err) {
    struct scan s = {.table = table, .filter = filter, .at = filter->text};
    filter->terms = 0;
    if (!text_copy(filter->text, sizeof filter->text, text))
        return fail(err, ERR_USAGE, "the filter is longer than %zu bytes", sizeof filter->text - 1);
    for (;;) {
        s.at += strspn(s.at, " ");
        if (*s.at == '\0')
            return true;
        if (!take_term(&s, err))
            return false;
    }
}

bool filter_is_indexed(const struct filter *filter) {
    for (int i = 0; i < filter->terms; i++)
        if (filter->term[i].field->indexed && !filter->term[i].negated)
            return true;
    return false;
}

/* --- writing --- */

void filter_parameter(struct buf *sql, struct filter_parameters *parameters, struct db_value value) {
    if (parameters->count == FILTER_PARAMETERS)
        bug("a statement with more than %d parameters", FILTER_PARAMETERS);
    parameters->value[parameters->count++] = value;
    buf_printf(sql, "$%zu", parameters->count);
}

/* A pattern with its {} replaced by one parameter. */
static void write_pattern(struct buf *sql, struct filter_parameters *parameters, const char *pattern,
                          const char *value) {
    char name[16] = "";
    for (const char *hole; (hole = strstr(pattern, "{}")) != NULL; pattern = hole + 2) {
        buf_add(sql, pattern, (size_t)(hole - pattern));
        if (name[0] == '\0') {
            parameters->value[parameters->count++] = V_TEXT(value);
            snprintf(name, sizeof name, "$%zu", parameters->count);
        }
        buf_text(sql, name);
    }
    buf_text(sql, pattern);
}

static void write_moment(struct buf *sql, struct filter_parameters *p, const char *column, const char *sign,
                         const char *moment, const char *value) {
    buf_printf(sql, "%s %s ", column, sign);
    write_pattern(sql, p, moment, value);
}

static void write_time(const struct filter_term *term, struct buf *sql, struct filter_parameters *p) {
    const char *column = term->field->equals;
    struct span first = {0}, last = {0};
    span_of(term->value[0], &first);
    span_of(term->value[term->values - 1], &last);
    if (term->op == FILTER_IS || term->op == FILTER_FROM)
        write_moment(sql, p, column, ">=", first.low, first.value);
    if (term->op == FILTER_IS)
        buf_text(sql, " and ");
    if (term->op == FILTER_IS || term->op == FILTER_UNTIL)
        write_moment(sql, p, column, "<", last.high, last.value);
    if (term->op == FILTER_AFTER)
        write_moment(sql, p, column, ">=", first.high, first.value);
    if (term->op == FILTER_BEFORE)
        write_moment(sql, p, column, "<", first.low, first.value);
}

static void write_value(const struct filter_term *term, int v, struct buf *sql, struct filter_parameters *p) {
    buf_text(sql, v ? ") or (" : "");
    write_pattern(sql, p, term->begins[v] ? term->field->begins : term->field->equals, term->value[v]);
}

bool filter_write(const struct filter *filter, struct buf *sql, struct filter_parameters *parameters,
                  struct err *err) {
    for (int i = 0; i < filter->terms; i++) {
        const struct filter_term *term = &filter->term[i];
        if (parameters->count + (size_t)term->values * 2 > FILTER_PARAMETERS - 8)
            return fail(err, ERR_USAGE, "the filter has too many values");
        buf_text(sql, " and ((");
        if (term->field->type == FILTER_TIME)
            write_time(term, sql, parameters);
        for (int v = 0; v < term->values && term->field->type != FILTER_TIME; v++)
            write_value(term, v, sql, parameters);
        buf_printf(sql, "))%s", term->negated ? " is not true" : "");
    }
    return true;
}
