/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * CheckIP6Header -- let only well-formed IPv6 packets pass.
 *
 *	CheckIP6Header([BADADDRS, OFFSET])
 *
 *   in 0      packets with an IPv6 header OFFSET bytes in
 *   out 0     those whose header is whole and of version 6, whose payload
 *             length is there, and whose source is none of the bad ones:
 *             network header set, what follows the payload cut off
 *   out 1     the others; freed when nothing is connected there
 *
 *   BADADDRS  source addresses that are not tolerated, separated by spaces;
 *             the address of all ones never is
 *   OFFSET    where the header begins (default 0)
 *
 *   drops     read: bad packets so far; the first is reported
 *
 *	FromDevice(0) -> Strip(14) -> CheckIP6Header("2001:db8::ffff") -> ...
 */
#include "click/conf.h"
#include "elements/ip/quiet.h"
#include "elements/ip/say.h"
#include "elements/ip6/ip6_header.h"

struct check_ip6_header {
	VEC(struct ip6_addr) bad;
	int32_t offset;
	uint64_t drops;
};

/* Reads the list of addresses; the words lie in mem. */
static int
check_ip6_header_read_bad(
    struct element *e, struct str text, struct arena *mem, struct errh *errh)
{
	struct check_ip6_header *self = element_state(e);
	struct strs words = VEC_INIT;
	struct ip6_addr addr = ip6_mask(128);
	int err = vec_push(&self->bad, addr);

	conf_split_space(text, mem, &words);
	for (size_t i = 0; err == 0 && i < words.n; i++)
		if (arg_quiet(&arg_type_ip6, words.v[i], &addr, e))
			err = vec_push(&self->bad, addr);
		else
			err = errh_error(errh, "expects IP6ADDRESS -a ");
	if (err == ERR_NOMEM)
		errh_error(errh, "out of memory");
	vec_fini(&words);
	return err;
}

static int
check_ip6_header_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct check_ip6_header *self = element_state(e);
	struct str bad = { NULL, 0 };
	struct arena mem = ARENA_INIT;
	struct args a;
	int err;

	args_init(&a, conf, e, errh);
	args_str(&a, "BADADDRS", ARG_POS, &bad);
	args_i32(&a, "OFFSET", ARG_POS, &self->offset);
	err = args_complete(&a);
	if (err == 0)
		err = check_ip6_header_read_bad(e, bad, &mem, errh);
	str_free(&bad);
	arena_fini(&mem);
	return err;
}

static void
check_ip6_header_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct check_ip6_header *self = element_state(e);

	(void)stage;
	vec_fini(&self->bad);
}

static bool
check_ip6_header_good(struct check_ip6_header *self, struct packet *p)
{
	int64_t at = (int64_t)packet_headroom(p) + self->offset;
	int64_t room = (int64_t)p->length - self->offset;
	const struct ip6 *ip = (const struct ip6 *)(void *)(p->head + at);
	uint32_t plen;

	if (at < 0 || room < (int64_t)sizeof(*ip) || ip->vtf[0] >> 4 != 6)
		return false;
	room -= (int64_t)sizeof(*ip);
	plen = get_be16(ip->plen);
	if (plen > room)
		return false;
	for (size_t i = 0; i < self->bad.n; i++)
		if (ip6_equal(ip->src, self->bad.v[i].b))
			return false;
	packet_set_network(p, (const uint8_t *)ip, sizeof(*ip));
	packet_take(p, (uint32_t)room - plen);
	return true;
}

static inline int
check_ip6_header_one(struct element *e, struct thread *t, struct packet **p)
{
	struct check_ip6_header *self = element_state(e);

	if (likely(check_ip6_header_good(self, *p)))
		return 0;
	if (self->drops == 0)
		say("IP6 header check failed");
	counter_add(&self->drops, t, 1);
	return 1;
}

static void
check_ip6_header_action(struct element *e, struct batch *b)
{
	batch_route(e, b, check_ip6_header_one);
}

static void
check_ip6_header_add_handlers(struct element *e)
{
	struct check_ip6_header *self = element_state(e);

	handler_add_data(e, "drops", HANDLER_READ, DATA_U64, &self->drops);
}

const struct element_class element_check_ip6_header = {
	.name = "CheckIP6Header",
	.ports = "1/1-2",
	.processing = "a/ah",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct check_ip6_header),
	.configure = check_ip6_header_configure,
	.cleanup = check_ip6_header_cleanup,
	.add_handlers = check_ip6_header_add_handlers,
	.action = check_ip6_header_action,
};
