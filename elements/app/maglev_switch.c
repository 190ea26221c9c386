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
 * Memory: 2 bytes an entry, 24 a backend, about 110 a flow remembered.  A
 * change of a weight fills the table anew, in some 50 ns an entry.
 *
 *	lb :: MaglevSwitch(1, 1, 2, FLOWS 100000);
 *	... -> CheckIPHeader -> lb;
 *	lb[0] -> IPIPEncap(10.0.0.1, 10.0.1.1) -> ...
 */
#include <stdio.h>
#include <stdlib.h>

#include "click/conf.h"
#include "click/router.h"
#include "elements/app/maglev_table.h"
#include "elements/ip/flowbook.h"
#include "elements/ip/quiet.h"
#include "os/os.h"

enum maglev_hash { MAGLEV_5TUPLE, MAGLEV_ADDRS, MAGLEV_SRC };

struct maglev_output {
	struct str name; /* owned */
	uint32_t weight;
	bool up;
	uint64_t count;
};

struct maglev_switch {
	uint16_t *table;
	uint32_t size;
	enum maglev_hash hash;
	uint64_t seed;
	struct maglev_output *outputs; /* e->nout of them */
	struct maglev_backend *backends;
	uint32_t timeout_ms;
	struct flowbook book;
	uint64_t drops;
};

struct maglev_flow {
	struct flowbook_flow head;
	uint32_t backend;
	uint32_t pad;
};

static uint32_t
maglev_switch_expiry(const struct flowbook *fb, const void *flow)
{
	const struct maglev_switch *self = element_state(fb->e);
	const struct flowbook_flow *f = flow;

	return f->last_ms + self->timeout_ms;
}

static const struct flowbook_ops maglev_switch_ops = {
	.expiry = maglev_switch_expiry,
};

/* ---- the table ---- */

static void
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

/* ---- configuration ---- */

static bool
maglev_switch_parse_weight(
    struct arg_ctx *c, const struct arg_type *type, struct str text, void *out)
{
	uint32_t w;

	(void)type;
	if (!arg_quiet(&arg_type_u32, text, &w, c->e) || w > MAGLEV_WEIGHT_MAX)
		return arg_error(
		    c, "a weight from 0 to %d expected", MAGLEV_WEIGHT_MAX);
	*(uint32_t *)out = w;
	return true;
}

static const struct arg_type maglev_weight = {
	.size = sizeof(uint32_t),
	.parse = maglev_switch_parse_weight,
};

struct maglev_conf {
	uint32_t size, timeout, capacity;
	uint64_t seed;
	bool has_seed;
	struct str hash, names;
};

static int
maglev_switch_parse_hash(
    struct maglev_switch *self, struct str hash, struct errh *errh)
{
	if (hash.n == 0 || str_is(hash, "5tuple"))
		self->hash = MAGLEV_5TUPLE;
	else if (str_is(hash, "addrs"))
		self->hash = MAGLEV_ADDRS;
	else if (str_is(hash, "src"))
		self->hash = MAGLEV_SRC;
	else
		return errh_error(
		    errh, "HASH: '5tuple', 'addrs' or 'src' expected");
	return 0;
}

static bool
maglev_switch_named(
    const struct maglev_switch *self, uint32_t n, struct str name)
{
	for (uint32_t i = 0; i < n; i++)
		if (str_eq(self->outputs[i].name, name))
			return true;
	return false;
}

static int
maglev_switch_parse_names(
    struct element *e, struct str names, struct errh *errh)
{
	struct maglev_switch *self = element_state(e);
	bool given = names.n > 0;

	for (uint32_t i = 0; i < e->nout; i++) {
		char number[16];
		struct str name;

		snprintf(number, sizeof(number), "%u", (unsigned)i);
		name = given ? str_word(&names) : str_of(number);
		if (name.n == 0 || maglev_switch_named(self, i, name))
			return errh_error(errh,
			    "NAMES: %u different names expected, one for each "
			    "output",
			    (unsigned)e->nout);
		if (str_set(&self->outputs[i].name, name) != 0)
			return ERR_NOMEM;
	}
	return str_trim(names).n == 0
	           ? 0
	           : errh_error(errh, "NAMES: more names than outputs");
}

