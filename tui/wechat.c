#include "wechat.h"

#include <string.h>

#include "lang.h"
#include "wx_error.h"

/* The table has its own Chinese: the command line shows it, too. */
static bool is_chinese(void) {
    return strcmp(lang_word("language", "en"), "zh") == 0;
}

static const struct wx_error *row_of(int errcode, bool token) {
    return errcode == 0 ? NULL : token ? wx_error_at(WX_TOKENS, errcode) : wx_error_find(errcode);
}

const char *wechat_meaning(int errcode, bool token) {
    const struct wx_error *row = row_of(errcode, token);

    return !row ? "" : is_chinese() ? row->meaning_zh : row->meaning;
}

const char *wechat_cure(int errcode, bool token) {
    const struct wx_error *row = row_of(errcode, token);

    return !row ? "" : is_chinese() ? row->cure_zh : row->cure;
}
