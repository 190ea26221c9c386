/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ICMPPingSource(SRC, DST [, keywords]) -- send ICMP echo requests steadily
 *
 *   in 0          optional: replies, IP header position set; for statistics
 *   out 0         echo requests (IPv4, header position and destination address
 *                 annotation set): one an interval if it pushes, else one a
 *                 pull
 *
 *   SRC, DST      addresses
 *   INTERVAL T    seconds between requests (default 1)
 *   IDENTIFIER N  of the requests, in the machine's byte order (default 0)
 *   LIMIT N       stop after N requests; negative: never (default -1)
 *   STOP          boolean: stop the driver then (default false)
 *   DATA          what the requests carry (default nothing)
 *   ACTIVE        boolean: send at all (default true)
 *   MIRROR        boolean: answer each reply at once by the next request, in
 *                 the same packet, whatever LIMIT says (default false)
 *   VERBOSE       boolean: log each reply, and a summary at the end, if there
 *                 is an input (default true)
 *
 *   active, src, dst     read, write
 *   count                read: requests sent
 *   limit, interval      write
 *   reset_counts         write: all counters to zero
 *   summary              read: as ping(8) ends; only with an input, as are
 *   rtt_min, rtt_avg, rtt_max   read: round trip times in seconds
 *
 * ICMPSendPings is another name for this element.  The time to live is 200.
 *
 *	ICMPPingSource(1.0.0.1, 2.0.0.2, INTERVAL 0.2, LIMIT 5) -> ...
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/csum.h"
#include "base/stamp.h"
#include "click/anno.h"
#include "click/conf.h"
#include "click/element.h"
#include "click/router.h"
#include "elements/ip/chatter.h"
#include "elements/ip/quiet.h"

enum {
	TTL = 200,
	HEAD = sizeof(struct ip4) + sizeof(struct icmp),
	SENT_PAGE = 1024, /* sequence numbers a page */
	SENT_PAGES = 65536 / SENT_PAGE,
};

struct icmp_ping_source {
	uint32_t src, dst;
	int32_t count, limit;
	uint16_t identifier; /* as it stands in the packet */
	uint32_t interval_ms;
	struct str data; /* owned */
	bool active, verbose, stop, mirror;
	struct timer timer;
	/* What is known of replies, if there is an input. */
	int32_t received, duplicates;
	uint32_t min_us, max_us;
	uint64_t sum_us, sum_sq_us;
	/*
	 * When each sequence number was sent, 0: never; negative: and has been
	 * answered.
	 */
	int64_t *sent[SENT_PAGES];
};

static int
icmp_ping_source_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct icmp_ping_source *self = element_state(e);
	bool has_interval;
	struct args a;

	self->interval_ms = 1000;
	self->limit = -1;
	self->active = self->verbose = true;
	args_init(&a, conf, e, errh);
	args_ip4(&a, "SRC", ARG_POS | ARG_MAND, &self->src);
	args_ip4(&a, "DST", ARG_POS | ARG_MAND, &self->dst);
	has_interval = args_seconds_ms(&a, "INTERVAL", 0, &self->interval_ms);
	args_u16(&a, "IDENTIFIER", 0, &self->identifier);
	args_str(&a, "DATA", 0, &self->data);
	args_i32(&a, "LIMIT", 0, &self->limit);
	args_bool(&a, "ACTIVE", 0, &self->active);
	args_bool(&a, "VERBOSE", 0, &self->verbose);
	args_bool(&a, "STOP", 0, &self->stop);
	args_bool(&a, "MIRROR", 0, &self->mirror);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (self->interval_ms == 0)
		errh_warning(errh, "INTERVAL so small that it is zero");
	if (!output_is_push(e, 0) && has_interval)
		errh_warning(errh,
		    "element is pull, INTERVAL parameter will be ignored");
	if (!output_is_push(e, 0) && self->mirror)
		return errh_error(errh, "MIRROR invalid on pull element");
	return 0;
}

/* ---- requests ---- */

/* Where the time of a sequence number is kept; NULL: no memory. */
static int64_t *
icmp_ping_source_sent(struct icmp_ping_source *self, uint16_t seq, bool make)
{
	int64_t **page = &self->sent[seq / SENT_PAGE];

	if (*page == NULL && make)
		*page = calloc(SENT_PAGE, sizeof(**page));
	return *page == NULL ? NULL : *page + seq % SENT_PAGE;
}

