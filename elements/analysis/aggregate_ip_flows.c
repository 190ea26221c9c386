/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * AggregateIPFlows([TCP_TIMEOUT, ...]) -- numbers TCP and UDP flows: sets the
 * aggregate annotation, and the paint to the direction.
 *
 *   in 0               IPv4 packets, network header set
 *   out 0              TCP and UDP packets; aggregate: the number of their flow
 *                      (addresses and ports, either way round), 1 for the
 *                      first; paint: 0 for the direction of a flow's first
 *                      packet, 1 for the other
 *   out 1              all others, if connected; else they are killed
 *
 *   TCP_TIMEOUT        seconds without a packet (by time stamps) after which a
 *                      flow gets a new number; default 86400
 *   TCP_DONE_TIMEOUT   the same once both sides have sent FIN, or one RST;
 *                      default 30; a SYN then begins a new flow at once
 *   UDP_TIMEOUT        default 60
 *   FRAGMENT_TIMEOUT   how long a fragment waits for the first one, which has
 *                      the ports; default 30
 *   REAP               seconds that a flow is remembered beyond its timeout,
 *                      for packets that are late; default 60
 *   CAPACITY           flows that are known at a time; default 4194304; beyond,
 *                      the one that would end first ends
 *   ICMP               true: ICMP errors about a known flow get its number, and
 *                      paint 2 or 3; default false
 *   FRAGMENTS          true: later fragments get the number of their flow;
 *                      they, and what comes behind them between the same hosts,
 *                      are held for FRAGMENT_TIMEOUT.  Default: true if packets
 *                      are pushed; only possible then
 *   TRACEINFO          a file for a record in XML of each flow
 *   SOURCE             the element that reads the trace; its "filename" and
 *                      "packet_filepos" are put into TRACEINFO
 *
 *   clear              write: lets go what is held, and forgets all flows
 *
 * Others may ask to be told of new and old numbers (NOTIFIER).
 *
 * Memory: about 60 bytes a flow.
 *
 *	FromDump(a.pcap, STOP true, FORCE_IP true) -> f :: AggregateIPFlows
 *	    -> AggregateCounter -> Discard;
 *	DriverManager(wait, write f.clear);
 */
#include "click/anno.h"
#include "elements/analysis/agg_flows.h"
#include "elements/analysis/flow_held.h"
#include "elements/analysis/flow_trace.h"
#include "elements/ip/chatter.h"
#include "elements/ip/ip_header.h"

enum {
	FLOWS_AHEAD = 32,
	FLOW_OVER = 3,  /* FIN seen both ways, a bit each */
	FLOWS_REAP = 2, /* looked at for each packet */
};

enum fragments { FRAGMENTS_DEFAULT, FRAGMENTS_NO, FRAGMENTS_YES };

struct aggregate_ip_flows {
	struct agg_flows flows;
	struct flow_held held;
	struct flow_trace trace;
	uint32_t tcp_timeout, tcp_done_timeout, udp_timeout, fragment_timeout;
	bool icmp, fragments, traced, no_stamp_told;
	bool fragments_given;
};

static uint32_t
ip_flows_timeout(struct element *e, const struct agg_flow *flow)
{
	const struct aggregate_ip_flows *s = element_state(e);

	if (flow->key.kind == IPPROTO4_UDP)
		return s->udp_timeout;
	return flow->over == FLOW_OVER ? s->tcp_done_timeout : s->tcp_timeout;
}

/* ---- looking at packets ---- */

enum flow_class {
	FLOW_NONE, /* belongs to no flow */
	FLOW_PORTS,
	FLOW_LATER, /* a fragment that has no ports */
};

/* What a packet is, before its flow is looked up. */
struct flow_look {
	struct flow_probe probe;
	enum flow_class class;
	bool reverse;  /* it goes against the key's order */
	bool error;    /* an ICMP error; the key is of what it is about */
	bool fragment; /* it (of an error: what it is about) is one */
	bool train;    /* it is as the one before, and all but flags is there */
	uint8_t flags; /* of TCP, 0: they are not there */
};

