/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * dns_pending.c -- questions on their way to a server; see dns_proxy.h.
 *
 * Each query goes out from a port and with an id of its own, both random
 * (RFC 5452, 9.2), and only an answer from the server asked, to that port,
 * with that id and question counts.  All wait equally long, so that the list
 * by deadline is the list by sending.
 */
#include <stdlib.h>

#include "elements/dns/dns_proxy.h"
#include "os/os.h"

enum {
	ANSWER_KIND = 1 << 16, /* | id */
	PORT_MIN = 1024,
	TICK_NS = 50000000,
	QUERY_MAX = DNS_HEADER + DNS_NAME_MAX + 4 + 11,
};

void
dns_pending_init(struct dns_proxy *self)
{
	flowtable_init(
	    &self->inflight, (sizeof(struct dns_pending) + 7) & ~7u, 2);
	os_random(&self->seed, sizeof(self->seed));
}

static struct dns_pending *
pending_record(const struct dns_proxy *self, uint32_t n)
{
	return flowtable_record(&self->inflight, n);
}

static void
pending_free_waiters(struct dns_pending *p)
{
	while (p->waiters != NULL) {
		struct dns_waiter *w = p->waiters;

		p->waiters = w->next;
		free(w);
	}
}

void
dns_pending_fini(struct dns_proxy *self)
{
	for (uint32_t n = flowtable_next(&self->inflight, 1); n != 0;
	     n = flowtable_next(&self->inflight, n + 1))
		pending_free_waiters(pending_record(self, n));
	flowtable_fini(&self->inflight);
}

void
dns_pending_take(struct dns_proxy *self, struct dns_proxy *from)
{
	flowtable_fini(&self->inflight);
	self->inflight = from->inflight;
	self->seed = from->seed;
	self->soonest = from->soonest;
	self->latest = from->latest;
	from->soonest = from->latest = 0;
	flowtable_init(&from->inflight, self->inflight.records.size, 2);
	if (self->soonest != 0)
		timer_schedule_after(&self->timer, TICK_NS);
}

uint16_t
dns_proxy_random(struct dns_proxy *self)
{
	if (self->nrandom < 2) {
		os_random(self->random, sizeof(self->random));
		self->nrandom = sizeof(self->random);
	}
	self->nrandom -= 2;
	return get_u16(self->random + self->nrandom);
}

/* ---- the list by deadline ---- */

static void
pending_unlink(struct dns_proxy *self, uint32_t n)
{
	struct dns_pending *p = pending_record(self, n);

	if (p->sooner != 0)
		pending_record(self, p->sooner)->later = p->later;
	else
		self->soonest = p->later;
	if (p->later != 0)
		pending_record(self, p->later)->sooner = p->sooner;
	else
		self->latest = p->sooner;
}

static void
pending_link(struct dns_proxy *self, uint32_t n, uint32_t now)
{
	struct dns_pending *p = pending_record(self, n);

	p->deadline_ms = now + self->timeout_ms;
	p->later = 0;
	p->sooner = self->latest;
	if (self->latest != 0)
		pending_record(self, self->latest)->later = n;
	else
		self->soonest = n;
	self->latest = n;
}

static void
pending_end(struct dns_proxy *self, uint32_t n)
{
	pending_free_waiters(pending_record(self, n));
	pending_unlink(self, n);
	flowtable_remove(&self->inflight, n, 0);
	flowtable_remove(&self->inflight, n, 1);
	flowtable_delete(&self->inflight, n);
}

/* ---- asking ---- */

/* Gives p's query a port and id that no other has; false: no memory. */
static bool
pending_expect(struct dns_proxy *self, uint32_t n)
{
	struct dns_pending *p = pending_record(self, n);

	do {
		uint16_t port = dns_proxy_random(self);

		if (port < PORT_MIN)
			port = (uint16_t)(port + PORT_MIN);
		p->port = __builtin_bswap16(port);
		p->id = dns_proxy_random(self);
		p->key[1] = (struct flow_key){ self->upstream[p->upstream],
			self->source, self->port, p->port,
			ANSWER_KIND | p->id };
	} while (flowtable_find(&self->inflight, &p->key[1]) != 0);
	return flowtable_insert(&self->inflight, n, 1) == 0;
}

