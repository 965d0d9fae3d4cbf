/* code.c - the codes of a card: what card.h says about them. */
#include "card.h"

#include <stdlib.h>
#include <string.h>

#include "body.h"

static const char *const state_names[CODE_STATES] = {
    "", "NORMAL", "CONSUMED", "EXPIRE", "GIFTING", "DELETE", "UNAVAILABLE", "",
};

const char *code_state_name(enum code_state state) {
    return state_names[state];
}

static void set_validity(struct code *c, int64_t now) {
    const cJSON *date = cJSON_GetObjectItemCaseSensitive(card_base(c->card), "date_info");
    int64_t term = number_in(date, "fixed_term", 0);
    c->begins = number_in(date, "begin_timestamp", 0);
    c->ends = number_in(date, "end_timestamp", 0);
    if (term > 0) {
        c->begins = now + number_in(date, "fixed_begin_term", 0) * 86400;
        c->ends = c->begins + term * 86400;
    }
}

/* A range that was widened by card/update holds for codes in users' hands at once. */
static void keep_validity(struct code *c, int64_t now) {
    const cJSON *date = cJSON_GetObjectItemCaseSensitive(card_base(c->card), "date_info");
    if (number_in(date, "fixed_term", 0) == 0)
        set_validity(c, now);
    bool ended = c->ends && now > c->ends;
    if (c->state == CODE_NORMAL && ended)
        c->state = CODE_EXPIRE;
    else if (c->state == CODE_EXPIRE && !ended)
        c->state = CODE_NORMAL;
}

struct code *code_find(const struct world *w, const struct account *a, const char *card_id, const char *code) {
    const struct card *card = card_find(w, a, card_id);
    if (card_id && card == NULL)
        return NULL;
    struct code *c = hash_get(card ? &card->codes : &a->codes, code);
    if (c)
        keep_validity(c, calendar_seconds(&w->clock));
    return c;
}

static struct code *add_code(struct card *card, const char *code) {
    struct code *c = need(sizeof *c);
    copy_text(c->code, sizeof c->code, code);
    c->card = card;
    hash_put(&card->codes, code, c);
    return c;
}

static struct code *make_code(struct card *card) {
    char code[13];
    do
        random_text(code, 12, ALPHABET_DIGIT);
    while (code[0] == '0' || hash_get(&card->account->codes, code));
    struct code *c = add_code(card, code);
    hash_put(&card->account->codes, code, c);
    return c;
}

static struct code *draw_deposited(struct card *card) {
    if (card->unclaimed_count == 0)
        return NULL;
    size_t at = random_below((uint32_t)card->unclaimed_count);
    struct code *c = card->unclaimed[at];
    card->unclaimed[at] = card->unclaimed[--card->unclaimed_count];
    return c;
}

struct code *code_take(struct world *w, struct card *card, const char *code, const char *openid,
                       const char *outer_str) {
    struct code *c;
    if (card->mode == CODES_MERCHANT)
        c = hash_get(&card->codes, code) ? NULL : add_code(card, code);
    else
        c = card->mode == CODES_DEPOSIT ? draw_deposited(card) : make_code(card);
    if (c == NULL)
        return NULL;
    c->state = CODE_NORMAL;
    copy_text(c->openid, sizeof c->openid, openid);
    c->outer_str = need_text(outer_str ? outer_str : "");
    set_validity(c, calendar_seconds(&w->clock));
    hash_put(&card->takers, openid, (void *)(intptr_t)(card_taken_by(card, openid) + 1));
    return c;
}

struct code *code_renamed(struct card *card, const struct code *old) {
    struct code *c = make_code(card);
    c->outer_str = need_text(old->outer_str);
    c->begins = old->begins;
    c->ends = old->ends;
    c->details = cJSON_Duplicate(old->details, true);
    return c;
}

void code_detail(struct code *code, const cJSON *body) {
    if (code->details == NULL)
        code->details = cJSON_CreateObject();
    for (const cJSON *value = body->child; value; value = value->next) {
        if (strcmp(value->string, "code") == 0 || strcmp(value->string, "card_id") == 0)
            continue;
        cJSON_DeleteItemFromObjectCaseSensitive(code->details, value->string);
        cJSON_AddItemToObject(code->details, value->string, cJSON_Duplicate(value, true));
    }
}

void code_free(void *value) {
    struct code *c = value;
    free(c->outer_str);
    cJSON_Delete(c->details);
    free(c);
}

bool code_deposit(struct world *w, struct card *card, const char *code) {
    if (hash_get(&card->codes, code))
        return false;
    struct code *c = add_code(card, code);
    c->deposited_ms = clock_ms(&w->clock);
    if (card->unclaimed_count == card->unclaimed_room) {
        card->unclaimed_room = card->unclaimed_room ? card->unclaimed_room * 2 : 64;
        card->unclaimed = need_more(card->unclaimed, card->unclaimed_room * sizeof(struct code *));
    }
    card->unclaimed[card->unclaimed_count++] = c;
    card->deposited++;
    return true;
}

int64_t codes_forget(struct card *card, int64_t count) {
    int64_t lost = 0;
    for (; lost < count && card->unclaimed_count > 0; lost++) {
        struct code *c = card->unclaimed[--card->unclaimed_count];
        hash_take(&card->codes, c->code);
        code_free(c);
        card->deposited--;
    }
    return lost;
}