/*
 * The key; true when src comes behind dst.  Which of them does is as good as
 * random: no branch waits for it.
 */
static inline bool
flow_look_key(struct flow_key *key, const struct ip4 *ip, const uint8_t *ports)
{
	uint32_t both = ports == NULL ? 0 : get_u32(ports);
	uint64_t src = (uint64_t)get_u32(ip->src) << 16 | (both & 0xffff);
	uint64_t dst = (uint64_t)get_u32(ip->dst) << 16 | both >> 16;
	bool reverse = src > dst;
	uint64_t least = reverse ? dst : src, most = reverse ? src : dst;
	uint64_t addresses = least >> 16 | most >> 16 << 32;

	both = (uint32_t)(least & 0xffff) | (uint32_t)most << 16;
	flow_key_set(key, &addresses, &both, ip->proto);
	return reverse;
}

/*
 * A header of n bytes that are there: the class of its packet.
 */
static inline enum flow_class
flow_look_header(struct flow_look *l, const struct ip4 *ip, uint32_t n)
{
	uint32_t hlen = ip4_hlen(ip);

	if ((ip->proto != IPPROTO4_TCP && ip->proto != IPPROTO4_UDP) ||
	    (get_u32(ip->src) | get_u32(ip->dst)) == 0)
		return FLOW_NONE;
	l->fragment = ip_header_fragment(ip);
	if (unlikely(l->fragment) && !ip_header_first_fragment(ip)) {
		l->reverse = flow_look_key(&l->probe.key, ip, NULL);
		return FLOW_LATER;
	}
	if (hlen < sizeof(*ip) || n < hlen + 4)
		return FLOW_NONE;
	l->reverse =
	    flow_look_key(&l->probe.key, ip, (const uint8_t *)ip + hlen);
	return FLOW_PORTS;
}

/* The TCP flags behind a header of which n bytes are there; 0: none. */
static inline uint8_t
flow_look_flags(const struct ip4 *ip, uint32_t n)
{
	uint32_t hlen = ip4_hlen(ip);

	if (ip->proto != IPPROTO4_TCP || n < hlen + 14)
		return 0;
	return ((const uint8_t *)ip)[hlen + 13];
}

/*
 * Packets come in trains.  Whether one goes the way of the packet before, a
 * whole one with ports whose header that was; n bytes of it are there.
 */
static inline bool
flow_look_train(const struct ip4 *ip, const struct ip4 *before, uint32_t n)
{
	uint32_t hlen;

	if (before == NULL || get_u64(ip->src) != get_u64(before->src) ||
	    ip->vhl != before->vhl || ip->proto != before->proto ||
	    ip_header_fragment(ip))
		return false;
	hlen = ip4_hlen(ip);
	return n >= hlen + 4 && get_u32((const uint8_t *)ip + hlen) ==
	                            get_u32((const uint8_t *)before + hlen);
}

/* The packet that an ICMP error is about; ip is the error's own header. */
static NOINLINE enum flow_class
flow_look_icmp(
    struct flow_look *l, const struct packet *p, const struct ip4 *ip)
{
	uint32_t n = ip_header_transport_length(p);
	const struct icmp *icmp = (struct icmp *)(void *)packet_transport(p);

	l->error = true;
	if (n < sizeof(*icmp) + sizeof(struct ip4) ||
	    !ip_header_first_fragment(ip))
		return FLOW_NONE;
	switch (icmp->type) {
	case ICMP_UNREACH:
	case ICMP_TIMXCEED:
	case ICMP_PARAMPROB:
	case ICMP_SOURCEQUENCH:
	case ICMP_REDIRECT:
		/* Only its first fragment says which flow it was of. */
		return flow_look_header(l,
		           (const struct ip4 *)(const void *)(icmp + 1),
		           n - (uint32_t)sizeof(*icmp)) == FLOW_PORTS
		           ? FLOW_PORTS
		           : FLOW_NONE;
	default:
		return FLOW_NONE;
	}
}

