/* rid.h - what the last refused calls were: their rid is in errmsg, rid/get tells the rest (reference, section 6). */
#ifndef SIM_RID_H
#define SIM_RID_H

#include <cjson/cJSON.h>

#include "world.h"

/* Three groups of 8 digits. */
bool rid_is_sound(const char *rid);

/* Notes the request of an account's call by the rid in its answer; `request` is taken over. The oldest is forgotten.
 */
void rid_note(struct world *w, const char *appid, const char *answer, cJSON *request);

/* The request with this rid and whose it was, or NULL. */
const cJSON *rid_find(const struct world *w, const char *rid, const char **appid);

void rids_clear(struct world *w);

#endif
