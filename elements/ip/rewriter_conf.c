/* SPDX-License-Identifier: BSD-3-Clause */
/* rewriter_conf.c -- arguments and handlers that all rewriters share. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/stamp.h"
#include "click/conf.h"
#include "click/router.h"
#include "elements/ip/flowset.h"
#include "elements/ip/quiet.h"
#include "os/os.h"

enum {
	REAP_DEFAULT_S = 15 * 60,
	REAP_BUDGET = 1024,      /* flows looked at in one go */
	REAP_PAUSE_NS = 1000000, /* between them */
};

/* ---- sets of flows ---- */

static struct flowset *
flowset_new(void)
{
	struct flowset *set = calloc(1, sizeof(*set));

	if (set == NULL)
		return NULL;
	flowtable_init(&set->table, sizeof(struct rewriter_flow), 2);
	for (unsigned int i = 0; i < WHEELS; i++)
		flow_wheel_init(&set->wheels[i], &set->table,
		    offsetof(struct rewriter_flow, link), i,
		    (uint32_t)(os_steady_ns() / 1000000));
	set->capacity = INT32_MAX;
	set->users = 1;
	return set;
}

static void
flowset_put(struct flowset *set)
{
	if (set == NULL || --set->users > 0)
		return;
	for (size_t i = 0; i < set->seqs.n; i++)
		free(set->seqs.v[i]);
	flowtable_fini(&set->table);
	vec_fini(&set->inputs);
	vec_fini(&set->seqs);
	free(set);
}

/* rw's set, made when it has none yet; NULL: no memory. */
static struct flowset *
rewriter_set(struct rewriter *rw)
{
	if (rw->set == NULL)
		rw->set = flowset_new();
	return rw->set;
}

/* Gives in a number in its set. */
static int
flowset_enlist(struct flowset *set, struct rewriter_input *in)
{
	size_t i = 0;

	while (i < set->inputs.n && set->inputs.v[i] != NULL)
		i++;
	if (i > UINT16_MAX)
		return ERR_NOMEM;
	if (i == set->inputs.n && vec_push(&set->inputs, in) != 0)
		return ERR_NOMEM;
	set->inputs.v[i] = in;
	in->slot = (uint16_t)i;
	return 0;
}

/* Ends all flows that in has made. */
static void
rewriter_input_clear(struct rewriter_input *in)
{
	struct flowset *set = in->owner->set;
	uint32_t n = 0;

	while (in->count > 0 && (n = flowtable_next(&set->table, n + 1)) != 0)
		if (flowset_flow(set, n)->link.user == in->slot)
			flowset_end(set, n);
}

/* ---- input specifications ---- */

static int
rewriter_parse_nochange(struct rewriter_input *in, struct rewriter *rw,
    struct str rest, struct errh *errh)
{
	in->kind = INPUT_NOCHANGE;
	in->out[0] = 0;
	if (rest.n > 0 && !arg_quiet(&arg_type_i32, rest, &in->out[0], rw->e))
		return errh_error(
		    errh, "syntax error, expected 'nochange [OUTPUT]'");
	if (in->out[0] < 0 || in->out[0] >= rw->e->nout)
		return errh_error(errh, "output port out of range");
	return 0;
}

static int
rewriter_check_outputs(
    const struct rewriter_input *in, struct rewriter *rw, struct errh *errh)
{
	for (unsigned int i = 0; i < 2; i++)
		if (in->out[i] < 0 || in->out[i] >= rw->e->nout)
			return errh_error(errh, "output port out of range");
	return 0;
}

static int
rewriter_parse_keep(struct rewriter_input *in, struct rewriter *rw,
    struct str rest, struct errh *errh)
{
	struct strs words = VEC_INIT;
	struct arena mem = ARENA_INIT;
	int err = conf_split_space(rest, &mem, &words);

	in->kind = INPUT_KEEP;
	if (err == 0)
		err = rw_outputs_parse(&words, rw->e, in->out, errh);
	vec_fini(&words);
	arena_fini(&mem);
	return err == 0 ? rewriter_check_outputs(in, rw, errh) : err;
}

