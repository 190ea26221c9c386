/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * AnonymizeIPAddr([CLASS, PRESERVE_8, SEED]) -- puts others in the place of IP
 * addresses, so that prefixes stay prefixes.
 *
 *   in 0          IPv4 packets, network header set
 *   out 0         the same with other addresses, checksum repaired; so are
 *                 those of the packet that an ICMP error is about
 *   out 1         packets that are not IPv4, if connected; else killed
 *
 *   CLASS         0 to 32: an address keeps its leading one bits, so many at
 *                 most: 1 class A, 2 class B too...; default 0; 99 is 32
 *   PRESERVE_8    first bytes of networks that keep it
 *   SEED          accepted, without effect
 *
 * Two addresses that have the first n bits in common, and not the next, have
 * others that do.  0.0.0.0 and 255.255.255.255 stay.  The others are made from
 * a random key of each run (Xu, Fan, Ammar and Moon, "Prefix-preserving IP
 * address anonymization", 2002): whether a bit is turned depends on the bits
 * before it, and nothing needs to be remembered.  It hides addresses from a
 * reader, not from one who sends packets of his own to find out.
 *
 *	FromDump(a.pcap) -> CheckIPHeader(14)
 *	    -> AnonymizeIPAddr -> ToDump(b.pcap);
 */
#include "base/addr.h"
#include "base/hash.h"
#include "click/conf.h"
#include "elements/ip/ip_header.h"
#include "os/os.h"

enum { ANON_CACHE = 1024 };

struct anonymize_ip_addr {
	uint64_t key[2];
	uint32_t class;
	uint64_t preserve[4]; /* a bit for each first byte */
	/* Addresses seen of late, and what they became; host order. */
	uint32_t in[ANON_CACHE], out[ANON_CACHE];
};

static int
anonymize_preserve(
    struct anonymize_ip_addr *s, struct str text, struct errh *errh)
{
	struct arena mem = ARENA_INIT;
	struct strs words = VEC_INIT;
	int err = conf_split_space(text, &mem, &words);

	for (size_t i = 0; err == 0 && i < words.n; i++) {
		bool overflow = false;
		uint64_t n;

		if (conf_u64(words.v[i], 0, &n, &overflow) && n < 256)
			s->preserve[n / 64] |= (uint64_t)1 << n % 64;
		else
			err = errh_error(errh, "PRESERVE_8 expects integer "
			                       "between 0 and 255");
	}
	vec_fini(&words);
	arena_fini(&mem);
	return err;
}

static int
anonymize_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct anonymize_ip_addr *s = element_state(e);
	struct str preserve = { NULL, 0 };
	int32_t class = 0;
	bool seed = false;
	struct args a;
	int err;

	args_init(&a, conf, e, errh);
	args_i32(&a, "CLASS", 0, &class);
	args_raw(&a, "PRESERVE_8", 0, &preserve);
	args_bool(&a, "SEED", 0, &seed);
	err = args_complete(&a);
	if (class == 99)
		class = 32;
	if (err == 0 && (class < 0 || class > 32))
		err = errh_error(errh, "CLASS must be between 0 and 32");
	if (err == 0)
		err = anonymize_preserve(s, preserve, errh);
	s->class = (uint32_t) class;
	str_free(&preserve);
	os_random(s->key, sizeof(s->key));
	return err;
}

/* Whether bit number bit (0: the top one) of an address is to stay. */
static bool
anonymize_keeps(const struct anonymize_ip_addr *s, uint32_t addr, uint32_t bit)
{
	uint32_t before = bit == 0 ? 0 : addr >> (32 - bit);

	/* Ones only so far: it tells the class. */
	if (bit < s->class &&
	    before == (bit == 0 ? 0 : UINT32_MAX >> (32 - bit)))
		return true;
	if (bit >= 8)
		return false;
	/* A preserved byte begins so: its bits, and those beside, are fixed. */
	for (uint32_t n = before << (8 - bit); n >> (8 - bit) == before; n++)
		if ((s->preserve[n / 64] & (uint64_t)1 << n % 64) != 0)
			return true;
	return false;
}

