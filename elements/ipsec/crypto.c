/* SPDX-License-Identifier: BSD-3-Clause */
/* crypto.c -- see crypto.h: over nettle.  Not an element. */
#include "elements/ipsec/crypto.h"

#include <nettle/aes.h>
#include <nettle/cbc.h>
#include <nettle/des.h>
#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <nettle/sha1.h>
#include <string.h>

_Static_assert(sizeof(struct aes128_ctx) == 44 * 4, "crypto_aes");
_Static_assert(sizeof(struct des_ctx) == sizeof(struct crypto_des), "des");
_Static_assert(
    sizeof(struct hmac_sha1_ctx) <= sizeof(struct crypto_hmac), "hmac");
_Static_assert(
    _Alignof(struct hmac_sha1_ctx) <= _Alignof(struct crypto_hmac), "hmac");

void
crypto_aes_key(struct crypto_aes *k, const uint8_t key[static 16])
{
	struct aes128_ctx ctx;

	aes128_set_encrypt_key(&ctx, key);
	memcpy(k->encrypt, &ctx, sizeof(ctx));
	aes128_set_decrypt_key(&ctx, key);
	memcpy(k->decrypt, &ctx, sizeof(ctx));
}

void
crypto_aes_encrypt(const struct crypto_aes *k, const uint8_t iv[static 16],
    uint8_t *data, size_t n)
{
	uint8_t chain[CRYPTO_AES_BLOCK];

	memcpy(chain, iv, sizeof(chain));
	cbc_encrypt(k->encrypt, (nettle_cipher_func *)aes128_encrypt,
	    sizeof(chain), chain, n, data, data);
}

void
crypto_aes_decrypt(const struct crypto_aes *k, const uint8_t iv[static 16],
    uint8_t *data, size_t n)
{
	uint8_t chain[CRYPTO_AES_BLOCK];

	memcpy(chain, iv, sizeof(chain));
	cbc_decrypt(k->decrypt, (nettle_cipher_func *)aes128_decrypt,
	    sizeof(chain), chain, n, data, data);
}

void
crypto_des_key(struct crypto_des *k, const uint8_t key[static 8])
{
	struct des_ctx ctx;

	/* It tells weak keys, which whoever chose them wants to be used. */
	(void)des_set_key(&ctx, key);
	memcpy(k, &ctx, sizeof(ctx));
}

void
crypto_des_encrypt(const struct crypto_des *k, const uint8_t iv[static 8],
    uint8_t *data, size_t n)
{
	uint8_t chain[CRYPTO_DES_BLOCK];

	memcpy(chain, iv, sizeof(chain));
	cbc_encrypt(k, (nettle_cipher_func *)des_encrypt, sizeof(chain), chain,
	    n, data, data);
}

void
crypto_des_decrypt(const struct crypto_des *k, const uint8_t iv[static 8],
    uint8_t *data, size_t n)
{
	uint8_t chain[CRYPTO_DES_BLOCK];

	memcpy(chain, iv, sizeof(chain));
	cbc_decrypt(k, (nettle_cipher_func *)des_decrypt, sizeof(chain), chain,
	    n, data, data);
}

void
crypto_sha1(const uint8_t *data, size_t n, uint8_t digest[static 20])
{
	struct sha1_ctx ctx;

	sha1_init(&ctx);
	sha1_update(&ctx, n, data);
	sha1_digest(&ctx, CRYPTO_SHA1, digest);
}

void
crypto_hmac_key(struct crypto_hmac *k, const uint8_t *key, size_t n)
{
	struct hmac_sha1_ctx ctx;

	/* Its buffers, too: equal keys make equal states. */
	memset(&ctx, 0, sizeof(ctx));
	memset(k, 0, sizeof(*k));
	hmac_sha1_set_key(&ctx, n, key);
	memcpy(k->state, &ctx, sizeof(ctx));
}

void
crypto_hmac(const struct crypto_hmac *k, const uint8_t *data, size_t n,
    uint8_t digest[static 20])
{
	struct hmac_sha1_ctx ctx;

	memcpy(&ctx, k->state, sizeof(ctx));
	hmac_sha1_update(&ctx, n, data);
	hmac_sha1_digest(&ctx, CRYPTO_SHA1, digest);
}

bool
crypto_equal(const uint8_t *a, const uint8_t *b, size_t n)
{
	return memeql_sec(a, b, n) != 0;
}
