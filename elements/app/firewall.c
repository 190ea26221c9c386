/* SPDX-License-Identifier: BSD-3-Clause */
/* firewall.c -- see firewall.h. */
#include "elements/app/firewall.h"

#include "base/bytes.h"

/* ---- ages ---- */

static enum firewall_time
firewall_time(const struct firewall_flow *f)
{
	switch (f->head.id.proto) {
	case IPPROTO4_TCP:
		if (f->tcp.state == TCP_ESTABLISHED)
			return TIME_TCP;
		return f->tcp.state == TCP_RESET ? TIME_RESET : TIME_TRANSITORY;
	case IPPROTO4_UDP:
		return TIME_UDP;
	case IPPROTO4_ICMP:
	case IPPROTO6_ICMP:
		return TIME_ICMP;
	default:
		return TIME_OTHER;
	}
}

uint32_t
firewall_expiry(const struct flowbook *fb, const void *flow)
{
	const struct firewall *self = element_state(fb->e);
	const struct firewall_flow *f = flow;

	return f->head.last_ms + self->time_ms[firewall_time(f)];
}

static bool
firewall_may_evict(const struct flowbook *fb, const void *flow)
{
	const struct firewall_flow *f = flow;

	(void)fb;
	return firewall_time(f) != TIME_TCP;
}

static void
firewall_end(struct flowbook *fb, void *flow, enum flowbook_end why)
{
	struct firewall *self = element_state(fb->e);
	const struct firewall_flow *f = flow;
	struct firewall_source *s;

	(void)why;
	if (f->source == 0)
		return;
	s = flowbook_record(&self->sources, f->source);
	if (--s->count == 0)
		flowbook_end(&self->sources, f->source, FLOW_IDLE);
}

static const struct flowbook_ops firewall_ops = {
	.expiry = firewall_expiry,
	.end = firewall_end,
	.may_evict = firewall_may_evict,
};
/* Sources end with their flows: they stand in no wheel. */
static const struct flowbook_ops firewall_source_ops = { .expiry = NULL };

void
firewall_init(struct firewall *self)
{
	flowbook_init(
	    &self->book, sizeof(struct firewall_flow), &firewall_ops, true);
	flowbook_init(&self->sources, sizeof(struct firewall_source),
	    &firewall_source_ops, false);
	self->book.capacity = 65536;
	self->sources.capacity = FLOW_RECORDS_MAX;
}

/* ---- packets ---- */

static int
firewall_bad(struct firewall *self, enum firewall_fault fault)
{
	self->faults[fault]++;
	return OUT_BAD;
}

/* Echo request and reply: of a flow by their identifier. */
static bool
firewall_is_echo(const struct five_packet *f, bool *request)
{
	uint8_t type;

	if (f->l4_length < sizeof(struct icmp))
		return false;
	type = f->l4[0];
	if (f->id.version == 4) {
		*request = type == ICMP_ECHO;
		return type == ICMP_ECHO || type == ICMP_ECHOREPLY;
	}
	*request = type == 128; /* RFC 4443, 4.1 */
	return type == 128 || type == 129;
}

static bool
firewall_is_icmp(const struct five_packet *f)
{
	return f->id.proto ==
	       (f->id.version == 4 ? IPPROTO4_ICMP : IPPROTO6_ICMP);
}

static bool
firewall_is_error(const struct five_packet *f)
{
	uint8_t type;

	if (!firewall_is_icmp(f) || f->l4_length < sizeof(struct icmp))
		return false;
	type = f->l4[0];
	if (f->id.version == 4)
		return type == ICMP_UNREACH || type == ICMP_TIMXCEED ||
		       type == ICMP_PARAMPROB;
	return type >= 1 && type <= 4; /* RFC 4443, 2.1 */
}

bool
firewall_read(struct element *e, struct packet *p, struct five_packet *f)
{
	bool request;

	(void)e;
	if (!five_tuple_packet(p, f) || !f->first)
		return false;
	if (unlikely(firewall_is_icmp(f)) && firewall_is_echo(f, &request))
		f->id.sport = f->id.dport = get_u16(f->l4 + 4);
	return true;
}

/*
 * An ICMP error: from must be the side that the packet it is about went to,
 * and who sent that must get it.
 */
static int
firewall_error(
    struct firewall *self, const struct five_packet *f, enum firewall_side from)
{
	const uint8_t *ip = f->l4 + sizeof(struct icmp);
	uint32_t room = f->l4_length - (uint32_t)sizeof(struct icmp);
	const struct firewall_flow *flow;
	struct five_packet about;
	unsigned int direction;
	bool request;
	uint32_t ref;

	if (!five_tuple_read(ip, room, &about) || !about.first ||
	    about.id.version != f->id.version ||
	    memcmp(about.id.src, f->id.dst, sizeof(f->id.dst)) != 0)
		return firewall_bad(self, FAULT_ERROR);
	if (firewall_is_icmp(&about) && firewall_is_echo(&about, &request))
		about.id.sport = about.id.dport = get_u16(about.l4 + 4);
	ref = flowbook_find(&self->book, &about.id);
	if (ref == 0)
		return firewall_bad(self, FAULT_ERROR);
	flow = flowbook_record(&self->book, flow_ref_record(ref));
	direction = flow_ref_which(ref);
	if ((flow->tcp.user ^ direction) == (unsigned int)from)
		return firewall_bad(self, FAULT_SIDE);
	if (about.id.proto == IPPROTO4_TCP &&
	    (about.l4_length < 8 ||
	        !tcp_track_sent(&flow->tcp, direction, get_be32(about.l4 + 4))))
		return firewall_bad(self, FAULT_WINDOW);
	return from == SIDE_INSIDE ? 0 : 1;
}

