/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Align(MODULUS, OFFSET) -- moves packet data to a given alignment.
 *
 *   in 0      any packets
 *   out 0     the same bytes, the first at an address that is OFFSET more than
 *             a multiple of MODULUS
 *   MODULUS   2, 4 or 8
 *   OFFSET    less than MODULUS
 *
 * None of our elements needs it: bytes are read at any alignment.
 *
 *	Strip(14) -> Align(4, 0) -> ...
 */
#include "click/element.h"

struct align {
	uint32_t mask;
	int32_t offset;
};

static int
align_configure(struct element *e, const struct strs *conf, struct errh *errh)
{
	struct align *s = element_state(e);
	uint32_t modulus = 0;
	struct args a;

	args_init(&a, conf, e, errh);
	args_u32(&a, "MODULUS", ARG_POS | ARG_MAND, &modulus);
	args_i32(&a, "OFFSET", ARG_POS | ARG_MAND, &s->offset);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (modulus != 2 && modulus != 4 && modulus != 8)
		return errh_error(errh, "MODULUS must be 2, 4, or 8");
	if (s->offset >= (int32_t)modulus)
		return errh_error(errh, "OFFSET must be smaller than MODULUS");
	s->mask = modulus - 1;
	return 0;
}

static inline struct packet *
align_one(struct element *e, struct thread *t, struct packet *p)
{
	struct align *s = element_state(e);
	uint32_t is = (uint32_t)(uintptr_t)p->data & s->mask;
	int32_t shift = (int32_t)(((uint32_t)s->offset - is) & s->mask);

	return shift == 0 ? p : packet_shift(t, &p, shift);
}

static void
align_action(struct element *e, struct batch *b)
{
	batch_each(e, b, align_one);
}

const struct element_class element_align = {
	.name = "Align",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct align),
	.configure = align_configure,
	.action = align_action,
};
