/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * DNSProxy(UPSTREAM, SRC [, keywords]) -- answer DNS queries by asking other
 * servers, and remember the answers
 *
 *   in 0    IPv4 packets of clients, IP header position set
 *   in 1    IPv4 packets of servers, likewise
 *   out 0   answers to clients
 *   out 1   queries to servers; both with IP header position and destination
 *           address annotation set
 *
 *   UPSTREAM     addresses of servers (up to 8, separated by spaces); the one
 *                that answered last is asked first
 *   SRC          the address that servers are asked from; packets to it must
 *                come to input 1
 *   PORT         of both sides (default 53)
 *   TIMEOUT      for a server to answer (default 1 s), then the next is asked
 *   TRIES        queries for one question at most (default 3)
 *   MIX          true: letters' case at random in queries, held against the
 *                answer ("0x20") (default false)
 *   MIN_TTL      records are kept that long at least (default 0 s)
 *   MAX_TTL      and at most (default 86400 s)
 *   NEGATIVE_TTL of names and data that are not there, at most (default
 *                3600 s)
 *   MEMORY       bytes for answers (default 1048576, 0: none is kept; 16384
 *                hold the first ones)
 *   INFLIGHT     questions on their way at most (default 256)
 *   CONNECTIONS  over TCP at most (default 256)
 *
 *   stats        read: counters, one a line
 *   entries      read: answers kept
 *   inflight     read: questions on their way
 *   memory       read: bytes that answers take
 *   connections  read: over TCP
 *   flush        write: forget all answers
 *
 * Queries leave from random ports with random ids (RFC 5452); an answer counts
 * only from the server asked, with id, port and question.  Clients with the
 * same question, up to 64, share one query.  Queries carry EDNS0, unless the
 * server does not know it; clients get it as they asked, answers of 1232 bytes
 * at most over UDP.  An answer that is longer, or came cut, is given with TC;
 * the client then asks over TCP, and TCP is handed on to the server packet by
 * packet.  What is not there is kept as RFC 2308 has it.  A question for which
 * no server has a good answer gets SERVFAIL, or what the last one said; so
 * does one too many.
 *
 * A hot swap keeps all that if UPSTREAM, SRC and PORT are the same.
 *
 * Memory: of answers MEMORY, 90 bytes and its name and message each; 400 bytes
 * a question on its way and 300 a client that waits for it; 92 a connection.
 *
 *	tun :: KernelTun(10.0.0.1/24) -> CheckIPHeader
 *	    -> c :: IPClassifier(dst host 10.0.0.54, -);
 *	p :: DNSProxy(192.0.2.1 192.0.2.2, 10.0.0.54);
 *	c[1] -> p -> tun; c[0] -> [1] p [1] -> tun;
 */
#include "elements/dns/dns_proxy.h"

enum { FROM_CLIENT, FROM_SERVER, TRIES_MAX = 20 };

/* ---- configuring ---- */

struct dns_upstreams {
	uint32_t addr[DNS_UPSTREAMS];
	uint32_t n;
};

static bool
dns_proxy_upstreams(
    struct arg_ctx *c, const struct arg_type *type, struct str text, void *arg)
{
	struct dns_upstreams *out = arg;
	struct str word;

	(void)type;
	out->n = 0;
	while ((word = str_word(&text)).n > 0) {
		if (out->n == DNS_UPSTREAMS)
			return arg_error(
			    c, "more than %d addresses", DNS_UPSTREAMS);
		if (!arg_type_ip4.parse(
		        c, &arg_type_ip4, word, &out->addr[out->n]))
			return false;
		out->n++;
	}
	return out->n > 0;
}

static const struct arg_type dns_upstreams_type = {
	.size = sizeof(struct dns_upstreams),
	.parse = dns_proxy_upstreams,
};

static int
dns_proxy_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct dns_proxy *self = element_state(e);
	struct dns_upstreams upstreams = { .n = 0 };
	uint16_t port = DNS_PORT;
	struct args a;

	self->e = e;
	self->timeout_ms = 1000;
	self->tries = 3;
	self->inflight_max = 256;
	self->pass.max = 256;
	self->ttls = (struct dns_ttls){ 0, 86400, 3600 };
	self->cache.max = 1 << 20;
	args_init(&a, conf, e, errh);
	args_read(&a, "UPSTREAM", ARG_POS | ARG_MAND, &dns_upstreams_type,
	    &upstreams);
	args_ip4(&a, "SRC", ARG_POS | ARG_MAND, &self->source);
	args_u16(&a, "PORT", 0, &port);
	args_read(&a, "TIMEOUT", 0, &arg_type_seconds_ms, &self->timeout_ms);
	args_u32(&a, "TRIES", 0, &self->tries);
	args_bool(&a, "MIX", 0, &self->mix);
	args_seconds(&a, "MIN_TTL", 0, &self->ttls.min);
	args_seconds(&a, "MAX_TTL", 0, &self->ttls.max);
	args_seconds(&a, "NEGATIVE_TTL", 0, &self->ttls.negative);
	args_u64(&a, "MEMORY", 0, &self->cache.max);
	args_u32(&a, "INFLIGHT", 0, &self->inflight_max);
	args_u32(&a, "CONNECTIONS", 0, &self->pass.max);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	memcpy(self->upstream, upstreams.addr, sizeof(self->upstream));
	self->nupstreams = upstreams.n;
	self->port = __builtin_bswap16(port);
	self->pass.source = self->source;
	if (self->tries == 0 || self->tries > TRIES_MAX)
		return errh_error(
		    errh, "TRIES must be between 1 and %d", TRIES_MAX);
	if (self->timeout_ms == 0 || self->timeout_ms > 60000)
		return errh_error(errh, "TIMEOUT must be up to 60 s");
	if (self->ttls.min > self->ttls.max)
		return errh_error(errh, "MIN_TTL is above MAX_TTL");
	if (self->inflight_max == 0 || self->inflight_max > 1 << 20)
		return errh_error(
		    errh, "INFLIGHT must be between 1 and %d", 1 << 20);
	return 0;
}

