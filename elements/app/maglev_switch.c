/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * MaglevSwitch -- spread flows over backends so that few of them move when a
 * backend comes or goes: Maglev's consistent hashing (Eisenbud et al., NSDI
 * 2016, section 3.4).
 *
 *	MaglevSwitch([WEIGHT_0, WEIGHT_1, ...] [, keywords])
 *
 *   in 0      IPv4 or IPv6 packets, network header set (see CheckIPHeader)
 *   out i     packets for backend i; those that are no IP packets, or find no
 *             backend up, are killed
 *
 *   WEIGHT_i  the share of backend i, 0..1000 (default 1 each)
 *   TABLE     entries of the table, a prime number (default: the first one
 *             from 128 times the number of backends on)
 *   HASH      what makes a flow: "5tuple" (default; of fragments, addresses
 *             and protocol), "addrs" (both addresses) or "src"
 *   FLOWS     remember so many flows, which stay with their backend until that
 *             is down, whatever weights become (default 0: none)
 *   TIMEOUT   seconds without packets after which a flow is forgotten
 *             (default 300)
 *   SEED      a number: all switches of one seed and the same backends decide
 *             alike (default: a secret one, different in each run, so that no
 *             sender can choose a backend)
 *   NAMES     a list of words, separated by spaces: the backends' names, which
 *             their places in the table follow (default "0 1 2..."); with
 *             names, their order does not matter
 *
 *   weightI   read, write: WEIGHT_I
 *   upI       read, write: boolean, whether backend I is healthy (true)
 *   countI    read: packets that went to backend I
 *   table     read: a line a backend: name, weight, up or down, entries of the
 *             table, packets
 *   lookup    read with "SRC DST [PROTO SPORT DPORT]": the backend that a flow
 *             not remembered would get
 *   drops     read: packets killed
 *   reset_counts  write: counts from 0
 *   flows, capacity, evicted, memory, flush   read how many flows are
 *             remembered; read or write FLOWS; read those forgotten for
 *             others; read bytes; write: forget all
 *
 * A hot swap to the same backends keeps the flows; cosmos save and migrate take
 *them along.
 *
 * Memory: 2 bytes an entry, 24 a backend, about 110 a flow remembered.  A
 * change of a weight fills the table anew, in some 50 ns an entry.
 *
 *	lb :: MaglevSwitch(1, 1, 2, FLOWS 100000);
 *	... -> CheckIPHeader -> lb;
 *	lb[0] -> IPIPEncap(10.0.0.1, 10.0.1.1) -> ...
 */
#include "elements/app/maglev.h"

#include <stdio.h>
#include <stdlib.h>

#include "click/conf.h"
#include "click/router.h"

static uint32_t
maglev_switch_expiry(const struct flowbook *fb, const void *flow)
{
	const struct maglev_switch *self = element_state(fb->e);
	const struct flowbook_flow *f = flow;

	return f->last_ms + self->timeout_ms;
}

const struct flowbook_ops maglev_switch_ops = {
	.expiry = maglev_switch_expiry,
};

/* ---- the table ---- */

void
maglev_switch_fill(struct element *e)
{
	struct maglev_switch *self = element_state(e);

	for (uint32_t i = 0; i < e->nout; i++) {
		const struct maglev_output *o = &self->outputs[i];

		self->backends[i].name = hash_str(o->name);
		self->backends[i].weight = o->up ? o->weight : 0;
	}
	maglev_fill(
	    self->table, self->size, self->backends, e->nout, self->seed);
}

/* The entry of a flow, MAGLEV_NONE if nobody is up. */
static inline uint32_t
maglev_switch_entry(
    const struct maglev_switch *self, const struct five_packet *f)
{
	struct five_tuple id = f->id;
	uint64_t hash;

	if (self->hash != MAGLEV_5TUPLE || f->fragment)
		id.sport = id.dport = 0;
	if (self->hash != MAGLEV_5TUPLE)
		id.proto = 0;
	if (self->hash == MAGLEV_SRC)
		memset(id.dst, 0, sizeof(id.dst));
	hash = five_tuple_hash(&id, self->seed);
	return self->table[(uint32_t)(((hash >> 32) * self->size) >> 32)];
}

