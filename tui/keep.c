#include "keep.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"

enum { ENTRIES = 200 };

static struct entry {
    char name[KEEP_NAME];
    char text[KEEP_TEXT];
} entries[ENTRIES];
static int count;
static bool loaded;

const char *keep_path(void) {
    static char path[PATH_MAX];
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int len = 0;

    if (state && state[0] == '/')
        len = snprintf(path, sizeof(path), "%s/kaquan/console.ini", state);
    else if (home && home[0] == '/')
        len = snprintf(path, sizeof(path), "%s/.local/state/kaquan/console.ini", home);
    return len > 0 && (size_t)len < sizeof(path) ? path : "";
}

static void take_line(char *line) {
    char *equals = strstr(line, " = ");

    line[strcspn(line, "\n")] = '\0';
    if (!equals || count == ENTRIES)
        return;
    *equals = '\0';
    text_copy(entries[count].name, KEEP_NAME, line);
    text_copy(entries[count++].text, KEEP_TEXT, equals + 3);
}

static void load(void) {
    char line[KEEP_NAME + KEEP_TEXT + 8];
    FILE *file = loaded ? NULL : fopen(keep_path(), "re");

    loaded = true;
    while (file && fgets(line, sizeof(line), file))
        take_line(line);
    if (file)
        fclose(file);
}

static struct entry *find(const char *name) {
    load();
    for (int i = 0; i < count; i++)
        if (strcmp(entries[i].name, name) == 0)
            return &entries[i];
    return NULL;
}

const char *keep_get(const char *name) {
    const struct entry *entry = find(name);

    return entry ? entry->text : "";
}

void keep_each(const char *begins, void (*each)(void *, const char *, const char *), void *context) {
    load();
    for (int i = 0; i < count; i++)
        if (strncmp(entries[i].name, begins, strlen(begins)) == 0)
            each(context, entries[i].name, entries[i].text);
}

/* Its directories, as far as they are missing. */
static void make_way(char *path) {
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
}

/* Beside it, then in its place: whoever reads finds the old one or the new one whole. */
static bool store(struct err *err) {
    AUTO_BUF struct buf path = {0}, fresh = {0}, text = {0};
    int file;
    bool good;

    buf_text(&path, keep_path());
    if (path.len == 0)
        return fail(err, ERR_IO, "there is no home directory to remember this in");
    make_way(path.data);
    buf_printf(&fresh, "%s.%d", path.data, (int)getpid());
    for (int i = 0; i < count; i++)
        buf_printf(&text, "%s = %s\n", entries[i].name, entries[i].text);
    file = open(buf_str(&fresh), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    good = file >= 0 && write(file, buf_str(&text), text.len) == (ssize_t)text.len;
    if (file >= 0)
        good = close(file) == 0 && good;
    return (good && rename(buf_str(&fresh), path.data) == 0) ||
           fail(err, ERR_IO, "%s: %s", path.data, strerror(errno));
}

bool keep_set(const char *name, const char *text, struct err *err) {
    struct entry *entry = find(name);

    if (entry && text[0] == '\0')
        *entry = entries[--count];
    else if (entry)
        text_copy(entry->text, KEEP_TEXT, text);
    else if (text[0] != '\0' && count < ENTRIES) {
        text_copy(entries[count].name, KEEP_NAME, name);
        text_copy(entries[count++].text, KEEP_TEXT, text);
    }
    return store(err);
}
