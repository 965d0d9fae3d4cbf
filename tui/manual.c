#include "manual.h"

#include <stdio.h>
#include <string.h>

#include "keys.h"
#include "options.h"
#include "screens.h"

/* What scdoc would take for its own marks is shown as it is. */
static void text(const char *text) {
    for (; *text; text++)
        printf(strchr("\\*_+~#[]|`<>", *text) ? "\\%c" : "%c", *text);
}

/* A term, and behind it what it means. */
static void term(const char *name, const char *help) {
    printf("*");
    text(name);
    printf("*\n\t");
    text(help);
    printf(".\n\n");
}

static void write_options(void) {
    size_t count;
    const struct option_row *rows = option_rows(&count);

    for (size_t i = 0; i < count; i++) {
        if (rows[i].letter)
            printf("*-%c*, ", rows[i].letter);
        printf("*--%s*", rows[i].name);
        if (rows[i].value)
            printf(" _%s_", rows[i].value);
        printf("\n\t");
        text(rows[i].help);
        printf(".\n\n");
    }
}

static void write_screen(const struct screen *screen) {
    char name[80];

    snprintf(name, sizeof(name), screen->number > 0 ? "%s (%d)" : "%s", screen->name, screen->number);
    term(name, screen->help);
    for (int i = 0; i < screen->act_count; i++) {
        printf("\t*");
        text(screen->acts[i].label);
        printf("* ");
        text(screen->acts[i].help);
        printf(screen->acts[i].danger == DANGER_SEVERE ? " (cannot be taken back).\n\n" : ".\n\n");
    }
}

static void write_screens(void) {
    size_t count;
    const struct screen *const *screens = screen_list(&count);

    for (size_t i = 0; i < count; i++)
        write_screen(screens[i]);
}

static void write_keys(void) {
    size_t count;
    const struct key_row *rows = keys_global(&count);

    for (size_t i = 0; i < count; i++)
        term(rows[i].label, rows[i].help);
    rows = keys_list(&count);
    for (size_t i = 0; i < count; i++)
        term(rows[i].label, rows[i].help);
}

static const struct {
    const char *line;
    void (*write)(void);
} tables[] = {{"@options@\n", write_options}, {"@screens@\n", write_screens}, {"@keys@\n", write_keys}};

static void write_line(const char *line) {
    for (size_t i = 0; i < ARRAY_LEN(tables); i++)
        if (strcmp(tables[i].line, line) == 0) {
            tables[i].write();
            return;
        }
    printf("%s", line);
}

static int written(void) {
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 74; /* EX_IOERR, as err.h has it */
}

int manual_fill(void) {
    char line[4096];

    while (fgets(line, sizeof(line), stdin))
        write_line(line);
    return written();
}

int completion_print(void) {
    size_t count;
    const struct option_row *rows;
    const struct screen *const *screens;

    printf("# bash completion of kaquan; load it with: source <(kaquan --completion)\n_kaquan() {\n"
           "  case ${COMP_WORDS[COMP_CWORD-1]} in\n  --screen) COMPREPLY=($(compgen -W '");
    screens = screen_list(&count);
    for (size_t i = 0; i < count; i++)
        if (!screens[i]->child)
            printf("%s ", screens[i]->name);
    printf("' -- \"${COMP_WORDS[COMP_CWORD]}\"));;\n  --lang) COMPREPLY=($(compgen -W 'auto en zh_CN' --"
           " \"${COMP_WORDS[COMP_CWORD]}\"));;\n  *) COMPREPLY=($(compgen -W '");
    rows = option_rows(&count);
    for (size_t i = 0; i < count; i++)
        printf("--%s ", rows[i].name);
    printf("' -- \"${COMP_WORDS[COMP_CWORD]}\"));;\n  esac\n}\ncomplete -F _kaquan kaquan\n");
    return written();
}
