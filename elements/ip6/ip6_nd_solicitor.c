/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IP6NDSolicitor -- find neighbours' Ethernet addresses, and put packets for
 * them into Ethernet.
 *
 *	IP6NDSolicitor(IP, ETH [, keyword ENTRY_CAPACITY])
 *
 *   in 0      IPv6 packets with the destination annotation set
 *   in 1      neighbour advertisements, with their Ethernet header
 *   out 0     packets from input 0 with an Ethernet header, and solicitations
 *             if there is no output 1
 *   out 1     neighbour solicitations
 *
 * A packet to a neighbour not known yet waits, one for each neighbour, the
 * newest, while he is asked for: once a second, three times (RFC 4861, 7.2.2).
 * An answer is good for two minutes; after one, traffic to him makes us ask
 * again.  Multicasts need no neighbour (RFC 2464, 7).
 *
 *   IP, ETH   our addresses
 *   ENTRY_CAPACITY  neighbours remembered at most (default 2048); then those
 *             in vain asked for longest are forgotten first
 *
 *   table     read: a line each: address, whether known, Ethernet address
 *   stats     read: packets killed, solicitations sent
 *
 * A hot swap keeps neighbours if IP and ETH are the same; cosmos save and
 * migrate take them along.
 *
 *	c :: Classifier(12/86dd 20/3a 54/88, 12/86dd);
 *	nds :: IP6NDSolicitor(2001:db8::1, 00:e0:29:05:e5:6f);
 *	c[0] -> [1] nds; ... -> GetIP6Address(24) -> [0] nds -> ToDevice(0);
 */
#include "click/state.h"
#include "elements/ip/say.h"
#include "elements/ip6/nd.h"
#include "elements/ip6/nd_table.h"

static const int64_t NS = 1000000000;

enum {
	ND_ASK_S = 1, /* between two questions */
	ND_ASK_MAX = 3,
	ND_POLL_S = 60,  /* age of an answer from which on it is renewed */
	ND_RENEW_S = 15, /* between two such questions, and two looks at all */
	ND_GOOD_S = 120,
	ND_BATCH = 64,
};

struct ip6_nd_solicitor {
	struct ip6_addr ip;
	uint8_t mac[6];
	uint32_t capacity;
	struct nd_table table;
	struct timer timer;
	struct spinlock lock; /* of table */
	uint64_t killed, asked;
};

/* ---- solicitations ---- */

static struct packet *
ip6_nd_solicitor_question(
    struct element *e, struct thread *t, const uint8_t *target)
{
	struct ip6_nd_solicitor *self = element_state(e);
	uint8_t group[16], mac[6];
	struct nd_content c = { .ether_dst = mac,
		.mac = self->mac,
		.src = self->ip.b,
		.dst = group,
		.target = target,
		.type = ICMP6_ND_SOLICIT };

	nd_solicited_node(target, group, mac);
	counter_add(&self->asked, t, 1);
	return nd_new(t, &c);
}

static void
ip6_nd_solicitor_kill(struct element *e, struct thread *t, struct packet *p)
{
	struct ip6_nd_solicitor *self = element_state(e);

	if (p == NULL)
		return;
	counter_add(&self->killed, t, 1);
	packet_kill(t, p);
}

/*
 * The oldest question that is due again: its target, asked anew.  False: none
 * is.  Those asked too often are forgotten on the way.
 */
static bool
ip6_nd_solicitor_due(
    struct element *e, struct thread *t, int64_t now, struct ip6_addr *target)
{
	struct ip6_nd_solicitor *self = element_state(e);
	struct nd_entry *n;

	while ((n = nd_table_first(&self->table.asked)) != NULL &&
	       now - n->asked_ns >= ND_ASK_S * NS) {
		if (n->asked < ND_ASK_MAX) {
			n->asked++;
			n->asked_ns = now;
			nd_table_touch(&self->table, n);
			*target = n->addr;
			return true;
		}
		ip6_nd_solicitor_kill(e, t, nd_table_remove(&self->table, n));
	}
	return false;
}

