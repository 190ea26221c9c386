/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ARPQuerier(IP, ETH [, keywords]), ARPQuerier(NAME [, keywords]) -- puts
 * Ethernet headers in front of IPv4 packets, for addresses found by ARP
 *
 *   in 0           IPv4 packets, destination annotation set
 *   in 1           ARP replies with their Ethernet headers
 *   out 0          the packets of input 0, in frames from ETH; those for an
 *                  address not yet known wait for the reply
 *   out 1          ARP queries, in frames too; without it they go to output 0
 *
 * Packets for 255.255.255.255 and BROADCAST go to all (ff-ff-ff-ff-ff-ff),
 * multicasts to their group (RFC 1112, 6.4); those annotated 0.0.0.0 are
 * dropped.
 *
 *   IP[/MASK]      this host's IP address; the mask gives BROADCAST's default
 *   ETH            its Ethernet address; one name may stand for both
 *   TABLE          an ARPTable, or another ARPQuerier, whose table is used,
 *                  so that the next five do not matter
 *   CAPACITY, ENTRY_CAPACITY, ENTRY_PACKET_CAPACITY, CAPACITY_SLIM_FACTOR,
 *   TIMEOUT        of its own table: see ARPTable
 *   POLL_TIMEOUT   ask again when the last reply is so old, default 60
 *                  seconds; 0: never
 *   BROADCAST      the network's broadcast address
 *   BROADCAST_POLL true: ask all, and not only the known address, when asking
 *                  again; default false
 *
 *   table, count, length, insert, delete
 *                  see ARPTable
 *   ipaddr, broadcast
 *                  read/write: IP, BROADCAST
 *   queries        read: ARP queries sent
 *   responses      read: packets that came at input 1
 *   drops          read: packets dropped that never got as far as the table
 *   stats          read: all drops, and the queries
 *   clear          write: forgets all addresses and counts from 0
 *
 * Moved to another process (cosmos migrate) it keeps what it knows, and
 * announces its address there twice (RFC 5227, 2.3), so that switches learn the
 * new place.
 *
 * Memory: about 90 bytes an address, and the packets that wait.
 *
 *     c :: Classifier(12/0806 20/0002, 12/0800);
 *     q :: ARPQuerier(18.26.4.24, 0:0:c0:ae:67:ef);
 *     c[0] -> [1] q; c[1] -> Strip(14) -> ... -> [0] q; q -> ToDevice(0);
 */
#include "base/stamp.h"
#include "click/anno.h"
#include "click/router.h"
#include "elements/ethernet/arp_cache.h"
#include "elements/ethernet/arp_packet.h"
#include "elements/ip/chatter.h"