/* Writes the next request's headers over the first HEAD bytes of p. */
static void
icmp_ping_source_fill(struct element *e, struct thread *t, struct packet *p)
{
	struct icmp_ping_source *self = element_state(e);
	uint16_t seq = (uint16_t)(self->count % 0xffff + 1);
	struct ip4 *ip = (struct ip4 *)(void *)p->data;
	struct icmp *icmp = (struct icmp *)(void *)(ip + 1);

	*ip = (struct ip4){ .vhl = 0x45, .ttl = TTL, .proto = IPPROTO4_ICMP };
	put_be16(ip->len, (uint16_t)p->length);
	put_be16(ip->id, seq);
	put_u32(ip->src, self->src);
	put_u32(ip->dst, self->dst);
	put_u16(ip->sum, csum(ip, sizeof(*ip)));

	*icmp = (struct icmp){ .type = ICMP_ECHO };
	put_u16(icmp->rest, self->identifier);
	put_be16(icmp->rest + 2, seq);
	put_u16(icmp->sum, csum(icmp, p->length - sizeof(*ip)));

	anno_set_u32(p, ANNO_DST_IP, self->dst);
	packet_set_network(p, p->data, sizeof(*ip));
	p->timestamp_ns = thread_wall_ns(t);
	if (e->nin > 0) {
		int64_t *sent = icmp_ping_source_sent(self, seq, true);

		if (sent != NULL)
			*sent = p->timestamp_ns;
	}
}

static struct packet *
icmp_ping_source_make(struct element *e, struct thread *t)
{
	struct icmp_ping_source *self = element_state(e);
	uint32_t n = (uint32_t)self->data.n;
	struct packet *p;

	p = packet_new(t, PACKET_HEADROOM, NULL, HEAD + n, 0);
	if (p == NULL)
		return NULL;
	if (n > 0)
		memcpy(p->data + HEAD, self->data.s, n);
	icmp_ping_source_fill(e, t, p);
	self->count++;
	return p;
}

static bool
icmp_ping_source_may_send(const struct icmp_ping_source *self)
{
	return self->limit < 0 || self->count < self->limit;
}

static void
icmp_ping_source_fire(struct element *e, struct timer *timer, struct thread *t)
{
	struct icmp_ping_source *self = element_state(e);
	struct packet *p;

	if (!icmp_ping_source_may_send(self)) {
		if (self->stop)
			router_please_stop(e->router);
		return;
	}
	p = icmp_ping_source_make(e, t);
	if (p != NULL)
		output_push_one(e, 0, t, p);
	timer_reschedule_after(timer, self->interval_ms * NS_PER_MS);
}

static unsigned int
icmp_ping_source_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	struct icmp_ping_source *self = element_state(e);
	unsigned int n;

	(void)port;
	for (n = 0; n < max && icmp_ping_source_may_send(self); n++) {
		struct packet *p = icmp_ping_source_make(e, b->thread);

		if (p == NULL)
			break;
		batch_add(b, p);
	}
	if (n == 0 && self->stop && !icmp_ping_source_may_send(self)) {
		router_please_stop(e->router);
		self->stop = false;
	}
	return n;
}

/* ---- replies ---- */

/* Counts a round trip; *us is 0 when the reply has no time of its own. */
static void
icmp_ping_source_time(struct icmp_ping_source *self, const struct packet *p,
    int64_t sent_ns, uint32_t *us)
{
	*us = 0;
	if (p->timestamp_ns != 0) {
		*us = (uint32_t)((p->timestamp_ns - sent_ns) / NS_PER_US);
		if (*us < self->min_us || self->received == 0)
			self->min_us = *us;
		if (*us > self->max_us || self->received == 0)
			self->max_us = *us;
		self->sum_us += *us;
		self->sum_sq_us += (uint64_t)*us * *us;
	}
	self->received++;
}

static void
icmp_ping_source_report(
    struct element *e, const struct packet *p, uint16_t seq, uint32_t us)
{
	const struct ip4 *ip = packet_ip4(p);
	int bytes =
	    get_be16(ip->len) - (int)ip4_hlen(ip) - (int)sizeof(struct icmp);

	element_chatter(e,
	    "%d bytes from %u.%u.%u.%u: icmp_seq=%u ttl=%u time=%" PRIu32
	    ".%03" PRIu32 " ms",
	    bytes, ip->src[0], ip->src[1], ip->src[2], ip->src[3], seq, ip->ttl,
	    us / 1000, us % 1000);
}

static bool
icmp_ping_source_is_reply(
    const struct icmp_ping_source *self, const struct packet *p)
{
	const struct ip4 *ip = packet_ip4(p);
	const struct icmp *icmp;

	if (ip == NULL || packet_network_length(p) < HEAD ||
	    ip->proto != IPPROTO4_ICMP ||
	    packet_transport_length(p) < (int32_t)sizeof(*icmp))
		return false;
	icmp = (const struct icmp *)(void *)packet_transport(p);
	return icmp->type == ICMP_ECHOREPLY &&
	       get_u16(icmp->rest) == self->identifier;
}

