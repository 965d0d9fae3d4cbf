/* cardsign.h - the signature of a cardExt, computed here from the reference (section 20) and nowhere else. */
#ifndef SIM_CARDSIGN_H
#define SIM_CARDSIGN_H

#include <stddef.h>

#define SIGN_VALUES 16

/* Sorts the values as bytes, joins them, SHA-1 in lower-case hex; empty and NULL values add nothing. `hex` holds 41
 * bytes; at most SIGN_VALUES values. */
void card_sign(const char *const *values, size_t count, char *hex);

#endif