static const uint8_t ETHER_ALL[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

/* The arguments that a live change replaces. */
struct arp_querier_conf {
	uint32_t ip, broadcast; /* network order */
	uint8_t mac[6];
	bool broadcast_poll;
	int64_t poll_ns;
};

struct arp_querier {
	struct arp_querier_conf conf;
	struct element *table; /* whose cache is used; NULL: own */
	struct arp_cache own;
	struct arp_cache *cache; /* set by initialize */
	bool resolving;          /* the cache is being looked for */
	bool zero_told;
	uint64_t queries, drops, responses;
	struct timer announce;
	uint32_t announcements; /* still to be made */
};

/* RFC 5227, 1.1: ANNOUNCE_NUM and ANNOUNCE_INTERVAL. */
enum { ANNOUNCE_NUM = 2, ANNOUNCE_S = 2 };

/* ---- configuring ---- */

/* What is left after the keywords: IP and ETH, or one name for both. */
static int
arp_querier_addresses(struct element *e, struct strs *rest,
    struct arp_querier_conf *c, bool has_broadcast, struct errh *errh)
{
	struct ip4_prefix ip = { 0, 0 };
	struct args a;

	if (rest->n == 1 && vec_push(rest, rest->v[0]) != 0)
		return errh_error(errh, "out of memory");
	args_init(&a, rest, e, errh);
	args_ip4_prefix(&a, "IP", ARG_POS | ARG_MAND, &ip);
	args_ether(&a, "ETH", ARG_POS | ARG_MAND, c->mac);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	c->ip = ip.addr;
	if (!has_broadcast) {
		c->broadcast = ip.addr | ~ip.mask;
		if (c->broadcast == ip.addr)
			c->broadcast = UINT32_MAX;
	}
	return 0;
}

static int
arp_querier_read(struct element *e, const struct strs *conf,
    struct arp_querier_conf *c, struct arp_cache_limits *limits,
    struct element **table, struct errh *errh)
{
	struct arena mem = ARENA_INIT;
	struct strs rest = VEC_INIT;
	bool has_broadcast;
	struct args a;
	int err;

	c->poll_ns = 60 * NS_PER_SEC;
	arp_cache_limits_init(limits);
	args_init(&a, conf, e, errh);
	arp_cache_read(&a, limits);
	has_broadcast = args_ip4(&a, "BROADCAST", 0, &c->broadcast);
	args_element(&a, "TABLE", 0, "ARPTable", table);
	args_stamp(&a, "POLL_TIMEOUT", 0, &c->poll_ns);
	args_bool(&a, "BROADCAST_POLL", 0, &c->broadcast_poll);
	err = args_consume(&a, &mem, &rest);
	if (err == 0)
		err = arp_cache_check(limits, errh);
	if (err == 0)
		err = arp_querier_addresses(e, &rest, c, has_broadcast, errh);
	vec_fini(&rest);
	arena_fini(&mem);
	return err;
}

static int
arp_querier_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct arp_querier *s = element_state(e);
	struct arp_cache_limits limits;

	if (arp_querier_read(e, conf, &s->conf, &limits, &s->table, errh) != 0)
		return ERR_INVAL;
	arp_cache_init(&s->own);
	arp_cache_limit(&s->own, &limits);
	return 0;
}

/* TABLE stays what it was. */
static int
arp_querier_live_reconfigure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct arp_querier *s = element_state(e);
	struct arp_querier_conf c = { 0 };
	struct arp_cache_limits limits;
	struct element *table = NULL;

	if (arp_querier_read(e, conf, &c, &limits, &table, errh) != 0)
		return ERR_INVAL;
	if (s->table == NULL &&
	    (c.ip != s->conf.ip || memcmp(c.mac, s->conf.mac, 6) != 0))
		arp_cache_clear(&s->own, e->thread);
	s->conf = c;
	arp_cache_limit(&s->own, &limits);
	return 0;
}

/* The cache that e uses; NULL if queriers name each other in a circle. */
static struct arp_cache *
arp_querier_cache(struct element *e)
{
	struct arp_querier *s = element_state(e);
	struct arp_cache *c;

	if (s->table == NULL)
		return &s->own;
	if (s->resolving)
		return NULL;
	s->resolving = true;
	c = element_cast(s->table, "arp_cache");
	s->resolving = false;
	return c;
}

static void *
arp_querier_cast(struct element *e, const char *name, int port)
{
	(void)port;
	if (strcmp(name, "arp_cache") == 0)
		return arp_querier_cache(e);
	return strcmp(name, "ARPTable") == 0 ? e : NULL;
}

/* A question for the own address, from there, to all (RFC 5227, 2.3). */
static void
arp_querier_announce(struct element *e, struct timer *timer, struct thread *t)
{
	static const uint8_t nobody[6];
	struct arp_querier *s = element_state(e);
	const uint8_t *ip = (const uint8_t *)&s->conf.ip;
	const struct arp_parties who = { s->conf.mac, nobody, ip, ip };
	struct packet *p;

	if (s->conf.ip == 0 || s->announcements == 0)
		return;
	p = arp_packet_new(t, ARP_REQUEST, ETHER_ALL, &who);
	if (p != NULL)
		output_push_one(e, e->nout - 1u, t, p);
	if (--s->announcements > 0)
		timer_reschedule_after(timer, ANNOUNCE_S * NS_PER_SEC);
}

static int
arp_querier_initialize(struct element *e, struct errh *errh)
{
	struct arp_querier *s = element_state(e);

	s->cache = arp_querier_cache(e);
	if (s->cache == NULL)
		return errh_error(errh, "TABLE: goes round in a circle");
	if (s->table == NULL)
		arp_cache_start(&s->own, e);
	timer_init(&s->announce, e, arp_querier_announce);
	return 0;
}