/* p, whose header ip has n bytes there. */
static inline void
flow_look(const struct aggregate_ip_flows *s, struct flow_look *l,
    const struct packet *p, const struct ip4 *ip, uint32_t n)
{
	l->error = l->fragment = l->train = false;
	l->flags = 0;
	if (unlikely(ip->proto == IPPROTO4_ICMP) && s->icmp) {
		l->class = flow_look_icmp(l, p, ip);
		return;
	}
	l->class = flow_look_header(l, ip, n);
	if (likely(l->class == FLOW_PORTS))
		l->flags = flow_look_flags(ip, n);
}

/* ---- flows ---- */

/* What a packet tells of its flow's end. */
static inline void
flow_see_flags(
    struct agg_flows *f, struct agg_flow *flow, unsigned int flags, bool back)
{
	unsigned int over = flow->over;

	if (likely((flags & (TCP_RST | TCP_FIN | TCP_SYN)) == 0))
		return;
	if ((flags & TCP_RST) != 0)
		over = FLOW_OVER;
	else if ((flags & TCP_FIN) != 0)
		over |= back ? 2 : 1;
	else
		over = 0;
	if (over == flow->over)
		return;
	flow->over = (uint8_t)over;
	if (over == FLOW_OVER)
		agg_flow_sooner(f, flow);
}

/* The flow that is not known yet, NULL: there is none, or no memory. */
static NOINLINE struct agg_flow *
flow_begin(struct aggregate_ip_flows *s, struct thread *t,
    const struct packet *p, const struct flow_look *l)
{
	uint32_t record;

	if (l->error)
		return NULL;
	record = agg_flow_new(
	    &s->flows, t, &l->probe.key, l->reverse, p->timestamp_ns);
	return record == 0 ? NULL : agg_flow_at(&s->flows, record);
}

/*
 * The flow of a packet with ports, NULL: it has none, or no memory.  known:
 * that of its train, or NULL.
 */
static inline struct agg_flow *
flow_find(struct aggregate_ip_flows *s, struct thread *t,
    const struct packet *p, const struct flow_look *l, unsigned int flags,
    struct agg_flow *known)
{
	struct agg_flows *f = &s->flows;
	int64_t ns = p->timestamp_ns;
	struct agg_flow *flow = known;

	if (flow == NULL) {
		uint32_t ref = flowtable_probe_find(&f->table, &l->probe);

		if (unlikely(ref == 0))
			return flow_begin(s, t, p, l);
		flow = agg_flow_at(f, flow_ref_record(ref));
	}
	if (unlikely(agg_flow_dead(f, flow, ns) ||
	             (flow->over == FLOW_OVER && (flags & TCP_SYN) != 0))) {
		if (l->error)
			return NULL;
		agg_flow_renew(f, t, flow, l->reverse, ns);
	}
	return flow;
}

/* Numbers p, a packet of the flow. */
static inline void
flow_number(struct aggregate_ip_flows *s, struct packet *p,
    const struct flow_look *l, struct agg_flow *flow, unsigned int flags)
{
	bool back = (flow->reverse != 0) != l->reverse;

	anno_set_u32(p, ANNO_AGGREGATE, flow->aggregate);
	anno_set_u8(p, ANNO_PAINT, (uint8_t)(back + (l->error ? 2 : 0)));
	agg_flow_touch(&s->flows, flow, p->timestamp_ns);
	if (l->error)
		return;
	flow_see_flags(&s->flows, flow, flags, back);
	if (s->traced) {
		struct flow_trace_record *r = (void *)flow;

		r->packets[back]++;
	}
}

/* ---- fragments ---- */

/* A fragment that was held gets what the first one of its datagram has. */
static void
ip_flows_mark(
    struct element *e, struct packet *fragment, const struct packet *marked)
{
	struct aggregate_ip_flows *s = element_state(e);
	struct flow_look l;
	uint32_t ref;

