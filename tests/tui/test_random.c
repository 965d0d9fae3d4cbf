/* Whatever is pressed, pasted and resized, in whatever order: nothing breaks, and the terminal is given back.
 * KAQUAN_SEED tries other keys, the seed of a run is told; KAQUAN_RANDOM_SECONDS goes on for so long in each test. */
#include "harness.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "screen.h"
#include "screens.h"
#include "text.h"

enum { ROUNDS = 120, KEYS_OF_ROUND = 8, DIRECTORY = 64 };

/* Of each kind more than one: screens with children, lists longer than a page. */
static int scene(void **state) {
    test_setup(state);
    test_sql(
        NULL,
        "set search_path = kaquan; insert into account (key, appid) select 'festival' || n, 'wx123456789' || n"
        " from generate_series(1, 3) n;"
        "insert into template (account_id, key, card_type, title, body, code_mode, status, card_id, stock,"
        " pool_target, pool_low) select 1, 't' || n, 'MEETING_TICKET', '展览 ' || n, '{}', 'merchant', 'approved',"
        " 'c' || n, 50000, 9000, 2000 from generate_series(1, 40) n;"
        "insert into job (kind, account_id, state, errcode, error_text) select 'whitelist_check', 1, 'failed',"
        " 40164, 'invalid ip 203.0.113.' || n from generate_series(1, 250) n;"
        "insert into ticket (request_id, template_id, code, epoch, signed_at, valid_until, nonce, signature)"
        " select 'r' || n, 1 + n %% 40, 'C' || n, 1, 1790000000, now() + interval '1 h',"
        " decode(lpad(to_hex(n), 20, '0'), 'hex'), '\\x00' from generate_series(1, 900) n");
    return 0;
}

/* --- chance --- */

static uint64_t chance;

static void start_chance(void) {
    const char *seed = getenv("KAQUAN_SEED");

    chance = seed ? strtoull(seed, NULL, 10) : 20261125;
    print_message("KAQUAN_SEED=%llu\n", (unsigned long long)chance);
    chance += 0x9E3779B97F4A7C15u;
}

static size_t any(size_t below) {
    chance ^= chance << 13;
    chance ^= chance >> 7;
    chance ^= chance << 17;
    return chance % below;
}

/* --- keys --- */

/* Out of what is open; a form that was changed asks what to do about that. */
#define OUT "\x1bthrow\r\x1b\x1b\x1b"

/* Not among them: what ends or stops the program (q, Ctrl-C, Ctrl-Z, the palette's rows that do the same), the lock,
 * and the slash, which would let a path lead out of the directory of the test. */
static void add_letter(struct buf *out) {
    char letter;

    do
        letter = (char)(' ' + any(0x7F - ' '));
    while (strchr("q:/!", letter));
    buf_char(out, letter);
}

static void add_named(struct buf *out) {
    static const char *const keys[] = {
        "\x1b[A",   "\x1b[B",    "\x1b[B",       "\x1b[C", "\x1b[D",    "\x1b[5~",  "\x1b[6~", "\x1b[H", "\x1b[F",
        "\x1b[3~",  "\x1b[2~",   "\x1b[Z",       "\x1bOP", "\x1bOQ",    "\x1b[19~", "\r",      "\r",     "\r",
        "\x1b",     "\x1b",      "\t",           "\x13",   "\x13",      "\x0c",     "\x15",    "\x17",   "\x1f",
        "\x7f",     "\x01",      "\x05",         "\x07",   "\x0b",      "\x0e",     "\x10",    "\x04",   "\x06",
        "\x1b[99~", "\x1b[M ##", "\x1b[<0;3;3M", "\x1bx",  "\x1b[1;5C", "中",       "é",       "😀",      "\xff\xc3",
    };

    buf_text(out, keys[any(ARRAY_LEN(keys))]);
}

static void add_list_key(struct buf *out) {
    static const char *const keys[] = {"a", "a\r", " ", "*", "s\r", "y", "V", "S", "x\x13", "n", "e", "d", "r", "z"};

    buf_text(out, keys[any(ARRAY_LEN(keys))]);
}

static const struct screen *add_screen_of(struct buf *out) {
    size_t count;
    const struct screen *const *screens = screen_list(&count);
    const struct screen *screen = screens[any(count)];

    buf_printf(out, OUT ":%s\r", screen->name);
    return screen;
}

static void add_screen(struct buf *out) {
    add_screen_of(out);
}

/* One of a screen's own, and perhaps what its question wants to hear. */
static void add_act(struct buf *out) {
    static const char *const answers[] = {"y", "y", "\x13", "\t\x13", "\r", "\x1b", "1\t2\t3\t4\x13", ""};
    const struct screen *screen = add_screen_of(out);
    uint32_t key = screen->act_count > 0 ? screen->acts[any((size_t)screen->act_count)].key : 0;

    if (key > ' ' && key < 0x7F && key != 'q')
        buf_char(out, (char)key);
    buf_text(out, answers[any(ARRAY_LEN(answers))]);
}

static void add_text(struct buf *out, size_t len) {
    static const char *const parts[] = {"a", "1", " ", "-", "中文", "\n", "q", "\x7f", "é", "\"", "{x}", "\xf0\x9f"};

    while (len-- > 0)
        buf_text(out, parts[any(ARRAY_LEN(parts))]);
}

static void add_filter(struct buf *out) {
    buf_text(out, OUT "/");
    for (size_t i = any(6); i > 0; i--)
        add_letter(out);
    buf_text(out, any(2) == 0 ? "\r" : "\x1b");
}

