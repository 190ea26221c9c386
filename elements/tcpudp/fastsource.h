/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fastsource.h -- what FastUDPSource, FastUDPSourceIP6, FastUDPFlows and
 * FastTCPFlows share: sources that give copies of prepared frames, when they
 * are pulled, at a rate.
 */
#ifndef ELEMENTS_TCPUDP_FASTSOURCE_H
#define ELEMENTS_TCPUDP_FASTSOURCE_H

#include "click/element.h"
#include "elements/ip/l4sum.h"
#include "elements/standard/gap_rate.h"

/* Shortest frame, in bytes. */
enum { FAST_SOURCE_MIN = 60 };
static const uint32_t FAST_SOURCE_NO_LIMIT = UINT32_MAX;

/* The first member of the element's state. */
struct fast_source {
	/*
	 * The next packet, or NULL when there is none; called only below the
	 * limit unless past_limit.  Each successful call is counted after it.
	 */
	struct packet *(*next)(struct element *e, struct thread *t);
	bool past_limit; /* goes on beyond the limit until next gives NULL */
	bool finished;   /* and has done so */
	bool rate_limited, active, checksum;
	struct gap_rate rate;
	uint32_t length;
	uint32_t limit, count;
	int64_t first_ms, last_ms; /* of the first and the limit's packet */
	uint8_t shost[6], dhost[6];
};

/*
 * Reads RATE, LIMIT, LENGTH and SRCETH; the other arguments are the class's.
 * Defaults are set first.
 */
struct fast_source_args {
	uint32_t rate;
	int32_t limit;
	uint32_t length;
};
void fast_source_read_args(
    struct fast_source *f, struct args *a, struct fast_source_args *x);
/* After all has been read well. */
void fast_source_set_args(
    struct element *e, const struct fast_source_args *x, struct errh *errh);
/* At least FAST_SOURCE_MIN, with a message. */
void fast_source_set_length(struct fast_source *f, uint32_t length);

void fast_source_reset(struct fast_source *f);
unsigned int fast_source_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max);
void fast_source_add_handlers(struct element *e);

/*
 * A frame of the source's length, all zero behind the Ethernet header; NULL:
 * no memory.
 */
struct packet *fast_source_frame(
    struct element *e, struct thread *t, uint16_t ethertype);
/* Writes an IPv4 header into such a frame. */
struct ip4 *fast_source_ip4(
    struct packet *p, uint8_t proto, uint32_t src, uint32_t dst);
/* Ports in network order, and the checksum if that is wanted. */
void fast_source_udp(
    struct packet *p, uint16_t sport, uint16_t dport, bool checksum);
/* A random port as flows have it, in network order. */
uint16_t fast_source_port(struct thread *t);

/*
 * A packet like frame for whoever pulls: short ones are copied, for the next
 * element will write to them.
 */
enum { FAST_SOURCE_COPY = 256 };
static inline struct packet *
fast_source_give(struct thread *t, struct packet *frame)
{
	struct packet *p;

	if (frame->length > FAST_SOURCE_COPY)
		return packet_clone(t, frame);
	p = packet_new(t, PACKET_HEADROOM, frame->data, frame->length, 0);
	if (p == NULL)
		return NULL;
	packet_copy_annotations(p, frame);
	packet_set_network(p, p->data + packet_network_offset(frame),
	    (uint32_t)(frame->transport - frame->network));
	return p;
}

#endif
