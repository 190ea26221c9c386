/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * rewriter.h -- what all rewriters (network address translators) share.
 *
 * A rewriter finds a packet's flow in its table and writes the flow's other
 * addresses and ports into the packet.  A packet of no known flow is treated
 * as the input specification of the port that it came in at says:
 *
 *	drop, discard            kill it
 *	pass|nochange [OUT]      send it on unchanged
 *	keep FOUT ROUT           a new flow that changes nothing
 *	pattern ... FOUT ROUT    a new flow after a pattern (rwpattern.h)
 *	ELEMENT                  whatever an IPMapper says
 *
 * Rewriters that share a capacity share one set of flows: one table, keys told
 * apart by kind, and one order of expiry.  Each rewriter class embeds struct
 * rewriter as the first member of its state and gives a struct rewriter_ops.
 *
 * Flows die when they have been idle for their timeout and the reaper comes
 * by (REAP_INTERVAL), or when the set is full and they are the next to expire;
 * until GUARANTEE after their last packet nothing but "clear" ends them, and
 * a full set refuses new flows.
 *
 * The set has a lock: rewriters run on several threads.
 */
#ifndef ELEMENTS_IP_REWRITER_H
#define ELEMENTS_IP_REWRITER_H

#include "base/bytes.h"
#include "base/csum.h"
#include "click/anno.h"
#include "click/element.h"
#include "click/state.h"
#include "elements/ip/flowtable.h"
#include "elements/ip/flowwheel.h"
#include "elements/ip/rwpattern.h"

/* How a flow's timeout is found. */
enum flow_track {
	TRACK_NONE, /* idle */
	TRACK_UDP,  /* busy: streaming; else idle */
	TRACK_TCP,  /* done: ended both ways; busy: data both ways; else idle */
	TRACKS,
};

/* tflags with TRACK_TCP; a bit for the forward flow, the next for the reply. */
enum { TCP_DONE = 1, TCP_DONE_BOTH = 3, TCP_DATA = 4, TCP_DATA_BOTH = 12 };
/* tflags with TRACK_UDP: 2 a packet up to 6, 1 if a reply was seen. */
enum { UDP_REPLY = 1, UDP_PACKET = 2, UDP_PACKETS = 6 };

struct rewriter_times {
	uint32_t idle_ms, busy_ms, done_ms;
	uint32_t guarantee_ms; /* 0: none */
};

/* Key 0 is that of the flow as it arrives, key 1 that of replies to it. */
struct rewriter_flow {
	struct flow_key key[2];
	struct flow_link link; /* link.user: its input, in flowset.inputs */
	uint32_t last_ms;      /* of its last packet */
	uint16_t ip_delta;     /* csum_update16(field, 0, ~delta) forwards */
	uint16_t l4_delta;     /* the same for the transport checksum */
	uint16_t out[2];       /* outputs, forwards and for replies */
	uint8_t proto;         /* of the packet that made it, 0: any */
	uint8_t track;         /* enum flow_track */
	uint8_t tflags;
	uint8_t reply_anno;
	uint32_t seq; /* sequence number changes (rwtcp.h), 0: none */
};
_Static_assert(sizeof(struct rewriter_flow) == CACHE_LINE, "one line");

enum rewriter_kind {
	INPUT_DROP,
	INPUT_NOCHANGE,
	INPUT_KEEP,
	INPUT_PATTERN,
	INPUT_MAPPER,
};

struct ip_mapper;
struct rewriter;
struct rwtcp_seq;

struct rewriter_input {
	enum rewriter_kind kind;
	uint16_t number; /* the port */
	uint16_t slot;   /* in flowset.inputs */
	struct rewriter *owner;
	int32_t out[2];
	uint32_t count;    /* flows */
	uint32_t failures; /* new flows refused */
	struct rw_pattern *pattern;
	struct ip_mapper *mapper;
};

/* Best effort and guaranteed flows expire apart. */
enum flowset_wheel { WHEEL_EFFORT, WHEEL_GUARANTEE, WHEELS };

struct flowset {
	struct flowtable table;
	struct flow_wheel wheels[WHEELS];
	struct spinlock lock;
	int32_t capacity; /* flows; full beyond it */
	uint32_t users;
	uint32_t nkinds;                     /* kinds of keys given out */
	VEC(struct rewriter_input *) inputs; /* NULL: its slot is free */
	VEC(struct rwtcp_seq *) seqs;        /* likewise */
	uint32_t seqs_full;                  /* those below are all in use */
};

/* Results of making a flow; an output otherwise. */
enum { REWRITE_DROP = -1, REWRITE_ADD = -2 };

