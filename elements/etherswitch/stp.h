/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * stp.h -- the spanning tree protocol of one bridge (IEEE 802.1D-1998, clause
 * 8), without packets and clocks: what EtherSpanTree runs.  Not an element.
 *
 * Bridges agree on the one with the lowest identifier as root.  On each
 * network the bridge nearest to the root is designated: its port forwards, and
 * so does every bridge's port towards the root; all other ports block.  A port
 * that shall forward waits in between:
 *
 *	blocking -> listening -(forward delay)-> learning -(again)-> forwarding
 *	   ^____________|___________________________|____________________|
 *
 * The caller tells of BPDUs and of time, and calls stp_run() at the time that
 * the last call has returned.  All times are of one clock, in nanoseconds.
 * Every call costs time in proportion to the number of ports.
 */
#ifndef ELEMENTS_ETHERSWITCH_STP_H
#define ELEMENTS_ETHERSWITCH_STP_H

#include "elements/etherswitch/bpdu.h"

enum stp_state { STP_BLOCKING, STP_LISTENING, STP_LEARNING, STP_FORWARDING };

/* In whole seconds, as the root tells all. */
struct stp_times {
	uint16_t max_age, hello_time, forward_delay;
};

/* What a bridge says on a network; the smaller, field by field, the better. */
struct stp_vector {
	uint64_t root;
	uint32_t cost; /* from that bridge to the root */
	uint64_t bridge;
	uint16_t port; /* of that bridge */
};

/* 8.5.5.  Deadlines: INT64_MAX while the timer is stopped. */
struct stp_port {
	enum stp_state state;
	uint16_t id;
	/* The best that was heard here, or what this bridge says itself. */
	struct stp_vector said;
	bool acknowledge; /* a topology change that was heard of here */
	bool pending;     /* a BPDU to be sent when hold_ns has passed */
	int64_t born_ns;  /* when the root sent what was heard here */
	int64_t age_ns;   /* when that is too old */
	int64_t delay_ns; /* when the next state is due */
	int64_t hold_ns;  /* no BPDU may be sent before */
};

struct stp;
struct stp_ops {
	/* Sends a BPDU out of a port. */
	void (*send)(void *arg, unsigned int port, const struct bpdu *b);
	/* The port has changed its state. */
	void (*state)(void *arg, unsigned int port, enum stp_state state);
	/* The topology is changing, or has settled: forget stations faster. */
	void (*changing)(void *arg, bool on);
};

/* 8.5.3. */
struct stp {
	const struct stp_ops *ops;
	void *arg;
	struct stp_port *ports;
	unsigned int nports;
	uint64_t id, root;
	uint32_t cost; /* to the root */
	int root_port; /* -1: this bridge is the root */
	struct stp_times times;
	bool change_found; /* and not yet acknowledged by the root's side */
	bool changing;     /* the root says so */
	int64_t hello_ns, notify_ns, changing_ns; /* deadlines */
	int64_t now_ns;
};

/*
 * id: priority in the upper 16 bits, address below; ports: nports (at most
 * 4095) of them, the caller's, filled here.  All ports begin to listen.
 */
void stp_init(struct stp *s, const struct stp_ops *ops, void *arg, uint64_t id,
    struct stp_port *ports, unsigned int nports, int64_t now_ns);
/* A BPDU came. */
void stp_receive(
    struct stp *s, unsigned int port, const struct bpdu *b, int64_t now_ns);
/* Does what is due. */
void stp_run(struct stp *s, int64_t now_ns);
/* When stp_run() is to be called next; may be nearer after each call. */
int64_t stp_deadline(const struct stp *s);

/* Whether this bridge is the designated one of the port's network. */
bool stp_designated(const struct stp *s, unsigned int port);
const char *stp_state_name(enum stp_state state);

#endif
