#include "csv.h"

#include <string.h>

#include "text.h"

static bool is_formula(const char *text) {
    const char *first = text + strspn(text, " \t\r\n");
    return *first != '\0' && strchr("=+-@", *first) != NULL;
}

void csv_cell(struct buf *out, const char *text) {
    AUTO_BUF struct buf clean = {0};
    if (is_formula(text))
        buf_char(&clean, '\'');
    safe_text(&clean, text, strlen(text));
    if (strpbrk(buf_str(&clean), ",\"") == NULL) {
        buf_add(out, buf_str(&clean), clean.len);
        return;
    }
    buf_char(out, '"');
    for (const char *c = buf_str(&clean); *c; c++)
        buf_text(out, *c == '"' ? "\"\"" : (const char[]){*c, '\0'});
    buf_char(out, '"');
}

void csv_line(struct buf *out, const char *const *cells, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buf_char(out, ',');
        csv_cell(out, cells[i]);
    }
    buf_text(out, "\r\n");
}
