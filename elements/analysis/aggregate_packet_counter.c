/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * AggregatePacketCounter([ANNO, NOTIFIER]) -- which numbered packets of an
 * aggregate passed which input.
 *
 *   in N          any packets
 *   out N         the same
 *
 *   ANNO          the four-byte annotation with a packet's number:
 *                 PACKET_NUMBER (default), SEQUENCE_NUMBER, ...; NONE: all are
 *                 number 0
 *   NOTIFIER      accepted, without effect
 *
 *   count         read: packets with an aggregate that have passed
 *   received A    read: the numbers of aggregate A's packets that passed any
 *                 input, a line each
 *   undelivered A read: those that passed input 0 more often than input 1
 *   clear         write: forgets all
 *
 * Only the numbers that occurred take memory.
 *
 *	FromCapDump(0.s, STOP true) -> CheckPaint(0)
 *	    -> [0] c :: AggregatePacketCounter [0] -> Discard;
 *	FromCapDump(0.r, STOP true) -> CheckPaint(0) -> [1] c [1] -> Discard;
 */
#include <stdlib.h>

#include "click/conf.h"
#include "click/element.h"
#include "click/nameinfo.h"
#include "elements/analysis/agg_key.h"
#include "os/os.h"

/* By aggregate (src), number (dst) and input (sport). */
struct agg_packets {
	struct flow_key key;
	uint64_t count;
};

struct aggregate_packet_counter {
	struct flowtable packets; /* struct agg_packets */
	bool ready, numbered;
	struct arg_anno anno;
	uint64_t count, without;
};

static int
aggregate_packet_counter_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct aggregate_packet_counter *s = element_state(e);
	struct str name = { NULL, 0 };
	struct element *notifier = NULL;
	uint32_t anno = ANNO_PACKET_NUMBER | 4 << 16;
	struct args a;
	int err;

	flowtable_init(&s->packets, sizeof(struct agg_packets), 1);
	s->ready = true;
	args_init(&a, conf, e, errh);
	args_element(&a, "NOTIFIER", 0, NULL, &notifier);
	args_word(&a, "ANNO", 0, &name);
	err = args_complete(&a);
	s->numbered = !str_is(name, "NONE");
	if (err == 0 && name.n > 0 && s->numbered) {
		bool overflow = false;
		uint64_t n;

		if (conf_u64(name, 0, &n, &overflow) && n <= 44)
			anno = (uint32_t)n | 4 << 16;
		else if (!name_query(
		             NAME_ANNOTATION, e, name, &anno, sizeof(anno)) ||
		         anno >> 16 != 4)
			err = errh_error(errh, "bad ANNO");
	}
	s->anno.offset = (uint8_t)anno;
	str_free(&name);
	return err;
}

static void
aggregate_packet_counter_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct aggregate_packet_counter *s = element_state(e);
	char buf[256];
	struct strbuf sb = STRBUF_INIT;

	if (stage == CLEANUP_INITIALIZED && s->without > 0 && s->count == 0) {
		sb_printf(&sb,
		    "%.*s: warning: saw no packets with aggregate "
		    "annotations\n",
		    STR_ARG(element_declaration(e, buf)));
		os_log(sb_str(&sb));
		sb_fini(&sb);
	}
	if (s->ready)
		flowtable_fini(&s->packets);
}

static void
aggregate_packet_counter_one(struct aggregate_packet_counter *s,
    const struct packet *p, unsigned int port)
{
	struct flow_key key = { .src = anno_u32(p, ANNO_AGGREGATE),
		.dst = s->numbered ? anno_u32(p, s->anno.offset) : 0,
		.sport = (uint16_t)port,
		.kind = 1 };
	struct agg_packets *r;
	uint32_t ref, record;

	if (key.src == 0) {
		s->without++;
		return;
	}
	ref = flowtable_find(&s->packets, &key);
	record =
	    ref != 0 ? flow_ref_record(ref) : agg_insert(&s->packets, &key);
	if (record == 0)
		return; /* no memory: not counted */
	r = flowtable_record(&s->packets, record);
	r->count++;
	s->count++;
}

static void
aggregate_packet_counter_push(
    struct element *e, unsigned int port, struct batch *b)
{
	for (uint32_t i = 0; i < b->count; i++)
		aggregate_packet_counter_one(
		    element_state(e), b->packet[i], port);
	output_push(e, port, b);
}