static void
dns_proxy_fire(struct element *e, struct timer *timer, struct thread *t)
{
	(void)timer;
	dns_pending_tick(element_state(e), t);
}

static int
dns_proxy_initialize(struct element *e, struct errh *errh)
{
	struct dns_proxy *self = element_state(e);

	(void)errh;
	dns_cache_init(&self->cache);
	dns_pass_init(&self->pass);
	dns_pending_init(self);
	timer_init(&self->timer, e, dns_proxy_fire);
	return 0;
}

static void
dns_proxy_take_state(struct element *e, struct element *old, struct errh *errh)
{
	struct dns_proxy *self = element_state(e), *from = element_state(old);

	(void)errh;
	if (self->nupstreams != from->nupstreams ||
	    memcmp(self->upstream, from->upstream, sizeof(self->upstream)) !=
	        0 ||
	    self->source != from->source || self->port != from->port)
		return;
	self->current = from->current;
	memcpy(self->count, from->count, sizeof(self->count));
	dns_cache_take(&self->cache, &from->cache);
	dns_pass_take(&self->pass, &from->pass);
	dns_pending_take(self, from);
}

static void
dns_proxy_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct dns_proxy *self = element_state(e);

	if (stage < CLEANUP_INITIALIZE_FAILED)
		return;
	timer_fini(&self->timer);
	dns_pending_fini(self);
	dns_pass_fini(&self->pass);
	dns_cache_fini(&self->cache);
}

/* ---- answers to clients ---- */

static void
dns_proxy_send(struct dns_proxy *self, struct thread *t,
    const struct dns_client *c, const uint8_t *message, uint32_t n)
{
	struct dns_ends reply = dns_ends_reply(c->ends);
	struct packet *q = dns_packet_udp(t, &reply, message, n, self->ip_id++);

	self->count[PROXY_TRUNCATED] += (get_be16(message + 2) & DNS_TC) != 0;
	if (q != NULL)
		output_push_one(self->e, 0, t, q);
}

void
dns_proxy_reply(struct dns_proxy *self, struct thread *t,
    const struct dns_client *c, const uint8_t *message, uint32_t n)
{
	uint8_t out[DNS_UDP_EDNS];

	dns_proxy_send(self, t, c, out,
	    dns_reply_write(
	        message, n, &c->h, &c->q, &c->e, out, dns_udp_limit(&c->e)));
}

void
dns_proxy_refuse(struct dns_proxy *self, struct thread *t,
    const struct dns_client *c, uint16_t flags, int rcode)
{
	uint8_t out[DNS_UDP_PLAIN];

	dns_proxy_send(self, t, c, out,
	    dns_write_empty(
	        out, sizeof(out), &c->h, &c->q, &c->e, flags | DNS_RA, rcode));
}

/* ---- packets ---- */

static void
dns_proxy_query(
    struct dns_proxy *self, struct thread *t, const struct dns_packet *pk)
{
	struct dns_client c = { .ends = pk->ends };
	const struct dns_cached *r;
	struct dns_ask ask;
	int rcode = dns_read_query(pk->data, pk->n, &c.h, &c.q, &c.e);

	if (rcode < 0) {
		self->count[PROXY_IGNORED]++;
		return;
	}
	self->count[PROXY_QUERIES]++;
	if (rcode != DNS_NOERROR) {
		self->count[PROXY_FAILURES]++;
		dns_proxy_refuse(self, t, &c, 0, rcode);
		return;
	}
	ask = dns_ask_of(&c.q, dns_ask_options(&c.h, &c.e));
	r = dns_cache_find(&self->cache, &ask, dns_proxy_now_ms(t) / 1000);
	if (r != NULL) {
		self->count[PROXY_HITS]++;
		dns_proxy_reply(self, t, &c, dns_cached_message(r), r->n);
	} else if (!dns_pending_ask(self, t, &c)) {
		self->count[PROXY_OVERLOAD]++;
		dns_proxy_refuse(self, t, &c, 0, DNS_SERVFAIL);
	}
}

