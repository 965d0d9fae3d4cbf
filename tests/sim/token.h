/* token.h - access_tokens: two chains per account that know nothing of each other (reference, section 3). */
#ifndef SIM_TOKEN_H
#define SIM_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "world.h"

struct account;

enum token_chain_kind { TOKEN_LEGACY, TOKEN_STABLE, TOKEN_CHAINS };

struct token {
    char value[160];
    struct account *owner;
    enum token_chain_kind chain;
    int64_t ends_ms; /* its own end */
    int64_t cut_ms;  /* superseded from here on */
    struct token *before;
};

struct token_chain {
    struct token *present;
    int64_t issued;
    int64_t forced_ms, forced_day, forced_today;
};

enum token_state { TOKEN_GOOD, TOKEN_MALFORMED, TOKEN_UNKNOWN, TOKEN_SUPERSEDED, TOKEN_EXPIRED };
enum force_outcome { FORCE_NEW, FORCE_TOO_SOON, FORCE_USED_UP };

/* GET /cgi-bin/token: always a new one; the old one works for `token_overlap` more seconds. */
struct token *token_legacy(struct world *w, struct account *a);

/* stable_token, normal mode: the present one, or its successor in the last `token_overlap` seconds. */
struct token *token_stable(struct world *w, struct account *a);

/* stable_token, force mode: the old one dies at once. `outcome` says if spacing or the day's limit stood against it.
 */
struct token *token_forced(struct world *w, struct account *a, enum force_outcome *outcome);

/* Somebody else refreshes: a new token; what was before dies now if `cut`, else after the overlap. */
struct token *token_foreign(struct world *w, struct account *a, enum token_chain_kind chain, bool cut);

/* The token and what is wrong with it; NULL with TOKEN_MALFORMED or TOKEN_UNKNOWN. */
struct token *token_find(const struct world *w, const char *value, enum token_state *state);

/* Unscaled seconds it has left, rounded up: a new one has its whole life, whatever the scale. */
int64_t token_left(const struct world *w, const struct token *t);

#endif
