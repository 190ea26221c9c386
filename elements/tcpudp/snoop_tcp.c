/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SnoopTCP() -- repair losses of TCP on the last, wireless hop
 *
 *   in 0, out 0   TCP over IPv4 from servers to mobile hosts, IP header
 *                 position set
 *   in 1, out 1   the other way
 *   out 2         (push) segments sent again to mobile hosts
 *   out 3         (push) packets made for servers: none at present
 *   Packets that are not TCP go through.
 *
 *   connections   read: connections known
 *   cached        read: segments kept
 *   retransmitted read: segments sent again
 *   suppressed    read: duplicate acknowledgements killed
 *
 * The snoop protocol (Balakrishnan, Seshan, Katz: Improving reliable transport
 * and handoff performance in cellular wireless networks, 1995): segments to a
 * mobile host are kept until it acknowledges them.  When it asks again for
 * one that is kept, the segment is sent again from here, and the server, which
 * would think of congestion, does not hear of it.  The server's own
 * retransmissions, and what they evoke, pass.  There is no timer: a loss that
 * no duplicate acknowledgement tells of is the server's to repair.
 *
 * At most 4096 connections of 64 segments are kept, those in use last.
 *
 *	internet -> [0]s :: SnoopTCP; s[0] -> wireless; wireless -> [1]s;
 *	s[1] -> internet; s[2] -> wireless; s[3] -> Discard;
 */
#include <stdlib.h>

#include "elements/ip/flowtable.h"
#include "elements/ip/flowwheel.h"
#include "elements/ip/ip_header.h"

enum {
	SNOOP_CONNECTIONS = 4096,
	SNOOP_SEGMENTS = 64,
	SNOOP_REPEATS = 2,   /* times a segment is sent again at most */
	SNOOP_THRESHOLD = 2, /* duplicates before it is */
	SNOOP_IDLE_MS = 60000,
	FROM_SERVER = 0,
	FROM_MOBILE = 1,
	OUT_AGAIN = 2,
};

struct snoop_segment {
	struct packet *packet;
	uint32_t seq, length;
	uint8_t repeats;    /* times it was sent again from here */
	bool sender_repeat; /* the server itself has sent it again */
};

struct snoop_connection {
	struct flow_key key; /* from server to mobile host */
	struct flow_link link;
	uint32_t last_ms;
	uint32_t acked;  /* by the mobile host */
	uint32_t beyond; /* the server's highest sequence number, plus 1 */
	uint16_t window, duplicates, expected;
	uint16_t nsegments;
	bool has_acked, has_beyond;
	struct snoop_segment *segments; /* by sequence number; may be NULL */
};

struct snoop_tcp {
	struct flowtable table;
	struct flow_wheel wheel;
	uint64_t cached, retransmitted, suppressed;
};

