/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * cgnat_packet.c -- packets through CGNAT, checksums mended.  See cgnat.h.
 *
 * From inside the source is replaced.  If the destination is then one of the
 * external addresses the packet turns round and is treated as one from outside
 * (hairpinning, RFC 4787, REQ-9; RFC 5382, REQ-8; RFC 5508, REQ-7).
 */
#include "click/anno.h"
#include "elements/ip/ip_header.h"
#include "elements/tcpudp/cgnat.h"

enum { TCP_SUM = 16, UDP_SUM = 6, ICMP_SUM = 2, ICMP_ID = 4, L4_MIN = 8 };

/* A transport header with at least its first 8 bytes. */
struct cg_packet {
	struct ip4 *ip;
	uint8_t *l4;
	uint32_t n; /* bytes at l4 */
};

/* The packet at bytes; false: its headers are not there. */
static bool
cg_packet_read(uint8_t *bytes, uint32_t room, struct cg_packet *c)
{
	struct ip4 *ip = (struct ip4 *)(void *)bytes;
	uint32_t hlen;

	if (room < sizeof(*ip))
		return false;
	hlen = ip4_hlen(ip);
	if (ip4_version(ip) != 4 || hlen < sizeof(*ip) ||
	    room < hlen + L4_MIN || !ip_header_first_fragment(ip))
		return false;
	*c = (struct cg_packet){ ip, bytes + hlen, room - hlen };
	return true;
}

static bool
cg_is_query(const struct cg_packet *c)
{
	return c->ip->proto == IPPROTO4_ICMP &&
	       (c->l4[0] == ICMP_ECHO || c->l4[0] == ICMP_ECHOREPLY);
}

/* Whether it is of a protocol that has mappings. */
static bool
cg_is_mapped(const struct cg_packet *c)
{
	return c->ip->proto == IPPROTO4_UDP || c->ip->proto == IPPROTO4_TCP ||
	       cg_is_query(c);
}

static bool
cg_is_error(const struct cg_packet *c)
{
	uint8_t type = c->l4[0];

	return c->ip->proto == IPPROTO4_ICMP &&
	       (type == ICMP_UNREACH || type == ICMP_TIMXCEED ||
	           type == ICMP_PARAMPROB);
}

/* Where the port, or identifier, of one side stands. */
static uint8_t *
cg_port(const struct cg_packet *c, bool src)
{
	if (c->ip->proto == IPPROTO4_ICMP)
		return c->l4 + ICMP_ID;
	return c->l4 + (src ? 0 : 2);
}

/* Mends the transport checksum, if its bytes are there. */
static void
cg_mend(const struct cg_packet *c, uint32_t addr[2], uint16_t port[2])
{
	uint8_t *sum = NULL;

	if (c->ip->proto == IPPROTO4_TCP && c->n >= TCP_SUM + 2)
		sum = c->l4 + TCP_SUM;
	else if (c->ip->proto == IPPROTO4_UDP && get_u16(c->l4 + UDP_SUM) != 0)
		sum = c->l4 + UDP_SUM;
	else if (c->ip->proto == IPPROTO4_ICMP)
		sum = c->l4 + ICMP_SUM;
	if (sum == NULL)
		return;
	/* ICMP has no pseudo header. */
	if (c->ip->proto != IPPROTO4_ICMP)
		put_u16(sum, csum_update32(get_u16(sum), addr[0], addr[1]));
	put_u16(sum, csum_update16(get_u16(sum), port[0], port[1]));
	/* Zero would mean that there is none (RFC 768). */
	if (c->ip->proto == IPPROTO4_UDP && get_u16(sum) == 0)
		put_u16(sum, 0xffff);
}

/* Replaces address and port of one side. */
static void
cg_set(const struct cg_packet *c, bool src, const struct flow_key *end)
{
	uint8_t *at = src ? c->ip->src : c->ip->dst;
	uint8_t *p = cg_port(c, src);
	uint32_t addr[2] = { get_u32(at), end->src };
	uint16_t port[2] = { get_u16(p), end->sport };

	put_u16(
	    c->ip->sum, csum_update32(get_u16(c->ip->sum), addr[0], addr[1]));
	put_u32(at, addr[1]);
	put_u16(p, port[1]);
	cg_mend(c, addr, port);
}

