/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ip_reassembly.h -- a helper of the elements in ip/: IPv4 datagrams put
 * together from fragments (RFC 791, 3.2), whatever their order and overlap, in
 * bounded memory.
 *
 * A datagram in the making is one packet with the data in place, and a map of
 * the 8-byte blocks that have come; of bytes that come twice the later count.
 * Datagrams are found by a hash with a seed of its own and kept in order of
 * age, so that the oldest go first when memory is short.
 */
#ifndef ELEMENTS_IP_IP_REASSEMBLY_H
#define ELEMENTS_IP_IP_REASSEMBLY_H

#include "click/element.h"

struct ip_datagram;

struct ip_reassembly {
	struct ip_datagram **buckets;
	uint32_t nbuckets, count;
	struct ip_datagram *oldest, *youngest;
	uint64_t seed;
	uint32_t memory;      /* 40 bytes a datagram and its data */
	uint64_t allocated;   /* what they really take */
	uint32_t memory_high; /* beyond this the oldest go */
	int32_t mtu_anno;     /* annotation for the longest fragment, or -1 */
	int64_t reap_s;       /* look for what is too old then */
	uint64_t fragments, whole, failed, bad;
	/* Takes what will never be whole. */
	void (*give_up)(void *arg, struct thread *t, struct packet *p);
	void *arg;
};

/* Call once; memory_high, mtu_anno, give_up and arg are the caller's to set. */
void ip_reassembly_init(struct ip_reassembly *r);
/* Kills what is left; t may be NULL if nothing was ever added. */
void ip_reassembly_fini(struct ip_reassembly *r, struct thread *t);

/*
 * Takes a fragment, whose network header is whole.  Returns NULL while its
 * datagram is not; else the datagram, header and checksum set right, with the
 * annotations of its first fragment and the timestamp of the last to come.
 */
struct packet *ip_reassembly_add(
    struct ip_reassembly *r, struct thread *t, struct packet *p);

/* The counters and the datagrams in the making, for people. */
void ip_reassembly_print(const struct ip_reassembly *r, struct strbuf *sb);

#endif
