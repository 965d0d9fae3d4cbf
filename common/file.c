#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"

bool file_write(int fd, struct bytes content) {
    const char *at = content.data;
    size_t left = content.len;
    while (left > 0) {
        ssize_t n = write(fd, at, left);
        if (n < 0 && errno != EINTR)
            return false;
        at += n > 0 ? n : 0;
        left -= n > 0 ? (size_t)n : 0;
    }
    return fsync(fd) == 0;
}

bool file_sync_directory(const char *path) {
    const char *slash = strrchr(path, '/');
    AUTO_BUF struct buf directory = {0};
    bool good;
    int fd;
    buf_add(&directory, path, slash == NULL ? 0 : (size_t)(slash - path) + 1);
    fd = open(slash == NULL ? "." : buf_str(&directory), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    good = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return good;
}

/* Root may write for somebody else, who must be able to read it as before. */
static bool same_owner(int fd, const char *path) {
    struct stat old;
    if (stat(path, &old) != 0)
        return errno == ENOENT;
    return old.st_uid == geteuid() || fchown(fd, old.st_uid, old.st_gid) == 0;
}

static bool write_beside(int fd, const char *beside, const char *path, struct bytes content, mode_t mode) {
    return same_owner(fd, path) && file_write(fd, content) && fchmod(fd, mode) == 0 && rename(beside, path) == 0 &&
           file_sync_directory(path);
}

/* A link stays one: what it leads to is replaced. */
static char *real_path(const char *path) {
    char *real = realpath(path, NULL);
    return real != NULL ? real : mem_text(path);
}

bool file_replace(const char *path, struct bytes content, mode_t mode, struct err *err) {
    AUTO_BUF struct buf beside = {0};
    char *real = real_path(path);
    bool good;
    int fd, why;
    buf_printf(&beside, "%s.XXXXXX", real);
    fd = mkostemp(beside.data, O_CLOEXEC);
    good = fd >= 0 && write_beside(fd, beside.data, real, content, mode);
    why = errno;
    if (fd >= 0)
        close(fd);
    if (fd >= 0 && !good)
        unlink(beside.data);
    free(real);
    return good || fail(err, ERR_IO, "%s cannot be written: %s", path, strerror(why));
}

bool file_create(const char *path, struct bytes content) {
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool good = fd >= 0 && file_write(fd, content);
    int why = errno;
    if (fd >= 0)
        close(fd);
    if (fd >= 0 && !good)
        unlink(path);
    errno = why;
    return good;
}
