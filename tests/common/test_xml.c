#include "xml.h" /* before cmocka.h, whose fail() is a macro */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "buf.h"
#include "json.h"

#define TEST(name) static void name(void **state UNUSED)

/* As JSON, which is easy to compare. */
static const struct {
    const char *text, *read;
} good[] = {
    {"<xml></xml>", "{}"},
    {" \n<xml>\n<A>1</A>\n</xml>\n", "{\"A\":\"1\"}"},
    {"<xml><A><![CDATA[x]]></A></xml>", "{\"A\":\"x\"}"},
    {"<xml><A> <![CDATA[x y]]> </A></xml>", "{\"A\":\"x y\"}"},
    {"<xml><A><![CDATA[a]]]]><![CDATA[>b]]></A></xml>", "{\"A\":\"a]]>b\"}"},
    {"<xml><A><![CDATA[</A><B>]]></A></xml>", "{\"A\":\"</A><B>\"}"},
    {"<xml><A>1 &lt; 2 &amp;&amp; &quot;x&apos;</A></xml>", "{\"A\":\"1 < 2 && \\\"x'\"}"},
    {"<xml><A></A><B/></xml>", "{\"A\":\"\",\"B\":\"\"}"},
    {"<xml><A>松湖</A></xml>", "{\"A\":\"松湖\"}"},
    {"<xml><A><B>1</B> <C/></A><D>2</D></xml>", "{\"D\":\"2\"}"},
};

static const struct {
    const char *name, *text, *why;
} bad[] = {
    {"nothing", "", "<xml> expected"},
    {"JSON", "{}", "<xml> expected"},
    {"a declaration", "<?xml version='1.0'?><xml></xml>", "<xml> expected"},
    {"a document type", "<!DOCTYPE x [<!ENTITY a 'b'>]><xml>&a;</xml>", "<xml> expected"},
    {"an entity of its own", "<xml><A>&a;</A></xml>", "entity"},
    {"a number as entity", "<xml><A>&#10;</A></xml>", "entity"},
    {"attributes", "<xml><A b='c'>1</A></xml>", "no attributes"},
    {"a comment", "<xml><!-- x --></xml>", "element expected"},
    {"no end", "<xml><A>1</A>", "element expected"},
    {"no end of a value", "<xml><A>1", "the text ends"},
    {"no end of CDATA", "<xml><A><![CDATA[1</A></xml>", "without end"},
    {"the wrong end", "<xml><A>1</B></xml>", "the end of the element"},
    {"text between", "<xml>x<A>1</A></xml>", "element expected"},
    {"something behind", "<xml></xml><xml></xml>", "follows"},
    {"a name twice", "<xml><A>1</A><A>2</A></xml>", "twice"},
    {"a digit as name", "<xml><1>1</1></xml>", "name"},
    {"a control character", "<xml><A>\x1b[31m</A></xml>", "control characters"},
    {"bad UTF-8", "<xml><A>\xc0\xa2</A></xml>", "UTF-8"},
    {"too deep", "<xml><A><B><C><D><E>1</E></D></C></B></A></xml>", "too deep"},
};

TEST(wechats_flat_xml_is_read_as_texts_by_name) {
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        AUTO_JSON cJSON *read = NULL;
        AUTO_BUF struct buf printed = {0};
        struct err err = {0};
        read = xml_parse(good[i].text, strlen(good[i].text), &err);
        if (read == NULL)
            fail_msg("%s: %s", good[i].text, err.text);
        json_print(&printed, read);
        assert_string_equal(buf_str(&printed), good[i].read);
    }
}

TEST(whatever_else_xml_can_be_is_refused) {
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct err err = {0};
        cJSON *read = xml_parse(bad[i].text, strlen(bad[i].text), &err);
        if (read != NULL || err.kind != ERR_PROTOCOL || strstr(err.text, bad[i].why) == NULL)
            fail_msg("%s: \"%s\"", bad[i].name, err.text);
    }
}

TEST(a_text_that_is_cut_anywhere_is_refused) {
    static const char whole[] = "<xml><A> <![CDATA[x]]> </A><B>1 &amp; 2</B><C><D/></C></xml>";
    for (size_t len = 0; len < sizeof whole - 1; len++)
        assert_null(xml_parse(whole, len, NULL));
}

TEST(size_and_number_of_values_are_bounded) {
    AUTO_BUF struct buf many = {0}, large = {0};
    buf_text(&many, "<xml>");
    for (int i = 0; i <= XML_MEMBERS; i++)
        buf_printf(&many, "<A%d>1</A%d>", i, i);
    buf_text(&many, "</xml>");
    assert_null(xml_parse(buf_str(&many), many.len, NULL));
    buf_text(&large, "<xml><A>");
    memset(buf_room(&large, XML_SIZE), 'x', XML_SIZE);
    large.len += XML_SIZE;
    buf_text(&large, "</A></xml>");
    assert_null(xml_parse(buf_str(&large), large.len, NULL));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wechats_flat_xml_is_read_as_texts_by_name),
        cmocka_unit_test(whatever_else_xml_can_be_is_refused),
        cmocka_unit_test(a_text_that_is_cut_anywhere_is_refused),
        cmocka_unit_test(size_and_number_of_values_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
