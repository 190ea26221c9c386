/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * port_vhost_user_fuzz.c -- a front end and a guest gone mad: the first byte
 * says whether the rest is sent as messages or written over the rings of a
 * running port, in pieces.
 */
#include "test/vhost.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Ours is one program: the switch lives as long as it. */
static struct vfront front;

/* Pieces of {ring and offset, length, bytes}. */
static void
scribble(struct vfront *f, const uint8_t *data, size_t n)
{
	while (n > 3) {
		uint32_t at = (data[0] << 8 | data[1]) % VF_BUFFERS;
		size_t k = data[2] < n - 3 ? data[2] : n - 3;

		if (k > VF_MEMORY - at)
			k = VF_MEMORY - at;
		memcpy(f->memory + at, data + 3, k);
		data += 3 + k;
		n -= 3 + k;
		(void)vale_mem_put(f->t.port[0], f->memory, 60);
		vf_offer(f, data[-1] & 1, get_u16(f->memory + at));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const uint64_t features[] = { 0, VF_V1, VF_V1 | VF_MERGE,
		VF_V1 | VF_INDIRECTS | VF_EVENTS | VF_MERGE | VF_OFFLOADS };
	struct vfront *f = &front;
	uint8_t got[MEM_SLOT];

	if (n < 2)
		return 0;
	if (f->t.vale == NULL)
		vf_start(f, 0);
	vf_hang_up(f);
	vf_connect(f, features[data[0] >> 1 & 3]);
	if ((data[0] & 1) != 0) {
		scribble(f, data + 1, n - 1);
	} else {
		(void)vf_write(f, data + 1, n - 1, f->kick, data[1] & 1);
		for (int i = 0; i < 20; i++)
			vf_run(f);
	}
	while (vale_mem_get(f->t.port[0], got) >= 0)
		continue;
	ASSERT(vtest_balance(&f->t) == 0);
	return 0;
}
