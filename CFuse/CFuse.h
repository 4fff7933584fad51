// The only place that sees libfuse3. What Swift cannot import (function-like macros,
// variadics) and what changes between libfuse's releases becomes a plain function here.
#ifndef VACFS_CFUSE_H
#define VACFS_CFUSE_H

#define FUSE_USE_VERSION 312

#include <stdbool.h>
#include <stddef.h>

#include <fuse_lowlevel.h>

#endif
