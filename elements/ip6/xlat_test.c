/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xlat_test.c -- ProtocolTranslator46 and 64: there and back, errors with the
 * packets in them, fragments, checksums; and what must not pass.
 */
#include "elements/ip6/xlat.h"

#include "test/feed.h"
#include "test/tap.h"

static struct trun run;

static const uint8_t A4[4] = { 10, 0, 0, 1 }, B4[4] = { 10, 0, 0, 2 };

/* n bytes behind an IPv4 header in buf; the whole length. */
static uint32_t
build4(uint8_t *buf, uint8_t proto, uint16_t off, const void *l4, uint32_t n)
{
	struct ip4 *ip = (struct ip4 *)(void *)buf;

	*ip =
	    (struct ip4){ .vhl = 0x45, .tos = 0xb8, .ttl = 64, .proto = proto };
	put_be16(ip->len, (uint16_t)(sizeof(*ip) + n));
	put_be16(ip->off, off);
	put_be16(ip->id, off == 0 || off == IP4_DF ? 0 : 0x1234);
	memcpy(ip->src, A4, 4);
	memcpy(ip->dst, B4, 4);
	ip_header_set_sum(ip, sizeof(*ip));
	memcpy(buf + sizeof(*ip), l4, n);
	return (uint32_t)sizeof(*ip) + n;
}

/* The transport's checksum in what build4() made. */
static void
sum4(uint8_t *buf, uint32_t length, uint32_t at)
{
	struct ip4 *ip = (struct ip4 *)(void *)buf;
	uint8_t *l4 = buf + sizeof(*ip);
	uint32_t n = length - (uint32_t)sizeof(*ip);
	uint64_t sum =
	    ip->proto == IPPROTO4_ICMP
	        ? 0
	        : csum_pseudo4(ip->src, ip->dst, ip->proto, (uint16_t)n);

	put_u16(l4 + at, 0);
	put_u16(l4 + at, (uint16_t)~csum_fold(csum_add(sum, l4, n)));
}

/* Whether an IPv6 packet without extension headers has its checksum right. */
static bool
good6(const uint8_t *buf, uint32_t n)
{
	const struct ip6 *ip = (const struct ip6 *)(const void *)buf;

	return n >= sizeof(*ip) && get_be16(ip->plen) == n - sizeof(*ip) &&
	       ip6_l4_csum(
	           ip->src, ip->dst, ip->next, ip + 1, n - sizeof(*ip)) == 0;
}

static uint32_t
through(const char *element, const char *queue, const uint8_t *in, uint32_t n,
    uint8_t *out)
{
	feed_bytes(&run, element, 0, in, n);
	return feed_take_bytes(&run, queue, out, 2048);
}

/* To IPv6 and back: the length of both, and the same bytes. */
static bool
there_and_back(const uint8_t *in, uint32_t n, uint8_t *six, uint32_t *n6)
{
	uint8_t four[2048];

	*n6 = through("c", "qc", in, n, six);
	return *n6 > 0 && through("b", "qb", six, *n6, four) == n &&
	       memcmp(in, four, n) == 0;
}

static void
test_round_trip(void)
{
	static const struct {
		const char *what;
		uint8_t proto, sum_at;
		uint16_t off;
		uint32_t n, n6;
	} cases[] = {
		{ "UDP", IPPROTO4_UDP, 6, IP4_DF, 31, 71 },
		{ "TCP", IPPROTO4_TCP, 16, IP4_DF, 40, 80 },
		{ "another protocol", 132, 0, IP4_DF, 40, 80 },
		{ "echo", IPPROTO4_ICMP, 2, IP4_DF, 21, 61 },
		{ "a first fragment", IPPROTO4_UDP, 0, IP4_MF, 32, 80 },
		{ "a later fragment", IPPROTO4_UDP, 0, 4, 3, 51 },
		{ "a middle one", IPPROTO4_TCP, 0, IP4_MF | 0x1ff0, 8, 56 },
	};
	uint8_t l4[64], in[128], six[2048];
	uint32_t n6;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint32_t n;
		bool same;

		for (unsigned int k = 0; k < sizeof(l4); k++)
			l4[k] = (uint8_t)(k * 7 + 1);
		if (cases[i].proto == IPPROTO4_ICMP) {
			l4[0] = ICMP_ECHO;
			l4[1] = 0;
		}
		n = build4(in, cases[i].proto, cases[i].off, l4, cases[i].n);
		if (cases[i].sum_at != 0)
			sum4(in, n, cases[i].sum_at);
		same = there_and_back(in, n, six, &n6);
		ok(same, "%s comes back as it went", cases[i].what);
		is_num(
		    n6, cases[i].n6, "%s: its length as IPv6", cases[i].what);
		if (cases[i].sum_at != 0)
			ok(good6(six, n6), "%s: its checksum there",
			    cases[i].what);
	}
	is_hex(get_be32(six + 40), 0x0600ff81, "a fragment header: offset, MF");
	is_hex(get_be32(six + 44), 0x1234, "and identifier");
	is_num(
	    ip6_class((struct ip6 *)(void *)six), 0xb8, "the class of service");
}

