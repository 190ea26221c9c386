/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * cgnat.h -- inside CGNAT: subscribers with their blocks of ports, and mappings
 * (RFC 4787, 5382, 5508, 6888).  Not for other elements.
 *
 *	subscriber 10.0.0.7 -> external address 1.2.3.4, blocks 2048-2559, ...
 *	mapping    10.0.0.7:5000/udp <-> 1.2.3.4:2051/udp
 *
 * A mapping is one whatever the other end is (endpoint-independent, RFC 4787,
 * REQ-1), and is found by either of its two ends.  One thread at a time.
 */
#ifndef ELEMENTS_TCPUDP_CGNAT_H
#define ELEMENTS_TCPUDP_CGNAT_H

#include "base/addr.h"
#include "click/locked.h"
#include "elements/ip/flowtable.h"
#include "elements/ip/flowwheel.h"

enum {
	CG_BLOCKS = 8, /* of a subscriber, at most */
	CG_LOG = 256,  /* events that are remembered */
	CG_ADDRESSES = 1 << 16,
};

enum cg_flag {
	CG_ACK_OUT = 1, /* a TCP segment with ACK and without SYN went out */
	CG_ACK_IN = 2,
	CG_FIN_OUT = 4,
	CG_FIN_IN = 8,
	CG_RESET = 16,
	CG_STATIC = 32, /* made by a handler: stays */
};

/* Key 0: the inside end; key 1: the external one. */
struct cg_mapping {
	struct flow_key key[2];
	struct flow_link link;
	uint32_t last_ms;
	uint32_t subscriber;  /* its record */
	uint8_t proto, flags; /* enum cg_flag */
	uint8_t block;        /* number, in the subscriber's list */
	uint8_t pad;
};
_Static_assert(sizeof(struct cg_mapping) == 56, "bytes a mapping");

struct cg_subscriber {
	struct flow_key key;
	struct flow_link link;
	uint32_t last_ms;  /* since when it has no mapping */
	uint32_t external; /* number of its external address */
	uint32_t count;    /* mappings */
	uint16_t block[CG_BLOCKS];
	uint16_t used[CG_BLOCKS][3]; /* mappings by protocol */
	uint8_t nblocks;
	uint8_t pad[7];
};
_Static_assert(sizeof(struct cg_subscriber) % 8 == 0, "whole words");

enum cg_time { CG_UDP, CG_TCP, CG_TRANSITORY, CG_ICMP, CG_TIMES };

struct cg_event {
	int64_t wall_s;
	uint32_t inside, external; /* network order */
	uint16_t first, last;
	bool allocate;
};

struct cgnat {
	struct element *e;
	struct spinlock lock;
	struct outbox outbox;  /* lines of the log */
	struct thread *thread; /* that holds the lock */
	uint32_t now_ms;

	uint32_t external, nexternal; /* host order, how many */
	uint32_t inside, ninside;     /* deterministic: host order, 0: not */
	uint32_t low, block_size;     /* ports */
	uint32_t blocks;              /* of an external address */
	uint32_t max_blocks;          /* of a subscriber */
	uint32_t capacity;
	uint32_t time_ms[CG_TIMES];
	uint32_t hold_ms; /* blocks of a subscriber without mappings stay */

	struct flowtable mappings, subscribers;
	struct flow_wheel mapping_wheel, subscriber_wheel;
	uint8_t *taken; /* a bit for each block of each external address */
	uint64_t ntaken;
	struct cg_event *log;
	uint32_t nlog;
	uint64_t made, no_ports, no_block, full, unmapped, bad, hairpins;
};

/* ---- cgnat_conf.c ---- */

/* The element's; its state begins with struct cgnat. */
int cgnat_configure(
    struct element *e, const struct strs *conf, struct errh *errh);

/* ---- cgnat_blocks.c ---- */

bool cgnat_block_taken(
    const struct cgnat *g, uint32_t external, uint32_t block);