static int
rewriter_parse_pattern(struct rewriter_input *in, struct rewriter *rw,
    struct str rest, struct errh *errh)
{
	int err =
	    rw_pattern_parse_ports(rest, rw->e, &in->pattern, in->out, errh);

	in->kind = INPUT_PATTERN;
	if (err != 0)
		return err;
	err = rewriter_check_outputs(in, rw, errh);
	if (err != 0) {
		rw_pattern_put(in->pattern);
		in->pattern = NULL;
	}
	return err;
}

static int
rewriter_parse_element(struct rewriter_input *in, struct rewriter *rw,
    struct str word, struct str rest, struct errh *errh)
{
	struct element *e = router_find(rw->e->router, word, rw->e);

	if (e == NULL)
		return errh_error(errh, "unknown specification");
	if (rest.n > 0)
		return errh_error(errh, "syntax error, expected element name");
	in->mapper = element_cast(e, "IPMapper");
	if (in->mapper == NULL)
		return errh_error(errh, "element is not an IPMapper");
	in->kind = INPUT_MAPPER;
	return 0;
}

/* Parses into *in, whose number is set; owns a pattern only on success. */
static int
rewriter_parse_input(struct rewriter_input *in, struct rewriter *rw,
    struct str text, struct errh *errh)
{
	struct str rest = text, word = conf_shift_space(&rest);

	in->owner = rw;
	if (word.n == 0)
		return errh_error(errh, "empty argument");
	if (str_is(word, "pass") || str_is(word, "passthrough") ||
	    str_is(word, "nochange"))
		return rewriter_parse_nochange(in, rw, rest, errh);
	if (str_is(word, "keep"))
		return rewriter_parse_keep(in, rw, rest, errh);
	if (str_is(word, "drop") || str_is(word, "discard")) {
		in->kind = INPUT_DROP;
		if (rest.n > 0)
			return errh_error(errh, "syntax error, expected '%.*s'",
			    STR_ARG(word));
		return 0;
	}
	if (str_is(word, "pattern") || str_is(word, "xpattern"))
		return rewriter_parse_pattern(in, rw, rest, errh);
	return rewriter_parse_element(in, rw, word, rest, errh);
}

/* The same with "input spec N: " before what it says. */
static int
rewriter_parse_spec(struct rewriter_input *in, struct rewriter *rw,
    struct str text, struct errh *errh)
{
	struct errh prefixed;
	char prefix[40];
	int err;

	snprintf(prefix, sizeof(prefix), "input spec %u: ", in->number);
	errh_prefix_init(&prefixed, errh, str_of(prefix));
	err = rewriter_parse_input(in, rw, text, &prefixed);
	errh_fini(&prefixed);
	return err;
}

/* ---- life ---- */

void *
rewriter_cast(struct element *e, const char *name,
    const struct rewriter_ops *ops, const char *const *names)
{
	struct rewriter *rw = element_state(e);

	rw->e = e;
	rw->ops = ops;
	if (strcmp(name, "IPRewriterBase") == 0)
		return rw;
	for (; *names != NULL; names++)
		if (strcmp(name, *names) == 0)
			return rw;
	return NULL;
}

void
rewriter_args_annos(
    struct rewriter *rw, struct args *a, bool has_dst, struct arg_anno *anno)
{
	rw->dst_anno = true;
	if (has_dst)
		args_bool(a, "DST_ANNO", 0, &rw->dst_anno);
	args_anno(a, "REPLY_ANNO", 0, 1, anno);
}

void
rewriter_set_annos(struct rewriter *rw, struct arg_anno anno)
{
	rw->has_reply_anno = anno.size != 0;
	rw->reply_anno = anno.offset;
}

/* A number, or a rewriter whose set is to be shared. */
static int
rewriter_configure_capacity(
    struct rewriter *rw, struct str text, struct errh *errh)
{
	struct element *e;
	struct rewriter *other;
	int32_t capacity;

