/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ToIPFlowDumps(FILEPATTERN [, NOTIFIER, ...]) -- writes a summary dump of each
 * TCP or UDP flow
 *
 *   in 0            IPv4 packets, network header and aggregate annotation set
 *                   (AggregateIPFlows); pushed, or pulled
 *   out 0           the same packets, if connected; else they are killed, and
 *                   ToIPFlowDumps pulls by itself
 *
 *   FILEPATTERN     the files' names; default "-", standard output.  %n is the
 *                   aggregate (%x, %X: in base 16; with .0 to .3 one byte of
 *                   it, .4 and .5 the upper and lower half), %s and %d are the
 *                   addresses (.0 to .3: one byte), %S and %D the ports, %p T
 *                   or U, %% itself; a number before the letter is the least
 *                   width, filled up with _, or 0 if it begins with 0
 *   NOTIFIER        an element that numbers flows (AggregateIPFlows): the dump
 *                   of a number is ended when that has ended; do give it
 *   ABSOLUTE_TIME, ABSOLUTE_SEQ
 *                   true: times and sequence numbers as they are; default:
 *                   relative to the flow's first (!firsttime, !firstseq)
 *   BINARY          true: records instead of lines
 *   ALL_TCP_OPT, TCP_OPT, TCP_WINDOW, IP_ID
 *                   true: also all TCP options, or MSS, window scaling and
 *                   SACK; TCP's window; IP's identifier
 *   GZIP            true: pack each dump that is ended
 *   MINCOUNT        flows of fewer packets leave no file; default 0
 *
 *   clear           write: ends all dumps
 *
 * Folders are made.  ICMP errors (paint 2 and 3) become comments.
 *
 *     FromDump(a.pcap, STOP true, FORCE_IP true) -> f :: AggregateIPFlows
 *         -> ToIPFlowDumps(flows/%04n, NOTIFIER f);
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/stamp.h"
#include "click/anno.h"
#include "click/notifier.h"
#include "elements/analysis/agg_key.h"
#include "elements/analysis/agg_notifier.h"
#include "elements/analysis/ipsum.h"
#include "elements/host/file_stream.h"
#include "elements/host/flow_dump.h"
#include "os/os.h"

enum { PACK_AT_ONCE = 64 };
/* Packets of a flow that has ended may still be on their way to us. */
static const int64_t FLOW_LINGER_NS = 250000000;

struct flow_entry {
	struct flow_key key;
	struct flow_dump *dump;
};

/* A flow that has ended, and when. */
struct flow_ended {
	uint32_t aggregate;
	int64_t ns;
};

struct to_flow_dumps {
	struct flowtable flows; /* struct flow_entry */
	struct flow_dump_options options;
	struct str pattern; /* owned */
	struct element *notifier;
	bool ready, gzip, have_timer;
	uint32_t mincount;
	uint64_t with, without; /* packets with an aggregate, and others */
	VEC(struct flow_ended) ended;
	VEC(struct str) to_pack; /* names, owned */
	struct task task;
	struct timer timer;
	struct signal nonempty;
};

/* ---- arguments ---- */

static int
flow_dumps_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct to_flow_dumps *s = element_state(e);
	struct flow_dump_options *o = &s->options;
	bool all = false, some = false;
	struct args a;

	flowtable_init(&s->flows, sizeof(struct flow_entry), 1);
	s->ready = true;
	args_init(&a, conf, e, errh);
	args_filename(&a, "FILEPATTERN", ARG_POS, &s->pattern);
	args_filename(&a, "OUTPUT_PATTERN", 0, &s->pattern);
	args_agg_notifier(&a, &s->notifier);
	args_bool(&a, "ABSOLUTE_TIME", 0, &o->absolute_time);
	args_bool(&a, "ABSOLUTE_SEQ", 0, &o->absolute_seq);
	args_bool(&a, "BINARY", 0, &o->binary);
	args_bool(&a, "ALL_TCP_OPT", 0, &all);
	args_bool(&a, "TCP_OPT", 0, &some);
	args_bool(&a, "TCP_WINDOW", 0, &o->tcp_window);
	args_bool(&a, "IP_ID", 0, &o->ip_id);
	args_bool(&a, "GZIP", 0, &s->gzip);
	args_u32(&a, "MINCOUNT", 0, &s->mincount);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (all)
		o->tcp_options = IPSUM_OPT_DATA;
	else if (some)
		o->tcp_options =
		    IPSUM_TCPOPT_MSS | IPSUM_TCPOPT_WSCALE | IPSUM_TCPOPT_SACK;
	if (s->pattern.n == 0 && str_set(&s->pattern, STR("-")) != 0)
		return errh_error(errh, "out of memory");
	if (str_find(s->pattern, '%', 0) == s->pattern.n)
		errh_warning(errh, "OUTPUT_PATTERN has no %% escapes, so "
		                   "output files will get overwritten");
	return agg_notifier_check(s->notifier, errh);
}

