/* api_code.c - deposits and codes (reference, sections 10 and 11). */
#include "api.h"

#include <string.h>

#include "body.h"
#include "codecrypt.h"
#include "event.h"
#include "schema.h"

#define CODES_A_CALL 100

/* The code that the body names, claimed by a user; a refusal otherwise. A custom code is found only with its card_id.
 */
static struct code *call_code(struct call *c) {
    const char *name = text_in(c->body, "code"), *card_id = text_in(c->body, "card_id");
    if (name == NULL || *name == '\0') {
        refuse(c, 41013);
        return NULL;
    }
    if (card_id && card_find(c->w, c->account, card_id) == NULL) {
        refuse(c, 40073);
        return NULL;
    }
    struct code *code = code_find(c->w, c->account, card_id, name);
    if (code && code->state != CODE_DEPOSITED && code->state != CODE_GIVEN)
        return code;
    refuse(c, 40056);
    return NULL;
}

/* 40099 for a consumed code, 40127 for any other that cannot be used. */
static bool is_usable(struct call *c, const struct code *code) {
    if (code->state == CODE_CONSUMED)
        refuse(c, 40099);
    else if (code->state != CODE_NORMAL)
        refuse(c, 40127);
    return code->state == CODE_NORMAL;
}

void api_code_get(struct call *c) {
    const struct code *code = call_code(c);
    if (code == NULL || (flag_in(c->body, "check_consume", true) && !is_usable(c, code)))
        return;
    cJSON *card = cJSON_AddObjectToObject(reply_ok(c), "card");
    cJSON_AddStringToObject(card, "card_id", code->card->id);
    cJSON_AddNumberToObject(card, "begin_time", (double)code->begins);
    cJSON_AddNumberToObject(card, "end_time", (double)code->ends);
    cJSON_AddStringToObject(c->reply, "openid", code->openid);
    cJSON_AddBoolToObject(c->reply, "can_consume", code->state == CODE_NORMAL);
    cJSON_AddStringToObject(c->reply, "user_card_status", code_state_name(code->state));
    cJSON_AddStringToObject(c->reply, "outer_str", code->outer_str);
}

void api_code_consume(struct call *c) {
    struct code *code = call_code(c);
    if (code == NULL || !is_usable(c, code))
        return;
    code->state = CODE_CONSUMED;
    cJSON *card = cJSON_AddObjectToObject(reply_ok(c), "card");
    cJSON_AddStringToObject(card, "card_id", code->card->id);
    cJSON_AddStringToObject(c->reply, "openid", code->openid);
    const struct event_part parts[] = {
        {"ConsumeSource", "FROM_API", false}, {"LocationName", "", false},
        {"StaffOpenId", "", false},           {"VerifyCode", "", false},
        {"RemarkAmount", "", false},          {"OuterStr", code->outer_str, false},
    };
    event_emit(c->w, code->card, code, "user_consume_card", code->openid, parts, COUNT_OF(parts));
}

void api_code_decrypt(struct call *c) {
    char code[CODE_LENGTH + 1];
    const char *encrypted = text_in(c->body, "encrypt_code");
    if (encrypted == NULL || !code_decrypt(c->w, c->account->appid, encrypted, code))
        refuse(c, 40075);
    else
        cJSON_AddStringToObject(reply_ok(c), "code", code);
}

void api_code_unavailable(struct call *c) {
    struct code *code = call_code(c);
    if (code == NULL || !is_usable(c, code))
        return;
    code->state = CODE_UNAVAILABLE;
    reply_ok(c);
}

/* Custom codes only. */
void api_code_update(struct call *c) {
    struct code *code = call_code(c);
    const char *fresh = text_in(c->body, "new_code");
    if (code == NULL || !is_usable(c, code))
        return;
    struct card *card = code->card;
    if (fresh == NULL || *fresh == '\0')
        refuse(c, 41013);
    else if (strlen(fresh) > CODE_LENGTH)
        refuse(c, 40116);
    else if (card->mode != CODES_MERCHANT || hash_get(&card->codes, fresh))
        refuse(c, 40056);
    if (c->errcode)
        return;
    hash_take(&card->codes, code->code);
    copy_text(code->code, sizeof code->code, fresh);
    hash_put(&card->codes, fresh, code);
    reply_ok(c);
}

/* Which type each of these endpoints is for, what it cannot do without, and what may not be empty. */
static const struct {
    const char *path, *type, *field;
    bool needed;
    int missing;
} updates[] = {
    {"/card/meetingticket/updateuser", "MEETING_TICKET", "seat_number", true, 41017},
    {"/card/movieticket/updateuser", "MOVIE_TICKET", "ticket_class", true, 41014},
    {"/card/movieticket/updateuser", "MOVIE_TICKET", "show_time", true, 41015},
    {"/card/movieticket/updateuser", "MOVIE_TICKET", "duration", true, 41011},
    {"/card/movieticket/updateuser", "MOVIE_TICKET", "screening_room", false, 41016},
    {"/card/movieticket/updateuser", "MOVIE_TICKET", "seat_number", false, 41017},
    {"/card/boardingpass/checkin", "BOARDING_PASS", NULL, false, 0},
};

static bool is_empty(const cJSON *value) {
    return (cJSON_IsString(value) && value->valuestring[0] == '\0') ||
           (cJSON_IsArray(value) && cJSON_GetArraySize(value) == 0);
}