static void
arp_querier_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct arp_querier *s = element_state(e);

	(void)stage;
	timer_fini(&s->announce);
	arp_cache_fini(&s->own, e->thread);
}

static void
arp_querier_take_state(
    struct element *e, struct element *old, struct errh *errh)
{
	struct arp_querier *s = element_state(e), *o = element_state(old);

	(void)errh;
	if (s->conf.ip != o->conf.ip ||
	    s->conf.broadcast != o->conf.broadcast ||
	    memcmp(s->conf.mac, o->conf.mac, 6) != 0)
		return;
	if (s->table == NULL && o->table == NULL)
		arp_cache_take(&s->own, &o->own);
	s->queries = o->queries;
	s->drops = o->drops;
	s->responses = o->responses;
}

/* ---- to another process ---- */

static const struct state_field arp_querier_counts[] = {
	STATE_RAW(struct arp_querier, queries),
	STATE_RAW(struct arp_querier, drops),
	STATE_RAW(struct arp_querier, responses),
};

/* Always one, which says nothing but that it has moved. */
static const void *
arp_querier_next_place(const struct state_call *c, uint64_t *at, void *room)
{
	(void)c;
	return *at == 0 ? room : NULL;
}

static int
arp_querier_take_place(const struct state_call *c, const void *what)
{
	struct arp_querier *s = element_state(c->e);

	(void)what;
	s->announcements = ANNOUNCE_NUM;
	timer_schedule_after(&s->announce, 0);
	return 0;
}

static const struct state_item arp_querier_items[] = {
	{ .what = "counts", STATE_FIELDS(arp_querier_counts) },
	ARP_CACHE_ITEM(offsetof(struct arp_querier, own)),
	{ .what = "place",
	    .next = arp_querier_next_place,
	    .take = arp_querier_take_place },
};
static const struct state_class arp_querier_state = { 1,
	STATE_ITEMS(arp_querier_items) };

/* ---- packets ---- */

/*
 * Where packets go; both are one batch when there is one output.  head: the
 * header for the address ip, if it is known; while a batch is dealt with nobody
 * is asked again.
 */
struct arp_querier_out {
	struct batch *packets, *queries;
	struct ether head;
	uint32_t ip;
	bool known;
};

static void
arp_querier_out_begin(
    struct element *e, struct thread *t, struct arp_querier_out *o, uint32_t n)
{
	const struct arp_querier *s = element_state(e);

	n = n < BATCH_MAX / 2 ? 2 * n : BATCH_MAX;
	o->known = false;
	o->head = (struct ether){ .type = { ETHERTYPE_IP4 >> 8, 0 } };
	memcpy(o->head.src, s->conf.mac, 6);
	o->packets = o->queries = batch_new(t, n);
	if (e->nout > 1)
		o->queries = batch_new(t, n);
}

/* Queries first, as they came first. */
static void
arp_querier_out_end(struct element *e, struct arp_querier_out *o)
{
	if (o->queries != o->packets)
		batch_emit_end(e, 1, o->queries);
	batch_emit_end(e, 0, o->packets);
}

/* What a query takes over from the packet that it is sent for. */
struct arp_question {
	uint32_t ip;
	int64_t timestamp_ns;
	uint8_t vlan[2];
};

static struct arp_question
arp_question(const struct packet *p)
{
	struct arp_question q = { .ip = anno_u32(p, ANNO_DST_IP),
		.timestamp_ns = p->timestamp_ns };

	memcpy(q.vlan, p->anno + ANNO_VLAN_TCI, 2);
	return q;
}

static void
arp_querier_ask(struct element *e, struct thread *t, struct arp_querier_out *o,
    const struct arp_question *q, const uint8_t dst[static 6])
{
	static const uint8_t nobody[6];
	struct arp_querier *s = element_state(e);
	const struct arp_parties who = { s->conf.mac, nobody,
		(const uint8_t *)&s->conf.ip, (const uint8_t *)&q->ip };
	struct packet *p = arp_packet_new(t, ARP_REQUEST, dst, &who);

	if (p == NULL)
		return;
	p->timestamp_ns = q->timestamp_ns;
	memcpy(p->anno + ANNO_VLAN_TCI, q->vlan, 2);
	counter_add(&s->queries, t, 1);
	batch_emit(e, e->nout - 1, o->queries, p);
}

