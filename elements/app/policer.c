/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Policer -- send packets on while they keep to a rate, the others elsewhere.
 *
 *	Policer(RATE [, BURST, keywords])
 *
 *   in 0      any packets; with BY an address, IP packets whose network header
 *             is set
 *   out 0     packets that conform (green)
 *   out 1     packets that exceed; with a second bucket, the yellow ones
 *   out 2     with a second bucket, the red ones
 *   Packets for an output that does not exist are killed.
 *
 *   RATE      bytes a second, or with a unit (10Mbps); packets a second if
 *             PACKETS
 *   BURST     tokens of the bucket: bytes, or packets (default: what comes in a
 *             tenth of a second, 3000 bytes or 1 packet at least)
 *   EXCESS_BURST  a second bucket that gets what the first has no room for: the
 *             single rate three color marker of RFC 2697
 *   PEAK_RATE, PEAK_BURST  a second bucket that all packets must pass: the two
 *             rate three color marker of RFC 2698
 *   PACKETS   boolean: count packets, not bytes (default false)
 *   COLOR_ANNO  an annotation of one byte: where the colour (0 green, 1 yellow,
 *             2 red) is stored; with AWARE read first, too
 *   AWARE     boolean: a packet never becomes better than it was (default
 *             false)
 *   BY        buckets for each: "src" or "dst" address, or the value of an
 *             "anno": 4 bytes, a subscriber's number (default: one for all)
 *   ANNO      that annotation (default 20, AGGREGATE)
 *   PREFIX, PREFIX6  bits of an address that count (default 32 and 64)
 *   CAPACITY  addresses at a time (default 65536); beyond it the one that was
 *             idle for longest loses its buckets
 *
 * A policer with BY makes one bucket of all packets that are no IP packets.
 *
 *   rate, burst  read, write: RATE, BURST
 *   green, yellow, red   read: packets of each colour
 *   green_bytes, yellow_bytes, red_bytes   read: their bytes
 *   tokens    read: what is in the buckets; with BY, of an address, given as
 *             parameter
 *   table     read: with BY, address and tokens, one a line
 *   reset_counts  write: counts from 0
 *   flows, capacity, evicted, refused, memory, flush   read how many addresses
 *             there are; read or write CAPACITY; read how many lost their
 *             buckets, found none; read bytes; write: all buckets are full
 *
 * A hot swap keeps what is in the buckets, as far as the new ones hold it, and
 * the counts; cosmos save and migrate take them along.
 *
 * Memory: about 125 bytes an address, which is forgotten once its buckets are
 * full.
 *
 *	... -> p :: Policer(10Mbps, 30000, BY src) -> ...; p[1] -> Discard;
 */
#include "elements/app/policer.h"

#include <stdio.h>

#include "click/anno.h"
#include "click/locked.h"
#include "elements/ip/quiet.h"

static uint32_t
policer_expiry(const struct flowbook *fb, const void *flow)
{
	const struct policer *self = element_state(fb->e);
	const struct flowbook_flow *f = flow;

	return f->last_ms + (uint32_t)(tcm_full_ns(&self->terms) / 1000000) + 1;
}

const struct flowbook_ops policer_ops = { .expiry = policer_expiry };

/* ---- life ---- */

static int
policer_initialize(struct element *e, struct errh *errh)
{
	struct policer *self = element_state(e);

	(void)errh;
	tcm_init(&self->one, &self->terms, thread_recent_ns(e->thread));
	flowbook_start(&self->book, e);
	return 0;
}

static void
policer_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct policer *self = element_state(e);

	(void)stage;
	flowbook_fini(&self->book);
}

/* ---- packets ---- */

static void
policer_mask(uint8_t *addr, uint32_t bits, uint32_t bytes)
{
	uint32_t whole = bits / 8;

	if (bits % 8 != 0) {
		addr[whole] &= (uint8_t)(0xff00 >> bits % 8);
		whole++;
	}
	memset(addr + whole, 0, bytes - whole);
}