/* Whether a packet of no flow could begin one; *s of TCP. */
static bool
firewall_begins(const struct firewall *self, const struct five_packet *f,
    struct tcp_segment *s)
{
	bool request;

	if (f->id.proto == IPPROTO4_TCP)
		return tcp_segment_read(f->l4, f->l4_length, s) &&
		       (tcp_track_may_open(s) ||
		           (self->pickup && (s->flags & TCP_ACK) &&
		               !(s->flags & (TCP_SYN | TCP_RST))));
	if (firewall_is_icmp(f))
		return firewall_is_echo(f, &request) && request;
	return true;
}

uint32_t
firewall_source(struct firewall *self, const struct five_tuple *id)
{
	struct five_tuple source = { .version = id->version };
	const struct firewall_source *s;
	uint32_t ref, record;

	memcpy(source.src, id->src, id->version == 4 ? 4 : 8);
	ref = flowbook_find(&self->sources, &source);
	record = flow_ref_record(ref);
	if (ref == 0)
		record = flowbook_add(&self->sources, &source);
	if (record == 0)
		return 0;
	s = flowbook_record(&self->sources, record);
	return s->count < self->per_source ? record : 0;
}

static int
firewall_open(struct firewall *self, const struct five_packet *five,
    const struct tcp_segment *s, enum firewall_side from)
{
	uint32_t source = 0, record;
	struct firewall_flow *f;

	if (self->per_source != 0) {
		source = firewall_source(self, &five->id);
		if (source == 0)
			return firewall_bad(self, FAULT_SOURCE);
		/* Held: making room must not end it. */
		((struct firewall_source *)flowbook_record(
		     &self->sources, source))
		    ->count++;
	}
	record = flowbook_add(&self->book, &five->id);
	if (record == 0) {
		if (source != 0) {
			struct firewall_flow none = { .source = source };

			firewall_end(&self->book, &none, FLOW_IDLE);
		}
		return firewall_bad(self, FAULT_FULL);
	}
	f = flowbook_record(&self->book, record);
	f->source = source;
	f->tcp.user = (uint8_t)from;
	if (five->id.proto == IPPROTO4_TCP) {
		if (s->flags & TCP_SYN)
			tcp_track_open(&f->tcp, s);
		else
			tcp_track_join(&f->tcp, s);
	}
	flowbook_touch(&self->book, record);
	self->opened++;
	return from == SIDE_INSIDE ? 0 : 1;
}

static int
firewall_new(struct firewall *self, const struct five_packet *f,
    enum firewall_side from, bool agreed)
{
	struct tcp_segment s;

	if (!firewall_begins(self, f, &s))
		return firewall_bad(self, FAULT_STRANGER);
	if (!agreed && (from == SIDE_OUTSIDE || !self->open_inside))
		return OUT_ASK + (int)from;
	return firewall_open(self, f, &s, from);
}

/* A packet of a flow, or one that begins another in its place. */
static int
firewall_known(struct firewall *self, const struct five_packet *five,
    uint32_t ref, enum firewall_side from, bool agreed)
{
	uint32_t record = flow_ref_record(ref);
	struct firewall_flow *f = flowbook_record(&self->book, record);
	unsigned int direction = flow_ref_which(ref);
	uint8_t state = f->tcp.state;
	struct tcp_segment s;
	bool request;

	/* The wheel ends it later: it turns by slots. */
	if (unlikely((int32_t)(self->book.now_ms -
	                       firewall_expiry(&self->book, f)) >= 0)) {
		flowbook_end(&self->book, record, FLOW_IDLE);
		return firewall_new(self, five, from, agreed);
	}
	/* Echo: who answers is known by the type alone. */
	if (firewall_is_icmp(five) && firewall_is_echo(five, &request) &&
	    request != (direction == 0))
		return firewall_bad(self, FAULT_STRANGER);
	if ((f->tcp.user ^ direction) != (unsigned int)from)
		return firewall_bad(self, FAULT_SIDE);
	if (five->id.proto == IPPROTO4_TCP) {
		enum tcp_track_verdict verdict;

		if (!tcp_segment_read(five->l4, five->l4_length, &s))
			return firewall_bad(self, FAULT_HEADER);
		verdict = tcp_track_segment(&f->tcp, direction, &s);
		if (verdict == TCP_AGAIN) {
			flowbook_end(&self->book, record, FLOW_IDLE);
			return firewall_new(self, five, from, agreed);
		}
		if (verdict != TCP_PART)
			return firewall_bad(self, FAULT_WINDOW);
	}
	f->head.last_ms = self->book.now_ms;
	if (unlikely(state != f->tcp.state))
		flowbook_touch(&self->book, record);
	return from == SIDE_INSIDE ? 0 : 1;
}

int
firewall_packet(struct element *e, const struct flowbook_packet *fp,
    uint32_t ref, unsigned int port)
{
	struct firewall *self = element_state(e);
	enum firewall_side from = port & 1;
	bool agreed = port >= IN_AGREED;

	if (unlikely(fp->five.id.version == 0))
		return firewall_bad(self, FAULT_HEADER);
	if (unlikely(firewall_is_error(&fp->five)))
		return firewall_error(self, &fp->five, from);
	if (likely(ref != 0))
		return firewall_known(self, &fp->five, ref, from, agreed);
	return firewall_new(self, &fp->five, from, agreed);
}
