/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * CGNAT -- translate addresses and ports of many subscribers, each of which has
 * blocks of ports of its own (RFC 4787, 5382, 5508, 6888; docs/nat.md).
 *
 *	CGNAT(EXTERNAL [, keywords])
 *
 *   in 0      IPv4 packets from inside, network header set (see CheckIPHeader)
 *   in 1      the same from outside
 *   out 0     packets for the outside
 *   out 1     packets for the inside, destination annotation set: also those
 *             from inside to an external address (hairpinning)
 *   out 2     optional (else they are killed): packets that there is no mapping
 *             for, or that can have none: unsolicited ones, fragments,
 *             protocols but TCP, UDP and ICMP
 *   out 3     optional: a line of text each time a block is given or taken
 *             back, to be put into UDP (see UDPIPEncap)
 *
 *   EXTERNAL  addresses: a prefix or FIRST-LAST, at most 65536
 *   BLOCK     ports of a block (default 512)
 *   BLOCKS    a subscriber may have, 1 to 8 (default 4)
 *   PORTS     LOW-HIGH (default 1024-65535)
 *   INSIDE    a prefix: subscribers' blocks follow from their addresses, one
 *             each, and nothing needs to be logged (deterministic, RFC 7422);
 *             BLOCKS and BLOCK follow from it
 *   CAPACITY  mappings at a time (default 1000000)
 *   UDP_TIMEOUT T             seconds (default 300: RFC 4787, REQ-5)
 *   TCP_TIMEOUT T             of established connections (default 7440: RFC
 *                             5382, REQ-5)
 *   TCP_TRANSITORY_TIMEOUT T  of others (default 240)
 *   ICMP_TIMEOUT T            of queries (default 60: RFC 5508, REQ-2)
 *   HOLD T    a subscriber's blocks stay its own for T seconds after its last
 *             mapping (default 120: RFC 6888, REQ-8)
 *
 * A mapping is one whatever the other end is, and lets in packets from anywhere
 * (endpoint-independent mapping and filtering); StatefulFirewall on the inside
 * makes the filter a strict one.  A subscriber is paired with one external
 * address; ports keep their parity and are else random.  Only packets from
 * inside keep UDP mappings alive.  Put IPReassembler before both inputs.
 *
 *   mappings, subscribers   read: how many
 *   table     read: a line a mapping: protocol, inside, outside, idle seconds
 *   blocks    read: a line a subscriber: inside, outside, its ports, mappings
 *   log       read: the last 256 blocks given and taken back: time, what,
 *             inside, outside, ports
 *   who       read with "EXTERNAL PORT": whose port that is
 *   map       write "PROTO INSIDE PORT EXTERNAL PORT": a mapping that stays
 *   unmap     write "PROTO EXTERNAL PORT"
 *   clear     write: end all others
 *   stats     read: what else is counted
 *
 * Both inputs may be different threads': the tables have a lock.
 *
 * A hot swap keeps mappings and blocks if EXTERNAL, PORTS, BLOCK and INSIDE are
 * the same.
 *
 * Memory: about 75 bytes a mapping, 125 a subscriber, a bit a block.
 *
 *	nat :: CGNAT(1.2.3.0/24);
 *	inside -> IPReassembler -> [0]nat[0] -> out;
 *	outside -> IPReassembler -> [1]nat[1] -> in;
 */
#include "elements/tcpudp/cgnat.h"
#include "base/bytes.h"
#include "click/router.h"
#include "elements/ip/quiet.h"

enum { REAP_BUDGET = 512 };
static const int64_t REAP_NS = 100000000;

struct cgnat_element {
	struct cgnat nat;
	struct timer timer;
};

/* Where no packets are about, as in handlers. */
static struct cgnat *
cgnat_of(struct element *e, struct thread *t)
{
	struct cgnat_element *self = element_state(e);

	cgnat_enter(&self->nat, t);
	return &self->nat;
}

static struct cgnat *
cgnat_lock(struct element *e, struct thread *t)
{
	struct cgnat_element *self = element_state(e);

	thread_lock(t, &self->nat.lock);
	return cgnat_of(e, t);
}

/* Frees the lock and sends what has been logged. */
static void
cgnat_unlock(struct element *e, struct thread *t)
{
	struct cgnat_element *self = element_state(e);

	locked_leave(e, t, &self->nat.lock, &self->nat.outbox, CG_LOGS);
}

/* ---- life ---- */

static void
cgnat_timer(struct element *e, struct timer *timer, struct thread *t)
{
	cgnat_reap(cgnat_lock(e, t), REAP_BUDGET);
	cgnat_unlock(e, t);
	timer_schedule_after(timer, REAP_NS);
}

static int
cgnat_initialize(struct element *e, struct errh *errh)
{
	struct cgnat_element *self = element_state(e);
	struct cgnat *g = cgnat_of(e, e->thread);

	(void)errh;
	flow_wheel_init(&g->mapping_wheel, &g->mappings,
	    offsetof(struct cg_mapping, link), 0, g->now_ms);
	flow_wheel_init(&g->subscriber_wheel, &g->subscribers,
	    offsetof(struct cg_subscriber, link), 0, g->now_ms);
	timer_init(&self->timer, e, cgnat_timer);
	timer_schedule_after(&self->timer, REAP_NS);
	return 0;
}