/* The letters' case at random: more for a forger to guess (0x20). */
static void
pending_mix(struct dns_proxy *self, struct dns_name *name)
{
	uint32_t bits = 0, left = 0;

	for (uint32_t i = 0; i < name->n; i++) {
		if (!char_alpha((char)name->b[i]))
			continue;
		if (left == 0) {
			bits = dns_proxy_random(self);
			left = 16;
		}
		name->b[i] = (uint8_t)((name->b[i] | 0x20) ^ (bits & 1) << 5);
		bits >>= 1;
		left--;
	}
}

static void
pending_send(struct dns_proxy *self, struct thread *t, uint32_t n)
{
	struct dns_pending *p = pending_record(self, n);
	struct dns_ends ends = { self->source, self->upstream[p->upstream],
		p->port, self->port };
	uint16_t flags = DNS_RD;
	struct dns_writer w;
	uint8_t out[QUERY_MAX];
	struct packet *q;

	if ((p->options & DNS_ASK_CD) != 0)
		flags |= DNS_CD;
	dns_write_start(&w, out, sizeof(out), p->id, flags);
	dns_write_question(&w, &p->q);
	if (!p->plain)
		dns_write_edns(
		    &w, DNS_UDP_EDNS, 0, (p->options & DNS_ASK_DO) != 0);
	self->count[PROXY_SENT]++;
	q = dns_packet_udp(t, &ends, out, w.n, self->ip_id++);
	if (q != NULL)
		output_push_one(self->e, 1, t, q);
	if (!timer_scheduled(&self->timer))
		timer_schedule_after(&self->timer, TICK_NS);
}

/* Gives up: all who wait get the last server's rcode. */
static void
pending_fail(struct dns_proxy *self, struct thread *t, uint32_t n)
{
	struct dns_pending *p = pending_record(self, n);
	struct dns_waiter *w = p->waiters;
	int rcode = p->rcode;

	/* Out of the tables first: an answer may lead back here. */
	p->waiters = NULL;
	pending_end(self, n);
	while (w != NULL) {
		struct dns_waiter *next = w->next;

		self->count[PROXY_FAILURES]++;
		dns_proxy_refuse(self, t, &w->client, 0, rcode);
		free(w);
		w = next;
	}
}

/* Asks once more: the same server, or the next. */
static void
pending_again(struct dns_proxy *self, struct thread *t, uint32_t n, bool other)
{
	struct dns_pending *p = pending_record(self, n);

	if (++p->tries >= self->tries) {
		pending_fail(self, t, n);
		return;
	}
	if (other) {
		p->upstream = (uint8_t)((p->upstream + 1) % self->nupstreams);
		p->plain = false;
	}
	flowtable_remove(&self->inflight, n, 1);
	pending_unlink(self, n);
	pending_link(self, n, dns_proxy_now_ms(t));
	if (pending_expect(self, n))
		pending_send(self, t, n);
	else
		pending_fail(self, t, n);
}

static bool
pending_add_waiter(struct dns_pending *p, const struct dns_client *c)
{
	struct dns_waiter *w;

	/* A client that asks again waits already. */
	for (w = p->waiters; w != NULL; w = w->next)
		if (w->client.h.id == c->h.id &&
		    memcmp(&w->client.ends, &c->ends, sizeof(c->ends)) == 0)
			return true;
	if (p->nwaiters == DNS_WAITERS)
		return false;
	w = malloc(sizeof(*w));
	if (w == NULL)
		return false;
	w->client = *c;
	w->next = p->waiters;
	p->waiters = w;
	p->nwaiters++;
	return true;
}

bool
dns_pending_ask(
    struct dns_proxy *self, struct thread *t, const struct dns_client *c)
{
	uint8_t options = dns_ask_options(&c->h, &c->e);
	struct dns_ask ask = dns_ask_of(&c->q, options);
	struct flow_key key = dns_ask_key(&ask, self->seed);
	uint32_t n = flow_ref_record(flowtable_find(&self->inflight, &key));
	struct dns_pending *p;