static bool
snoop_seq_less(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

static struct snoop_connection *
snoop_tcp_connection(const struct snoop_tcp *self, uint32_t n)
{
	return flowtable_record(&self->table, n);
}

/* ---- segments ---- */

/* Forgets segments from..to (excluded). */
static void
snoop_tcp_drop(struct snoop_tcp *self, struct thread *t,
    struct snoop_connection *c, uint32_t from, uint32_t to)
{
	if (from == to)
		return;
	for (uint32_t i = from; i < to; i++)
		packet_kill(t, c->segments[i].packet);
	memmove(c->segments + from, c->segments + to,
	    (c->nsegments - to) * sizeof(*c->segments));
	c->nsegments -= (uint16_t)(to - from);
	self->cached -= to - from;
}

/* Room for a segment at position i, or NULL. */
static struct snoop_segment *
snoop_tcp_insert(struct snoop_tcp *self, struct snoop_connection *c, uint32_t i)
{
	if (c->segments == NULL)
		c->segments = calloc(SNOOP_SEGMENTS, sizeof(*c->segments));
	if (c->segments == NULL || c->nsegments == SNOOP_SEGMENTS)
		return NULL;
	memmove(c->segments + i + 1, c->segments + i,
	    (c->nsegments - i) * sizeof(*c->segments));
	c->nsegments++;
	self->cached++;
	return &c->segments[i];
}

/* A segment with length bytes of payload came from the server. */
static void
snoop_tcp_keep(struct snoop_tcp *self, struct thread *t,
    struct snoop_connection *c, struct packet *p, uint32_t seq, uint32_t length)
{
	bool repeat = c->has_beyond && snoop_seq_less(seq, c->beyond);
	struct packet *copy = NULL;
	uint32_t i = 0;

	if (c->has_acked && !snoop_seq_less(c->acked, seq + length))
		return;
	while (i < c->nsegments && snoop_seq_less(c->segments[i].seq, seq))
		i++;
	if (i < c->nsegments && c->segments[i].seq == seq)
		snoop_tcp_drop(self, t, c, i, i + 1);
	copy = packet_clone(t, p);
	if (copy != NULL) {
		struct snoop_segment *s = snoop_tcp_insert(self, c, i);

		if (s == NULL)
			packet_kill(t, copy);
		else
			*s = (struct snoop_segment){ copy, seq, length, 0,
				repeat };
	}
	if (!repeat) {
		c->beyond = seq + length;
		c->has_beyond = true;
	}
}

/* ---- acknowledgements ---- */

static void
snoop_tcp_again(struct element *e, struct thread *t, struct snoop_segment *s)
{
	struct snoop_tcp *self = element_state(e);
	struct packet *p = packet_clone(t, s->packet);

	if (p == NULL)
		return;
	s->repeats++;
	self->retransmitted++;
	output_push_one_checked(e, OUT_AGAIN, t, p);
}

/* A duplicate acknowledgement came; true: the server need not see it. */
static bool
snoop_tcp_duplicate(
    struct element *e, struct thread *t, struct snoop_connection *c)
{
	struct snoop_segment *s = c->segments;

	if (c->nsegments == 0 || s->seq != c->acked || s->sender_repeat)
		return false;
	c->duplicates++;
	if (c->duplicates < SNOOP_THRESHOLD)
		return true;
	if (c->duplicates == SNOOP_THRESHOLD) {
		/* As many more as segments have passed the lost one. */
		c->expected = c->nsegments;
		snoop_tcp_again(e, t, s);
		return true;
	}
	if (c->duplicates < c->expected)
		return true;
	if (s->repeats >= SNOOP_REPEATS)
		return false;
	snoop_tcp_again(e, t, s);
	return true;
}

/* True: p is to be killed. */
static bool
snoop_tcp_ack(struct element *e, struct thread *t, struct snoop_connection *c,
    const struct tcp *tcp, uint32_t length)
{
	struct snoop_tcp *self = element_state(e);
	uint32_t ack = get_be32(tcp->ack), n = 0;
	bool same = c->has_acked && ack == c->acked && length == 0 &&
	            get_be16(tcp->win) == c->window;

	c->window = get_be16(tcp->win);
	if (same)
		return snoop_tcp_duplicate(e, t, c);
	if (c->has_acked && !snoop_seq_less(c->acked, ack))
		return false;
	c->acked = ack;
	c->has_acked = true;
	c->duplicates = 0;
	while (n < c->nsegments &&
	       !snoop_seq_less(ack, c->segments[n].seq + c->segments[n].length))
		n++;
	snoop_tcp_drop(self, t, c, 0, n);
	return false;
}

/* ---- connections ---- */

static void
snoop_tcp_end(struct snoop_tcp *self, struct thread *t, uint32_t n)
{
	struct snoop_connection *c = snoop_tcp_connection(self, n);

	snoop_tcp_drop(self, t, c, 0, c->nsegments);
	free(c->segments);
	flow_wheel_remove(&self->wheel, n);
	flowtable_remove(&self->table, n, 0);
	flowtable_delete(&self->table, n);
}

static bool
snoop_tcp_look(void *arg, uint32_t n, uint32_t *expiry_ms)
{
	*expiry_ms = snoop_tcp_connection(arg, n)->last_ms + SNOOP_IDLE_MS;
	return true;
}

/* The number of a new connection, 0: no memory. */
static uint32_t
snoop_tcp_begin(struct snoop_tcp *self, struct thread *t,
    const struct flow_key *key, uint32_t now_ms)
{
	struct snoop_connection *c;
	uint32_t n;

	while (self->table.count >= SNOOP_CONNECTIONS) {
		n = flow_wheel_pick(&self->wheel, snoop_tcp_look, self);
		if (n != 0)
			snoop_tcp_end(self, t, n);
	}
	n = flowtable_new(&self->table);
	if (n == 0)
		return 0;
	c = snoop_tcp_connection(self, n);
	c->key = *key;
	if (flowtable_insert(&self->table, n, 0) != 0) {
		flowtable_delete(&self->table, n);
		return 0;
	}
	flow_wheel_add(&self->wheel, n, now_ms + SNOOP_IDLE_MS);
	return n;
}

/* True: p is to be killed. */
static bool
snoop_tcp_handle(struct element *e, struct thread *t, unsigned int from,
    struct packet *p, uint32_t now_ms)
{
	struct snoop_tcp *self = element_state(e);
	const struct ip4 *ip = ip_header_whole(p);
	const struct tcp *tcp;
	struct snoop_connection *c;
	struct flow_key key;
	uint32_t heads, length, n;

	if (ip == NULL || ip->proto != IPPROTO4_TCP ||
	    !ip_header_first_fragment(ip) ||
	    ip_header_transport_length(p) < sizeof(*tcp))
		return false;
	tcp = (const struct tcp *)(void *)packet_transport(p);
	heads = ip4_hlen(ip) + tcp_hlen(tcp);
	length = get_be16(ip->len) > heads ? get_be16(ip->len) - heads : 0;
	flow_key_set(&key, ip->src, tcp->sport, 1);
	if (from == FROM_MOBILE)
		key = (struct flow_key){ key.dst, key.src, key.dport, key.sport,
			1 };
	n = flow_ref_record(flowtable_find(&self->table, &key));
	if (n != 0 && (tcp->flags & (TCP_SYN | TCP_RST)) != 0) {
		snoop_tcp_end(self, t, n);
		return false;
	}
	if (n == 0 && from == FROM_SERVER && length > 0)
		n = snoop_tcp_begin(self, t, &key, now_ms);
	if (n == 0)
		return false;
	c = snoop_tcp_connection(self, n);
	c->last_ms = now_ms;
	if (from == FROM_SERVER) {
		if (length > 0)
			snoop_tcp_keep(
			    self, t, c, p, get_be32(tcp->seq), length);
		return false;
	}
	return (tcp->flags & (TCP_ACK | TCP_FIN)) == TCP_ACK &&
	       snoop_tcp_ack(e, t, c, tcp, length);
}

/* Connections long idle end, a few at a time. */
static void
snoop_tcp_reap(struct snoop_tcp *self, struct thread *t, uint32_t now_ms)
{
	uint32_t n;

	for (int budget = 4;
	     budget > 0 && (n = flow_wheel_due(&self->wheel, now_ms)) != 0;
	     budget--) {
		uint32_t end_ms =
		    snoop_tcp_connection(self, n)->last_ms + SNOOP_IDLE_MS;

		if ((int32_t)(end_ms - now_ms) > 0)
			flow_wheel_move(&self->wheel, n, end_ms);
		else
			snoop_tcp_end(self, t, n);
	}
}

/* Takes out of b, from packet number first on, what is to be killed. */
static void
snoop_tcp_filter(
    struct element *e, unsigned int port, struct batch *b, uint32_t first)
{
	struct snoop_tcp *self = element_state(e);
	struct thread *t = b->thread;
	uint32_t now_ms = (uint32_t)((uint64_t)thread_steady_ns(t) / 1000000);
	uint32_t kept = first;

	snoop_tcp_reap(self, t, now_ms);
	for (uint32_t i = first; i < b->count; i++) {
		struct packet *p = b->packet[i];

		if (snoop_tcp_handle(e, t, port, p, now_ms)) {
			self->suppressed++;
			packet_kill(t, p);
		} else {
			b->packet[kept++] = p;
		}
	}
	b->count = kept;
}

static void
snoop_tcp_push(struct element *e, unsigned int port, struct batch *b)
{
	snoop_tcp_filter(e, port, b, 0);
	if (b->count > 0)
		output_push_checked(e, port, b);
}

static unsigned int
snoop_tcp_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	uint32_t first = b->count;

	if (input_pull(e, port, b, max) == 0)
		return 0;
	snoop_tcp_filter(e, port, b, first);
	return b->count - first;
}

