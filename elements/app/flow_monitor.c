/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * FlowMonitor -- count packets and bytes of each flow; show the greatest, and
 * export all as NetFlow or IPFIX.
 *
 *	FlowMonitor([keywords])
 *
 *   in 0      any packets; those whose network header is set and begins an IPv4
 *             or IPv6 packet are counted
 *   out 0     the same packets
 *   out 1     optional: messages for a collector, to be put into UDP (the
 *             payload; see UDPIPEncap)
 *
 *   INACTIVE T   a flow ends T seconds after its last packet (default 15)
 *   ACTIVE T     or T seconds after its first one; the next packet begins it
 *                anew (default 1800)
 *   CAPACITY N   flows at a time (default 65536); the one next to end makes
 *                room for a new one
 *   EXPORT       "ipfix": RFC 7011 (default), or "netflow9": RFC 3954
 *   DOMAIN N     observation domain, source id (default 0)
 *   MTU N        bytes of a message, 256 to 32768 (default 1400)
 *   TEMPLATE_INTERVAL T  templates are sent again after T seconds (default
 *                60), and
 *   TEMPLATE_MESSAGES N  after N messages (default 20)
 *
 * Both directions of a conversation are one flow, which has two counts; they
 * are exported as a record each.  A TCP connection that has been reset or
 * closed both ways ends a second later.  A message waits at most a second for
 * more records.  Bytes are those of IP headers and payload.
 *
 *   flows, capacity, evicted, refused, memory, flush   read how many flows
 *                there are; read or write CAPACITY; read how many made room,
 *                found none; read bytes; write: end (and export) all
 *   packets, bytes   read: what was counted
 *   ignored      read: packets that are no IP packets
 *   top          read with "[N [bytes|packets]]": the N greatest flows (10, by
 *                bytes): who to whom, packets and bytes there and back, seconds
 *                since the first and last packet, TCP flags there and back,
 *                state
 *   table        read: all of them
 *   exported, messages, export_drops   read: records exported, messages, and
 *                records for which there was no room
 *
 * A hot swap keeps the flows, and cosmos save and migrate take them along.
 *
 * Memory: about 165 bytes a flow.
 *
 *	FromDevice(0) -> MarkIPHeader(14) -> m :: FlowMonitor -> ...
 *	m[1] -> UDPIPEncap(10.0.0.1, 2055, 10.0.0.2, 4739) -> ...
 */
#include "elements/app/flow_monitor.h"

enum { CLOSED_MS = 1000 };
static const int64_t EXPORT_NS = 1000000000;

/* ---- the end of flows ---- */

static bool
flow_monitor_over(const struct monitor_flow *f)
{
	return f->head.id.proto == IPPROTO4_TCP && f->state >= TCP_CLOSED;
}

static uint32_t
flow_monitor_expiry(const struct flowbook *fb, const void *flow)
{
	const struct flow_monitor *self = element_state(fb->e);
	const struct monitor_flow *f = flow;
	uint32_t active = f->first_ms[0] + self->active_ms;
	uint32_t idle = f->head.last_ms +
	                (flow_monitor_over(f) ? CLOSED_MS : self->inactive_ms);

	return (int32_t)(active - idle) < 0 ? active : idle;
}

static enum flow_export_reason
flow_monitor_reason(const struct flow_monitor *self,
    const struct monitor_flow *f, enum flowbook_end why)
{
	if (why == FLOW_EVICTED)
		return EXPORT_LACK;
	if (why == FLOW_FLUSHED)
		return EXPORT_FORCED;
	if (flow_monitor_over(f))
		return EXPORT_ENDED;
	if (self->book.now_ms - f->first_ms[0] >= self->active_ms)
		return EXPORT_ACTIVE;
	return EXPORT_IDLE;
}

static void
flow_monitor_end(struct flowbook *fb, void *flow, enum flowbook_end why)
{
	struct flow_monitor *self = element_state(fb->e);
	struct flow_export *x = &self->export;
	const struct monitor_flow *f = flow;

	if (!self->exports)
		return;
	x->now_ms = fb->now_ms;
	x->wall_ms = thread_wall_ns(fb->thread) / 1000000;
	for (unsigned int d = 0; d < 2; d++) {
		struct flow_export_record r = { .bytes = f->bytes[d],
			.packets = f->packets[d],
			.first_ms = f->first_ms[d],
			.last_ms = f->last_ms[d],
			.tos = f->tos[d],
			.tcp_flags = f->flags[d],
			.reason = flow_monitor_reason(self, f, why) };
		struct five_tuple id = f->head.id;

		if (f->packets[d] == 0)
			continue;
		if (d == 1)
			five_tuple_reverse(&f->head.id, &id);
		r.id = &id;
		flow_export_add(x, fb->thread, &r);
	}
}