	if (n != 0) {
		p = pending_record(self, n);
		self->count[PROXY_COALESCED]++;
		/* Another name with that hash: it is one in 2^64. */
		return dns_name_equal(&p->q.name, &c->q.name) &&
		       pending_add_waiter(p, c);
	}
	if (self->inflight.count >= self->inflight_max)
		return false;
	n = flowtable_new(&self->inflight);
	if (n == 0)
		return false;
	p = pending_record(self, n);
	p->key[0] = key;
	p->q = c->q;
	p->options = options;
	p->upstream = (uint8_t)self->current;
	p->rcode = DNS_SERVFAIL;
	if (self->mix)
		pending_mix(self, &p->q.name);
	if (flowtable_insert(&self->inflight, n, 0) != 0) {
		flowtable_delete(&self->inflight, n);
		return false;
	}
	pending_link(self, n, dns_proxy_now_ms(t));
	if (!pending_expect(self, n) || !pending_add_waiter(p, c)) {
		pending_end(self, n);
		return false;
	}
	pending_send(self, t, n);
	return true;
}

/* ---- answers ---- */

/* Hands a good answer to all who wait. */
static void
pending_done(struct dns_proxy *self, struct thread *t, uint32_t n,
    const uint8_t *message, const struct dns_reply *r)
{
	struct dns_pending *p = pending_record(self, n);
	struct dns_waiter *w = p->waiters;
	struct dns_ask ask = dns_ask_of(&p->q, p->options);
	bool cut = (r->flags & DNS_TC) != 0;

	self->current = p->upstream;
	if (!cut)
		dns_cache_put(&self->cache, &ask, message, r->n,
		    dns_proxy_now_ms(t) / 1000, r->ttl_s);
	p->waiters = NULL;
	pending_end(self, n);
	while (w != NULL) {
		struct dns_waiter *next = w->next;

		if (cut)
			dns_proxy_refuse(self, t, &w->client, DNS_TC, r->rcode);
		else
			dns_proxy_reply(self, t, &w->client, message, r->n);
		free(w);
		w = next;
	}
}

void
dns_pending_answer(
    struct dns_proxy *self, struct thread *t, const struct dns_packet *pk)
{
	uint8_t message[DNS_UDP_EDNS + 512]; /* some servers say more */
	struct flow_key key = { pk->ends.src, pk->ends.dst, pk->ends.sport,
		pk->ends.dport, 0 };
	struct dns_pending *p;
	struct dns_reply r;
	uint32_t n;

	if (pk->n >= DNS_HEADER)
		key.kind = ANSWER_KIND | get_be16(pk->data);
	n = key.kind == 0
	        ? 0
	        : flow_ref_record(flowtable_find(&self->inflight, &key));
	if (n == 0 || pk->n > sizeof(message)) {
		self->count[PROXY_UNEXPECTED]++;
		return;
	}
	memcpy(message, pk->data, pk->n);
	p = pending_record(self, n);
	if (!dns_reply_read(
	        message, pk->n, &p->q, self->mix, &self->ttls, &r)) {
		self->count[PROXY_UNEXPECTED]++;
		return;
	}
	self->count[PROXY_ANSWERS]++;
	if (r.rcode == DNS_NOERROR || r.rcode == DNS_NXDOMAIN) {
		pending_done(self, t, n, message, &r);
	} else if ((r.rcode == DNS_FORMERR || r.rcode == DNS_NOTIMP) &&
	           !p->plain) {
		/* RFC 6891, 7: it may not know EDNS. */
		p->plain = true;
		pending_again(self, t, n, false);
	} else {
		p->rcode =
		    (int8_t)(r.rcode < DNS_BADVERS ? r.rcode : DNS_SERVFAIL);
		pending_again(self, t, n, true);
	}
}

void
dns_pending_tick(struct dns_proxy *self, struct thread *t)
{
	uint32_t now = dns_proxy_now_ms(t);

	while (self->soonest != 0 &&
	       (int32_t)(pending_record(self, self->soonest)->deadline_ms -
	                 now) <= 0) {
		self->count[PROXY_TIMEOUTS]++;
		pending_again(self, t, self->soonest, true);
	}
	if (self->soonest != 0)
		timer_schedule_after(&self->timer, TICK_NS);
}
