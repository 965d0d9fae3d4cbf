/* simbase.h - the ground of the simulated WeChat: memory, bounded text, random values, SHA-1, and its clock.
 * Nothing here comes from common/: the simulator checks what common/ does, so it must not share its mistakes. */
#ifndef SIM_SIMBASE_H
#define SIM_SIMBASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Zeroed memory, or the program ends: a simulator without memory has nothing to say. */
void *need(size_t size);
void *need_more(void *old, size_t size);
char *need_text(const char *text);

/* Copies what fits; the result always ends with NUL. */
void copy_text(char *to, size_t size, const char *from);

/* A printf that makes its own memory; free() it. */
char *need_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* True if `text` is a valid UTF-8 string of `length` bytes without NUL. */
bool text_is_utf8(const char *text, size_t length);

/* Random values come from OpenSSL, or from `seed` when one was given. Not thread-safe: hold the world's lock. */
void random_seed(uint64_t seed);
void random_bytes(void *to, size_t size);
uint32_t random_below(uint32_t limit);
bool random_percent(int64_t percent);
void random_text(char *to, size_t length, const char *alphabet);
extern const char ALPHABET_URL[];
extern const char ALPHABET_DIGIT[];
extern const char ALPHABET_ALNUM[];

/* Lower-case hex of SHA-1; `hex` holds 41 bytes. */
void sha1_hex(const void *data, size_t size, char *hex);

/* The simulated clock: starts at 0 when the program starts, runs `scale` times as fast as the real one, can be pushed
 * forward. WeChat's durations are measured on it; calendar times are real. */
struct sim_clock {
    double scale;
    int64_t started_ms;
    int64_t advanced_ms;
};

void clock_start(struct sim_clock *c, double scale);
int64_t clock_ms(const struct sim_clock *c);
int64_t clock_day(const struct sim_clock *c);

/* Real Unix seconds, and the same moved by what the clock was pushed forward (a card's validity ends by this one). */
int64_t real_seconds(void);
int64_t calendar_seconds(const struct sim_clock *c);

int64_t monotonic_ms(void);

#endif