/* ---- ICMP errors ---- */

/* The quoted packet: 8 bytes of UDP from B to A. */
static uint32_t
build_error4(uint8_t *buf, uint8_t type, uint8_t code, uint32_t rest)
{
	uint8_t l4[64] = { type, code }, udp[8] = { 1, 2, 3, 4, 0, 8 };
	uint32_t n;

	put_be32(l4 + 4, rest);
	n = build4(l4 + 8, IPPROTO4_UDP, 0, udp, sizeof(udp));
	sum4(l4 + 8, n, 6);
	n = build4(buf, IPPROTO4_ICMP, 0, l4, n + 8);
	sum4(buf, n, 2);
	return n;
}

static void
test_errors46(void)
{
	static const struct {
		uint8_t type, code;
		uint32_t rest;
		int type6; /* -1: dropped */
		uint8_t code6;
		uint32_t rest6;
	} cases[] = {
		{ 3, 0, 0, 1, 0, 0 },
		{ 3, 2, 0, 4, 1, 6 },
		{ 3, 3, 0, 1, 4, 0 },
		{ 3, 4, 1400, 2, 0, 1420 },
		{ 3, 4, 600, 2, 0, 1280 },
		{ 3, 4, 0, 2, 0, 1280 },
		{ 3, 10, 0, 1, 1, 0 },
		{ 3, 13, 0, 1, 1, 0 },
		{ 3, 14, 0, -1, 0, 0 },
		{ 3, 200, 0, -1, 0, 0 },
		{ 11, 1, 0, 3, 1, 0 },
		{ 12, 0, 8u << 24, 4, 0, 7 },
		{ 12, 0, 5u << 24, -1, 0, 0 },
		{ 12, 0, 30u << 24, -1, 0, 0 },
		{ 12, 1, 0, -1, 0, 0 },
		{ 4, 0, 0, -1, 0, 0 },
		{ 5, 0, 0, -1, 0, 0 },
		{ 13, 0, 0, -1, 0, 0 },
	};
	uint8_t in[256], six[2048];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint32_t n = build_error4(
		    in, cases[i].type, cases[i].code, cases[i].rest);

		n = through("a", "qa", in, n, six);
		if (cases[i].type6 < 0) {
			is_num(n, 0, "type %u code %u: dropped", cases[i].type,
			    cases[i].code);
			continue;
		}
		ok(n == 96 && good6(six, n) && good6(six + 48, n - 48) &&
		        six[40] == cases[i].type6 &&
		        six[41] == cases[i].code6 &&
		        get_be32(six + 44) == cases[i].rest6,
		    "type %u code %u: is %u code %u %u", cases[i].type,
		    cases[i].code, six[40], six[41], get_be32(six + 44));
	}
}

static uint32_t
build6(uint8_t *buf, uint8_t next, const void *l4, uint32_t n)
{
	struct ip6 *ip = (struct ip6 *)(void *)buf;
	struct ip6_addr a = { { [10] = 0xff, [11] = 0xff, 10, 0, 0, 1 } },
	                b = a;

	b.b[15] = 2;
	ip6_header_set(ip, n, next, 60, a.b, b.b);
	memcpy(ip + 1, l4, n);
	return (uint32_t)sizeof(*ip) + n;
}

