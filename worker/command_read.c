#include "command.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "lang.h"
#include "text.h"

enum { CODE_OPTION = 256, CODE_SETTING = 512, LONG_MAX_OPTIONS = OPTIONS + CONF_IDS + 1, WORDS = 64, NAME_SIZE = 64 };

/* The tables in getopt's form. */
struct forms {
    struct option longs[LONG_MAX_OPTIONS];
    char letters[2 + 2 * OPTIONS];
};

static bool takes(const struct command *command, enum option_id id) {
    return command == NULL || ((command->options | OPT_EVERYWHERE) & OPT(id)) != 0;
}

/* "-" in front: words come in the order they were typed. The colon: a missing value is told from an unknown option.
 * Once the command is known, letters are those of its options. */
static void make_forms(struct forms *f, const struct command *command) {
    size_t options, settings, n = 0, at = 0;
    const struct option_row *o = option_rows(&options);
    const struct conf_row *s = conf_rows(&settings);
    *f = (struct forms){.letters = "-:"};
    at = 2;
    for (size_t i = 0; i < options; i++) {
        f->longs[n++] = (struct option){o[i].name, o[i].argument != NULL, NULL, CODE_OPTION + (int)o[i].id};
        if (o[i].letter == 0 || !takes(command, o[i].id) || strchr(f->letters, o[i].letter) != NULL)
            continue;
        f->letters[at++] = o[i].letter;
        if (o[i].argument != NULL)
            f->letters[at++] = ':';
    }
    for (size_t i = 0; i < settings; i++)
        f->longs[n++] = (struct option){s[i].name, 1, NULL, CODE_SETTING + (int)s[i].id};
}

/* --- which command --- */

static bool noun_known(const char *noun) {
    size_t count;
    const struct command *c = command_rows(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(c[i].noun, noun) == 0)
            return true;
    return false;
}

static const struct command *find(const char *noun, const char *verb) {
    size_t count;
    const struct command *c = command_rows(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(c[i].noun, noun) == 0 &&
            (verb == NULL ? c[i].verb == NULL : c[i].verb != NULL && strcmp(c[i].verb, verb) == 0))
            return &c[i];
    return NULL;
}

static bool unknown_noun(const char *noun, struct err *err) {
    const char *names[WORDS], *nearest;
    size_t count, n = 0;
    const struct command *c = command_rows(&count);
    for (size_t i = 0; i < count && n < WORDS; i++)
        names[n++] = c[i].noun;
    nearest = text_nearest(noun, names, n);
    fail(err, ERR_USAGE, "unknown command \"%s\"", noun);
    if (nearest != NULL)
        return fail_cure(err, "did you mean \"%s\"? `kaquan-worker help` lists the commands", nearest);
    return fail_cure(err, "`kaquan-worker help` lists the commands");
}

static bool unknown_verb(const char *noun, const char *verb, struct err *err) {
    const char *names[WORDS], *nearest;
    size_t count, n = 0;
    const struct command *c = command_rows(&count);
    for (size_t i = 0; i < count && n < WORDS; i++)
        if (strcmp(c[i].noun, noun) == 0)
            names[n++] = c[i].verb;
    nearest = text_nearest(verb, names, n);
    fail(err, ERR_USAGE, "unknown command \"%s %s\"", noun, verb);
    if (nearest != NULL)
        return fail_cure(err, "did you mean \"%s %s\"? `kaquan-worker help %s` lists what there is", noun, nearest,
                         noun);
    return fail_cure(err, "`kaquan-worker help %s` lists what there is", noun);
}

bool command_known(const struct call *call) {
    return call->noun == NULL || call->command != NULL || (noun_known(call->noun) && call->verb == NULL);
}

/* The next word: noun, verb or argument. A noun that is a command by itself may have verbs, too: `doctor confirm`. */
static bool take_word(struct call *call, const char *word, struct err *err) {
    const struct command *verb =
        call->noun != NULL && call->verb == NULL && call->arguments == 0 ? find(call->noun, word) : NULL;
    if (call->noun == NULL) {
        call->noun = word;
        call->command = find(word, NULL);
        return noun_known(word) || unknown_noun(word, err);
    }
    if (call->command == NULL || verb != NULL) {
        call->verb = word;
        call->command = verb;
        return verb != NULL || unknown_verb(call->noun, word, err);
    }
    if (call->arguments == ARGUMENTS_MAX)
        return fail(err, ERR_USAGE, "too many arguments");
    call->argument[call->arguments++] = word;
    return true;
}

/* --- options --- */

static bool unknown_option(const struct call *call, const char *typed, struct err *err) {
    const char *names[LONG_MAX_OPTIONS], *nearest;
    char name[64];
    size_t options, settings, n = 0;
    const struct option_row *o = option_rows(&options);
    const struct conf_row *s = conf_rows(&settings);
    for (size_t i = 0; i < options; i++)
        if (takes(call->command, o[i].id))
            names[n++] = o[i].name;
    for (size_t i = 0; i < settings; i++)
        names[n++] = s[i].name;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(typed, "="), typed);
    fail(err, ERR_USAGE, "unknown option %s", name);
    nearest = strncmp(name, "--", 2) == 0 ? text_nearest(name + 2, names, n) : NULL;
    if (nearest != NULL)
        return fail_cure(err, "did you mean --%s?", nearest);
    return fail_cure(err, "`kaquan-worker --help` or the command's --help lists the options");
}

