/* A locked console changes nothing, whatever is pressed: the keys are those of its own tables. */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "buf.h"
#include "keys.h"
#include "proxy.h"
#include "screen.h"
#include "screens.h"

static int scene(void **state) {
    test_setup(state);
    test_sql(NULL, "set search_path = kaquan; insert into account (key, appid) values ('festival', 'wx1234567890');"
                   "insert into template (account_id, key, card_type, title, body, code_mode, status, card_id, stock,"
                   " pool_target, pool_low) values (1, 'gala', 'MEETING_TICKET', 'Summer gala', '{}', 'merchant',"
                   " 'approved', 'gala', 50000, 9000, 2000);"
                   "insert into job (kind, account_id, state) values ('whitelist_check', 1, 'failed')");
    return 0;
}

/* Only what a person can press as one character: the others move the cursor or go away. */
static void press_all(struct test_screen *s, const struct screen *screen) {
    char keys[400] = "";
    size_t count;
    const struct key_row *rows = keys_list(&count);

    for (int i = 0; i < screen->act_count; i++)
        if (screen->acts[i].key > ' ' && screen->acts[i].key < 0x7F)
            snprintf(keys + strlen(keys), sizeof(keys) - strlen(keys), "%c\r\x1b\x1b", (char)screen->acts[i].key);
    for (size_t i = 0; i < count; i++)
        if (rows[i].key > ' ' && rows[i].key < 0x7F)
            snprintf(keys + strlen(keys), sizeof(keys) - strlen(keys), "%c\x1b", (char)rows[i].key);
    test_screen_keys(s, keys);
}

static bool changes_something(const char *statement) {
    static const char *const words[] = {"insert", "update", "delete", "merge", "copy",
                                        "call",   "alter",  "create", "drop"};

    statement += strspn(statement, " \n");
    while (strncmp(statement, "--", 2) == 0) {
        statement += strcspn(statement, "\n");
        statement += strspn(statement, " \n");
    }
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (strncasecmp(statement, words[i], strlen(words[i])) == 0)
            return true;
    return false;
}

TEST(no_key_on_any_screen_of_a_locked_session_writes) {
    AUTO_PROXY struct proxy *link = proxy_new();
    char *usual = mem_text(getenv("PGHOST"));
    AUTO_BUF struct buf go = {0};
    struct test_screen *s;
    size_t count;
    const struct screen *const *screens = screen_list(&count);
    int64_t audited = test_number(NULL, "select count(*) from kaquan.audit_log");

    setenv("PGHOST", proxy_host(link), 1);
    s = test_screen_start(&(struct test_screen_run){.rows = 36, .columns = 120}, test_path("KAQUAN_CONSOLE"),
                          (const char *const[]){"--screen", "pools", NULL});
    setenv("PGHOST", usual, 1);
    free(usual);
    test_screen_until(s, "Summer gala");
    for (size_t i = 0; i < count; i++) {
        if (screens[i]->child)
            continue;
        buf_reset(&go);
        buf_printf(&go, ":%s\r", screens[i]->name);
        test_screen_keys(s, buf_str(&go));
        buf_reset(&go);
        buf_printf(&go, "%s]", screens[i]->title);
        test_screen_until(s, buf_str(&go));
        press_all(s, screens[i]);
    }
    test_screen_keys(s, ":queries\r");
    test_screen_until(s, "[Queries]");
    for (const char *at = proxy_statement(link, NULL); at; at = proxy_statement(link, at))
        if (changes_something(at))
            test_fail("a locked console sent: %.200s", at);
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.audit_log"), audited);
    test_screen_free(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(no_key_on_any_screen_of_a_locked_session_writes, scene, test_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