static void
icmp_ping_source_reply(struct element *e, struct thread *t, struct packet *p)
{
	struct icmp_ping_source *self = element_state(e);
	const struct icmp *icmp;
	int64_t *sent, sent_ns;
	uint16_t seq;
	uint32_t us;

	if (!icmp_ping_source_is_reply(self, p)) {
		packet_kill(t, p);
		return;
	}
	icmp = (const struct icmp *)(void *)packet_transport(p);
	seq = get_be16(icmp->rest + 2);
	sent = icmp_ping_source_sent(self, seq, false);
	if (sent != NULL && *sent != 0) {
		sent_ns = *sent;
		if (sent_ns < 0) {
			self->duplicates++;
			sent_ns = -sent_ns;
		}
		*sent = -sent_ns;
		icmp_ping_source_time(self, p, sent_ns, &us);
		if (self->verbose)
			icmp_ping_source_report(e, p, seq, us);
	}
	if (!self->mirror) {
		packet_kill(t, p);
		return;
	}
	if (packet_uniqueify(t, &p) == NULL)
		return;
	if (packet_network_offset(p) > 0)
		packet_pull(p, (uint32_t)packet_network_offset(p));
	icmp_ping_source_fill(e, t, p);
	self->count++;
	output_push_one(e, 0, t, p);
}

static void
icmp_ping_source_push(struct element *e, unsigned int port, struct batch *b)
{
	(void)port;
	for (uint32_t i = 0; i < b->count; i++)
		icmp_ping_source_reply(e, b->thread, b->packet[i]);
	b->count = 0;
}

/* ---- life ---- */

static int
icmp_ping_source_initialize(struct element *e, struct errh *errh)
{
	struct icmp_ping_source *self = element_state(e);

	(void)errh;
	timer_init(&self->timer, e, icmp_ping_source_fire);
	if (self->limit != 0 && self->active && output_is_push(e, 0))
		timer_schedule_after(
		    &self->timer, self->interval_ms * NS_PER_MS);
	return 0;
}

static uint64_t
icmp_ping_source_sqrt(uint64_t x)
{
	uint64_t root = 0;

	for (uint64_t bit = 1ull << 31; bit != 0; bit >>= 1)
		if ((root | bit) * (root | bit) <= x)
			root |= bit;
	return root;
}

static void
icmp_ping_source_ms(struct strbuf *out, uint64_t us, char after)
{
	sb_printf(
	    out, "%" PRIu64 ".%03" PRIu64 "%c", us / 1000, us % 1000, after);
}

static void
icmp_ping_source_summary(
    const struct icmp_ping_source *self, struct strbuf *out)
{
	uint64_t n = (uint64_t)self->received, mean;

	sb_printf(out, "%" PRId32 " packets transmitted, %" PRId32 " received",
	    self->count, self->received - self->duplicates);
	if (self->duplicates > 0)
		sb_printf(out, ", +%" PRId32 " duplicates", self->duplicates);
	if (self->count != 0)
		sb_printf(out, ", %" PRId64 "%% packet loss\n",
		    ((int64_t)self->count - self->received - self->duplicates) *
		        100 / self->count);
	if (n == 0)
		return;
	mean = self->sum_us / n;
	sb_adds(out, "rtt min/avg/max/mdev = ");
	icmp_ping_source_ms(out, self->min_us, '/');
	icmp_ping_source_ms(out, mean, '/');
	icmp_ping_source_ms(out, self->max_us, '/');
	icmp_ping_source_ms(out,
	    icmp_ping_source_sqrt(self->sum_sq_us / n - mean * mean), '\n');
}

static void
icmp_ping_source_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct icmp_ping_source *self = element_state(e);
	struct strbuf sb = STRBUF_INIT;
	struct str rest, line;

	timer_fini(&self->timer);
	if (stage >= CLEANUP_INITIALIZED && e->nin > 0 && self->verbose) {
		icmp_ping_source_summary(self, &sb);
		rest = sb_str(&sb);
		while (str_line(&rest, &line))
			element_chatter(e, "%.*s", STR_ARG(line));
	}
	sb_fini(&sb);
	for (unsigned int i = 0; i < SENT_PAGES; i++)
		free(self->sent[i]);
	str_free(&self->data);
}

/* ---- handlers ---- */

static int
icmp_ping_source_read_summary(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	(void)user;
	icmp_ping_source_summary(element_state(e), call->out);
	return 0;
}

enum { RTT_MIN, RTT_AVG, RTT_MAX };