/* The source is written last: it may change while a packet waits. */
static void
arp_querier_send(struct element *e, struct arp_querier_out *o, struct packet *p,
    const uint8_t dst[static 6])
{
	struct arp_querier *s = element_state(e);
	struct ether *h = (struct ether *)p->data;

	memcpy(h->dst, dst, 6);
	memcpy(h->src, s->conf.mac, 6);
	batch_emit(e, 0, o->packets, p);
}

/* Whether an address is everybody's or a group's, and then its *mac. */
static bool
arp_querier_group(const struct arp_querier *s, uint32_t ip, uint8_t mac[6])
{
	const uint8_t *b = (const uint8_t *)&ip;

	if (ip == UINT32_MAX || ip == s->conf.broadcast) {
		memcpy(mac, ETHER_ALL, 6);
		return true;
	}
	if ((b[0] & 0xf0) != 0xe0)
		return false;
	memcpy(
	    mac, (const uint8_t[]){ 1, 0, 0x5e, b[1] & 0x7f, b[2], b[3] }, 6);
	return true;
}

static void
arp_querier_drop(struct element *e, struct thread *t, struct packet *p)
{
	struct arp_querier *s = element_state(e);

	counter_add(&s->drops, t, 1);
	packet_kill(t, p);
}

static NOINLINE void
arp_querier_zero(struct element *e)
{
	struct arp_querier *s = element_state(e);

	if (s->zero_told)
		return;
	s->zero_told = true;
	element_chatter(
	    e, "would query for 0.0.0.0; missing dest IP addr annotation?");
}

/* A packet for an address that is not known, nor a group's. */
static NOINLINE void
arp_querier_unknown(struct element *e, struct thread *t,
    struct arp_querier_out *o, struct packet *p)
{
	struct arp_querier *s = element_state(e);
	struct arp_question q = arp_question(p);
	uint8_t mac[6];

	if (q.ip == 0) {
		arp_querier_zero(e);
		arp_querier_drop(e, t, p);
		return;
	}
	switch (arp_cache_wait(s->cache, t, q.ip, p, mac)) {
	case ARP_WAITS_ASK:
		arp_querier_ask(e, t, o, &q, ETHER_ALL);
		break;
	case ARP_WAITS:
		break;
	case ARP_KNOWN:
		arp_querier_send(e, o, p, mac);
		break;
	default: /* refused, and counted by the cache */
		packet_kill(t, p);
		break;
	}
}

/* A packet, its header begun, for another address than the one before. */
static void
arp_querier_look(struct element *e, struct thread *t, struct arp_querier_out *o,
    struct packet *p, uint32_t ip)
{
	struct arp_querier *s = element_state(e);
	struct arp_question q;
	enum arp_answer answer;
	uint8_t mac[6];

	answer = arp_cache_lookup(s->cache, t, ip, s->conf.poll_ns, mac);
	if (answer == ARP_KNOWN_ASK) {
		q = arp_question(p);
		arp_querier_ask(
		    e, t, o, &q, s->conf.broadcast_poll ? ETHER_ALL : mac);
	}
	if (answer == ARP_UNKNOWN && !arp_querier_group(s, ip, mac)) {
		arp_querier_unknown(e, t, o, p);
		return;
	}
	memcpy(o->head.dst, mac, 6);
	o->ip = ip;
	o->known = true;
	arp_querier_send(e, o, p, mac);
}

static void
arp_querier_packet(struct element *e, struct thread *t,
    struct arp_querier_out *o, struct packet *p)
{
	struct arp_querier *s = element_state(e);
	uint32_t ip = anno_u32(p, ANNO_DST_IP);

