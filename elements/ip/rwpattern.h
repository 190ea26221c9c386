/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * rwpattern.h -- how rewriters make a new flow's addresses and ports.
 *
 *	SADDR SPORT DADDR DPORT    each "-" to keep the flow's own
 *	SADDR DADDR SPORT          three words: no destination port
 *	SADDR DADDR                two words: addresses only
 *	NAME                       of IPRewriterPatterns
 *
 * SPORT may be a range "L-H"; with two words SADDR may be a range or a prefix.
 * A range prefers the flow's own port, then takes a random one; "L-H?" takes a
 * random one at once, "L-H#" goes through the range in order.
 *
 * Patterns are shared and counted.
 */
#ifndef ELEMENTS_IP_RWPATTERN_H
#define ELEMENTS_IP_RWPATTERN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rand.h"
#include "base/strs.h"
#include "base/vec.h"
#include "elements/ip/flowtable.h"

struct element;
struct errh;
struct strbuf;

struct rw_pattern {
	uint32_t saddr, daddr; /* network order, 0: keep */
	uint16_t sport, dport; /* network order, 0: keep */
	uint32_t variation;    /* values in the range, less one */
	uint32_t next;         /* where a "#" range goes on */
	bool ports;            /* the pattern has ports */
	bool sequential, same_first;
	uint32_t refs;
};

/*
 * Parses the words of a pattern; *p is then the caller's reference.  Reports
 * to errh; ERR_INVAL, ERR_NOMEM.
 */
int rw_pattern_parse(const struct strs *words, struct element *context,
    struct rw_pattern **p, struct errh *errh);
/* The same followed by two output numbers, any integers. */
int rw_pattern_parse_ports(struct str text, struct element *context,
    struct rw_pattern **p, int32_t out[static 2], struct errh *errh);
/* Two output numbers alone. */
int rw_outputs_parse(const struct strs *words, struct element *context,
    int32_t out[static 2], struct errh *errh);

void rw_pattern_get(struct rw_pattern *p);
void rw_pattern_put(struct rw_pattern *p);
void rw_pattern_unparse(const struct rw_pattern *p, struct strbuf *out);

/*
 * Makes *to of from.  free_fn says whether a candidate's reply flow is not in
 * use.  False when nothing is free: at most RW_PATTERN_TRIES are looked at, a
 * range that is "#" goes on behind them the next time.
 */
enum { RW_PATTERN_TRIES = 1024 };
typedef bool rw_free_fn(void *arg, const struct flow_key *to);
bool rw_pattern_map(struct rw_pattern *p, struct rand_state *rand,
    const struct flow_key *from, struct flow_key *to, rw_free_fn *free_fn,
    void *arg);

/*
 * Makes *to of from again, as *was was made of it, if p (still) can make that;
 * in fields that p does not vary *to may differ from *was.  False: it is beyond
 * p's range.
 */
bool rw_pattern_remap(const struct rw_pattern *p, const struct flow_key *from,
    const struct flow_key *was, struct flow_key *to);

/* The named patterns of a router: its attachment "IPRewriterPatterns". */
struct rw_pattern_names {
	VEC_FIELDS(struct rw_pattern *)
};

#endif
