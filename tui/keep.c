#include "keep.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "buf.h"
#include "file.h"

enum { ENTRIES = 200 };
static const char own[] = "console.ini";

static struct entry {
    char name[KEEP_NAME];
    char text[KEEP_TEXT];
} entries[ENTRIES];
static int count;
static bool loaded;

const char *keep_path(const char *name) {
    static char path[PATH_MAX];
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int len = 0;

    if (state && state[0] == '/')
        len = snprintf(path, sizeof(path), "%s/kaquan/%s", state, name);
    else if (home && home[0] == '/')
        len = snprintf(path, sizeof(path), "%s/.local/state/kaquan/%s", home, name);
    return len > 0 && (size_t)len < sizeof(path) ? path : "";
}

/* Its directories, as far as they are missing. */
static void make_way(char *path) {
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
}

bool keep_file(const char *name, struct bytes content, struct err *err) {
    AUTO_BUF struct buf path = {0};

    buf_text(&path, keep_path(name));
    if (path.len == 0)
        return fail(err, ERR_IO, "there is no home directory to remember this in");
    make_way(path.data);
    return file_replace(path.data, content, 0600, err);
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
    FILE *file = loaded ? NULL : fopen(keep_path(own), "re");

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

static bool store(struct err *err) {
    AUTO_BUF struct buf text = {0};

    for (int i = 0; i < count; i++)
        buf_printf(&text, "%s = %s\n", entries[i].name, entries[i].text);
    return keep_file(own, (struct bytes){buf_str(&text), text.len}, err);
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
