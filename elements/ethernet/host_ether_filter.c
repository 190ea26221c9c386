/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * HostEtherFilter(ETHER [, DROP_OWN, DROP_OTHER, OFFSET]) -- keeps the frames
 * that are meant for a host
 *
 *   in 0        Ethernet frames
 *   out 0       those for ETHER, for all or for a group; the packet type says
 *               which
 *   out 1       the others, if connected; else they are killed
 *
 *   ETHER       the host's Ethernet address
 *   DROP_OWN    true: what ETHER has sent is dropped too; default false
 *   DROP_OTHER  false: frames for other hosts are kept; default true
 *   OFFSET      where the Ethernet header begins, default 0
 *
 *   ether       read/write: ETHER
 *
 *     FromDevice(0) -> HostEtherFilter(1:1:1:1:1:1) -> ...
 */
#include "base/bytes.h"
#include "click/element.h"

struct host_ether_filter {
	uint8_t mac[6];
	uint32_t offset;
	bool drop_own, drop_other;
};

static int
host_ether_filter_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct host_ether_filter *s = element_state(e);
	bool drop_own = false, drop_other = true;
	uint32_t offset = 0;
	struct args a;

	args_init(&a, conf, e, errh);
	args_ether(&a, "ETHER", ARG_POS | ARG_MAND, s->mac);
	args_bool(&a, "DROP_OWN", ARG_POS, &drop_own);
	args_bool(&a, "DROP_OTHER", ARG_POS, &drop_other);
	args_u32(&a, "OFFSET", 0, &offset);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	s->drop_own = drop_own;
	s->drop_other = drop_other;
	s->offset = offset;
	return 0;
}

static inline int
host_ether_filter_one(struct element *e, struct thread *t, struct packet **pp)
{
	static const uint8_t broadcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff };
	struct host_ether_filter *s = element_state(e);
	struct packet *p = *pp;
	const struct ether *eth = (const struct ether *)(p->data + s->offset);

	(void)t;
	if (p->length < sizeof(*eth) || s->offset > p->length - sizeof(*eth))
		return 1;
	if (s->drop_own && memcmp(eth->src, s->mac, 6) == 0)
		return 1;
	if (memcmp(eth->dst, s->mac, 6) == 0)
		p->type = PACKET_HOST;
	else if (memcmp(eth->dst, broadcast, 6) == 0)
		p->type = PACKET_BROADCAST;
	else if ((eth->dst[0] & 1) != 0)
		p->type = PACKET_MULTICAST;
	else {
		p->type = PACKET_OTHERHOST;
		return s->drop_other ? 1 : 0;
	}
	return 0;
}

static void
host_ether_filter_action(struct element *e, struct batch *b)
{
	batch_route(e, b, host_ether_filter_one);
}

static void
host_ether_filter_add_handlers(struct element *e)
{
	struct host_ether_filter *s = element_state(e);

	handler_add_data(
	    e, "ether", HANDLER_READ | HANDLER_WRITE, DATA_ETHER, s->mac);
}

const struct element_class element_host_ether_filter = {
	.name = "HostEtherFilter",
	.ports = "1/1-2",
	.processing = "a/ah",
	.flags = ELEMENT_SHAREABLE | ELEMENT_LIVE,
	.state_size = sizeof(struct host_ether_filter),
	.configure = host_ether_filter_configure,
	.add_handlers = host_ether_filter_add_handlers,
	.action = host_ether_filter_action,
};
