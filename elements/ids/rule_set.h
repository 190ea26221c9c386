/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * rule_set.h -- Snort rules made ready for packets: however many there are, a
 * packet meets those that its bytes or its ports call for.
 *
 *	packet -> group by protocol (tcp, udp, icmp, other)
 *	            +-> one pass for the fast pattern of every rule with a
 *	            |   content -> the rules of those found -> header, contents
 *	            +-> rules without: by destination port, by source port (of
 *	                icmp: by type), or neither -> header
 *
 * Rules of "ip" are in all four groups.
 *
 * A stream's bytes are shown as they come, with those before them; a rule
 * whose fast pattern was there but not yet the rest is looked at again with
 * the next bytes (pending), as long as its pattern is still in sight.
 *
 * Work a packet: the pass, and RULE_EFFORT compared bytes for contents, beyond
 * which it is given up (and told).
 *
 * Memory a rule: its text's in snort_rule.h; in each group 8 bytes and its
 * fast pattern's in strset.h, or 4 a port range or 4.
 */
#ifndef ELEMENTS_IDS_RULE_SET_H
#define ELEMENTS_IDS_RULE_SET_H

#include "base/proto.h"
#include "base/strset.h"
#include "elements/ids/snort_rule.h"

enum {
	RULE_GROUPS = 4,
	RULE_EFFORT = 1 << 18,
	RULE_MATCHES = 32, /* told a packet; more are counted */
	RULE_SPREAD = 64,  /* port segments a rule is entered for at most */
};

/* Lists by key: list i is items[start[i]] .. items[start[i + 1] - 1]. */
struct rule_lists {
	uint32_t *start; /* n + 1 */
	uint32_t *items;
	uint32_t n;
};

/* Rules by a number: bound[i] <= number < bound[i + 1] is list i's. */
struct rule_index {
	uint32_t *bound; /* sorted, lists.n of them, the first is 0 */
	struct rule_lists lists;
};

struct rule_group {
	struct strset *set;         /* NULL: no contents */
	struct rule_lists patterns; /* rules by their pattern's number */
	struct rule_index dst, src;
	uint32_t *rest; /* rules without a content that have no number */
	uint32_t nrest;
};

struct rule_set {
	const struct snort_rule *rules;
	uint32_t nrules;
	struct rule_group groups[RULE_GROUPS];
	uint32_t longest; /* fast pattern of TCP */
};

/* What rules look at. */
struct rule_view {
	const struct ip4 *ip;
	uint16_t sport, dport; /* host order, 0: none */
	uint8_t flags;         /* of TCP */
	uint8_t flow;          /* SNORT_ESTABLISHED... that hold */
	int16_t itype, icode;  /* of ICMP, else -1 */
	uint32_t dsize;        /* bytes of the packet's payload */
	const uint8_t *data;
	uint32_t n;
	uint32_t fresh;    /* bytes before it were shown already */
	int32_t message;   /* where offset counts from; may lie before data */
	uint64_t *pending; /* rule_set_words(), or NULL: none are kept */
};

struct rule_matches {
	uint32_t rule[RULE_MATCHES];
	uint32_t n, more;
	uint32_t effort; /* left */
	bool gave_up;
	bool waiting; /* a rule was put on pending */
};

/*
 * rules must outlive it.  ERR_NOMEM; then rule_set_fini() frees what there is.
 */
int rule_set_init(struct rule_set *rs, const struct snort_rules *rules);
void rule_set_fini(struct rule_set *rs);
/* Bytes allocated, the rules' own not counted. */
size_t rule_set_bytes(const struct rule_set *rs);

static inline uint32_t
rule_set_words(const struct rule_set *rs)
{
	return (rs->nrules + 63) / 64;
}

/* Sets *m to nothing found. */
void rule_matches_init(struct rule_matches *m);
/* Adds the rules without a content that a packet meets. */
void rule_set_match_header(const struct rule_set *rs, const struct rule_view *v,
    struct rule_matches *m);
/*
 * Adds those with contents.  scratch: 2 * rule_set_words() words.
 */
void rule_set_match_contents(const struct rule_set *rs,
    const struct rule_view *v, uint64_t *scratch, struct rule_matches *m);

/* The list that has number. */
static inline uint32_t
rule_index_find(const struct rule_index *ix, uint32_t number)
{
	uint32_t lo = 0, n = ix->lists.n;

	while (n > 1) {
		uint32_t half = n / 2;

		if (ix->bound[lo + half] <= number)
			lo += half;
		n -= half;
	}
	return lo;
}

static inline const struct rule_group *
rule_set_group(const struct rule_set *rs, uint8_t proto)
{
	return &rs->groups[proto == IPPROTO4_TCP    ? 0
	                   : proto == IPPROTO4_UDP  ? 1
	                   : proto == IPPROTO4_ICMP ? 2
	                                            : 3];
}

#endif
