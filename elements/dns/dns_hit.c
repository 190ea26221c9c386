/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * dns_hit.c -- queries that a DNSProxy answers from memory; see dns_proxy.h.
 *
 * A batch is searched in passes, so that what is fetched for one packet comes
 * while the others are looked at.  An answer is written over its query, whose
 * header, question and buffer it shares.  Whatever is not as queries usually
 * are (a name with pointers, a buffer that somebody else holds, an answer that
 * is too long) goes the way of all others, where the same comes out.
 */
#include "elements/dns/dns_proxy.h"

struct dns_hit {
	struct dns_packet pk;
	struct dns_view v;
	struct flow_probe probe; /* key.kind 0: not for us */
};

static inline struct dns_ask
hit_ask(const struct dns_hit *h)
{
	return (struct dns_ask){ h->pk.data + DNS_HEADER, (uint8_t)h->v.name_n,
		dns_ask_options(&h->v.h, &h->v.e), h->v.type, h->v.class };
}

static void
hit_read(
    const struct dns_proxy *self, const struct packet *p, struct dns_hit *h)
{
	struct dns_ask ask;

	h->probe.key.kind = 0;
	if (!dns_packet_read(p, &h->pk) || h->pk.proto != IPPROTO4_UDP ||
	    h->pk.ends.dport != self->port ||
	    !dns_view_query(h->pk.data, h->pk.n, &h->v))
		return;
	ask = hit_ask(h);
	dns_cache_probe(&self->cache, &ask, &h->probe);
}

/* Fetches the name and the message of what it is likely to be. */
static void
hit_fetch(const struct dns_proxy *self, const struct dns_hit *h)
{
	const struct dns_cached *r;

	if (h->probe.key.kind == 0 || h->probe.likely == 0)
		return;
	r = flowtable_record(
	    &self->cache.table, flow_ref_record(h->probe.likely));
	prefetch_read(r->data);
	prefetch_read(r->data + CACHE_LINE);
}

/* Whether p is its answer now. */
static bool
hit_answer(struct dns_proxy *self, struct packet *p, const struct dns_hit *h,
    uint32_t now_s)
{
	const struct dns_cached *r;
	struct dns_ask ask;
	uint64_t sum;
	uint32_t n;

	if (h->probe.key.kind == 0)
		return false;
	ask = hit_ask(h);
	r = dns_cache_probe_find(&self->cache, &h->probe, &ask, now_s);
	if (r == NULL)
		return false;
	n = dns_reply_size(r->n, &h->v.e);
	if (n > dns_udp_limit(&h->v.e) || !dns_packet_fits(p, n))
		return false;
	sum = dns_reply_write_over(dns_cached_message(r), r->n, r->sum, &h->v,
	    packet_transport(p) + sizeof(struct udp));
	dns_packet_turn(p, &h->pk.ends, n, sum, self->ip_id++);
	return true;
}

uint32_t
dns_hits(struct dns_proxy *self, struct thread *t, struct packet **p,
    uint32_t n, struct batch *rest)
{
	struct scratch_mark m = scratch_mark(t);
	struct dns_hit *h = scratch_alloc(t, n * sizeof(*h));
	uint32_t now_s = dns_proxy_now_ms(t) / 1000, hits = 0;

	for (uint32_t i = 0; i < n; i++) {
		if (i + 4 < n)
			prefetch_read(p[i + 4]->data);
		hit_read(self, p[i], &h[i]);
	}
	for (uint32_t i = 0; i < n; i++)
		if (h[i].probe.key.kind != 0)
			dns_cache_probe_record(&self->cache, &h[i].probe);
	for (uint32_t i = 0; i < n; i++)
		hit_fetch(self, &h[i]);
	for (uint32_t i = 0; i < n; i++) {
		if (hit_answer(self, p[i], &h[i], now_s))
			p[hits++] = p[i];
		else
			batch_add(rest, p[i]);
	}
	self->count[PROXY_QUERIES] += hits;
	self->count[PROXY_HITS] += hits;
	scratch_release(t, m);
	return hits;
}