struct rewriter_ops {
	/*
	 * The key (kind included) of flow id as packets of protocol proto
	 * have it; reply: as packets that answer such a flow.  False: this
	 * rewriter has no such flows.
	 */
	bool (*key)(const struct rewriter *rw, uint8_t proto,
	    const struct flow_key *id, bool reply, struct flow_key *key);
	/* Another key that such a packet may be known by.  NULL: none. */
	bool (*key2)(const struct rewriter *rw, const struct flow_key *id,
	    struct flow_key *key);
	/* Whether a packet of that key may begin a flow.  NULL: always. */
	bool (*may_start)(
	    const struct rewriter *rw, const struct flow_key *key);
	/* The key of replies to packets that were rewritten to key to. */
	void (*reply)(const struct flow_key *to, struct flow_key *reply);
	/*
	 * Whether a flow may become to, which it may still correct.  NULL:
	 * always.
	 */
	bool (*accept)(const struct flow_key *from, struct flow_key *to);
	/* Fills in proto, track and the like.  NULL: nothing to do. */
	void (*start)(struct rewriter *rw, struct rewriter_flow *f);
	/* Prints "(...) => (...)" for direction. */
	void (*unparse)(const struct flowset *set,
	    const struct rewriter_flow *f, unsigned int direction,
	    struct strbuf *out);
};

struct rewriter {
	struct element *e;
	const struct rewriter_ops *ops;
	struct flowset *set;
	uint32_t kind; /* kinds kind..kind+REWRITER_KINDS-1 are its own */
	struct rewriter_times times[TRACKS];
	struct rewriter_input *inputs; /* one an input port */
	uint32_t ninputs;
	bool dst_anno; /* set the destination address annotation */
	bool has_reply_anno;
	uint8_t reply_anno; /* offset */
	uint32_t reap_s;
	struct timer reaper;
};

/*
 * Kinds of keys a rewriter may have: two maps, or two directions.  Scratch
 * memory of a class, beyond what every element has.
 */
enum { REWRITER_KINDS = 2, REWRITER_SCRATCH = 4096 };

/* What "IPMapper" casts to. */
struct ip_mapper {
	struct element *e;
	/* Reports what user's input cannot do with this mapper. */
	void (*check)(
	    struct ip_mapper *m, struct rewriter *user, struct errh *errh);
	/*
	 * Makes *to of from for a new flow of in, sets in->out; REWRITE_ADD,
	 * REWRITE_DROP or an output to send the packet to.
	 */
	int (*map)(struct ip_mapper *m, struct rewriter_input *in,
	    struct thread *t, const struct flow_key *from, struct flow_key *to);
};

/* ---- life, for the classes ---- */

/*
 * The class's cast: answers to "IPRewriterBase" and to its own names, a list
 * that ends in NULL.
 */
void *rewriter_cast(struct element *e, const char *name,
    const struct rewriter_ops *ops, const char *const *names);
/*
 * Reads inputs and the arguments that all have.  times are to be set before,
 * from the class's own arguments; main is the track whose idle_ms and
 * guarantee_ms TIMEOUT and GUARANTEE set.
 */
int rewriter_configure(struct rewriter *rw, const struct strs *conf,
    enum flow_track main, struct errh *errh);
int rewriter_initialize(struct element *e, struct errh *errh);
void rewriter_cleanup(struct element *e, enum cleanup_stage stage);
/* For all of them: state of the class. */
extern const struct state_class rewriter_state;
/* All but the tables. */
void rewriter_add_handlers(struct element *e);
/* A read handler that prints the flows of one track (user), 0: of all. */
int rewriter_read_table(
    struct element *e, uintptr_t user, struct handler_call *call);
/*
 * Reads REPLY_ANNO and, if has_dst, DST_ANNO (else that is true); then, when
 * the arguments were good, notes them.
 */
void rewriter_args_annos(
    struct rewriter *rw, struct args *a, bool has_dst, struct arg_anno *anno);
void rewriter_set_annos(struct rewriter *rw, struct arg_anno anno);

/* ops->reply for flows of ports, ops->unparse: "(SA, SP, DA, DP) => (...)". */
void rewriter_reply_ports(const struct flow_key *to, struct flow_key *reply);
void rewriter_unparse_ports(const struct flowset *set,
    const struct rewriter_flow *f, unsigned int direction, struct strbuf *out);

/* Seconds as milliseconds, at most what timeouts can be. */
static inline uint32_t
rewriter_ms(uint32_t seconds)
{
	return seconds > 2147483 ? 2147483000 : seconds * 1000;
}

/* ---- flows ---- */

