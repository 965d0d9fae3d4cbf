/* file.h - files that are there as a whole or not at all. */
#ifndef KAQUAN_FILE_H
#define KAQUAN_FILE_H

#include <sys/types.h>

#include "base.h"
#include "err.h"

/* Puts a file with this content in the place of whatever is at `path`: written beside it, safe on disk, then renamed,
 * so that a reader sees the old one or the new one. It belongs to whom the old one belonged to. ERR_IO. */
bool file_replace(const char *path, struct bytes content, mode_t mode, struct err *err);

/* A new file with this content, for its owner alone. False, with errno, when it cannot be made; EEXIST: one is there.
 */
bool file_create(const char *path, struct bytes content);

/* Writes all of it and waits until it is safe on disk. */
bool file_write(int fd, struct bytes content);
/* The name of a new file is safe on disk only when its directory is. */
bool file_sync_directory(const char *path);

#endif
