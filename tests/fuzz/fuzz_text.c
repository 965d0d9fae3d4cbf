/* The sanitiser and the redactor. Safe text has no control or direction character, does not change the second time,
 * has the width that wcswidth() gives, and is at most ten times as long. A redacted line holds no live secret. */
#include "fuzz.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "err.h"
#include "log.h"
#include "text.h"

const char *const fuzz_corpus[] = {"token=5ec2e70f5ec2e70f refused",
                                   "松湖景区 ticket\xe2\x80\xae of \x1b]52;c;\x07 \xf0\x9f\x98\x80 e\xcc\x81",
                                   "abcdefghabcdefghabcdefgh", "\t\r\n\x7f\xc2\x9b\xff", NULL};

static void check(bool holds) {
    if (!holds)
        abort();
}

/* Written apart from the table of text.c. */
static bool may_be_drawn(uint32_t point) {
    if (point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0x61C || point == 0xFEFF)
        return false;
    if ((point >= 0x200B && point <= 0x200F) || (point >= 0x2028 && point <= 0x202E))
        return false;
    if ((point >= 0x2060 && point <= 0x2069) || (point >= 0xFFF9 && point <= 0xFFFB))
        return false;
    return point < 0xE0000 || point > 0xE007F;
}

static void check_points(const char *text, size_t len) {
    uint32_t point;
    for (size_t at = 0, n; at < len; at += n) {
        n = utf8_next(text + at, len - at, &point);
        check(n > 0 && may_be_drawn(point));
    }
}

static void check_width(const char *text, size_t len) {
    wchar_t *wide = mem_new((len + 1) * sizeof *wide);
    size_t n = mbstowcs(wide, text, len + 1);
    int width = text_width(text);
    check(n <= len && wcswidth(wide, n) == width);
    for (int columns = 0; columns < width && columns < 40; columns++) {
        char *prefix = mem_text(text);
        size_t fit = text_fit(text, columns);
        prefix[fit] = '\0';
        check(fit < len && utf8_valid(prefix, fit) && text_width(prefix) <= columns &&
              text_width(prefix) >= columns - 1);
        free(prefix);
    }
    check(text_fit(text, width) == len);
    free(wide);
}

static void check_copy(const char *text, const struct buf *safe) {
    char part[24], again[24];
    for (size_t room = 1; room <= sizeof part; room++) {
        safe_copy(part, room, text);
        check(strlen(part) < room && strncmp(part, buf_str(safe), strlen(part)) == 0);
        check_points(part, strlen(part));
        check(strcmp(safe_copy(again, room, part), part) == 0);
        text_copy(part, room, buf_str(safe));
        check(strlen(part) < room && utf8_valid(part, strlen(part)));
    }
}

static void check_safe(const char *data, size_t size) {
    AUTO_BUF struct buf once = {0}, twice = {0}, text = {0};
    safe_text(&once, data, size);
    safe_text(&twice, buf_str(&once), once.len);
    check(once.len == strlen(buf_str(&once)) && once.len <= 10 * size);
    check(strcmp(buf_str(&once), buf_str(&twice)) == 0);
    check_points(buf_str(&once), once.len);
    check_width(buf_str(&once), once.len);
    buf_add(&text, data, strnlen(data, size));
    buf_reset(&twice);
    safe_text(&twice, buf_str(&text), text.len);
    check_copy(buf_str(&text), &twice);
}

/* The first bytes are a secret, the rest a line that holds it in the middle. */
static void check_redacted(const char *data, size_t size) {
    AUTO_BUF struct buf line = {0};
    size_t len = size / 3;
    char *secret;
    if (len < LOG_SECRET_MIN || memchr(data, '\0', size) != NULL)
        return;
    secret = mem_new(len + 1);
    memcpy(secret, data, len);
    buf_add(&line, data + len, len);
    buf_add(&line, secret, len);
    buf_add(&line, data + 2 * len, size - 2 * len);
    log_secret_add(secret, len);
    log_redact(line.data);
    /* A secret made of the mask's own letters could be seen in the mask. */
    if (strpbrk(secret, "[secret]*") == NULL)
        check(strstr(line.data, secret) == NULL);
    check(strlen(line.data) <= line.len);
    log_secret_forget(secret, len);
    free(secret);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct err err = {0};
    const char *text = (const char *)data;
    setlocale(LC_CTYPE, "C.UTF-8");
    if (size > 2000 || size == 0)
        return 0;
    check_safe(text, size);
    check_redacted(text, size);
    fail(&err, ERR_INPUT, "%.*s", (int)size, text);
    check_points(err.text, strlen(err.text));
    return 0;
}
