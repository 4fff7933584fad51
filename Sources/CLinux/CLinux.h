// What Linux has beyond POSIX, and Swift's Glibc module does not show.
#ifndef VACFS_CLINUX_H
#define VACFS_CLINUX_H

#include <linux/falloc.h>
#include <sys/types.h>
#include <sys/xattr.h>

// Declared by <fcntl.h> for programs that define _GNU_SOURCE, which a module cannot do for Glibc.
int fallocate(int descriptor, int mode, off_t offset, off_t count);

#endif
