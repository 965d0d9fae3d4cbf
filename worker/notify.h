/* notify.h - tells systemd how the service is: a datagram to $NOTIFY_SOCKET (sd_notify(3)); nothing when there is
 * none. */
#ifndef KAQUAN_NOTIFY_H
#define KAQUAN_NOTIFY_H

/* `state` as sd_notify(3) has it: "READY=1", "WATCHDOG=1", "STOPPING=1". */
void notify_systemd(const char *state);

#endif