/* A letter may belong to several options: that of this command counts. */
static int option_of_letter(const struct call *call, int letter) {
    size_t count;
    const struct option_row *o = option_rows(&count);
    for (size_t i = 0; i < count; i++)
        if (o[i].letter == letter && takes(call->command, o[i].id))
            return (int)o[i].id;
    return -1;
}

static bool take_option(struct call *call, int code, const char *value, const char *typed, struct err *err) {
    int id = code >= CODE_OPTION ? code - CODE_OPTION : option_of_letter(call, code);
    if (code >= CODE_SETTING) {
        call->setting[code - CODE_SETTING] = value;
        return true;
    }
    if (id < 0)
        return unknown_option(call, typed, err);
    if (id == OPT_VERBOSE)
        call->work->verbose++;
    call->option[id] = value == NULL ? "" : value;
    return true;
}

/* getopt takes beginnings of names for names; a script that relies on that breaks with the next option. */
static bool whole_name(const struct forms *f, int index, const char *typed) {
    size_t len = strcspn(typed, "=");
    return index < 0 || strncmp(typed, "--", 2) != 0 || len - 2 == strlen(f->longs[index].name);
}

/* "-50": no option is a digit. */
static bool is_number(const char *word) {
    return word[0] == '-' && word[1] != '\0' && strspn(word + 1, "0123456789") == strlen(word + 1);
}

static bool read_words(struct call *call, int argc, char **argv, struct err *err) {
    struct forms forms;
    int index = -1, at = 1, code;
    opterr = 0;
    optind = 0; /* glibc: start anew */
    for (;;) {
        if (optind > 0 && optind < argc && is_number(argv[optind])) {
            if (!take_word(call, argv[optind], err))
                return false;
            at = ++optind;
            continue;
        }
        make_forms(&forms, call->command);
        code = getopt_long(argc, argv, forms.letters, forms.longs, &index);
        if (code == -1)
            break;
        const char *typed = argv[at < argc ? at : argc - 1];
        if (code == ':')
            return fail(err, ERR_USAGE, "%s needs a value", argv[optind - 1]);
        if (code == '?' || (code >= CODE_OPTION && !whole_name(&forms, index, typed)))
            return unknown_option(call, typed, err);
        if (code == 1 ? !take_word(call, optarg, err) : !take_option(call, code, optarg, typed, err))
            return false;
        at = optind;
        index = -1;
    }
    for (; optind < argc; optind++) /* behind "--" */
        if (!take_word(call, argv[optind], err))
            return false;
    return true;
}

/* --- does it fit the command --- */

/* "KEY [FILE]": how many must be there, how many may. */
static void count_arguments(const char *text, int *least, int *most) {
    *least = *most = 0;
    for (const char *word = text; *word != '\0'; word += strspn(word, " ")) {
        size_t len = strcspn(word, " ");
        *least += word[0] != '[';
        *most += 1;
        if (memmem(word, len, "...", 3) != NULL)
            *most = ARGUMENTS_MAX;
        word += len;
    }
}

static const char *name_of(const struct command *c, char out[NAME_SIZE]) {
    snprintf(out, NAME_SIZE, "%s%s%s", c->noun, c->verb ? " " : "", c->verb ? c->verb : "");
    return out;
}

static bool check_arguments(const struct call *call, struct err *err) {
    const struct command *c = call->command;
    char name[NAME_SIZE];
    int least, most;
    name_of(c, name);
    count_arguments(c->arguments, &least, &most);
    if (call->arguments < least)
        fail(err, ERR_USAGE, "%s needs %s", name, c->arguments);
    else if (call->arguments > most)
        fail(err, ERR_USAGE, "\"%s\" is one argument too many", call->argument[most]);
    else
        return true;
    return fail_cure(err, "`kaquan-worker help %s` shows how it is used", name);
}

static bool check_options(const struct call *call, struct err *err) {
    size_t count;
    const struct option_row *o = option_rows(&count);
    char name[NAME_SIZE];
    name_of(call->command, name);
    for (size_t i = 0; i < count; i++) {
        bool given = call->option[o[i].id] != NULL;
        if (given && !takes(call->command, o[i].id)) {
            fail(err, ERR_USAGE, "%s takes no --%s", name, o[i].name);
            return fail_cure(err, "`kaquan-worker help %s` lists its options", name);
        }
        if (!given && (call->command->required & OPT(o[i].id)) != 0) {
            fail(err, ERR_USAGE, "%s needs --%s", name, o[i].name);
            return fail_cure(err, "--%s %s: %s", o[i].name, o[i].argument, _(o[i].help));
        }
    }
    if (call->option[OPT_JSON] != NULL && call->option[OPT_PLAIN] != NULL)
        return fail(err, ERR_USAGE, "--json and --plain are two forms: choose one");
    return true;
}

bool command_read(struct call *call, int argc, char **argv, struct err *err) {
    if (!read_words(call, argc, argv, err))
        return false;
    if (call->option[OPT_VERSION] != NULL)
        return true;
    if (call->noun == NULL)
        fail(err, ERR_USAGE, "no command was given");
    else if (call->command == NULL)
        fail(err, ERR_USAGE, "%s: what to do with it?", call->noun);
    else
        return check_arguments(call, err) && check_options(call, err);
    return fail_cure(err, "`kaquan-worker help%s%s` lists what there is", call->noun ? " " : "",
                     call->noun ? call->noun : "");
}
