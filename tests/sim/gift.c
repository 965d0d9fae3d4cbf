/* gift.c - what users do with a card they have: give it away, get it back, delete it (see user.h). */
#include "user.h"

#include <string.h>

#include "body.h"
#include "event.h"

static struct code *held_code(struct world *w, struct card *card, const char *code, enum code_state state,
                              const char **why) {
    struct code *c = code_find(w, card->account, card->id, code);
    if (c && c->state == state)
        return c;
    *why = c ? "the code is in another state" : "there is no such code";
    return NULL;
}

static void emit_gifting(struct world *w, const struct code *code, const char *friend, bool back) {
    const struct event_part parts[] = {
        {"IsReturnBack", back ? "1" : "0", true},
        {"FriendUserName", friend, false},
        {"IsChatRoom", "0", true},
    };
    event_emit(w, code->card, code, "user_gifting_card", code->openid, parts, COUNT_OF(parts));
}

static void emit_received(struct world *w, const struct code *code, const char *giver, const char *old_code) {
    const struct event_part parts[] = {
        {"IsGiveByFriend", "1", true},
        {"FriendUserName", giver, false},
        {"OuterId", "0", true},
        {"OldUserCardCode", old_code, false},
        {"OuterStr", code->outer_str, false},
        {"IsRestoreMemberCard", "0", true},
        {"IsRecommendByFriend", "0", true},
    };
    event_emit(w, code->card, code, "user_get_card", code->openid, parts, COUNT_OF(parts));
}

static bool gets_new_code(const struct world *w, const struct card *card) {
    if (w->set.gift_code == GIFT_WECHAT)
        return card->mode == CODES_WECHAT;
    return w->set.gift_code == GIFT_ALWAYS;
}

static const struct code *hand_over(struct world *w, struct code *old, const char *friend) {
    char giver[OPENID_LENGTH + 1];
    struct code *held = old;
    copy_text(giver, sizeof giver, old->openid);
    if (gets_new_code(w, old->card)) {
        held = code_renamed(old->card, old);
        old->state = CODE_GIVEN;
    }
    held->state = CODE_NORMAL;
    copy_text(held->openid, sizeof held->openid, friend);
    emit_received(w, held, giver, old->code);
    return held;
}

const struct code *user_gift(struct world *w, struct card *card, const char *code, const char *friend, bool accept,
                             const char **why) {
    struct code *c = code_find(w, card->account, card->id, code);
    if (!flag_in(card_base(card), "can_give_friend", true)) {
        *why = "the card cannot be given to a friend";
        return NULL;
    }
    if (c && c->state == CODE_GIFTING && accept)
        return hand_over(w, c, friend);
    c = held_code(w, card, code, CODE_NORMAL, why);
    if (c == NULL)
        return NULL;
    c->state = CODE_GIFTING;
    emit_gifting(w, c, friend, false);
    return accept ? hand_over(w, c, friend) : c;
}

bool user_gift_back(struct world *w, struct card *card, const char *code, const char **why) {
    struct code *c = held_code(w, card, code, CODE_GIFTING, why);
    if (c == NULL)
        return false;
    c->state = CODE_NORMAL;
    emit_gifting(w, c, "", true);
    return true;
}

bool user_delete(struct world *w, struct card *card, const char *code, const char **why) {
    struct code *c = held_code(w, card, code, CODE_NORMAL, why);
    if (c == NULL)
        return false;
    c->state = CODE_DELETED;
    event_emit(w, card, c, "user_del_card", c->openid, NULL, 0);
    return true;
}
