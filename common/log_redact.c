#include "log.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A secret that lives in this process. Two structs may hold the same value: it is forgotten with the last one. */
struct live {
    char *value;
    size_t len;
    int holders;
};

static struct live *lives;
static size_t live_count;

static const char mask[] = "[secret]";
enum { MASK_LEN = sizeof mask - 1 };

static struct live *find(const char *value, size_t len) {
    for (size_t i = 0; i < live_count; i++)
        if (lives[i].len == len && memcmp(lives[i].value, value, len) == 0)
            return &lives[i];
    return NULL;
}

void log_secret_add(const char *value, size_t len) {
    struct live *live = find(value, len);
    if (len < LOG_SECRET_MIN)
        return;
    if (live != NULL) {
        live->holders++;
        return;
    }
    lives = mem_resize(lives, (live_count + 1) * sizeof *lives);
    live = &lives[live_count++];
    *live = (struct live){.value = mem_new(len + 1), .len = len, .holders = 1};
    memcpy(live->value, value, len);
}

void log_secret_forget(const char *value, size_t len) {
    struct live *live = find(value, len);
    if (live == NULL || --live->holders > 0)
        return;
    explicit_bzero(live->value, live->len);
    free(live->value);
    *live = lives[--live_count];
    if (live_count > 0)
        return;
    free(lives);
    lives = NULL;
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Bytes of `text` that stand for `byte`, percent-encoded, behind a backslash, or as they are. */
static size_t encoded_byte(const char *text, unsigned char byte) {
    if (text[0] == '%' && hex_digit(text[1]) >= 0 && hex_digit(text[2]) >= 0 &&
        hex_digit(text[1]) * 16 + hex_digit(text[2]) == byte)
        return 3;
    if (text[0] == '\\' && (unsigned char)text[1] == byte && byte != '\0')
        return 2;
    return (unsigned char)text[0] == byte || (text[0] == '+' && byte == ' ') ? 1 : 0;
}

static size_t match_encoded(const char *text, const struct live *live) {
    size_t at = 0;
    for (size_t i = 0; i < live->len; i++) {
        size_t n = encoded_byte(text + at, (unsigned char)live->value[i]);
        if (n == 0)
            return 0;
        at += n;
    }
    return at;
}

static size_t match_plain(const char *text, const struct live *live) {
    return strncmp(text, live->value, live->len) == 0 ? live->len : 0;
}

/* The value of a base64 digit of either alphabet, -1 for other characters. */
static int base64_digit(char c) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *found;
    if (c == '-' || c == '_')
        return c == '-' ? 62 : 63;
    found = c == '\0' ? NULL : strchr(digits, c);
    return found == NULL ? -1 : (int)(found - digits);
}

static int sextet(const struct live *live, size_t bit) {
    size_t at = bit / 8;
    unsigned two = (unsigned)(unsigned char)live->value[at] << 8 |
                   (at + 1 < live->len ? (unsigned char)live->value[at + 1] : 0U);
    return (int)(two >> (10 - bit % 8) & 0x3F);
}

/* Inside a longer text the secret may begin at any of three places of a base64 group. The digits that hold nothing
 * but bits of the secret are compared: `skip` bits of it belong to the digit before. */
static size_t match_base64(const char *text, const struct live *live, size_t skip) {
    size_t n = (live->len * 8 - skip) / 6;
    for (size_t i = 0; i < n; i++)
        if (base64_digit(text[i]) != sextet(live, skip + i * 6))
            return 0;
    return n;
}

/* Puts the mask over `len` bytes of `text`; returns where the rest begins. Never longer than what it covers. */
static char *cover(char *text, size_t len) {
    size_t masked = len < MASK_LEN ? len : (size_t)MASK_LEN;
    if (len < MASK_LEN)
        memset(text, '*', len);
    else
        memcpy(text, mask, MASK_LEN);
    memmove(text + masked, text + len, strlen(text + len) + 1);
    return text + masked;
}

/* The whole base64 word around what was found: its other digits hold the rest of the bits. */
static char *cover_word(char *start, char *text, size_t len) {
    char *end = text + len;
    while (text > start && base64_digit(text[-1]) >= 0)
        text--;
    while (base64_digit(*end) >= 0 || *end == '=')
        end++;
    return cover(text, (size_t)(end - text));
}

/* The place behind a live secret at `text`, which is covered then; NULL when there is none. */
static char *cover_live(char *start, char *text) {
    size_t longest = 0;
    for (size_t i = 0; i < live_count; i++) {
        size_t plain = match_plain(text, &lives[i]), encoded = match_encoded(text, &lives[i]);
        longest = plain > longest ? plain : longest;
        longest = encoded > longest ? encoded : longest;
    }
    if (longest > 0)
        return cover(text, longest);
    for (size_t i = 0; i < live_count; i++)
        for (size_t skip = 0; skip <= 4; skip += 2) {
            size_t len = match_base64(text, &lives[i], skip);
            if (len > 0)
                return cover_word(start, text, len);
        }
    return NULL;
}

/* Names whose values are covered even when nobody told us the secret, as in a URL or a body that WeChat echoes. */
/* clang-format off */
static const struct named {
    const char *name;
    size_t at_least; /* shorter values are something else */
    const char *help;
} named[] = {
    {"access_token", 1,  "credential of an account"},
    {"api_ticket",   1,  "credential that signs cards"},
    {"secret",       1,  "AppSecret"},
    {"password",     1,  "of a database role, in a connection string"},
    {"ticket",       24, "api_ticket as WeChat's answer names it; an admission ticket's public id is shorter"},
};
/* clang-format on */

static char *skip_quote(char *text, bool *quoted) {
    char *at = text[0] == '\\' ? text + 1 : text;
    *quoted = at[0] == '"';
    return *quoted ? at + 1 : text;
}

/* The value behind name= or "name": at `text`, NULL when this is no such thing. */
static char *named_value(char *text, const struct named *n) {
    size_t len = strlen(n->name);
    bool quoted, ignored;
    char *at;
    if (strncasecmp(text, n->name, len) != 0)
        return NULL;
    at = skip_quote(text + len, &quoted);
    if (quoted)
        at += strspn(at, " ");
    if (*at != '=' && !(quoted && *at == ':'))
        return NULL;
    at++;
    if (quoted)
        at += strspn(at, " ");
    return skip_quote(at, &ignored);
}

static char *cover_named(char *text) {
    for (size_t i = 0; i < ARRAY_LEN(named); i++) {
        char *value = named_value(text, &named[i]);
        size_t len = value == NULL ? 0 : strcspn(value, " \t\r\n\"\\'&,;<>}");
        if (len >= named[i].at_least && len > 0)
            return cover(value, len);
    }
    return NULL;
}

void log_redact(char *text) {
    char *next;
    for (char *at = text; *at != '\0' && live_count > 0; at = next != NULL ? next : at + 1)
        next = cover_live(text, at);
    for (char *at = text; *at != '\0'; at = next != NULL ? next : at + 1)
        next = cover_named(at);
}