/* ---- life ---- */

static int
maglev_switch_initialize(struct element *e, struct errh *errh)
{
	struct maglev_switch *self = element_state(e);

	(void)errh;
	flowbook_start(&self->book, e);
	return 0;
}

/*
 * A hot swap keeps the flows where the backends are the same ones; a secret
 * seed, too, so that flows that are not remembered stay as well.
 */
static void
maglev_switch_take_state(
    struct element *e, struct element *old, struct errh *errh)
{
	struct maglev_switch *self = element_state(e),
	                     *from = element_state(old);

	(void)errh;
	if (e->nout != old->nout)
		return;
	for (uint32_t i = 0; i < e->nout; i++)
		if (!str_eq(self->outputs[i].name, from->outputs[i].name))
			return;
	if (!self->seeded && !from->seeded) {
		self->seed = from->seed;
		maglev_switch_fill(e);
	}
	flowbook_take(&self->book, &from->book, e->thread);
}

static void
maglev_switch_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct maglev_switch *self = element_state(e);

	(void)stage;
	flowbook_fini(&self->book);
	for (uint32_t i = 0; self->outputs != NULL && i < e->nout; i++)
		str_free(&self->outputs[i].name);
	free(self->outputs);
	free(self->backends);
	free(self->table);
}

/* ---- packets ---- */

/* The backend of a flow that is remembered, or shall be. */
static inline uint32_t
maglev_switch_sticky(
    struct maglev_switch *self, const struct flowbook_packet *fp, uint32_t ref)
{
	struct maglev_flow *f;
	uint32_t record = flow_ref_record(ref), backend;

	if (ref != 0) {
		f = flowbook_record(&self->book, record);
		f->head.last_ms = self->book.now_ms;
		if (likely(self->outputs[f->backend].up))
			return f->backend;
		backend = maglev_switch_entry(self, &fp->five);
		if (backend != MAGLEV_NONE)
			f->backend = backend;
		return backend;
	}
	backend = maglev_switch_entry(self, &fp->five);
	if (backend == MAGLEV_NONE)
		return backend;
	record = flowbook_add(&self->book, &fp->five.id);
	if (record != 0) {
		f = flowbook_record(&self->book, record);
		f->backend = backend;
		flowbook_touch(&self->book, record);
	}
	return backend;
}

static inline int
maglev_switch_one(struct element *e, struct thread *t, struct packet **p,
    const struct flowbook_packet *fp, uint32_t ref)
{
	struct maglev_switch *self = element_state(e);
	uint32_t backend = MAGLEV_NONE;

	(void)p;
	if (unlikely(fp->five.id.version == 0))
		backend = MAGLEV_NONE;
	else if (self->book.capacity == 0 || fp->five.fragment)
		backend = maglev_switch_entry(self, &fp->five);
	else
		backend = maglev_switch_sticky(self, fp, ref);
	if (unlikely(backend == MAGLEV_NONE)) {
		counter_add(&self->drops, t, 1);
		return PACKET_DROP;
	}
	counter_add(&self->outputs[backend].count, t, 1);
	return (int)backend;
}

static void
maglev_switch_push(struct element *e, unsigned int port, struct batch *b)
{
	struct maglev_switch *self = element_state(e);

	(void)port;
	flowbook_route(e, b, &self->book, flowbook_read_ip, maglev_switch_one);
}

/* ---- handlers ---- */

static int
maglev_switch_write_weight(
    struct element *e, uintptr_t i, struct handler_call *call)
{
	struct maglev_switch *self = element_state(e);
	struct arena mem = ARENA_INIT;
	uint32_t weight;
	bool good =
	    arg_parse(&maglev_weight, call->text, &weight, e, &mem, call->errh);

