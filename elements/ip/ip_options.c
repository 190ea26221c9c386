/* SPDX-License-Identifier: BSD-3-Clause */
/* ip_options.c -- a helper of the elements in ip/; see ip_options.h. */
#include "elements/ip/ip_options.h"

#include "base/stamp.h"

/* Milliseconds since midnight UT, as the Timestamp option has them. */
static uint32_t
ip_options_ms(struct thread *t)
{
	return (uint32_t)((thread_wall_ns(t) / NS_PER_MS) % 86400000);
}

/* o: the option's first byte, n: all its bytes.  0 or index of a bad byte. */
static int
ip_options_record(uint8_t *o, int n, uint32_t my)
{
	int at = n > 2 ? o[2] - 1 : 0;

	if (at >= 3 && at + 4 <= n) {
		put_u32(o + at, my);
		o[2] += 4;
	} else if (at != n)
		return 2;
	return 0;
}

static int
ip_options_overflow(uint8_t *o)
{
	if (o[3] >> 4 == 15)
		return 3;
	o[3] += 0x10;
	return 0;
}

static int
ip_options_timestamp(struct thread *t, uint8_t *o, int n, uint32_t my,
    const struct ip4_list *mine)
{
	int at = n > 3 ? o[2] - 1 : 0;

	if (at < 4)
		return 2;
	switch (o[3] & 15) {
	case 0: /* times alone */
		if (at + 4 > n)
			return ip_options_overflow(o);
		put_be32(o + at, ip_options_ms(t));
		o[2] += 4;
		return 0;
	case 1: /* address and time */
		if (at + 8 > n)
			return ip_options_overflow(o);
		put_u32(o + at, my);
		put_be32(o + at + 4, ip_options_ms(t));
		o[2] += 8;
		return 0;
	case 3: /* time of those whose address stands there */
		if (at + 8 > n)
			return 3;
		if (ip4_list_has(mine, get_u32(o + at))) {
			put_be32(o + at + 4, ip_options_ms(t));
			o[2] += 8;
		}
		return 0;
	default:
		return 3;
	}
}

int
ip_options_process(struct thread *t, struct packet **p, uint32_t my,
    const struct ip4_list *mine)
{
	uint8_t *h = packet_network(*p);
	int hlen = (int)ip4_hlen(packet_ip4(*p));
	bool changed = false;
	int bad = 0;

	for (int i = sizeof(struct ip4); i < hlen && h[i] != IPOPT_EOL;) {
		int n;

		if (h[i] == IPOPT_NOP) {
			i++;
			continue;
		}
		n = i + 1 < hlen ? h[i + 1] : 0;
		if (n < 2 || i + n > hlen)
			return i + 1;
		if (h[i] == IPOPT_RR || h[i] == IPOPT_TS) {
			if (!changed && packet_uniqueify(t, p) == NULL)
				return PACKET_GONE;
			changed = true;
			h = packet_network(*p);
			if (h[i] == IPOPT_RR)
				bad = ip_options_record(h + i, n, my);
			else
				bad =
				    ip_options_timestamp(t, h + i, n, my, mine);
			if (bad != 0)
				return i + bad;
		}
		i += n;
	}
	if (changed)
		ip_header_set_sum(packet_ip4(*p), (unsigned int)hlen);
	return 0;
}
