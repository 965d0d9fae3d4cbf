#include "template_status.h"

#include <stddef.h>
#include <string.h>

#include "base.h"

static const struct {
    const char *wechat, *ours;
} statuses[] = {
    {"CARD_STATUS_NOT_VERIFY", "waiting"},    {"CARD_STATUS_VERIFY_OK", "approved"},
    {"CARD_STATUS_DISPATCH", "approved"},     {"CARD_STATUS_USER_DISPATCH", "approved"},
    {"CARD_STATUS_VERIFY_FAIL", "refused"},   {"CARD_STATUS_VERIFY_FALL", "refused"},
    {"CARD_STATUS_DELETE", "deleted"},        {"CARD_STATUS_USER_DELETE", "deleted"},
    {"CARD_STATUS_SYSTEM_DELETE", "deleted"},
};

const char *template_status_of(const char *wechat_status) {
    for (size_t i = 0; i < ARRAY_LEN(statuses); i++)
        if (strcmp(statuses[i].wechat, wechat_status) == 0)
            return statuses[i].ours;
    return "unknown";
}
