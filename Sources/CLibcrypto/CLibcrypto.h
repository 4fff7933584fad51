// libcrypto's digests.
#ifndef VACFS_CLIBCRYPTO_H
#define VACFS_CLIBCRYPTO_H

#include <openssl/evp.h>

#endif
