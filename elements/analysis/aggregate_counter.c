/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * AggregateCounter([BYTES bool, ...]) -- counts packets or bytes of each
 * aggregate.
 *
 *   in 0              any packets
 *   in 1              packets that are counted only if their aggregate is known
 *   out 0             the same
 *   out 1             if there is one, and they are pushed: those that were not
 *                     counted
 *
 *   BYTES             true: count bytes; default false: packets
 *   IP_BYTES          true: not those before the network header
 *   MULTIPACKET       true (default): also packets of the extra packets
 *                     annotation
 *   EXTRA_LENGTH      true (default): also bytes of the extra length annotation
 *   AGGREGATE_FREEZE, AGGREGATE_STOP, COUNT_FREEZE, COUNT_STOP
 *                     freeze, or stop the driver, when one more aggregate than
 *                     so many is seen, or when the count reaches so much
 *   AGGREGATE_CALL, COUNT_CALL
 *                     "N HANDLER [VALUE]": call that write handler then
 *   BANNER            a text for the head of files
 *
 *   write_text_file, write_ip_file, write_file, write_pdf_file
 *                     write: a file's name ("-": standard output), into which
 *                     go aggregates and their counts: as numbers; the aggregate
 *                     as an IP address; as 32-bit numbers of the machine; or
 *                     the count as a part of the whole
 *   freeze, active    read/write: know no new ones; count at all
 *   stop              write: active false, and stops the driver
 *   count, nagg       read: the sum of all counts, and how many aggregates
 *   clear             write: forgets all
 *   counts_pdf        write: makes each count an aggregate that is counted as
 *                     often as it was there (also reaggregate_counts)
 *   banner, aggregate_call, count_call   read/write
 *
 * Counts have 64 bits; what is more than 32 in a binary file stays at most.
 *
 *	... -> AggregateIP(ip dst) -> ac :: AggregateCounter -> ...
 *	DriverManager(wait, write ac.write_ip_file -);
 */
#include <stdlib.h>

#include "base/addr.h"
#include "click/anno.h"
#include "click/conf.h"
#include "click/hcall.h"
#include "click/router.h"
#include "elements/analysis/agg_table.h"
#include "os/os.h"

/* A handler that is called once a limit is reached. */
struct agg_limit {
	uint64_t limit;  /* UINT64_MAX: none */
	struct str text; /* owned: the call, until initialize */
	struct hcall call;
};

enum { COUNTER_AHEAD = 32 }; /* packets whose counts are fetched at once */

struct aggregate_counter {
	struct agg_table counts;
	bool ready;
	bool bytes, ip_bytes, packets_too, extra_too;
	bool frozen, active;
	uint64_t count;
	struct agg_limit aggregates, total;
	struct str banner; /* owned */
};

/* ---- arguments ---- */

struct agg_limit_args {
	uint64_t freeze, stop;
	struct str call; /* owned */
};

/* "N HANDLER [VALUE]" */
static int
agg_limit_parse(struct str text, uint64_t *limit, struct str *call)
{
	bool overflow = false;

	*call = text;
	return conf_u64(conf_shift_space(call), 0, limit, &overflow) &&
	               !overflow
	           ? 0
	           : ERR_SYNTAX;
}

static int
agg_limit_set(struct element *e, struct agg_limit *l,
    const struct agg_limit_args *la, const char *name, const char *what,
    struct errh *errh)
{
	struct strbuf sb = STRBUF_INIT;
	struct str call;
	bool freeze = la->freeze != UINT64_MAX, stop = la->stop != UINT64_MAX;

	l->limit = UINT64_MAX;
	if (freeze + stop + (la->call.n > 0) > 1)
		return errh_error(errh,
		    "'%s_FREEZE', '%s_STOP', and '%s_CALL' are mutually "
		    "exclusive",
		    name, name, name);
	if (freeze || stop) {
		l->limit = freeze ? la->freeze : la->stop;
		sb_printf(&sb, "%.*s.%s", STR_ARG(e->name),
		    freeze ? "freeze true" : "stop");
		l->text = sb_take(&sb);
	} else if (la->call.n > 0) {
		if (agg_limit_parse(la->call, &l->limit, &call) != 0)
			return errh_error(errh,
			    "%s_CALL first word should be unsigned (%s)", name,
			    what);
		return str_set(&l->text, call);
	}
	return 0;
}