	if (unlikely(s->conf.ip == 0)) {
		arp_querier_drop(e, t, p);
		return;
	}
	if (unlikely(packet_push(t, &p, sizeof(struct ether)) == NULL)) {
		counter_add(&s->drops, t, 1);
		return;
	}
	packet_set_mac(p, p->data);
	p->network = p->mac + (int32_t)sizeof(struct ether);
	memcpy(p->data, &o->head, sizeof(o->head));
	if (likely(o->known && ip == o->ip))
		batch_emit(e, 0, o->packets, p);
	else
		arp_querier_look(e, t, o, p, ip);
}

/* A reply sets free what has waited for it. */
static void
arp_querier_reply(struct element *e, struct thread *t,
    struct arp_querier_out *o, const struct packet *p)
{
	struct arp_querier *s = element_state(e);
	const struct arp4 *arp = arp_packet_of(p, ARP_REPLY);
	struct packet *waited = NULL, *next;

	if (p->length >= ARP_FRAME)
		counter_add(&s->responses, t, 1);
	if (arp == NULL || (arp->sha[0] & 1) != 0)
		return;
	/* Without memory the packets wait on, until there is some. */
	(void)arp_cache_insert(
	    s->cache, t, get_u32(arp->spa), arp->sha, &waited);
	for (; waited != NULL; waited = next) {
		next = waited->next;
		if (s->conf.ip == 0)
			arp_querier_drop(e, t, waited);
		else
			arp_querier_send(e, o, waited, arp->sha);
	}
}

static void
arp_querier_push(struct element *e, unsigned int port, struct batch *b)
{
	struct thread *t = b->thread;
	struct scratch_mark m = scratch_mark(t);
	struct arp_querier_out o;

	arp_querier_out_begin(e, t, &o, b->count);
	for (uint32_t i = 0; i < b->count; i++) {
		if (port == 0) {
			arp_querier_packet(e, t, &o, b->packet[i]);
		} else {
			arp_querier_reply(e, t, &o, b->packet[i]);
			packet_kill(t, b->packet[i]);
		}
	}
	arp_querier_out_end(e, &o);
	scratch_release(t, m);
}

/* ---- handlers ---- */

static int
arp_querier_stats(struct element *e, uintptr_t user, struct handler_call *call)
{
	const struct arp_querier *s = element_state(e);

	(void)user;
	sb_u64(call->out, s->drops + arp_querier_cache(e)->drops);
	sb_adds(call->out, " packets killed\n");
	sb_u64(call->out, s->queries);
	sb_adds(call->out, " ARP queries sent\n");
	return 0;
}

static int
arp_querier_clear(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct arp_querier *s = element_state(e);

	(void)user;
	s->queries = s->drops = s->responses = 0;
	arp_cache_clear(arp_querier_cache(e), call->thread);
	return 0;
}

static void
arp_querier_add_handlers(struct element *e)
{
	struct arp_querier *s = element_state(e);
	unsigned int both = HANDLER_READ | HANDLER_WRITE;

	arp_cache_add_handlers(e);
	handler_add_data(e, "queries", HANDLER_READ, DATA_U64, &s->queries);
	handler_add_data(e, "responses", HANDLER_READ, DATA_U64, &s->responses);
	handler_add_data(e, "drops", HANDLER_READ, DATA_U64, &s->drops);
	handler_add_data(e, "ipaddr", both, DATA_IP4, &s->conf.ip);
	handler_add_data(e, "broadcast", both, DATA_IP4, &s->conf.broadcast);
	handler_add_read(e, "stats", arp_querier_stats, 0, 0);
	handler_add_write(e, "clear", arp_querier_clear, 0, HANDLER_BUTTON);
}

const struct element_class element_arp_querier = {
	.name = "ARPQuerier",
	.ports = "2/1-2",
	.processing = "h",
	.flow = "xy/x",
	.click_flags = "L2",
	.flags = ELEMENT_SHAREABLE | ELEMENT_LIVE,
	.state_size = sizeof(struct arp_querier),
	.configure = arp_querier_configure,
	.live_reconfigure = arp_querier_live_reconfigure,
	.initialize = arp_querier_initialize,
	.cleanup = arp_querier_cleanup,
	.take_state = arp_querier_take_state,
	.state = &arp_querier_state,
	.cast = arp_querier_cast,
	.add_handlers = arp_querier_add_handlers,
	.push = arp_querier_push,
};