/* ---- names of files ---- */

/* "%06n" without the letter: width, fill and the part behind the point. */
struct name_form {
	uint32_t width;
	char fill;
	int part; /* -1: the whole */
	char letter;
};

static struct name_form
name_form_parse(struct str *s)
{
	struct name_form f = { 0, '_', -1, '\0' };
	uint32_t part = 0;

	if (ipsum_skip(s, "0"))
		f.fill = '0';
	for (; s->n > 0 && char_digit(s->s[0]) && f.width < 1000;
	     *s = str_from(*s, 1))
		f.width = f.width * 10 + (uint32_t)(s->s[0] - '0');
	if (ipsum_skip(s, ".")) {
		for (; s->n > 0 && char_digit(s->s[0]) && part < 1000;
		     *s = str_from(*s, 1))
			part = part * 10 + (uint32_t)(s->s[0] - '0');
		f.part = (int)part;
	}
	if (s->n > 0)
		f.letter = s->s[0];
	*s = str_from(*s, s->n > 0);
	return f;
}

static uint32_t
name_part(uint32_t x, int part)
{
	if (part >= 0 && part <= 3)
		return x >> (3 - part) * 8 & 255;
	if (part == 4 || part == 5)
		return x >> (5 - part) * 16 & 65535;
	return x;
}

static void
name_addr(struct strbuf *sb, uint32_t addr, int part)
{
	if (part < 0 || part > 3)
		sb_ip4(sb, addr);
	else
		sb_u64(sb, name_part(ip4_host(addr), part));
}

/* What a letter stands for; false: nothing. */
static bool
name_value(struct strbuf *sb, const struct flow_dump *d, struct name_form f)
{
	switch (f.letter) {
	case 'n':
		sb_u64(sb, name_part(d->aggregate, f.part));
		return true;
	case 'x':
		sb_printf(sb, "%x", name_part(d->aggregate, f.part));
		return true;
	case 'X':
		sb_printf(sb, "%X", name_part(d->aggregate, f.part));
		return true;
	case 's':
	case 'd':
		name_addr(sb, f.letter == 's' ? d->src : d->dst, f.part);
		return true;
	case 'S':
	case 'D':
		sb_u64(sb, f.letter == 'S' ? d->sport : d->dport);
		return true;
	case 'p':
		sb_addc(sb, d->proto == IPPROTO4_TCP ? 'T' : 'U');
		return true;
	case '%':
		sb_addc(sb, '%');
		return true;
	default:
		return false;
	}
}

static struct str
flow_dumps_name(const struct to_flow_dumps *s, const struct flow_dump *d)
{
	struct strbuf sb = STRBUF_INIT, value = STRBUF_INIT;
	struct str rest = s->pattern;

	while (rest.n > 0) {
		struct str plain = str_sub(rest, 0, str_find(rest, '%', 0));
		struct name_form f;

		sb_add(&sb, plain);
		rest = str_from(rest, plain.n);
		if (rest.n == 0)
			break;
		rest = str_from(rest, 1);
		f = name_form_parse(&rest);
		sb_clear(&value);
		/* What means nothing is left out; initialize has told. */
		(void)name_value(&value, d, f);
		if (value.n < f.width)
			sb_fill(&sb, f.fill, f.width - value.n);
		sb_add(&sb, sb_str(&value));
		sb.oom |= value.oom;
	}
	sb_fini(&value);
	return sb_take(&sb);
}

static int
flow_dumps_check_pattern(struct to_flow_dumps *s, struct errh *errh)
{
	struct flow_dump none = { .aggregate = 0 };
	struct strbuf value = STRBUF_INIT;
	struct str rest = s->pattern;
	int err = 0;

	while (err == 0) {
		size_t at = str_find(rest, '%', 0);
		struct name_form f;

		if (at == rest.n)
			break;
		rest = str_from(rest, at + 1);
		f = name_form_parse(&rest);
		if (f.letter == '\0')
			err = errh_error(errh, "bad filename pattern");
		else if (!name_value(&value, &none, f))
			err = errh_error(
			    errh, "bad filename pattern '%%%c'", f.letter);
	}
	sb_fini(&value);
	return err;
}

