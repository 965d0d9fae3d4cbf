/* api_token.c - credentials: access_tokens of both kinds and tickets (reference, sections 3, 4, 5). */
#include "api.h"

#include <stdio.h>
#include <string.h>

#include "body.h"

#define STABLE_PER_MINUTE 10000

/* The three observed wordings of 40164; an IPv6 caller's is not known, we show its address twice. */
static void refuse_address(struct call *c) {
    const char *peer = c->r->peer, *mapped = strchr(peer, ':') ? "" : "::ffff:";
    if (c->w->set.whitelist_errcode == 61004)
        refuse_with(c, 61004, "access clientip is not registered requestIP: %s", peer);
    else if (c->w->set.whitelist_errcode != 40164)
        refuse(c, (int)c->w->set.whitelist_errcode);
    else if (c->w->set.whitelist_text == WHITELIST_OLD)
        refuse_with(c, 40164, "invalid ip %s, not in whitelist", peer);
    else
        refuse_with(c, 40164, "invalid ip %s ipv6 %s%s, not in whitelist%s", peer, mapped, peer,
                    c->w->set.whitelist_text == WHITELIST_2020 ? " hint: [jotvMa01143580]" : "");
}

/* Everything both token endpoints ask for. */
static bool admit(struct call *c, const char *grant, const char *appid, const char *secret) {
    if (appid == NULL || *appid == '\0')
        refuse(c, 41002);
    else if (grant == NULL || strcmp(grant, "client_credential") != 0)
        refuse(c, 40002);
    else if (secret == NULL || *secret == '\0')
        refuse(c, 41004);
    else if (c->account == NULL)
        refuse(c, 40013);
    else if (strcmp(c->account->secret, secret) != 0)
        refuse(c, 40125);
    else if (!account_admits(c->account, c->r->peer))
        refuse_address(c);
    return call_spend(c);
}

static void reply_token(struct call *c, const struct token *t) {
    c->reply = cJSON_CreateObject();
    cJSON_AddStringToObject(c->reply, "access_token", t->value);
    cJSON_AddNumberToObject(c->reply, "expires_in", (double)token_left(c->w, t));
}

void api_token(struct call *c) {
    if (admit(c, request_query(c->r, "grant_type"), request_query(c->r, "appid"), request_query(c->r, "secret")))
        reply_token(c, token_legacy(c->w, c->account));
}

void api_stable_token(struct call *c) {
    enum force_outcome outcome = FORCE_NEW;
    if (!admit(c, text_in(c->body, "grant_type"), text_in(c->body, "appid"), text_in(c->body, "secret")))
        return;
    bool force = flag_in(c->body, "force_refresh", false);
    if (!force && !counter_spend_minute(c->w, call_counter(c), STABLE_PER_MINUTE)) {
        refuse(c, 45011);
        return;
    }
    struct token *t = force ? token_forced(c->w, c->account, &outcome) : token_stable(c->w, c->account);
    if (outcome == FORCE_USED_UP)
        refuse(c, 45009);
    else
        reply_token(c, t);
}

void api_getticket(struct call *c) {
    int type = ticket_type_of(request_query(c->r, "type"));
    if (type < 0) {
        refuse(c, 40097);
        return;
    }
    const struct ticket_value *t = ticket_fetch(c->w, c->account, (enum ticket_type)type);
    reply_ok(c);
    cJSON_AddStringToObject(c->reply, "ticket", t->value);
    cJSON_AddNumberToObject(c->reply, "expires_in", (double)ticket_expires_in(c->w, t));
}
