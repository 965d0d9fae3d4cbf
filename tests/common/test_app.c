#include "app.h"
#include "clock.h"

#include <langinfo.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void the_environment_cannot_lead_calls_astray(void **state) {
    static const char *const unwanted[] = {"SSLKEYLOGFILE",  "https_proxy",  "HTTP_PROXY",
                                           "ALL_PROXY",      "no_proxy",     "CURL_HOME",
                                           "CURL_CA_BUNDLE", "OPENSSL_CONF", "OPENSSL_MODULES"};
    static const char *const wanted[] = {"PGSERVICE", "KAQUAN_PROXY", "proxy", "SSLKEYLOGFILE2", "MY_CURL_"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(unwanted); i++)
        setenv(unwanted[i], "x", 1);
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
        setenv(wanted[i], "x", 1);
    app_start("/usr/bin/kaquan-worker");
    for (size_t i = 0; i < ARRAY_LEN(unwanted); i++)
        assert_null(getenv(unwanted[i]));
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
        assert_non_null(getenv(wanted[i]));
}

static void the_process_guards_its_memory_and_files(void **state) {
    struct rlimit core;
    (void)state;
    app_start("kaquan-worker");
    assert_int_equal(getrlimit(RLIMIT_CORE, &core), 0);
    assert_int_equal(core.rlim_max, 0);
    assert_int_equal(umask(077), 077);
    assert_string_equal(app_program(), "kaquan-worker");
}

static void characters_are_utf8_in_any_locale(void **state) {
    static const char *const locales[] = {"C", "POSIX", "C.UTF-8", "no_SUCH.GBK", ""};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(locales); i++) {
        setenv("LC_ALL", locales[i], 1);
        app_start("kaquan");
        assert_string_equal(nl_langinfo(CODESET), "UTF-8");
        assert_string_equal(nl_langinfo(RADIXCHAR), ".");
    }
}

static void the_libraries_say_their_versions(void **state) {
    static const char *const names[] = {"libpq ", ", libcurl ", ", OpenSSL ", ", cJSON "};
    char text[256], small[12];
    (void)state;
    app_libraries(text, sizeof text);
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        assert_non_null(strstr(text, names[i]));
    app_libraries(small, sizeof small);
    assert_int_equal(strlen(small), sizeof small - 1);
}

/* How a child ends that does `act` with the handlers in place. */
static int status_of(void (*act)(void)) {
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        app_signals();
        act();
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool stop_is_readable(void) {
    struct pollfd one = {.fd = app_stop_fd(), .events = POLLIN};
    return poll(&one, 1, 0) == 1;
}

static void be_stopped_once(void) {
    if (app_stopping() || stop_is_readable())
        _exit(1);
    raise(SIGTERM);
    _exit(app_stopping() && app_stop_signal() == SIGTERM && stop_is_readable() ? 42 : 2);
}

static void be_stopped_twice(void) {
    raise(SIGTERM);
    raise(SIGINT);
}

static void be_hung_up(void) {
    raise(SIGHUP);
    raise(SIGPIPE);
    _exit(app_stopping() ? 1 : 43);
}

static void sleep_until_stopped(void) {
    double start = clock_seconds();
    alarm(20);
    if (fork() == 0) {
        usleep(100000);
        kill(getppid(), SIGINT);
        _exit(0);
    }
    while (!app_stopping())
        clock_sleep(15);
    _exit(clock_seconds() - start < 10 ? 44 : 1);
}

static void signals_stop_at_a_safe_point_or_at_once(void **state) {
    (void)state;
    assert_int_equal(status_of(be_stopped_once), 42);
    assert_int_equal(status_of(be_stopped_twice), 130);
    assert_int_equal(status_of(be_hung_up), 43);
    assert_int_equal(status_of(sleep_until_stopped), 44);
}

static void no_time_is_no_sleep(void **state) {
    static const double none[] = {0, -1, -1e300, __builtin_nan("")};
    double start = clock_seconds();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(none); i++)
        clock_sleep(none[i]);
    assert_true(clock_seconds() - start < 1);
    assert_true(clock_wall() > 1.7e9);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_environment_cannot_lead_calls_astray),
        cmocka_unit_test(the_process_guards_its_memory_and_files),
        cmocka_unit_test(characters_are_utf8_in_any_locale),
        cmocka_unit_test(the_libraries_say_their_versions),
        cmocka_unit_test(signals_stop_at_a_safe_point_or_at_once),
        cmocka_unit_test(no_time_is_no_sleep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
