#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

bool lock_take(const char *path, bool *taken, struct err *err) {
    *taken = true;
    if (path[0] == '\0')
        return true;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        fail(err, ERR_CONFIG, "the lock file %s cannot be opened: %s", path, strerror(errno));
        return fail_cure(err, "set lock-file to a file in a directory that this user may write");
    }
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return true; /* it stays open until the program ends */
    int why = errno;
    *taken = false;
    close(fd);
    return why == EWOULDBLOCK || fail(err, ERR_CONFIG, "the lock file %s cannot be locked: %s", path, strerror(why));
}
