/* SPDX-License-Identifier: BSD-3-Clause */
/* ip_print_text.c -- a helper of the elements in ip/; see ip_print_text.h. */
#include "elements/ip/ip_print_text.h"

#include "base/addr.h"
#include "click/nameinfo.h"
#include "elements/ip/ip_header.h"

/* A transport header, n bytes of which are there. */
struct ip_text {
	struct strbuf *sb;
	struct element *e;
	const struct packet *p;
	const struct ip4 *ip;
	const uint8_t *h;
	int32_t n;
};

static void
text_addresses(const struct ip_text *t)
{
	sb_ip4(t->sb, get_u32(t->ip->src));
	sb_adds(t->sb, " > ");
	sb_ip4(t->sb, get_u32(t->ip->dst));
	sb_adds(t->sb, ": ");
}

/* With ports; false if they are not there: then "tcp" or "truncated-tcp". */
static bool
text_ports(const struct ip_text *t, const char *name)
{
	if (t->n < 4 || !ip_header_first_fragment(t->ip)) {
		text_addresses(t);
		if (ip_header_first_fragment(t->ip))
			sb_adds(t->sb, "truncated-");
		sb_adds(t->sb, name);
		return false;
	}
	sb_ip4(t->sb, get_u32(t->ip->src));
	sb_printf(t->sb, ".%u > ", get_be16(t->h));
	sb_ip4(t->sb, get_u32(t->ip->dst));
	sb_printf(t->sb, ".%u: ", get_be16(t->h + 2));
	return true;
}

static void
text_tcp(const struct ip_text *t)
{
	const struct tcp *tcp = (const struct tcp *)t->h;
	uint32_t seq;
	int32_t len;

	if (!text_ports(t, "tcp"))
		return;
	if (t->n < 14) {
		sb_adds(t->sb, "truncated-tcp");
		return;
	}
	len = (int32_t)get_be16(t->ip->len) - (int32_t)ip4_hlen(t->ip) -
	      (int32_t)tcp_hlen(tcp);
	if (tcp->flags & TCP_SYN)
		sb_addc(t->sb, 'S');
	if (tcp->flags & TCP_FIN)
		sb_addc(t->sb, 'F');
	if (tcp->flags & TCP_RST)
		sb_addc(t->sb, 'R');
	if (tcp->flags & TCP_PSH)
		sb_addc(t->sb, 'P');
	if (!(tcp->flags & (TCP_SYN | TCP_FIN | TCP_RST | TCP_PSH)))
		sb_addc(t->sb, '.');
	len += !!(tcp->flags & TCP_SYN) + !!(tcp->flags & TCP_FIN);
	seq = get_be32(tcp->seq);
	sb_printf(t->sb, " %u:%u(%d,%u,%u)", seq, seq + (uint32_t)len, len,
	    t->p->length, get_be16(t->ip->len));
	if (tcp->flags & TCP_ACK)
		sb_printf(t->sb, " ack %u", get_be32(tcp->ack));
	if (t->n < 16)
		sb_adds(t->sb, "truncated-tcp");
	else
		sb_printf(t->sb, " win %u", get_be16(tcp->win));
}

static void
text_udp(const struct ip_text *t)
{
	if (!text_ports(t, "udp"))
		return;
	if (t->n < 8)
		sb_adds(t->sb, "truncated-udp");
	else
		sb_printf(t->sb, "udp %u", get_be16(t->h + 4));
}

/* The name of a number, or prefix and the number. */
static void
text_named(
    const struct ip_text *t, unsigned int table, uint32_t x, const char *prefix)
{
	struct str name =
	    name_reverse((enum name_type)table, t->e, &x, sizeof(x));

	if (name.n > 0)
		sb_add(t->sb, name);
	else
		sb_printf(t->sb, "%s%u", prefix, x);
}

