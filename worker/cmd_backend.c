#include "cmd.h"
#include "login.h"

bool cmd_backend_list(struct call *call, struct err *err) {
    return login_list(call, &grant_backend, err);
}

bool cmd_backend_add(struct call *call, struct err *err) {
    return login_add(call, &grant_backend, err);
}

bool cmd_backend_remove(struct call *call, struct err *err) {
    return login_remove(call, &grant_backend, err);
}
