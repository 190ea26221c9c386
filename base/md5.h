/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * md5.h -- MD5 (RFC 1321) and HMAC-MD5 (RFC 2104): what CHAP (RFC 1994) is made
 * of, and what tells payloads apart.  Not for anything that could choose a
 * better hash.
 *
 *	struct md5 m;
 *	md5_init(&m);
 *	md5_update(&m, bytes, n);
 *	md5_final(&m, digest);
 */
#ifndef BASE_MD5_H
#define BASE_MD5_H

#include <stddef.h>
#include <stdint.h>

enum { MD5_SIZE = 16, MD5_BLOCK = 64 };

struct md5 {
	uint32_t h[4];
	uint64_t n; /* bytes so far */
	uint8_t block[MD5_BLOCK];
};

void md5_init(struct md5 *m);
void md5_update(struct md5 *m, const void *data, size_t n);
void md5_final(struct md5 *m, uint8_t digest[static MD5_SIZE]);

/* The digest of n bytes. */
void md5(const void *data, size_t n, uint8_t digest[static MD5_SIZE]);

/* HMAC with a key of 16 bytes. */
void md5_hmac(const uint8_t key[static MD5_SIZE], const void *data, size_t n,
    uint8_t digest[static MD5_SIZE]);

#endif
