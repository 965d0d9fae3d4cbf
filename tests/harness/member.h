/* member.h - people's logins: members of a group, as an administrator makes them. The cluster keeps them. */
#ifndef KAQUAN_TEST_MEMBER_H
#define KAQUAN_TEST_MEMBER_H

#include "harness.h"

#define OPERATOR "anna"
#define AUDITOR "hugo"
#define MONITOR "mona"

static inline void test_members(void) {
    static const char *const members[][2] = {
        {OPERATOR, "kaquan_operator"}, {AUDITOR, "kaquan_auditor"}, {MONITOR, "kaquan_monitor"}};

    for (size_t i = 0; i < ARRAY_LEN(members); i++)
        test_sql(NULL,
                 "do $$ begin if not exists (select from pg_roles where rolname = '%s') then"
                 " create role %s login in role %s; end if; end $$",
                 members[i][0], members[i][0], members[i][1]);
}

#endif
