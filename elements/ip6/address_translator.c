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
 * A hot swap keeps mappings to addresses and ports that are there yet; cosmos
 * save and migrate take them along.
 *
 *	at :: AddressTranslator(1, false, 2001:db8::5 2001:db8:1::5,
 *	        true, true, false, 2001:db8:1::1 6000 7000);
 */
#include "base/csum.h"
#include "base/hash.h"
#include "click/state.h"
#include "elements/ip/say.h"
#include "elements/ip6/at_rules.h"
#include "elements/ip6/ip6_header.h"
#include "elements/ip6/xlat.h"
#include "os/os.h"

enum { AT_FRAGMENTS = 256, AT_CHUNK = 16 };

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

/*
 * The key of it as the node's on that end, receiver or sender.  Written by
 * whole words: who reads one that was just written in parts waits.
 */
static inline void
at_key_set(struct at_key *k, const struct at_view *v, bool receiver)
{
	const uint8_t *local = receiver ? v->ip->dst : v->ip->src;
	const uint8_t *peer = receiver ? v->ip->src : v->ip->dst;
	uint64_t w[4];

	memcpy(&w[0], local, 16);
	memcpy(&w[2], peer, 16);
	memcpy(k, w, sizeof(w));
	k->local_port = get_be16(at_port_field(v, receiver));
	k->peer_port = v->u.proto != IPPROTO6_ICMP
	                   ? get_be16(at_port_field(v, !receiver))
	                   : 0;
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

/* What is to be done with a packet, and what for a flow is looked up. */
enum at_way { AT_DROP, AT_FLOW, AT_FRAGMENT, AT_ERROR };

struct at_look {
	struct at_view v;
	struct at_key key;
	uint64_t hash;
	enum at_way way;
};

/* Writes the binding's address and port; the checksum by what that gains. */
static void
at_rewrite_bound(
    struct at_view *v, enum at_side side, const struct at_binding *b)
{
	enum at_side other = side == AT_INNER ? AT_OUTER : AT_INNER;
	bool receiver = side == AT_OUTER;
	uint8_t *field = at_sum_field(v);
	uint16_t sum;

	memcpy(receiver ? v->ip->dst : v->ip->src, b->key[other].local.b, 16);
	if (b->key[other].local_port != 0)
		put_be16(at_port_field(v, receiver), b->key[other].local_port);
	if (field == NULL)
		return;
	sum = (uint16_t)~csum_fold(
	    (uint64_t)(uint16_t)~get_u16(field) + b->shift[side]);
	if (v->u.proto == IPPROTO4_UDP && sum == 0)
		sum = 0xffff;
	put_u16(field, sum);
}

/* One whose ports are there, or do not matter. */
static bool
at_translate_flow(struct address_translator *self, enum at_side side,
    struct at_look *look, int64_t now)
{
	enum at_side other = side == AT_INNER ? AT_OUTER : AT_INNER;
	struct at_view *v = &look->v;
	enum at_age age = v->u.proto == IPPROTO4_TCP ? AT_LONG : AT_SHORT;
	struct at_binding *b = at_rules_find(
	    &self->rules, side, &look->key, look->hash, age, now, true);

	if (b == NULL)
		return false;
	if (v->u.fragment != 0)
		at_fragment_note(self, side, v, &b->key[other].local, now);
	at_rewrite_bound(v, side, b);
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
		at_key_set(&key, &q, receiver);
	else if (at_rules_ports(&self->rules))
		return false;
	else
		memcpy(key.local.b, receiver ? q.ip->dst : q.ip->src, 16);
	b = at_rules_find(&self->rules, side, &key,
	    at_map_hash(&self->rules.map, &key),
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

static enum at_way
at_way(
    struct address_translator *self, struct at_view *v, const struct packet *p)
{
	if (!at_view(v, p->data, p->length)) {
		if (!self->told)
			say(" discard the packet, protocol unrecognized");
		self->told = true;
		return AT_DROP;
	}
	if (!ip6_first_fragment(&v->u))
		return at_rules_ports(&self->rules) ? AT_FRAGMENT : AT_FLOW;
	if (at_has_ports(v))
		return at_sum_field(v) != NULL ? AT_FLOW : AT_DROP;
	return v->u.proto == IPPROTO6_ICMP ? AT_ERROR : AT_DROP;
}

/* Reads a packet; of a flow, fetches the chain that its binding is in. */
static void
at_look(struct address_translator *self, enum at_side side,
    struct at_look *look, const struct packet *p)
{
	bool receiver = side == AT_OUTER;

	look->way = at_way(self, &look->v, p);
	if (look->way != AT_FLOW)
		return;
	if (at_has_ports(&look->v)) {
		at_key_set(&look->key, &look->v, receiver);
	} else {
		look->key = (struct at_key){ .local_port = 0 };
		memcpy(look->key.local.b,
		    receiver ? look->v.ip->dst : look->v.ip->src, 16);
	}
	look->hash = at_map_hash(&self->rules.map, &look->key);
	at_map_fetch(&self->rules.map, side, look->hash);
}

/* false: drop it. */
static bool
at_translate(struct address_translator *self, enum at_side side,
    struct at_look *look, int64_t now)
{
	switch (look->way) {
	case AT_FLOW:
		return at_translate_flow(self, side, look, now);
	case AT_FRAGMENT:
		return at_translate_fragment(self, side, &look->v, now);
	case AT_ERROR:
		return at_translate_error(self, side, &look->v, now);
	case AT_DROP:
		break;
	}
	return false;
}

/* Translates n packets, in three passes: what they need is fetched meanwhile.
 */
static void
at_translate_some(struct address_translator *self, enum at_side side,
    struct packet **p, uint32_t n, struct at_look *look, int64_t now)
{
	for (uint32_t i = 0; i < n; i++)
		at_look(self, side, &look[i], p[i]);
	for (uint32_t i = 0; i < n; i++)
		if (look[i].way == AT_FLOW)
			at_map_fetch_binding(
			    &self->rules.map, side, look[i].hash);
	for (uint32_t i = 0; i < n; i++)
		if (!at_translate(self, side, &look[i], now))
			look[i].way = AT_DROP;
}

/* Leaves in b those that are its holder's alone. */
static void
at_own(struct batch *b)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < b->count; i++)
		if (packet_uniqueify(b->thread, &b->packet[i]) != NULL)
			b->packet[kept++] = b->packet[i];
	b->count = kept;
}

/* Leaves in b what is translated; its frame is gone before that goes on. */
static NOINLINE void
address_translator_batch(
    struct address_translator *self, enum at_side side, struct batch *b)
{
	struct thread *t = b->thread;
	int64_t now = thread_recent_ns(t);
	struct at_look look[AT_CHUNK];
	uint32_t kept = 0, n;

	at_own(b);
	for (uint32_t from = 0; from < b->count; from += n) {
		struct packet **some = &b->packet[from];

		n = b->count - from < AT_CHUNK ? b->count - from : AT_CHUNK;
		thread_lock(t, &self->lock);
		at_translate_some(self, side, some, n, look, now);
		thread_unlock(t, &self->lock);
		for (uint32_t i = 0; i < n; i++) {
			struct packet *p = some[i];

			if (look[i].way == AT_DROP) {
				packet_kill(t, p);
				continue;
			}
			packet_set_network(p, p->data, sizeof(struct ip6));
			anno_set_dst_ip6(p, packet_ip6(p)->dst);
			b->packet[kept++] = p;
		}
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

/* ---- to another process or configuration ---- */

static const struct state_field at_told_fields[] = {
	STATE_RAW(struct at_told, key),
	STATE_RAW(struct at_told, to),
	STATE_RAW(struct at_told, to_port),
	STATE_UP_TO(struct at_told, from, AT_OUTER),
	STATE_UP_TO(struct at_told, age, AT_AGES - 1),
	STATE_AGE_NS(struct at_told, used_ns),
};

/* *at: the age in the upper half; those used longest ago first. */
static const void *
at_next_mapping(const struct state_call *c, uint64_t *at, void *room)
{
	struct address_translator *self = element_state(c->e);

	for (; *at >> 32 < AT_AGES; *at = ((*at >> 32) + 1) << 32)
		if (at_rules_tell(&self->rules, (enum at_age)(*at >> 32),
		        (uint32_t)*at, room))
			return room;
	return NULL;
}

static int
at_take_mapping(const struct state_call *c, const void *what)
{
	struct address_translator *self = element_state(c->e);
	const char *fault;
	int err = at_rules_restore(&self->rules, what, &fault);

	return err == ERR_PEER ? state_refuse_item(c, fault) : err;
}

static const struct state_item at_items[] = {
	{ .what = "mapping",
	    STATE_FIELDS(at_told_fields),
	    .size = sizeof(struct at_told),
	    .next = at_next_mapping,
	    .take = at_take_mapping },
};
static const struct state_class at_state = { 1, STATE_ITEMS(at_items) };

const struct element_class element_address_translator = {
	.name = "AddressTranslator",
	.ports = "2/2",
	.processing = "h/h",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct address_translator),
	.configure = address_translator_configure,
	.initialize = address_translator_initialize,
	.cleanup = address_translator_cleanup,
	.state = &at_state,
	.push = address_translator_push,
};
