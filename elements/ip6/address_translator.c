/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * AddressTranslator -- give IPv6 nodes inside other addresses and ports
 * outside.
 *
 *	AddressTranslator(0, DYNAMIC...)
 *	AddressTranslator(N, STATIC_PORTS, STATIC_1, ..., STATIC_N, DYNAMIC...)
 *
 *   in 0      IPv6 packets on their way out
 *   in 1      IPv6 packets on their way in
 *   out 0     those from input 0, source replaced
 *   out 1     those from input 1, destination replaced
 *
 *   N             static mappings to come
 *   STATIC_PORTS  boolean: they are of ports, too
 *   STATIC_i      "INNER MAPPED", or "INNER PORT MAPPED PORT"
 *   DYNAMIC...    false: no other packets pass; or
 *                 true, false, INWARD, ADDRESS, ...: each new node gets one of
 *                 the addresses, and keeps it while it uses it; or
 *                 true, true, INWARD, ADDRESS FIRST LAST: each new flow gets
 *                 the address and a port from FIRST to LAST
 *   INWARD        boolean: which packets begin mappings: false, those on their
 *                 way out, or true, those on their way in, whose destination is
 *                 then replaced by one of ADDRESS
 *
 * TCP, UDP and ICMPv6 echo are translated, an echo's identifier as a port;
 * ICMPv6 errors together with the packet that they quote; later fragments as
 * the first one was, if it came before them.  Checksums are repaired.  All
 * other packets are dropped.
 *
 * A mapping that was not used for five minutes, with TCP for 124 (RFC 4787, RFC
 * 5382), makes room for others; when there is no room new flows are dropped.
 *
 *	at :: AddressTranslator(1, false, 2001:db8::5 2001:db8:1::5,
 *	        true, true, false, 2001:db8:1::1 6000 7000);
 */
#include "base/hash.h"
#include "elements/ip/say.h"
#include "elements/ip6/at_rules.h"
#include "elements/ip6/ip6_header.h"
#include "elements/ip6/xlat.h"
#include "os/os.h"

enum { AT_FRAGMENTS = 256 };

static const int64_t at_fragment_ns = 60000000000; /* RFC 8200, 4.5 */

/* What became of a first fragment. */
struct at_fragment {
	struct ip6_addr src, dst;
	uint8_t id[4];
	bool used;
	struct ip6_addr to;
	int64_t when_ns;
};

struct address_translator {
	struct at_rules rules;
	struct spinlock lock; /* of rules and fragments */
	uint64_t seed;
	struct at_fragment
	    *fragments; /* of either direction by side and hash */
	bool told;
};

/* A packet, or one that an error quotes. */
struct at_view {
	struct ip6 *ip;
	uint8_t *l4;
	uint32_t n; /* bytes of it that are there */
	struct ip6_upper u;
	uint64_t removed, added; /* sums of what was changed in it */
};

/* ---- looking ---- */

static bool
at_view(struct at_view *v, uint8_t *data, uint32_t length)
{
	*v = (struct at_view){ .ip = (struct ip6 *)(void *)data };
	if (length < sizeof(*v->ip) || v->ip->vtf[0] >> 4 != 6 ||
	    !ip6_walk(v->ip, length, &v->u))
		return false;
	v->l4 = data + v->u.offset;
	v->n = length - v->u.offset;
	return v->u.proto == IPPROTO4_TCP || v->u.proto == IPPROTO4_UDP ||
	       v->u.proto == IPPROTO6_ICMP;
}

static bool
at_is_echo(const struct at_view *v)
{
	return v->l4[0] == ICMP6_ECHO || v->l4[0] == ICMP6_ECHOREPLY;
}

/* Whether it begins with ports or an echo's identifier, and these are there. */
static bool
at_has_ports(const struct at_view *v)
{
	if (!ip6_first_fragment(&v->u))
		return false;
	if (v->u.proto == IPPROTO6_ICMP)
		return v->n >= sizeof(struct icmp) && at_is_echo(v);
	return v->n >= 4;
}

/*
 * Where the port of the sender (or receiver) stands; NULL where it is not sent:
 * an echo has one identifier, the node's inside.
 */
static uint8_t *
at_port_field(const struct at_view *v, bool receiver)
{
	if (v->u.proto == IPPROTO6_ICMP)
		return v->l4 + offsetof(struct icmp, rest);
	return v->l4 + (receiver ? 2 : 0);
}

/* The key of it as the node's on that end, receiver or sender. */
static struct at_key
at_key_of(const struct at_view *v, bool receiver)
{
	struct at_key k = { .local_port = 0 };

	memcpy(k.local.b, receiver ? v->ip->dst : v->ip->src, 16);
	memcpy(k.peer.b, receiver ? v->ip->src : v->ip->dst, 16);
	k.local_port = get_be16(at_port_field(v, receiver));
	if (v->u.proto != IPPROTO6_ICMP)
		k.peer_port = get_be16(at_port_field(v, !receiver));
	return k;
}

