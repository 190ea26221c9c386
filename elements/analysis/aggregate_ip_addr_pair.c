/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * AggregateIPAddrPair([TIMEOUT, REAP, CAPACITY]) -- numbers pairs of hosts:
 * sets the aggregate annotation, and the paint to the direction.
 *
 *   in 0       IPv4 packets, network header set
 *   out 0      the same; aggregate: the number of their pair of addresses, 1
 *              for the first; paint: 0 for the direction of a pair's first
 *              packet, 1 for the other
 *   out 1      packets without a header, if connected; else killed
 *
 *   TIMEOUT    seconds without a packet (by time stamps) after which a pair
 *              gets a new number; default 0: never
 *   REAP       seconds that it is remembered beyond that; default 60
 *   CAPACITY   pairs that are known at a time; default 4194304; beyond, the
 *              one that was quiet longest is forgotten
 *
 *   clear      write: forgets all
 *
 * Others may ask to be told of new and old numbers (NOTIFIER).
 *
 *	... -> AggregateIPAddrPair -> AggregateCounter -> ...
 */
#include "click/anno.h"
#include "elements/analysis/agg_flows.h"
#include "elements/ip/ip_header.h"

enum { PAIR_AHEAD = 32 };

struct aggregate_ip_addr_pair {
	struct agg_flows flows;
	uint32_t timeout; /* UINT32_MAX: never */
};

static uint32_t
addr_pair_timeout(struct element *e, const struct agg_flow *flow)
{
	const struct aggregate_ip_addr_pair *s = element_state(e);

	(void)flow;
	return s->timeout;
}

static int
addr_pair_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct aggregate_ip_addr_pair *s = element_state(e);
	struct args a;

	s->flows.timeout = addr_pair_timeout;
	s->flows.capacity = AGG_FLOWS_CAPACITY;
	s->flows.slack_s = 60;
	agg_flows_init(&s->flows, e, sizeof(struct agg_flow));
	args_init(&a, conf, e, errh);
	args_seconds(&a, "TIMEOUT", 0, &s->timeout);
	args_seconds(&a, "REAP", 0, &s->flows.slack_s);
	args_u32(&a, "CAPACITY", 0, &s->flows.capacity);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (s->timeout == 0)
		s->timeout = UINT32_MAX;
	agg_flows_shortest(&s->flows, s->timeout);
	if (s->flows.capacity == 0)
		return errh_error(errh, "CAPACITY must be at least 1");
	return 0;
}

static void
addr_pair_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct aggregate_ip_addr_pair *s = element_state(e);

	(void)stage;
	agg_flows_fini(&s->flows);
}

static void *
addr_pair_cast(struct element *e, const char *name, int port)
{
	struct aggregate_ip_addr_pair *s = element_state(e);

	(void)port;
	return strcmp(name, "AggregateNotifier") == 0 ? &s->flows.notifier
	                                              : NULL;
}

/* The pair's key; true when the packet goes against its order. */
static bool
addr_pair_key(struct flow_key *key, const struct ip4 *ip)
{
	uint32_t addr[2] = { get_u32(ip->src), get_u32(ip->dst) }, ports = 0;
	bool reverse = addr[0] > addr[1];

	if (reverse) {
		addr[0] = get_u32(ip->dst);
		addr[1] = get_u32(ip->src);
	}
	flow_key_set(key, addr, &ports, 1);
	return reverse;
}

/* Numbers p, whose pair is being looked for; false: no memory. */
static bool
addr_pair_one(struct aggregate_ip_addr_pair *s, struct thread *t,
    struct packet *p, const struct flow_probe *probe, bool reverse)
{
	struct agg_flows *f = &s->flows;
	uint32_t ref = flowtable_probe_find(&f->table, probe);
	uint32_t record = flow_ref_record(ref);
	struct agg_flow *flow;

	if (s->timeout != UINT32_MAX && p->timestamp_ns == 0)
		p->timestamp_ns = thread_wall_ns(t);
	agg_flows_time(f, p->timestamp_ns);
	if (ref == 0)
		record =
		    agg_flow_new(f, t, &probe->key, reverse, p->timestamp_ns);
	if (record == 0)
		return false;
	flow = agg_flow_at(f, record);
	if (unlikely(agg_flow_dead(f, flow, p->timestamp_ns)))
		agg_flow_renew(f, t, flow, reverse, p->timestamp_ns);
	agg_flow_touch(f, flow, p->timestamp_ns);
	anno_set_u32(p, ANNO_AGGREGATE, flow->aggregate);
	anno_set_u8(p, ANNO_PAINT, flow->reverse != reverse);
	return true;
}

/* As many as are fetched at once; sets their outputs. */
static void
addr_pair_some(struct element *e, struct thread *t, struct packet *const *p,
    uint32_t n, int16_t *ports)
{
	struct aggregate_ip_addr_pair *s = element_state(e);
	struct flow_probe probe[PAIR_AHEAD];
	bool reverse[PAIR_AHEAD] = { false };

	for (uint32_t i = 0; i < n; i++) {
		const struct ip4 *ip = ip_header(p[i]);

		ports[i] = ip == NULL;
		if (ip == NULL)
			continue;
		reverse[i] = addr_pair_key(&probe[i].key, ip);
		flowtable_probe(&s->flows.table, &probe[i]);
	}
	for (uint32_t i = 0; i < n; i++)
		if (ports[i] == 0)
			flowtable_probe_record(&s->flows.table, &probe[i]);
	for (uint32_t i = 0; i < n; i++)
		if (ports[i] == 0 &&
		    !addr_pair_one(s, t, p[i], &probe[i], reverse[i]))
			ports[i] = PACKET_DROP;
}

static void
addr_pair_action(struct element *e, struct batch *b)
{
	struct aggregate_ip_addr_pair *s = element_state(e);
	struct scratch_mark m = scratch_mark(b->thread);
	int16_t *ports = scratch_alloc(b->thread, b->count * sizeof(*ports));
	int16_t all = 0;

	for (uint32_t at = 0; at < b->count; at += PAIR_AHEAD)
		addr_pair_some(e, b->thread, b->packet + at,
		    b->count - at < PAIR_AHEAD ? b->count - at : PAIR_AHEAD,
		    ports + at);
	for (uint32_t i = 0; i < b->count; i++)
		all |= ports[i];
	agg_flows_reap(&s->flows, b->thread, 2 * b->count);
	if (all != 0)
		batch_distribute(e, b, ports, 0);
	scratch_release(b->thread, m);
}

static int
addr_pair_clear(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct aggregate_ip_addr_pair *s = element_state(e);

	(void)user;
	agg_flows_clear(&s->flows, call->thread);
	return 0;
}

static void
addr_pair_add_handlers(struct element *e)
{
	handler_add_write(e, "clear", addr_pair_clear, 0, 0);
}

const struct element_class element_aggregate_ip_addr_pair = {
	.name = "AggregateIPAddrPair",
	.ports = "1/1-2",
	.processing = "a/ah",
	.state_size = sizeof(struct aggregate_ip_addr_pair),
	.configure = addr_pair_configure,
	.cleanup = addr_pair_cleanup,
	.add_handlers = addr_pair_add_handlers,
	.cast = addr_pair_cast,
	.action = addr_pair_action,
};