/* A hot swap keeps mappings and blocks if the ports are laid out alike. */
static void
cgnat_take_state(struct element *e, struct element *old, struct errh *errh)
{
	struct cgnat_element *from = element_state(old);
	struct cgnat *g = cgnat_of(e, e->thread);

	(void)errh;
	cgnat_take(g, &from->nat);
}

static void
cgnat_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct cgnat_element *self = element_state(e);

	(void)stage;
	timer_fini(&self->timer);
	outbox_fini(&self->nat.outbox, e->thread);
	cgnat_fini(&self->nat);
}

/* ---- packets ---- */

static inline int
cgnat_inside_one(struct element *e, struct thread *t, struct packet **p)
{
	struct cgnat_element *self = element_state(e);

	(void)t;
	return cgnat_from_inside(&self->nat, p);
}

static inline int
cgnat_outside_one(struct element *e, struct thread *t, struct packet **p)
{
	struct cgnat_element *self = element_state(e);

	(void)t;
	return cgnat_from_outside(&self->nat, p);
}

static inline void
cgnat_enter_one(struct element *e, struct thread *t)
{
	(void)cgnat_of(e, t);
}

static void
cgnat_push(struct element *e, unsigned int port, struct batch *b)
{
	struct cgnat_element *self = element_state(e);
	struct cgnat *g = &self->nat;

	if (port == 0)
		batch_route_locked(e, b, &g->lock, cgnat_enter_one,
		    cgnat_inside_one, &g->outbox, CG_LOGS);
	else
		batch_route_locked(e, b, &g->lock, cgnat_enter_one,
		    cgnat_outside_one, &g->outbox, CG_LOGS);
}

/* ---- handlers ---- */

static void
cgnat_print_end(const struct flow_key *end, struct strbuf *out)
{
	sb_addc(out, '\t');
	sb_ip4(out, end->src);
	sb_printf(out, ":%u", get_be16(&end->sport));
}

static int
cgnat_read_table(struct element *e, uintptr_t user, struct handler_call *call)
{
	const struct cgnat *g = cgnat_of(e, call->thread);
	uint32_t n = 0;

	(void)user;
	while ((n = flowtable_next(&g->mappings, n + 1)) != 0) {
		const struct cg_mapping *m = flowtable_record(&g->mappings, n);

		sb_adds(call->out, m->proto == IPPROTO4_TCP   ? "tcp"
		                   : m->proto == IPPROTO4_UDP ? "udp"
		                                              : "icmp");
		cgnat_print_end(&m->key[0], call->out);
		cgnat_print_end(&m->key[1], call->out);
		if (m->flags & CG_STATIC)
			sb_adds(call->out, "\tstatic\n");
		else
			sb_printf(call->out, "\t%u\n",
			    (unsigned)((g->now_ms - m->last_ms) / 1000));
	}
	return 0;
}

static int
cgnat_read_blocks(struct element *e, uintptr_t user, struct handler_call *call)
{
	const struct cgnat *g = cgnat_of(e, call->thread);
	uint32_t n = 0;

	(void)user;
	while ((n = flowtable_next(&g->subscribers, n + 1)) != 0) {
		const struct cg_subscriber *s =
		    flowtable_record(&g->subscribers, n);

		sb_ip4(call->out, s->key.src);
		sb_addc(call->out, '\t');
		sb_ip4(call->out, ip4_net(g->external + s->external));
		for (unsigned int i = 0; i < s->nblocks; i++) {
			uint32_t first = g->low + s->block[i] * g->block_size;

			sb_printf(call->out, "%c%u-%u", i == 0 ? '\t' : ' ',
			    (unsigned)first,
			    (unsigned)(first + g->block_size - 1));
		}
		sb_printf(call->out, "\t%u\n", (unsigned)s->count);
	}
	return 0;
}

static int
cgnat_read_log(struct element *e, uintptr_t user, struct handler_call *call)
{
	const struct cgnat *g = cgnat_of(e, call->thread);
	uint32_t n = g->nlog < CG_LOG ? g->nlog : CG_LOG;

	(void)user;
	for (uint32_t i = g->nlog - n; i != g->nlog; i++)
		cgnat_event_print(&g->log[i % CG_LOG], call->out);
	return 0;
}

/* Deterministic: by computation; else by the blocks that are given out. */
static int
cgnat_read_who(struct element *e, uintptr_t user, struct handler_call *call)
{
	const struct cgnat *g = cgnat_of(e, call->thread);
	struct str rest = call->text, word = str_word(&rest);
	uint32_t addr, who = 0, n = 0;
	uint16_t port;

	(void)user;
	if (!arg_quiet(&arg_type_ip4, word, &addr, e) ||
	    !arg_quiet(&arg_type_u16, str_trim(rest), &port, e))
		return errh_error(call->errh, "expected 'EXTERNAL PORT'");
	if (g->ninside != 0)
		who = cgnat_who(g, addr, port);
	while (g->ninside == 0 && who == 0 &&
	       (n = flowtable_next(&g->subscribers, n + 1)) != 0) {
		const struct cg_subscriber *s =
		    flowtable_record(&g->subscribers, n);

		for (unsigned int i = 0; i < s->nblocks; i++)
			if (s->external == ip4_host(addr) - g->external &&
			    port >= g->low &&
			    (port - g->low) / g->block_size == s->block[i])
				who = s->key.src;
	}
	if (who == 0)
		sb_adds(call->out, "nobody");
	else
		sb_ip4(call->out, who);
	return 0;
}