/* Leaves of the packet's flow what it is policed by. */
static inline bool
policer_read(struct element *e, struct packet *p, struct five_packet *five)
{
	const struct policer *self = element_state(e);
	struct five_tuple id = { .version = 4 };

	if (self->by == BY_ANNO) {
		put_u32(id.src, anno_u32(p, self->anno.offset));
	} else if (likely(five_tuple_packet(p, five))) {
		id.version = five->id.version;
		memcpy(id.src, self->by == BY_SRC ? five->id.src : five->id.dst,
		    16);
		/* Not the bucket of packets that are no IP packets. */
		id.proto = 1;
		if (id.version == 4)
			policer_mask(id.src, self->prefix, 4);
		else
			policer_mask(id.src, self->prefix6, 16);
	}
	five->id = id;
	return true;
}

static inline int
policer_color(
    struct policer *self, struct tcm *meter, struct thread *t, struct packet *p)
{
	enum tcm_color before = TCM_GREEN, color;

	if (self->aware) {
		before = anno_u8(p, self->color_anno.offset);
		if (before > TCM_RED)
			before = TCM_RED;
	}
	color = tcm_meter(meter, &self->terms, thread_recent_ns(t),
	    self->packets ? 1 : p->length, before);
	if (self->color_anno.size != 0)
		anno_set_u8(p, self->color_anno.offset, (uint8_t)color);
	self->count[color]++;
	self->bytes[color] += p->length;
	/* One bucket knows no yellow. */
	return color == TCM_RED && self->terms.kind == TCM_ONE ? 1 : (int)color;
}

static inline int
policer_one(struct element *e, struct thread *t, struct packet **p,
    const struct flowbook_packet *fp, uint32_t ref)
{
	struct policer *self = element_state(e);
	uint32_t record = flow_ref_record(ref);
	struct policer_flow *f;

	if (unlikely(ref == 0)) {
		record = flowbook_add(&self->book, &fp->five.id);
		if (record == 0)
			return PACKET_DROP; /* counted as refused */
		f = flowbook_record(&self->book, record);
		tcm_init(&f->meter, &self->terms, thread_recent_ns(t));
		flowbook_touch(&self->book, record);
	}
	f = flowbook_record(&self->book, record);
	f->head.last_ms = self->book.now_ms;
	return policer_color(self, &f->meter, t, *p);
}

static inline int
policer_all(struct element *e, struct thread *t, struct packet **p)
{
	struct policer *self = element_state(e);

	return policer_color(self, &self->one, t, *p);
}

/* One bucket asks nothing of the book but its lock. */
static inline void
policer_enter(struct element *e, struct thread *t)
{
	(void)e;
	(void)t;
}

static void
policer_push(struct element *e, unsigned int port, struct batch *b)
{
	struct policer *self = element_state(e);

	(void)port;
	if (self->by != BY_NONE) {
		flowbook_route(e, b, &self->book, policer_read, policer_one);
		return;
	}
	batch_route_locked(e, b, &self->book.lock, policer_enter, policer_all,
	    &(struct outbox){ NULL, NULL }, 0);
}

/* ---- handlers ---- */

static void
policer_print(const struct policer *self, struct tcm m, int64_t now_ns,
    struct strbuf *out)
{
	tcm_fill(&m, &self->terms, now_ns);
	sb_u64(out, m.parts[0] / TCM_PARTS);
	if (self->terms.kind != TCM_ONE) {
		sb_addc(out, ' ');
		sb_u64(out, m.parts[1] / TCM_PARTS);
	}
}