	if (rewriter_set(rw) == NULL)
		return errh_error(errh, "out of memory");
	if (text.n == 0)
		return 0;
	if (arg_quiet(&arg_type_i32, text, &capacity, rw->e)) {
		rw->set->capacity = capacity;
		return 0;
	}
	e = router_find(rw->e->router, text, rw->e);
	other = e == NULL ? NULL : element_cast(e, "IPRewriterBase");
	if (other == NULL)
		return errh_error(errh, "bad MAPPING_CAPACITY");
	if (rewriter_set(other) == NULL)
		return errh_error(errh, "out of memory");
	other->set->users++;
	flowset_put(rw->set);
	rw->set = other->set;
	return 0;
}

static int
rewriter_configure_inputs(
    struct rewriter *rw, const struct strs *specs, struct errh *errh)
{
	int err = 0, bad;

	if (specs->n != rw->e->nin)
		return errh_error(errh, "need %u arguments, one per input port",
		    (unsigned)rw->e->nin);
	rw->inputs = calloc(specs->n, sizeof(*rw->inputs));
	if (rw->inputs == NULL)
		return errh_error(errh, "out of memory");
	for (uint32_t i = 0; i < specs->n; i++) {
		struct rewriter_input *in = &rw->inputs[i];

		in->number = (uint16_t)i;
		in->owner = rw;
		if (flowset_enlist(rw->set, in) != 0)
			return errh_error(errh, "out of memory");
		rw->ninputs = i + 1; /* those that cleanup takes out again */
		bad = rewriter_parse_spec(in, rw, specs->v[i], errh);
		if (bad == ERR_NOMEM)
			return bad;
		if (bad != 0)
			err = ERR_INVAL;
	}
	return err;
}

int
rewriter_configure(struct rewriter *rw, const struct strs *conf,
    enum flow_track main, struct errh *errh)
{
	uint32_t timeout = rw->times[main].idle_ms / 1000;
	uint32_t guarantee = rw->times[main].guarantee_ms / 1000;
	struct str capacity = { NULL, 0 };
	struct arena mem = ARENA_INIT;
	struct strs specs = VEC_INIT;
	struct args a;
	int err;

	rw->reap_s = REAP_DEFAULT_S;
	args_init(&a, conf, rw->e, errh);
	args_raw(&a, "CAPACITY", 0, &capacity);
	args_raw(&a, "MAPPING_CAPACITY", 0, &capacity);
	args_seconds(&a, "TIMEOUT", 0, &timeout);
	args_seconds(&a, "GUARANTEE", 0, &guarantee);
	args_seconds(&a, "REAP_INTERVAL", 0, &rw->reap_s);
	args_seconds(&a, "REAP_TIME", ARG_DEPRECATED, &rw->reap_s);
	err = args_consume(&a, &mem, &specs);
	if (err == 0)
		err = rewriter_configure_capacity(rw, capacity, errh);
	if (err == 0) {
		rw->times[main].idle_ms = rewriter_ms(timeout);
		rw->times[main].guarantee_ms = rewriter_ms(guarantee);
		rw->kind = rw->set->nkinds + 1;
		rw->set->nkinds += REWRITER_KINDS;
		err = rewriter_configure_inputs(rw, &specs, errh);
	}
	str_free(&capacity);
	vec_fini(&specs);
	arena_fini(&mem);
	return err;
}

static void
rewriter_reap(struct element *e, struct timer *timer, struct thread *t)
{
	struct rewriter *rw = element_state(e);
	bool more;

	thread_lock(t, &rw->set->lock);
	more = flowset_reap(rw->set, rewriter_now(t), REAP_BUDGET);
	thread_unlock(t, &rw->set->lock);
	if (more)
		timer_schedule_after(timer, REAP_PAUSE_NS);
	else
		timer_reschedule_after(timer, rw->reap_s * NS_PER_SEC);
}

