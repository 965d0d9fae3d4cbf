/* The system file of the scenes lies in a directory of ours: conf.c itself is compiled in, with another SYSCONFDIR.
 */
static const char *system_directory(void);
#define SYSCONFDIR system_directory()
#include "../../common/conf.c"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static char home[] = "/tmp/kaquan-test-conf-XXXXXX";
static char user_file[128], system_file[128];

static const char *system_directory(void) {
    static char path[64];
    snprintf(path, sizeof path, "%s/etc", home);
    return path;
}

static void write_file(const char *path, const char *content, size_t len) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(fchmod(fd, 0644), 0);
    assert_int_equal(write(fd, content, len), len);
    close(fd);
}

static void write_user(const char *content) {
    write_file(user_file, content, strlen(content));
}

static void write_system(const char *content) {
    write_file(system_file, content, strlen(content));
}

static int empty_scene(void **state) {
    size_t count;
    const struct conf_row *all = conf_rows(&count);
    (void)state;
    for (size_t i = 0; i < count; i++) {
        char name[CONF_VARIABLE_SIZE];
        conf_variable(&all[i], name);
        unsetenv(name);
    }
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("CREDENTIALS_DIRECTORY");
    unsetenv("XDG_RUNTIME_DIR");
    unsetenv("RUNTIME_DIRECTORY");
    setenv("HOME", home, 1);
    unlink(user_file);
    unlink(system_file);
    return 0;
}

static void without_files_the_defaults_do(void **state) {
    struct conf conf;
    struct err err = {0};
    char host[256], key[128];
    (void)state;
    assert_true(conf_load(&conf, &err));
    gethostname(host, sizeof host);
    snprintf(key, sizeof key, "%s/.config/kaquan/worker.pem", home);
    assert_string_equal(conf_text(&conf, CONF_HOST), host);
    assert_string_equal(conf_text(&conf, CONF_KEY_FILE), key);
    assert_string_equal(conf_text(&conf, CONF_CA_FILE), "/etc/ssl/certs/ca-certificates.crt");
    assert_string_equal(conf_text(&conf, CONF_SERVICE), "");
    assert_string_equal(conf_text(&conf, CONF_LOCK_FILE), "");
    assert_false(conf_switch(&conf, CONF_IPV6));
    for (int id = 0; id < CONF_IDS; id++)
        assert_string_equal(conf_origin_name(&conf, (enum conf_id)id), "default");
}

static void systemd_says_where_the_key_and_the_lock_are(void **state) {
    struct conf conf;
    (void)state;
    setenv("CREDENTIALS_DIRECTORY", "/run/credentials/kaquan", 1);
    setenv("RUNTIME_DIRECTORY", "/run/kaquan:/run/other", 1);
    assert_true(conf_load(&conf, NULL));
    assert_string_equal(conf_text(&conf, CONF_KEY_FILE), "/run/credentials/kaquan/worker.pem");
    assert_string_equal(conf_text(&conf, CONF_LOCK_FILE), "/run/kaquan/kaquan-worker.lock");
}

static void every_row_stands_for_one_setting(void **state) {
    size_t count;
    const struct conf_row *all = conf_rows(&count);
    (void)state;
    assert_int_equal(count, CONF_IDS);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(all[i].id, i);
        assert_true(all[i].help[0] != '\0');
        assert_int_equal(all[i].choices != NULL, all[i].type == CONF_CHOICE);
        assert_ptr_equal(row_named(all[i].name), &all[i]);
    }
}