static const struct flowbook_ops flow_monitor_ops = {
	.expiry = flow_monitor_expiry,
	.end = flow_monitor_end,
};

/* Pushes the messages that are whole; not under the lock. */
static void
flow_monitor_send(struct element *e, struct thread *t)
{
	struct flow_monitor *self = element_state(e);
	struct packet *p;

	for (;;) {
		thread_lock(t, &self->book.lock);
		p = flow_export_take(&self->export);
		thread_unlock(t, &self->book.lock);
		if (p == NULL)
			return;
		output_push_one(e, 1, t, p);
	}
}

static void
flow_monitor_timer(struct element *e, struct timer *timer, struct thread *t)
{
	struct flow_monitor *self = element_state(e);
	struct flow_export *x = &self->export;

	thread_lock(t, &self->book.lock);
	x->now_ms = flowbook_now(t);
	x->wall_ms = thread_wall_ns(t) / 1000000;
	/* All that is due, so that a message is not sent half full. */
	flowbook_enter(&self->book, t);
	(void)flowbook_reap(&self->book, EXPORT_WAITING_MAX * 8);
	flow_export_close(x);
	thread_unlock(t, &self->book.lock);
	flow_monitor_send(e, t);
	timer_schedule_after(timer, EXPORT_NS);
}

/* ---- configuration ---- */

struct flow_monitor_conf {
	uint32_t active, inactive, template_s;
	struct str format;
};

static int
flow_monitor_check(
    struct flow_monitor *self, struct flow_monitor_conf *c, struct errh *errh)
{
	struct flow_export *x = &self->export;

	if (c->active == 0 || c->active > 1000000 || c->inactive == 0 ||
	    c->inactive > 1000000)
		return errh_error(
		    errh, "ACTIVE, INACTIVE: from 1 to 1000000 seconds");
	if (self->book.capacity == 0 || self->book.capacity > FLOW_RECORDS_MAX)
		return errh_error(
		    errh, "CAPACITY: from 1 to %d", FLOW_RECORDS_MAX);
	if (x->size < EXPORT_SIZE_MIN || x->size > EXPORT_SIZE_MAX)
		return errh_error(errh, "MTU: from %d to %d", EXPORT_SIZE_MIN,
		    EXPORT_SIZE_MAX);
	if (c->template_s == 0 || c->template_s > 1000000 ||
	    x->template_messages == 0)
		return errh_error(
		    errh, "TEMPLATE_INTERVAL, TEMPLATE_MESSAGES: 1 at least");
	if (c->format.n == 0 || str_is(c->format, "ipfix"))
		x->version = EXPORT_IPFIX;
	else if (str_is(c->format, "netflow9"))
		x->version = EXPORT_NETFLOW9;
	else
		return errh_error(
		    errh, "EXPORT: 'ipfix' or 'netflow9' expected");
	return 0;
}

static int
flow_monitor_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct flow_monitor *self = element_state(e);
	struct flow_monitor_conf c = {
		.active = 1800, .inactive = 15, .template_s = 60
	};
	struct flow_export *x = &self->export;
	struct args a;
	int err;

	flowbook_init(
	    &self->book, sizeof(struct monitor_flow), &flow_monitor_ops, true);
	self->book.capacity = 65536;
	x->size = 1400;
	x->template_messages = 20;
	args_init(&a, conf, e, errh);
	args_seconds(&a, "INACTIVE", 0, &c.inactive);
	args_seconds(&a, "ACTIVE", 0, &c.active);
	args_u32(&a, "CAPACITY", 0, &self->book.capacity);
	args_word(&a, "EXPORT", 0, &c.format);
	args_u32(&a, "DOMAIN", 0, &x->domain);
	args_u32(&a, "MTU", 0, &x->size);
	args_seconds(&a, "TEMPLATE_INTERVAL", 0, &c.template_s);
	args_u32(&a, "TEMPLATE_MESSAGES", 0, &x->template_messages);
	err = args_complete(&a);
	if (err == 0)
		err = flow_monitor_check(self, &c, errh);
	str_free(&c.format);
	self->active_ms = c.active * 1000;
	self->inactive_ms = c.inactive * 1000;
	x->template_ms = c.template_s * 1000;
	return err;
}