/* ---- changing ---- */

/* Writes n bytes (even, at an even place) and notes it for the checksums. */
static void
at_write(struct at_view *v, uint8_t *at, const void *new_, uint32_t n)
{
	v->removed = csum_add(csum_fold(v->removed), at, n);
	v->added = csum_add(csum_fold(v->added), new_, n);
	memcpy(at, new_, n);
}

/* The checksum field, NULL: not there, or none. */
static uint8_t *
at_sum_field(const struct at_view *v)
{
	uint32_t at = v->u.proto == IPPROTO4_TCP   ? offsetof(struct tcp, sum)
	              : v->u.proto == IPPROTO4_UDP ? offsetof(struct udp, sum)
	                                           : offsetof(struct icmp, sum);

	if (!ip6_first_fragment(&v->u) || v->n < at + 2 ||
	    (v->u.proto == IPPROTO4_UDP && get_u16(v->l4 + at) == 0))
		return NULL;
	return v->l4 + at;
}

/*
 * Repairs the checksum.  For the packet around it the field is one more change,
 * which together with the others sums to nothing but for UDP's zero.
 */
static void
at_repair(struct at_view *v)
{
	uint8_t *field = at_sum_field(v);
	uint16_t sum;

	if (field == NULL)
		return;
	sum = xlat_sum(get_u16(field), v->removed, v->added);
	if (v->u.proto == IPPROTO4_UDP && sum == 0)
		sum = 0xffff;
	at_write(v, field, &sum, sizeof(sum));
}

/* Gives one end of it another address and, unless 0, port. */
static void
at_rewrite(struct at_view *v, bool receiver, const struct ip6_addr *addr,
    uint16_t port)
{
	uint8_t be[2];

	at_write(v, receiver ? v->ip->dst : v->ip->src, addr->b, 16);
	put_be16(be, port);
	if (port != 0)
		at_write(v, at_port_field(v, receiver), be, sizeof(be));
	at_repair(v);
}

/* ---- fragments ---- */

/* Where what became of v's first fragment is noted; *mine: it is. */
static struct at_fragment *
at_fragment(struct address_translator *self, enum at_side side,
    const struct at_view *v, bool *mine)
{
	const uint8_t *id = (const uint8_t *)v->ip + v->u.fragment + 4;
	uint64_t hash = hash_bytes(v->ip->src, 32, self->seed + get_u32(id));
	struct at_fragment *f =
	    &self->fragments[side * AT_FRAGMENTS + hash % AT_FRAGMENTS];

	*mine = f->used && ip6_equal(f->src.b, v->ip->src) &&
	        ip6_equal(f->dst.b, v->ip->dst) && memcmp(f->id, id, 4) == 0;
	return f;
}

static void
at_fragment_note(struct address_translator *self, enum at_side side,
    const struct at_view *v, const struct ip6_addr *to, int64_t now)
{
	bool mine;
	struct at_fragment *f = at_fragment(self, side, v, &mine);

	memcpy(f->src.b, v->ip->src, 16);
	memcpy(f->dst.b, v->ip->dst, 16);
	memcpy(f->id, (const uint8_t *)v->ip + v->u.fragment + 4, 4);
	f->used = true;
	f->to = *to;
	f->when_ns = now;
}

/* ---- packets ---- */

/* One whose ports are there, or do not matter. */
static bool
at_translate_flow(struct address_translator *self, enum at_side side,
    struct at_view *v, int64_t now)
{
	enum at_side other = side == AT_INNER ? AT_OUTER : AT_INNER;
	enum at_age age = v->u.proto == IPPROTO4_TCP ? AT_LONG : AT_SHORT;
	bool receiver = side == AT_OUTER;
	struct at_key key = { .local_port = 0 };
	struct at_binding *b;

	if (at_has_ports(v))
		key = at_key_of(v, receiver);
	else
		memcpy(key.local.b, receiver ? v->ip->dst : v->ip->src, 16);
	b = at_rules_find(&self->rules, side, &key, age, now, true);
	if (b == NULL)
		return false;
	if (v->u.fragment != 0)
		at_fragment_note(self, side, v, &b->key[other].local, now);
	at_rewrite(v, receiver, &b->key[other].local, b->key[other].local_port);
	return true;
}

/* One whose ports are in its first fragment. */
static bool
at_translate_fragment(struct address_translator *self, enum at_side side,
    struct at_view *v, int64_t now)
{
	bool mine;
	struct at_fragment *f = at_fragment(self, side, v, &mine);

