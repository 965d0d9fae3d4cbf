/* card_push.h - what would be sent of a template to WeChat, said before it is asked for. */
#ifndef KAQUAN_CARD_PUSH_H
#define KAQUAN_CARD_PUSH_H

#include <cjson/cJSON.h>

#include "buf.h"

struct console;

/* Appends what differs, a line a field, and what that leads to. Returns how many fields differ. */
int card_diff_text(const cJSON *draft, const cJSON *live, struct buf *out);

/* Asks whether to send the template: to a first review, or what differs from `sent` (NULL: WeChat has no card yet).
 */
void card_push_ask(struct console *console, const char *key, const cJSON *draft, const cJSON *sent);

#endif