	anno_set_u32(
	    fragment, ANNO_AGGREGATE, anno_u32(marked, ANNO_AGGREGATE));
	anno_set_u8(fragment, ANNO_PAINT, anno_u8(marked, ANNO_PAINT));
	/* It was numbered: its header is there. */
	flow_look(s, &l, marked, packet_ip4(marked),
	    (uint32_t)packet_network_length(marked));
	ref = l.class == FLOW_PORTS
	          ? flowtable_find(&s->flows.table, &l.probe.key)
	          : 0;
	/* Its flow may have ended, or another have come; then it is late. */
	if (ref != 0 && s->traced) {
		struct flow_trace_record *r =
		    (void *)agg_flow_at(&s->flows, flow_ref_record(ref));

		if (r->flow.aggregate == anno_u32(marked, ANNO_AGGREGATE))
			r->packets[anno_u8(marked, ANNO_PAINT) & 1]++;
	}
}

static void
ip_flows_emit(struct element *e, struct thread *t, struct packet *p)
{
	if (anno_u32(p, ANNO_AGGREGATE) != 0)
		output_push_one(e, 0, t, p);
	else
		output_push_one_checked(e, 1, t, p);
}

/* The pair of hosts that a packet is between. */
static struct flow_key
flow_pair_key(const struct flow_look *l)
{
	struct flow_key key = l->probe.key;

	key.sport = key.dport = 0;
	return key;
}

/* Holds p if it, or one before it, waits for ports.  False: it does not. */
static inline bool
ip_flows_hold(
    struct aggregate_ip_flows *s, struct packet *p, const struct flow_look *l)
{
	bool fragment = !l->error && l->fragment;
	struct flow_key pair;

	if (likely(!s->fragments || (!fragment && s->held.count == 0)))
		return false;
	pair = flow_pair_key(l);
	if (!fragment && flow_held_find(&s->held, &pair) == 0)
		return false;
	return flow_held_add(&s->held, &pair, p);
}

/* ---- the way of packets ---- */

static NOINLINE void
ip_flows_no_stamp(struct element *e, struct thread *t, struct packet *p)
{
	struct aggregate_ip_flows *s = element_state(e);

	if (!s->no_stamp_told)
		element_chatter(
		    e, "warning: packet received without timestamp");
	s->no_stamp_told = true;
	p->timestamp_ns = thread_wall_ns(t);
}

enum flow_verdict { VERDICT_EMIT, VERDICT_OTHER, VERDICT_HELD };

/* *flow: that of the train, or NULL; of p, afterwards. */
static inline enum flow_verdict
ip_flows_one(struct element *e, struct thread *t, struct packet *p,
    const struct flow_look *l, unsigned int flags, struct agg_flow **flow)
{
	struct aggregate_ip_flows *s = element_state(e);

	if (unlikely(p->timestamp_ns == 0))
		ip_flows_no_stamp(e, t, p);
	if (unlikely(l->class == FLOW_NONE))
		return VERDICT_OTHER;
	agg_flows_time(&s->flows, p->timestamp_ns);
	if (unlikely(l->class == FLOW_LATER)) {
		anno_set_u32(p, ANNO_AGGREGATE, 0);
		return ip_flows_hold(s, p, l) ? VERDICT_HELD : VERDICT_OTHER;
	}
	*flow = flow_find(s, t, p, l, flags, *flow);
	if (unlikely(*flow == NULL))
		return VERDICT_OTHER;
	flow_number(s, p, l, *flow, flags);
	return ip_flows_hold(s, p, l) ? VERDICT_HELD : VERDICT_EMIT;
}

/* Passes 1 and 2 of the search for the flows of n packets. */
static inline void
ip_flows_look(const struct aggregate_ip_flows *s, struct packet *const *p,
    uint32_t n, struct flow_look *look)
{
	const struct flowtable *ft = &s->flows.table;
	const struct ip4 *before = NULL;

	for (uint32_t i = 0; i < n; i++) {
		const struct ip4 *ip = ip_header(p[i]);
		uint32_t there = (uint32_t)packet_network_length(p[i]);
		struct flow_look *l = &look[i];

		if (unlikely(ip == NULL)) {
			l->class = FLOW_NONE;
			l->train = false;
			before = NULL;
			continue;
		}
		if (flow_look_train(ip, before, there)) {
			l->train = true;
			l->flags = flow_look_flags(ip, there);
			continue;
		}
		flow_look(s, l, p[i], ip, there);
		before = NULL;
		if (likely(l->class == FLOW_PORTS)) {
			flowtable_probe(ft, &l->probe);
			if (likely(!l->error && !l->fragment))
				before = ip;
		}
	}
	for (uint32_t i = 0; i < n; i++)
		if (!look[i].train && likely(look[i].class == FLOW_PORTS))
			flowtable_probe_record(ft, &look[i].probe);
}

