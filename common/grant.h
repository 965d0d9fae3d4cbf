/* grant.h - which login may call our functions for which account: backends claim cards, gates admit tickets. */
#ifndef KAQUAN_GRANT_H
#define KAQUAN_GRANT_H

#include "account.h"
#include "audit.h"
#include "db.h"
#include "err.h"

/* A kind of login. */
struct grant_kind {
    const char *name;  /* as in the audit log: "backend" */
    const char *group; /* the role that may execute the functions */
    const char *may;   /* what it may do of an account: "claim cards" */
    const struct sql *list, *add, *remove;
};
extern const struct grant_kind grant_backend, grant_gate;

/* Whether the server's login is ready, and whether this session could make it so. */
struct grant_login {
    bool ready;
    bool superuser;
};

/* Lets `login` act for the account; a superuser's session makes the login ready, too. *state is as afterwards. */
bool grant_add(struct db *db, const struct act *act, const struct grant_kind *kind, const char *login,
               const struct account *account, struct grant_login *state, struct err *err);
bool grant_remove(struct db *db, const struct act *act, const struct grant_kind *kind, const char *login,
                  const struct account *account, struct err *err);

#endif
