/* Texts that want to do something to a terminal, wherever the database keeps them: on the screen they are marks, and
 * columns stay straight. */
#include "stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pictures.h"
#include "screens.h"

/* --- by what draws them --- */

/* clang-format off */
static const char *const hostile[] = {
    "\x1b[2J", "\x1b]0;title\x07", "\x1b]52;c;eA==\x07", "\x1bP+q544e\x1b\\", "\x1b[6n", "\x1b[200~", "\x1b[?1049l",
    "\33c", "\x1b(0", "\x1b]8;;http://x\x1b\\link", "a\rb", "a\nb", "a\tb", "a\bb", "\x07", "\x0e", "\x18", "\x7f",
    "\302\23331m", "\302\23552;c;eA==\xc2\x9c", "\xc2\x90", "\xc2\x85", "\23331m", "\xff\xfe", "\xe5\x8d",
    "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x80\xaegpj.exe", "\xe2\x81\xa6x\xe2\x81\xa9", "\xd8\x9c",
    "\xe2\x80\x8b", "\xe2\x80\x8d", "\xe2\x80\xa8", "\xef\xbb\xbf", "\xf3\xa0\x81\x81", "\xe3\x85\xa4",
    "\xf0\x9f\xab\xa8 newest", "\xe2\x9d\xa4\xef\xb8\x8f heart",
    "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7", "\xf0\x9f\x87\xa8\xf0\x9f\x87\xb3",
    "Z\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85\xcc\x86\xcc\x87", "卡票卡票卡票卡票卡票卡票卡票", "%n%s%99999d",
};
/* clang-format on */
enum { HOSTILE = ARRAY_LEN(hostile), LONG = 10000 };

static void draw_hostile(struct stage *stage UNUSED) {
    char endless[LONG + 1];

    for (int i = 0; i < LONG; i++)
        endless[i] = "\x1b]52;"[i % 5];
    endless[LONG] = '\0';
    for (int row = 0; row <= HOSTILE; row++) {
        const char *text = row < HOSTILE ? hostile[row] : endless;

        ui_text(row, 0, 20, ROLE_NORMAL, text);
        ui_text(row, 20, 1, ROLE_NORMAL, "|");
        ui_right(row, 30, 20, ROLE_OK, text);
        ui_text(row, 50, 1, ROLE_NORMAL, "|");
        ui_middle(row, 60, 9, ROLE_NORMAL, text);
        ui_text(row, 69, 1, ROLE_NORMAL, "|");
    }
    ui_paragraph((struct area){HOSTILE + 1, 0, 3, 80}, ROLE_NORMAL, endless);
}

/* Behind a sequence that curses writes: CSI, a choice of letters, a mode of the keypad, our own OSC; NULL: it is
 * none. */
static const char *after_sequence(const char *at) {
    static const char idle[] = "\x1b]7711;";

    if (strncmp(at, idle, strlen(idle)) == 0)
        return strchr(at, '\a') + 1;
    if (at[1] == '[')
        return at + 2 + strspn(at + 2, "?0123456789;") + 1;
    if (at[1] == '(' || at[1] == ')')
        return at + 3;
    return strchr("=>78M", at[1]) ? at + 2 : NULL;
}

static void assert_only_our_sequences(const struct buf *bytes) {
    const char *at = buf_str(bytes), *end = at + bytes->len;
    uint32_t point;

    assert_null(memchr(at, 0, bytes->len));
    while (at < end) {
        size_t n = utf8_next(at, (size_t)(end - at), &point);

        if (point == 0x1B)
            at = after_sequence(at);
        else
            at += n;
        assert_non_null(at);
        assert_true(n > 0);
        assert_true(point >= 0x20 || point == 0x1B || point == '\r' || point == '\n' || point == '\b' ||
                    point == 0x0F); /* screen's way to plain letters */
        assert_false(point >= 0x7F && point < 0xA0);
        assert_false((point >= 0x200B && point <= 0x200F) || (point >= 0x2028 && point <= 0x202E));
        assert_false((point >= 0x2066 && point <= 0x2069) || point >= 0xE0000);
    }
}

TEST(they_are_marks_in_straight_columns_in_every_terminal) {
    static const char *const terms[] = {"xterm-256color", "screen-256color", "tmux-256color"};

    for (size_t i = 0; i < ARRAY_LEN(terms); i++) {
        AUTO_SCREEN struct test_screen *s =
            test_screen_call(&(struct test_screen_run){.term = terms[i], .rows = HOSTILE + 4}, play,
                             &(struct stage){.draw = draw_hostile});

        test_screen_idle(s);
        for (int row = 0; row <= HOSTILE; row++)
            for (size_t bar = 0; bar < 3; bar++)
                assert_string_equal(test_screen_cell(s, row, (const int[]){20, 50, 69}[bar]).text, "|");
        test_screen_keys(s, "q");
        assert_int_equal(test_screen_end(s), 0);
        assert_only_our_sequences(test_screen_bytes(s));
    }
}

/* --- on every screen --- */

/* Strings that PostgreSQL takes, and one of 10 kB, into every text of every row that takes one; 'order-996' is how
 * tickets are found again. */
