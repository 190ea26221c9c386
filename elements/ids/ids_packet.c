/* SPDX-License-Identifier: BSD-3-Clause */
/* ids_packet.c -- one datagram before the rules of the IDS element; see ids.h.
 */
#include "elements/ids/ids.h"

/* Tells of the rules that were met; where the packet goes. */
static int
ids_verdict(struct element *e, struct ids *self, struct ids_packet *pk)
{
	const struct rule_matches *m = &pk->matches;
	const struct snort_rule *rules = self->rules.rules.v;
	int out = IDS_OUT_PASS;

	self->count[IDS_GAVE_UP] += m->gave_up;
	self->count[IDS_MORE] += m->more;
	for (uint32_t i = 0; i < m->n; i++)
		if (rules[m->rule[i]].action == SNORT_PASS) {
			self->count[IDS_PASSED]++;
			return IDS_OUT_PASS;
		}
	for (uint32_t i = 0; i < m->n; i++) {
		ids_log_add(self, pk, m->rule[i]);
		if (rules[m->rule[i]].action == SNORT_DROP)
			out = IDS_OUT_DROP;
		else if (out == IDS_OUT_PASS &&
		         output_connected(e, IDS_OUT_ALERT))
			out = IDS_OUT_ALERT;
	}
	if (out == IDS_OUT_DROP)
		ids_flow_block(self, pk);
	return out;
}

/* Rules of the packet, and of its stream if it has one. */
static int
ids_look(struct element *e, struct ids *self, struct ids_packet *pk,
    const struct tcp *tcp)
{
	struct rule_view *v = &pk->view;

	if (pk->flow != NULL && (pk->flow->state & IDS_BLOCKED) != 0) {
		self->count[IDS_BLOCKED_PACKETS]++;
		return IDS_OUT_DROP;
	}
	rule_matches_init(&pk->matches);
	if (tcp != NULL && pk->flow != NULL) {
		ids_tcp_segment(self, pk, tcp, v->data, v->n);
		rule_set_match_header(&self->set, v, &pk->matches);
	} else {
		v->flow = ids_flow_bits(pk);
		rule_set_match_header(&self->set, v, &pk->matches);
		rule_set_match_contents(
		    &self->set, v, pk->scratch, &pk->matches);
	}
	return ids_verdict(e, self, pk);
}

static bool
ids_sum_good(
    const struct ids *self, const struct ip4 *ip, const uint8_t *l4, uint32_t n)
{
	if (!self->checksum)
		return true;
	if (ip->proto == IPPROTO4_UDP && get_u16(l4 + 6) == 0)
		return true; /* RFC 768: none was computed */
	return ip4_l4_csum(ip, l4, n) == 0;
}

static int
ids_packet_tcp(struct element *e, struct ids *self, struct ids_packet *pk,
    const uint8_t *l4, uint32_t n)
{
	const struct tcp *tcp = (const struct tcp *)(const void *)l4;
	struct rule_view *v = &pk->view;

	if (n < sizeof(*tcp) || tcp_hlen(tcp) < sizeof(*tcp) ||
	    tcp_hlen(tcp) > n) {
		self->count[IDS_OTHER]++;
		return IDS_OUT_PASS;
	}
	if (!ids_sum_good(self, v->ip, l4, n)) {
		self->count[IDS_BAD_SUM]++;
		return IDS_OUT_PASS;
	}
	v->sport = get_be16(tcp->sport);
	v->dport = get_be16(tcp->dport);
	v->flags = tcp->flags;
	v->data = l4 + tcp_hlen(tcp);
	v->n = v->dsize = n - tcp_hlen(tcp);
	ids_flow_find(self, pk, l4);
	return ids_look(e, self, pk, tcp);
}

static int
ids_packet_udp(struct element *e, struct ids *self, struct ids_packet *pk,
    const uint8_t *l4, uint32_t n)
{
	const struct udp *udp = (const struct udp *)(const void *)l4;
	struct rule_view *v = &pk->view;
	uint32_t length = n < sizeof(*udp) ? 0 : get_be16(udp->len);

	if (length < sizeof(*udp) || length > n) {
		self->count[IDS_OTHER]++;
		return IDS_OUT_PASS;
	}
	if (!ids_sum_good(self, v->ip, l4, length)) {
		self->count[IDS_BAD_SUM]++;
		return IDS_OUT_PASS;
	}
	v->sport = get_be16(udp->sport);
	v->dport = get_be16(udp->dport);
	v->data = l4 + sizeof(*udp);
	v->n = v->dsize = length - (uint32_t)sizeof(*udp);
	ids_flow_find(self, pk, l4);
	if (pk->flow != NULL && pk->which != pk->flow->client)
		pk->flow->state |= IDS_ESTABLISHED;
	return ids_look(e, self, pk, NULL);
}

/* ICMP and whatever else. */
static int
ids_packet_plain(struct element *e, struct ids *self, struct ids_packet *pk,
    const uint8_t *l4, uint32_t n)
{
	struct rule_view *v = &pk->view;
	uint32_t header = 0;

	if (v->ip->proto == IPPROTO4_ICMP && n >= sizeof(struct icmp)) {
		v->itype = l4[0];
		v->icode = l4[1];
		header = sizeof(struct icmp);
	}
	v->data = l4 + header;
	v->n = v->dsize = n - header;
	return ids_look(e, self, pk, NULL);
}

int
ids_datagram(struct element *e, struct thread *t, const struct packet *p,
    const struct ip4 *ip, uint32_t length)
{
	struct ids *self = element_state(e);
	struct scratch_mark m = scratch_mark(t);
	struct ids_packet pk = { .thread = t,
		.time_ns = p->timestamp_ns,
		.view = { .ip = ip, .itype = -1, .icode = -1 } };
	const uint8_t *l4 = (const uint8_t *)ip + ip4_hlen(ip);
	uint32_t n = length - ip4_hlen(ip);
	int out;

	pk.now_ms = (uint32_t)(thread_recent_ns(t) / 1000000);
	pk.scratch = scratch_alloc(
	    t, (3 * rule_set_words(&self->set) + 1) * sizeof(*pk.scratch));
	ids_flows_reap(self, pk.now_ms);
	if (ip->proto == IPPROTO4_TCP)
		out = ids_packet_tcp(e, self, &pk, l4, n);
	else if (ip->proto == IPPROTO4_UDP)
		out = ids_packet_udp(e, self, &pk, l4, n);
	else
		out = ids_packet_plain(e, self, &pk, l4, n);
	scratch_release(t, m);
	return out;
}
