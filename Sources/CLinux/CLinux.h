// What Linux has beyond POSIX, and Swift's Glibc module does not show.
#ifndef VACFS_CLINUX_H
#define VACFS_CLINUX_H

#include <linux/falloc.h>
#include <malloc.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/xattr.h>

// Declared by <dirent.h>, <fcntl.h>, <spawn.h> and <sys/uio.h> for programs that define _GNU_SOURCE,
// which a module cannot do for Glibc.
int fallocate(int descriptor, int mode, off_t offset, off_t count);
ssize_t getdents64(int descriptor, void *entries, size_t count);
// A posix_spawn_file_actions_t: <spawn.h> would bring types here that Swift takes from Glibc.
int posix_spawn_file_actions_addclosefrom_np(void *actions, int first);
int sync_file_range(int descriptor, off_t offset, off_t count, unsigned int flags);
ssize_t preadv2(int descriptor, const struct iovec *parts, int count, off_t offset, int flags);

// RWF_NOWAIT, whose definition Swift cannot read: fail with EAGAIN rather than wait for a disk.
static const int VACFS_RWF_NOWAIT = 8;

// Of <fcntl.h> and <unistd.h>, for the same programs. The numbers are the kernel's.
#define VACFS_O_NOATIME 01000000
// To be taken with O_DIRECTORY.
#define VACFS_O_TMPFILE 020000000
// Locks of an open file, which closing another descriptor of it does not take away.
#define VACFS_F_OFD_SETLK 37
#define VACFS_SEEK_DATA 3
// Of <sys/resource.h>: what a thread has used, and not all of them.
#define VACFS_RUSAGE_THREAD 1
// Of sync_file_range: begin to write, and wait for nothing.
#define VACFS_SYNC_FILE_RANGE_WRITE 2
#define VACFS_SEEK_HOLE 4

#endif
