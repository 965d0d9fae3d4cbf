/* How a cardExt was signed, by the vectors of wechat-card-api.md section 25 and by ways in which people get them
 * wrong. */
#include "harness.h"

#include <stdio.h>
#include <string.h>

#include "card_ext.h"

#define TICKET "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"

/* clang-format off */
static const struct vector {
    const char *api_ticket, *card_id, *ext, *how, *order;
} vectors[] = {
    {"ojZ8YtyVyr30HheH3CM73y7h4jJE", "pjZ8Yt1XGILfi-FUsewpnnolGgZk",
     "{\"code\":\"1434008071\",\"nonce_str\":\"123\",\"timestamp\":\"1404896688\",\"signature\":\"f137ab68b7f8112d20ee528ab6074564e2796250\"}",
     "right", "123 (nonce_str) < 1404896688 (timestamp) < 1434008071 (code) < ... (api_ticket) < pjZ8Yt1XGILfi-FUsewpnnolGgZk (card_id)"},
    {TICKET, "random_card_id",
     "{\"nonce_str\":\"Wm3WZYTPz0wzccnW\",\"timestamp\":\"1414587457\",\"signature\":\"22dce6bad4db532d4a2ef82ca2ca7bbe1e10ef28\"}",
     "right", "1414587457 (timestamp) < Wm3WZYTPz0wzccnW (nonce_str) < random_card_id (card_id) < ... (api_ticket)"},
    {TICKET, "random_card_id",
     "{\"code\":\"random_code\",\"openid\":\"random_openid\",\"nonce_str\":\"Wm3WZYTPz0wzccnW\",\"timestamp\":1414587457,\"signature\":\"950dc1842852457ea573d4d6af34879c1ec093c8\"}",
     "right", "random_card_id (card_id) < random_code (code) < random... (openid) < ... (api_ticket)"},
    {"aaaa", "dddd",
     "{\"code\":\"eeee\",\"openid\":\"ffff\",\"nonce_str\":\"cccc\",\"timestamp\":\"bbbb\",\"signature\":\"89a0e60888a9471f75dc5eb0ee86431ddbec1fd9\"}",
     "right", "... (api_ticket) < bbbb (timestamp) < cccc (nonce_str) < dddd (card_id) < eeee (code) < ffff... (openid)"},
    {"ojZ8YtyVyr30HheH3CM73y7h4jJE", "pjZ8Yt1XGILfi-FUsewpnnolGgZk",
     "{\"code\":\"jonyqin_1434008071\",\"nonce_str\":\"jonyqin\",\"timestamp\":\"1404896688\",\"signature\":\"2b4d29b5f60fa4be37522ddfd9583c329446d3e3\"}",
     "right", "jonyqin (nonce_str) < jonyqin_1434008071 (code)"},
    /* the copy error of old pages, section 25 */
    {"ojZ8YtyVyr30HheH3CM73y7h4jJE", "pjZ8Yt1XGILfi-FUsewpnnolGgZk",
     "{\"code\":\"jonyqin_1434008071\",\"nonce_str\":\"jonyqin\",\"timestamp\":\"1404896688\",\"signature\":\"6b81fbf6af16e856334153b39737556063c82689\"}",
     "a blank stands behind the api_ticket", ""},
};
/* clang-format on */

static struct card_ext read_ext(const char *text) {
    struct card_ext ext;
    struct err err = {0};
    if (!card_ext_read(text, strlen(text), &ext, &err))
        test_fail("%s: %s", text, err.text);
    return ext;
}

static void put(struct card_ext *ext, enum card_part part, const char *value) {
    text_copy(ext->part[part], PART_SIZE, value);
}

TEST(the_vectors_are_explained) {
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        AUTO_BUF struct buf sorted = {0}, order = {0};
        struct card_ext ext = read_ext(vectors[i].ext);
        put(&ext, PART_TICKET, vectors[i].api_ticket);
        put(&ext, PART_CARD, vectors[i].card_id);
        const struct card_signing *how = card_ext_signing(&ext, &order);
        if (how == NULL || strncmp(how->how, vectors[i].how, strlen(vectors[i].how)) != 0)
            test_fail("vector %zu: %s", i, how ? how->how : "nothing fits");
        card_ext_order(&ext, &sorted);
        if (strstr(buf_str(&sorted), vectors[i].order) == NULL)
            test_fail("vector %zu: %s", i, buf_str(&sorted));
    }
}

