// libcrypto's digests.
#ifndef VACFS_CLIBCRYPTO_H
#define VACFS_CLIBCRYPTO_H

// The functions for SHA-1 alone are deprecated, as SHA-1 is for signatures; scores are no signatures.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/evp.h>
#include <openssl/sha.h>

#endif