static uint32_t
anonymize_make(const struct anonymize_ip_addr *s, uint32_t addr)
{
	uint32_t turn = 0;

	for (uint32_t bit = 0; bit < 32; bit++) {
		uint64_t before = bit == 0 ? 0 : addr >> (32 - bit);

		if (!anonymize_keeps(s, addr, bit))
			turn |= (uint32_t)(hash_u128(before, bit + s->key[1],
			                       s->key[0]) >>
			                   63)
			        << (31 - bit);
	}
	return addr ^ turn;
}

/* In network order. */
static uint32_t
anonymize_addr(struct anonymize_ip_addr *s, uint32_t net)
{
	uint32_t addr = ip4_host(net);
	uint32_t i = (uint32_t)(hash_u64(addr, s->key[0]) >> 54);

	if (addr == 0 || addr == UINT32_MAX)
		return net;
	if (s->in[i] != addr) {
		s->in[i] = addr;
		s->out[i] = addr;
		/* Others must not become one of the two that stay. */
		do
			s->out[i] = anonymize_make(s, s->out[i]);
		while (s->out[i] == 0 || s->out[i] == UINT32_MAX);
	}
	return ip4_net(s->out[i]);
}

/* Both addresses of a header. */
static void
anonymize_header(struct anonymize_ip_addr *s, struct ip4 *ip)
{
	uint8_t *at[2] = { ip->src, ip->dst };

	for (int i = 0; i < 2; i++) {
		uint32_t old = get_u32(at[i]), other = anonymize_addr(s, old);

		put_u32(at[i], other);
		put_u16(ip->sum, csum_update32(get_u16(ip->sum), old, other));
	}
}

/*
 * The packet that an ICMP error is about.  Its header sums up to the same, with
 * its checksum; so the error's checksum stays right.
 */
static void
anonymize_icmp(struct anonymize_ip_addr *s, struct packet *p)
{
	uint32_t there = ip_header_transport_length(p), hlen;
	struct icmp *icmp = (struct icmp *)(void *)packet_transport(p);
	struct ip4 *ip;

	if (there < sizeof(*icmp) + sizeof(*ip))
		return;
	if (icmp->type != ICMP_UNREACH && icmp->type != ICMP_TIMXCEED &&
	    icmp->type != ICMP_PARAMPROB && icmp->type != ICMP_SOURCEQUENCH &&
	    icmp->type != ICMP_REDIRECT)
		return;
	ip = (struct ip4 *)(void *)(icmp + 1);
	hlen = ip4_hlen(ip);
	if (hlen < sizeof(*ip) || there < sizeof(*icmp) + hlen + 8)
		return;
	anonymize_header(s, ip);
}

static inline int
anonymize_one(struct element *e, struct thread *t, struct packet **p)
{
	struct anonymize_ip_addr *s = element_state(e);
	const struct ip4 *ip = ip_header(*p);
	struct ip4 *w;

	if (ip == NULL || ip4_version(ip) != 4)
		return 1;
	w = ip_header_write(t, p);
	if (w == NULL)
		return PACKET_GONE;
	anonymize_header(s, w);
	if (w->proto == IPPROTO4_ICMP && ip_header_first_fragment(w))
		anonymize_icmp(s, *p);
	return 0;
}

static void
anonymize_action(struct element *e, struct batch *b)
{
	batch_route(e, b, anonymize_one);
}

const struct element_class element_anonymize_ip_addr = {
	.name = "AnonymizeIPAddr",
	.ports = "1/1-2",
	.processing = "a/ah",
	.state_size = sizeof(struct anonymize_ip_addr),
	.configure = anonymize_configure,
	.action = anonymize_action,
};
