#include "hash.h"

#include <stdlib.h>
#include <string.h>

#include "simbase.h"

static uint64_t sum_of(const char *key) {
    uint64_t sum = 0xcbf29ce484222325U;
    for (; *key; key++)
        sum = (sum ^ (unsigned char)*key) * 0x100000001b3U;
    return sum ^ (sum >> 29);
}

static struct hash_node **place_of(const struct hash *h, const char *key, uint64_t sum) {
    struct hash_node **at = &h->slots[sum & (h->size - 1)];
    while (*at && ((*at)->sum != sum || strcmp((*at)->key, key) != 0))
        at = &(*at)->next;
    return at;
}

static void grow(struct hash *h) {
    struct hash wider = {.size = h->size ? h->size * 2 : 16, .count = h->count};
    wider.slots = need(wider.size * sizeof *wider.slots);
    for (size_t i = 0; i < h->size; i++)
        for (struct hash_node *n = h->slots[i], *next; n; n = next) {
            next = n->next;
            n->next = wider.slots[n->sum & (wider.size - 1)];
            wider.slots[n->sum & (wider.size - 1)] = n;
        }
    free(h->slots);
    *h = wider;
}

void *hash_get(const struct hash *h, const char *key) {
    if (h->count == 0)
        return NULL;
    struct hash_node *n = *place_of(h, key, sum_of(key));
    return n ? n->value : NULL;
}

void hash_put(struct hash *h, const char *key, void *value) {
    if (h->count >= h->size)
        grow(h);
    uint64_t sum = sum_of(key);
    struct hash_node **at = place_of(h, key, sum);
    if (*at == NULL) {
        size_t length = strlen(key) + 1;
        *at = need(sizeof **at + length);
        (*at)->sum = sum;
        memcpy((*at)->key, key, length);
        h->count++;
    }
    (*at)->value = value;
}

void *hash_take(struct hash *h, const char *key) {
    if (h->count == 0)
        return NULL;
    struct hash_node **at = place_of(h, key, sum_of(key));
    if (*at == NULL)
        return NULL;
    struct hash_node *n = *at;
    void *value = n->value;
    *at = n->next;
    free(n);
    h->count--;
    return value;
}

void hash_each(const struct hash *h, void (*visit)(const char *key, void *value, void *with), void *with) {
    for (size_t i = 0; i < h->size; i++)
        for (struct hash_node *n = h->slots[i]; n; n = n->next)
            visit(n->key, n->value, with);
}

void hash_clear(struct hash *h, void (*let_go)(void *value)) {
    for (size_t i = 0; i < h->size; i++)
        for (struct hash_node *n = h->slots[i], *next; n; n = next) {
            next = n->next;
            if (let_go)
                let_go(n->value);
            free(n);
        }
    free(h->slots);
    *h = (struct hash){0};
}
