/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IPMirror -- turn packets round: swap source and destination.
 *
 *	IPMirror([DST_ANNO])
 *
 *   in 0      IPv4 packets, network header set
 *   out 0     addresses swapped; in TCP and UDP packets, first fragments, the
 *             ports too, in TCP also sequence and acknowledgement numbers.
 *             Checksums stay right by themselves.
 *
 *   DST_ANNO  false: leave the destination annotation alone (default true)
 *
 *	FromDevice(0) -> Strip(14) -> CheckIPHeader -> IPMirror -> ...
 */
#include "click/anno.h"
#include "elements/ip/ip_header.h"

struct ip_mirror {
	bool dst_anno;
};

static int
ip_mirror_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct ip_mirror *self = element_state(e);
	struct args a;

	self->dst_anno = true;
	args_init(&a, conf, e, errh);
	args_bool(&a, "DST_ANNO", ARG_POS, &self->dst_anno);
	return args_complete(&a);
}

/* Swaps two adjacent words. */
static inline void
ip_mirror_swap32(uint8_t *at)
{
	uint64_t both = get_u64(at);

	put_u64(at, both << 32 | both >> 32);
}

static inline struct packet *
ip_mirror_one(struct element *e, struct thread *t, struct packet *p)
{
	struct ip_mirror *self = element_state(e);
	struct ip4 *ip = ip_header(p);
	uint32_t n;

	if (unlikely(ip == NULL))
		return p;
	ip = ip_header_write(t, &p);
	if (unlikely(ip == NULL))
		return NULL;
	ip_mirror_swap32(ip->src);
	if (self->dst_anno)
		anno_set_u32(p, ANNO_DST_IP, get_u32(ip->dst));
	n = ip_header_transport_length(p);
	if ((ip->proto == IPPROTO4_TCP || ip->proto == IPPROTO4_UDP) &&
	    ip_header_first_fragment(ip) && n >= 8) {
		uint8_t *h = packet_transport(p);
		uint32_t ports = get_u32(h);

		put_u32(h, ports << 16 | ports >> 16);
		if (ip->proto == IPPROTO4_TCP && n >= 12)
			ip_mirror_swap32(h + 4);
	}
	return p;
}

static void
ip_mirror_action(struct element *e, struct batch *b)
{
	batch_each(e, b, ip_mirror_one);
}

const struct element_class element_ip_mirror = {
	.name = "IPMirror",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct ip_mirror),
	.configure = ip_mirror_configure,
	.action = ip_mirror_action,
};
