/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * StatefulFirewall -- let in what belongs to flows that were let out.
 *
 *	StatefulFirewall([keywords])
 *
 *   in 0      IPv4 or IPv6 packets from inside, network header set (see
 *             CheckIPHeader, CheckTCPHeader)
 *   in 1      the same from outside
 *   in 2, 3   optional: packets from inside, from outside, that may begin a
 *             flow because rules have agreed
 *   out 0     packets for the outside
 *   out 1     packets for the inside
 *   out 2, 3  optional (else they are killed): packets from inside, from
 *             outside, that would begin a flow but may not: send them through
 *             IPFilter to input 2 or 3
 *   out 4     optional (else they are killed): packets that cannot be part of
 *             any flow, or for which there is no room
 *
 *   OPEN      "inside": packets at input 0 may begin flows (default); "none":
 *             they may not, ask rules for them too
 *   TCP_TIMEOUT T          established connections end after T seconds without
 *                          packets (default 7440: RFC 5382, REQ-5; RFC 6092,
 *                          REC-35)
 *   TCP_TRANSITORY_TIMEOUT T  those that are opening or closing (default 240)
 *   TCP_RESET_TIMEOUT T    those that were reset (default 10)
 *   UDP_TIMEOUT T          UDP (default 120: RFC 6092, REC-14)
 *   ICMP_TIMEOUT T         echo (default 60: RFC 5508, REQ-2)
 *   OTHER_TIMEOUT T        any other protocol, by addresses (default 600)
 *   CAPACITY N             flows at a time (default 65536).  A new one takes
 *                          the place of the one next to expire that is not an
 *                          established connection, or is refused
 *   PER_SOURCE N           flows that one address (of IPv6, one network of 64
 *                          bits) may have begun at a time (default 0: any
 *                          number)
 *   PICKUP                 boolean: TCP connections may be begun in their
 *                          middle, by packets with ACK: after a restart
 *                          (default false)
 *
 * TCP segments must lie within the windows that the two sides have given each
 * other (tcp_track.h, after van Rooij).  ICMP errors pass to who sent the
 * packet that they are about, if that belongs to a flow and its sequence number
 * is a recent one; other ICMP messages but echo do not.  Fragments but the
 * first do not pass: put IPReassembler before.  Neighbour discovery is not for
 * a firewall between networks: separate it before.
 *
 *   flows, capacity, evicted, refused, memory, flush   read how many flows
 *             there are; read or write CAPACITY; read how many made room for
 *             others, found none; read bytes; write: end all
 *   opened    read: flows begun
 *   drops     read: packets for output 4
 *   drop_details  read: the same by reason
 *   table     read: a line a flow: who to whom, from where, state, seconds left
 *   close     write "SRC DST PROTO SPORT DPORT": end that flow
 *
 * A hot swap keeps the flows, and cosmos save and migrate take them along.
 *
 * Memory: about 150 bytes a flow and, with PER_SOURCE, 110 a source.
 *
 *	fw :: StatefulFirewall(PER_SOURCE 1000);
 *	inside -> [0]fw[0] -> out;  outside -> [1]fw[1] -> in;
 *	fw[3] -> IPFilter(allow dst 10.0.0.80 && tcp dst port 80) -> [3]fw;
 *	Idle -> [2]fw; fw[2] -> Discard; fw[4] -> Discard;
 */
#include "click/router.h"
#include "elements/app/firewall.h"

static const char *const firewall_fault_name[FAULTS] = {
	"no header, or a fragment",
	"not part of a flow",
	"from the wrong side",
	"outside of the window",
	"ICMP error about no flow",
	"too many flows",
	"too many flows of one source",
};

/* ---- configuration ---- */

static int
firewall_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	static const struct {
		const char *keyword;
		uint32_t s;
	} times[TIMES] = {
		[TIME_TCP] = { "TCP_TIMEOUT", 7440 },
		[TIME_TRANSITORY] = { "TCP_TRANSITORY_TIMEOUT", 240 },
		[TIME_RESET] = { "TCP_RESET_TIMEOUT", 10 },
		[TIME_UDP] = { "UDP_TIMEOUT", 120 },
		[TIME_ICMP] = { "ICMP_TIMEOUT", 60 },
		[TIME_OTHER] = { "OTHER_TIMEOUT", 600 },
	};
	struct firewall *self = element_state(e);
	struct str open = { NULL, 0 };
	uint32_t s[TIMES];
	struct args a;
	int err;

	firewall_init(self);
	args_init(&a, conf, e, errh);
	for (unsigned int i = 0; i < TIMES; i++) {
		s[i] = times[i].s;
		args_seconds(&a, times[i].keyword, 0, &s[i]);
	}
	args_word(&a, "OPEN", 0, &open);
	args_u32(&a, "CAPACITY", 0, &self->book.capacity);
	args_u32(&a, "PER_SOURCE", 0, &self->per_source);
	args_bool(&a, "PICKUP", 0, &self->pickup);
	err = args_complete(&a);
	for (unsigned int i = 0; i < TIMES && err == 0; i++) {
		self->time_ms[i] = s[i] * 1000;
		if (s[i] == 0 || s[i] > 2000000)
			err = errh_error(errh, "%s: from 1 to 2000000 seconds",
			    times[i].keyword);
	}
	self->open_inside = open.n == 0 || str_is(open, "inside");
	if (err == 0 && !self->open_inside && !str_is(open, "none"))
		err = errh_error(errh, "OPEN: 'inside' or 'none' expected");
	if (err == 0 && (self->book.capacity == 0 ||
	                    self->book.capacity > FLOW_RECORDS_MAX))
		err = errh_error(
		    errh, "CAPACITY: from 1 to %d", FLOW_RECORDS_MAX);
	str_free(&open);
	return err;
}