/* Binds the call; an empty one is none. */
static int
agg_limit_bind(struct element *e, struct agg_limit *l, struct errh *errh)
{
	if (l->limit == UINT64_MAX)
		return 0;
	if (str_trim(l->text).n == 0)
		return errh_error(errh, "syntax error");
	return hcall_reset(&l->call, l->text, HANDLER_WRITE, e, errh);
}

/* The limit is reached: it will not be again. */
static void
agg_limit_call(struct agg_limit *l, struct thread *t)
{
	l->limit = UINT64_MAX;
	(void)hcall_write(&l->call, t, NULL); /* nobody to tell */
}

static int
aggregate_counter_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct aggregate_counter *s = element_state(e);
	struct agg_limit_args n = { UINT64_MAX, UINT64_MAX, { NULL, 0 } };
	struct agg_limit_args c = n;
	struct args a;
	int err;

	agg_table_init(&s->counts);
	s->ready = s->active = s->packets_too = s->extra_too = true;
	args_init(&a, conf, e, errh);
	args_bool(&a, "BYTES", 0, &s->bytes);
	args_bool(&a, "IP_BYTES", 0, &s->ip_bytes);
	args_bool(&a, "MULTIPACKET", 0, &s->packets_too);
	args_bool(&a, "EXTRA_LENGTH", 0, &s->extra_too);
	args_u64(&a, "AGGREGATE_FREEZE", 0, &n.freeze);
	args_u64(&a, "COUNT_FREEZE", 0, &c.freeze);
	args_u64(&a, "AGGREGATE_STOP", 0, &n.stop);
	args_u64(&a, "COUNT_STOP", 0, &c.stop);
	args_raw(&a, "AGGREGATE_CALL", 0, &n.call);
	args_raw(&a, "COUNT_CALL", 0, &c.call);
	args_str(&a, "BANNER", 0, &s->banner);
	err = args_complete(&a);
	if (err == 0)
		err = agg_limit_set(e, &s->aggregates, &n, "AGGREGATE",
		    "number of aggregates", errh);
	if (err == 0)
		err = agg_limit_set(e, &s->total, &c, "COUNT", "count", errh);
	str_free(&n.call);
	str_free(&c.call);
	return err;
}

static int
aggregate_counter_initialize(struct element *e, struct errh *errh)
{
	struct aggregate_counter *s = element_state(e);
	int err = agg_limit_bind(e, &s->aggregates, errh);

	return err != 0 ? err : agg_limit_bind(e, &s->total, errh);
}

static void
aggregate_counter_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct aggregate_counter *s = element_state(e);

	(void)stage;
	if (s->ready)
		agg_table_fini(&s->counts);
	hcall_fini(&s->aggregates.call);
	hcall_fini(&s->total.call);
	str_free(&s->aggregates.text);
	str_free(&s->total.text);
	str_free(&s->banner);
}

/* ---- counting ---- */

static inline uint64_t
aggregate_counter_amount(
    const struct aggregate_counter *s, const struct packet *p)
{
	uint64_t n;

	if (!s->bytes)
		return 1 + (uint64_t)(s->packets_too
		                          ? anno_u32(p, ANNO_EXTRA_PACKETS)
		                          : 0);
	n = p->length;
	if (s->ip_bytes && p->network >= 0) {
		int32_t before = packet_network_offset(p);

		n = before < (int32_t)n ? n - (uint64_t)(int64_t)before : 0;
	}
	return n + (s->extra_too ? anno_u32(p, ANNO_EXTRA_LENGTH) : 0);
}

/* Adds to an aggregate that may be new; false: no memory. */
static bool
aggregate_counter_add(
    struct aggregate_counter *s, uint32_t aggregate, uint64_t amount)
{
	if (!agg_table_add(&s->counts, aggregate, amount))
		return false;
	s->count += amount;
	return true;
}

static bool
aggregate_counter_knows(const struct aggregate_counter *s, uint32_t aggregate)
{
	return agg_table_find(&s->counts, aggregate,
	           agg_table_hash(&s->counts, aggregate)) != NULL;
}

