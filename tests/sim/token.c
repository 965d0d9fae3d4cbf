#include "token.h"

#include <stdio.h>
#include <string.h>

#include "account.h"

#define TOKEN_RANDOM 136 /* letters after the "86_" that real tokens carry */

static int64_t seconds_ms(int64_t seconds) {
    return seconds * 1000;
}

static struct token *issue(struct world *w, struct account *a, enum token_chain_kind chain, int64_t overlap) {
    int64_t now = clock_ms(&w->clock);
    struct token_chain *c = &a->chains[chain];
    struct token *t = need(sizeof *t);
    copy_text(t->value, sizeof t->value, chain == TOKEN_STABLE ? "86_" : "85_");
    random_text(t->value + 3, TOKEN_RANDOM, ALPHABET_URL);
    t->owner = a;
    t->chain = chain;
    t->ends_ms = t->cut_ms = now + seconds_ms(w->set.token_life);
    t->before = c->present;
    for (struct token *old = c->present; old && old->ends_ms > now; old = old->before)
        if (old->cut_ms > now + seconds_ms(overlap))
            old->cut_ms = now + seconds_ms(overlap);
    c->present = t;
    c->issued++;
    hash_put(&w->tokens, t->value, t);
    return t;
}

struct token *token_legacy(struct world *w, struct account *a) {
    return issue(w, a, TOKEN_LEGACY, w->set.token_overlap);
}

struct token *token_stable(struct world *w, struct account *a) {
    struct token *t = a->chains[TOKEN_STABLE].present;
    if (t && t->ends_ms - clock_ms(&w->clock) > seconds_ms(w->set.token_overlap))
        return t;
    return issue(w, a, TOKEN_STABLE, w->set.token_overlap);
}

struct token *token_forced(struct world *w, struct account *a, enum force_outcome *outcome) {
    struct token_chain *c = &a->chains[TOKEN_STABLE];
    int64_t now = clock_ms(&w->clock), day = clock_day(&w->clock);
    if (c->forced_day != day)
        c->forced_today = 0;
    c->forced_day = day;
    *outcome = FORCE_TOO_SOON;
    if (c->forced_today > 0 && now - c->forced_ms < seconds_ms(w->set.force_spacing))
        return token_stable(w, a);
    *outcome = FORCE_USED_UP;
    if (c->forced_today >= w->set.force_limit)
        return c->present;
    *outcome = FORCE_NEW;
    c->forced_ms = now;
    c->forced_today++;
    return issue(w, a, TOKEN_STABLE, 0);
}

struct token *token_foreign(struct world *w, struct account *a, enum token_chain_kind chain, bool cut) {
    return issue(w, a, chain, cut ? 0 : w->set.token_overlap);
}

/* The border between "malformed" and "unknown" is not documented; ours is length and alphabet. */
static bool well_formed(const char *value) {
    size_t length = strlen(value);
    return length >= 64 && length <= 512 && strspn(value, ALPHABET_URL) == length;
}

struct token *token_find(const struct world *w, const char *value, enum token_state *state) {
    struct token *t = hash_get(&w->tokens, value);
    int64_t now = clock_ms(&w->clock);
    if (t == NULL)
        *state = well_formed(value) ? TOKEN_UNKNOWN : TOKEN_MALFORMED;
    else if (now >= t->ends_ms)
        *state = TOKEN_EXPIRED;
    else
        *state = now >= t->cut_ms ? TOKEN_SUPERSEDED : TOKEN_GOOD;
    return t;
}

int64_t token_left(const struct world *w, const struct token *t) {
    return (t->ends_ms - clock_ms(&w->clock) + 999) / 1000;
}