static int
policer_read_tokens(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct policer *self = element_state(e);
	int64_t now_ns = thread_recent_ns(call->thread);
	struct five_tuple id = { .version = 4, .proto = 1 };
	struct tcm m;
	uint32_t ref;

	(void)user;
	tcm_init(&m, &self->terms, now_ns);
	if (self->by == BY_NONE) {
		policer_print(self, self->one, now_ns, call->out);
		return 0;
	}
	if (self->by == BY_ANNO) {
		id.proto = 0;
		if (!arg_quiet(&arg_type_u32, str_trim(call->text), id.src, e))
			return errh_error(call->errh, "a number expected");
	} else if (arg_quiet(&arg_type_ip4, str_trim(call->text), id.src, e)) {
		policer_mask(id.src, self->prefix, 4);
	} else if (arg_quiet(&arg_type_ip6, str_trim(call->text), id.src, e)) {
		id.version = 6;
		policer_mask(id.src, self->prefix6, 16);
	} else {
		return errh_error(call->errh, "an address expected");
	}
	ref = flowbook_find(&self->book, &id);
	if (ref != 0) {
		const struct policer_flow *f =
		    flowbook_record(&self->book, flow_ref_record(ref));

		m = f->meter;
	}
	policer_print(self, m, now_ns, call->out);
	return 0;
}

static int
policer_read_table(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct policer *self = element_state(e);
	int64_t now_ns = thread_recent_ns(call->thread);
	uint32_t n = 0;

	(void)user;
	while ((n = flowtable_next(&self->book.table, n + 1)) != 0) {
		const struct policer_flow *f = flowbook_record(&self->book, n);

		if (self->by == BY_ANNO)
			sb_u64(call->out, get_u32(f->head.id.src));
		else
			five_tuple_print_address(
			    &f->head.id, f->head.id.src, call->out);
		sb_addc(call->out, '\t');
		policer_print(self, f->meter, now_ns, call->out);
		sb_addc(call->out, '\n');
	}
	return 0;
}

static int
policer_write_terms(
    struct element *e, uintptr_t burst, struct handler_call *call)
{
	struct policer *self = element_state(e);
	struct arena mem = ARENA_INIT;
	bool good = arg_parse(
	    burst || self->packets ? &arg_type_u32 : &arg_type_bandwidth,
	    call->text, burst ? &self->terms.burst[0] : &self->terms.rate[0], e,
	    &mem, call->errh);

	arena_fini(&mem);
	return good ? 0 : ERR_INVAL;
}

static int
policer_reset_counts(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct policer *self = element_state(e);

	(void)user;
	(void)call;
	memset(self->count, 0, sizeof(self->count));
	memset(self->bytes, 0, sizeof(self->bytes));
	return 0;
}

static void
policer_add_handlers(struct element *e)
{
	static const char *const colors[] = { "green", "yellow", "red" };
	struct policer *self = element_state(e);

	for (unsigned int i = 0; i < TCM_COLORS; i++) {
		char name[24];

		handler_add_data(
		    e, colors[i], HANDLER_READ, DATA_U64, &self->count[i]);
		snprintf(name, sizeof(name), "%s_bytes", colors[i]);
		handler_add_data(
		    e, name, HANDLER_READ, DATA_U64, &self->bytes[i]);
	}
	handler_add_data(
	    e, "rate", HANDLER_READ, DATA_U32, &self->terms.rate[0]);
	handler_add_write(e, "rate", policer_write_terms, 0, 0);
	handler_add_data(
	    e, "burst", HANDLER_READ, DATA_U32, &self->terms.burst[0]);
	handler_add_write(e, "burst", policer_write_terms, 1, 0);
	handler_add_read(e, "tokens", policer_read_tokens, 0, HANDLER_PARAM);
	handler_add_read(e, "table", policer_read_table, 0, 0);
	handler_add_write(
	    e, "reset_counts", policer_reset_counts, 0, HANDLER_BUTTON);
	flowbook_add_handlers(e, &self->book);
}

const struct element_class element_policer = {
	.name = "Policer",
	.ports = "1/1-3",
	.processing = "h/h",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct policer),
	.scratch = FLOWBOOK_SCRATCH,
	.configure = policer_configure,
	.initialize = policer_initialize,
	.cleanup = policer_cleanup,
	.state = &policer_state,
	.add_handlers = policer_add_handlers,
	.push = policer_push,
};
