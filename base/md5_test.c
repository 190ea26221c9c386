/* SPDX-License-Identifier: BSD-3-Clause */
/* md5_test.c -- the digests of RFC 1321, A.5, and of every length to 130. */
#include "base/md5.h"

#include "base/strbuf.h"
#include "test/tap.h"

static const struct {
	const char *text, *digest;
} cases[] = {
	{ "", "d41d8cd98f00b204e9800998ecf8427e" },
	{ "a", "0cc175b9c0f1b6a831c399e269772661" },
	{ "abc", "900150983cd24fb0d6963f7d28e17f72" },
	{ "message digest", "f96b697d7cb7938d525a2f31aaf161d0" },
	{ "abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b" },
	{ "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
	    "d174ab98d277d9f5a5611c2c9f419d9f" },
	{ "1234567890123456789012345678901234567890123456789012345678901234567"
	  "8901234567890",
	    "57edf4a22be3c955ac49da2e2107b67a" },
};

static const char *
hex(const uint8_t digest[static 16], char text[static 33])
{
	for (int i = 0; i < 16; i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
	return text;
}

int
main(void)
{
	struct strbuf all = STRBUF_INIT;
	uint8_t digest[16];
	char text[33], block[130];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		md5(cases[i].text, strlen(cases[i].text), digest);
		is_cstr(hex(digest, text), cases[i].digest, "\"%s\"",
		    cases[i].text);
	}
	/* Where padding begins a block of its own, and where it does not. */
	memset(block, 'x', sizeof(block));
	for (size_t n = 0; n <= sizeof(block); n++) {
		md5(block, n, digest);
		sb_adds(&all, hex(digest, text));
	}
	md5(all.s, all.n, digest);
	is_cstr(hex(digest, text), "861e4a9e76c88ae6267e22fd76384596",
	    "lengths 0 to 130");
	sb_fini(&all);
	return tap_done();
}