static inline struct rewriter_flow *
flowset_flow(const struct flowset *set, uint32_t record)
{
	return flowtable_record(&set->table, record);
}

/*
 * What input in makes of a packet of flow from: REWRITE_ADD with *to filled,
 * REWRITE_DROP, or an output.
 */
int rewriter_map(struct rewriter_input *in, struct thread *t,
    const struct flow_key *from, struct flow_key *to);
/* The same for one pattern with outputs of its own (mappers). */
int rewriter_map_pattern(struct rewriter_input *in, struct rw_pattern *p,
    const int32_t out[2], struct thread *t, const struct flow_key *from,
    struct flow_key *to);

/* A new flow of in: its reference, 0 when it was refused. */
uint32_t rewriter_add(struct rewriter_input *in, uint8_t proto,
    const struct flow_key *from, const struct flow_key *to, uint32_t now_ms);

/*
 * For other elements: the flow of id, as ops->key has it.  input >= 0: made if
 * it does not exist.  The caller holds the set's lock.  0: none.
 */
uint32_t rewriter_get(struct rewriter *rw, struct thread *t, uint8_t proto,
    const struct flow_key *id, bool reply, int input);

/* Its timeout as things stand. */
uint32_t rewriter_timeout(
    const struct flowset *set, const struct rewriter_flow *f);
/* Its timeout has become shorter. */
void rewriter_hasten(struct flowset *set, uint32_t record);

/* What flow f's packets in that direction become. */
static inline struct flow_key
rewriter_becomes(const struct rewriter_flow *f, unsigned int direction)
{
	const struct flow_key *k = &f->key[!direction];

	return (struct flow_key){ k->dst, k->src, k->dport, k->sport, k->kind };
}

static inline uint32_t
rewriter_now(struct thread *t)
{
	return (uint32_t)((uint64_t)thread_recent_ns(t) / 1000000);
}

/* ---- packets ---- */

static inline void
rewriter_csum(uint8_t field[static 2], unsigned int direction, uint16_t delta)
{
	if (delta != 0)
		put_u16(field, csum_update16(get_u16(field), 0,
		                   direction ? delta : (uint16_t)~delta));
}

/* A UDP checksum, where 0 means none and must not come to be (RFC 768). */
static inline void
rewriter_udp_csum(
    uint8_t field[static 2], unsigned int direction, uint16_t delta)
{
	if (get_u16(field) == 0)
		return;
	rewriter_csum(field, direction, delta);
	if (get_u16(field) == 0)
		put_u16(field, 0xffff);
}

/* Addresses, header checksum and annotations of p, which is private. */
static inline void
rewriter_apply_ip(const struct rewriter *rw, struct packet *p,
    const struct rewriter_flow *f, unsigned int direction)
{
	const struct flow_key *k = &f->key[!direction];
	struct ip4 *ip = packet_ip4(p);

	put_u32(ip->src, k->dst);
	put_u32(ip->dst, k->src);
	rewriter_csum(ip->sum, direction, f->ip_delta);
	if (rw->dst_anno)
		anno_set_u32(p, ANNO_DST_IP, k->src);
	if (unlikely(rw->has_reply_anno) && direction != 0)
		anno_set_u8(p, rw->reply_anno, f->reply_anno);
}

/* The transport header begins in p, and with it two ports. */
static inline bool
rewriter_has_ports(const struct packet *p)
{
	return (get_be16(packet_ip4(p)->off) & IP4_OFFMASK) == 0 &&
	       packet_transport_length(p) >= (int32_t)sizeof(struct udp);
}

static inline void
rewriter_key_ports(const struct packet *p, struct flow_key *key, uint32_t kind)
{
	flow_key_set(key, packet_ip4(p)->src, packet_transport(p), kind);
}

/* The change of a datagram's ports and checksum (UDP, and DCCP's alike). */
static inline void
rewriter_apply_udp(
    struct packet *p, const struct rewriter_flow *f, unsigned int direction)
{
	const struct flow_key *k = &f->key[!direction];
	struct udp *udp = (struct udp *)(void *)packet_transport(p);

	put_u16(udp->sport, k->dport);
	put_u16(udp->dport, k->sport);
	rewriter_udp_csum(udp->sum, direction, f->l4_delta);
}

/* A packet of a TRACK_UDP flow came by. */
static inline void
rewriter_track_udp(struct rewriter *rw, uint32_t record,
    struct rewriter_flow *f, unsigned int direction)
{
	uint8_t before = f->tflags;

	if (direction != 0)
		f->tflags |= UDP_REPLY;
	if (f->tflags < UDP_PACKETS)
		f->tflags += UDP_PACKET;
	/* Streaming from now on: its timeout may be shorter. */
	if (unlikely(before <= UDP_PACKETS && f->tflags > UDP_PACKETS))
		rewriter_hasten(rw->set, record);
}

