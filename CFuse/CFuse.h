// The only place that sees libfuse3. What Swift cannot import (function-like macros,
// variadics) and what changes between libfuse's releases becomes a plain function here.
#ifndef VACFS_CFUSE_H
#define VACFS_CFUSE_H

#define FUSE_USE_VERSION 312

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>

#include <fuse_log.h>
#include <fuse_lowlevel.h>

// lseek(2)'s SEEK_DATA and SEEK_HOLE, which glibc shows with _GNU_SOURCE only.
enum { CFUSE_SEEK_DATA = 3, CFUSE_SEEK_HOLE = 4 };

// A macro from libfuse 3.17 on.
static inline struct fuse_session *cfuse_session_new(
    struct fuse_args *arguments, const struct fuse_lowlevel_ops *operations, void *context) {
  return fuse_session_new(arguments, operations, sizeof *operations, context);
}

// Whether the kernel offers a capability (FUSE_CAP_...). 64 bits from libfuse 3.17 on.
static inline bool cfuse_offers(const struct fuse_conn_info *connection, uint64_t capability) {
#if FUSE_VERSION >= FUSE_MAKE_VERSION(3, 17)
  return (connection->capable_ext & capability) != 0;
#else
  return (connection->capable & capability) != 0;
#endif
}

// Asks for a capability if `wanted` and the kernel offers it, else does without.
static inline void cfuse_want(
    struct fuse_conn_info *connection, uint64_t capability, bool wanted) {
#if FUSE_VERSION >= FUSE_MAKE_VERSION(3, 17)
  if (wanted)
    fuse_set_feature_flag(connection, capability);
  else
    fuse_unset_feature_flag(connection, capability);
#else
  if (wanted)
    connection->want |= connection->capable & (unsigned)capability;
  else
    connection->want &= ~(unsigned)capability;
#endif
}

typedef void (*cfuse_log_sink)(int level, const char *message);

// The place that holds who is handed libfuse's messages. (Swift does not see variables that
// a header defines, except inside a function.)
static inline cfuse_log_sink *cfuse_current_log_sink(void) {
  static cfuse_log_sink sink;
  return &sink;
}

static inline void cfuse_log(enum fuse_log_level level, const char *format, va_list arguments) {
  char message[1024];
  vsnprintf(message, sizeof message, format, arguments);
  (*cfuse_current_log_sink())(level, message);
}

// Hands every message of libfuse, formatted, to `sink` instead of standard error.
static inline void cfuse_set_log_sink(cfuse_log_sink sink) {
  *cfuse_current_log_sink() = sink;
  fuse_set_log_func(cfuse_log);
}

// Receives the descriptor that fusermount3 sends over `socket` (cmsg(3), SCM_RIGHTS).
// Returns -1 with errno set, errno 0 when the other side closed without sending one.
static inline int cfuse_receive_descriptor(int socket) {
  char byte;
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(int))];
  } control;
  struct iovec data = {.iov_base = &byte, .iov_len = 1};
  struct msghdr message = {
      .msg_iov = &data,
      .msg_iovlen = 1,
      .msg_control = control.space,
      .msg_controllen = sizeof control.space,
  };
  ssize_t count;
  do {
    count = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  } while (count == -1 && errno == EINTR);
  if (count == -1) return -1;
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  if (count == 0 || header == NULL || header->cmsg_level != SOL_SOCKET
      || header->cmsg_type != SCM_RIGHTS || header->cmsg_len != CMSG_LEN(sizeof(int))) {
    errno = 0;
    return -1;
  }
  int descriptor;
  memcpy(&descriptor, CMSG_DATA(header), sizeof descriptor);
  return descriptor;
}

#endif
