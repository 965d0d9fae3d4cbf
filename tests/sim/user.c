#include "user.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "body.h"
#include "cardsign.h"
#include "event.h"

#define NONCE_MOST 32
#define OUTER_STR_MOST 128

static const struct {
    const char *name, *words;
} reasons[ADD_REASONS] = {
    [ADD_OK] = {"ok", "addCard:ok"},
    [ADD_PARAMETER] = {"parameter", "addCard:fail 参数错误"},
    [ADD_SIGNATURE] = {"signature", "addCard:fail 签名错误"},
    [ADD_USED] = {"used", "addCard:fail 已领完"},
    [ADD_STATUS] = {"status", "addCard:fail 卡券未通过审核"},
    [ADD_STOCK] = {"stock", "addCard:fail 已领完"},
    [ADD_LIMIT] = {"limit", "addCard:fail 领取数量已达上限"},
    [ADD_CODE] = {"code", "addCard:fail 已领完"},
};

const char *add_reason_name(enum add_reason reason) {
    return reasons[reason].name;
}

const char *add_reason_words(enum add_reason reason) {
    return reasons[reason].words;
}

/* A cardExt, read: its values as text, NULL where it has none. */
struct card_ext {
    const char *code, *openid, *nonce, *signature, *outer_str;
    char timestamp[24], balance[24];
};

static bool fail(struct add *add, enum add_reason reason, const char *detail) {
    add->reason = reason;
    copy_text(add->detail, sizeof add->detail, detail);
    return false;
}

static bool is_made_of(const char *text, size_t most, const char *alphabet) {
    size_t length = strlen(text);
    return length > 0 && length <= most && strspn(text, alphabet) == length;
}

static bool read_number(const cJSON *item, char *to, size_t size) {
    if (cJSON_IsString(item))
        copy_text(to, size, item->valuestring);
    else if (cJSON_IsNumber(item))
        snprintf(to, size, "%.0f", item->valuedouble);
    return cJSON_IsString(item) || cJSON_IsNumber(item);
}

static bool timestamp_fits(struct world *w, const cJSON *item, const char *text) {
    int64_t skew = llabs(strtoll(text, NULL, 10) - real_seconds());
    if (w->set.timestamp_type == TIMESTAMP_STRING && !cJSON_IsString(item))
        return false;
    if (w->set.timestamp_type == TIMESTAMP_NUMBER && !cJSON_IsNumber(item))
        return false;
    return is_made_of(text, 10, ALPHABET_DIGIT) && (w->set.timestamp_skew == 0 || skew <= w->set.timestamp_skew);
}

/* Which keys a cardExt may have, and whether they are texts. */
static const struct {
    const char *name;
    bool text;
} ext_keys[] = {
    {"code", true},      {"openid", true},     {"nonce_str", true}, {"signature", true},
    {"outer_str", true}, {"timestamp", false}, {"outer_id", false}, {"fixed_begintimestamp", false},
    {"balance", false},
};

static const char *wrong_key(const struct world *w, const cJSON *ext) {
    for (const cJSON *item = ext->child; item; item = item->next) {
        size_t i = 0;
        while (i < COUNT_OF(ext_keys) && strcmp(ext_keys[i].name, item->string) != 0)
            i++;
        if (i == COUNT_OF(ext_keys) ? w->set.card_ext_strict != 0 : ext_keys[i].text && !cJSON_IsString(item))
            return item->string;
        for (const cJSON *later = item->next; later; later = later->next)
            if (strcmp(later->string, item->string) == 0)
                return item->string;
    }
    return NULL;
}

static bool read_ext(struct world *w, struct add *add, const cJSON *ext, struct card_ext *to) {
    const cJSON *timestamp = cJSON_GetObjectItemCaseSensitive(ext, "timestamp");
    const char *wrong = wrong_key(w, ext);
    memset(to, 0, sizeof *to);
    if (wrong) {
        fail(add, ADD_PARAMETER, "cardExt has a key that does not belong there: ");
        strncat(add->detail, wrong, sizeof add->detail - strlen(add->detail) - 1);
        return false;
    }
    to->code = text_in(ext, "code");
    to->openid = text_in(ext, "openid");
    to->nonce = text_in(ext, "nonce_str");
    to->signature = text_in(ext, "signature");
    to->outer_str = text_in(ext, "outer_str");
    read_number(cJSON_GetObjectItemCaseSensitive(ext, "balance"), to->balance, sizeof to->balance);
    if (!read_number(timestamp, to->timestamp, sizeof to->timestamp) || !timestamp_fits(w, timestamp, to->timestamp))
        return fail(add, ADD_PARAMETER, "timestamp is missing or not fit");
    if (to->nonce == NULL || !is_made_of(to->nonce, NONCE_MOST, ALPHABET_ALNUM))
        return fail(add, ADD_PARAMETER, "nonce_str is missing or not fit");
    if (to->signature == NULL || strlen(to->signature) != 40 || !is_made_of(to->signature, 40, "0123456789abcdef"))
        return fail(add, ADD_PARAMETER, "signature is missing or not 40 lower-case hex digits");
    if (to->outer_str && strlen(to->outer_str) > OUTER_STR_MOST)
        return fail(add, ADD_PARAMETER, "outer_str is too long");
    return true;
}

