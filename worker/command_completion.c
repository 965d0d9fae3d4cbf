/* `completion bash`: the tables as a script. Values are offered where the tables close them. */
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "cmd.h"
#include "job_planned.h"
#include "jobs.h"
#include "text.h"

const char *closed_list(const char *argument, char *out, size_t size) {
    out[0] = '\0';
    if (argument == NULL || strpbrk(argument, "ABCDEFGHIJKLMNOPQRSTUVWXYZ[") != NULL)
        return out;
    text_copy(out, size, argument);
    for (char *bar = out; (bar = strchr(bar, '|')) != NULL;)
        *bar = ' ';
    return out;
}

/* --- words --- */

static bool first_of_noun(const struct command *c, size_t i) {
    for (size_t j = 0; j < i; j++)
        if (strcmp(c[j].noun, c[i].noun) == 0)
            return false;
    return true;
}

static void nouns(void) {
    size_t count;
    const struct command *c = command_rows(&count);
    for (size_t i = 0; i < count; i++)
        if (first_of_noun(c, i))
            printf("%s ", c[i].noun);
}

static void verbs(const char *noun) {
    size_t count;
    const struct command *c = command_rows(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(c[i].noun, noun) == 0 && c[i].verb != NULL)
            printf("%s ", c[i].verb);
}

static void kinds(void) {
    size_t count;
    const struct job_kind *k = job_kinds(&count);
    for (size_t i = 0; i < count; i++)
        printf("%s ", k[i].name);
}

static void planned_kinds(void) {
    size_t count;
    const struct job_planned *k = job_planned(&count);
    for (size_t i = 0; i < count; i++)
        printf("%s ", k[i].kind);
}

/* What may stand behind the command itself. */
static void arguments(const struct command *c) {
    char words[256];
    if (strcmp(c->arguments, "[KIND]") == 0)
        kinds();
    else if (c->run == cmd_job_pause || c->run == cmd_job_resume)
        planned_kinds();
    else if (strncmp(c->arguments, "[TOPIC", 6) == 0)
        nouns();
    else
        printf("%s ", closed_list(c->arguments, words, sizeof words));
}

static void options_of(const struct command *c) {
    size_t options, settings;
    const struct option_row *o = option_rows(&options);
    const struct conf_row *s = conf_rows(&settings);
    for (size_t i = 0; i < options; i++)
        if (((c->options | OPT_EVERYWHERE) & OPT(o[i].id)) != 0)
            printf("--%s ", o[i].name);
    for (size_t i = 0; i < settings; i++)
        printf("--%s ", s[i].name);
}

static const char *values_of(const struct conf_row *s) {
    if (s->type == CONF_SWITCH)
        return "yes no";
    return s->type == CONF_CHOICE ? s->choices : "";
}

/* --- the script --- */

/* Options with a value, as a pattern of `case`. */
static void valued_pattern(void) {
    size_t options, settings;
    const struct option_row *o = option_rows(&options);
    const struct conf_row *s = conf_rows(&settings);
    for (size_t i = 0; i < options; i++)
        if (o[i].argument != NULL)
            printf("--%s|", o[i].name);
    for (size_t i = 0; i < settings; i++)
        printf("--%s%s", s[i].name, i + 1 < settings ? "|" : "");
}

static void value_cases(void) {
    size_t options, settings;
    const struct option_row *o = option_rows(&options);
    const struct conf_row *s = conf_rows(&settings);
    char words[256];
    for (size_t i = 0; i < options; i++)
        if (closed_list(o[i].argument, words, sizeof words)[0] != '\0')
            printf("    --%s) words='%s' ;;\n", o[i].name, words);
    for (size_t i = 0; i < settings; i++)
        if (values_of(&s[i])[0] != '\0')
            printf("    --%s) words='%s' ;;\n", s[i].name, values_of(&s[i]));
}

static void words_of(const struct command *c) {
    arguments(c);
    options_of(c);
}

/* A noun may have verbs, or be a command by itself, or both. */
static void noun_case(const struct command *c, size_t count, const char *noun) {
    printf("    '%s ') words='", noun);
    verbs(noun);
    for (size_t i = 0; i < count; i++)
        if (strcmp(c[i].noun, noun) == 0 && c[i].verb == NULL)
            words_of(&c[i]);
    printf("' ;;\n");
}

static void command_cases(void) {
    size_t count;
    const struct command *c = command_rows(&count);
    printf("    ' ') words='");
    nouns();
    printf("--help --version' ;;\n");
    for (size_t i = 0; i < count; i++)
        if (first_of_noun(c, i))
            noun_case(c, count, c[i].noun);
    for (int bare = 0; bare < 2; bare++) /* those with a verb first: the others match whatever follows */
        for (size_t i = 0; i < count; i++)
            if ((c[i].verb == NULL) == (bare == 1)) {
                printf("    '%s %s'%s) words='", c[i].noun, c[i].verb ? c[i].verb : "", c[i].verb ? "" : "*");
                words_of(&c[i]);
                printf("' ;;\n");
            }
}

/* Bash cuts --name=value into three words. Without words, files are offered. */
static const char head[] = "_kaquan_worker() {\n"
                           "  local cur=${COMP_WORDS[COMP_CWORD]} noun= verb= option= words= word i\n"
                           "  [[ $cur == = ]] && cur=\n"
                           "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
                           "    word=${COMP_WORDS[i]}\n"
                           "    case $word in\n"
                           "    =) ;;\n";
static const char middle[] = ") [[ $option ]] && option= || option=$word ;;\n"
                             "    -*) option= ;;\n"
                             "    *) if [[ $option ]]; then option=; elif [[ -z $noun ]]; then noun=$word\n"
                             "       elif [[ -z $verb ]]; then verb=$word; fi ;;\n"
                             "    esac\n"
                             "  done\n"
                             "  if [[ $option ]]; then\n"
                             "    case $option in\n";
static const char between[] = "    esac\n"
                              "  else\n"
                              "    case \"$noun $verb\" in\n";
static const char tail[] = "    esac\n"
                           "  fi\n"
                           "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
                           "}\n";

bool cmd_completion(struct call *call, struct err *err) {
    if (strcmp(call->argument[0], "bash") != 0)
        return fail(err, ERR_USAGE, "completion for \"%s\" is not known, only bash", call->argument[0]);
    printf("# bash completion of %s; load it with: source <(%s completion bash)\n%s    ", app_program(),
           app_program(), head);
    valued_pattern();
    fputs(middle, stdout);
    value_cases();
    fputs(between, stdout);
    command_cases();
    printf("%scomplete -o default -F _kaquan_worker %s\n", tail, app_program());
    return true;
}
