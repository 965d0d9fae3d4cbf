/* errcode.c - the words of WeChat's errcodes and the shape of an error reply (reference, sections 2 and 23). */
#include "api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
static const struct errcode_row {
    int errcode;
    const char *text;
} rows[] = {
    {-1,    "system error"},
    {40001, "invalid credential, access_token is invalid or not latest"},
    {40002, "invalid grant_type"},
    {40003, "invalid openid"},
    {40005, "invalid file type"},
    {40009, "invalid image size"},
    {40013, "invalid appid"},
    {40014, "invalid access_token"},
    {40053, "invalid action info"},
    {40056, "invalid serial code"},
    {40066, "invalid url"},
    {40070, "invalid sku info"},
    {40071, "invalid card type"},
    {40072, "invalid code type"},
    {40073, "invalid card id"},
    {40075, "invalid encrypt code"},
    {40076, "invalid color"},
    {40078, "invalid card status"},
    {40079, "invalid time"},
    {40097, "invalid args"},
    {40099, "invalid code, this code has consumed."},
    {40100, "invalid date interval, can only be widened"},
    {40101, "missing parameter"},
    {40107, "invalid card status, card status must verify ok; this card must have location_id"},
    {40109, "too many code size, must <= 100"},
    {40110, "have empty code"},
    {40111, "have same code"},
    {40116, "invalid code"},
    {40122, "invalid card quantity"},
    {40125, "invalid appsecret"},
    {40127, "invalid user-card status! Hint: the card was given to user, but may be deleted or expired or set unavailable !"},
    {40136, "invalid use DepositCodeMode, make sure sku.quantity>DepositCode.quantity"},
    {40137, "invalid image format"},
    {40141, "invalid image url"},
    {40145, "pay cell conflicts with center cell"},
    {40150, "invalid card parameters"},
    {40151, "invalid content, it was refused by the content filter"},
    {40158, "use_custom_code must be false"},
    {40201, "callback url is not set"},
    {40202, "invalid action"},
    {40203, "invalid check_operator"},
    {40243, "AppSecret has been frozen"},
    {41001, "access_token missing"},
    {41002, "appid missing"},
    {41004, "appsecret missing"},
    {41005, "media data missing"},
    {41011, "missing required fields! please check document and request json!"},
    {41012, "missing card id"},
    {41013, "missing code"},
    {41014, "missing ticket_class"},
    {41015, "missing show_time"},
    {41016, "missing screening_room"},
    {41017, "missing seat_number"},
    {42001, "access_token expired"},
    {43001, "require GET method"},
    {43002, "require POST method"},
    {43003, "require https"},
    {43009, "need custom code authorization"},
    {43017, "need location id"},
    {44002, "empty post data"},
    {45009, "reach max api daily quota limit"},
    {45011, "api minute-quota reach limit, must slower, retry next minute"},
    {45021, "some argument is too long"},
    {45035, "access clientip is not registered, not in ip-white-list"},
    {45039, "card_list is too long"},
    {45041, "total sku limit of the card reached"},
    {45046, "self consume cell conflicts with center cell"},
    {45061, "maybe the update frequency is too often, please try again"},
    {45160, "this category may not create cards"},
    {47001, "data format error"},
    {47002, "data format error, do NOT use json unicode encode (\\uxxxx\\uxxxx), please use utf8 encoded text"},
    {48001, "api unauthorized"},
    {48004, "api forbidden for irregularities"},
    {48006, "forbid to clear quota because of reaching the limit"},
    {50004, "this account may not use access_token"},
    {50007, "this account is frozen"},
    {61004, "access clientip is not registered"},
    {72009, "invalid get limit, can not over 50"},
    {76001, "rid not found"},
    {76002, "invalid rid"},
    {76003, "no permission to use this rid"},
    {76021, "cgi_path not found, please check"},
    {76022, "could not use this cgi_path, no permission"},
    {89501, "a confirmation of this ip is pending"},
    {89502, "wait for the administrator"},
    {89503, "this call needs the administrator's confirmation"},
    {89506, "refused twice by the administrator, blocked for 24 hours"},
    {89507, "refused by the administrator, blocked for 1 hour"},
};
/* clang-format on */

const char *errcode_text(int errcode) {
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (rows[i].errcode == errcode)
            return rows[i].text;
    return "error";
}

char *error_text(int errcode, const char *errmsg) {
    uint32_t parts[2];
    random_bytes(parts, sizeof parts);
    char *words = need_format("%s rid: %08x-%08x-%08x", errmsg ? errmsg : errcode_text(errcode),
                              (unsigned)real_seconds(), (unsigned)parts[0], (unsigned)parts[1]);
    cJSON *json = cJSON_CreateObject();
    cJSON_AddNumberToObject(json, "errcode", errcode);
    cJSON_AddStringToObject(json, "errmsg", words);
    free(words);
    return print_reply(json);
}

/* A slash stands only inside strings, so escaping every one is right. */
char *print_reply(cJSON *json) {
    char *plain = cJSON_PrintUnformatted(json);
    size_t slashes = 0;
    cJSON_Delete(json);
    for (const char *p = plain; (p = strchr(p, '/')) != NULL; p++)
        slashes++;
    char *text = need(strlen(plain) + slashes + 1), *to = text;
    for (const char *p = plain; *p; p++) {
        if (*p == '/')
            *to++ = '\\';
        *to++ = *p;
    }
    cJSON_free(plain);
    return text;
}