/* Lets go what has waited for long enough. */
static inline void
ip_flows_tidy(struct element *e, struct thread *t, uint32_t n)
{
	struct aggregate_ip_flows *s = element_state(e);

	if (unlikely(s->held.count > 0))
		flow_held_release(&s->held, t, s->flows.latest_ns, false);
	agg_flows_reap(&s->flows, t, FLOWS_REAP * n);
}

/*
 * Numbers count packets at p; those that go to output 0 stay, at the front: how
 * many.  Others go to output 1 or are held.
 */
static uint32_t
ip_flows_some(
    struct element *e, struct thread *t, struct packet **p, uint32_t count)
{
	struct flow_look look[FLOWS_AHEAD], *l = look;
	struct agg_flow *flow = NULL;
	uint32_t kept = 0;

	for (uint32_t at = 0; at < count; at += FLOWS_AHEAD) {
		uint32_t n =
		    count - at < FLOWS_AHEAD ? count - at : FLOWS_AHEAD;

		ip_flows_look(element_state(e), p + at, n, look);
		for (uint32_t i = 0; i < n; i++) {
			struct packet *q = p[at + i];
			enum flow_verdict v;

			if (!look[i].train) {
				l = &look[i];
				flow = NULL;
			}
			v = ip_flows_one(e, t, q, l, look[i].flags, &flow);
			if (likely(v == VERDICT_EMIT))
				p[kept++] = q;
			else if (v == VERDICT_OTHER)
				output_push_one_checked(e, 1, t, q);
		}
	}
	return kept;
}

static void
ip_flows_push(struct element *e, unsigned int port, struct batch *b)
{
	uint32_t n = b->count;

	(void)port;
	b->count = ip_flows_some(e, b->thread, b->packet, n);
	if (b->count > 0)
		output_push(e, 0, b);
	/* What was held is younger than what went between the same hosts. */
	ip_flows_tidy(e, b->thread, n);
}

static unsigned int
ip_flows_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	uint32_t before = b->count, kept, n;

	(void)port;
	do {
		n = input_pull(e, 0, b, max);
		kept = ip_flows_some(e, b->thread, b->packet + before, n);
		b->count = before + kept;
		ip_flows_tidy(e, b->thread, n);
	} while (n > 0 && kept == 0);
	return kept;
}

/* ---- life ---- */

static void
ip_flows_init(struct element *e)
{
	struct aggregate_ip_flows *s = element_state(e);

	s->tcp_timeout = 24 * 60 * 60;
	s->tcp_done_timeout = 30;
	s->udp_timeout = 60;
	s->fragment_timeout = 30;
	s->flows.timeout = ip_flows_timeout;
	s->flows.capacity = AGG_FLOWS_CAPACITY;
	s->flows.slack_s = 60;
	s->held.emit = ip_flows_emit;
	s->held.mark = ip_flows_mark;
	flow_held_init(&s->held, e);
}