static void
ip6_nd_solicitor_fire(struct element *e, struct timer *timer, struct thread *t)
{
	struct ip6_nd_solicitor *self = element_state(e);
	int64_t now = thread_steady_ns(t);
	struct ip6_addr target;
	struct nd_entry *n;
	struct packet *p;

	thread_lock(t, &self->lock);
	while (ip6_nd_solicitor_due(e, t, now, &target)) {
		thread_unlock(t, &self->lock);
		p = ip6_nd_solicitor_question(e, t, target.b);
		if (p != NULL)
			output_push_one(e, e->nout - 1u, t, p);
		thread_lock(t, &self->lock);
	}
	while ((n = nd_table_first(&self->table.known)) != NULL &&
	       now - n->heard_ns >= ND_GOOD_S * NS)
		nd_table_remove(&self->table, n); /* nothing waits there */
	n = nd_table_first(&self->table.asked);
	if (n != NULL)
		timer_schedule_at(timer, n->asked_ns + ND_ASK_S * NS);
	else if (self->table.count > 0)
		timer_schedule_after(timer, ND_RENEW_S * NS);
	thread_unlock(t, &self->lock);
}

/* ---- packets ---- */

/* Where packets go to; one batch if there is one output. */
struct ip6_nd_out {
	struct thread *t;
	struct batch *packets, *questions;
};

static void
ip6_nd_solicitor_send(struct element *e, struct ip6_nd_out *out,
    struct packet *p, const uint8_t *mac)
{
	struct ip6_nd_solicitor *self = element_state(e);
	struct ether *ether;

	if (packet_push(out->t, &p, sizeof(*ether)) == NULL)
		return;
	ether = (struct ether *)(void *)p->data;
	memcpy(ether->dst, mac, 6);
	memcpy(ether->src, self->mac, 6);
	put_be16(ether->type, ETHERTYPE_IP6);
	packet_set_mac(p, p->data);
	batch_emit(e, 0, out->packets, p);
}

/* Whether traffic to a neighbour is a reason to ask for him now. */
static bool
ip6_nd_solicitor_may_ask(const struct nd_entry *n, int64_t now)
{
	int64_t wait = n->known ? ND_RENEW_S : ND_ASK_S;

	if (n->known && now - n->heard_ns < ND_POLL_S * NS)
		return false;
	return n->asked == 0 || now - n->asked_ns >= wait * NS;
}

/*
 * What is to be done about a packet to addr, while the table is locked: true
 * when mac is known; else *p has been kept and becomes a packet that it drove
 * out, or NULL.  *ask: a question is to be asked.
 */
static bool
ip6_nd_solicitor_lookup(struct element *e, struct thread *t,
    const uint8_t *addr, struct packet **p, uint8_t mac[static 6], bool *ask)
{
	struct ip6_nd_solicitor *self = element_state(e);
	struct nd_entry *n = nd_table_find(&self->table, addr);
	int64_t now = thread_recent_ns(t);
	struct packet *old = NULL;

	if (n == NULL) {
		n = nd_table_add(&self->table, addr, &old);
		if (n == NULL) {
			ip6_nd_solicitor_kill(e, t, old);
			return false;
		}
		if (nd_table_first(&self->table.asked) == n)
			timer_schedule_after(&self->timer, ND_ASK_S * NS);
	}
	*ask = ip6_nd_solicitor_may_ask(n, now);
	if (*ask) {
		n->asked++;
		n->asked_ns = now;
		if (!n->known)
			nd_table_touch(&self->table, n);
	}
	if (n->known) {
		memcpy(mac, n->mac, 6);
		return true;
	}
	if (old == NULL)
		old = n->waiting;
	n->waiting = *p;
	*p = old;
	return false;
}

static void
ip6_nd_solicitor_packet(
    struct element *e, struct ip6_nd_out *out, struct packet *p)
{
	struct ip6_nd_solicitor *self = element_state(e);
	bool ask = false, known = true;
	struct packet *question;
	struct ip6_addr addr;
	uint8_t mac[6];

	memcpy(addr.b, p->anno + ANNO_DST_IP6, sizeof(addr.b));
	if (ip6_multicast(addr.b))
		nd_multicast_mac(addr.b, mac);
	else if (ip6_unspecified(addr.b))
		known = false;
	else {
		thread_lock(out->t, &self->lock);
		known =
		    ip6_nd_solicitor_lookup(e, out->t, addr.b, &p, mac, &ask);
		thread_unlock(out->t, &self->lock);
	}
	if (ask) {
		question = ip6_nd_solicitor_question(e, out->t, addr.b);
		if (question != NULL)
			batch_emit(e, e->nout - 1u, out->questions, question);
	}
	if (known)
		ip6_nd_solicitor_send(e, out, p, mac);
	else
		ip6_nd_solicitor_kill(e, out->t, p);
}

