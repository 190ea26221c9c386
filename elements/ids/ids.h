/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ids.h -- the parts of the IDS element; see ids.c for what it does.
 *
 *	ids.c         arguments, handlers
 *	ids_packet.c  one datagram: what it is, rules, verdict
 *	ids_flow.c    connections, and the limits on them
 *	ids_tcp.c     which end is which, bytes in order
 *	ids_log.c     alerts and counters as text
 *
 * A flow's record has two keys, one for each end's packets; side[k] is what
 * the end says whose packets are found by key k.
 */
#ifndef ELEMENTS_IDS_IDS_H
#define ELEMENTS_IDS_IDS_H

#include "elements/ids/rule_set.h"
#include "elements/ids/tcp_stream.h"
#include "elements/ip/flowtable.h"
#include "elements/ip/flowwheel.h"
#include "elements/ip/ip_header.h"
#include "elements/ip/ip_reassembly.h"
#include "elements/ip/l4sum.h"

enum {
	IDS_FLOW_OPEN = 1,   /* a handshake was begun, or data seen */
	IDS_ESTABLISHED = 2, /* TCP: handshake done; UDP: answered */
	IDS_CLOSED = 4,
	IDS_BLOCKED = 8, /* a drop rule was met: all its packets go */
	IDS_RESYN = 16,  /* resyn is set */
};

struct ids_side {
	struct tcp_stream stream;
	uint64_t *pending; /* rules (rule_set.h), or NULL */
	uint32_t message;  /* sequence number: what it says began there */
	uint32_t fin;      /* and ends there */
	bool started, fin_seen;
};

struct ids_flow {
	struct flow_key key[2];
	struct flow_link link;
	uint32_t last_ms;
	uint8_t state;  /* IDS_FLOW_OPEN... */
	uint8_t client; /* which side it is */
	uint8_t spoke;  /* which side was the last to send data */
	uint8_t resyn_side;
	uint32_t resyn; /* sequence number after a SYN out of place */
	struct ids_side side[2];
};
_Static_assert(sizeof(struct ids_flow) <= 192, "bytes a flow");

struct ids_alert {
	int64_t time_ns;
	uint32_t rule;
	uint32_t src, dst; /* network order */
	uint16_t sport, dport;
	uint8_t proto;
};

enum ids_count {
	IDS_PACKETS,
	IDS_OTHER,           /* no IPv4, or cut short */
	IDS_BAD_SUM,         /* no host takes it: not looked at */
	IDS_OLD,             /* segments that said something again */
	IDS_DIFFERS,         /* and differently */
	IDS_LOST,            /* segments beyond a limit, looked at alone */
	IDS_GAPS,            /* holes in what one end said */
	IDS_EVICTED,         /* flows ended to keep a limit */
	IDS_UNTRACKED,       /* packets without a flow: no memory */
	IDS_GAVE_UP,         /* packets whose contents took too long */
	IDS_MORE,            /* rules met beyond RULE_MATCHES a packet */
	IDS_BLOCKED_PACKETS, /* of blocked connections */
	IDS_PASSED,          /* packets that a pass rule let through */
	IDS_COUNTS,
};

struct ids {
	struct snort_rules rules;
	struct rule_set set;
	uint64_t *rule_alerts; /* by rule */

	struct flowtable table;
	struct flow_wheel wheel;
	struct tcp_stream_limits limits;
	uint32_t flows_max;
	uint64_t memory_max, stream_bytes; /* of buffers */
	uint32_t timeout_ms;
	bool checksum;
	bool wheel_ready;
	struct ip_reassembly fragments;

	struct ids_alert *log; /* a ring of log_size */
	uint32_t log_size;
	uint64_t alerts; /* in all; the next goes to alerts % log_size */
	uint64_t count[IDS_COUNTS];
};

/* One packet on its way through the rules. */
struct ids_packet {
	struct thread *thread;
	struct rule_view view;
	struct rule_matches matches;
	uint64_t *scratch; /* for rule_set_match_contents(), and a bit a rule */
	int64_t time_ns;   /* the packet's, 0: it has none */
	uint32_t now_ms;
	struct ids_flow *flow; /* or NULL */
	uint32_t record;       /* its number */
	unsigned int which;    /* side that sends */
};

/* ---- ids_flow.c ---- */

void ids_flows_init(struct ids *self);
void ids_flows_fini(struct ids *self);
/* Ends flows that have expired, a few. */
void ids_flows_reap(struct ids *self, uint32_t now_ms);
/* Sets pk->flow for a packet of proto between ports (network order). */
void ids_flow_find(struct ids *self, struct ids_packet *pk, const void *ports);
/*
 * Ends flows (but spared) until bytes more keep within all limits; false: there
 * are not enough of them.
 */
bool ids_flows_make_room(struct ids *self, uint32_t spared, uint64_t bytes);
/* Adds to the state of pk->flow, which may make it expire sooner. */
void ids_flow_state(struct ids *self, struct ids_packet *pk, uint8_t bits);
/* Forgets what its ends have said. */
void ids_flow_clear(struct ids *self, struct ids_flow *f);
/* The flow goes on: its packets are dropped from now on. */
void ids_flow_block(struct ids *self, struct ids_packet *pk);
/* The bits of the view's flow for pk->flow. */
uint8_t ids_flow_bits(const struct ids_packet *pk);
uint64_t ids_memory(const struct ids *self);

/* ---- ids_tcp.c ---- */

/*
 * A TCP segment of pk->flow with n bytes of data: brings the flow up to date
 * and shows rules what has become contiguous.
 */
void ids_tcp_segment(struct ids *self, struct ids_packet *pk,
    const struct tcp *tcp, const uint8_t *data, uint32_t n);

/* ---- ids_packet.c ---- */

enum { IDS_OUT_PASS, IDS_OUT_ALERT, IDS_OUT_DROP };

/* The output for p, a whole datagram of length bytes. */
int ids_datagram(struct element *e, struct thread *t, const struct packet *p,
    const struct ip4 *ip, uint32_t length);

/* ---- ids_log.c ---- */

void ids_log_add(struct ids *self, const struct ids_packet *pk, uint32_t rule);
/* "alert: ..." one a line, oldest first. */
void ids_log_print(const struct ids *self, struct strbuf *out);
/* "gid:sid count msg" for each rule that was met. */
void ids_log_print_sids(const struct ids *self, struct strbuf *out);
/* "name count", one a line. */
void ids_log_print_stats(const struct ids *self, struct strbuf *out);

#endif
