#include "card_keep.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "file.h"
#include "json.h"
#include "lang.h"

enum { KEPT_MOST = 1 << 20, NAME_SIZE = 64 };
static const char suffix[] = ".json";

/* --- where --- */

/* $XDG_STATE_HOME/kaquan/drafts, made when it is not there. */
static bool directory(char out[PATH_MAX]) {
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int len;

    if (state != NULL && state[0] == '/')
        len = snprintf(out, PATH_MAX, "%s/kaquan/drafts", state);
    else
        len = snprintf(out, PATH_MAX, "%s/.local/state/kaquan/drafts", home ? home : "");
    if (len >= PATH_MAX || out[0] != '/')
        return false;
    for (char *slash = strchr(out + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(out, 0700);
        *slash = '/';
    }
    return mkdir(out, 0700) == 0 || errno == EEXIST;
}

/* Names are keys, with a + before that of a form that makes a new template: nothing that leads elsewhere. */
static bool path_of(const char *name, char out[PATH_MAX]) {
    char in[PATH_MAX];

    return name[0] != '\0' && strlen(name) < NAME_SIZE &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-+") == strlen(name) && directory(in) &&
           snprintf(out, PATH_MAX, "%.4000s/%s%s", in, name, suffix) < PATH_MAX;
}

/* --- keeping --- */

bool card_keep(const struct card_form *form, const char *name, struct err *err) {
    AUTO_JSON cJSON *kept = json_new();
    AUTO_BUF struct buf text = {0};
    cJSON *lines = json_new();
    char path[PATH_MAX];

    if (!path_of(name, path))
        return fail(err, ERR_IO, "there is no directory to keep drafts in");
    json_add_int(kept, "version", form->version);
    if (form->base != NULL)
        json_add(kept, "base", cJSON_Duplicate(form->base, true));
    for (int i = 0; i < form->count; i++)
        json_add_text(lines, form->lines[i].field->place, card_form_text(form, i));
    json_add(kept, "lines", lines);
    json_print(&text, kept);
    return file_replace(path, (struct bytes){text.data, text.len}, 0600, err);
}

void card_keep_forget(const char *name) {
    char path[PATH_MAX];

    if (path_of(name, path))
        unlink(path);
}

int64_t card_kept_at(const char *name) {
    char path[PATH_MAX];
    struct stat info;

    return path_of(name, path) && stat(path, &info) == 0 ? (int64_t)info.st_mtime : 0;
}

const char *card_kept_last(void) {
    static char last[NAME_SIZE];
    char in[PATH_MAX];
    int64_t at = 0;
    DIR *drafts = directory(in) ? opendir(in) : NULL;

    last[0] = '\0';
    for (struct dirent *entry; drafts && (entry = readdir(drafts)) != NULL;) {
        size_t len = strlen(entry->d_name), end = strlen(suffix);
        char name[NAME_SIZE];

        if (len <= end || len - end >= sizeof(name) || strcmp(entry->d_name + len - end, suffix) != 0)
            continue;
        snprintf(name, sizeof(name), "%.*s", int_of(len - end), entry->d_name);
        if (card_kept_at(name) > at) {
            at = card_kept_at(name);
            memcpy(last, name, sizeof(last));
        }
    }
    if (drafts)
        closedir(drafts);
    return last;
}

/* --- restoring --- */

static cJSON *read_kept(const char *path, struct err *err) {
    static const struct json_limits limits = {.depth = 20, .members = 400};
    AUTO_BUF struct buf text = {0};
    FILE *file = fopen(path, "re");

    if (file == NULL) {
        fail(err, ERR_IO, "%s: %s", path, strerror(errno));
        return NULL;
    }
    text.len = fread(buf_room(&text, KEPT_MOST), 1, KEPT_MOST, file);
    fclose(file);
    return json_parse(text.data, text.len, &limits, err);
}

bool card_keep_restore(struct card_form *form, const char *name, struct err *err) {
    AUTO_JSON cJSON *kept = NULL;
    const cJSON *lines, *base;
    char path[PATH_MAX];
    int64_t version = 0;

    if (!path_of(name, path) || (kept = read_kept(path, err)) == NULL)
        return false;
    lines = json_object(kept, "lines");
    base = json_object(kept, "base");
    if (!json_may_int(kept, "version", 0, INT32_MAX, &version, err))
        return false;
    if (base != NULL)
        card_form_begin(form, base, (int)version, form->at_wechat);
    for (int pass = 0; pass < 2; pass++) { /* the type first: it says which lines there are */
        for (int i = 0; i < form->count; i++) {
            const cJSON *text = cJSON_GetObjectItemCaseSensitive(lines, form->lines[i].field->place);

            if (cJSON_IsString(text) && (pass > 0 || i == CARD_TYPE))
                card_form_set(form, i, text->valuestring);
        }
        card_form_check(form, (int64_t)clock_wall());
    }
    return true;
}
