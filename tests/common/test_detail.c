/* Details of tickets: what a person types, and what fits. */
#include "harness.h"

#include <stdio.h>
#include <string.h>

#include "detail.h"
#include "json.h"

enum { WORDS = 4 };
static struct db *db;

static int set_up(void **state) {
    int code = test_setup(state);
    db = test_db("kaquan_worker");
    return code;
}

static int tear_down(void **state) {
    db_auto(&db);
    return test_teardown(state);
}

/* As one text what WeChat gets, or why it gets nothing. */
static void read_details(struct detail_times *times, const char *card_type, const char *const words[WORDS],
                         struct buf *out) {
    struct err err = {0};
    int count = 0;
    while (count < WORDS && words[count] != NULL)
        count++;
    AUTO_JSON cJSON *details = details_read(times, card_type, words, count, &err);
    if (details != NULL)
        json_print(out, details);
    else
        buf_text(out, err.text);
}

#define MEETING "MEETING_TICKET"
#define MOVIE "MOVIE_TICKET"
#define BOARDING "BOARDING_PASS"
#define FILM "ticket_class=3D", "show_time=2026-12-01T19:30"
#define FILM_JSON "{\"ticket_class\":\"3D\",\"show_time\":1796124600,\"duration\":90,\"seat_number\":"

static const struct {
    const char *card_type, *words[WORDS], *becomes;
} cases[] = {
    {MEETING, {"seat_number=1"}, "{\"seat_number\":\"1\"}"},
    {MEETING, {"seat_number="}, "seat_number: \"\" does not fit"},
    {MEETING, {"zone="}, "seat_number is missing"},
    {MEETING, {"seat_number=1", "zone="}, "{\"seat_number\":\"1\",\"zone\":\"\"}"},
    {MEETING, {"seat_number=1", "seat_number=2"}, "seat_number is there more than once"},
    {MEETING, {"seat_number"}, "NAME=VALUE expected, not \"seat_number\""},
    {MEETING, {"seat_number=\xff"}, "the details are not UTF-8 text"},
    {MEETING, {"{\"seat_number\":\"1\",\"begin_time\":1796124600000}"}, "begin_time: \"1796124600000\" does not fit"},
    {MEETING, {"{\"seat_number\":\"1\",\"begin_time\":999999999}"}, "begin_time: \"999999999\" does not fit"},
    {MEETING, {"{\"seat_number\":1}"}, "seat_number: \"1\" does not fit"},
    {MOVIE, {FILM, "duration=1"}, "{\"ticket_class\":\"3D\",\"show_time\":1796124600,\"duration\":1}"},
    {MOVIE, {FILM, "duration=0"}, "duration: \"0\" does not fit"},
    {MOVIE, {FILM, "duration=100001"}, "duration: \"100001\" does not fit"},
    {MOVIE, {FILM, "duration=90min"}, "duration: \"90min\" does not fit"},
    {MOVIE, {FILM, "duration=90", "seat_number=A1,A2"}, FILM_JSON "[\"A1\",\"A2\"]}"},
    {MOVIE, {FILM, "duration=90", "seat_number=A1,,A2"}, "seat_number: \"[\"A1\",\"\",\"A2\"]\" does not fit"},
    {MOVIE, {FILM, "duration=90", "seat_number="}, "seat_number: \"[\"\"]\" does not fit"},
    {MOVIE, {FILM_JSON "\"A1\"}"}, FILM_JSON "\"A1\"}"},
    {MOVIE, {FILM_JSON "[]}"}, "seat_number: \"[]\" does not fit"},
    {MOVIE,
     {"{\"ticket_class\":\"3D\",\"show_time\":1796124600,\"duration\":1.5}"},
     "duration: \"1.5\" does not fit"},
    {MOVIE, {"{\"ticket_class\":\"3D\",\"show_time\":1796124600,\"duration\":0}"}, "duration: \"0\" does not fit"},
    {BOARDING, {"is_cancel=on"}, "{\"is_cancel\":true}"},
    {BOARDING, {"is_cancel=off"}, "{\"is_cancel\":false}"},
    {BOARDING, {"is_cancel=yes"}, "is_cancel: \"yes\" does not fit"},
    {BOARDING, {"{\"is_cancel\":\"on\"}"}, "is_cancel: \"on\" does not fit"},
    {BOARDING, {"etkt_bnr=12345678901234"}, "{\"etkt_bnr\":\"12345678901234\"}"},
    {BOARDING, {"etkt_bnr=1234567890123"}, "etkt_bnr: \"1234567890123\" does not fit"},
    {BOARDING, {"etkt_bnr=1234567890123a"}, "etkt_bnr: \"1234567890123a\" does not fit"},
    {BOARDING, {"class=头等舱舱舱"}, "{\"class\":\"头等舱舱舱\"}"}, /* characters, not bytes */
    {BOARDING, {"class=头等舱舱舱舱"}, "class: \"头等舱舱舱舱\" does not fit"},
    {BOARDING, {"seet=1"}, "a BOARDING_PASS has no detail \"seet\""},
    {"SCENIC_TICKET", {"seat_number=1"}, "a SCENIC_TICKET has no detail \"seat_number\""},
};

TEST(what_fits_is_taken_and_what_does_not_is_named) {
    struct detail_times times = {.db = db};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF struct buf got = {0};
        read_details(&times, cases[i].card_type, cases[i].words, &got);
        if (strcmp(buf_str(&got), cases[i].becomes) != 0)
            test_fail("%s: %s, not %s", cases[i].words[0], buf_str(&got), cases[i].becomes);
    }
}

/* More times than are remembered, there and back again. */
TEST(each_time_is_its_own_however_many_there_are) {
    struct detail_times times = {.db = db};
    for (int i = 0; i < 4 * DETAIL_TIMES; i++) {
        int minute = i < 2 * DETAIL_TIMES ? i : 4 * DETAIL_TIMES - 1 - i;
        char word[64], wanted[80];
        AUTO_BUF struct buf got = {0};
        snprintf(word, sizeof word, "begin_time=2026-12-01T19:%02d", minute);
        snprintf(wanted, sizeof wanted, "{\"seat_number\":\"1\",\"begin_time\":%d}", 1796122800 + 60 * minute);
        read_details(&times, MEETING, (const char *const[WORDS]){"seat_number=1", word}, &got);
        assert_string_equal(buf_str(&got), wanted);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_fits_is_taken_and_what_does_not_is_named),
        cmocka_unit_test(each_time_is_its_own_however_many_there_are),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