/* The fields must be those of the card's mode; an empty code counts as none. */
static bool mode_fits(struct add *add, const struct card *card, const struct card_ext *ext) {
    bool has_code = ext->code && ext->code[0];
    if (card->mode == CODES_MERCHANT && !has_code)
        return fail(add, ADD_PARAMETER, "the card has custom codes, cardExt has none");
    if (card->mode != CODES_MERCHANT && has_code)
        return fail(add, ADD_PARAMETER, "WeChat chooses this card's code, cardExt must not have one");
    if (card->bind_openid && (ext->openid == NULL || strcmp(ext->openid, add->openid) != 0))
        return fail(add, ADD_PARAMETER, "the card binds the openid, cardExt names another or none");
    if (!card->bind_openid && ext->openid && ext->openid[0])
        return fail(add, ADD_PARAMETER, "the card binds no openid, cardExt must not have one");
    if (has_code && !is_made_of(ext->code, CODE_LENGTH, ALPHABET_URL))
        return fail(add, ADD_PARAMETER, "code is longer than 20 or has special characters");
    return true;
}

/* Against every ticket the account ever had, the newest first: an accepted one is good, a former one makes it stale.
 */
static bool signature_fits(struct world *w, struct add *add, const struct card *card, const struct card_ext *ext) {
    const struct ticket_line *line = &card->account->tickets[TICKET_WX_CARD];
    char hex[41];
    for (size_t i = line->count; i > 0; i--) {
        const struct ticket_value *ticket = &line->values[i - 1];
        const char *values[] = {ticket->value, card->id,    ext->timestamp, ext->nonce,
                                ext->code,     ext->openid, ext->balance};
        card_sign(values, COUNT_OF(values), hex);
        if (strcmp(hex, ext->signature) != 0)
            continue;
        if (ticket_accepted(w, ticket))
            return true;
        add->stale = true;
    }
    return fail(add, ADD_SIGNATURE, add->stale ? "signed with an api_ticket that has ended" : "no api_ticket fits");
}

static bool card_can_be_taken(struct add *add, const struct card *card, const char *code) {
    const struct account *a = card->account;
    bool tester = add->tester || hash_get(&a->testers, add->openid) != NULL;
    if (!card_is_open(card) && !(tester && card->status != CARD_DELETED))
        return fail(add, ADD_STATUS, card_status_name(card->status));
    if (card->quantity <= 0 || (card->mode == CODES_DEPOSIT && card->unclaimed_count == 0))
        return fail(add, ADD_STOCK, "no stock is left");
    if (card_taken_by(card, add->openid) >= card->get_limit)
        return fail(add, ADD_LIMIT, "the user has as many as get_limit allows");
    if (card->mode == CODES_MERCHANT && hash_get(&card->codes, code))
        return fail(add, ADD_CODE, "the code was taken before");
    return true;
}

static void emit_get_card(struct world *w, const struct code *code, const char *friend, const char *old_code) {
    const struct event_part parts[] = {
        {"IsGiveByFriend", friend ? "1" : "0", true},
        {"FriendUserName", friend ? friend : "", false},
        {"OuterId", "0", true},
        {"OldUserCardCode", old_code ? old_code : "", false},
        {"OuterStr", code->outer_str, false},
        {"IsRestoreMemberCard", "0", true},
        {"IsRecommendByFriend", "0", true},
        {"SourceScene", "SOURCE_SCENE_UNKNOWN", false},
    };
    event_emit(w, code->card, code, "user_get_card", code->openid, parts, COUNT_OF(parts));
}

static void take_card(struct world *w, struct add *add, struct card *card, const struct card_ext *ext) {
    const struct code *code = code_take(w, card, ext->code, add->openid, ext->outer_str);
    const struct event_part empty[] = {{"Detail", "the card's quantity is equal to 0", false}};
    card->quantity--;
    code_encrypt(w, card->account->appid, code->code, add->encrypted);
    emit_get_card(w, code, NULL, NULL);
    if (card->quantity == 0)
        event_emit(w, card, NULL, "card_sku_remind", NULL, empty, COUNT_OF(empty));
}

static bool check_and_take(struct world *w, struct add *add, struct card *card, const cJSON *json) {
    struct hash *nonces = &card->account->nonces;
    struct card_ext ext;
    char key[64];
    if (!read_ext(w, add, json, &ext) || !mode_fits(add, card, &ext) || !signature_fits(w, add, card, &ext))
        return false;
    snprintf(key, sizeof key, "%s %s", ext.timestamp, ext.nonce);
    if (hash_get(nonces, key))
        return fail(add, ADD_USED, "nonce_str and timestamp were used before");
    bool good = card_can_be_taken(add, card, ext.code);
    if (good || w->set.nonce_on_attempt)
        hash_put(nonces, key, nonces);
    if (good)
        take_card(w, add, card, &ext);
    return good;
}

bool user_add_card(struct world *w, struct add *add) {
    struct card *card = add->card_id ? hash_get(&w->cards, add->card_id) : NULL;
    const char *rest, *text = cJSON_GetStringValue(add->card_ext);
    add->reason = ADD_OK;
    if (card == NULL)
        return fail(add, ADD_PARAMETER, "there is no such card_id");
    cJSON *json = text ? body_parse(text, strlen(text), &rest) : NULL;
    bool good = false;
    if (add->openid == NULL || add->openid[0] == '\0' || strlen(add->openid) > OPENID_LENGTH)
        fail(add, ADD_PARAMETER, "the user's openid is missing or too long");
    else if (json == NULL)
        fail(add, ADD_PARAMETER, text ? "cardExt is not a JSON object" : "cardExt is not a string");
    else
        good = check_and_take(w, add, card, json);
    cJSON_Delete(json);
    card->account->adds[add->reason]++;
    card->account->adds_stale += add->stale;
    return good;
}
