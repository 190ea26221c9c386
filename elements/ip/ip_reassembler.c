/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IPReassembler -- put IPv4 packets together from their fragments.
 *
 *	IPReassembler([keywords])
 *
 *   in 0      IPv4 packets, network header set
 *   out 0     whole packets: those that came whole, and each one made from
 *             fragments as soon as the last of them is there, with the Ethernet
 *             header and annotations of the first fragment
 *   out 1     what there is of packets that will never be whole: 30 seconds
 *             old, or in the way when memory is short; freed when nothing is
 *             connected there
 *
 *   HIMEM         bytes that may wait (default 256K); then the oldest go
 *   MAX_MTU_ANNO  an annotation of two bytes that gets the length of the
 *                 longest fragment
 *
 *   dump      read: counters, and the packets in the making
 *
 *	... -> CheckIPHeader -> r :: IPReassembler -> ...;
 *	r[1] -> ICMPError(18.26.4.24, timeexceeded, reassembly) -> ...;
 */
#include "elements/ip/ip_header.h"
#include "elements/ip/ip_reassembly.h"

struct ip_reassembler {
	struct ip_reassembly reassembly;
};

static void
ip_reassembler_give_up(void *e, struct thread *t, struct packet *p)
{
	output_push_one_checked(e, 1, t, p);
}

static int
ip_reassembler_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct ip_reassembler *self = element_state(e);
	struct ip_reassembly *r = &self->reassembly;
	struct arg_anno anno;
	struct args a;
	bool has_anno;

	ip_reassembly_init(r);
	r->memory_high = 256 * 1024;
	r->give_up = ip_reassembler_give_up;
	r->arg = e;
	args_init(&a, conf, e, errh);
	args_u32(&a, "HIMEM", 0, &r->memory_high);
	has_anno = args_anno(&a, "MAX_MTU_ANNO", 0, 2, &anno);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (has_anno)
		r->mtu_anno = anno.offset;
	return 0;
}

static void
ip_reassembler_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct ip_reassembler *self = element_state(e);

	(void)stage;
	ip_reassembly_fini(&self->reassembly, e->thread);
}

static inline int
ip_reassembler_one(struct element *e, struct thread *t, struct packet **p)
{
	struct ip_reassembler *self = element_state(e);
	const struct ip4 *ip = ip_header(*p);

	if (likely(ip != NULL && !ip_header_fragment(ip)))
		return 0;
	if (ip_header_whole(*p) == NULL)
		return PACKET_DROP;
	*p = ip_reassembly_add(&self->reassembly, t, *p);
	return *p == NULL ? PACKET_GONE : 0;
}

static void
ip_reassembler_action(struct element *e, struct batch *b)
{
	batch_route(e, b, ip_reassembler_one);
}

static int
ip_reassembler_dump(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct ip_reassembler *self = element_state(e);

	(void)user;
	ip_reassembly_print(&self->reassembly, call->out);
	return 0;
}

static void
ip_reassembler_add_handlers(struct element *e)
{
	handler_add_read(e, "dump", ip_reassembler_dump, 0, 0);
}

const struct element_class element_ip_reassembler = {
	.name = "IPReassembler",
	.ports = "1/1-2",
	.processing = "a/ah",
	.state_size = sizeof(struct ip_reassembler),
	.configure = ip_reassembler_configure,
	.cleanup = ip_reassembler_cleanup,
	.add_handlers = ip_reassembler_add_handlers,
	.action = ip_reassembler_action,
};