int
rewriter_initialize(struct element *e, struct errh *errh)
{
	struct rewriter *rw = element_state(e);
	unsigned int before = errh->nerrors;

	for (uint32_t i = 0; i < rw->ninputs; i++) {
		struct rewriter_input *in = &rw->inputs[i];
		struct errh prefixed;
		char prefix[40];

		if (in->kind != INPUT_MAPPER || in->mapper->check == NULL)
			continue;
		snprintf(prefix, sizeof(prefix), "input spec %" PRIu32 ": ", i);
		errh_prefix_init(&prefixed, errh, str_of(prefix));
		in->mapper->check(in->mapper, rw, &prefixed);
		errh_fini(&prefixed);
	}
	timer_init(&rw->reaper, e, rewriter_reap);
	if (rw->reap_s > 0)
		timer_schedule_after(&rw->reaper, rw->reap_s * NS_PER_SEC);
	return errh->nerrors > before ? ERR_INVAL : 0;
}

void
rewriter_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct rewriter *rw = element_state(e);

	(void)stage;
	timer_fini(&rw->reaper);
	for (uint32_t i = 0; i < rw->ninputs; i++) {
		struct rewriter_input *in = &rw->inputs[i];

		/* Those of a set that ends go with it, and faster. */
		if (rw->set->users > 1)
			rewriter_input_clear(in);
		rw_pattern_put(in->pattern);
		if (in->slot < rw->set->inputs.n &&
		    rw->set->inputs.v[in->slot] == in)
			rw->set->inputs.v[in->slot] = NULL;
	}
	free(rw->inputs);
	rw->inputs = NULL;
	rw->ninputs = 0;
	flowset_put(rw->set);
	rw->set = NULL;
}

/* ---- handlers ---- */

static int
rewriter_read_count(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct rewriter *rw = element_state(e);
	uint32_t n = 0;

	for (uint32_t i = 0; i < rw->ninputs; i++)
		n += user ? rw->inputs[i].failures : rw->inputs[i].count;
	sb_u64(call->out, n);
	return 0;
}

static int
rewriter_read_size(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct rewriter *rw = element_state(e);

	(void)user;
	sb_u64(call->out, rw->set->table.count);
	return 0;
}

static int
rewriter_read_capacity(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct rewriter *rw = element_state(e);

	(void)user;
	sb_i64(call->out, rw->set->capacity);
	return 0;
}

static int
rewriter_write_capacity(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct rewriter *rw = element_state(e);
	uint32_t now_ms = rewriter_now(call->thread);
	struct arena mem = ARENA_INIT;
	struct strs words = VEC_INIT;
	struct args a;
	int err = conf_split_space(call->text, &mem, &words);

	(void)user;
	if (err == 0) {
		args_init(&a, &words, e, call->errh);
		args_i32(
		    &a, "CAPACITY", ARG_POS | ARG_MAND, &rw->set->capacity);
		err = args_complete(&a);
	}
	vec_fini(&words);
	arena_fini(&mem);
	if (err != 0)
		return err;
	while (flowset_reap(rw->set, now_ms, REAP_BUDGET))
		;
	flowset_shrink(rw->set, now_ms, rw->set->capacity);
	return 0;
}

static int
rewriter_write_clear(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct rewriter *rw = element_state(e);

	(void)user;
	flowset_shrink(rw->set, rewriter_now(call->thread), 0);
	return 0;
}

static void
rewriter_unparse_input(const struct rewriter_input *in, struct strbuf *out)
{
	switch (in->kind) {
	case INPUT_DROP:
		sb_adds(out, "<drop>");
		break;
	case INPUT_NOCHANGE:
		sb_adds(out, "<nochange>");
		break;
	case INPUT_KEEP:
		sb_adds(out, "<keep>");
		break;
	case INPUT_PATTERN:
		rw_pattern_unparse(in->pattern, out);
		break;
	case INPUT_MAPPER:
		sb_adds(out, "<mapper>");
		break;
	}
	if (in->count > 0)
		sb_printf(out, " [%" PRIu32 "]", in->count);
	sb_addc(out, '\n');
}

static int
rewriter_read_patterns(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct rewriter *rw = element_state(e);

	(void)user;
	for (uint32_t i = 0; i < rw->ninputs; i++)
		rewriter_unparse_input(&rw->inputs[i], call->out);
	return 0;
}

static int
rewriter_read_pattern(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct rewriter *rw = element_state(e);

	if (user < rw->ninputs)
		rewriter_unparse_input(&rw->inputs[user], call->out);
	return 0;
}