static int
maglev_switch_parse_size(struct element *e, uint32_t size, struct errh *errh)
{
	struct maglev_switch *self = element_state(e);

	if (size == 0)
		size = maglev_prime(128u * e->nout);
	if (size < e->nout || size > MAGLEV_SIZE_MAX)
		return errh_error(errh,
		    "TABLE: a prime number from %u to %d expected",
		    (unsigned)e->nout, MAGLEV_SIZE_MAX);
	if (maglev_prime(size) != size)
		return errh_error(errh,
		    "TABLE: must be a prime number; the next one is %u",
		    (unsigned)maglev_prime(size));
	self->size = size;
	return 0;
}

static void
maglev_switch_read_args(struct element *e, const struct strs *conf,
    struct maglev_conf *c, struct args *a, struct errh *errh)
{
	struct maglev_switch *self = element_state(e);

	args_init(a, conf, e, errh);
	for (uint32_t i = 0; i < e->nout; i++) {
		char keyword[16];

		snprintf(keyword, sizeof(keyword), "WEIGHT%u", (unsigned)i);
		args_read(a, keyword, ARG_POS, &maglev_weight,
		    &self->outputs[i].weight);
	}
	args_u32(a, "TABLE", 0, &c->size);
	args_word(a, "HASH", 0, &c->hash);
	args_u32(a, "FLOWS", 0, &c->capacity);
	args_seconds(a, "TIMEOUT", 0, &c->timeout);
	c->has_seed = args_u64(a, "SEED", 0, &c->seed);
	args_raw(a, "NAMES", 0, &c->names);
}

static int
maglev_switch_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct maglev_switch *self = element_state(e);
	struct maglev_conf c = { .timeout = 300 };
	struct args a;
	int err;

	flowbook_init(
	    &self->book, sizeof(struct maglev_flow), &maglev_switch_ops, false);
	if (e->nout > MAGLEV_BACKENDS)
		return errh_error(errh, "at most %d backends", MAGLEV_BACKENDS);
	self->outputs = calloc(e->nout, sizeof(*self->outputs));
	self->backends = calloc(e->nout, sizeof(*self->backends));
	if (self->outputs == NULL || self->backends == NULL)
		return errh_error(errh, "out of memory");
	for (uint32_t i = 0; i < e->nout; i++) {
		self->outputs[i].weight = 1;
		self->outputs[i].up = true;
	}
	maglev_switch_read_args(e, conf, &c, &a, errh);
	err = args_complete(&a);
	if (err == 0)
		err = maglev_switch_parse_hash(self, c.hash, errh);
	if (err == 0)
		err = maglev_switch_parse_names(e, c.names, errh);
	if (err == 0)
		err = maglev_switch_parse_size(e, c.size, errh);
	if (err == 0 && (c.timeout == 0 || c.timeout > 2000000))
		err = errh_error(errh, "TIMEOUT: 1 to 2000000 seconds");
	str_free(&c.hash);
	str_free(&c.names);
	if (err != 0)
		return err;
	self->timeout_ms = c.timeout * 1000;
	self->book.capacity = c.capacity;
	self->seed = c.seed;
	if (!c.has_seed)
		os_random(&self->seed, sizeof(self->seed));
	self->table = malloc(self->size * sizeof(*self->table));
	if (self->table == NULL)
		return errh_error(errh, "out of memory");
	maglev_switch_fill(e);
	return 0;
}

static int
maglev_switch_initialize(struct element *e, struct errh *errh)
{
	struct maglev_switch *self = element_state(e);

	(void)errh;
	flowbook_start(&self->book, e);
	return 0;
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
	.add_handlers = maglev_switch_add_handlers,
	.push = maglev_switch_push,
};
