#include <stdio.h>
#include <string.h>

#include "ask.h"
#include "card_check.h"
#include "cmd.h"
#include "lang.h"

enum { FILE_LARGEST = 64 << 10, OUTER_LEN = 16 };

/* As the database takes it; what names no ticket of ours is NULL. */
static struct db_value outer_of(const struct card_ext *ext) {
    const char *outer = ext->part[PART_OUTER];
    bool ours = strlen(outer) == OUTER_LEN && strspn(outer, "0123456789abcdef") == OUTER_LEN;
    return ours ? V_TEXT(outer) : V_NULL;
}

static struct db_value text_or_null(const char *text) {
    return V_TEXT(text[0] != '\0' ? text : NULL);
}

static bool find_template(struct call *call, const struct card_ext *ext, struct db_rows *rows, struct err *err) {
    const char *key = call->option[OPT_TEMPLATE];
    if (!db_query(call->work->db, &sql_card_explain_template, rows, err, V_TEXT(key),
                  text_or_null(ext->part[PART_CARD]), text_or_null(ext->part[PART_CODE]), outer_of(ext)))
        return false;
    if (rows->count == 1)
        return true;
    if (key != NULL)
        fail(err, ERR_INPUT, "there is no template \"%s\"", key);
    else
        fail(err, ERR_INPUT, "nothing in it tells the template: no card_id, code or outer_str of ours");
    return fail_cure(err, "add --template KEY; `kaquan-worker template list` shows the keys");
}

/* A card_id beside the cardExt is checked against the template, then the template's is what counts. */
static void take_card_id(struct card_case *c, struct check_list *list) {
    const char *card_id = db_text(c->template, 0, "card_id");
    char *given = c->ext.part[PART_CARD];
    if (given[0] != '\0' && strcmp(given, card_id) != 0)
        check_add(list, "card_id", CHECK_FAIL, err_class(ERR_INPUT)->exit_code,
                  "take cardId and cardExt from the same claim", "%s, but template %s has %s", given,
                  db_text(c->template, 0, "key"), card_id[0] != '\0' ? card_id : _("none yet"));
    text_copy(given, PART_SIZE, card_id);
}

bool cmd_card_explain(struct call *call, struct err *err) {
    AUTO_BUF struct buf text = {0};
    AUTO_ROWS struct db_rows template = {0}, ticket = {0};
    struct check_list list = check_begin("kaquan.card-explain.1");
    struct card_case c = {.template = &template, .ticket = &ticket};
    bool good = ask_file(call->argument[0], FILE_LARGEST, false, &text, err) &&
                card_ext_read(buf_str(&text), text.len, &c.ext, err) && find_template(call, &c.ext, &template, err) &&
                db_query(call->work->db, &sql_card_explain_ticket, &ticket, err, V_INT(db_int(&template, 0, "id")),
                         text_or_null(c.ext.part[PART_CODE]), outer_of(&c.ext));
    if (good) {
        take_card_id(&c, &list);
        good = card_check(call->work, &c, &list, err);
    }
    if (good)
        call->exit_code = check_end(&list, call->work);
    else
        output_clear(&list.lines);
    return good;
}