/* ---- life ---- */

static int
snoop_tcp_initialize(struct element *e, struct errh *errh)
{
	struct snoop_tcp *self = element_state(e);
	int64_t now_ns = thread_steady_ns(e->thread);

	(void)errh;
	flowtable_init(&self->table, sizeof(struct snoop_connection), 1);
	flow_wheel_init(&self->wheel, &self->table,
	    offsetof(struct snoop_connection, link), 0,
	    (uint32_t)((uint64_t)now_ns / 1000000));
	return 0;
}

static void
snoop_tcp_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct snoop_tcp *self = element_state(e);
	uint32_t n;

	(void)stage;
	while ((n = flowtable_next(&self->table, 1)) != 0)
		snoop_tcp_end(self, e->thread, n);
	flowtable_fini(&self->table);
}

static void
snoop_tcp_add_handlers(struct element *e)
{
	struct snoop_tcp *self = element_state(e);

	handler_add_data(
	    e, "connections", HANDLER_READ, DATA_U32, &self->table.count);
	handler_add_data(e, "cached", HANDLER_READ, DATA_U64, &self->cached);
	handler_add_data(
	    e, "retransmitted", HANDLER_READ, DATA_U64, &self->retransmitted);
	handler_add_data(
	    e, "suppressed", HANDLER_READ, DATA_U64, &self->suppressed);
}

const struct element_class element_snoop_tcp = {
	.name = "SnoopTCP",
	.ports = "2/4",
	.processing = "aa/aahh",
	.flow = "xyz/xy",
	.state_size = sizeof(struct snoop_tcp),
	.initialize = snoop_tcp_initialize,
	.cleanup = snoop_tcp_cleanup,
	.add_handlers = snoop_tcp_add_handlers,
	.push = snoop_tcp_push,
	.pull = snoop_tcp_pull,
};