static void
sum6(uint8_t *buf, uint32_t length, uint32_t at)
{
	struct ip6 *ip = (struct ip6 *)(void *)buf;
	uint8_t *l4 = buf + sizeof(*ip);

	put_u16(l4 + at, 0);
	put_u16(l4 + at, ip6_l4_csum(ip->src, ip->dst, ip->next, l4,
	                     length - (uint32_t)sizeof(*ip)));
}

static uint32_t
build_error6(
    uint8_t *buf, uint8_t type, uint8_t code, uint32_t rest, uint8_t inner)
{
	uint8_t l4[80] = { type, code };
	uint8_t l4_inner[8] = { inner == IPPROTO6_ICMP ? ICMP6_ECHO : 1, 0, 0,
		0, 0, 8 };
	uint32_t n;

	put_be32(l4 + 4, rest);
	n = build6(l4 + 8, inner, l4_inner, sizeof(l4_inner));
	sum6(l4 + 8, n, inner == IPPROTO6_ICMP ? 2 : 6);
	n = build6(buf, IPPROTO6_ICMP, l4, n + 8);
	sum6(buf, n, 2);
	return n;
}

/* Whether an IPv4 packet's checksums are right. */
static bool
good4(const uint8_t *buf, uint32_t n)
{
	const struct ip4 *ip = (const struct ip4 *)(const void *)buf;
	uint64_t sum = 0;

	if (n < sizeof(*ip) || csum(ip, sizeof(*ip)) != 0 ||
	    get_be16(ip->len) != n)
		return false;
	n -= (uint32_t)sizeof(*ip);
	if (ip->proto != IPPROTO4_ICMP)
		sum = csum_pseudo4(ip->src, ip->dst, ip->proto, (uint16_t)n);
	return csum_fold(csum_add(sum, ip + 1, n)) == 0xffff;
}

static void
test_errors64(void)
{
	static const struct {
		uint8_t type, code;
		uint32_t rest;
		int type4; /* -1: dropped */
		uint8_t code4;
		uint32_t rest4;
	} cases[] = {
		{ 1, 0, 0, 3, 1, 0 },
		{ 1, 1, 0, 3, 10, 0 },
		{ 1, 4, 0, 3, 3, 0 },
		{ 1, 5, 0, -1, 0, 0 },
		{ 2, 0, 1500, 3, 4, 1480 },
		{ 2, 0, 0xffffffff, 3, 4, 65515 },
		{ 3, 0, 0, 11, 0, 0 },
		{ 4, 0, 7, 12, 0, 8u << 24 },
		{ 4, 0, 24, 12, 0, 16u << 24 },
		{ 4, 0, 3, -1, 0, 0 },
		{ 4, 0, 0x80000000, -1, 0, 0 },
		{ 4, 1, 6, 3, 2, 0 },
		{ 4, 2, 0, -1, 0, 0 },
		{ 135, 0, 0, -1, 0, 0 },
		{ 100, 0, 0, -1, 0, 0 },
	};
	uint8_t in[256], four[2048];
	uint32_t n;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		n = build_error6(in, cases[i].type, cases[i].code,
		    cases[i].rest, IPPROTO4_UDP);
		n = through("b", "qb", in, n, four);
		if (cases[i].type4 < 0) {
			is_num(n, 0, "ICMPv6 %u code %u: dropped",
			    cases[i].type, cases[i].code);
			continue;
		}
		ok(n == 56 && good4(four, n) && good4(four + 28, n - 28) &&
		        four[20] == cases[i].type4 &&
		        four[21] == cases[i].code4 &&
		        get_be32(four + 24) == cases[i].rest4,
		    "ICMPv6 %u code %u: is %u code %u %u", cases[i].type,
		    cases[i].code, four[20], four[21], get_be32(four + 24));
	}
	n = build_error6(in, 3, 0, 0, IPPROTO6_ICMP);
	n = through("b", "qb", in, n, four);
	ok(n == 56 && good4(four, n) && good4(four + 28, n - 28) &&
	        four[48] == ICMP_ECHO,
	    "an echo in an error becomes one of ICMPv4");
}

/* ---- what is refused, or special ---- */

