/* bench_sign.c - what one core needs for a card: signed alone, signed in a batch, signed and encoded. Rounds are
 * interleaved and the median counts: absolute figures move from minute to minute. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "card.h"

enum { ROUNDS = 15, CARDS = 200000, SAMPLES = 1024 };

static const char ticket[] = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg";
static const char card_id[] = "pjZ8Yt1XGILfi-FUsewpnnolGgZk";
static char codes[SAMPLES][CODE_LEN + 1], nonces[SAMPLES][NONCE_LEN + 1];
static volatile unsigned char sink; /* keeps the work from being left out */
static struct random chance;

static void make_samples(void) {
    for (int i = 0; i < SAMPLES; i++) {
        snprintf(codes[i], sizeof codes[i], "%07dQ7WXK2N9ABC", i);
        hex_text(random_take(&chance, NONCE_BYTES), NONCE_BYTES, nonces[i]);
    }
}

static void one_by_one(void) {
    struct signer *signer = signer_new();
    unsigned char signature[SIGNATURE_LEN];
    for (int i = 0; i < CARDS; i++) {
        struct card_fields fields = {.api_ticket = ticket,
                                     .card_id = card_id,
                                     .code = codes[i % SAMPLES],
                                     .nonce_str = nonces[i % SAMPLES],
                                     .timestamp = "1790000000"};
        sign_card(signer, &fields, signature);
        sink = (unsigned char)(sink ^ signature[0]);
    }
    signer_free(signer);
}

static void in_a_batch(void) {
    struct sign_batch *batch =
        sign_batch_new(&(struct card_fields){.api_ticket = ticket, .card_id = card_id, .timestamp = "1790000000"});
    unsigned char signature[SIGNATURE_LEN];
    for (int i = 0; i < CARDS; i++) {
        sign_batch(batch, (struct bytes){codes[i % SAMPLES], CODE_LEN},
                   (struct bytes){nonces[i % SAMPLES], NONCE_LEN}, signature);
        sink = (unsigned char)(sink ^ signature[0]);
    }
    sign_batch_free(batch);
}

static void signed_and_encoded(int buckets, bool with_code) {
    static char chunk[CARD_CHUNK];
    struct card_batch_options options = {.api_ticket = ticket,
                                         .card_id = card_id,
                                         .timestamp = 1790000000,
                                         .with_code = with_code,
                                         .buckets = buckets};
    struct card_stream *s = card_stream_new(&options, &chance);
    int64_t left = CARDS;
    while (card_stream_fill(s, chunk, sizeof chunk, &left) > 0)
        sink = (unsigned char)(sink ^ chunk[100]);
    card_stream_free(s);
}

static void whole_cards(void) {
    signed_and_encoded(1, true);
}

static void whole_cards_of_a_bucket(void) {
    signed_and_encoded(16, true);
}

static void whole_cards_without_code(void) {
    signed_and_encoded(1, false);
}

static const struct bench {
    const char *name;
    void (*work)(void);
} benches[] = {
    {"sign, one by one", one_by_one},
    {"sign, in a batch", in_a_batch},
    {"sign and encode, whole card", whole_cards},
    {"sign and encode, bucket 0 of 16", whole_cards_of_a_bucket},
    {"sign and encode, without code", whole_cards_without_code},
};

static double cpu_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static int compare(const void *a, const void *b) {
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

int main(void) {
    double ns[sizeof benches / sizeof benches[0]][ROUNDS];
    random_init(&chance);
    make_samples();
    for (int round = 0; round < ROUNDS; round++)
        for (size_t i = 0; i < ARRAY_LEN(benches); i++) {
            double begin = cpu_ns();
            benches[i].work();
            ns[i][round] = (cpu_ns() - begin) / CARDS;
        }
    printf("| one core, %d rounds of %d | ns a card: median | least | most | cards/s |\n|---|---:|---:|---:|---:|\n",
           ROUNDS, CARDS);
    for (size_t i = 0; i < ARRAY_LEN(benches); i++) {
        qsort(ns[i], ROUNDS, sizeof ns[i][0], compare);
        printf("| %s | %.0f | %.0f | %.0f | %.2f M |\n", benches[i].name, ns[i][ROUNDS / 2], ns[i][0],
               ns[i][ROUNDS - 1], 1e3 / ns[i][ROUNDS / 2]);
    }
    random_clear(&chance);
    return 0;
}