static void the_nearer_source_wins_and_is_named(void **state) {
    struct conf conf;
    struct err err = {0};
    char origin[160];
    (void)state;
    write_system("host = system\nservice = system\nproxy=system\nlog-level=warn\n");
    write_user("# mine\nhost = user\nservice = user\nproxy = user\n");
    setenv("KAQUAN_HOST", "environment", 1);
    setenv("KAQUAN_SERVICE", "environment", 1);
    setenv("KAQUAN_PROXY", "", 1);
    assert_true(conf_load(&conf, &err));
    assert_true(conf_set_flag(&conf, "host", "flag", &err));
    assert_string_equal(conf_text(&conf, CONF_HOST), "flag");
    assert_string_equal(conf_text(&conf, CONF_SERVICE), "environment");
    assert_string_equal(conf_text(&conf, CONF_PROXY), "user");
    assert_string_equal(conf_text(&conf, CONF_LOG_LEVEL), "warn");
    assert_string_equal(conf_origin_name(&conf, CONF_HOST), "--host");
    assert_string_equal(conf_origin_name(&conf, CONF_SERVICE), "KAQUAN_SERVICE");
    snprintf(origin, sizeof origin, "%s:4", user_file);
    assert_string_equal(conf_origin_name(&conf, CONF_PROXY), origin);
    snprintf(origin, sizeof origin, "%s:4", system_file);
    assert_string_equal(conf_origin_name(&conf, CONF_LOG_LEVEL), origin);
    assert_int_equal(conf.origin[CONF_LOG_LEVEL], FROM_SYSTEM_FILE);
}

static void the_user_file_may_lie_elsewhere(void **state) {
    struct conf conf;
    char config[128];
    (void)state;
    write_user("host = here\n");
    snprintf(config, sizeof config, "%s/.config", home);
    setenv("HOME", "/nowhere", 1);
    setenv("XDG_CONFIG_HOME", config, 1);
    assert_true(conf_load(&conf, NULL));
    assert_string_equal(conf_text(&conf, CONF_HOST), "here");
    setenv("XDG_CONFIG_HOME", "relative", 1); /* the XDG specification: ignore it */
    assert_true(conf_load(&conf, NULL));
    assert_string_equal(conf_origin_name(&conf, CONF_HOST), "default");
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("HOME");
    assert_true(conf_load(&conf, NULL));
}

/* clang-format off */
static const struct accepted {
    const char *line;
    enum conf_id id;
    const char *value;
} accepted[] = {
    {"host=w1",                         CONF_HOST,     "w1"},
    {"  host \t=\t w1  ",               CONF_HOST,     "w1"},
    {"host = w1\r",                     CONF_HOST,     "w1"},
    {"host = a = b # c",                CONF_HOST,     "a = b # c"},
    {"host = \xe5\x8d\xa1",             CONF_HOST,     "\xe5\x8d\xa1"},
    {"; host = w1\n\n  # x\nhost = w2", CONF_HOST,     "w2"},
    {"ipv6 = Yes",                      CONF_IPV6,     "yes"},
    {"ipv6 = on",                       CONF_IPV6,     "yes"},
    {"ipv6 = FALSE",                    CONF_IPV6,     "no"},
    {"ipv6 = 0",                        CONF_IPV6,     "no"},
    {"log-format = json",               CONF_LOG_FORMAT, "json"},
    {"log-file = /var/log/kaquan.log",  CONF_LOG_FILE, "/var/log/kaquan.log"},
    {"log-level =",                     CONF_LOG_LEVEL, "info"},
    {"",                                CONF_LOG_LEVEL, "info"},
};