static unsigned int
aggregate_packet_counter_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	unsigned int n = input_pull(e, port, b, max);

	for (uint32_t i = b->count - n; i < b->count; i++)
		aggregate_packet_counter_one(
		    element_state(e), b->packet[i], port);
	return n;
}

/* ---- handlers ---- */

enum agg_packets_what { PACKETS_RECEIVED, PACKETS_UNDELIVERED };

static uint64_t
aggregate_packet_counter_count(
    struct aggregate_packet_counter *s, struct flow_key key, uint16_t port)
{
	uint32_t ref;
	const struct agg_packets *r;

	key.sport = port;
	ref = flowtable_find(&s->packets, &key);
	if (ref == 0)
		return 0;
	r = flowtable_record(&s->packets, flow_ref_record(ref));
	return r->count;
}

/* Whether this record's number is to be told, for the first time. */
static bool
aggregate_packet_counter_tells(struct aggregate_packet_counter *s,
    const struct agg_packets *r, enum agg_packets_what what)
{
	if (what == PACKETS_UNDELIVERED)
		return r->key.sport == 0 &&
		       r->count > aggregate_packet_counter_count(s, r->key, 1);
	for (uint16_t port = 0; port < r->key.sport; port++)
		if (aggregate_packet_counter_count(s, r->key, port) > 0)
			return false;
	return true;
}

static int
aggregate_packet_counter_order(const void *a, const void *b)
{
	uint32_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x < y ? -1 : x > y;
}

static int
aggregate_packet_counter_read(
    struct element *e, uintptr_t what, struct handler_call *call)
{
	struct aggregate_packet_counter *s = element_state(e);
	VEC(uint32_t) numbers = VEC_INIT;
	struct str text = str_trim(call->text);
	bool overflow = false;
	uint64_t aggregate = 0;

	if (text.n > 0 && (!conf_u64(text, 0, &aggregate, &overflow) ||
	                      overflow || aggregate > UINT32_MAX))
		return errh_error(
		    call->errh, "argument should be aggregate number");
	for (uint32_t r = flowtable_next(&s->packets, 1); r != 0;
	     r = flowtable_next(&s->packets, r + 1)) {
		const struct agg_packets *x = flowtable_record(&s->packets, r);

		if (x->key.src == aggregate &&
		    aggregate_packet_counter_tells(
		        s, x, (enum agg_packets_what)what) &&
		    vec_push(&numbers, x->key.dst) != 0) {
			vec_fini(&numbers);
			return errh_error(call->errh, "out of memory");
		}
	}
	if (numbers.n > 0)
		qsort(numbers.v, numbers.n, sizeof(uint32_t),
		    aggregate_packet_counter_order);
	for (size_t i = 0; i < numbers.n; i++)
		sb_printf(call->out, "%u\n", numbers.v[i]);
	vec_fini(&numbers);
	return 0;
}

static int
aggregate_packet_counter_clear(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct aggregate_packet_counter *s = element_state(e);

	(void)user;
	(void)call;
	flowtable_fini(&s->packets);
	s->count = 0;
	return 0;
}

static void
aggregate_packet_counter_add_handlers(struct element *e)
{
	struct aggregate_packet_counter *s = element_state(e);

	handler_add_data(e, "count", HANDLER_READ, DATA_U64, &s->count);
	handler_add_read(e, "received", aggregate_packet_counter_read,
	    PACKETS_RECEIVED, HANDLER_PARAM);
	if (e->nin >= 2)
		handler_add_read(e, "undelivered",
		    aggregate_packet_counter_read, PACKETS_UNDELIVERED,
		    HANDLER_PARAM);
	handler_add_write(e, "clear", aggregate_packet_counter_clear, 0, 0);
}

const struct element_class element_aggregate_packet_counter = {
	.name = "AggregatePacketCounter",
	.ports = "1-/=",
	.flow = "#/#",
	.state_size = sizeof(struct aggregate_packet_counter),
	.configure = aggregate_packet_counter_configure,
	.cleanup = aggregate_packet_counter_cleanup,
	.add_handlers = aggregate_packet_counter_add_handlers,
	.push = aggregate_packet_counter_push,
	.pull = aggregate_packet_counter_pull,
};
