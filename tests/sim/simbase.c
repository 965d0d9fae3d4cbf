#include "simbase.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/rand.h>
#include <openssl/sha.h>

const char ALPHABET_URL[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const char ALPHABET_DIGIT[] = "0123456789";
const char ALPHABET_ALNUM[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

static uint64_t seed_state;
static bool seeded;

static void die(const char *why) {
    fprintf(stderr, "kaquan-sim: %s\n", why);
    abort();
}

void *need(size_t size) {
    void *p = calloc(1, size ? size : 1);
    if (p == NULL)
        die("out of memory");
    return p;
}

void *need_more(void *old, size_t size) {
    void *p = realloc(old, size ? size : 1);
    if (p == NULL)
        die("out of memory");
    return p;
}

char *need_text(const char *text) {
    char *copy = strdup(text);
    if (copy == NULL)
        die("out of memory");
    return copy;
}

void copy_text(char *to, size_t size, const char *from) {
    size_t length = strlen(from);
    if (length >= size)
        length = size - 1;
    memmove(to, from, length);
    to[length] = '\0';
}

char *need_format(const char *format, ...) {
    char *text = NULL;
    va_list args;
    va_start(args, format);
    int length = vasprintf(&text, format, args);
    va_end(args);
    if (length < 0)
        die("out of memory");
    return text;
}

/* Bytes of the sequence that starts at `s`, or 0 if it is not one; over-long forms and surrogates are refused. */
static size_t utf8_length(const unsigned char *s, size_t left) {
    if (s[0] < 0x80)
        return s[0] != 0;
    size_t n = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
    if (s[0] < 0xc2 || s[0] > 0xf4 || n > left)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) || (s[0] == 0xf0 && s[1] < 0x90) ||
        (s[0] == 0xf4 && s[1] > 0x8f))
        return 0;
    return n;
}

bool text_is_utf8(const char *text, size_t length) {
    for (size_t at = 0; at < length;) {
        size_t n = utf8_length((const unsigned char *)text + at, length - at);
        if (n == 0)
            return false;
        at += n;
    }
    return true;
}

void random_seed(uint64_t seed) {
    seed_state = seed;
    seeded = true;
}

/* splitmix64: enough to make a test repeatable, never used without --seed. */
static uint64_t seed_next(void) {
    uint64_t z = (seed_state += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

void random_bytes(void *to, size_t size) {
    unsigned char *bytes = to;
    if (!seeded) {
        if (RAND_bytes(bytes, (int)size) != 1)
            die("no random bytes");
        return;
    }
    for (size_t i = 0; i < size; i++)
        bytes[i] = (unsigned char)(seed_next() >> 32);
}

uint32_t random_below(uint32_t limit) {
    uint64_t wide;
    random_bytes(&wide, sizeof wide);
    return limit ? (uint32_t)(wide % limit) : 0;
}

bool random_percent(int64_t percent) {
    return percent > 0 && (int64_t)random_below(100) < percent;
}

void random_text(char *to, size_t length, const char *alphabet) {
    unsigned char bytes[512];
    size_t letters = strlen(alphabet);
    if (length > sizeof bytes)
        length = sizeof bytes;
    random_bytes(bytes, length);
    for (size_t i = 0; i < length; i++)
        to[i] = alphabet[bytes[i] % letters];
    to[length] = '\0';
}

void sha1_hex(const void *data, size_t size, char *hex) {
    static const char digits[] = "0123456789abcdef";
    unsigned char sum[SHA_DIGEST_LENGTH];
    SHA1(data, size, sum);
    for (size_t i = 0; i < sizeof sum; i++) {
        hex[2 * i] = digits[sum[i] >> 4];
        hex[2 * i + 1] = digits[sum[i] & 15];
    }
    hex[2 * sizeof sum] = '\0';
}

int64_t monotonic_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void clock_start(struct sim_clock *c, double scale) {
    c->scale = scale > 0 ? scale : 1;
    c->started_ms = monotonic_ms();
    c->advanced_ms = 0;
}

int64_t clock_ms(const struct sim_clock *c) {
    return (int64_t)((double)(monotonic_ms() - c->started_ms) * c->scale) + c->advanced_ms;
}

/* Days are counted from the start, not from midnight, so that no test meets a day's end by chance. */
int64_t clock_day(const struct sim_clock *c) {
    return clock_ms(c) / 86400000;
}

int64_t real_seconds(void) {
    return (int64_t)time(NULL);
}

int64_t calendar_seconds(const struct sim_clock *c) {
    return real_seconds() + c->advanced_ms / 1000;
}
