/* template_status.h - what WeChat calls the states of a template, and what we make of them. */
#ifndef KAQUAN_TEMPLATE_STATUS_H
#define KAQUAN_TEMPLATE_STATUS_H

/* Our status for WeChat's ("CARD_STATUS_VERIFY_OK"); "unknown" for one we do not know, which is kept as it came.
 * (wechat-card-api.md section 9: spelling variants occur) */
const char *template_status_of(const char *wechat_status);

#endif