/* An aggregate that is not known.  False: it is not counted. */
static NOINLINE bool
aggregate_counter_new(struct aggregate_counter *s, struct thread *t,
    uint32_t aggregate, uint64_t amount, bool frozen)
{
	if (frozen)
		return false;
	if (amount == 0)
		return true; /* nothing to remember */
	if (s->counts.count >= s->aggregates.limit) {
		agg_limit_call(&s->aggregates, t);
		/* The handler may have changed everything. */
		if (!s->active ||
		    (s->frozen && !aggregate_counter_knows(s, aggregate)))
			return false;
	}
	return aggregate_counter_add(s, aggregate, amount);
}

static inline bool
aggregate_counter_one(struct aggregate_counter *s, struct thread *t,
    const struct packet *p, uint64_t hash, bool frozen)
{
	uint32_t aggregate = anno_u32(p, ANNO_AGGREGATE);
	uint64_t amount = aggregate_counter_amount(s, p);
	uint64_t *number = agg_table_find(&s->counts, aggregate, hash);
	bool counted = true;

	if (likely(number != NULL)) {
		*number += amount;
		s->count += amount;
	} else {
		counted =
		    aggregate_counter_new(s, t, aggregate, amount, frozen);
	}
	if (unlikely(counted && s->count >= s->total.limit))
		agg_limit_call(&s->total, t);
	return counted;
}

/* Counts n <= COUNTER_AHEAD packets; which were, for the outputs. */
static void
aggregate_counter_some(struct aggregate_counter *s, struct thread *t,
    struct packet *const *p, uint32_t n, bool frozen, int16_t *ports)
{
	uint64_t hash[COUNTER_AHEAD];
	uint64_t seed = s->counts.seed;

	for (uint32_t i = 0; i < n; i++) {
		hash[i] =
		    agg_table_hash(&s->counts, anno_u32(p[i], ANNO_AGGREGATE));
		agg_table_fetch(&s->counts, hash[i]);
	}
	for (uint32_t i = 0; i < n; i++) {
		/* A handler that was called may have forgotten all. */
		if (unlikely(seed != s->counts.seed))
			hash[i] = agg_table_hash(
			    &s->counts, anno_u32(p[i], ANNO_AGGREGATE));
		ports[i] =
		    unlikely(!s->active) || !aggregate_counter_one(s, t, p[i],
		                                hash[i], frozen || s->frozen);
	}
}

static void
aggregate_counter_push(struct element *e, unsigned int port, struct batch *b)
{
	struct aggregate_counter *s = element_state(e);
	struct scratch_mark m = scratch_mark(b->thread);
	int16_t *ports = scratch_alloc(b->thread, b->count * sizeof(*ports));

	for (uint32_t at = 0; at < b->count; at += COUNTER_AHEAD)
		aggregate_counter_some(s, b->thread, b->packet + at,
		    b->count - at < COUNTER_AHEAD ? b->count - at
		                                  : COUNTER_AHEAD,
		    port == 1, ports + at);
	if (e->nout == 1)
		output_push(e, 0, b);
	else
		batch_distribute(e, b, ports, -1);
	scratch_release(b->thread, m);
}

static unsigned int
aggregate_counter_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	unsigned int from = e->nin == 1 ? 0 : port;
	unsigned int n = input_pull(e, from, b, max);
	uint32_t end = b->count;
	int16_t ports[COUNTER_AHEAD];

	for (uint32_t at = end - n; at < end; at += COUNTER_AHEAD)
		aggregate_counter_some(element_state(e), b->thread,
		    b->packet + at,
		    end - at < COUNTER_AHEAD ? end - at : COUNTER_AHEAD,
		    port == 1, ports);
	return n;
}

/* ---- files ---- */

enum agg_format { AGG_TEXT, AGG_BINARY, AGG_IP, AGG_PDF };

static void
aggregate_counter_line(const struct aggregate_counter *s, struct strbuf *sb,
    const struct agg_slot *c, enum agg_format format)
{
	uint32_t both[2] = { c->aggregate,
		c->number < UINT32_MAX ? (uint32_t)c->number : UINT32_MAX };

	switch (format) {
	case AGG_BINARY:
		sb_add(sb, str_make((const char *)both, sizeof(both)));
		return;
	case AGG_IP:
		sb_ip4(sb, ip4_net(c->aggregate));
		break;
	default:
		sb_u64(sb, c->aggregate);
		break;
	}
	sb_addc(sb, ' ');
	if (format == AGG_PDF)
		sb_double(sb, (double)c->number / (double)s->count);
	else
		sb_u64(sb, c->number);
	sb_addc(sb, '\n');
}