static const struct refused {
    const char *content;
    int line;
    const char *why;
} refused[] = {
    {"hots = w1\n",                    1, "unknown setting \"hots\", did you mean \"host\"?"},
    {"\n\nlog_level = info\n",         3, "unknown setting \"log_level\", did you mean \"log-level\"?"},
    {"Host = w1\n",                    1, "unknown setting \"Host\", did you mean \"host\"?"},
    {"umbrella = yes\n",               1, "unknown setting \"umbrella\""},
    {"= w1\n",                         1, "unknown setting \"\""},
    {"host\n",                         1, "\"name = value\" expected, not \"host\""},
    {"[worker]\nhost = w1\n",          1, "settings have no sections"},
    {"host = w1\nhost = w2\n",         2, "host is set in line 1 already"},
    {"log-level = loud\n",             1, "log-level: one of: error warn info debug expected, not \"loud\""},
    {"log-level = inf\n",              1, "one of"},
    {"log-level = info debug\n",       1, "one of"},
    {"log-level = info # comment\n",   1, "one of"},
    {"ipv6 = maybe\n",                 1, "ipv6: yes or no expected, not \"maybe\""},
    {"key-file = worker.pem\n",        1, "key-file: a path that begins with / or ~/"},
    {"key-file = ~other/worker.pem\n", 1, "a path that begins with / or ~/"},
    {"host = a\x1b[31m\n",             1, "not a line of UTF-8 text"},
    {"host = a\rb\n",                  1, "not a line of UTF-8 text"},
    {"host = \xff\n",                  1, "not a line of UTF-8 text"},
    {"# ok\nhost = \xe5\x8d\n",        2, "not a line of UTF-8 text"},
    {"\x7f" "ELF\x02\x01\x01",         1, "not a line of UTF-8 text"},
    {"\xef\xbb\xbfhost = w1\n",        1, "unknown setting"},
};
/* clang-format on */

static void lines_are_read(void **state) {
    for (size_t i = 0; i < ARRAY_LEN(accepted); i++) {
        struct conf conf;
        struct err err = {0};
        print_message("  %s\n", accepted[i].line);
        empty_scene(state);
        write_user(accepted[i].line);
        assert_true(conf_load(&conf, &err));
        assert_string_equal(conf_text(&conf, accepted[i].id), accepted[i].value);
    }
}

static void assert_refused(const char *path, int line, const char *why) {
    struct conf conf;
    struct err err = {0};
    char place[160];
    assert_false(conf_load(&conf, &err));
    assert_int_equal(err.kind, ERR_CONFIG);
    snprintf(place, sizeof place, line > 0 ? "%s:%d: " : "%s: ", path, line);
    if (strncmp(err.text, place, strlen(place)) != 0 || strstr(err.text, why) == NULL)
        fail_msg("\"%s%s\" expected, not \"%s\"", place, why, err.text);
}

static void a_bad_line_is_refused_by_its_number(void **state) {
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        print_message("  %s\n", refused[i].why);
        empty_scene(state);
        write_user(refused[i].content);
        assert_refused(user_file, refused[i].line, refused[i].why);
    }
}

static void a_system_file_is_checked_the_same(void **state) {
    (void)state;
    write_system("\nhots = w1\n");
    write_user("host = w1\n");
    assert_refused(system_file, 2, "did you mean \"host\"?");
}

static void a_nul_byte_is_refused(void **state) {
    (void)state;
    write_file(user_file, "host = w1\nproxy = a\0b\n", 22);
    assert_refused(user_file, 2, "not a line of UTF-8 text");
}

static void a_line_of_a_megabyte_is_refused(void **state) {
    enum { LONG = 1 << 20 };
    char *content = mem_new(LONG);
    (void)state;
    memset(content, 'x', LONG);
    memcpy(content, "host = w1\n", 10);
    write_file(user_file, content, LONG);
    assert_refused(user_file, 2, "the line is longer than 1000 bytes");
    for (size_t i = 0; i < LONG; i++) /* lines of a comment */
        content[i] = i % 100 == 99 ? '\n' : '#';
    write_file(user_file, content, LONG);
    assert_refused(user_file, 0, "longer than 65536 bytes");
    free(content);
}

static void a_value_is_kept_whole_or_refused(void **state) {
    struct conf conf;
    struct err err = {0};
    char line[300] = "host = ";
    (void)state;
    memset(line + 7, 'h', 255);
    write_user(line);
    assert_true(conf_load(&conf, &err));
    assert_int_equal(strlen(conf_text(&conf, CONF_HOST)), 255);
    line[7 + 255] = 'h';
    write_user(line);
    assert_refused(user_file, 1, "host: at most 255 bytes expected");
}

