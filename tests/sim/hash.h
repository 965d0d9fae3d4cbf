/* hash.h - a table from text to a pointer. Codes, nonces, tokens and cards are looked up here, never in lists. */
#ifndef SIM_HASH_H
#define SIM_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hash_node {
    struct hash_node *next;
    uint64_t sum;
    void *value;
    char key[];
};

/* All zero is an empty table. */
struct hash {
    struct hash_node **slots;
    size_t size;
    size_t count;
};

/* NULL if there is no such key. */
void *hash_get(const struct hash *h, const char *key);

/* Stores `value`, in place of an older one; the key is copied. */
void hash_put(struct hash *h, const char *key, void *value);

/* Takes the key out and gives its value back, or NULL. */
void *hash_take(struct hash *h, const char *key);

/* Calls `visit` for every pair, in no order; it must not change the table. */
void hash_each(const struct hash *h, void (*visit)(const char *key, void *value, void *with), void *with);

/* Empties the table; `let_go` frees the values, NULL if nobody must. */
void hash_clear(struct hash *h, void (*let_go)(void *value));

#endif