static void
aggregate_counter_head(const struct aggregate_counter *s, struct strbuf *sb,
    enum agg_format format)
{
	sb_adds(sb, "!IPAggregate 1.0\n");
	sb_add(sb, s->banner);
	if (s->banner.n > 0 && s->banner.s[s->banner.n - 1] != '\n')
		sb_addc(sb, '\n');
	sb_printf(sb, "!num_nonzero %u\n", s->counts.count);
	if (format == AGG_BINARY)
		sb_adds(sb, "!packed_le\n");
	else if (format == AGG_IP)
		sb_adds(sb, "!ip\n");
}

enum { AGG_FILE_CHUNK = 1 << 20 };

static int
aggregate_counter_write_chunk(
    struct str name, struct strbuf *sb, bool append, struct errh *errh)
{
	struct diag why = { "" };
	int err =
	    sb->oom ? ERR_NOMEM : os_file_write(name, sb_str(sb), append, &why);

	sb_clear(sb);
	return err == 0 ? 0
	                : errh_error(errh, "%.*s: %s", STR_ARG(name),
	                      sb->oom ? "out of memory" : why.text);
}

static int
aggregate_counter_write(
    struct element *e, uintptr_t format, struct handler_call *call)
{
	struct aggregate_counter *s = element_state(e);
	struct agg_slot *sorted = agg_table_sorted(&s->counts);
	uint32_t n = s->counts.count;
	struct strbuf sb = STRBUF_INIT;
	struct arena mem = ARENA_INIT;
	struct str name = { NULL, 0 };
	bool append = false;
	int err = 0;

	if (!arg_parse(&arg_type_filename, str_trim(call->text), &name, e, &mem,
	        call->errh) ||
	    name.n == 0)
		err = errh_error(call->errh, "argument should be filename");
	else if (n > 0 && sorted == NULL)
		err = errh_error(call->errh, "out of memory");
	aggregate_counter_head(s, &sb, (enum agg_format)format);
	for (uint32_t i = 0; err == 0 && i < n; i++) {
		aggregate_counter_line(
		    s, &sb, &sorted[i], (enum agg_format)format);
		if (sb.n < AGG_FILE_CHUNK)
			continue;
		err = aggregate_counter_write_chunk(
		    name, &sb, append, call->errh);
		append = true;
	}
	if (err == 0)
		err = aggregate_counter_write_chunk(
		    name, &sb, append, call->errh);
	free(sorted);
	sb_fini(&sb);
	arena_fini(&mem);
	return err;
}

/* ---- other handlers ---- */

static void
aggregate_counter_forget(struct aggregate_counter *s)
{
	agg_table_fini(&s->counts);
	s->count = 0;
}

/*
 * Each count becomes an aggregate.  Click counts the nodes of its tree, of
 * which those between aggregates have count 0: it has two for each aggregate
 * but 0, and one.
 */
static int
aggregate_counter_reaggregate(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct aggregate_counter *s = element_state(e);
	struct agg_slot *old = agg_table_sorted(&s->counts);
	uint32_t n = s->counts.count;
	uint64_t between = (uint64_t)n + 1;
	bool good = n == 0 || old != NULL;

	(void)user;
	if (good && n > 0 && old[0].aggregate == 0)
		between -= 2;
	if (good)
		aggregate_counter_forget(s);
	if (good && between > 0)
		good = aggregate_counter_add(s, 0, between);
	for (uint32_t i = 0; good && i < n; i++)
		good = aggregate_counter_add(s,
		    old[i].number < UINT32_MAX ? (uint32_t)old[i].number
		                               : UINT32_MAX,
		    1);
	free(old);
	return good ? 0 : errh_error(call->errh, "out of memory");
}

static int
aggregate_counter_clear(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	(void)user;
	(void)call;
	aggregate_counter_forget(element_state(e));
	return 0;
}

static int
aggregate_counter_bool(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	bool *flag = (bool *)user;

	(void)e;
	if (!conf_bool(str_trim(call->text), flag))
		return errh_error(call->errh, "type mismatch");
	return 0;
}