static int
firewall_initialize(struct element *e, struct errh *errh)
{
	struct firewall *self = element_state(e);

	(void)errh;
	flowbook_start(&self->book, e);
	return 0;
}

/* A hot swap keeps the flows, and what was counted. */
static void
firewall_take_state(struct element *e, struct element *old, struct errh *errh)
{
	struct firewall *self = element_state(e), *from = element_state(old);

	(void)errh;
	self->opened = from->opened;
	memcpy(self->faults, from->faults, sizeof(self->faults));
	/* Flows that end now must find their sources. */
	flowbook_take(&self->sources, &from->sources, e->thread);
	flowbook_take(&self->book, &from->book, e->thread);
}

static void
firewall_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct firewall *self = element_state(e);

	(void)stage;
	flowbook_fini(&self->book);
	flowbook_fini(&self->sources);
}

/* ---- packets ---- */

#define FIREWALL_PORT(n)                                                       \
	static inline int firewall_port##n(struct element *e,                  \
	    struct thread *t, struct packet **p,                               \
	    const struct flowbook_packet *fp, uint32_t ref)                    \
	{                                                                      \
		(void)t;                                                       \
		(void)p;                                                       \
		return firewall_packet(e, fp, ref, n);                         \
	}
FIREWALL_PORT(0)
FIREWALL_PORT(1)
FIREWALL_PORT(2)
FIREWALL_PORT(3)

static void
firewall_push(struct element *e, unsigned int port, struct batch *b)
{
	struct firewall *self = element_state(e);

	switch (port) {
	case 0:
		flowbook_route(
		    e, b, &self->book, firewall_read, firewall_port0);
		break;
	case 1:
		flowbook_route(
		    e, b, &self->book, firewall_read, firewall_port1);
		break;
	case 2:
		flowbook_route(
		    e, b, &self->book, firewall_read, firewall_port2);
		break;
	default:
		flowbook_route(
		    e, b, &self->book, firewall_read, firewall_port3);
		break;
	}
}

/* ---- handlers ---- */

static int
firewall_read_drops(
    struct element *e, uintptr_t details, struct handler_call *call)
{
	struct firewall *self = element_state(e);
	uint64_t all = 0;

	for (unsigned int i = 0; i < FAULTS; i++) {
		all += self->faults[i];
		if (details) {
			sb_u64(call->out, self->faults[i]);
			sb_printf(call->out, "\t%s\n", firewall_fault_name[i]);
		}
	}
	if (!details)
		sb_u64(call->out, all);
	return 0;
}

static int
firewall_read_table(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct firewall *self = element_state(e);
	uint32_t now_ms = flowbook_now(call->thread), n = 0;

	(void)user;
	while ((n = flowtable_next(&self->book.table, n + 1)) != 0) {
		const struct firewall_flow *f = flowbook_record(&self->book, n);
		int32_t left_ms =
		    (int32_t)(firewall_expiry(&self->book, f) - now_ms);

		five_tuple_print(&f->head.id, call->out);
		sb_printf(call->out, "\t%s\t%s\t%d\n",
		    f->tcp.user == SIDE_INSIDE ? "inside" : "outside",
		    f->head.id.proto == IPPROTO4_TCP
		        ? tcp_track_state_name[f->tcp.state]
		        : "-",
		    left_ms < 0 ? 0 : (int)(left_ms / 1000));
	}
	return 0;
}

static int
firewall_write_close(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct firewall *self = element_state(e);
	struct five_tuple id;
	uint32_t ref;

	(void)user;
	if (!five_tuple_parse(e, call->text, &id))
		return errh_error(
		    call->errh, "expected 'SRC DST PROTO SPORT DPORT'");
	ref = flowbook_find(&self->book, &id);
	if (ref == 0)
		return errh_error(call->errh, "no such flow");
	flowbook_end(&self->book, flow_ref_record(ref), FLOW_FLUSHED);
	return 0;
}

static void
firewall_add_handlers(struct element *e)
{
	struct firewall *self = element_state(e);

	flowbook_add_handlers(e, &self->book);
	handler_add_data(e, "opened", HANDLER_READ, DATA_U64, &self->opened);
	handler_add_read(e, "drops", firewall_read_drops, 0, 0);
	handler_add_read(e, "drop_details", firewall_read_drops, 1, 0);
	handler_add_read(e, "table", firewall_read_table, 0, 0);
	handler_add_write(e, "close", firewall_write_close, 0, 0);
}

const struct element_class element_stateful_firewall = {
	.name = "StatefulFirewall",
	.ports = "2-4/2-5",
	.processing = "h/h",
	.state_size = sizeof(struct firewall),
	.flags = ELEMENT_SHAREABLE,
	.scratch = FLOWBOOK_SCRATCH,
	.configure = firewall_configure,
	.initialize = firewall_initialize,
	.cleanup = firewall_cleanup,
	.take_state = firewall_take_state,
	.state = &firewall_state,
	.add_handlers = firewall_add_handlers,
	.push = firewall_push,
};
