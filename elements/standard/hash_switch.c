/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * HashSwitch(OFFSET, LENGTH) -- spreads packets over its outputs by some of
 * their bytes
 *
 *   in 0       any packets (push)
 *   out *      packets that are alike in those bytes to the same output (push);
 *              packets that are too short to output 0
 *
 *   OFFSET, LENGTH
 *              the bytes that count
 *
 *     FromDevice(0) -> s :: HashSwitch(26, 8); // IPv4 addresses of a frame
 *     s[0] -> Queue -> ToDevice(1); s[1] -> Queue -> ToDevice(2);
 */
#include "base/bytes.h"
#include "click/element.h"

struct hash_switch {
	int32_t offset, length;
};

static int
hash_switch_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct hash_switch *s = element_state(e);
	struct args a;

	args_init(&a, conf, e, errh);
	args_i32(&a, "OFFSET", ARG_POS | ARG_MAND, &s->offset);
	args_i32(&a, "LENGTH", ARG_POS | ARG_MAND, &s->length);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (s->length == 0)
		return errh_error(errh, "length must be > 0");
	if (s->offset < 0 || s->length < 0)
		return errh_error(errh, "OFFSET and LENGTH must be >= 0");
	return 0;
}

/* The sum of n bytes, eight at a time: pairs, then all four pairs. */
static inline unsigned int
hash_switch_sum(const uint8_t *b, uint32_t n)
{
	const uint64_t even = 0x00ff00ff00ff00ff;
	unsigned int sum = 0;

	for (; n >= 8; b += 8, n -= 8) {
		uint64_t w = get_u64(b);

		w = (w & even) + (w >> 8 & even);
		sum += (unsigned int)(w * 0x0001000100010001 >> 48);
	}
	while (n-- > 0)
		sum += *b++;
	return sum;
}

static inline int
hash_switch_one(struct element *e, struct thread *t, struct packet **p)
{
	const struct hash_switch *s = element_state(e);
	uint64_t end = (uint64_t)s->offset + (uint64_t)s->length;
	unsigned int sum;

	(void)t;
	if ((*p)->length < end)
		return 0;
	sum = hash_switch_sum((*p)->data + s->offset, (uint32_t)s->length);
	if (e->nout == 2 || e->nout == 4 || e->nout == 8)
		return (int)((sum ^ sum >> 4) & (e->nout - 1u));
	return (int)(sum % e->nout);
}

static void
hash_switch_push(struct element *e, unsigned int port, struct batch *b)
{
	(void)port;
	batch_route_all(e, b, hash_switch_one);
}

const struct element_class element_hash_switch = {
	.name = "HashSwitch",
	.ports = "1/1-",
	.processing = "h",
	.state_size = sizeof(struct hash_switch),
	.flags = ELEMENT_SHAREABLE,
	.configure = hash_switch_configure,
	.push = hash_switch_push,
};
