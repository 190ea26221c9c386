/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * crypto.h -- the cryptography that IPsec needs: AES-128 and DES in CBC mode,
 * SHA-1 and its HMAC.  The only seam to the library that does it (nettle).
 * Not an element.
 *
 * Keys are set up once and then used by any number of threads.  Nothing here
 * allocates or fails.
 */
#ifndef ELEMENTS_IPSEC_CRYPTO_H
#define ELEMENTS_IPSEC_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CRYPTO_AES_KEY = 16, /* bytes */
	CRYPTO_AES_BLOCK = 16,
	CRYPTO_DES_KEY = 8,
	CRYPTO_DES_BLOCK = 8,
	CRYPTO_SHA1 = 20,
};

/* Opaque: expanded keys. */
struct crypto_aes {
	uint32_t encrypt[44], decrypt[44];
};
struct crypto_des {
	uint32_t key[32];
};
struct crypto_hmac {
	uint64_t state[42];
};

void crypto_aes_key(struct crypto_aes *k, const uint8_t key[static 16]);
/* n: whole blocks; data is changed in place (RFC 3602). */
void crypto_aes_encrypt(const struct crypto_aes *k, const uint8_t iv[static 16],
    uint8_t *data, size_t n);
void crypto_aes_decrypt(const struct crypto_aes *k, const uint8_t iv[static 16],
    uint8_t *data, size_t n);

/* Parity bits of the key do not matter. */
void crypto_des_key(struct crypto_des *k, const uint8_t key[static 8]);
/* The same with blocks of 8 bytes (RFC 2405). */
void crypto_des_encrypt(const struct crypto_des *k, const uint8_t iv[static 8],
    uint8_t *data, size_t n);
void crypto_des_decrypt(const struct crypto_des *k, const uint8_t iv[static 8],
    uint8_t *data, size_t n);

void crypto_sha1(const uint8_t *data, size_t n, uint8_t digest[static 20]);
/* RFC 2104, with a key of n bytes.  Equal keys give equal bytes in *k. */
void crypto_hmac_key(struct crypto_hmac *k, const uint8_t *key, size_t n);
void crypto_hmac(const struct crypto_hmac *k, const uint8_t *data, size_t n,
    uint8_t digest[static 20]);

/* Whether n bytes are the same, in time that does not tell where they differ.
 */
bool crypto_equal(const uint8_t *a, const uint8_t *b, size_t n);

#endif