/* s has room for it, nobody has it. */
void cgnat_block_give(struct cgnat *g, struct cg_subscriber *s, uint32_t block);
/*
 * Another block of the same external address (RFC 4787, REQ-2: a subscriber is
 * paired with one); false: there is none, or it has enough.
 */
bool cgnat_block_more(struct cgnat *g, struct cg_subscriber *s);
/* The record of a subscriber, 0: there is no room for another. */
uint32_t cgnat_subscriber(struct cgnat *g, uint32_t addr);
/* The same of one who is there, 0: he is not. */
uint32_t cgnat_subscriber_known(const struct cgnat *g, uint32_t addr);
struct cg_subscriber *cgnat_subscriber_at(
    const struct cgnat *g, uint32_t record);
/*
 * A subscriber as it was elsewhere, with its blocks, none of which is told to
 * the log again.  False: he or one of his blocks is there already, cannot be,
 * or there is no memory.
 */
bool cgnat_subscriber_restore(
    struct cgnat *g, const struct cg_subscriber *from);
void cgnat_subscriber_end(struct cgnat *g, uint32_t record);
/* Deterministic: which inside address an external end belongs to; 0: none. */
uint32_t cgnat_who(const struct cgnat *g, uint32_t external, uint16_t port);
/* And the other way: the ports of an inside address, host order. */
bool cgnat_range(const struct cgnat *g, uint32_t addr, uint32_t *external,
    uint32_t *first, uint32_t *last);
void cgnat_event_print(const struct cg_event *v, struct strbuf *out);

/* ---- cgnat_map.c ---- */

int cgnat_init(struct cgnat *g);
void cgnat_fini(struct cgnat *g);
/* g, which is empty, takes over all of from if its ports are laid out alike. */
void cgnat_take(struct cgnat *g, struct cgnat *from);
/* Before other calls. */
void cgnat_enter(struct cgnat *g, struct thread *t);

/* Is addr (network order) one of the external ones? */
static inline bool
cgnat_is_external(const struct cgnat *g, uint32_t addr)
{
	return ip4_host(addr) - g->external < g->nexternal;
}

/*
 * The mapping of an inside end (address and port in network order, port is the
 * identifier for ICMP), made if make; NULL: none.
 */
struct cg_mapping *cgnat_out(
    struct cgnat *g, uint32_t addr, uint16_t port, uint8_t proto, bool make);
/* That of an external end, NULL: none. */
struct cg_mapping *cgnat_in(
    struct cgnat *g, uint32_t addr, uint16_t port, uint8_t proto);
/*
 * A lasting one; false: the external end is taken, or is not in a block that
 * the subscriber has or could have.
 */
bool cgnat_map_static(struct cgnat *g, uint32_t addr, uint16_t port,
    uint8_t proto, uint32_t external, uint16_t eport);
/*
 * A mapping as it was elsewhere, of a subscriber who is there.  False: one of
 * its ends is taken or cannot be, or there is no memory.
 */
bool cgnat_restore(struct cgnat *g, const struct cg_mapping *from);
void cgnat_unmap(struct cgnat *g, struct cg_mapping *m);
/* A packet of TCP with those flags; out: from inside. */
void cgnat_tcp(struct cgnat *g, struct cg_mapping *m, uint8_t flags, bool out);
/* Ends what has expired. */
void cgnat_reap(struct cgnat *g, unsigned int budget);
/* Ends all that is not lasting. */
void cgnat_clear(struct cgnat *g);

/* ---- cgnat_state.c ---- */

/* What goes along to another process. */
extern const struct state_class cgnat_state;

/* ---- cgnat_packet.c ---- */

enum { CG_OUTSIDE = 0, CG_INSIDE = 1, CG_OTHER = 2, CG_LOGS = 3 };

/* The output for a packet from inside, or outside; PACKET_GONE. */
int cgnat_from_inside(struct cgnat *g, struct packet **p);
int cgnat_from_outside(struct cgnat *g, struct packet **p);

#endif