/* The packet that could not be delivered is shown in part. */
static void
text_unreachable(const struct ip_text *t)
{
	enum { PROTOCOL = 2, PORT = 3, NEEDFRAG = 4 };
	const struct ip4 *inner = (const struct ip4 *)(t->h + 8);
	int32_t n = t->n - 8;

	if (n < (int32_t)sizeof(*inner)) {
		sb_adds(t->sb, "icmp unreachable ");
		text_named(t, NAME_ICMP_CODE + ICMP_UNREACH, t->h[1], "code ");
		sb_adds(t->sb, " truncated-icmp");
		return;
	}
	sb_adds(t->sb, "icmp ");
	sb_ip4(t->sb, get_u32(inner->dst));
	sb_adds(t->sb, " unreachable ");
	text_named(t, NAME_ICMP_CODE + ICMP_UNREACH, t->h[1], "code ");
	switch (t->h[1]) {
	case PROTOCOL:
		sb_addc(t->sb, ' ');
		text_named(t, NAME_IP_PROTO, inner->proto, "");
		break;
	case PORT:
		sb_addc(t->sb, ' ');
		text_named(t, NAME_IP_PROTO, inner->proto, "protocol ");
		if (n - (int32_t)ip4_hlen(inner) < 4)
			sb_adds(t->sb, "truncated-icmp");
		else
			sb_printf(t->sb, "/%u",
			    get_be16(
			        (const uint8_t *)inner + ip4_hlen(inner) + 2));
		break;
	case NEEDFRAG:
		if (get_be16(t->h + 6) != 0)
			sb_printf(t->sb, " (mtu %u)", get_be16(t->h + 6));
		break;
	}
}

static void
text_echo(const struct ip_text *t, const char *name, bool swap)
{
	sb_printf(t->sb, "icmp %s ", name);
	if (t->n < 8)
		sb_adds(t->sb, "truncated-icmp");
	else if (swap)
		sb_printf(
		    t->sb, "(%u, %u)", get_be16(t->h + 4), get_be16(t->h + 6));
	else
		sb_printf(
		    t->sb, "(%u, %u)", get_u16(t->h + 4), get_u16(t->h + 6));
}

static void
text_icmp(const struct ip_text *t, bool swap)
{
	uint32_t code;
	struct str name;

	text_addresses(t);
	if (!ip_header_first_fragment(t->ip)) {
		sb_adds(t->sb, "icmp");
		return;
	}
	if (t->n < 2) {
		sb_adds(t->sb, "truncated-icmp");
		return;
	}
	switch (t->h[0]) {
	case ICMP_ECHOREPLY:
		text_echo(t, "echo-reply", swap);
		return;
	case ICMP_ECHO:
		text_echo(t, "echo", swap);
		return;
	case ICMP_UNREACH:
		text_unreachable(t);
		return;
	}
	sb_adds(t->sb, "icmp ");
	text_named(t, NAME_ICMP_TYPE, t->h[0], "type ");
	code = t->h[1];
	name = name_reverse((enum name_type)(NAME_ICMP_CODE + t->h[0]), t->e,
	    &code, sizeof(code));
	if (name.n > 0)
		sb_printf(t->sb, " %.*s", STR_ARG(name));
	else if (code != 0)
		sb_printf(t->sb, " code %u", code);
}

void
ip_print_text(
    struct strbuf *sb, struct element *e, const struct packet *p, bool swap)
{
	const struct ip4 *ip = packet_ip4(p);
	int32_t payload = (int32_t)get_be16(ip->len) - (int32_t)ip4_hlen(ip);
	struct ip_text t = { sb, e, p, ip, packet_transport(p),
		(int32_t)ip_header_transport_length(p) };
	uint16_t off = get_be16(ip->off);

	if (t.n > payload)
		t.n = payload;
	switch (ip->proto) {
	case IPPROTO4_TCP:
		text_tcp(&t);
		break;
	case IPPROTO4_UDP:
		text_udp(&t);
		break;
	case IPPROTO4_ICMP:
		text_icmp(&t, swap);
		break;
	default:
		text_addresses(&t);
		sb_printf(sb, "ip-proto-%u", ip->proto);
		break;
	}
	if (ip_header_fragment(ip))
		sb_printf(sb, " (frag %u:%d@%u%s)", get_be16(ip->id), payload,
		    (off & IP4_OFFMASK) * 8u, off & IP4_MF ? "+" : "");
}
