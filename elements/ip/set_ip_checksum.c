/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SetIPChecksum -- compute IPv4 header checksums.
 *
 *	SetIPChecksum()
 *
 *   in 0      IPv4 packets; where no network header is set it is taken to
 *             begin with the packet
 *   out 0     the same, header checksum right; packets too short for their
 *             header are dropped
 *
 *   drops     read: packets dropped so far
 *
 * Elements that change a header repair its checksum; this one is for those
 * that write raw bytes (StoreData, StoreIPAddress).
 *
 *	... -> StoreIPAddress(1.2.3.4, 16) -> SetIPChecksum -> ...
 */
#include "elements/ip/ip_header.h"
#include "elements/ip/say.h"

struct set_ip_checksum {
	uint64_t drops;
};

static NOINLINE int
set_ip_checksum_bad(struct set_ip_checksum *self, struct thread *t)
{
	if (self->drops == 0)
		say("SetIPChecksum: bad input packet");
	counter_add(&self->drops, t, 1);
	return PACKET_DROP;
}

static inline int
set_ip_checksum_one(struct element *e, struct thread *t, struct packet **p)
{
	struct set_ip_checksum *self = element_state(e);
	uint8_t *at;
	int64_t n;
	unsigned int hlen;

	if (unlikely(packet_uniqueify(t, p) == NULL))
		return PACKET_GONE;
	at = packet_network(*p);
	if (at == NULL)
		at = (*p)->data;
	n = packet_end(*p) - at;
	if (unlikely(n < (int64_t)sizeof(struct ip4)))
		return set_ip_checksum_bad(self, t);
	hlen = ip4_hlen((struct ip4 *)at);
	if (unlikely(hlen < sizeof(struct ip4) || hlen > n))
		return set_ip_checksum_bad(self, t);
	ip_header_set_sum((struct ip4 *)at, hlen);
	return 0;
}

static void
set_ip_checksum_action(struct element *e, struct batch *b)
{
	batch_route(e, b, set_ip_checksum_one);
}

static void
set_ip_checksum_add_handlers(struct element *e)
{
	struct set_ip_checksum *self = element_state(e);

	handler_add_data(e, "drops", HANDLER_READ, DATA_U64, &self->drops);
}

const struct element_class element_set_ip_checksum = {
	.name = "SetIPChecksum",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct set_ip_checksum),
	.add_handlers = set_ip_checksum_add_handlers,
	.action = set_ip_checksum_action,
};
