#include "control.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "body.h"
#include "fault.h"

static bool control_help(struct control_call *c);

/* clang-format off */
static const struct control controls[] = {
    {"GET",  "/sim/help", control_help, "", "this text", "what can be done"},
    {"GET",  "/sim/stats", control_stats, "", "{\"accounts\":{\"wx…\":{\"calls\":{\"/cgi-bin/token\":{\"calls\":1,\"refused\":{\"40164\":1},\"faults\":0,\"in_flight\":0,\"max_in_flight\":1,…}},\"adds\":{\"ok\":1,\"refused\":{\"signature\":0,…},\"stale\":0},\"tickets\":{\"wx_card\":{\"fingerprint\":\"1a2b3c4d\",\"rotations\":0,\"age\":5,\"left\":7195}},\"tokens\":{\"legacy\":0,\"stable\":1}}},\"nobody\":{…},\"clock\":5,\"events\":0}", "what happened so far"},
    {"GET",  "/sim/accounts", control_accounts, "", "{\"accounts\":[…]}", "the accounts, without secrets"},
    {"POST", "/sim/account", control_account_put, "{\"appid\",\"secret\",\"name\"?,\"whitelist\":[…]|null?,\"callback_url\"?,\"callback_token\"?,\"encoding_aes_key\"?,\"original_id\"?}", "{\"account\":{…}}", "adds an account, or changes what is given"},
    {"POST", "/sim/whitelist", control_whitelist, "{\"appid\",\"add\":[…]?,\"remove\":[…]?,\"off\":true?}", "{\"account\":{…}}", "changes an account's IP whitelist; off: any address"},
    {"GET",  "/sim/settings", control_settings, "", "{\"settings\":{…}}", "the settings and their values"},
    {"POST", "/sim/settings", control_settings_set, "{NAME: VALUE, …}", "{\"settings\":{…}}", "changes settings"},
    {"GET",  "/sim/faults", control_faults, "", "{\"faults\":[{\"id\",\"path\",\"kind\",\"seen\",\"fired\",…}]}", "the faults that wait or have fired"},
    {"POST", "/sim/faults", control_faults_add, "{\"path\",\"kind\",\"nth\" or \"from\",\"count\",\"appid\"?, and what the kind takes}, or an array of these", "{\"ids\":[1]}", "adds faults"},
    {"POST", "/sim/faults/clear", control_faults_clear, "{} or {\"id\":1}", "{}", "removes all faults, or one"},
    {"POST", "/sim/quota", control_quota, "{\"appid\",\"path\",\"limit\"?,\"used\"?}", "{}", "sets a path's daily limit (0: none) and what is used of it"},
    {"POST", "/sim/token/refresh", control_token_refresh, "{\"appid\",\"chain\":\"stable\"|\"legacy\",\"cut\":true?}", "{}", "somebody else refreshes the token; cut (default for stable): the old one dies at once"},
    {"POST", "/sim/ticket/revoke", control_ticket_revoke, "{\"appid\",\"type\":\"wx_card\"?}", "{\"fingerprint\"}", "refuses all present tickets; a new value takes their place"},
    {"POST", "/sim/audit", control_audit, "{\"card_id\",\"status\":\"approve\"|\"refuse\",\"reason\"?}", "{}", "ends a review now"},
    {"POST", "/sim/forget_codes", control_forget_codes, "{\"card_id\",\"count\"}", "{\"forgotten\"}", "loses deposited codes"},
    {"POST", "/sim/clock/advance", control_clock, "{\"seconds\"}", "{\"clock\"}", "pushes the simulated clock forward by unscaled seconds"},
    {"POST", "/sim/reset", control_reset, "{}", "{}", "back to what the command line said"},
    {"GET",  "/sim/cards", control_cards, "", "{\"cards\":[{\"card_id\",\"appid\",\"title\",\"status\",\"quantity\",\"total\",\"codes\",\"deposited\"}]}", "the cards in the store"},
    {"GET",  "/sim/code", control_code, "?card_id=&code=", "{\"status\":\"NORMAL\",\"details\":{\"seat_number\":\"12\",…}}", "a user's code, and what updates of its ticket said"},
    {"POST", "/sim/add_card", control_add_card, "{\"card_id\",\"card_ext\":\"{…}\",\"openid\"?,\"tester\"?}", "{\"ok\":true,\"errMsg\":\"addCard:ok\",\"code\":\"…\"} or {\"ok\":false,\"errMsg\",\"reason\":\"parameter|signature|used|status|stock|limit|code\",\"detail\",\"stale\"}", "a user's wx.addCard; without openid a new user"},
    {"POST", "/sim/add_cards", control_add_cards, "[{as add_card}, …]", "{\"added\":2,\"refused\":{\"signature\":0,…},\"stale\":0,\"failures\":[{\"index\",\"reason\",\"detail\",\"stale\"} at most 10]}", "many of them"},
    {"POST", "/sim/gift", control_gift, "{\"card_id\",\"code\",\"friend\",\"accept\":true?} or {\"card_id\",\"code\",\"back\":true}", "{\"code\"}", "the user gives a card away; the friend takes it, or it comes back"},
    {"POST", "/sim/delete", control_delete, "{\"card_id\",\"code\"}", "{}", "the user deletes a card from the wallet"},
    {"POST", "/sim/sign_check", control_sign_check, "{\"api_ticket\",\"card_id\",\"timestamp\",\"nonce_str\",\"code\"?,\"openid\"?} or {\"values\":[…]}", "{\"signature\"}", "the signature as the simulated user computes it"},
    {"GET",  "/sim/events", control_events, "?after=0&limit=100&appid=", "{\"events\":[{\"id\",\"appid\",\"event\",\"card_id\",\"code\",\"openid\",\"state\",\"attempts\",\"xml\"}],\"last\":1}", "events after a number"},
};
/* clang-format on */

