#include "bulk.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "lang.h"

enum { CODE_MOST = 20, WORDS_MOST = 32 };

/* clang-format off */
static const struct bulk_act acts[BULK_ACTS] = {
    [BULK_CONSUME]     = {BULK_CONSUME,     "consume",     "consumed",     NULL,   "are consumed for ever"},
    [BULK_VOID]        = {BULK_VOID,        "void",        "void",         NULL,   "become void for ever"},
    [BULK_CHANGE_CODE] = {BULK_CHANGE_CODE, "change_code", "code_changed", "NEW",  "get another code"},
    [BULK_UPDATE]      = {BULK_UPDATE,      "update",      "updated",      "NAME=VALUE ...", "show other details"},
};
/* clang-format on */

const struct bulk_act *bulk_act(enum bulk_act_id id) {
    return &acts[id];
}

const struct bulk_act *bulk_act_named(const char *name) {
    for (size_t i = 0; i < BULK_ACTS; i++)
        if (strcmp(acts[i].name, name) == 0)
            return &acts[i];
    return NULL;
}

bool bulk_endpoint(const struct bulk_act *act, const char *card_type, enum wx_endpoint_id *endpoint,
                   struct err *err) {
    size_t count;
    const struct detail *details = detail_rows(&count);
    static const enum wx_endpoint_id fixed[] = {
        [BULK_CONSUME] = WX_CODE_CONSUME, [BULK_VOID] = WX_CODE_UNAVAILABLE, [BULK_CHANGE_CODE] = WX_CODE_UPDATE};
    if (act->id != BULK_UPDATE) {
        *endpoint = fixed[act->id];
        return true;
    }
    for (size_t i = 0; i < count; i++)
        if (strcmp(details[i].card_type, card_type) == 0) {
            *endpoint = details[i].endpoint;
            return true;
        }
    fail(err, ERR_INPUT, "WeChat lets nobody change the details of a %s", card_type);
    return fail_cure(err, "it does for MEETING_TICKET, MOVIE_TICKET and BOARDING_PASS");
}

/* --- lists --- */

static bool code_good(const char *code, struct err *err) {
    if (code[0] != '\0' && strlen(code) <= CODE_MOST)
        return true;
    return fail(err, ERR_INPUT, "a code of 1..%d bytes expected, not \"%s\"", CODE_MOST, code);
}

/* Are there as many words as the act wants? */
static bool is_complete(const struct bulk_act *act, int count) {
    return act->id == BULK_UPDATE ? count >= 2 : count == (act->rest ? 2 : 1);
}

/* What the call carries beside code and card_id. */
static cJSON *argument_of(struct bulk_list *list, const char *const *rest, int count, struct err *err) {
    cJSON *argument;
    if (list->act->id == BULK_UPDATE)
        return details_read(&list->times, list->card_type, rest, count, err);
    if (list->act->id == BULK_CHANGE_CODE && !code_good(rest[0], err))
        return NULL;
    argument = json_new();
    if (list->act->id == BULK_CHANGE_CODE)
        json_add_text(argument, "new_code", rest[0]);
    return argument;
}

bool bulk_words(struct bulk_list *list, const char *const *words, int count, int64_t number, struct err *err) {
    AUTO_JSON cJSON *argument = NULL;
    const char *rest = list->act->rest;
    if (!code_good(words[0], err))
        return fail_in(err, "line %" PRId64, number);
    if (!is_complete(list->act, count))
        return fail(err, ERR_INPUT, "line %" PRId64 ": CODE%s%s expected", number, rest ? " " : _(" alone"),
                    rest ? rest : "");
    argument = argument_of(list, words + 1, count - 1, err);
    if (argument == NULL)
        return fail_in(err, "line %" PRId64, number);
    buf_printf(&list->text, "%s{\"n\":%" PRId64 ",\"code\":", list->text.len ? "," : "[", number);
    json_quote(&list->text, words[0]);
    buf_text(&list->text, ",\"argument\":");
    json_print(&list->text, argument);
    buf_char(&list->text, '}');
    list->count++;
    return true;
}

/* Takes the word at *at, without its quotes (two in a quoted word are one of its own), and ends it with NUL; false: a
 * quote is not closed. JSON is one word. */
static bool next_word(char **at, const char **word) {
    char *from = *at, *to = *at;
    bool quoted = false, json = *from == '{';
    *word = to;
    for (; *from != '\0' && (json || quoted || strchr(" \t", *from) == NULL); from++) {
        bool twice = quoted && from[0] == '"' && from[1] == '"';
        from += twice;
        if (*from == '"' && !json && !twice)
            quoted = !quoted;
        else
            *to++ = *from;
    }
    *at = from + strspn(from, " \t");
    *to = '\0';
    return !quoted;
}

bool bulk_line(struct bulk_list *list, const char *line, int64_t number, struct err *err) {
    AUTO_BUF struct buf text = {0};
    const char *words[WORDS_MOST];
    int count = 0;
    buf_text(&text, line + strspn(line, " \t"));
    for (char *at = text.data; at != NULL && *at != '\0';) {
        if (count == WORDS_MOST)
            return fail(err, ERR_INPUT, "line %" PRId64 ": too many words", number);
        if (!next_word(&at, &words[count++])) {
            fail(err, ERR_INPUT, "line %" PRId64 ": a quote is not closed", number);
            return fail_cure(
                err, "a value with blanks stands in \"...\", its own quotes twice; or all is written as JSON");
        }
    }
    return count == 0 || bulk_words(list, words, count, number, err);
}

static bool fits(struct db *db, const struct template *t, const char *list, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    if (!db_query(db, &sql_bulk_misfit, &rows, err, V_INT(t->id), V_TEXT(list)))
        return false;
    return rows.count == 0 || fail(err, ERR_INPUT, "line %" PRId64 ", %s: %s", db_int(&rows, 0, "n"),
                                   db_text(&rows, 0, "code"), _(db_text(&rows, 0, "why")));
}

bool bulk_add(struct db *db, const struct act *who, const struct template *t, const struct bulk_list *list,
              int64_t *id, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    AUTO_BUF struct buf whole = {0};
    char action[40], object[80], after[80];
    buf_printf(&whole, "%s]", buf_str(&list->text));
    if (!db_begin(db, err))
        return false;
    if (!fits(db, t, buf_str(&whole), err) ||
        !db_query(db, &sql_bulk_add, &rows, err, V_INT(t->id), V_TEXT(list->act->name), V_TEXT(who->person),
                  V_TEXT(who->reason), V_TEXT(buf_str(&whole))))
        return audit_undo(db);
    *id = db_int(&rows, 0, "id");
    snprintf(action, sizeof action, "ticket_%s", list->act->name);
    snprintf(object, sizeof object, "template %s", t->key);
    snprintf(after, sizeof after, "{\"bulk\": \"%" PRId64 "\", \"tickets\": %" PRId64 "}", *id,
             db_int(&rows, 0, "items"));
    return audit_commit(db, who, action, object, NULL, after, err);
}
