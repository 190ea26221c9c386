/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * dns_proxy.h -- the parts of the DNSProxy element; see dns_proxy.c for what
 * it does.
 *
 *	dns_proxy.c    arguments, handlers, the way of a packet
 *	dns_hit.c      queries that are answered from memory, a batch at a time
 *	dns_pending.c  questions on their way: who waits, which server, when
 *	               to ask again
 */
#ifndef ELEMENTS_DNS_DNS_PROXY_H
#define ELEMENTS_DNS_DNS_PROXY_H

#include "elements/dns/dns_cache.h"
#include "elements/dns/dns_packet.h"
#include "elements/dns/dns_pass.h"
#include "elements/dns/dns_reply.h"

enum {
	DNS_UPSTREAMS = 8,
	DNS_WAITERS = 64, /* clients of one question */
	DNS_RANDOM = 256, /* bytes fetched at once */
};

/* A client that waits for an answer. */
struct dns_client {
	struct dns_ends ends; /* of its query */
	struct dns_header h;
	struct dns_question q; /* as it wrote it */
	struct dns_edns e;
};

struct dns_waiter {
	struct dns_waiter *next;
	struct dns_client client;
};

/* key[0]: the question; key[1]: the answer we expect. */
struct dns_pending {
	struct flow_key key[2];
	uint32_t sooner, later; /* records by deadline, 0: none */
	uint32_t deadline_ms;
	uint16_t id, port; /* of the last query sent; port in network order */
	uint8_t tries, upstream, nwaiters;
	bool plain;            /* the server knows no EDNS */
	int8_t rcode;          /* of the last server that failed, or SERVFAIL */
	uint8_t options;       /* DNS_ASK_DO, DNS_ASK_CD */
	struct dns_question q; /* the name as we wrote it */
	struct dns_waiter *waiters;
};

enum dns_proxy_count {
	PROXY_QUERIES,    /* of clients */
	PROXY_HITS,       /* answered from memory */
	PROXY_COALESCED,  /* asked already */
	PROXY_SENT,       /* queries to servers */
	PROXY_ANSWERS,    /* of servers, that were expected */
	PROXY_UNEXPECTED, /* that were not: spoofed, late or malformed */
	PROXY_TIMEOUTS,
	PROXY_FAILURES,  /* answered by SERVFAIL and the like */
	PROXY_TRUNCATED, /* answered by TC */
	PROXY_OVERLOAD,  /* refused: too many questions or clients */
	PROXY_IGNORED,   /* packets that are no DNS */
	PROXY_COUNTS,
};

struct dns_proxy {
	struct element *e;
	uint32_t upstream[DNS_UPSTREAMS]; /* network order */
	uint32_t nupstreams, current;     /* the last that answered */
	uint32_t source;
	uint16_t port; /* network order */
	bool mix; /* letters' case at random, and held against the answer */
	uint32_t timeout_ms, tries, inflight_max;
	struct dns_ttls ttls;
	struct dns_cache cache;
	struct dns_pass pass;

	struct flowtable inflight;
	uint64_t seed;
	uint32_t soonest, latest; /* records by deadline */
	struct timer timer;

	uint8_t random[DNS_RANDOM];
	uint32_t nrandom; /* bytes of it not used yet */
	uint16_t ip_id;
	uint64_t count[PROXY_COUNTS];
};

static inline uint32_t
dns_proxy_now_ms(struct thread *t)
{
	return (uint32_t)(thread_recent_ns(t) / 1000000);
}

/* Two bytes that nobody can guess. */
uint16_t dns_proxy_random(struct dns_proxy *self);

/* ---- dns_pending.c ---- */

void dns_pending_init(struct dns_proxy *self);
void dns_pending_fini(struct dns_proxy *self);
/* A hot swap: self, which has none, gets from's. */
void dns_pending_take(struct dns_proxy *self, struct dns_proxy *from);
/*
 * Asks a server, or joins those who wait for the same.  False: there are too
 * many.
 */
bool dns_pending_ask(
    struct dns_proxy *self, struct thread *t, const struct dns_client *c);
/* A packet that may be a server's answer. */
void dns_pending_answer(
    struct dns_proxy *self, struct thread *t, const struct dns_packet *pk);
/* Asks again, or gives up, where time is over. */
void dns_pending_tick(struct dns_proxy *self, struct thread *t);

/* ---- dns_hit.c ---- */

enum { DNS_HIT_GROUP = 32 };

/*
 * n clients' packets, at most DNS_HIT_GROUP: answers those that it can in their
 * own buffers, where they stay at p[0..], and puts the others into rest.
 * Returns how many it has answered.  Pushes nothing.
 */
uint32_t dns_hits(struct dns_proxy *self, struct thread *t, struct packet **p,
    uint32_t n, struct batch *rest);

/* ---- dns_proxy.c ---- */

/* Answers a client with a server's message. */
void dns_proxy_reply(struct dns_proxy *self, struct thread *t,
    const struct dns_client *c, const uint8_t *message, uint32_t n);
/* With nothing but flags and an rcode. */
void dns_proxy_refuse(struct dns_proxy *self, struct thread *t,
    const struct dns_client *c, uint16_t flags, int rcode);

#endif
