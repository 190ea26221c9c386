/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * StoreUDPTimeSeqRecord(OFFSET [, DELTA bool]) -- writes sequence numbers and
 * times into UDP packets, to measure how long they take.
 *
 *   in 0      packets with IPv4 or IPv6 at OFFSET, UDP behind it and at least
 *             20 bytes in that; others are killed
 *   out 0     the same, the record set and the UDP checksum repaired
 *
 *   OFFSET    where the IP header begins, e.g. 14 behind Ethernet's
 *   DELTA     false (default): set number and time; true: set the difference
 *
 *   count     read: packets written
 *   reset     write: numbers begin with 1 again
 *
 * The record, all in network order: sequence number, seconds and nanoseconds
 * when it was set, seconds and nanoseconds that have passed since.
 *
 *	RatedSource(LENGTH 22) -> UDPIPEncap(1.0.0.1, 7, 2.0.0.2, 7)
 *	    -> StoreUDPTimeSeqRecord(0) -> ...
 *	... -> StoreUDPTimeSeqRecord(0, DELTA true) -> ToDump(a.pcap, ENCAP IP);
 */
#include "base/bytes.h"
#include "base/csum.h"
#include "base/proto.h"
#include "base/stamp.h"
#include "click/element.h"

struct time_seq {
	uint8_t seq[4], sec[4], nsec[4], delta_sec[4], delta_nsec[4];
};
_Static_assert(sizeof(struct time_seq) == 20, "the record");

struct store_udp_time_seq_record {
	uint32_t offset;
	bool delta;
	uint64_t count;
};

static int
time_seq_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct store_udp_time_seq_record *s = element_state(e);
	struct args a;

	args_init(&a, conf, e, errh);
	args_u32(&a, "OFFSET", ARG_POS | ARG_MAND, &s->offset);
	args_bool(&a, "DELTA", 0, &s->delta);
	return args_complete(&a);
}

/* Where UDP begins, 0: nowhere. */
static uint32_t
time_seq_find(const struct packet *p, uint32_t offset)
{
	const uint8_t *h = p->data + offset;
	uint32_t hlen;

	if (p->length < offset || p->length - offset < sizeof(struct ip4))
		return 0;
	if (h[0] >> 4 == 4) {
		hlen = (h[0] & 15u) * 4;
		if (h[9] != IPPROTO4_UDP || hlen < sizeof(struct ip4))
			return 0;
	} else {
		hlen = sizeof(struct ip6);
		if (h[0] >> 4 != 6 || h[6] != IPPROTO4_UDP)
			return 0;
	}
	if (p->length - offset <
	    hlen + sizeof(struct udp) + sizeof(struct time_seq))
		return 0;
	return offset + hlen;
}

static void
time_seq_set(
    struct store_udp_time_seq_record *s, struct time_seq *r, int64_t now)
{
	int64_t ns;

	if (!s->delta) {
		put_be32(r->seq, (uint32_t)s->count);
		put_be32(r->sec, (uint32_t)(now / NS_PER_SEC));
		put_be32(r->nsec, (uint32_t)(now % NS_PER_SEC));
		memset(r->delta_sec, 0, 8);
		return;
	}
	ns = now - (int64_t)get_be32(r->sec) * NS_PER_SEC -
	     (int64_t)get_be32(r->nsec);
	/* Rounded down, so that the nanoseconds are not negative. */
	put_be32(
	    r->delta_sec, (uint32_t)(ns / NS_PER_SEC - (ns % NS_PER_SEC < 0)));
	put_be32(r->delta_nsec,
	    (uint32_t)((ns % NS_PER_SEC + NS_PER_SEC) % NS_PER_SEC));
}

static inline struct packet *
time_seq_one(struct element *e, struct thread *t, struct packet *p)
{
	struct store_udp_time_seq_record *s = element_state(e);
	uint32_t at = time_seq_find(p, s->offset);
	struct time_seq *r;
	struct udp *udp;
	uint64_t sum;

	if (at == 0) {
		packet_kill(t, p);
		return NULL;
	}
	if (packet_uniqueify(t, &p) == NULL)
		return NULL;
	udp = (struct udp *)(void *)(p->data + at);
	r = (struct time_seq *)(void *)(udp + 1);
	/* RFC 1624: what was there goes, what is there comes. */
	sum = (uint16_t)~get_u16(udp->sum) +
	      (uint64_t)(uint16_t)~csum_fold(csum_add(0, r, sizeof(*r)));
	s->count++;
	time_seq_set(s, r, thread_wall_ns(t));
	sum = csum_add(sum, r, sizeof(*r));
	/* 0 says that there is none (RFC 768). */
	if (get_u16(udp->sum) != 0) {
		uint16_t x = (uint16_t)~csum_fold(sum);

		put_u16(udp->sum, x == 0 ? 0xffff : x);
	}
	return p;
}

static void
time_seq_action(struct element *e, struct batch *b)
{
	batch_each(e, b, time_seq_one);
}

static int
time_seq_reset(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct store_udp_time_seq_record *s = element_state(e);

	(void)user;
	(void)call;
	s->count = 0;
	return 0;
}

static void
time_seq_add_handlers(struct element *e)
{
	struct store_udp_time_seq_record *s = element_state(e);

	handler_add_data(e, "count", HANDLER_READ, DATA_U64, &s->count);
	handler_add_write(e, "reset", time_seq_reset, 0, HANDLER_BUTTON);
}

const struct element_class element_store_udp_time_seq_record = {
	.name = "StoreUDPTimeSeqRecord",
	.ports = "1/1",
	.state_size = sizeof(struct store_udp_time_seq_record),
	.configure = time_seq_configure,
	.add_handlers = time_seq_add_handlers,
	.action = time_seq_action,
};