/* Each sha1 is sha1sum's of `joined`. */
/* clang-format off */
static const struct mistake {
    const char *joined, *sha1, *how;
} mistakes[] = {
    {"14048966889BTick3t_AaNonceoUserpCard",
     "ea60710ea251aad906bc0a8c0741b9870da1e064", "right"},
    {"1404896688Tick3t_AaNonceoUserpCard",
     "77c778b50743f24704ce91da1c08c8d3ba8d8348", "code was not signed"},
    {"14048966889BTick3t_AaNoncepCard",
     "165fb317ccc3f1d3f54f69875729a46835c740fb", "openid was not signed"},
    {"14048966889BTick3t_AoUserpCard",
     "7956bd97c4eb77e236f0fcfaa80cf02181192ee1", "nonce_str was not signed"},
    {"9BTick3t_AaNonceoUserpCard",
     "59d129f7e456c6ea58aea423c05afb134a7580d6", "timestamp was not signed"},
    {"14048966889BTick3t_AaNonceoUser",
     "95da5c0d0e3ab2950bbb374615795ad4c37e2f04", "card_id was not signed"},
    {"14048966889BaNonceoUserpCard",
     "66a8774e61e89cc1c8870c98e3703713e2ae8a29", "api_ticket was not signed"},
    {"14048966889BGateTick3t_AaNonceoUserpCard",
     "62b6765656f9842ae01fa090e8e7e6735bb44d8c", "outer_str was signed too"},
    {"14048966889BaNonceoUserpCardTick3t_A",
     "dcef6b96e640f36397d8d642d5d11cf9e848a091", "sorted without regard to case"},
    {"Tick3t_ApCard9BaNonceoUser1404896688",
     "027997be8bc9c6ab163449002c47bd235885bd1a", "sorted by name"},
    {"api_ticket=Tick3t_A&card_id=pCard&code=9B&nonce_str=aNonce&openid=oUser&timestamp=1404896688",
     "3c459cc1b05adc1c8547e57bfae1279325196239", "joined as name=value"},
    {"14048966889BTick3t_A aNonceoUserpCard",
     "744ec774f8f78e8664b8b72b2d2c2b8f335e024f", "a blank stands"},
    {"Tick3t_A1404896688aNoncepCard9BoUser",
     "31d0e2da8b3da25062c4f90bd527044f73b58a90", "the values were not sorted"},
    {"14048966889BOtheraNonceoUserpCard",
     "308055b0a9128676fc64d88a1c8034c33af3681f", NULL},
};
/* clang-format on */

static struct card_ext mistaken(const char *code, const char *sha1) {
    char text[300];
    struct card_ext ext;
    snprintf(text, sizeof text,
             "{\"code\":\"%s\",\"openid\":\"oUser\",\"nonce_str\":\"aNonce\",\"timestamp\":\"1404896688\","
             "\"outer_str\":\"Gate\",\"signature\":\"%s\"}",
             code, sha1);
    ext = read_ext(text);
    put(&ext, PART_TICKET, "Tick3t_A");
    put(&ext, PART_CARD, "pCard");
    return ext;
}

TEST(each_mistake_is_told_by_its_name_and_cure) {
    for (size_t i = 0; i < ARRAY_LEN(mistakes); i++) {
        AUTO_BUF struct buf order = {0};
        struct card_ext ext = mistaken("9B", mistakes[i].sha1);
        const struct card_signing *how = card_ext_signing(&ext, &order);
        const char *wanted = mistakes[i].how;
        if (wanted == NULL ? how != NULL : how == NULL || strncmp(how->how, wanted, strlen(wanted)) != 0)
            test_fail("%s: %s", mistakes[i].joined, how ? how->how : "nothing fits");
        if (wanted != NULL && (how->cure == NULL) != (i == 0))
            test_fail("%s: cure %s", wanted, how->cure ? how->cure : "missing");
    }
}

TEST(values_that_were_not_sorted_are_told_in_their_order) {
    AUTO_BUF struct buf order = {0};
    struct card_ext ext = mistaken("9B", "31d0e2da8b3da25062c4f90bd527044f73b58a90");
    assert_non_null(card_ext_signing(&ext, &order));
    assert_string_equal(buf_str(&order), "api_ticket, timestamp, nonce_str, card_id, code, openid");
}