static void a_file_that_others_can_write_is_refused(void **state) {
    static const mode_t bad[] = {0664, 0646, 0666, 0777, 0620, 0602};
    struct conf conf;
    (void)state;
    write_user("host = w1\n");
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_int_equal(chmod(user_file, bad[i]), 0);
        assert_refused(user_file, 0, "others can write it");
    }
    assert_int_equal(chmod(user_file, 0444), 0);
    assert_true(conf_load(&conf, NULL));
}

static void a_file_of_another_user_is_refused(void **state) {
    (void)state;
    write_user("host = w1\n");
    if (geteuid() != 0 || chown(user_file, 65534, 65534) != 0)
        skip();
    assert_refused(user_file, 0, "belongs to another user");
}

static void a_link_is_followed_and_its_end_is_checked(void **state) {
    struct conf conf;
    char target[128];
    (void)state;
    snprintf(target, sizeof target, "%s/elsewhere.ini", home);
    write_file(target, "host = linked\n", 14);
    assert_int_equal(symlink(target, user_file), 0);
    assert_true(conf_load(&conf, NULL));
    assert_string_equal(conf_text(&conf, CONF_HOST), "linked");
    assert_int_equal(chmod(target, 0666), 0);
    assert_refused(user_file, 0, "others can write it");
    unlink(target);
    assert_true(conf_load(&conf, NULL)); /* a link that leads nowhere is no file */
}

static void only_a_regular_file_is_read(void **state) {
    (void)state;
    assert_int_equal(mkdir(user_file, 0700), 0);
    assert_refused(user_file, 0, "not a regular file");
    rmdir(user_file);
    assert_int_equal(mkfifo(user_file, 0600), 0);
    assert_refused(user_file, 0, "not a regular file");
}

static void home_is_put_for_the_tilde(void **state) {
    struct conf conf;
    char key[128];
    (void)state;
    write_user("key-file = ~/keys/worker.pem\n");
    assert_true(conf_load(&conf, NULL));
    snprintf(key, sizeof key, "%s/keys/worker.pem", home);
    assert_string_equal(conf_text(&conf, CONF_KEY_FILE), key);
}

static void an_empty_value_takes_back_the_system_file(void **state) {
    struct conf conf;
    char host[256];
    (void)state;
    write_system("host = system\nproxy = http://p\n");
    write_user("host =\nproxy =\n");
    assert_true(conf_load(&conf, NULL));
    gethostname(host, sizeof host);
    assert_string_equal(conf_text(&conf, CONF_HOST), host);
    assert_string_equal(conf_text(&conf, CONF_PROXY), "");
}

static void a_bad_variable_is_refused_by_its_name(void **state) {
    struct conf conf;
    struct err err = {0};
    (void)state;
    setenv("KAQUAN_LOG_LEVEL", "loud", 1);
    assert_false(conf_load(&conf, &err));
    assert_int_equal(err.kind, ERR_CONFIG);
    assert_string_equal(err.text,
                        "KAQUAN_LOG_LEVEL: log-level: one of: error warn info debug expected, not \"loud\"");
    setenv("KAQUAN_LOG_LEVEL", "info\n", 1);
    assert_false(conf_load(&conf, &err));
    setenv("KAQUAN_LOG_LEVEL", "info", 1);
    setenv("KAQUAN_SOMETHING_ELSE", "1", 1);
    assert_true(conf_load(&conf, &err));
    unsetenv("KAQUAN_SOMETHING_ELSE");
}

static void a_bad_flag_is_a_mistake_in_the_command_line(void **state) {
    struct conf conf;
    struct err err = {0};
    (void)state;
    assert_true(conf_load(&conf, &err));
    assert_false(conf_set_flag(&conf, "ipv6", "maybe", &err));
    assert_int_equal(err.kind, ERR_USAGE);
    assert_string_equal(err.text, "--ipv6: ipv6: yes or no expected, not \"maybe\"");
    assert_false(conf_set_flag(&conf, "hots", "x", &err));
    assert_int_equal(err.kind, ERR_USAGE);
    assert_non_null(strstr(err.text, "did you mean \"host\"?"));
    assert_true(conf_set_flag(&conf, "ipv6", "yes", &err));
    assert_true(conf_switch(&conf, CONF_IPV6));
}

