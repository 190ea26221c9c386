/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * rwtcp.h -- TCP packets in rewriters: the connection's state, and sequence
 * numbers where something changed the length of what one side said.
 *
 * Changes are kept by direction: from sequence number trigger on, delta is
 * added to sequence numbers of that direction and subtracted from
 * acknowledgements (SACK blocks too) of the other.
 */
#ifndef ELEMENTS_IP_RWTCP_H
#define ELEMENTS_IP_RWTCP_H

#include "elements/ip/rewriter.h"

/* Older changes than these are taken to be acknowledged. */
enum { RWTCP_CHANGES = 8 };

struct rwtcp_change {
	uint32_t trigger;
	int32_t delta; /* all changes up to this one together */
};

struct rwtcp_seq {
	struct rwtcp_change change[2][RWTCP_CHANGES];
	uint8_t n[2];
	int32_t base[2]; /* delta before the first change */
};

/*
 * From sequence number trigger on packets of f in that direction are d bytes
 * longer (or, if negative, shorter).  Changes come in order; repeating the
 * last trigger replaces that change.  0, ERR_RANGE (before the last one) or
 * ERR_NOMEM.
 */
int rwtcp_change(struct flowset *set, struct rewriter_flow *f,
    unsigned int direction, uint32_t trigger, int32_t d);
/* The last delta of a direction. */
int32_t rwtcp_delta(const struct flowset *set, const struct rewriter_flow *f,
    unsigned int direction);
/* Those of a flow that comes from elsewhere, and has none yet.  ERR_NOMEM. */
int rwtcp_restore(
    struct flowset *set, struct rewriter_flow *f, const struct rwtcp_seq *seq);
/* f ends. */
void rwtcp_end(struct flowset *set, struct rewriter_flow *f);

/* Applies the changes to a TCP header with room bytes from its start. */
void rwtcp_renumber(const struct flowset *set, struct rewriter_flow *f,
    unsigned int direction, struct tcp *tcp, int32_t room);

/* Bytes of a TCP header up to and with its checksum. */
enum { TCP_SUM_END = 18 };

/* rewriter_apply_fn for TCP. */
static inline void
rwtcp_apply(struct rewriter *rw, struct packet *p, uint32_t record,
    struct rewriter_flow *f, unsigned int direction)
{
	const struct flow_key *k = &f->key[!direction];
	int32_t room = packet_transport_length(p);
	const struct ip4 *ip = packet_ip4(p);
	uint8_t before = f->tflags;
	struct tcp *tcp;
	bool payload;

	rewriter_apply_ip(rw, p, f, direction);
	if (unlikely(room < TCP_SUM_END))
		return;
	tcp = (struct tcp *)(void *)packet_transport(p);
	put_u16(tcp->sport, k->dport);
	put_u16(tcp->dport, k->sport);
	rewriter_csum(tcp->sum, direction, f->l4_delta);

	payload = ip4_hlen(ip) + tcp_hlen(tcp) < get_be16(ip->len);
	if (tcp->flags & TCP_RST)
		f->tflags |= TCP_DONE_BOTH;
	else if (tcp->flags & TCP_FIN)
		f->tflags |= (uint8_t)(TCP_DONE << direction);
	else if ((tcp->flags & TCP_SYN) || payload)
		f->tflags &= (uint8_t) ~(TCP_DONE << direction);
	if (payload)
		f->tflags |= (uint8_t)(TCP_DATA << direction);
	if (unlikely(before != f->tflags))
		rewriter_hasten(rw->set, record);
	if (unlikely(f->seq != 0) && room >= (int32_t)tcp_hlen(tcp) &&
	    room >= (int32_t)sizeof(*tcp))
		rwtcp_renumber(rw->set, f, direction, tcp, room);
}

/* Reads the TCP timeouts and the annotations; the rest stays in *rest. */
int rwtcp_configure(struct rewriter *rw, const struct strs *conf,
    struct arena *mem, struct strs *rest, struct errh *errh);
/* ops->unparse: also how far sequence numbers are off; ops->start. */
void rwtcp_unparse(const struct flowset *set, const struct rewriter_flow *f,
    unsigned int direction, struct strbuf *out);
void rwtcp_start(struct rewriter *rw, struct rewriter_flow *f);
/* Read handler "lookup": the flow "saddr sport daddr dport" rewritten. */
int rwtcp_read_lookup(
    struct element *e, uintptr_t user, struct handler_call *call);

#endif
