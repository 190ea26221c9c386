/* SPDX-License-Identifier: BSD-3-Clause */
/* crypto_test.c -- the seam against the published vectors. */
#include "elements/ipsec/crypto.h"

#include <string.h>

#include "test/tap.h"

static size_t
unhex(const char *text, uint8_t *out)
{
	size_t n = 0;

	for (unsigned int x; sscanf(text + 2 * n, "%2x", &x) == 1; n++)
		out[n] = (uint8_t)x;
	return n;
}

/* RFC 3602, 4: cases 1, 2 and 4. */
static const struct {
	const char *key, *iv, *plain, *cipher;
} aes[] = {
	{ "06a9214036b8a15b512e03d534120006",
	    "3dafba429d9eb430b422da802c9fac41",
	    "53696e676c6520626c6f636b206d7367",
	    "e353779c1079aeb82708942dbe77181a" },
	{ "c286696d887c9aa0611bbb3e2025a45a",
	    "562e17996d093d28ddb3ba695a2e6f58",
	    "000102030405060708090a0b0c0d0e0f"
	    "101112131415161718191a1b1c1d1e1f",
	    "d296cd94c2cccf8a3a863028b5e1dc0a"
	    "7586602d253cfff91b8266bea6d61ab1" },
	{ "56e47a38c5598974bc46903dba290349",
	    "8ce82eefbea0da3c44699ed7db51b7d9",
	    "a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf"
	    "c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf",
	    "c30e32ffedc0774e6aff6af0869f71aa0f3af07a9a31a9c684db207eb0ef8e4e"
	    "35907aa632c3ffdf868bb7b29d3d46ad83ce9f9a102ee99d49a53e87f4c3da5"
	    "5" },
};

/* RFC 2202, 3: cases 1, 2, 3 and 6. */
static const struct {
	const char *key, *text, *digest;
	uint8_t key_fill,
	    text_fill; /* where they are one byte, again and again */
	size_t nkey, ntext;
} hmac[] = {
	{ NULL, "4869205468657265", "b617318655057264e28bc0b6fb378c8ef146be00",
	    0x0b, 0, 20, 0 },
	{ "4a656665",
	    "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
	    "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", 0, 0, 0, 0 },
	{ NULL, NULL, "125d7342b9ac11cd91a39af48aa17b4f63f175d3", 0xaa, 0xdd,
	    20, 50 },
	{ NULL,
	    "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a"
	    "65204b6579202d2048617368204b6579204669727374",
	    "aa4ae5e15272d00e95705637ce8a3b55ed402112", 0xaa, 0, 80, 0 },
};

static void
test_aes(void)
{
	for (size_t i = 0; i < sizeof(aes) / sizeof(aes[0]); i++) {
		uint8_t key[16], iv[16], plain[64], cipher[64], data[64];
		size_t n = unhex(aes[i].plain, plain);
		struct crypto_aes k;

		unhex(aes[i].key, key);
		unhex(aes[i].iv, iv);
		unhex(aes[i].cipher, cipher);
		crypto_aes_key(&k, key);
		memcpy(data, plain, n);
		crypto_aes_encrypt(&k, iv, data, n);
		ok(memcmp(data, cipher, n) == 0, "AES of %zu bytes", n);
		crypto_aes_decrypt(&k, iv, data, n);
		ok(memcmp(data, plain, n) == 0, "and back");
	}
}

/* FIPS 81, appendix C: "Now is the time for all " in CBC mode. */
static void
test_des(void)
{
	static const char plain[] = "Now is the time for all ";
	uint8_t key[8], iv[8], cipher[24], data[24];
	struct crypto_des k;

	unhex("0123456789abcdef", key);
	unhex("1234567890abcdef", iv);
	unhex("e5c7cdde872bf27c43e934008c389c0f683788499a7c05f6", cipher);
	crypto_des_key(&k, key);
	memcpy(data, plain, sizeof(data));
	crypto_des_encrypt(&k, iv, data, sizeof(data));
	ok(memcmp(data, cipher, sizeof(data)) == 0, "DES");
	crypto_des_decrypt(&k, iv, data, sizeof(data));
	ok(memcmp(data, plain, sizeof(data)) == 0, "and back");
}

static void
test_hmac(void)
{
	for (size_t i = 0; i < sizeof(hmac) / sizeof(hmac[0]); i++) {
		uint8_t key[80], text[80], want[20], got[20];
		size_t nkey = hmac[i].nkey, ntext = hmac[i].ntext;
		struct crypto_hmac k, again;

		memset(key, hmac[i].key_fill, sizeof(key));
		memset(text, hmac[i].text_fill, sizeof(text));
		if (hmac[i].key != NULL)
			nkey = unhex(hmac[i].key, key);
		if (hmac[i].text != NULL)
			ntext = unhex(hmac[i].text, text);
		unhex(hmac[i].digest, want);
		memset(&again, 0xa5, sizeof(again));
		crypto_hmac_key(&again, key, nkey);
		crypto_hmac_key(&k, key, nkey);
		ok(memcmp(&k, &again, sizeof(k)) == 0, "equal states");
		crypto_hmac(&k, text, ntext, got);
		ok(memcmp(got, want, 20) == 0, "HMAC-SHA1, key of %zu", nkey);
		crypto_hmac(&k, text, ntext, got);
		ok(memcmp(got, want, 20) == 0, "and again");
	}
}

int
main(void)
{
	uint8_t want[20], got[20];

	test_aes();
	test_des();
	test_hmac();
	/* RFC 3174, 7.3 */
	unhex("a9993e364706816aba3e25717850c26c9cd0d89d", want);
	crypto_sha1((const uint8_t *)"abc", 3, got);
	ok(memcmp(got, want, 20) == 0, "SHA-1");
	ok(crypto_equal(want, got, 20), "equal");
	got[19] ^= 1;
	ok(!crypto_equal(want, got, 20), "not equal");
	return tap_done();
}
