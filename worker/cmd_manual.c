#include "ask.h"
#include "cmd.h"
#include "manual.h"

enum { PAGE_MAX = 256 << 10 };

bool cmd_manual(struct call *call, struct err *err) {
    AUTO_BUF struct buf source = {0}, page = {0};
    char unknown[64];
    if (!ask_file(call->argument[0], PAGE_MAX, false, &source, err))
        return false;
    if (!manual_fill(&page, buf_str(&source), unknown))
        return fail(err, ERR_INPUT, "%s: there is no table %s", call->argument[0], unknown);
    fwrite(page.data, 1, page.len, stdout);
    return true;
}
