/* template_private.h - what the files of template.h share. */
#ifndef KAQUAN_TEMPLATE_PRIVATE_H
#define KAQUAN_TEMPLATE_PRIVATE_H

#include "template.h"

/* Can it be the key of a template? ERR_INPUT says what can. */
bool template_key_good(const char *key, struct err *err);

/* Ends the transaction of an act: queues the job and writes the audit row, or takes everything back. The act is named
 * as the job. `after` NULL: the job alone. */
bool template_queue(struct db *db, const struct act *act, const struct template *t, const char *kind,
                    const char *after, int64_t *job, struct err *err);

#endif
