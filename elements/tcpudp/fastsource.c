/* SPDX-License-Identifier: BSD-3-Clause */
/* fastsource.c -- sources of prepared frames. */
#include "elements/tcpudp/fastsource.h"

#include "click/anno.h"
#include "click/conf.h"
#include "elements/ip/quiet.h"
#include "elements/ip/say.h"

enum { TTL = 250 };

/* ---- arguments ---- */

void
fast_source_read_args(
    struct fast_source *f, struct args *a, struct fast_source_args *x)
{
	*x = (struct fast_source_args){ 0, 0, 0 };
	f->checksum = f->active = true;
	args_u32(a, "RATE", ARG_POS | ARG_MAND, &x->rate);
	args_i32(a, "LIMIT", ARG_POS | ARG_MAND, &x->limit);
	args_u32(a, "LENGTH", ARG_POS | ARG_MAND, &x->length);
	args_ether(a, "SRCETH", ARG_POS | ARG_MAND, f->shost);
}

void
fast_source_set_length(struct fast_source *f, uint32_t length)
{
	if (length < FAST_SOURCE_MIN) {
		say("warning: packet length < 60, defaulting to 60");
		length = FAST_SOURCE_MIN;
	}
	f->length = length;
}

void
fast_source_set_args(
    struct element *e, const struct fast_source_args *x, struct errh *errh)
{
	struct fast_source *f = element_state(e);

	fast_source_set_length(f, x->length);
	f->limit = x->limit >= 0 ? (uint32_t)x->limit : FAST_SOURCE_NO_LIMIT;
	f->rate_limited = x->rate != 0;
	if (x->rate > GAP_RATE_MAX)
		errh_error(errh, "rate too large; lowered to %u", GAP_RATE_MAX);
	gap_rate_set(&f->rate, x->rate, 0);
}

/* ---- frames ---- */

struct packet *
fast_source_frame(struct element *e, struct thread *t, uint16_t ethertype)
{
	struct fast_source *f = element_state(e);
	struct packet *p = packet_new(t, PACKET_HEADROOM, NULL, f->length, 0);
	struct ether *eth;

	if (p == NULL)
		return NULL;
	memset(p->data, 0, p->length);
	eth = (struct ether *)(void *)p->data;
	memcpy(eth->dst, f->dhost, 6);
	memcpy(eth->src, f->shost, 6);
	put_be16(eth->type, ethertype);
	return p;
}

struct ip4 *
fast_source_ip4(struct packet *p, uint8_t proto, uint32_t src, uint32_t dst)
{
	uint8_t *at = p->data + sizeof(struct ether);
	struct ip4 *ip = (struct ip4 *)(void *)at;

	*ip = (struct ip4){ .vhl = 0x45, .ttl = TTL, .proto = proto };
	put_be16(ip->len, (uint16_t)(p->length - sizeof(struct ether)));
	put_u32(ip->src, src);
	put_u32(ip->dst, dst);
	put_u16(ip->sum, csum(ip, sizeof(*ip)));
	anno_set_u32(p, ANNO_DST_IP, dst);
	packet_set_network(p, at, sizeof(*ip));
	return ip;
}

void
fast_source_udp(struct packet *p, uint16_t sport, uint16_t dport, bool checksum)
{
	struct udp *udp = (struct udp *)(void *)packet_transport(p);
	uint16_t length = (uint16_t)packet_transport_length(p);

	put_u16(udp->sport, sport);
	put_u16(udp->dport, dport);
	put_be16(udp->len, length);
	put_u16(udp->sum, 0);
	if (checksum)
		put_u16(udp->sum, ip4_l4_csum(packet_ip4(p), udp, length));
}

uint16_t
fast_source_port(struct thread *t)
{
	return (uint16_t)rand_below(&t->rand, 0xffff);
}

/* ---- pulling ---- */

static int64_t
fast_source_now_ms(struct thread *t)
{
	return thread_steady_ns(t) / NS_PER_MS;
}