/*
 * The key of p for rw: false if it cannot belong to a flow.  p has an IP
 * header of 20 bytes.
 */
typedef bool rewriter_key_fn(
    const struct rewriter *rw, const struct packet *p, struct flow_key *key);
/* The key to try when there is no flow for the first one; true if any. */
typedef bool rewriter_key2_fn(
    const struct rewriter *rw, const struct packet *p, struct flow_key *key);
/* Rewrites p, which is private, after flow number record. */
typedef void rewriter_apply_fn(struct rewriter *rw, struct packet *p,
    uint32_t record, struct rewriter_flow *f, unsigned int direction);

enum { REWRITER_GROUP = 64 };

/* What becomes of a packet that belongs to no flow and cannot make one. */
static inline int
rewriter_other(const struct rewriter_input *in)
{
	return in->kind == INPUT_NOCHANGE ? in->out[0] : PACKET_DROP;
}

/* The slow way: p's flow is not known (yet).  Its reference or 0 and *port. */
uint32_t rewriter_miss(struct rewriter_input *in, struct thread *t,
    struct packet *p, const struct flow_key *key, uint32_t now_ms, int *port);

/*
 * The body of every rewriter's push, compiled around its functions: groups of
 * packets, so that buckets and flows are fetched ahead.
 */
ALWAYS_INLINE void
rewriter_push(struct element *e, unsigned int port, struct batch *b,
    rewriter_key_fn *key, rewriter_key2_fn *key2, rewriter_apply_fn *apply)
{
	struct rewriter *rw = element_state(e);
	struct rewriter_input *in = &rw->inputs[port];
	struct flowset *set = rw->set;
	struct thread *t = b->thread;
	struct scratch_mark m = scratch_mark(t);
	int16_t *ports = scratch_alloc(t, b->count * sizeof(*ports));
	struct flow_probe *probes =
	    scratch_alloc(t, REWRITER_GROUP * sizeof(*probes));
	uint32_t now_ms = rewriter_now(t);
	int16_t differ = 0;

	thread_lock(t, &set->lock);
	for (uint32_t from = 0; from < b->count; from += REWRITER_GROUP) {
		struct packet **p = b->packet + from;
		uint32_t n = b->count - from;

		if (n > REWRITER_GROUP)
			n = REWRITER_GROUP;
		for (uint32_t i = 0; i < n; i++) {
			if (i + 4 < n)
				prefetch_write(p[i + 4]->data);
			probes[i].key.kind = 0;
			if (likely(packet_uniqueify(t, &p[i]) != NULL) &&
			    likely(p[i]->network >= 0 &&
			           packet_network_length(p[i]) >=
			               (int32_t)sizeof(struct ip4)) &&
			    likely(key(rw, p[i], &probes[i].key)))
				flowtable_probe(&set->table, &probes[i]);
			else
				probes[i].key.kind = 0;
		}
		for (uint32_t i = 0; i < n; i++)
			if (likely(probes[i].key.kind != 0))
				flowtable_probe_record(&set->table, &probes[i]);
		for (uint32_t i = 0; i < n; i++) {
			int out = PACKET_GONE;
			uint32_t ref = 0;

			if (unlikely(probes[i].key.kind == 0)) {
				if (p[i] != NULL)
					out = rewriter_other(in);
				ports[from + i] = (int16_t)out;
				differ |= (int16_t)(out ^ ports[0]);
				continue;
			}
			ref = flowtable_probe_find(&set->table, &probes[i]);
			if (key2 != NULL && ref == 0) {
				struct flow_key second;

				if (key2(rw, p[i], &second))
					ref = flowtable_find(
					    &set->table, &second);
			}
			if (unlikely(ref == 0))
				ref = rewriter_miss(
				    in, t, p[i], &probes[i].key, now_ms, &out);
			if (likely(ref != 0)) {
				uint32_t record = flow_ref_record(ref);
				unsigned int dir = flow_ref_which(ref);
				struct rewriter_flow *f =
				    flowset_flow(set, record);

				f->last_ms = now_ms;
				apply(rw, p[i], record, f, dir);
				out = f->out[dir];
			}
			ports[from + i] = (int16_t)out;
			differ |= (int16_t)(out ^ ports[0]);
		}
	}
	thread_unlock(t, &set->lock);
	if (likely(differ == 0 && ports[0] >= 0))
		output_push_checked(e, (unsigned int)ports[0], b);
	else
		batch_distribute(e, b, ports, -1);
	scratch_release(t, m);
}

#endif