void api_ticket_update(struct call *c) {
    struct code *code = call_code(c);
    if (code == NULL || !is_usable(c, code))
        return;
    for (size_t i = 0; i < COUNT_OF(updates) && !c->errcode; i++) {
        const cJSON *value = updates[i].field ? cJSON_GetObjectItemCaseSensitive(c->body, updates[i].field) : NULL;
        if (strcmp(updates[i].path, c->endpoint->path) != 0)
            continue;
        if (strcmp(updates[i].type, code->card->type->name) != 0)
            refuse(c, 40073);
        else if (value ? is_empty(value) : updates[i].needed)
            refuse(c, updates[i].missing);
    }
    if (c->errcode)
        return;
    code_detail(code, c->body);
    reply_ok(c);
}

static bool is_repeated(const cJSON *item) {
    for (const cJSON *later = item->next; later; later = later->next)
        if (strcmp(later->valuestring, item->valuestring) == 0)
            return true;
    return false;
}

/* The list of codes in the body, checked as both deposit and checkcode do it. */
static const cJSON *call_codes(struct call *c) {
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(c->body, "code"), *item;
    int count = cJSON_GetArraySize(list);
    if (count == 0)
        refuse(c, 41013);
    if (count > CODES_A_CALL)
        refuse(c, 40109);
    if (c->errcode)
        return NULL;
    cJSON_ArrayForEach(item, list) {
        if (!cJSON_IsString(item) || item->valuestring[0] == '\0')
            refuse(c, 40110);
        else if (strlen(item->valuestring) > CODE_LENGTH)
            refuse(c, 40116);
    }
    if (!c->errcode)
        cJSON_ArrayForEach(item, list) if (is_repeated(item)) refuse(c, 40111);
    return c->errcode ? NULL : list;
}

/* Every so many deposited codes WeChat loses one, when it was told to. */
static bool is_lost(struct call *c) {
    int64_t every = c->w->set.deposit_fail_every;
    return every > 0 && ++c->w->deposits % every == 0;
}

/* Older replies have no lists. */
static void add_list(struct call *c, const char *name, cJSON *list) {
    if (c->w->set.deposit_lists)
        cJSON_AddItemToObject(c->reply, name, list);
    else
        cJSON_Delete(list);
}

void api_code_deposit(struct call *c) {
    struct card *card = call_card(c);
    const cJSON *list = card ? call_codes(c) : NULL, *item;
    if (list == NULL)
        return;
    if (card->mode != CODES_DEPOSIT)
        refuse(c, 40136);
    if (card->status == CARD_DELETED)
        refuse(c, 40078);
    if (c->errcode)
        return;
    cJSON *taken = cJSON_CreateArray(), *known = cJSON_CreateArray(), *lost = cJSON_CreateArray();
    cJSON_ArrayForEach(item, list) {
        cJSON *to = is_lost(c) ? lost : code_deposit(c->w, card, item->valuestring) ? taken : known;
        cJSON_AddItemToArray(to, cJSON_CreateString(item->valuestring));
    }
    reply_ok(c);
    add_list(c, "succ_code", taken);
    add_list(c, "duplicate_code", known);
    add_list(c, "fail_code", lost);
}

static bool is_visible(const struct call *c, const struct code *code) {
    return code && clock_ms(&c->w->clock) - code->deposited_ms >= c->w->set.deposit_lag * 1000;
}

void api_code_checkcode(struct call *c) {
    const struct card *card = call_card(c);
    const cJSON *list = card ? call_codes(c) : NULL, *item;
    if (list == NULL)
        return;
    cJSON *there = cJSON_AddArrayToObject(reply_ok(c), "exist_code");
    cJSON *not_there = cJSON_AddArrayToObject(c->reply, "not_exist_code");
    cJSON_ArrayForEach(item, list) {
        bool seen = is_visible(c, hash_get(&card->codes, item->valuestring));
        cJSON_AddItemToArray(seen ? there : not_there, cJSON_CreateString(item->valuestring));
    }
}

void api_code_getdepositcount(struct call *c) {
    const struct card *card = call_card(c);
    if (card == NULL)
        return;
    int64_t hidden = 0;
    for (size_t i = card->unclaimed_count; c->w->set.deposit_lag > 0 && i > 0; i--)
        hidden += !is_visible(c, card->unclaimed[i - 1]);
    cJSON_AddNumberToObject(reply_ok(c), "count", (double)(card->deposited - hidden));
}

/* Looks for the usable codes of one user. */
struct wallet {
    struct call *c;
    const char *openid;
    const struct card *card; /* NULL: of all cards */
    cJSON *list;
};

static void list_code(const char *name, void *value, void *with) {
    const struct wallet *in = with;
    const struct code *code = value;
    code = code_find(in->c->w, in->c->account, code->card->id, name);
    if (code->state != CODE_NORMAL || strcmp(code->openid, in->openid) != 0)
        return;
    cJSON *one = cJSON_CreateObject();
    cJSON_AddStringToObject(one, "code", code->code);
    cJSON_AddStringToObject(one, "card_id", code->card->id);
    cJSON_AddItemToArray(in->list, one);
}

static void list_codes(const char *id, void *value, void *with) {
    const struct wallet *in = with;
    const struct card *card = value;
    (void)id;
    if (card->account == in->c->account && (in->card == NULL || in->card == card))
        hash_each(&card->codes, list_code, with);
}

void api_user_getcardlist(struct call *c) {
    struct wallet in = {.c = c, .openid = text_in(c->body, "openid")};
    if (in.openid == NULL || *in.openid == '\0' || strlen(in.openid) > OPENID_LENGTH)
        refuse(c, 40003);
    else if (cJSON_HasObjectItem(c->body, "card_id") && (in.card = call_card(c)) == NULL)
        return;
    if (c->errcode)
        return;
    in.list = cJSON_AddArrayToObject(reply_ok(c), "card_list");
    hash_each(&c->w->cards, list_codes, &in);
    cJSON_AddBoolToObject(c->reply, "has_share_card", false);
}