static int
flow_monitor_initialize(struct element *e, struct errh *errh)
{
	struct flow_monitor *self = element_state(e);

	(void)errh;
	flowbook_start(&self->book, e);
	flow_export_init(&self->export, self->book.now_ms);
	self->exports = output_connected(e, 1);
	timer_init(&self->timer, e, flow_monitor_timer);
	if (self->exports)
		timer_schedule_after(&self->timer, EXPORT_NS);
	return 0;
}

/* A hot swap keeps the flows, and what was counted. */
static void
flow_monitor_take_state(
    struct element *e, struct element *old, struct errh *errh)
{
	struct flow_monitor *self = element_state(e),
	                    *from = element_state(old);

	(void)errh;
	self->packets = from->packets;
	self->bytes = from->bytes;
	self->ignored = from->ignored;
	/* A collector goes by uptime and sequence numbers. */
	self->export.start_ms = from->export.start_ms;
	self->export.sequence = from->export.sequence;
	flowbook_take(&self->book, &from->book, e->thread);
}

static void
flow_monitor_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct flow_monitor *self = element_state(e);

	if (stage >= CLEANUP_CONFIGURED)
		flow_export_fini(&self->export, e->thread);
	timer_fini(&self->timer);
	flowbook_fini(&self->book);
}

/* ---- packets ---- */

/* What the flags tell, without looking at windows. */
static void
flow_monitor_state(
    struct monitor_flow *f, unsigned int direction, uint8_t flags)
{
	unsigned int fins = 0;

	f->flags[direction] |= flags;
	for (unsigned int d = 0; d < 2; d++)
		fins += (f->flags[d] & TCP_FIN) != 0;
	if ((f->flags[0] | f->flags[1]) & TCP_RST)
		f->state = TCP_RESET;
	else if (fins > 0)
		f->state = fins == 2 ? TCP_CLOSED : TCP_HALF_CLOSED;
	else if (!(flags & TCP_SYN))
		f->state = TCP_ESTABLISHED;
	else if (f->state == TCP_OPENING && (flags & TCP_ACK))
		f->state = TCP_ANSWERED;
}

static inline int
flow_monitor_one(struct element *e, struct thread *t, struct packet **p,
    const struct flowbook_packet *fp, uint32_t ref)
{
	struct flow_monitor *self = element_state(e);
	unsigned int d = flow_ref_which(ref);
	uint32_t record = flow_ref_record(ref);
	bool new_ = ref == 0;
	struct monitor_flow *f;
	uint8_t state;

	(void)t;
	(void)p;
	if (unlikely(fp->five.id.version == 0)) {
		self->ignored++;
		return 0;
	}
	self->packets++;
	self->bytes += fp->five.length;
	if (unlikely(new_))
		record = flowbook_add(&self->book, &fp->five.id);
	if (unlikely(record == 0))
		return 0;
	f = flowbook_record(&self->book, record);
	if (f->packets[d]++ == 0) {
		f->first_ms[d] = self->book.now_ms;
		f->tos[d] = fp->five.tos;
	}
	f->bytes[d] += fp->five.length;
	f->last_ms[d] = f->head.last_ms = self->book.now_ms;
	state = f->state;
	if (fp->five.id.proto == IPPROTO4_TCP && fp->five.first &&
	    fp->five.l4_length > 13)
		flow_monitor_state(f, d, fp->five.l4[13]);
	if (unlikely(new_ || f->state != state))
		flowbook_touch(&self->book, record);
	return 0;
}

static void
flow_monitor_push(struct element *e, unsigned int port, struct batch *b)
{
	struct flow_monitor *self = element_state(e);
	struct thread *t = b->thread;

	(void)port;
	flowbook_route(e, b, &self->book, flowbook_read_ip, flow_monitor_one);
	if (unlikely(load_relaxed(&self->export.waiting) > 0))
		flow_monitor_send(e, t);
}

const struct element_class element_flow_monitor = {
	.name = "FlowMonitor",
	.ports = "1/1-2",
	.processing = "h/h",
	.flow = "x/x",
	.state_size = sizeof(struct flow_monitor),
	.flags = ELEMENT_SHAREABLE,
	.scratch = FLOWBOOK_SCRATCH,
	.configure = flow_monitor_configure,
	.initialize = flow_monitor_initialize,
	.cleanup = flow_monitor_cleanup,
	.take_state = flow_monitor_take_state,
	.state = &flow_monitor_state_class,
	.add_handlers = flow_monitor_add_handlers,
	.push = flow_monitor_push,
};
