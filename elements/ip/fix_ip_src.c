/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * FixIPSrc -- give packets that ask for it this router's source address.
 *
 *	FixIPSrc(IPADDR)
 *
 *   in 0      IPv4 packets, network header set
 *   out 0     the same; where the fix-IP-source annotation was set it is
 *             cleared, the source address is IPADDR and the header checksum
 *             new
 *
 * ICMPError sets the annotation, as it cannot know by which interface its
 * message leaves; this element stands before that interface.
 *
 *   IPADDR    the interface's address
 *
 *	... -> FixIPSrc(18.26.4.24) -> ToDevice(0);
 */
#include "click/anno.h"
#include "elements/ip/ip_header.h"

struct fix_ip_src {
	uint32_t addr;
};

static int
fix_ip_src_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct fix_ip_src *self = element_state(e);
	struct args a;

	args_init(&a, conf, e, errh);
	args_ip4(&a, "IPADDR", ARG_POS | ARG_MAND, &self->addr);
	return args_complete(&a);
}

static inline struct packet *
fix_ip_src_one(struct element *e, struct thread *t, struct packet *p)
{
	struct fix_ip_src *self = element_state(e);
	struct ip4 *ip;

	if (likely(anno_u8(p, ANNO_FIX_IP_SRC) == 0) ||
	    ip_header_whole(p) == NULL)
		return p;
	ip = ip_header_write(t, &p);
	if (ip == NULL)
		return NULL;
	anno_set_u8(p, ANNO_FIX_IP_SRC, 0);
	put_u32(ip->src, self->addr);
	ip_header_set_sum(ip, ip4_hlen(ip));
	return p;
}

static void
fix_ip_src_action(struct element *e, struct batch *b)
{
	batch_each(e, b, fix_ip_src_one);
}

const struct element_class element_fix_ip_src = {
	.name = "FixIPSrc",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct fix_ip_src),
	.configure = fix_ip_src_configure,
	.action = fix_ip_src_action,
};