/* "tcp", "udp". */
static bool
cgnat_parse_proto(struct element *e, struct str word, uint8_t *proto)
{
	return arg_quiet(&arg_type_ip_proto, word, proto, e) &&
	       (*proto == IPPROTO4_TCP || *proto == IPPROTO4_UDP);
}

static bool
cgnat_parse_end(
    struct element *e, struct str *rest, uint32_t *addr, uint16_t *port)
{
	uint16_t x;

	if (!arg_quiet(&arg_type_ip4, str_word(rest), addr, e) ||
	    !arg_quiet(&arg_type_u16, str_word(rest), &x, e))
		return false;
	put_be16(port, x);
	return true;
}

static int
cgnat_map_words(struct element *e, uintptr_t add, struct handler_call *call)
{
	struct cgnat *g = cgnat_of(e, call->thread);
	struct str rest = call->text;
	uint32_t in = 0, out;
	uint16_t iport = 0, oport;
	struct cg_mapping *m;
	uint8_t proto;

	if (!cgnat_parse_proto(e, str_word(&rest), &proto) ||
	    (add && !cgnat_parse_end(e, &rest, &in, &iport)) ||
	    !cgnat_parse_end(e, &rest, &out, &oport) || str_trim(rest).n > 0)
		return errh_error(call->errh,
		    add ? "expected 'PROTO INSIDE PORT EXTERNAL PORT'"
		        : "expected 'PROTO EXTERNAL PORT'");
	if (add)
		return cgnat_map_static(g, in, iport, proto, out, oport)
		           ? 0
		           : errh_error(call->errh,
		                 "that end is taken, or not the subscriber's");
	m = cgnat_in(g, out, oport, proto);
	if (m == NULL)
		return errh_error(call->errh, "no such mapping");
	cgnat_unmap(g, m);
	return 0;
}

static int
cgnat_write_map(struct element *e, uintptr_t add, struct handler_call *call)
{
	int err;

	(void)cgnat_lock(e, call->thread);
	err = cgnat_map_words(e, add, call);
	cgnat_unlock(e, call->thread);
	return err;
}

static int
cgnat_write_clear(struct element *e, uintptr_t user, struct handler_call *call)
{
	(void)user;
	cgnat_clear(cgnat_lock(e, call->thread));
	cgnat_unlock(e, call->thread);
	return 0;
}

static int
cgnat_read_stats(struct element *e, uintptr_t user, struct handler_call *call)
{
	const struct cgnat *g = cgnat_of(e, call->thread);
	const struct {
		uint64_t n;
		const char *what;
	} lines[] = {
		{ g->made, "mappings made" },
		{ g->no_ports, "refused: the subscriber's ports are used up" },
		{ g->no_block, "refused: no block of ports is free" },
		{ g->full, "refused: too many mappings" },
		{ g->unmapped, "packets without a mapping" },
		{ g->bad, "packets that can have none" },
		{ g->hairpins, "packets from inside to inside" },
	};

	(void)user;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		sb_u64(call->out, lines[i].n);
		sb_printf(call->out, "\t%s\n", lines[i].what);
	}
	return 0;
}

static void
cgnat_add_handlers(struct element *e)
{
	struct cgnat_element *self = element_state(e);

	handler_add_data(
	    e, "mappings", HANDLER_READ, DATA_U32, &self->nat.mappings.count);
	handler_add_data(e, "subscribers", HANDLER_READ, DATA_U32,
	    &self->nat.subscribers.count);
	handler_add_read(e, "table", cgnat_read_table, 0, HANDLER_EXPENSIVE);
	handler_add_read(e, "blocks", cgnat_read_blocks, 0, HANDLER_EXPENSIVE);
	handler_add_read(e, "log", cgnat_read_log, 0, 0);
	handler_add_read(e, "who", cgnat_read_who, 0, HANDLER_PARAM);
	handler_add_write(e, "map", cgnat_write_map, 1, 0);
	handler_add_write(e, "unmap", cgnat_write_map, 0, 0);
	handler_add_write(e, "clear", cgnat_write_clear, 0, HANDLER_BUTTON);
	handler_add_read(e, "stats", cgnat_read_stats, 0, 0);
}

const struct element_class element_cgnat = {
	.name = "CGNAT",
	.ports = "2/2-4",
	.processing = "h/h",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct cgnat_element),
	.configure = cgnat_configure,
	.initialize = cgnat_initialize,
	.cleanup = cgnat_cleanup,
	.take_state = cgnat_take_state,
	.state = &cgnat_state,
	.add_handlers = cgnat_add_handlers,
	.push = cgnat_push,
};