void
fast_source_reset(struct fast_source *f)
{
	f->count = 0;
	f->first_ms = f->last_ms = 0;
	f->finished = false;
}

static bool
fast_source_at_limit(const struct fast_source *f)
{
	return f->limit != FAST_SOURCE_NO_LIMIT && f->count >= f->limit;
}

/* How many packets may go now. */
static uint32_t
fast_source_allowance(struct fast_source *f, struct thread *t, uint32_t max)
{
	int32_t due;

	if (!f->active || f->finished ||
	    (fast_source_at_limit(f) && !f->past_limit))
		return 0;
	if (f->rate_limited) {
		due = gap_rate_due(&f->rate, thread_wall_ns(t));
		if (due <= 0)
			return 0;
		if ((uint32_t)due < max)
			max = (uint32_t)due;
	}
	if (!f->past_limit && f->limit - f->count < max)
		max = f->limit - f->count;
	return max;
}

unsigned int
fast_source_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	struct fast_source *f = element_state(e);
	uint32_t n = 0, allowed = fast_source_allowance(f, b->thread, max);

	(void)port;
	for (; n < allowed; n++) {
		struct packet *p = f->next(e, b->thread);

		if (p == NULL)
			break;
		batch_add(b, p);
		f->count++;
		if (f->count == 1)
			f->first_ms = fast_source_now_ms(b->thread);
		if (fast_source_at_limit(f))
			f->last_ms = fast_source_now_ms(b->thread);
	}
	if (f->rate_limited)
		gap_rate_count(&f->rate, n);
	return n;
}

/* ---- handlers ---- */

static int
fast_source_read_rate(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct fast_source *f = element_state(e);
	int64_t ms = f->last_ms - f->first_ms;

	(void)user;
	if (ms < 1)
		ms = 1;
	sb_i64(call->out, f->last_ms == 0 ? 0 : (int64_t)f->count * 1000 / ms);
	return 0;
}

static int
fast_source_write_rate(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct fast_source *f = element_state(e);
	uint32_t rate;

	(void)user;
	if (!arg_quiet(&arg_type_u32, call->text, &rate, NULL))
		return errh_error(
		    call->errh, "rate parameter must be integer >= 0");
	if (rate > GAP_RATE_MAX)
		return errh_error(
		    call->errh, "rate too large; max is %u", GAP_RATE_MAX);
	gap_rate_set(&f->rate, rate, thread_wall_ns(call->thread));
	return 0;
}

static int
fast_source_write_limit(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct fast_source *f = element_state(e);
	int32_t limit;

	(void)user;
	if (!arg_quiet(&arg_type_i32, call->text, &limit, NULL))
		return errh_error(
		    call->errh, "limit parameter must be integer >= 0");
	f->limit = limit >= 0 ? (uint32_t)limit : FAST_SOURCE_NO_LIMIT;
	return 0;
}

static int
fast_source_write_active(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct fast_source *f = element_state(e);

	(void)user;
	if (!conf_bool(call->text, &f->active))
		return errh_error(
		    call->errh, "active parameter must be boolean");
	if (f->active)
		fast_source_reset(f);
	return 0;
}

static int
fast_source_write_reset(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	(void)user;
	(void)call;
	fast_source_reset(element_state(e));
	return 0;
}

void
fast_source_add_handlers(struct element *e)
{
	struct fast_source *f = element_state(e);

	handler_add_data(e, "count", HANDLER_READ, DATA_U32, &f->count);
	handler_add_read(e, "rate", fast_source_read_rate, 0, 0);
	handler_add_write(e, "rate", fast_source_write_rate, 0, 0);
	handler_add_write(
	    e, "reset", fast_source_write_reset, 0, HANDLER_BUTTON);
	handler_add_write(
	    e, "active", fast_source_write_active, 0, HANDLER_CHECKBOX);
	handler_add_write(e, "limit", fast_source_write_limit, 0, 0);
}