	if (!mine || now - f->when_ns > at_fragment_ns)
		return false;
	at_rewrite(v, side == AT_OUTER, &f->to, 0);
	return true;
}

/*
 * An ICMPv6 error: it quotes a packet that went the other way, so that the node
 * inside is at the other end of that.
 */
static bool
at_translate_error(struct address_translator *self, enum at_side side,
    struct at_view *v, int64_t now)
{
	enum at_side other = side == AT_INNER ? AT_OUTER : AT_INNER;
	bool receiver = side == AT_INNER; /* of the packet quoted */
	struct at_key key = { .local_port = 0 };
	struct at_binding *b;
	struct at_view q;

	if (v->u.fragment != 0 || v->n < sizeof(struct icmp) ||
	    v->l4[0] < ICMP6_UNREACH || v->l4[0] > ICMP6_PARAMPROB ||
	    !at_view(&q, v->l4 + sizeof(struct icmp),
	        v->n - (uint32_t)sizeof(struct icmp)))
		return false;
	if (at_has_ports(&q))
		key = at_key_of(&q, receiver);
	else if (at_rules_ports(&self->rules))
		return false;
	else
		memcpy(key.local.b, receiver ? q.ip->dst : q.ip->src, 16);
	b = at_rules_find(&self->rules, side, &key,
	    q.u.proto == IPPROTO4_TCP ? AT_LONG : AT_SHORT, now, false);
	if (b == NULL)
		return false;
	at_rewrite(&q, receiver, &b->key[other].local,
	    at_has_ports(&q) ? b->key[other].local_port : 0);
	v->removed = q.removed;
	v->added = q.added;
	at_rewrite(v, !receiver, &b->key[other].local, 0);
	return true;
}

/* Changes a packet of length bytes; false: drop it. */
static bool
at_translate(struct address_translator *self, enum at_side side, uint8_t *data,
    uint32_t length, int64_t now)
{
	bool ports = at_rules_ports(&self->rules);
	struct at_view v;

	if (!at_view(&v, data, length)) {
		if (!self->told)
			say(" discard the packet, protocol unrecognized");
		self->told = true;
		return false;
	}
	if (!ip6_first_fragment(&v.u))
		return ports ? at_translate_fragment(self, side, &v, now)
		             : at_translate_flow(self, side, &v, now);
	if (at_has_ports(&v))
		return at_sum_field(&v) != NULL &&
		       at_translate_flow(self, side, &v, now);
	return v.u.proto == IPPROTO6_ICMP &&
	       at_translate_error(self, side, &v, now);
}

/* Leaves in b what is translated; its frame is gone before that goes on. */
static NOINLINE void
address_translator_batch(
    struct address_translator *self, enum at_side side, struct batch *b)
{
	struct thread *t = b->thread;
	int64_t now = thread_recent_ns(t);
	uint32_t kept = 0;

	for (uint32_t i = 0; i < b->count; i++) {
		struct packet *p = b->packet[i];
		bool good;

		if (packet_uniqueify(t, &p) == NULL)
			continue;
		thread_lock(t, &self->lock);
		good = at_translate(self, side, p->data, p->length, now);
		thread_unlock(t, &self->lock);
		if (!good) {
			packet_kill(t, p);
			continue;
		}
		packet_set_network(p, p->data, sizeof(struct ip6));
		anno_set_dst_ip6(p, packet_ip6(p)->dst);
		b->packet[kept++] = p;
	}
	b->count = kept;
}

static void
address_translator_push(struct element *e, unsigned int port, struct batch *b)
{
	struct address_translator *self = element_state(e);

	address_translator_batch(self, port == 0 ? AT_INNER : AT_OUTER, b);
	if (b->count > 0)
		output_push(e, port, b);
}

static int
address_translator_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct address_translator *self = element_state(e);

	return at_rules_configure(&self->rules, e, conf, errh);
}

static int
address_translator_initialize(struct element *e, struct errh *errh)
{
	struct address_translator *self = element_state(e);

	os_random(&self->seed, sizeof(self->seed));
	self->fragments = calloc(2 * AT_FRAGMENTS, sizeof(*self->fragments));
	return self->fragments != NULL ? 0 : errh_error(errh, "out of memory");
}

static void
address_translator_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct address_translator *self = element_state(e);

	(void)stage;
	at_rules_fini(&self->rules);
	free(self->fragments);
}

const struct element_class element_address_translator = {
	.name = "AddressTranslator",
	.ports = "2/2",
	.processing = "h/h",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct address_translator),
	.configure = address_translator_configure,
	.initialize = address_translator_initialize,
	.cleanup = address_translator_cleanup,
	.push = address_translator_push,
};
