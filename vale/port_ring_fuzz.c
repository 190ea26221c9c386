/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * port_ring_fuzz.c -- a guest that is the fuzzer's: its bytes are written over
 * the rings, a piece at a time, and the switch runs after each.
 *
 *	byte 0, 1: where in the rings (in words); byte 2: how many words;
 *	then the words
 */
#include <stdlib.h>

#include "test/ring.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct tguest guest;
	struct vale_options o = { .poll_ns = 1 };
	struct vale *v = vale_new(&o, NULL);
	uint64_t *rings;

	if (v == NULL)
		return 0;
	(void)vale_switch_add(v, STR("v"), STR("wire"), NULL);
	(void)tguest_start(
	    &guest, v, 64, NETRING_F_SEGMENTS | NETRING_F_CSUM | NETRING_F_GSO);
	(void)tguest_open(&guest, 0, "a");
	(void)tguest_open(&guest, 1, "b");
	rings = (uint64_t *)(void *)(guest.guest.base + NETRING_PAGE);
	while (n > 3) {
		size_t at = (data[0] | data[1] << 8) %
		            (guest.guest.layout.ring_size * 4 / 8);
		size_t words = data[2] % 32;

		data += 3, n -= 3;
		for (; words > 0 && n >= 8; words--, data += 8, n -= 8)
			memcpy(&rings[at++ %
			              (guest.guest.layout.ring_size * 4 / 8)],
			    data, 8);
		(void)!write(guest.doorbell[1], "\n", 1);
		while (vale_round(v) > 0)
			continue;
		vale_wait(v, 0);
	}
	ASSERT(balance_of(v, STR("v")) == 0);
	vale_free(v);
	tguest_stop(&guest);
	return 0;
}