static int
aggregate_counter_stop(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct aggregate_counter *s = element_state(e);

	(void)user;
	(void)call;
	s->active = false;
	router_please_stop(e->router);
	return 0;
}

static int
aggregate_counter_banner(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct aggregate_counter *s = element_state(e);
	struct str text = call->text;

	(void)user;
	if (!call->writing) {
		sb_add(call->out, s->banner);
		return 0;
	}
	if (str_is(text, "\n"))
		text.n = 0;
	return str_set(&s->banner, text) == 0
	           ? 0
	           : errh_error(call->errh, "out of memory");
}

static int
aggregate_counter_limit(
    struct element *e, uintptr_t which, struct handler_call *call)
{
	struct aggregate_counter *s = element_state(e);
	struct agg_limit *l = which != 0 ? &s->total : &s->aggregates;
	struct str text = str_trim(call->text), rest;
	uint64_t limit = UINT64_MAX;
	int err = 0;

	if (!call->writing) {
		if (l->limit != UINT64_MAX)
			sb_printf(call->out, "%llu %.*s",
			    (unsigned long long)l->limit,
			    STR_ARG(l->call.text));
		return 0;
	}
	if (text.n > 0 && agg_limit_parse(text, &limit, &rest) != 0)
		return errh_error(call->errh,
		    "argument to '%s_call' should be 'N HANDLER [VALUE]'",
		    which != 0 ? "count" : "aggregate");
	if (text.n > 0)
		err = hcall_reset(&l->call, rest, HANDLER_WRITE, e, call->errh);
	if (err == 0)
		l->limit = limit;
	return err;
}

static int
aggregate_counter_nagg(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct aggregate_counter *s = element_state(e);

	(void)user;
	sb_u64(call->out, s->counts.count);
	return 0;
}

static void
aggregate_counter_add_handlers(struct element *e)
{
	static const struct {
		const char *name;
		enum agg_format format;
	} files[] = { { "write_text_file", AGG_TEXT },
		{ "write_ascii_file", AGG_TEXT }, { "write_file", AGG_BINARY },
		{ "write_ip_file", AGG_IP }, { "write_pdf_file", AGG_PDF } };
	struct aggregate_counter *s = element_state(e);

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		handler_add_write(e, files[i].name, aggregate_counter_write,
		    files[i].format, 0);
	handler_add_data(e, "freeze", HANDLER_READ, DATA_BOOL, &s->frozen);
	handler_add_write(e, "freeze", aggregate_counter_bool,
	    (uintptr_t)&s->frozen, HANDLER_CHECKBOX);
	handler_add_data(e, "active", HANDLER_READ, DATA_BOOL, &s->active);
	handler_add_write(e, "active", aggregate_counter_bool,
	    (uintptr_t)&s->active, HANDLER_CHECKBOX);
	handler_add_write(e, "stop", aggregate_counter_stop, 0, HANDLER_BUTTON);
	handler_add_write(
	    e, "reaggregate_counts", aggregate_counter_reaggregate, 0, 0);
	handler_add_write(e, "counts_pdf", aggregate_counter_reaggregate, 0, 0);
	handler_add_read(e, "banner", aggregate_counter_banner, 0, 0);
	handler_add_write(
	    e, "banner", aggregate_counter_banner, 0, HANDLER_RAW);
	handler_add_write(e, "clear", aggregate_counter_clear, 0, 0);
	handler_add_read(e, "aggregate_call", aggregate_counter_limit, 0, 0);
	handler_add_write(e, "aggregate_call", aggregate_counter_limit, 0, 0);
	handler_add_read(e, "count_call", aggregate_counter_limit, 1, 0);
	handler_add_write(e, "count_call", aggregate_counter_limit, 1, 0);
	handler_add_data(e, "count", HANDLER_READ, DATA_U64, &s->count);
	handler_add_read(e, "nagg", aggregate_counter_nagg, 0, 0);
}

const struct element_class element_aggregate_counter = {
	.name = "AggregateCounter",
	.ports = "1-2/1-2",
	.state_size = sizeof(struct aggregate_counter),
	.configure = aggregate_counter_configure,
	.initialize = aggregate_counter_initialize,
	.cleanup = aggregate_counter_cleanup,
	.add_handlers = aggregate_counter_add_handlers,
	.push = aggregate_counter_push,
	.pull = aggregate_counter_pull,
};
