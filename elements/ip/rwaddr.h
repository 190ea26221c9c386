/* SPDX-License-Identifier: BSD-3-Clause */
/* rwaddr.h -- what the rewriters of addresses alone share. */
#ifndef ELEMENTS_IP_RWADDR_H
#define ELEMENTS_IP_RWADDR_H

#include "elements/ip/rwtcp.h"

/* ops->start: such flows are of any protocol. */
void rwaddr_start(struct rewriter *rw, struct rewriter_flow *f);
/* The cast must have been called. */
int rwaddr_configure(
    struct element *e, const struct strs *conf, struct errh *errh);
void rwaddr_add_handlers(struct element *e);

/* The transport checksum, whose pseudo header has changed. */
static inline void
rwaddr_apply_l4(
    struct packet *p, const struct rewriter_flow *f, unsigned int direction)
{
	const struct ip4 *ip = packet_ip4(p);
	int32_t room = packet_transport_length(p);

	if ((get_be16(ip->off) & IP4_OFFMASK) != 0)
		return;
	if (ip->proto == IPPROTO4_TCP && room >= TCP_SUM_END) {
		struct tcp *tcp = (struct tcp *)(void *)packet_transport(p);

		rewriter_csum(tcp->sum, direction, f->l4_delta);
	} else if (ip->proto == IPPROTO4_UDP &&
	           room >= (int32_t)sizeof(struct udp)) {
		struct udp *udp = (struct udp *)(void *)packet_transport(p);

		rewriter_udp_csum(udp->sum, direction, f->l4_delta);
	}
}

#endif
