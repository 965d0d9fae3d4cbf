#include "catalogue.h"

#include <stdlib.h>
#include <string.h>

#include "harness.h"

/* A list of texts, each ended by 0, an empty one last; [1] is Chinese. */
static struct buf texts[2];

/* The text between the quotation marks of a line, its escapes as they are meant. */
static void add_quoted(struct buf *out, const char *line, size_t len) {
    const char *at = memchr(line, '"', len), *end = line + len;

    for (at = at ? at + 1 : end; at < end && *at != '"'; at++) {
        if (*at == '\\' && at + 1 < end)
            at++;
        buf_char(out, *at);
    }
}

/* msgid and msgstr begin a text, lines of quotation marks go on with it; all else is none. */
static void load(void) {
    AUTO_BUF struct buf file = {0};
    struct buf *into = NULL;

    if (!test_source_read("tui/po/zh_CN.po", &file))
        test_fail("there is no tui/po/zh_CN.po");
    for (const char *line = buf_str(&file); *line; line += strcspn(line, "\n") + 1) {
        bool english = strncmp(line, "msgid ", 6) == 0, chinese = strncmp(line, "msgstr ", 7) == 0;

        if (english || chinese)
            into = &texts[chinese];
        else if (line[0] != '"')
            into = NULL;
        if (english || chinese)
            buf_char(into, '\0');
        if (into)
            add_quoted(into, line, strcspn(line, "\n"));
    }
    buf_char(&texts[0], '\0');
    buf_char(&texts[1], '\0');
}

const char *catalogue_begins(bool chinese, const char *text, size_t len) {
    const struct buf *all = &texts[chinese];

    if (all->len == 0)
        load();
    for (const char *at = all->data; at < all->data + all->len; at += strlen(at) + 1)
        if (strncmp(at, text, len) == 0 && at[len] != '\0' && strncmp(at + len, "..", 2) != 0)
            return at;
    return NULL;
}