	arena_fini(&mem);
	if (!good)
		return ERR_INVAL;
	self->outputs[i].weight = weight;
	maglev_switch_fill(e);
	return 0;
}

static int
maglev_switch_write_up(
    struct element *e, uintptr_t i, struct handler_call *call)
{
	struct maglev_switch *self = element_state(e);
	bool up;

	if (!conf_bool(str_trim(call->text), &up))
		return errh_error(call->errh, "true or false expected");
	self->outputs[i].up = up;
	maglev_switch_fill(e);
	return 0;
}

static int
maglev_switch_read_table(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct maglev_switch *self = element_state(e);

	(void)user;
	for (uint32_t i = 0; i < e->nout; i++) {
		const struct maglev_output *o = &self->outputs[i];
		uint32_t entries = 0;

		for (uint32_t k = 0; k < self->size; k++)
			entries += self->table[k] == i;
		sb_add(call->out, o->name);
		sb_printf(call->out, "\t%u\t%s\t%u\t", (unsigned)o->weight,
		    o->up ? "up" : "down", (unsigned)entries);
		sb_u64(call->out, o->count);
		sb_addc(call->out, '\n');
	}
	return 0;
}

static int
maglev_switch_read_lookup(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct maglev_switch *self = element_state(e);
	struct five_packet f = { .first = true };
	uint32_t backend;

	(void)user;
	if (!five_tuple_parse(e, call->text, &f.id))
		return errh_error(
		    call->errh, "expected 'SRC DST [PROTO SPORT DPORT]'");
	backend = maglev_switch_entry(self, &f);
	if (backend == MAGLEV_NONE)
		sb_adds(call->out, "none");
	else
		sb_u64(call->out, backend);
	return 0;
}

static int
maglev_switch_reset_counts(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct maglev_switch *self = element_state(e);

	(void)user;
	(void)call;
	for (uint32_t i = 0; i < e->nout; i++)
		self->outputs[i].count = 0;
	self->drops = 0;
	return 0;
}

static void
maglev_switch_add_handlers(struct element *e)
{
	struct maglev_switch *self = element_state(e);

	for (uint32_t i = 0; i < e->nout; i++) {
		struct maglev_output *o = &self->outputs[i];
		char name[24];

		snprintf(name, sizeof(name), "weight%u", (unsigned)i);
		handler_add_data(e, name, HANDLER_READ, DATA_U32, &o->weight);
		handler_add_write(e, name, maglev_switch_write_weight, i, 0);
		snprintf(name, sizeof(name), "up%u", (unsigned)i);
		handler_add_data(e, name, HANDLER_READ, DATA_BOOL, &o->up);
		handler_add_write(
		    e, name, maglev_switch_write_up, i, HANDLER_CHECKBOX);
		snprintf(name, sizeof(name), "count%u", (unsigned)i);
		handler_add_data(e, name, HANDLER_READ, DATA_U64, &o->count);
	}
	handler_add_read(e, "table", maglev_switch_read_table, 0, 0);
	handler_add_read(
	    e, "lookup", maglev_switch_read_lookup, 0, HANDLER_PARAM);
	handler_add_data(e, "drops", HANDLER_READ, DATA_U64, &self->drops);
	handler_add_write(
	    e, "reset_counts", maglev_switch_reset_counts, 0, HANDLER_BUTTON);
	flowbook_add_handlers(e, &self->book);
}

const struct element_class element_maglev_switch = {
	.name = "MaglevSwitch",
	.ports = "1/1-",
	.processing = "h/h",
	.flags = ELEMENT_SHAREABLE,
	.scratch = FLOWBOOK_SCRATCH,
	.state_size = sizeof(struct maglev_switch),
	.configure = maglev_switch_configure,
	.initialize = maglev_switch_initialize,
	.cleanup = maglev_switch_cleanup,
	.take_state = maglev_switch_take_state,
	.state = &maglev_state,
	.add_handlers = maglev_switch_add_handlers,
	.push = maglev_switch_push,
};
