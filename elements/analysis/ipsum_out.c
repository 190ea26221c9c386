/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ipsum_out.c -- which headers a packet has that a summary dump can describe,
 * and complaints about those that it should have.
 */
#include "elements/analysis/ipsum.h"

#include "base/bytes.h"
#include "click/anno.h"
#include "elements/ip/ip_header.h"

void
ipsum_begin(struct ipsum_out *o, const struct packet *p)
{
	o->p = p;
	o->stamp_ns = p->timestamp_ns;
	o->extra_packets = anno_u32(p, ANNO_EXTRA_PACKETS);
	o->extra_length = anno_u32(p, ANNO_EXTRA_LENGTH);
	o->ip = NULL;
	o->tcp = NULL;
	o->udp = NULL;
	o->icmp = NULL;
	o->length = p->length;
	o->network_length = o->transport_length = 0;
}

/* Complains if that is wanted and has not happened for this packet. */
static bool
ipsum_complain(struct ipsum_out *o, const char *what, int64_t n)
{
	if (o->bad == NULL || o->bad->n > 0)
		return false;
	sb_printf(o->bad, "!bad %s", what);
	if (n >= 0)
		sb_printf(o->bad, "%lld", (long long)n);
	sb_addc(o->bad, '\n');
	return false;
}

/* Cuts what lies behind the IP packet's end off the lengths. */
static void
ipsum_measure(struct ipsum_out *o)
{
	int32_t ip_length = get_be16(o->ip->len);
	uint32_t there;

	if (o->network_length > ip_length) {
		uint32_t pad = (uint32_t)(o->network_length - ip_length);

		o->extra_length += pad;
		o->length -= pad < o->length ? pad : o->length;
		o->transport_length -= (int32_t)pad;
		o->network_length = ip_length;
		return;
	}
	there = (uint32_t)o->network_length + o->extra_length;
	if (o->careful_trunc && there < (uint32_t)ip_length)
		ipsum_complain(
		    o, "truncated IP missing ", (uint32_t)ip_length - there);
}

static bool
ipsum_good_ip(struct ipsum_out *o, const struct ip4 *ip)
{
	if (o->network_length < 4)
		return ipsum_complain(o, "truncated IP header", -1);
	if (ip4_version(ip) != 4)
		return ipsum_complain(o, "IP version ", ip4_version(ip));
	if (ip4_hlen(ip) < sizeof(*ip))
		return ipsum_complain(o, "IP header length ", ip->vhl & 15);
	if (get_be16(ip->len) < ip4_hlen(ip))
		return ipsum_complain(o, "IP length ", get_be16(ip->len));
	return true;
}

/* The bytes of o's transport header, NULL unless the packet has them. */
static const void *
ipsum_transport(struct ipsum_out *o)
{
	if (o->p->transport < 0 || o->transport_length <= 0 ||
	    o->network_length <= (int32_t)ip4_hlen(o->ip) ||
	    !ip_header_first_fragment(o->ip))
		return NULL;
	return packet_transport(o->p);
}

static void
ipsum_find_transport(struct ipsum_out *o)
{
	const void *h = ipsum_transport(o);

	if (h == NULL)
		return;
	switch (o->ip->proto) {
	case IPPROTO4_TCP:
		o->tcp = h;
		if (o->transport_length > 12 &&
		    tcp_hlen(o->tcp) < sizeof(struct tcp)) {
			ipsum_complain(
			    o, "TCP header length ", o->tcp->off >> 4);
			o->tcp = NULL;
		}
		break;
	case IPPROTO4_UDP:
		o->udp = h;
		break;
	case IPPROTO4_ICMP:
		o->icmp = h;
		break;
	}
}

void
ipsum_prepare(struct ipsum_out *o)
{
	const struct packet *p = o->p;
	uint64_t full;

	if (p->network < 0)
		return;
	o->network_length = packet_network_length(p);
	o->transport_length = p->transport < 0 ? 0 : packet_transport_length(p);
	if (!ipsum_good_ip(o, packet_ip4(p)))
		return;
	o->ip = packet_ip4(p);
	ipsum_measure(o);
	ipsum_find_transport(o);
	/* Lengths go by the header's; what it has no room for is extra. */
	full = (uint64_t)o->network_length + o->extra_length;
	if (get_be16(o->ip->len) != 0xffff || full <= 0xffff)
		o->extra_length = 0;
	else
		o->extra_length = (uint32_t)(full - 0xffff);
}

static const char *
ipsum_proto_name(int proto)
{
	switch (proto) {
	case IPPROTO4_TCP:
		return "TCP";
	case IPPROTO4_UDP:
		return "UDP";
	case IPPROTO4_ICMP:
		return "ICMP";
	default:
		return "TCP/UDP";
	}
}

/* True: the packet's protocol is another, which is no fault. */
static bool
ipsum_other_proto(const struct ipsum_out *o, int proto)
{
	if (o->network_length < 10)
		return false;
	if (proto == IPSUM_TCP_OR_UDP)
		return o->ip->proto != IPPROTO4_TCP &&
		       o->ip->proto != IPPROTO4_UDP;
	return o->ip->proto != proto;
}

bool
ipsum_missing(struct ipsum_out *o, int proto, int32_t n)
{
	const char *how = "truncated", *end = "";

	if (o->bad == NULL || o->bad->n > 0)
		return false;
	if (proto == IPSUM_ETHER)
		return ipsum_complain(o, "Ethernet header", -1);
	if (o->ip == NULL)
		return ipsum_complain(o, "no IP header", -1);
	if (proto == IPSUM_IP)
		return ipsum_complain(o, "truncated IP header capture", -1);
	if (ipsum_other_proto(o, proto))
		return false;
	if (o->network_length >= 8 && !ip_header_first_fragment(o->ip))
		how = "fragmented";
	else if ((int64_t)o->transport_length + o->extra_length >= n)
		end = " capture";
	sb_printf(
	    o->bad, "!bad %s %s header%s\n", how, ipsum_proto_name(proto), end);
	return false;
}