static void a_secret_value_is_not_in_the_error(void **state) {
    struct conf conf;
    struct err err = {0};
    char value[400];
    (void)state;
    memset(value, 'S', sizeof value);
    value[sizeof value - 1] = '\0';
    assert_true(conf_load(&conf, &err));
    assert_false(conf_set_flag(&conf, "proxy", value, &err));
    assert_null(strstr(err.text, "SSS"));
}

static void the_end_of_a_long_place_is_kept(void **state) {
    struct source from = {.line = 12};
    char path[600];
    (void)state;
    memset(path, 'd', sizeof path);
    strcpy(path + 500, "/kaquan/config.ini");
    from.path = path;
    name_place(&from);
    assert_int_equal(strlen(from.where), sizeof from.where - 1);
    assert_memory_equal(from.where, "...d", 4);
    assert_non_null(strstr(from.where, "/kaquan/config.ini:12"));
}

static void a_number_is_in_its_range(void **state) {
    (void)state;
    assert_true(is_number("20", 0, 20));
    assert_true(is_number("1e1", 0, 20));
    assert_false(is_number("21", 0, 20));
    assert_false(is_number("", 0, 20));
    assert_false(is_number("2x", 0, 20));
    assert_false(is_number("nan", 0, 20));
    assert_false(is_number("inf", 0, HUGE_VAL));
}

static int make_scene(void **state) {
    static const char *const directories[] = {".config", ".config/kaquan", "etc", "etc/kaquan"};
    char path[64];
    if (mkdtemp(home) == NULL)
        return -1;
    for (size_t i = 0; i < ARRAY_LEN(directories); i++) {
        snprintf(path, sizeof path, "%s/%s", home, directories[i]);
        if (mkdir(path, 0700) != 0)
            return -1;
    }
    snprintf(user_file, sizeof user_file, "%s/.config/kaquan/config.ini", home);
    snprintf(system_file, sizeof system_file, "%s/etc/kaquan/config.ini", home);
    return empty_scene(state);
}

static int remove_one(const char *path, const struct stat *is, int type, struct FTW *place) {
    (void)is, (void)type, (void)place;
    return remove(path);
}

static int remove_scene(void **state) {
    (void)state;
    return nftw(home, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

#define SCENE(test) cmocka_unit_test_setup(test, empty_scene)

int main(void) {
    const struct CMUnitTest tests[] = {
        SCENE(without_files_the_defaults_do),
        SCENE(systemd_says_where_the_key_and_the_lock_are),
        SCENE(every_row_stands_for_one_setting),
        SCENE(the_nearer_source_wins_and_is_named),
        SCENE(the_user_file_may_lie_elsewhere),
        SCENE(lines_are_read),
        SCENE(a_bad_line_is_refused_by_its_number),
        SCENE(a_system_file_is_checked_the_same),
        SCENE(a_nul_byte_is_refused),
        SCENE(a_line_of_a_megabyte_is_refused),
        SCENE(a_value_is_kept_whole_or_refused),
        SCENE(a_file_that_others_can_write_is_refused),
        SCENE(a_file_of_another_user_is_refused),
        SCENE(a_link_is_followed_and_its_end_is_checked),
        SCENE(only_a_regular_file_is_read),
        SCENE(home_is_put_for_the_tilde),
        SCENE(an_empty_value_takes_back_the_system_file),
        SCENE(a_bad_variable_is_refused_by_its_name),
        SCENE(a_bad_flag_is_a_mistake_in_the_command_line),
        SCENE(a_secret_value_is_not_in_the_error),
        SCENE(the_end_of_a_long_place_is_kept),
        SCENE(a_number_is_in_its_range),
    };
    return cmocka_run_group_tests(tests, make_scene, remove_scene);
}