static void add_paste(struct buf *out) {
    buf_text(out, "\x1b[200~");
    add_text(out, any(3) == 0 ? 400 : 5);
    buf_text(out, "\x1b[201~");
}

static void add_key(struct buf *out) {
    static void (*const kinds[])(struct buf * out) = {add_letter, add_letter, add_letter, add_named,    add_named,
                                                      add_named,  add_act,    add_act,    add_list_key, add_list_key,
                                                      add_screen, add_filter, add_paste};

    kinds[any(ARRAY_LEN(kinds))](out);
}

/* --- sizes --- */

static void resize(struct test_screen *s) {
    static const int sizes[][2] = {{60, 200}, {36, 120}, {24, 80}, {24, 80}, {16, 60}, {10, 40}, {1, 1}, {0, 0}};
    const int *size = sizes[any(ARRAY_LEN(sizes))];
    bool by_chance = size[0] == 0;

    test_screen_resize(s, by_chance ? 1 + (int)any(60) : size[0], by_chance ? 1 + (int)any(200) : size[1]);
}

static void play(struct test_screen *s) {
    const char *seconds = getenv("KAQUAN_RANDOM_SECONDS");
    double until = clock_seconds() + (seconds ? strtod(seconds, NULL) : 0);
    AUTO_BUF struct buf keys = {0};

    for (int round = 0; round < ROUNDS || clock_seconds() < until; round++) {
        buf_reset(&keys);
        for (size_t i = 1 + any(KEYS_OF_ROUND); i > 0; i--)
            add_key(&keys);
        if (any(4) == 0)
            resize(s);
        test_screen_keys(s, buf_str(&keys));
        if (any(4) == 0)
            resize(s);
        test_screen_idle(s);
    }
}

/* --- a place of its own, where a script stands for kaquan-worker --- */

static char directory[DIRECTORY];

static void run(const char *program, const char *a, const char *b) {
    AUTO_OUTPUT struct test_output o =
        test_program_run(&(struct test_run){0}, program, (const char *const[]){a, b, NULL});

    assert_int_equal(o.exit_code, 0);
}

static void write_script(void) {
    static const char script[] = "#!/bin/sh\necho \"$@\" >> calls\necho 'many\nlines\tof \033[31mtext'\n";
    int file = open("kaquan-worker", O_WRONLY | O_CREAT | O_CLOEXEC, 0700);

    assert_int_equal(write(file, script, sizeof(script) - 1), sizeof(script) - 1);
    close(file);
}

static int scene_apart(void **state) {
    scene(state);
    snprintf(directory, sizeof(directory), "/tmp/kaquan-random.XXXXXX");
    assert_non_null(mkdtemp(directory));
    run("/bin/cp", test_path("KAQUAN_CONSOLE"), directory);
    assert_int_equal(chdir(directory), 0);
    setenv("HOME", directory, 1);
    setenv("XDG_STATE_HOME", directory, 1);
    setenv("XDG_CONFIG_HOME", directory, 1);
    write_script();
    return 0;
}

static int leave(void **state) {
    assert_int_equal(chdir("/"), 0);
    run("/bin/rm", "-r", directory);
    return test_teardown(state);
}

static struct test_screen *start(void) {
    struct test_screen *s = test_screen_start(&(struct test_screen_run){.rows = 36, .columns = 120}, "./kaquan",
                                              (const char *const[]){"--screen", "jobs", NULL});

    test_screen_until(s, "203.0.113.");
    return s;
}

/* By what the program said last: libvterm (0.1.4) takes the cursor away with it when ESC 8 brings back a place. */
static bool shows_cursor(struct test_screen *s) {
    const struct buf *bytes = test_screen_bytes(s);
    const char *at = buf_str(bytes) + (bytes->len > 4096 ? bytes->len - 4096 : 0);
    bool shown = true;

    while ((at = strstr(at, "\x1b[?25")) != NULL)
        shown = *(at += strlen("\x1b[?25")) == 'h';
    return shown;
}

static void still_answers_and_ends_well(struct test_screen *s) {
    test_screen_resize(s, 36, 120);
    test_screen_keys(s, OUT OUT OUT ":jobs\r?");
    test_screen_until(s, "Everywhere");
    test_screen_keys(s, "\x1b");
    test_screen_until_gone(s, "Everywhere");
    test_screen_keys(s, "q");
    assert_int_equal(test_screen_end(s), 0);
    assert_true(test_screen_is_cooked(s));
    assert_true(shows_cursor(s));
}

TEST(random_keys_do_not_break_a_locked_session) {
    AUTO_SCREEN struct test_screen *s = start();
    int64_t audited = test_number(NULL, "select count(*) from kaquan.audit_log");

    start_chance();
    play(s);
    still_answers_and_ends_well(s);
    assert_int_equal(test_number(NULL, "select count(*) from kaquan.audit_log"), audited);
}

TEST(random_keys_do_not_break_an_unlocked_session) {
    AUTO_SCREEN struct test_screen *s = start();

    start_chance();
    test_screen_keys(s, "!");
    test_screen_until(s, "Minutes");
    test_screen_keys(s, "\x13");
    test_screen_until(s, "WRITE");
    play(s);
    still_answers_and_ends_well(s);
    assert_int_equal(access("calls", R_OK), 0); /* it came as far as to acts */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(random_keys_do_not_break_a_locked_session, scene_apart, leave),
        cmocka_unit_test_setup_teardown(random_keys_do_not_break_an_unlocked_session, scene_apart, leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