/* TCP goes through; true: *p is on its way, or gone. */
static bool
dns_proxy_pass(struct dns_proxy *self, struct thread *t, unsigned int port,
    struct packet *p, const struct dns_packet *pk)
{
	bool known =
	    port == FROM_CLIENT
	        ? dns_pass_client(&self->pass, t, &p, pk,
	              self->upstream[self->current], dns_proxy_random(self))
	        : dns_pass_server(&self->pass, t, &p, pk);

	if (known && p != NULL)
		output_push_one(self->e, !port, t, p);
	return known;
}

/* Packets one by one. */
static void
dns_proxy_each(struct dns_proxy *self, unsigned int port, struct batch *b)
{
	struct thread *t = b->thread;

	for (uint32_t i = 0; i < b->count; i++) {
		struct packet *p = b->packet[i];
		struct dns_packet pk;
		bool ours = dns_packet_read(p, &pk) &&
		            (port == FROM_CLIENT ? pk.ends.dport
		                                 : pk.ends.sport) == self->port;

		if (ours && pk.proto == IPPROTO4_TCP &&
		    dns_proxy_pass(self, t, port, p, &pk))
			continue;
		if (!ours || pk.proto == IPPROTO4_TCP)
			self->count[PROXY_IGNORED]++;
		else if (port == FROM_CLIENT)
			dns_proxy_query(self, t, &pk);
		else
			dns_pending_answer(self, t, &pk);
		packet_kill(t, p);
	}
}

/* Of clients: answers from memory go out together, in their queries' buffers.
 */
static void
dns_proxy_clients(struct dns_proxy *self, struct batch *b)
{
	struct thread *t = b->thread;
	struct scratch_mark m = scratch_mark(t);
	struct batch *rest = batch_new(t, DNS_HIT_GROUP);
	uint32_t hits = 0, n;

	for (uint32_t from = 0; from < b->count; from += n) {
		uint32_t found;

		n = b->count - from;
		if (n > DNS_HIT_GROUP)
			n = DNS_HIT_GROUP;
		batch_reset(rest);
		found = dns_hits(self, t, b->packet + from, n, rest);
		memmove(b->packet + hits, b->packet + from,
		    found * sizeof(*b->packet));
		hits += found;
		dns_proxy_each(self, FROM_CLIENT, rest);
	}
	scratch_release(t, m);
	b->count = hits;
	if (hits > 0)
		output_push_checked(self->e, 0, b);
}

static void
dns_proxy_push(struct element *e, unsigned int port, struct batch *b)
{
	struct dns_proxy *self = element_state(e);

	if (port == FROM_CLIENT)
		dns_proxy_clients(self, b);
	else
		dns_proxy_each(self, port, b);
}

/* ---- handlers ---- */

enum { H_STATS, H_MEMORY };

static int
dns_proxy_read(struct element *e, uintptr_t user, struct handler_call *call)
{
	static const char *const names[PROXY_COUNTS] = { "queries", "hits",
		"coalesced", "sent", "answers", "unexpected", "timeouts",
		"failures", "truncated", "overload", "ignored" };
	struct dns_proxy *self = element_state(e);

	if (user == H_MEMORY) {
		sb_u64(call->out, dns_cache_memory(&self->cache));
		return 0;
	}
	for (int i = 0; i < PROXY_COUNTS; i++)
		sb_printf(call->out, "%s %llu\n", names[i],
		    (unsigned long long)self->count[i]);
	sb_printf(call->out, "evicted %llu\ntcp_opened %llu\n",
	    (unsigned long long)self->cache.evicted,
	    (unsigned long long)self->pass.opened);
	return 0;
}

static int
dns_proxy_flush(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct dns_proxy *self = element_state(e);

	(void)user;
	(void)call;
	dns_cache_flush(&self->cache);
	return 0;
}

static void
dns_proxy_add_handlers(struct element *e)
{
	struct dns_proxy *self = element_state(e);

	handler_add_read(e, "stats", dns_proxy_read, H_STATS, 0);
	handler_add_read(e, "memory", dns_proxy_read, H_MEMORY, 0);
	handler_add_data(
	    e, "entries", HANDLER_READ, DATA_U32, &self->cache.table.count);
	handler_add_data(
	    e, "inflight", HANDLER_READ, DATA_U32, &self->inflight.count);
	handler_add_data(
	    e, "connections", HANDLER_READ, DATA_U32, &self->pass.table.count);
	handler_add_write(e, "flush", dns_proxy_flush, 0, HANDLER_BUTTON);
}

const struct element_class element_dns_proxy = {
	.name = "DNSProxy",
	.ports = "2/2",
	.processing = "h/h",
	.state_size = sizeof(struct dns_proxy),
	.configure = dns_proxy_configure,
	.initialize = dns_proxy_initialize,
	.cleanup = dns_proxy_cleanup,
	.take_state = dns_proxy_take_state,
	.add_handlers = dns_proxy_add_handlers,
	.push = dns_proxy_push,
};