/* ---- answers ---- */

static void
ip6_nd_solicitor_answer(
    struct element *e, struct ip6_nd_out *out, struct packet *p)
{
	struct ip6_nd_solicitor *self = element_state(e);
	const struct nd_message *m = nd_parse(p, ICMP6_ND_ADVERT);
	const uint8_t *mac = m == NULL ? NULL : nd_option(p, ND_TARGET_MAC);
	struct packet *waiting = NULL;
	struct nd_entry *n;

	if (mac == NULL || (mac[0] & 1) != 0) /* nobody is a group */
		return;
	thread_lock(out->t, &self->lock);
	n = nd_table_find(&self->table, m->target);
	if (n != NULL) {
		if (n->known && memcmp(n->mac, mac, 6) != 0)
			say("IP6NDSolicitor overwriting an entry");
		memcpy(n->mac, mac, 6);
		n->known = true;
		n->asked = 0;
		n->heard_ns = thread_recent_ns(out->t);
		waiting = n->waiting;
		n->waiting = NULL;
		nd_table_touch(&self->table, n);
	}
	thread_unlock(out->t, &self->lock);
	if (waiting != NULL)
		ip6_nd_solicitor_send(e, out, waiting, mac);
}

static void
ip6_nd_solicitor_push(struct element *e, unsigned int port, struct batch *b)
{
	struct thread *t = b->thread;
	struct scratch_mark m = scratch_mark(t);
	struct ip6_nd_out out = { .t = t, .packets = batch_new(t, ND_BATCH) };

	out.questions = e->nout == 1 ? out.packets : batch_new(t, ND_BATCH);
	for (uint32_t i = 0; i < b->count; i++)
		if (port == 0)
			ip6_nd_solicitor_packet(e, &out, b->packet[i]);
		else {
			ip6_nd_solicitor_answer(e, &out, b->packet[i]);
			packet_kill(t, b->packet[i]);
		}
	batch_emit_end(e, e->nout - 1u, out.questions);
	batch_emit_end(e, 0, out.packets);
	scratch_release(t, m);
}

/* ---- life ---- */

static int
ip6_nd_solicitor_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct ip6_nd_solicitor *self = element_state(e);
	struct args a;

	self->capacity = 2048;
	args_init(&a, conf, e, errh);
	args_ip6(&a, "IP", ARG_POS | ARG_MAND, &self->ip);
	args_ether(&a, "ETH", ARG_POS | ARG_MAND, self->mac);
	args_u32(&a, "ENTRY_CAPACITY", 0, &self->capacity);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (self->capacity == 0)
		return errh_error(errh, "ENTRY_CAPACITY must be at least 1");
	nd_table_init(&self->table, self->capacity);
	return 0;
}

static int
ip6_nd_solicitor_initialize(struct element *e, struct errh *errh)
{
	struct ip6_nd_solicitor *self = element_state(e);

	(void)errh;
	timer_init(&self->timer, e, ip6_nd_solicitor_fire);
	return 0;
}

static void
ip6_nd_solicitor_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct ip6_nd_solicitor *self = element_state(e);
	struct nd_entry *n;

	(void)stage;
	timer_fini(&self->timer);
	while ((n = nd_table_first(&self->table.asked)) != NULL ||
	       (n = nd_table_first(&self->table.known)) != NULL)
		ip6_nd_solicitor_kill(
		    e, e->thread, nd_table_remove(&self->table, n));
	nd_table_fini(&self->table);
}

/* Neighbours stay known if we are who we were. */
static void
ip6_nd_solicitor_take_state(
    struct element *e, struct element *old, struct errh *errh)
{
	struct ip6_nd_solicitor *self = element_state(e);
	struct ip6_nd_solicitor *was = element_state(old);
	struct nd_entry *n, *mine;
	struct packet *out;

	(void)errh;
	if (!ip6_equal(self->ip.b, was->ip.b) ||
	    memcmp(self->mac, was->mac, 6) != 0)
		return;
	while ((n = nd_table_first(&was->table.known)) != NULL) {
		mine = nd_table_add(&self->table, n->addr.b, &out);
		if (mine == NULL)
			return;
		mine->known = true;
		mine->heard_ns = n->heard_ns;
		memcpy(mine->mac, n->mac, 6);
		nd_table_touch(&self->table, mine);
		nd_table_remove(&was->table, n);
	}
	if (self->table.count > 0)
		timer_schedule_after(&self->timer, ND_RENEW_S * NS);
}

