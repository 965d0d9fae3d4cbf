#include "card_check.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lang.h"
#include "sign.h"
#include "wechat.h"

enum { CODE_LONGEST = 20, OPENID_LONGEST = 32, NONCE_LONGEST = 32, NONCE_SHORTEST = 16, SECONDS_DIGITS = 10 };
static const int64_t FUTURE_S = 60;
static const char digits[] = "0123456789";
static const char plain[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-";
static const char hex[] = "0123456789abcdef";

/* What the phone shows is said with each refusal: people ask with it. */
#define ALL_GONE _("the phone says 已领完")
#define BAD_PARAMETER _("the phone says 参数错误")
#define BAD_SIGNATURE _("the phone says 签名错误")

struct explain {
    struct work *work;
    const struct card_case *c;
    struct check_list *list;
    struct card_ext *ext; /* the case's own, to try api_tickets in */
    bool fits;            /* signed with the account's present api_ticket */
    struct credential present;
};

#define ok(x, name, ...) check_add((x)->list, name, CHECK_OK, 0, NULL, __VA_ARGS__)
#define doubtful(x, name, cure, ...) check_add((x)->list, name, CHECK_WARN, 0, cure, __VA_ARGS__)
#define bad(x, name, cure, ...)                                                                                      \
    check_add((x)->list, name, CHECK_FAIL, err_class(ERR_INPUT)->exit_code, cure, __VA_ARGS__)

static const char *part(const struct explain *x, enum card_part which) {
    return x->ext->part[which];
}

static const char *known(const struct explain *x, const char *column) {
    return db_text(x->c->template, 0, column);
}

static bool made_of(const char *text, const char *characters) {
    return strspn(text, characters) == strlen(text);
}

/* Is it the card that the ticket of ours has now? */
static bool is_present_card(const struct explain *x) {
    const struct db_rows *t = x->c->ticket;
    return t->count > 0 && strcmp(db_text(t, 0, "nonce"), part(x, PART_NONCE)) == 0 &&
           strcmp(db_text(t, 0, "signed_at"), part(x, PART_TIMESTAMP)) == 0;
}

/* --- the form --- */

static void form(struct explain *x) {
    if (x->ext->is_object)
        bad(x, "form", "pass a string: JSON.stringify(cardExt)", "an object; iOS then says 签名错误");
    else
        ok(x, "form", "a string that holds JSON");
    if (x->ext->there[PART_TICKET])
        bad(x, "form", "take it out, and end this epoch: kaquan-worker epoch revoke", "it gives the api_ticket away");
    if (x->ext->there[PART_CARD])
        doubtful(x, "form", "put it beside cardExt, as cardId", "card_id stands in it");
    if (x->ext->others[0] != '\0')
        doubtful(x, "form", "leave out what WeChat does not know", "it also has %s, none of them signed",
                 x->ext->others);
}

/* --- signature and epoch --- */

static bool well_formed(const struct explain *x) {
    const char *signature = part(x, PART_SIGNATURE);
    if (strlen(signature) == 2 * SIGNATURE_LEN && made_of(signature, hex))
        return true;
    bad(x, "signature", "send SHA-1 as 40 lower-case hexadecimal digits", "not 40 lower-case hexadecimal digits; %s",
        BAD_SIGNATURE);
    return strlen(signature) == 2 * SIGNATURE_LEN; /* upper case still tells more */
}

/* Puts a credential's value where the api_ticket belongs. */
static bool try_credential(struct explain *x, int64_t account_id, enum credential_kind kind, struct credential *info,
                           struct err *err) {
    AUTO_SECRET struct secret value = {0};
    struct wx_tools tools = {.db = x->work->db, .host = x->work->host, .key = work_key(x->work, err)};
    return tools.key != NULL && credential_load(&tools, account_id, kind, &value, info, err) &&
           text_copy(x->ext->part[PART_TICKET], PART_SIZE, value.value);
}

/* Signed with a value that is not this account's api_ticket: which is it? */
static bool with_another(struct explain *x, int64_t account_id, enum credential_kind kind) {
    AUTO_BUF struct buf order = {0};
    struct credential info;
    struct err ignored = {0};
    return try_credential(x, account_id, kind, &info, &ignored) && card_ext_signing(x->ext, &order) != NULL;
}

static bool with_another_account(struct explain *x, const char **key, const struct db_rows *accounts) {
    for (int i = 0; i < accounts->count; i++) {
        *key = db_text(accounts, i, "key");
        if (strcmp(*key, known(x, "account")) != 0 && with_another(x, db_int(accounts, i, "id"), CREDENTIAL_TICKET))
            return true;
    }
    return false;
}

static bool wrong_ticket(struct explain *x, struct err *err) {
    AUTO_ROWS struct db_rows accounts = {0};
    const char *key;
    if (!db_query(x->work->db, &sql_account_checkable, &accounts, err, V_NULL))
        return false;
    if (with_another(x, db_int(x->c->template, 0, "account_id"), CREDENTIAL_TOKEN))
        bad(x, "signature", "sign with the api_ticket: /cgi-bin/ticket/getticket?type=wx_card",
            "signed with the access_token; %s", BAD_SIGNATURE);
    else if (with_another_account(x, &key, &accounts))
        bad(x, "signature", "sign with the api_ticket of the account that the card_id belongs to",
            "signed with the api_ticket of account %s; %s", key, BAD_SIGNATURE);
    else
        bad(x, "signature", "see the epoch below; a ticket of type jsapi does not do, it must be type=wx_card",
            "made with no api_ticket of now, or over other values than these; %s", BAD_SIGNATURE);
    return true;
}

static void say_signing(struct explain *x, const struct card_signing *how, const struct buf *order) {
    x->fits = true;
    if (how->cure == NULL)
        ok(x, "signature", "%s", _(how->how));
    else
        bad(x, "signature", how->cure, "%s%s%s; %s", _(how->how), order->len > 0 ? _(", but stood as ") : "",
            buf_str(order), BAD_SIGNATURE);
}

static bool signature(struct explain *x, struct err *err) {
    AUTO_BUF struct buf sorted = {0}, order = {0};
    struct err why = {0};
    const struct card_signing *how;
    bool loaded = try_credential(x, db_int(x->c->template, 0, "account_id"), CREDENTIAL_TICKET, &x->present, &why);
    card_ext_order(x->ext, &sorted);
    ok(x, "signed values", "%s", buf_str(&sorted));
    if (!well_formed(x))
        return true;
    if (!loaded) {
        doubtful(x, "signature", why.cure, "cannot be checked: %s", why.text);
        return true;
    }
    how = card_ext_signing(x->ext, &order);
    if (how == NULL)
        return wrong_ticket(x, err);
    say_signing(x, how, &order);
    return true;
}

/* Our own record knows the epoch of a ticket's present card; else the timestamp tells it. */
static bool past_epoch(struct explain *x, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    bool ours = is_present_card(x);
    const char *by = ours ? _("our record") : _("its timestamp");
    int64_t moment = strtoll(part(x, PART_TIMESTAMP), NULL, 10);
    if (moment < 0 || moment > INT32_MAX)
        moment = 0;
    if (!db_query(x->work->db, &sql_card_explain_epoch, &rows, err, V_INT(db_int(x->c->template, 0, "account_id")),
                  V_INT(moment), ours ? V_INT(db_int(x->c->ticket, 0, "epoch")) : V_NULL))
        return false;
    if (rows.count == 0)
        bad(x, "epoch", "claim a card anew", "its timestamp lies before every epoch of this account");
    else if (db_bool(&rows, 0, "over"))
        bad(x, "epoch", "claim again with the same request id, or card_renew",
            db_bool(&rows, 0, "revoked") ? N_("by %s epoch %s, revoked at %s") : N_("by %s epoch %s, over at %s"), by,
            db_text(&rows, 0, "epoch"), db_text(&rows, 0, "ended_at"));
    else
        doubtful(x, "epoch", "look at the signature first", "by %s epoch %s, the present one", by,
                 db_text(&rows, 0, "epoch"));
    return true;
}

static bool epoch(struct explain *x, struct err *err) {
    AUTO_ROWS struct db_rows rows = {0};
    double left = x->present.seconds_left, margin = db_number(x->c->template, 0, "margin_s");
    if (!x->fits)
        return past_epoch(x, err);
    if (!db_query(x->work->db, &sql_epoch_present, &rows, err, V_INT(db_int(x->c->template, 0, "account_id"))))
        return false;
    if (rows.count > 0 && db_bool(&rows, 0, "revoked"))
        bad(x, "epoch", "claim again once the next epoch is there", "epoch %" PRId64 " was revoked",
            x->present.epoch);
    else if (left <= 0)
        bad(x, "epoch", "kaquan-worker credential list", "epoch %" PRId64 " ended %.0f s ago", x->present.epoch,
            -left);
    else if (left < margin)
        doubtful(x, "epoch", "claim again: card_claim hands out no card that lives so short",
                 "epoch %" PRId64 ", ends in %.0f s", x->present.epoch, left);
    else
        ok(x, "epoch", "epoch %" PRId64 ", the present one; ends in %.0f s", x->present.epoch, left);
    return true;
}

/* --- the values --- */

static void code(struct explain *x) {
    const char *value = part(x, PART_CODE);
    bool ours = strcmp(known(x, "code_mode"), "merchant") == 0;
    if (!ours && value[0] != '\0')
        bad(x, "code", "leave code out: WeChat chooses it", "there, though the code mode is %s; %s",
            known(x, "code_mode"), BAD_PARAMETER);
    else if (ours && value[0] == '\0')
        bad(x, "code", "send and sign a code", "missing, though the code mode is merchant; %s", BAD_PARAMETER);
    else if (strlen(value) > CODE_LONGEST)
        bad(x, "code", "use codes of at most 20 characters", "%zu characters; %s", strlen(value), BAD_PARAMETER);
    else if (!made_of(value, plain))
        bad(x, "code", "use letters and digits only", "holds special characters; %s", BAD_PARAMETER);
    else
        ok(x, "code", "fits the code mode %s", known(x, "code_mode"));
}

static void openid(struct explain *x) {
    const char *value = part(x, PART_OPENID);
    bool binds = db_bool(x->c->template, 0, "bind_openid");
    if (binds && value[0] == '\0')
        bad(x, "openid", "send and sign the visitor's openid at the official account", "missing; %s", BAD_PARAMETER);
    else if (!binds && value[0] != '\0')
        bad(x, "openid", "leave openid out: this card binds none", "there; %s", BAD_PARAMETER);
    else if (strlen(value) > OPENID_LONGEST)
        bad(x, "openid", "an openid has at most 32 characters", "%zu characters", strlen(value));
    else
        ok(x, "openid", binds ? N_("there, as the card wants") : N_("none, as the card wants"));
}

static void nonce(struct explain *x) {
    const char *value = part(x, PART_NONCE);
    size_t len = strlen(value);
    if (len == 0)
        bad(x, "nonce_str", "send and sign 16 to 32 random letters and digits", "missing; %s", ALL_GONE);
    else if (len > NONCE_LONGEST || !made_of(value, plain) || strpbrk(value, "_-") != NULL)
        bad(x, "nonce_str", "use 16 to 32 letters and digits", "%zu characters, or others than letters and digits",
            len);
    else if (len < NONCE_SHORTEST)
        doubtful(x, "nonce_str",
                 "use at least 16 random characters: the same pair of timestamp and nonce_str is "
                 "refused the second time",
                 "%zu characters", len);
    else
        ok(x, "nonce_str", "%zu characters", len);
}

static void timestamp(struct explain *x) {
    const char *value = part(x, PART_TIMESTAMP);
    bool quoted = db_bool(x->c->template, 0, "timestamp_quoted");
    int64_t age = db_int(x->c->template, 0, "now") - strtoll(value, NULL, 10);
    if (value[0] == '\0')
        bad(x, "timestamp", "send and sign the time in Unix seconds", "missing; %s", BAD_PARAMETER);
    else if (!made_of(value, digits) || strlen(value) > SECONDS_DIGITS)
        bad(x, "timestamp", "Unix seconds have 10 digits; 13 are milliseconds", "%s", value);
    else if (age < -FUTURE_S)
        doubtful(x, "timestamp", "set the signing host's clock", "%" PRId64 " s in the future", -age);
    else if ((double)age > db_number(x->c->template, 0, "life_s"))
        bad(x, "timestamp", "claim a card anew, or card_renew", "%" PRId64 " s old: no api_ticket lives so long; %s",
            age, BAD_SIGNATURE);
    else if (x->ext->number_timestamp == quoted)
        doubtful(x, "timestamp", "both are seen to work; this site's choice: kaquan-worker site set timestamp_quoted",
                 quoted ? N_("a number, though this site sends a string")
                        : N_("a string, though this site sends a number"));
    else
        ok(x, "timestamp", "%" PRId64 " s old", age < 0 ? 0 : age);
}

/* --- the template and the ticket --- */

static void status(struct explain *x) {
    if (strcmp(known(x, "status"), "approved") != 0)
        bad(x, "status", "wait for the review, or add the visitor as a tester", "template %s is %s", known(x, "key"),
            known(x, "status"));
    else if (!db_bool(x->c->template, 0, "enabled"))
        bad(x, "status", "kaquan-worker account enable", "account %s is disabled", known(x, "account"));
    else if (db_bool(x->c->template, 0, "ended"))
        bad(x, "status", "kaquan-worker template push, once its validity is prolonged",
            "the validity of template %s at WeChat is over", known(x, "key"));
    else if (db_bool(x->c->template, 0, "paused") || db_bool(x->c->template, 0, "off_sale"))
        doubtful(x, "status", "kaquan-worker template set", "template %s is approved, but paused or not on sale",
                 known(x, "key"));
    else
        ok(x, "status", "template %s is approved", known(x, "key"));
}

static void stock(struct explain *x) {
    if (db_null(x->c->template, 0, "stock_left"))
        ok(x, "stock", "not limited by us");
    else if (db_number(x->c->template, 0, "stock_left") <= 0)
        doubtful(x, "stock", "raise the stock", "claimed to the last card: once all are added %s", ALL_GONE);
    else
        ok(x, "stock", "%.0f left", db_number(x->c->template, 0, "stock_left"));
}

static void ticket(struct explain *x) {
    const struct db_rows *t = x->c->ticket;
    const char *state = t->count > 0 ? db_text(t, 0, "state") : "";
    if (t->count == 0)
        doubtful(x, "ticket", "cards come from card_claim()", "no ticket of ours has this code or outer_str");
    else if (strcmp(state, "handed_out") != 0)
        bad(x, "ticket", "look at its events; a code is added once", "%s already; %s", state, ALL_GONE);
    else if (!is_present_card(x))
        doubtful(x, "ticket", "use the card that card_get() gives now",
                 "it was signed again since: this is an older card");
    else
        ok(x, "ticket", "handed out in epoch %s, not added yet", db_text(t, 0, "epoch"));
}

bool card_check(struct work *work, struct card_case *c, struct check_list *list, struct err *err) {
    static void (*const values[])(struct explain *) = {code, openid, nonce, timestamp, status, stock, ticket};
    struct explain x = {.work = work, .c = c, .list = list, .ext = &c->ext};
    form(&x);
    bool good = signature(&x, err) && epoch(&x, err);
    explicit_bzero(c->ext.part[PART_TICKET], PART_SIZE);
    for (size_t i = 0; good && i < ARRAY_LEN(values); i++)
        values[i](&x);
    return good;
}