/* The same of an address alone: the header around an error. */
static void
cg_set_address(struct ip4 *ip, bool src, uint32_t addr)
{
	uint8_t *at = src ? ip->src : ip->dst;

	put_u16(ip->sum, csum_update32(get_u16(ip->sum), get_u32(at), addr));
	put_u32(at, addr);
}

/*
 * An ICMP error (RFC 5508, 4): the packet it is about went the other way, so
 * that there the other side is to be replaced.  out: from inside.
 */
static bool
cg_error(struct cgnat *g, const struct cg_packet *c, bool out)
{
	struct cg_packet about;
	const struct cg_mapping *m;
	uint32_t n = get_be16(c->ip->len) - ip4_hlen(c->ip);
	const uint8_t *at;

	if (n > c->n || n < L4_MIN || csum(c->l4, n) != 0 ||
	    !cg_packet_read(c->l4 + L4_MIN, n - L4_MIN, &about) ||
	    !cg_is_mapped(&about))
		return false;
	at = out ? about.ip->dst : about.ip->src;
	m = out ? cgnat_out(g, get_u32(at), get_u16(cg_port(&about, false)),
	              about.ip->proto, false)
	        : cgnat_in(g, get_u32(at), get_u16(cg_port(&about, true)),
	              about.ip->proto);
	if (m == NULL)
		return false;
	cg_set(&about, !out, &m->key[out]);
	/* Who sends it from inside may be a router: it hides, too. */
	cg_set_address(c->ip, out, m->key[out].src);
	put_u16(c->l4 + ICMP_SUM, 0);
	put_u16(c->l4 + ICMP_SUM, csum(c->l4, n));
	return true;
}

/* Translates what goes out, or comes in; false: it has no mapping. */
static bool
cg_translate(struct cgnat *g, const struct cg_packet *c, bool out)
{
	uint8_t proto = c->ip->proto;
	struct cg_mapping *m;

	if (cg_is_error(c))
		return cg_error(g, c, out);
	if (!cg_is_mapped(c) ||
	    (proto == IPPROTO4_TCP && c->n < sizeof(struct tcp)))
		return false;
	if (out)
		m = cgnat_out(g, get_u32(c->ip->src), get_u16(cg_port(c, true)),
		    proto, true);
	else
		m = cgnat_in(
		    g, get_u32(c->ip->dst), get_u16(cg_port(c, false)), proto);
	if (m == NULL)
		return false;
	if (proto == IPPROTO4_TCP)
		cgnat_tcp(g, m, c->l4[13], out);
	/* RFC 4787, REQ-6: what comes in keeps no UDP mapping alive. */
	if (out || proto == IPPROTO4_TCP)
		m->last_ms = g->now_ms;
	cg_set(c, out, &m->key[out]);
	return true;
}

/* The headers of *p, made private; *gone if there was no memory. */
static bool
cg_open(struct cgnat *g, struct packet **p, struct cg_packet *c, bool *gone)
{
	*gone = false;
	if (ip_header_whole(*p) == NULL)
		return false;
	if (packet_uniqueify(g->thread, p) == NULL) {
		*gone = true;
		return false;
	}
	return cg_packet_read(
	    packet_network(*p), (uint32_t)packet_network_length(*p), c);
}

static int
cg_other(struct cgnat *g, bool gone, uint64_t *count)
{
	(void)g;
	if (gone)
		return PACKET_GONE;
	++*count;
	return CG_OTHER;
}

int
cgnat_from_outside(struct cgnat *g, struct packet **p)
{
	struct cg_packet c;
	bool gone;

	if (!cg_open(g, p, &c, &gone))
		return cg_other(g, gone, &g->bad);
	if (!cg_translate(g, &c, false))
		return cg_other(g, false, &g->unmapped);
	anno_set_u32(*p, ANNO_DST_IP, get_u32(c.ip->dst));
	return CG_INSIDE;
}

int
cgnat_from_inside(struct cgnat *g, struct packet **p)
{
	struct cg_packet c;
	bool gone;

	if (!cg_open(g, p, &c, &gone))
		return cg_other(g, gone, &g->bad);
	if (!cg_translate(g, &c, true))
		return cg_other(g, false, &g->unmapped);
	if (unlikely(cgnat_is_external(g, get_u32(c.ip->dst)))) {
		if (!cg_translate(g, &c, false))
			return cg_other(g, false, &g->unmapped);
		g->hairpins++;
		anno_set_u32(*p, ANNO_DST_IP, get_u32(c.ip->dst));
		return CG_INSIDE;
	}
	return CG_OUTSIDE;
}
