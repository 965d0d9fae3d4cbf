/* api_misc.c - address lists, pictures, testers (reference, sections 6, 12, 16). */
#include "api.h"

#include <stdlib.h>
#include <string.h>

#include "body.h"

#define PICTURE_LIMIT (1024 * 1024)
#define TESTERS_A_CALL 10

static void reply_addresses(struct call *c, const char *const *addresses, size_t count) {
    c->reply = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(c->reply, "ip_list");
    for (size_t i = 0; i < count; i++)
        cJSON_AddItemToArray(list, cJSON_CreateString(addresses[i]));
}

void api_get_api_domain_ip(struct call *c) {
    static const char *const addresses[] = {"106.55.206.146", "106.55.206.211", "101.226.103.0/25"};
    reply_addresses(c, addresses, COUNT_OF(addresses));
}

void api_getcallbackip(struct call *c) {
    static const char *const addresses[] = {"127.0.0.1", "101.226.103.0/25", "58.247.206.141"};
    reply_addresses(c, addresses, COUNT_OF(addresses));
}

static bool is_one_of(const char *word, const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (word && strcmp(word, words[i]) == 0)
            return true;
    return false;
}

/* One address, always reached: what WeChat resolves and pings is not ours to simulate. */
void api_callback_check(struct call *c) {
    static const char *const actions[] = {"dns", "ping", "all"};
    static const char *const networks[] = {"CHINANET", "UNICOM", "CAP", "DEFAULT"};
    const char *action = text_in(c->body, "action"), *network = text_in(c->body, "check_operator");
    if (c->account->callback_url[0] == '\0')
        refuse(c, 40201);
    else if (!is_one_of(action, actions, COUNT_OF(actions)))
        refuse(c, 40202);
    else if (!is_one_of(network, networks, COUNT_OF(networks)))
        refuse(c, 40203);
    if (c->errcode)
        return;
    c->reply = cJSON_CreateObject();
    cJSON *dns = cJSON_AddArrayToObject(c->reply, "dns"), *ping = cJSON_AddArrayToObject(c->reply, "ping");
    if (strcmp(action, "ping") != 0)
        cJSON_AddItemToArray(dns, cJSON_Parse("{\"ip\":\"111.161.64.40\",\"real_operator\":\"UNICOM\"}"));
    if (strcmp(action, "dns") != 0)
        cJSON_AddItemToArray(ping, cJSON_Parse("{\"ip\":\"111.161.64.40\",\"from_operator\":\"UNICOM\","
                                               "\"package_loss\":\"0%\",\"time\":\"23.079ms\"}"));
}

static bool is_picture(const char *content, size_t size) {
    return (size > 8 && memcmp(content, "\x89PNG\r\n\x1a\n", 8) == 0) ||
           (size > 3 && memcmp(content, "\xff\xd8\xff", 3) == 0);
}

void api_uploadimg(struct call *c) {
    char field[32], id[65], *content = NULL;
    size_t size = 0;
    bool found = request_upload(c->r, field, sizeof field, &content, &size);
    if (!found || size == 0 || (strcmp(field, "buffer") != 0 && strcmp(field, "media") != 0))
        refuse(c, 41005);
    else if (size > PICTURE_LIMIT)
        refuse(c, 40009);
    else if (!is_picture(content, size))
        refuse(c, 40137);
    free(content);
    if (c->errcode)
        return;
    random_text(id, sizeof id - 1, ALPHABET_ALNUM);
    char *url = need_format("http://mmbiz.qpic.cn/mmbiz_png/%s/0", id);
    c->reply = cJSON_CreateObject();
    cJSON_AddStringToObject(c->reply, "url", url);
    free(url);
}

void api_testwhitelist_set(struct call *c) {
    const cJSON *lists[] = {cJSON_GetObjectItemCaseSensitive(c->body, "openid"),
                            cJSON_GetObjectItemCaseSensitive(c->body, "username")};
    struct hash *testers = &c->account->testers;
    const cJSON *item;
    if (cJSON_GetArraySize(lists[0]) + cJSON_GetArraySize(lists[1]) > TESTERS_A_CALL) {
        refuse(c, 40097);
        return;
    }
    if (!c->w->set.testers_extend)
        hash_clear(testers, NULL);
    cJSON *reply = reply_ok(c);
    cJSON *done[] = {cJSON_AddArrayToObject(reply, "success_openid"),
                     cJSON_AddArrayToObject(reply, "success_username")};
    for (size_t i = 0; i < COUNT_OF(lists); i++)
        cJSON_ArrayForEach(item, lists[i]) {
            if (!cJSON_IsString(item))
                continue;
            hash_put(testers, item->valuestring, testers);
            cJSON_AddItemToArray(done[i], cJSON_CreateString(item->valuestring));
        }
    cJSON_AddNumberToObject(reply, "white_list_size", (double)testers->count);
}
