#include "card_keep.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "json.h"
#include "keep.h"

enum { KEPT_MOST = 1 << 20, NAME_SIZE = 64 };
static const char drafts[] = "drafts/", suffix[] = ".json";

/* --- where --- */

/* Names are keys, with a + before that of a form that makes a new template: nothing that leads elsewhere. The file's
 * name in the state directory; "" for a name that is none. */
static const char *file_of(const char *name) {
    static char file[NAME_SIZE + sizeof(drafts) + sizeof(suffix)];
    bool good = name[0] != '\0' && strlen(name) < NAME_SIZE &&
                strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-+") == strlen(name);

    snprintf(file, sizeof(file), "%s%s%s", good ? drafts : "", good ? name : "", good ? suffix : "");
    return file;
}

/* --- keeping --- */

bool card_keep(const struct card_form *form, const char *name, struct err *err) {
    AUTO_JSON cJSON *kept = json_new();
    AUTO_BUF struct buf text = {0};
    cJSON *lines = json_new();

    json_add_int(kept, "version", form->version);
    if (form->base != NULL)
        json_add(kept, "base", cJSON_Duplicate(form->base, true));
    for (int i = 0; i < form->count; i++)
        json_add_text(lines, form->lines[i].field->place, card_form_text(form, i));
    json_add(kept, "lines", lines);
    json_print(&text, kept);
    return file_of(name)[0] != '\0' && keep_file(file_of(name), (struct bytes){text.data, text.len}, err);
}

void card_keep_forget(const char *name) {
    if (file_of(name)[0] != '\0')
        unlink(keep_path(file_of(name)));
}

int64_t card_kept_at(const char *name) {
    struct stat info;

    return file_of(name)[0] != '\0' && stat(keep_path(file_of(name)), &info) == 0 ? (int64_t)info.st_mtime : 0;
}

/* "adult" of "adult.json"; "" when it is another file. */
static void name_of(const char *file, char out[NAME_SIZE]) {
    size_t len = strlen(file), end = strlen(suffix);

    out[0] = '\0';
    if (len > end && len - end < NAME_SIZE && strcmp(file + len - end, suffix) == 0)
        snprintf(out, NAME_SIZE, "%.*s", int_of(len - end), file);
}

const char *card_kept_last(void) {
    static char last[NAME_SIZE];
    DIR *directory = opendir(keep_path(drafts));
    int64_t at = 0;
    char name[NAME_SIZE];

    last[0] = '\0';
    for (struct dirent *entry; directory && (entry = readdir(directory)) != NULL;) {
        name_of(entry->d_name, name);
        if (card_kept_at(name) > at) {
            at = card_kept_at(name);
            memcpy(last, name, sizeof(last));
        }
    }
    if (directory)
        closedir(directory);
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
    int64_t version = 0;

    kept = read_kept(keep_path(file_of(name)), err);
    if (kept == NULL)
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