/* ---- packing ---- */

/* Packs what waits for it. */
static void
flow_dumps_pack(struct to_flow_dumps *s)
{
	char program[] = "gzip", force[] = "-f", end[] = "--";
	char *argv[PACK_AT_ONCE + 4] = { program, force, end };
	size_t n = 3;
	pid_t pid;
	int status = 0;

	if (s->to_pack.n == 0)
		return;
	for (size_t i = 0; i < s->to_pack.n; i++)
		argv[n++] = (char *)(uintptr_t)s->to_pack.v[i].s;
	argv[n] = NULL;
	pid = file_run(argv);
	if (pid > 0)
		(void)waitpid(pid, &status, 0); /* gzip itself has told */
	else
		os_log(STR("gzip: cannot be run\n"));
	s->gzip = pid > 0;
	for (size_t i = 0; i < s->to_pack.n; i++)
		str_free(&s->to_pack.v[i]);
	s->to_pack.n = 0;
}

static void
flow_dumps_pack_later(struct to_flow_dumps *s, struct str name)
{
	struct str copy = str_dup(name);

	if (copy.s == NULL || vec_push(&s->to_pack, copy) != 0)
		str_free(&copy); /* it stays as it is */
	if (s->to_pack.n >= PACK_AT_ONCE)
		flow_dumps_pack(s);
}

/* ---- flows ---- */

static void
flow_dumps_end(struct to_flow_dumps *s, uint32_t record)
{
	struct flow_entry *entry = flowtable_record(&s->flows, record);
	struct flow_dump *d = entry->dump;

	agg_remove(&s->flows, record);
	if (d->packets >= s->mincount) {
		flow_dump_flush(d);
		if (s->gzip && !str_is(d->filename, "-"))
			flow_dumps_pack_later(s, d->filename);
	} else if (d->begun && !str_is(d->filename, "-")) {
		(void)unlink(d->filename.s); /* gone already: as well */
	}
	flow_dump_free(d);
}

static void
flow_dumps_end_all(struct to_flow_dumps *s)
{
	for (uint32_t r = flowtable_next(&s->flows, 1); r != 0;
	     r = flowtable_next(&s->flows, r + 1))
		flow_dumps_end(s, r);
	flow_dumps_pack(s);
}

/* The dump of a flow whose first packet is p; NULL: it tells no flow. */
static struct flow_dump *
flow_dumps_new(
    struct to_flow_dumps *s, const struct flow_key *key, const struct packet *p)
{
	struct flow_dump *d = calloc(1, sizeof(*d));
	struct flow_entry *entry;
	uint32_t record;

	if (d == NULL)
		return NULL;
	d->options = &s->options;
	if (!flow_dump_begin(d, p))
		goto free_dump;
	d->filename = flow_dumps_name(s, d);
	if (d->filename.s == NULL)
		goto free_dump;
	record = agg_insert(&s->flows, key);
	if (record == 0)
		goto free_dump;
	entry = flowtable_record(&s->flows, record);
	entry->dump = d;
	return d;

free_dump:
	flow_dump_free(d);
	return NULL;
}

static void
flow_dumps_one(struct to_flow_dumps *s, const struct packet *p)
{
	struct flow_key key = agg_key(anno_u32(p, ANNO_AGGREGATE));
	struct flow_dump *d = NULL;
	uint32_t ref = flowtable_find(&s->flows, &key);

	if (ref != 0) {
		struct flow_entry *entry =
		    flowtable_record(&s->flows, flow_ref_record(ref));

		d = entry->dump;
	} else if (key.src != 0) {
		d = flow_dumps_new(s, &key, p);
	}
	if (d == NULL) {
		s->without++;
		return;
	}
	s->with++;
	flow_dump_add(d, p);
}

/* ---- ends of flows ---- */

static void
flow_dumps_told(struct element *e, struct thread *t, uint32_t aggregate,
    enum agg_event event)
{
	struct to_flow_dumps *s = element_state(e);
	struct flow_ended ended = { aggregate, thread_steady_ns(t) };

	if (event != AGG_DELETE || vec_push(&s->ended, ended) != 0)
		return; /* ends with us */
	if (!timer_scheduled(&s->timer))
		timer_schedule_after(&s->timer, FLOW_LINGER_NS);
}

