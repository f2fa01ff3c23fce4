// SHA-256 from OpenSSL's libcrypto: all that Storage uses of it.
#ifndef TINYSCORE_CCRYPTO_SHIM_H
#define TINYSCORE_CCRYPTO_SHIM_H

#include <openssl/evp.h>

#endif
