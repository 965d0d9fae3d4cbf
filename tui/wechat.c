#include "wechat.h"

#include "drift.h"
#include "wx_error.h"

static const struct wx_error *row_of(int errcode, bool token) {
    return errcode == 0 ? NULL : token ? wx_error_at(WX_TOKENS, errcode) : wx_error_find(errcode);
}

const char *wechat_meaning(int errcode, bool token) {
    const struct wx_error *row = row_of(errcode, token);

    return row ? wx_error_meaning(row) : "";
}

const char *wechat_cure(int errcode, bool token) {
    const struct wx_error *row = row_of(errcode, token);

    return row ? wx_error_cure(row) : "";
}

const char *wechat_state(const char *status) {
    return drift_status_word(status);
}