static const char spread[] =
    "set session_replication_role = replica; set search_path = kaquan;"
    "do $$ declare c record; r record; k integer := 0; begin"
    " for c in select a.attrelid::regclass as t, a.attname as n from pg_attribute a join pg_class o on o.oid = a.attrelid"
    "   where o.relnamespace = 'kaquan'::regnamespace and o.relkind = 'r' and a.attnum > 0 and not a.attisdropped"
    "     and a.atttypid = 'text'::regtype and o.relname not in ('schema_migration', 'site', 'pool') loop"
    "  for r in execute format('select ctid from %%s where %%I is distinct from ''order-996'' limit 60', c.t, c.n) loop"
    "   for try in 1 .. 4 loop k := k + 1; begin"
    "    execute format('update %%s set %%I = (select h.text from hostile h where h.n = $1) where ctid = $2', c.t, c.n)"
    "      using 1 + k %% (select count(*) from hostile), r.ctid;"
    "    exit;"
    "   exception when others then null; end; end loop;"
    "  end loop; end loop; end $$;"
    "update ticket_event set detail = jsonb_build_object('note', (select text from hostile where n = 3));"
    "update audit_log set before = jsonb_build_object('title', (select text from hostile where n = 2)),"
    " after = (select jsonb_object_agg(text, text) from hostile where n < 9);"
    "update template set body = jsonb_set(jsonb_set(body, '{card,scenic_ticket,base_info,notice}',"
    " to_jsonb((select text from hostile where n = 3))), '{card,scenic_ticket,base_info,brand_name}',"
    " to_jsonb((select text from hostile where n = 1)));"
    "analyze";

static int scene(void **state) {
    pictures_scene(state);
    test_sql(NULL, "create table kaquan.hostile (n integer, text text);"
                   "create function try_text(b bytea) returns text language plpgsql as $$ begin"
                   " return convert_from(b, 'UTF8'); exception when others then return null; end $$");
    for (size_t i = 0; i < HOSTILE; i++) {
        AUTO_BUF struct buf hex = {0};

        for (const char *at = hostile[i]; *at; at++)
            buf_printf(&hex, "%02x", (unsigned char)*at);
        test_sql(NULL, "insert into kaquan.hostile select count(*) + 1, try_text('\\x%s') from kaquan.hostile",
                 buf_str(&hex));
    }
    test_sql(
        NULL,
        "set search_path = kaquan; insert into hostile select count(*) + 1, repeat(e'\\x1b]52;', 2000) from hostile;"
        "delete from hostile where text is null;"
        "update hostile set n = m from (select n as old, row_number() over (order by n) as m from hostile) o"
        " where n = old");
    test_sql(NULL, spread);
    assert_true(
        test_number(NULL, "select count(*) from kaquan.template t join kaquan.hostile h on h.text = t.title") > 3);
    return 0;
}

static bool spells(struct test_screen *s, int row, int column, const char *word) {
    for (; *word; word++, column++) {
        const char here[] = {*word == ' ' ? '\0' : *word, '\0'};

        if (strcmp(test_screen_cell(s, row, column).text, here) != 0)
            return false;
    }
    return test_screen_cell(s, row, column).text[0] == '\0';
}

/* Where a head stands in its row, alone; -1: there is none, or no room for it. */
static int column_of_head(struct test_screen *s, int row, const char *head) {
    int columns, rows;

    test_screen_size(s, &rows, &columns);
    for (int column = 1; head[0] != '\0' && column + (int)strlen(head) < columns; column++)
        if (test_screen_cell(s, row, column - 1).text[0] == '\0' && spells(s, row, column, head))
            return column;
    return -1;
}

/* Between two columns of a list is a blank, in every row. */
static void assert_straight(struct test_screen *s, const struct part *part, int head_row) {
    int rows, columns;

    test_screen_size(s, &rows, &columns);
    for (int i = 1; i < part->field_count; i++) {
        const struct field *f = &part->fields[i];
        bool right = f->show == SHOW_NUMBER || f->show == SHOW_SPAN;
        int at = column_of_head(s, head_row, f->head), gap = right ? at + (int)strlen(f->head) : at - 1;

        if (at < 0)
            continue;
        for (int row = head_row + 1; row < rows - 3; row++) {
            if (strcmp(test_screen_cell(s, row, 0).text, "─") == 0)
                break;
            assert_string_equal(test_screen_cell(s, row, gap).text, "");
        }
    }
}

/* Lists that a screen has at its top. */
static const char *const lists[] = {"templates", "tickets", "pools", "jobs",
                                    "accounts",  "audit",   "gates", "requests"};

TEST(they_are_marks_on_every_screen) {
    for (size_t i = 0; i < PICTURES; i++) {
        const struct test_screen_run how = {.now = PICTURES_NOW};
        AUTO_SCREEN struct test_screen *s = picture_open(&pictures[i], &how, ENGLISH);

        for (size_t j = 0; j < ARRAY_LEN(lists); j++)
            if (strcmp(pictures[i].name, lists[j]) == 0)
                assert_straight(s, &screen_find(lists[j])->parts[0], 2);
        test_screen_resize(s, 36, 120);
        test_screen_idle(s);
        assert_only_our_sequences(test_screen_bytes(s));
    }
}

TEST(they_are_marks_in_the_name_of_an_environment) {
    const struct test_screen_run how = {.now = PICTURES_NOW};
    AUTO_SCREEN struct test_screen *s = NULL;

    test_sql(NULL, "update kaquan.site set environment = e'PROD \\x1b]0;x\\x07\\u202e\\u009b2J卡'");
    s = picture_open(&pictures[0], &how, ENGLISH);
    test_screen_until_both(s, "PROD \\x1b]0;x\\x07", "LOCKED");
    test_screen_keys(s, "!");
    test_screen_until(s, "PRODUCTION PROD \\x1b]0;x\\x07");
    assert_only_our_sequences(test_screen_bytes(s));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_are_marks_in_straight_columns_in_every_terminal),
        cmocka_unit_test(they_are_marks_on_every_screen),
        cmocka_unit_test(they_are_marks_in_the_name_of_an_environment),
    };

    setlocale(LC_ALL, "C.UTF-8");
    return cmocka_run_group_tests(tests, scene, test_teardown);
}