/* ---- to another process ---- */

struct nd_neighbour {
	struct ip6_addr addr;
	uint8_t mac[6];
	int64_t heard_ns;
};

static const struct state_field nd_counts[] = {
	STATE_RAW(struct ip6_nd_solicitor, killed),
	STATE_RAW(struct ip6_nd_solicitor, asked),
};
static const struct state_field nd_neighbour_fields[] = {
	STATE_RAW(struct nd_neighbour, addr),
	STATE_RAW(struct nd_neighbour, mac),
	STATE_AGE_NS(struct nd_neighbour, heard_ns),
};

static const void *
nd_next_neighbour(const struct state_call *c, uint64_t *at, void *room)
{
	struct ip6_nd_solicitor *self = element_state(c->e);
	const struct nd_entry *n = nd_table_known(&self->table, *at);
	struct nd_neighbour *told = room;

	if (n == NULL)
		return NULL;
	told->addr = n->addr;
	memcpy(told->mac, n->mac, 6);
	told->heard_ns = n->heard_ns;
	return told;
}

static int
nd_take_neighbour(const struct state_call *c, const void *what)
{
	struct ip6_nd_solicitor *self = element_state(c->e);
	const struct nd_neighbour *told = what;
	struct packet *none;
	struct nd_entry *n;

	if ((told->mac[0] & 1) != 0)
		return state_refuse_item(c, "that is no station's address");
	if (nd_table_find(&self->table, told->addr.b) != NULL)
		return state_refuse_item(c, "the same comes twice");
	if (self->table.count >= self->capacity)
		return state_refuse_item(
		    c, "there are more than ENTRY_CAPACITY");
	n = nd_table_add(&self->table, told->addr.b, &none);
	if (n == NULL)
		return ERR_NOMEM;
	n->known = true;
	n->heard_ns = told->heard_ns;
	memcpy(n->mac, told->mac, 6);
	nd_table_touch(&self->table, n);
	timer_schedule_after(&self->timer, ND_RENEW_S * NS);
	return 0;
}

static const struct state_item nd_items[] = {
	{ .what = "counts", STATE_FIELDS(nd_counts) },
	{ .what = "neighbour",
	    STATE_FIELDS(nd_neighbour_fields),
	    .size = sizeof(struct nd_neighbour),
	    .next = nd_next_neighbour,
	    .take = nd_take_neighbour },
};
static const struct state_class nd_state = { 1, STATE_ITEMS(nd_items) };

/* ---- handlers ---- */

static int
ip6_nd_solicitor_table(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct ip6_nd_solicitor *self = element_state(e);
	struct nd_entry **all = nd_table_sorted(&self->table);

	(void)user;
	if (all == NULL)
		return errh_error(call->errh, "out of memory");
	for (uint32_t i = 0; i < self->table.count; i++) {
		sb_ip6(call->out, &all[i]->addr);
		sb_adds(call->out, all[i]->known ? " 1 " : " 0 ");
		sb_ether(call->out, all[i]->mac);
		sb_addc(call->out, '\n');
	}
	free(all);
	return 0;
}

static int
ip6_nd_solicitor_stats(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct ip6_nd_solicitor *self = element_state(e);

	(void)user;
	sb_u64(call->out, self->killed);
	sb_adds(call->out, " packets killed\n");
	sb_u64(call->out, self->asked);
	sb_adds(call->out, " ND Solicitation Message sent\n");
	return 0;
}

static void
ip6_nd_solicitor_add_handlers(struct element *e)
{
	handler_add_read(
	    e, "table", ip6_nd_solicitor_table, 0, HANDLER_EXPENSIVE);
	handler_add_read(e, "stats", ip6_nd_solicitor_stats, 0, 0);
}

const struct element_class element_ip6_nd_solicitor = {
	.name = "IP6NDSolicitor",
	.ports = "2/1-2",
	.processing = "h/h",
	.flow = "xy/x",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct ip6_nd_solicitor),
	.configure = ip6_nd_solicitor_configure,
	.initialize = ip6_nd_solicitor_initialize,
	.cleanup = ip6_nd_solicitor_cleanup,
	.add_handlers = ip6_nd_solicitor_add_handlers,
	.take_state = ip6_nd_solicitor_take_state,
	.state = &nd_state,
	.push = ip6_nd_solicitor_push,
};