TEST(numbers_sorted_as_numbers_are_noticed) {
    AUTO_BUF struct buf order = {0};
    /* sha1sum of 991404896688Tick3t_AaNonceoUserpCard */
    struct card_ext ext = mistaken("99", "a8afe222dc2e008869b60ee88aa48c15f4dd4fbd");
    assert_string_equal(card_ext_signing(&ext, &order)->how, "numbers were sorted as numbers");
}

TEST(capitals_do_not_hide_a_right_signature) {
    AUTO_BUF struct buf order = {0};
    struct card_ext ext = mistaken("9B", "EA60710EA251AAD906BC0A8C0741B9870DA1E064");
    assert_null(card_ext_signing(&ext, &order)->cure);
}

TEST(what_is_secret_is_not_shown) {
    AUTO_BUF struct buf sorted = {0};
    struct card_ext ext = mistaken("9B", "");
    put(&ext, PART_OPENID, "oVisitorWithAName");
    card_ext_order(&ext, &sorted);
    assert_null(strstr(buf_str(&sorted), "Tick3t"));
    assert_null(strstr(buf_str(&sorted), "oVisitorW"));
    assert_non_null(strstr(buf_str(&sorted), "oVisit... (openid)"));
}

TEST(every_form_of_a_cardext_is_read) {
    static const struct {
        const char *text;
        bool is_object;
        const char *card_id;
    } forms[] = {
        {"{\"code\":\"A\"}", false, ""},
        {" {\"code\": \"A\"} \n", false, ""},
        {"\"{\\\"code\\\":\\\"A\\\"}\"", false, ""},
        {"{\"cardId\":\"pX\",\"cardExt\":\"{\\\"code\\\":\\\"A\\\"}\"}", false, "pX"},
        {"{\"card_id\":\"pX\",\"card_ext\":\"{\\\"code\\\":\\\"A\\\"}\"}", false, "pX"},
        {"{\"cardId\":\"pX\",\"cardExt\":{\"code\":\"A\"}}", true, "pX"},
        {"{\"cardList\":[{\"cardId\":\"pX\",\"cardExt\":\"{\\\"code\\\":\\\"A\\\"}\"}]}", false, "pX"},
    };
    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        struct card_ext ext = read_ext(forms[i].text);
        assert_string_equal(ext.part[PART_CODE], "A");
        assert_int_equal(ext.is_object, forms[i].is_object);
        assert_string_equal(ext.part[PART_CARD], forms[i].card_id);
    }
}

TEST(what_is_no_cardext_is_refused) {
    static const char *const texts[] = {"",
                                        "[]",
                                        "7",
                                        "null",
                                        "{",
                                        "{\"code\":\"A\",\"code\":\"B\"}",
                                        "{\"code\":7}",
                                        "{\"signature\":null}",
                                        "\"text\"",
                                        "{\"cardId\":\"p\",\"cardExt\":7}",
                                        "{\"cardList\":[]}",
                                        "{\"code\":\"A\"}}",
                                        "{\"code\":\"A\"},\"x\":{}"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct card_ext ext;
        struct err err = {0};
        if (i + 1 < ARRAY_LEN(texts) &&
            (card_ext_read(texts[i], strlen(texts[i]), &ext, &err) || err.kind != ERR_INPUT))
            test_fail("\"%s\" was taken, or its error is %d", texts[i], err.kind);
    }
}

TEST(members_that_do_not_belong_there_are_noticed) {
    struct card_ext ext = read_ext("{\"card_id\":\"p\",\"api_ticket\":\"t\",\"balance\":7,\"x\":{}}");
    assert_true(ext.there[PART_CARD]);
    assert_true(ext.there[PART_TICKET]);
    assert_string_equal(ext.others, "balance, x");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vectors_are_explained),
        cmocka_unit_test(each_mistake_is_told_by_its_name_and_cure),
        cmocka_unit_test(values_that_were_not_sorted_are_told_in_their_order),
        cmocka_unit_test(numbers_sorted_as_numbers_are_noticed),
        cmocka_unit_test(capitals_do_not_hide_a_right_signature),
        cmocka_unit_test(what_is_secret_is_not_shown),
        cmocka_unit_test(every_form_of_a_cardext_is_read),
        cmocka_unit_test(what_is_no_cardext_is_refused),
        cmocka_unit_test(members_that_do_not_belong_there_are_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