static void
flow_dumps_timer(struct element *e, struct timer *timer, struct thread *t)
{
	struct to_flow_dumps *s = element_state(e);
	int64_t limit = thread_steady_ns(t) - FLOW_LINGER_NS;
	size_t n = 0;

	for (; n < s->ended.n && s->ended.v[n].ns <= limit; n++) {
		struct flow_key key = agg_key(s->ended.v[n].aggregate);
		uint32_t ref = flowtable_find(&s->flows, &key);

		if (ref != 0)
			flow_dumps_end(s, flow_ref_record(ref));
	}
	s->ended.n -= n;
	memmove(s->ended.v, s->ended.v + n, s->ended.n * sizeof(*s->ended.v));
	if (s->ended.n > 0)
		timer_schedule_after(timer, FLOW_LINGER_NS);
}

/* ---- the way of packets ---- */

static void
flow_dumps_push(struct element *e, unsigned int port, struct batch *b)
{
	(void)port;
	for (uint32_t i = 0; i < b->count; i++)
		flow_dumps_one(element_state(e), b->packet[i]);
	output_push_checked(e, 0, b);
}

static unsigned int
flow_dumps_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	unsigned int n = input_pull(e, 0, b, max);

	(void)port;
	for (uint32_t i = b->count - n; i < b->count; i++)
		flow_dumps_one(element_state(e), b->packet[i]);
	return n;
}

static bool
flow_dumps_run(struct element *e, struct task *task, struct thread *t)
{
	struct to_flow_dumps *s = element_state(e);
	struct scratch_mark m = scratch_mark(t);
	struct batch *b = batch_new(t, 32);
	unsigned int n = flow_dumps_pull(e, 0, b, 32);

	batch_kill(b);
	scratch_release(t, m);
	if (n > 0 || signal_active(&s->nonempty))
		task_reschedule(task);
	return n > 0;
}

/* ---- life ---- */

static int
flow_dumps_initialize(struct element *e, struct errh *errh)
{
	struct to_flow_dumps *s = element_state(e);
	struct agg_listener me = { e, flow_dumps_told };
	int err = flow_dumps_check_pattern(s, errh);

	if (err != 0)
		return err;
	if (!input_is_push(e, 0) && e->nout == 0) {
		task_init_scheduled(&s->task, e, flow_dumps_run, errh);
		signal_upstream_empty(&s->nonempty, e, 0, &s->task);
	}
	timer_init(&s->timer, e, flow_dumps_timer);
	s->have_timer = true;
	return agg_listen(s->notifier, me, errh);
}

static void
flow_dumps_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct to_flow_dumps *s = element_state(e);
	struct strbuf line = STRBUF_INIT;
	char buf[256];

	if (!s->ready)
		return;
	if (s->have_timer)
		timer_fini(&s->timer);
	flow_dumps_end_all(s);
	if (stage == CLEANUP_INITIALIZED && s->without > 0 && s->with == 0) {
		sb_printf(&line,
		    "%.*s: warning: saw no packets with aggregate "
		    "annotations\n",
		    STR_ARG(element_declaration(e, buf)));
		os_log(sb_str(&line));
		sb_fini(&line);
	}
	flowtable_fini(&s->flows);
	vec_fini(&s->ended);
	vec_fini(&s->to_pack);
	signal_fini(&s->nonempty);
	str_free(&s->pattern);
}

static int
flow_dumps_clear(struct element *e, uintptr_t user, struct handler_call *call)
{
	(void)user;
	(void)call;
	flow_dumps_end_all(element_state(e));
	return 0;
}

static void
flow_dumps_add_handlers(struct element *e)
{
	struct to_flow_dumps *s = element_state(e);

	handler_add_write(e, "clear", flow_dumps_clear, 0, 0);
	if (!input_is_push(e, 0) && e->nout == 0)
		handler_add_task(e, &s->task, false);
}

const struct element_class element_to_ip_flow_dumps = {
	.name = "ToIPFlowDumps",
	.ports = "1/0-1",
	.state_size = sizeof(struct to_flow_dumps),
	.configure = flow_dumps_configure,
	.initialize = flow_dumps_initialize,
	.cleanup = flow_dumps_cleanup,
	.add_handlers = flow_dumps_add_handlers,
	.push = flow_dumps_push,
	.pull = flow_dumps_pull,
};