static int
icmp_ping_source_read_rtt(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct icmp_ping_source *self = element_state(e);
	uint64_t n = self->received > 0 ? (uint64_t)self->received : 1;
	uint64_t us = user == RTT_MIN   ? self->min_us
	              : user == RTT_MAX ? self->max_us
	                                : self->sum_us / n;

	sb_fixed10(call->out, (int64_t)us, 6);
	return 0;
}

static void
icmp_ping_source_start(struct element *e, int64_t after_ns)
{
	struct icmp_ping_source *self = element_state(e);

	if (self->active && !timer_scheduled(&self->timer) &&
	    output_is_push(e, 0))
		timer_schedule_after(&self->timer, after_ns);
}

static int
icmp_ping_source_write_active(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct icmp_ping_source *self = element_state(e);

	(void)user;
	if (!conf_bool(call->text, &self->active))
		return errh_error(call->errh, "type mismatch");
	if (self->active)
		icmp_ping_source_start(e, 0);
	else
		timer_unschedule(&self->timer);
	return 0;
}

static int
icmp_ping_source_write_addr(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct icmp_ping_source *self = element_state(e);
	uint32_t *addr = user ? &self->dst : &self->src;

	if (!arg_quiet(&arg_type_ip4, call->text, addr, NULL))
		return errh_error(call->errh, "syntax error");
	return 0;
}

static int
icmp_ping_source_write_limit(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct icmp_ping_source *self = element_state(e);

	(void)user;
	if (!arg_quiet(&arg_type_i32, call->text, &self->limit, NULL))
		return errh_error(call->errh, "'limit' should be integer");
	if (icmp_ping_source_may_send(self))
		icmp_ping_source_start(e, self->interval_ms * NS_PER_MS);
	return 0;
}

static int
icmp_ping_source_write_interval(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct icmp_ping_source *self = element_state(e);

	(void)user;
	if (!arg_quiet(
	        &arg_type_seconds_ms, call->text, &self->interval_ms, NULL))
		return errh_error(
		    call->errh, "'interval' should be an interval");
	return 0;
}

static int
icmp_ping_source_write_reset(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct icmp_ping_source *self = element_state(e);

	(void)user;
	(void)call;
	self->count = self->received = self->duplicates = 0;
	self->min_us = self->max_us = 0;
	self->sum_us = self->sum_sq_us = 0;
	for (unsigned int i = 0; i < SENT_PAGES; i++) {
		free(self->sent[i]);
		self->sent[i] = NULL;
	}
	if (self->count < self->limit)
		icmp_ping_source_start(e, self->interval_ms * NS_PER_MS);
	return 0;
}

static void
icmp_ping_source_add_handlers(struct element *e)
{
	struct icmp_ping_source *self = element_state(e);

	handler_add_data(e, "active", HANDLER_READ, DATA_BOOL, &self->active);
	handler_set_flags(e, "active", HANDLER_CHECKBOX, 0);
	handler_add_write(e, "active", icmp_ping_source_write_active, 0, 0);
	handler_add_data(e, "src", HANDLER_READ, DATA_IP4, &self->src);
	handler_set_flags(e, "src", HANDLER_CALM, 0);
	handler_add_write(e, "src", icmp_ping_source_write_addr, 0, 0);
	handler_add_data(e, "dst", HANDLER_READ, DATA_IP4, &self->dst);
	handler_set_flags(e, "dst", HANDLER_CALM, 0);
	handler_add_write(e, "dst", icmp_ping_source_write_addr, 1, 0);
	handler_add_data(e, "count", HANDLER_READ, DATA_I32, &self->count);
	handler_add_write(
	    e, "limit", icmp_ping_source_write_limit, 0, HANDLER_CALM);
	handler_add_write(e, "interval", icmp_ping_source_write_interval, 0, 0);
	handler_add_write(
	    e, "reset_counts", icmp_ping_source_write_reset, 0, HANDLER_BUTTON);
	if (e->nin == 0)
		return;
	handler_add_read(e, "summary", icmp_ping_source_read_summary, 0, 0);
	handler_add_read(e, "rtt_min", icmp_ping_source_read_rtt, RTT_MIN, 0);
	handler_add_read(e, "rtt_avg", icmp_ping_source_read_rtt, RTT_AVG, 0);
	handler_add_read(e, "rtt_max", icmp_ping_source_read_rtt, RTT_MAX, 0);
}

const struct element_class element_icmp_ping_source = {
	.name = "ICMPPingSource",
	.ports = "0-1/1",
	.processing = "h/a",
	.state_size = sizeof(struct icmp_ping_source),
	.configure = icmp_ping_source_configure,
	.initialize = icmp_ping_source_initialize,
	.cleanup = icmp_ping_source_cleanup,
	.add_handlers = icmp_ping_source_add_handlers,
	.push = icmp_ping_source_push,
	.pull = icmp_ping_source_pull,
};