static int
rewriter_write_pattern(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct rewriter *rw = element_state(e);
	struct rewriter_input new_ = { .number = (uint16_t)user }, *in;

	if (user >= rw->ninputs)
		return ERR_INVAL;
	/* What is wrong has been told; the write as such succeeds. */
	if (rewriter_parse_spec(&new_, rw, call->text, call->errh) != 0)
		return 0;
	in = &rw->inputs[user];
	rewriter_input_clear(in);
	rw_pattern_put(in->pattern);
	new_.slot = in->slot;
	*in = new_;
	return 0;
}

void
rewriter_add_handlers(struct element *e)
{
	struct rewriter *rw = element_state(e);

	handler_add_read(e, "table_size", rewriter_read_count, 0, 0);
	handler_add_read(
	    e, "nmappings", rewriter_read_count, 0, HANDLER_DEPRECATED);
	handler_add_read(e, "mapping_failures", rewriter_read_count, 1, 0);
	handler_add_read(e, "patterns", rewriter_read_patterns, 0, 0);
	handler_add_read(e, "size", rewriter_read_size, 0, 0);
	handler_add_read(e, "capacity", rewriter_read_capacity, 0, 0);
	handler_add_write(e, "capacity", rewriter_write_capacity, 0, 0);
	handler_add_write(e, "clear", rewriter_write_clear, 0, 0);
	for (uint32_t i = 0; i < rw->ninputs; i++) {
		char name[24];

		snprintf(name, sizeof(name), "pattern%" PRIu32, i);
		handler_add_read(e, name, rewriter_read_pattern, i, 0);
		handler_add_write(e, name, rewriter_write_pattern, i, 0);
	}
}

/* " [*0 1] i0 exp300": outputs, input, seconds to live. */
static void
rewriter_unparse_rest(const struct flowset *set, const struct rewriter_flow *f,
    unsigned int direction, uint32_t now_ms, struct strbuf *out)
{
	uint32_t left_ms = f->last_ms + rewriter_timeout(set, f) - now_ms;

	sb_printf(out, " [%s%u %s%u] i%u exp%d\n", direction == 0 ? "*" : "",
	    f->out[0], direction == 1 ? "*" : "", f->out[1],
	    set->inputs.v[f->link.user]->number,
	    ((int32_t)left_ms + 500) / 1000);
}

int
rewriter_read_table(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct rewriter *rw = element_state(e);
	struct flowset *set = rw->set;
	uint32_t now_ms = rewriter_now(call->thread), n = 0;

	while ((n = flowtable_next(&set->table, n + 1)) != 0) {
		const struct rewriter_flow *f = flowset_flow(set, n);

		if (set->inputs.v[f->link.user]->owner != rw ||
		    (user != 0 && f->track != user))
			continue;
		for (unsigned int d = 0; d < 2; d++) {
			/* A flow that is its own reply is known as that. */
			if (d == 0 && flow_key_equal(&f->key[0], &f->key[1]))
				continue;
			rw->ops->unparse(set, f, d, call->out);
			rewriter_unparse_rest(set, f, d, now_ms, call->out);
		}
	}
	return 0;
}

/* ---- what most classes' ops are made of ---- */

void
rewriter_reply_ports(const struct flow_key *to, struct flow_key *reply)
{
	*reply = (struct flow_key){ to->dst, to->src, to->dport, to->sport,
		to->kind };
}

static void
rewriter_unparse_id(const struct flow_key *k, struct strbuf *out)
{
	sb_addc(out, '(');
	sb_ip4(out, k->src);
	sb_printf(out, ", %u, ", __builtin_bswap16(k->sport));
	sb_ip4(out, k->dst);
	sb_printf(out, ", %u)", __builtin_bswap16(k->dport));
}

void
rewriter_unparse_ports(const struct flowset *set, const struct rewriter_flow *f,
    unsigned int direction, struct strbuf *out)
{
	struct flow_key to = rewriter_becomes(f, direction);

	(void)set;
	rewriter_unparse_id(&f->key[direction], out);
	sb_adds(out, " => ");
	rewriter_unparse_id(&to, out);
}
