/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * md5.h -- the MD5 message digest (RFC 1321), for telling payloads apart; it
 * protects nothing.
 */
#ifndef BASE_MD5_H
#define BASE_MD5_H

#include <stddef.h>
#include <stdint.h>

/* The digest of n bytes. */
void md5(const void *data, size_t n, uint8_t digest[static 16]);

#endif
