/* kaquan - the console: the event, live. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "console.h"
#include "lang.h"
#include "manual.h"
#include "once.h"
#include "options.h"

static int print_help(void) {
    size_t count, option_count;
    const struct screen *const *list = screen_list(&count);
    const struct option_row *options = option_rows(&option_count);

    printf("%s\n\n", _("kaquan is the console of WeChat card tickets. Usage: kaquan [OPTION]..."));
    for (size_t i = 0; i < option_count; i++) {
        char name[64];

        snprintf(name, sizeof(name), "--%s%s%s", options[i].name, options[i].value ? " " : "",
                 options[i].value ? options[i].value : "");
        printf("  %c%c %-16s  %s\n", options[i].letter ? '-' : ' ', options[i].letter ? options[i].letter : ' ', name,
               _(options[i].help));
    }
    printf("\n%s\n", _("Screens:"));
    for (size_t i = 0; i < count; i++)
        if (!list[i]->child)
            printf("  %-20s  %s\n", list[i]->name, _(list[i]->help));
    return 0;
}

static int print_version(void) {
    char libraries[256];

    app_libraries(libraries, sizeof(libraries));
    printf("kaquan %s (%s)\n", app_version(), libraries);
    return 0;
}

static int complain(const struct err *err) {
    fprintf(stderr, "kaquan: %s\n", err->text);
    if (err->cure[0] != '\0')
        fprintf(stderr, "        %s\n", err->cure);
    return err_class(err->kind)->exit_code;
}

static bool run(const struct arguments *a, struct err *err) {
    const char *service = conf_text(&a->conf, CONF_SERVICE);
    const struct db_options database = {
        .application_name = "kaquan", .service = service[0] != '\0' ? service : NULL, .statement_timeout_ms = 3000};

    if (a->once)
        return once_pools(&database, err);
    if (!term_start(&a->terminal, err))
        return false;
    console_run(&(struct console_options){&database, screen_find(a->screen), a->filter, a->read_only});
    term_stop();
    return true;
}

int main(int argc, char **argv) {
    struct arguments a = {.screen = "dash"};
    struct err err = {0};
    bool ok;

    app_start(argv[0]);
    lang_start("auto"); /* for what is wrong with the options */
    ok = conf_load(&a.conf, &err) && options_read(argc, argv, &a, &err);
    if (!ok)
        return complain(&err);
    lang_start(conf_text(&a.conf, CONF_LANG));
    setenv("KAQUAN_LANG", conf_text(&a.conf, CONF_LANG), 1); /* what we start speaks it, too */
    if (a.help)
        return print_help();
    if (a.version)
        return print_version();
    if (a.completion)
        return completion_print();
    if (a.manual)
        return manual_fill();
    if (!run(&a, &err))
        return complain(&err);
    return app_stopping() ? 128 + app_stop_signal() : 0;
}
