/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SetRandIPAddress -- set the destination annotation to a random address.
 *
 *	SetRandIPAddress(PREFIX [, LIMIT])
 *
 *   in 0      packets
 *   out 0     the same, destination annotation a random address in PREFIX
 *
 *   PREFIX    ADDR/LEN
 *   LIMIT     draw that many addresses once and choose among them
 *
 *	InfiniteSource -> SetRandIPAddress(10.0.0.0/8, 1000)
 *	    -> LookupIPRoute(...) -> ...
 */
#include "click/anno.h"
#include "elements/ip/ip_arg.h"
#include "os/os.h"

enum { SET_RAND_IP_LIMIT_MAX = 1 << 24 };

struct set_rand_ip_address {
	struct ip4_prefix net;
	struct ip4_list drawn; /* empty: any address */
};

static uint32_t
set_rand_ip_address_pick(
    const struct set_rand_ip_address *self, struct rand_state *r)
{
	return (rand_u32(r) & ~self->net.mask) |
	       (self->net.addr & self->net.mask);
}

static int
set_rand_ip_address_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct set_rand_ip_address *self = element_state(e);
	int32_t limit = -1;
	struct rand_state r;
	uint64_t seed;
	struct args a;

	args_init(&a, conf, e, errh);
	args_ip4_prefix(&a, "PREFIX", ARG_POS | ARG_MAND, &self->net);
	args_i32(&a, "LIMIT", ARG_POS, &limit);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (limit > SET_RAND_IP_LIMIT_MAX)
		return errh_error(
		    errh, "LIMIT too large; max %d", SET_RAND_IP_LIMIT_MAX);
	os_random(&seed, sizeof(seed));
	rand_seed(&r, seed);
	for (int32_t i = 0; i < limit; i++)
		if (vec_push(
		        &self->drawn, set_rand_ip_address_pick(self, &r)) != 0)
			return errh_error(errh, "out of memory");
	return 0;
}

static void
set_rand_ip_address_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct set_rand_ip_address *self = element_state(e);

	(void)stage;
	vec_fini(&self->drawn);
}

static inline struct packet *
set_rand_ip_address_one(struct element *e, struct thread *t, struct packet *p)
{
	struct set_rand_ip_address *self = element_state(e);
	uint32_t addr;

	if (self->drawn.n > 0)
		addr = self->drawn
		           .v[rand_below(&t->rand, (uint32_t)self->drawn.n)];
	else
		addr = set_rand_ip_address_pick(self, &t->rand);
	anno_set_u32(p, ANNO_DST_IP, addr);
	return p;
}

static void
set_rand_ip_address_action(struct element *e, struct batch *b)
{
	batch_each(e, b, set_rand_ip_address_one);
}

const struct element_class element_set_rand_ip_address = {
	.name = "SetRandIPAddress",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct set_rand_ip_address),
	.configure = set_rand_ip_address_configure,
	.cleanup = set_rand_ip_address_cleanup,
	.action = set_rand_ip_address_action,
};