static uint32_t
min_u32(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static int
ip_flows_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct aggregate_ip_flows *s = element_state(e);
	struct args a;
	int err;

	ip_flows_init(e);
	s->fragments = true;
	args_init(&a, conf, e, errh);
	args_u32(&a, "TCP_TIMEOUT", 0, &s->tcp_timeout);
	args_u32(&a, "TCP_DONE_TIMEOUT", 0, &s->tcp_done_timeout);
	args_seconds(&a, "UDP_TIMEOUT", 0, &s->udp_timeout);
	args_seconds(&a, "FRAGMENT_TIMEOUT", 0, &s->fragment_timeout);
	args_seconds(&a, "REAP", 0, &s->flows.slack_s);
	args_u32(&a, "CAPACITY", 0, &s->flows.capacity);
	args_bool(&a, "ICMP", 0, &s->icmp);
	args_filename(&a, "TRACEINFO", 0, &s->trace.filename);
	args_element(&a, "SOURCE", 0, NULL, &s->trace.source);
	s->fragments_given = args_bool(&a, "FRAGMENTS", 0, &s->fragments);
	err = args_complete(&a);
	s->traced = flow_trace_wanted(&s->trace);
	agg_flows_shortest(
	    &s->flows, min_u32(s->udp_timeout,
	                   min_u32(s->tcp_timeout, s->tcp_done_timeout)));
	s->held.timeout_ns = (int64_t)s->fragment_timeout * NS_PER_SEC;
	agg_flows_init(&s->flows, e,
	    s->traced ? sizeof(struct flow_trace_record)
	              : sizeof(struct agg_flow));
	if (err == 0 && s->flows.capacity == 0)
		err = errh_error(errh, "CAPACITY must be at least 1");
	return err;
}

static void
ip_flows_begun(
    struct element *e, struct thread *t, struct agg_flow *flow, int64_t ns)
{
	struct aggregate_ip_flows *s = element_state(e);

	flow_trace_begun(
	    &s->trace, t, (struct flow_trace_record *)(void *)flow, ns);
}

static void
ip_flows_ended(struct element *e, struct agg_flow *flow)
{
	struct aggregate_ip_flows *s = element_state(e);

	flow_trace_ended(
	    &s->trace, (const struct flow_trace_record *)(void *)flow);
}

static int
ip_flows_initialize(struct element *e, struct errh *errh)
{
	struct aggregate_ip_flows *s = element_state(e);

	if (!input_is_push(e, 0) && s->fragments && s->fragments_given)
		return errh_error(errh,
		    "'FRAGMENTS true' is incompatible with pull; run this "
		    "element in a push context");
	if (!input_is_push(e, 0))
		s->fragments = false;
	if (!s->traced)
		return 0;
	s->flows.begun = ip_flows_begun;
	s->flows.ended = ip_flows_ended;
	return flow_trace_open(&s->trace, e, errh);
}

static void
ip_flows_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct aggregate_ip_flows *s = element_state(e);

	if (stage == CLEANUP_INITIALIZED && s->traced) {
		/* Who listens may be gone already: only the trace is told. */
		s->flows.notifier.listeners.n = 0;
		agg_flows_clear(&s->flows, e->thread);
		flow_trace_close(&s->trace);
	}
	if (s->held.e != NULL)
		flow_held_fini(&s->held, e->thread);
	agg_flows_fini(&s->flows);
	str_free(&s->trace.filename);
	hcall_fini(&s->trace.filepos);
	sb_fini(&s->trace.buf);
}

static void *
ip_flows_cast(struct element *e, const char *name, int port)
{
	struct aggregate_ip_flows *s = element_state(e);

	(void)port;
	return strcmp(name, "AggregateNotifier") == 0 ? &s->flows.notifier
	                                              : NULL;
}

/* ---- handlers ---- */

static int
ip_flows_clear(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct aggregate_ip_flows *s = element_state(e);

	(void)user;
	flow_held_release(&s->held, call->thread, 0, true);
	agg_flows_clear(&s->flows, call->thread);
	return 0;
}

static int
ip_flows_count(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct aggregate_ip_flows *s = element_state(e);

	(void)user;
	sb_u64(call->out, s->flows.table.count);
	return 0;
}

static void
ip_flows_add_handlers(struct element *e)
{
	handler_add_write(e, "clear", ip_flows_clear, 0, 0);
	handler_add_read(e, "flows", ip_flows_count, 0, HANDLER_CALM);
}

const struct element_class element_aggregate_ip_flows = {
	.name = "AggregateIPFlows",
	.ports = "1/1-2",
	.processing = "a/ah",
	.state_size = sizeof(struct aggregate_ip_flows),
	.configure = ip_flows_configure,
	.initialize = ip_flows_initialize,
	.cleanup = ip_flows_cleanup,
	.add_handlers = ip_flows_add_handlers,
	.cast = ip_flows_cast,
	.push = ip_flows_push,
	.pull = ip_flows_pull,
};