static void write_help(FILE *to) {
    fputs("Control API (JSON; a reply has \"ok\":true, or \"ok\":false with \"error\")\n\n", to);
    for (size_t i = 0; i < COUNT_OF(controls); i++)
        fprintf(to, "%-4s %s - %s\n     takes %s\n     gives %s\n", controls[i].method, controls[i].path,
                controls[i].help, controls[i].takes, controls[i].gives);
    fputs("\nKinds of fault\n\n", to);
    for (size_t i = 0; i < FAULT_KIND_COUNT; i++)
        fprintf(to, "%-12s %s\n", FAULT_KINDS[i].name, FAULT_KINDS[i].help);
    fputs("\nSettings\n\n", to);
    for (size_t i = 0; i < SETTING_COUNT; i++)
        fprintf(to, "%-24s %s%s%s (%s)\n", SETTINGS[i].name, SETTINGS[i].choices ? SETTINGS[i].choices : "",
                SETTINGS[i].choices ? ": " : "", SETTINGS[i].help, SETTINGS[i].initial);
    fputs("\nWeChat endpoints\n\n", to);
    for (size_t i = 0; i < ENDPOINT_COUNT; i++)
        fprintf(to, "%-4s %-28s %s\n", ENDPOINTS[i].method, ENDPOINTS[i].path, ENDPOINTS[i].help);
}

/* Marks the reply as text: control_serve sends `help` as it is. */
static bool control_help(struct control_call *c) {
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    write_help(to);
    fclose(to);
    cJSON_AddStringToObject(c->reply, "help", text);
    free(text);
    return true;
}

bool control_fail(struct control_call *c, const char *why) {
    copy_text(c->why, sizeof c->why, why);
    return false;
}

static const char *named(struct control_call *c, const char *name) {
    const char *text = text_in(c->body, name);
    return text ? text : request_query(c->r, name);
}

struct account *control_account(struct control_call *c) {
    struct account *a = account_find(c->w, named(c, "appid"));
    if (a == NULL)
        control_fail(c, "appid is missing or unknown");
    return a;
}

struct card *control_card(struct control_call *c) {
    const char *card_id = named(c, "card_id");
    struct card *card = card_id ? hash_get(&c->w->cards, card_id) : NULL;
    if (card == NULL)
        control_fail(c, "card_id is missing or unknown");
    return card;
}

static const struct control *find_control(const struct request *r) {
    for (size_t i = 0; i < COUNT_OF(controls); i++)
        if (strcmp(controls[i].path, r->path) == 0 && (controls[i].method[0] == 'G' ? r->is_get : r->is_post))
            return &controls[i];
    return NULL;
}

static bool read_body(struct control_call *c) {
    if (c->r->is_post && c->r->size > 0)
        c->body = cJSON_ParseWithLength(c->r->body, c->r->size + 1);
    if (c->r->size > 0 && c->body == NULL)
        return control_fail(c, "the body is not JSON");
    return true;
}

static bool send_help(const struct request *r, cJSON *reply) {
    cJSON *headers = cJSON_CreateObject();
    cJSON_AddStringToObject(headers, "Content-Type", "text/plain; charset=utf-8");
    char *text = need_text(text_in(reply, "help"));
    cJSON_Delete(reply);
    bool queued = request_reply(r, 200, text, strlen(text), headers);
    cJSON_Delete(headers);
    return queued;
}

static bool send_reply(struct control_call *c, unsigned status) {
    if (status != 200) {
        cJSON_Delete(c->reply);
        c->reply = cJSON_CreateObject();
        cJSON_AddBoolToObject(c->reply, "ok", false);
        cJSON_AddStringToObject(c->reply, "error", c->why);
    }
    if (text_in(c->reply, "help"))
        return send_help(c->r, c->reply);
    char *text = cJSON_PrintUnformatted(c->reply);
    cJSON_Delete(c->reply);
    return request_reply(c->r, status, text, strlen(text), NULL);
}

bool control_serve(struct world *w, const struct request *r) {
    struct control_call c = {.w = w, .r = r, .reply = cJSON_CreateObject()};
    const struct control *control = find_control(r);
    unsigned status = 200;
    cJSON_AddBoolToObject(c.reply, "ok", true);
    if (!r->from_loopback) {
        status = 403;
        control_fail(&c, "the control API is for this machine only");
    } else if (control == NULL) {
        status = 404;
        control_fail(&c, "there is no such command; see GET /sim/help");
    } else if (!read_body(&c)) {
        status = 400;
    } else {
        world_lock(w);
        cards_review_due(w);
        status = control->run(&c) ? 200 : 400;
        world_unlock(w);
    }
    cJSON_Delete(c.body);
    return send_reply(&c, status);
}
