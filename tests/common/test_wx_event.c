#include "wx_event.h" /* before cmocka.h, whose fail() is a macro */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "wx_crypt.h"

#define TEST(name) static void name(void **state UNUSED)

/* wechat-card-api.md section 19. */
#define KEY "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
#define APPID "wxb11529c136998cb6"
#define ENCRYPTED "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg=="
#define HEAD                                                                                                         \
    "<xml><ToUserName><![CDATA[gh_a]]></ToUserName><FromUserName><![CDATA[oA]]></FromUserName>"                      \
    "<CreateTime>1790000000</CreateTime><MsgType><![CDATA[event]]></MsgType>"

static const struct wx_event_account account = {APPID, "gh_a", KEY};

TEST(wechats_published_vector_decrypts) {
    AUTO_BUF struct buf message = {0};
    struct err err = {0};
    assert_true(wx_decrypt(KEY, APPID, ENCRYPTED, &message, &err));
    assert_string_equal(buf_str(&message), "我是中文abcd123");
}

TEST(a_key_whose_last_letter_has_spare_bits_decrypts) {
    AUTO_BUF struct buf message = {0};
    assert_true(wx_decrypt(
        "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR", "wx49f0ab532d5d035a",
        "4ByGGj+sVCYcvGeQYhaKIk1o0pQRNbRjxybjTGblXrBaXlTXeOo1+bXFXDQQb1o6co6Yh9Bv41n7hOchLF6p+Q==", &message, NULL));
    assert_string_equal(buf_str(&message), "5927782489442352469");
}

TEST(what_was_changed_or_is_for_another_appid_does_not_decrypt) {
    AUTO_BUF struct buf message = {0};
    char changed[] = ENCRYPTED;
    assert_false(wx_decrypt(KEY, "wxb11529c136998cb7", ENCRYPTED, &message, NULL));
    assert_false(wx_decrypt("bbcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", APPID, ENCRYPTED, &message, NULL));
    assert_false(wx_decrypt("short", APPID, ENCRYPTED, &message, NULL));
    assert_false(wx_decrypt(KEY, APPID, "", &message, NULL));
    assert_false(wx_decrypt(KEY, APPID, "====", &message, NULL));
    for (size_t cut = 1; cut < sizeof changed - 1; cut++) {
        changed[sizeof changed - 1 - cut] = '\0';
        assert_false(wx_decrypt(KEY, APPID, changed, &message, NULL));
    }
    assert_int_equal(message.len, 0);
}

static const struct {
    const char *payload, *read;
} pushes[] = {
    {HEAD "<Event>user_get_card</Event><CardId> <![CDATA[p1]]> </CardId><IsGiveByFriend>0</IsGiveByFriend>"
          "<UserCardCode><![CDATA[A1]]></UserCardCode><OuterStr><![CDATA[00ff]]></OuterStr></xml>",
     "{\"id\":7,\"seconds\":1790000000,\"openid\":\"oA\",\"card_id\":\"p1\",\"plain_code\":\"A1\",\"outer_str\":\"00ff\","
     "\"kind\":\"user_get_card\",\"step\":\"added\",\"detail\":{\"IsGiveByFriend\":\"0\"}}"},
    {HEAD "<Event>user_get_card</Event><CardId>p1</CardId><IsGiveByFriend>1</IsGiveByFriend>"
          "<UserCardCode>B2</UserCardCode><OldUserCardCode>A1</OldUserCardCode></xml>",
     "{\"id\":7,\"seconds\":1790000000,\"openid\":\"oA\",\"card_id\":\"p1\",\"plain_code\":\"B2\",\"old_code\":\"A1\","
     "\"kind\":\"user_get_card\",\"step\":\"received\",\"detail\":{\"IsGiveByFriend\":\"1\"}}"},
    {"{\"ToUserName\":\"gh_a\",\"FromUserName\":\"oA\",\"CreateTime\":1790000000,\"MsgType\":\"event\","
     "\"Event\":\"card_not_pass_check\",\"CardId\":\"p1\",\"RefuseReason\":\"图片\"}",
     "{\"id\":7,\"seconds\":1790000000,\"openid\":\"oA\",\"card_id\":\"p1\",\"kind\":\"card_not_pass_check\","
     "\"verdict\":\"CARD_STATUS_VERIFY_FAIL\",\"detail\":{\"RefuseReason\":\"图片\"}}"},
    {HEAD "<Event>never_heard_of</Event></xml>",
     "{\"id\":7,\"seconds\":1790000000,\"openid\":\"oA\",\"kind\":\"never_heard_of\",\"detail\":{}}"},
    {HEAD "</xml>", "{\"id\":7,\"note\":\"not an event\"}"},
    {"<xml><ToUserName>gh_b</ToUserName></xml>",
     "{\"id\":7,\"note\":\"ToUserName is not the account's original id\"}"},
    {"<xml><ToUserName>gh_a</ToUserName><FromUserName>o</FromUserName><CreateTime>soon</CreateTime><MsgType>event</MsgType>"
     "<Event>x</Event></xml>",
     "{\"id\":7,\"note\":\"CreateTime is not a time in seconds\"}"},
    {HEAD "<Event>user_del_card</Event><UserCardCode>123456789012345678901</UserCardCode></xml>",
     "{\"id\":7,\"note\":\"UserCardCode has more than 20 bytes\"}"},
    {"<xml><Encrypt>AAAA</Encrypt></xml>",
     "{\"id\":7,\"note\":\"the push does not open with this account's EncodingAESKey\"}"},
    {"neither", "{\"id\":7,\"note\":\"XML: <xml> expected at byte 0\"}"},
};

TEST(a_push_becomes_the_columns_of_its_row_or_a_note_why_not) {
    for (size_t i = 0; i < ARRAY_LEN(pushes); i++) {
        AUTO_BUF struct buf read = {0};
        wx_event_read(&account, 7, pushes[i].payload, &read);
        assert_string_equal(buf_str(&read), pushes[i].read);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wechats_published_vector_decrypts),
        cmocka_unit_test(a_key_whose_last_letter_has_spare_bits_decrypts),
        cmocka_unit_test(what_was_changed_or_is_for_another_appid_does_not_decrypt),
        cmocka_unit_test(a_push_becomes_the_columns_of_its_row_or_a_note_why_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
