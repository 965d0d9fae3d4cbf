#include "lang.h"

#include <libintl.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef KAQUAN_LOCALEDIR
#define KAQUAN_LOCALEDIR "/usr/local/share/locale"
#endif

static const char domain[] = "kaquan";
static const char chinese[] = "zh_CN";

/* Messages are translated under this locale and nowhere else: libpq's own stay English, and are told apart by their
 * words. gettext does not translate under plain C. */
static locale_t messages;
static bool is_chinese;
static char warning[160];

/* "zh_CN.UTF-8", "zh_TW", "zh": we have one Chinese. A variable that is not set says nothing. */
static const char *language_of(const char *value) {
    if (!value || value[0] == '\0')
        return NULL;
    return strncmp(value, "zh", 2) == 0 ? chinese : "en";
}

/* LC_ALL=C.UTF-8 is about characters; it leaves the language to the others. */
static const char *language_of_all(const char *value) {
    bool speaks = value && value[0] != '\0' && strncmp(value, "C", 1) != 0 && strncmp(value, "POSIX", 5) != 0;

    return speaks ? language_of(value) : NULL;
}

static const char *choose(const char *wanted) {
    static const char *const asked[] = {"LANGUAGE", "LC_MESSAGES", "LANG"};
    const char *found;

    if (wanted[0] != '\0' && strcmp(wanted, "auto") != 0)
        return language_of(wanted);
    found = language_of(getenv("LANGUAGE"));
    if (!found)
        found = language_of_all(getenv("LC_ALL"));
    for (size_t i = 1; i < ARRAY_LEN(asked) && !found; i++)
        found = language_of(getenv(asked[i]));
    return found ? found : "en";
}

static bool holds_catalogue(const char *directory) {
    char path[PATH_MAX];
    int len = snprintf(path, sizeof(path), "%s/%s/LC_MESSAGES/%s.mo", directory, chinese, domain);

    return len > 0 && (size_t)len < sizeof(path) && access(path, R_OK) == 0;
}

/* build/release/kaquan -> build/locale; /opt/kaquan/bin/kaquan -> /opt/kaquan/share/locale. */
static bool find_catalogue(char *out, size_t size) {
    static const char *const beside[] = {"../locale", "../share/locale"};
    char self[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
    char *slash;

    self[len < 0 ? 0 : len] = '\0';
    slash = strrchr(self, '/');
    for (size_t i = 0; slash && i < ARRAY_LEN(beside); i++) {
        snprintf(out, size, "%.*s/%s", (int)(slash - self), self, beside[i]);
        if (holds_catalogue(out))
            return true;
    }
    snprintf(out, size, "%s", KAQUAN_LOCALEDIR);
    return holds_catalogue(out);
}

static void check_locale(void) {
    locale_t users = newlocale(LC_CTYPE_MASK, "", (locale_t)0);

    if (users == (locale_t)0)
        snprintf(warning, sizeof(warning), "%s", N_("this host lacks your locale: characters are taken as UTF-8"));
    else
        freelocale(users);
}

void lang_start(const char *wanted) {
    const char *language = choose(wanted);
    char directory[PATH_MAX + 32];

    check_locale();
    if (messages == (locale_t)0)
        messages = newlocale(LC_ALL_MASK, "C.UTF-8", (locale_t)0);
    setenv("LANGUAGE", language, 1); /* for gettext, and for the programs we start */
    is_chinese = strcmp(language, chinese) == 0;
    if (find_catalogue(directory, sizeof(directory)) && bindtextdomain(domain, directory))
        bind_textdomain_codeset(domain, "UTF-8");
    else if (is_chinese)
        snprintf(warning, sizeof(warning), "%s", "kaquan.mo (zh_CN) was not found: messages are in English");
}

const char *lang_warning(void) {
    return warning[0] == '\0' ? "" : lang_text(warning);
}

bool lang_is_chinese(void) {
    return is_chinese;
}

const char *lang_text(const char *text) {
    locale_t before;
    const char *found;

    if (!is_chinese || text[0] == '\0' || messages == (locale_t)0)
        return text;
    before = uselocale(messages);
    found = dgettext(domain, text);
    uselocale(before);
    return found;
}

const char *lang_word(const char *context, const char *word) {
    char key[128];
    int len = snprintf(key, sizeof(key), "%s\004%s", context, word);
    const char *found;

    if (len < 0 || (size_t)len >= sizeof(key) || word[0] == '\0')
        return word;
    found = lang_text(key);
    return found == key ? word : found;
}