static void
test_refused(void)
{
	static const uint8_t udp[8] = { 1, 2, 3, 4, 0, 8, 1, 1 };
	uint8_t in[256], out[2048];
	uint32_t n;

	n = build4(in, IPPROTO4_UDP, 0, udp, 8);
	in[1] = 0;
	is_num(through("a", "qa", in, n - 1, out), 0, "v4: not whole");
	in[0] = 0x46;
	in[9] = 132;
	is_num(through("a", "qa", in, n, out), 44, "v4: options are left out");
	memcpy(in + 20, "\x83\x04\x04\x00", 4);
	is_num(through("a", "qa", in, n, out), 0, "v4: a source route");
	in[22] = 8;
	is_num(through("a", "qa", in, n, out), 44, "v4: one at its end");
	n = build4(
	    in, IPPROTO4_ICMP, IP4_MF, "\x08\x00\x00\x00\x00\x00\x00", 8);
	is_num(through("a", "qa", in, n, out), 0, "v4: a fragment of ICMP");
	n = build4(in, IPPROTO4_IGMP, 0, udp, 8);
	is_num(through("a", "qa", in, n, out), 0, "v4: IGMP");
	n = build4(in, IPPROTO6_FRAGMENT, 0, udp, 8);
	is_num(through("a", "qa", in, n, out), 0, "v4: an extension header");
	n = build_error4(in, 11, 0, 0);
	in[30] ^= 1;
	is_num(through("a", "qa", in, n, out), 0, "v4: a damaged ICMP error");

	n = build6(in, IPPROTO4_UDP, udp, 8);
	is_num(through("b", "qb", in, n - 1, out), 0, "v6: not whole");
	is_num(through("b", "qb", in, n, out), 28, "v6: as it should be");
	in[8] = 0x20;
	is_num(through("b", "qb", in, n, out), 0, "v6: not an IPv4 address");
	n = build6(in, IPPROTO6_ROUTING, "\x11\x00\x00\x01\x00\x00\x00", 8);
	is_num(through("b", "qb", in, n, out), 0, "v6: a way to go");
	in[43] = 0;
	is_num(through("b", "qb", in, n, out), 20, "v6: one gone");
	n = build6(in, 132, udp, 8);
	in[6] = IPPROTO6_DSTOPTS;
	memcpy(in + 40, "\x84\x00\x01\x04\x00\x00\x00\x00", 8);
	is_num(through("b", "qb", in, n, out), 20,
	    "v6: an extension header is left out");
}

static void
test_sums(void)
{
	uint8_t udp[8] = { 1, 2, 3, 4, 0, 8 }, in[256], out[2048];
	uint32_t n = build4(in, IPPROTO4_UDP, 0, udp, 8), n6;

	n6 = through("a", "qa", in, n, out);
	ok(good6(out, n6) && get_u16(out + 46) != 0,
	    "a UDP checksum is made where there was none");
	n = build4(in, IPPROTO4_UDP, IP4_MF, udp, 8);
	is_num(through("a", "qa", in, n, out), 0, "but not for a fragment");
	n = build4(in, IPPROTO4_UDP, 0, udp, 8);
	sum4(in, n, 6);
	in[20] ^= 1;
	n6 = through("a", "qa", in, n, out);
	ok(n6 == 48 && !good6(out, n6), "damage stays damage");
	is_num(out[7], 129, "the hop limit is Click's");
	through("c", "qc", in, n, out);
	is_num(out[7], 64, "COPY_TTL: it is the time to live");
}

int
main(void)
{
	if (!ok(trun_start(&run,
	            "Idle -> a :: ProtocolTranslator46 -> qa :: Queue -> "
	            "Discard;"
	            "Idle -> b :: ProtocolTranslator64 -> qb :: Queue -> "
	            "Discard;"
	            "Idle -> c :: ProtocolTranslator46(COPY_TTL true)"
	            "  -> qc :: Queue -> Discard") == 0,
	        "starts"))
		return tap_done();
	test_round_trip();
	test_errors46();
	test_errors64();
	test_refused();
	test_sums();
	is_num(trun_stop(&run), 0, "every packet is back");
	return tap_done();
}
