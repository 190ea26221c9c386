/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * snort_rule.h -- rules in the language of Snort 2 (Snort Users Manual 2.9,
 * chapter 3), the part of it that the IDS element knows:
 *
 *	var NAME value    (ipvar, portvar)
 *	action proto src sport -> dst dport ( option; option: value; ... )
 *
 *	action    alert log pass drop sdrop reject
 *	proto     tcp udp icmp ip
 *	src, dst  any, addresses, a.b.c.d/n, $NAME, !x, [x,y,!z]
 *	ports     any, n, n:m, :m, n:, $NAME, !x, [x,y,!z]
 *	options   msg sid rev gid classtype priority reference metadata
 *	          content (with ! and |hex|) nocase offset depth distance within
 *	          fast_pattern rawbytes flow dsize flags ttl itype icode
 *	          ip_proto
 *
 * Anything else is an error that names line and option.  A line that ends in
 * a backslash goes on; # begins a comment.
 *
 * Memory a rule: sizeof(struct snort_rule), 48 bytes a content and its text,
 * 12 an address, 6 a port range; all in the arena of the rules.
 */
#ifndef ELEMENTS_IDS_SNORT_RULE_H
#define ELEMENTS_IDS_SNORT_RULE_H

#include "base/arena.h"
#include "base/vec.h"
#include "click/errh.h"

enum snort_action {
	SNORT_ALERT,
	SNORT_LOG,
	SNORT_PASS,
	SNORT_DROP, /* sdrop and reject, too */
};

enum {
	SNORT_RULES_MAX = 65535,
	SNORT_CONTENTS = 32,  /* a rule */
	SNORT_ITEMS = 256,    /* addresses or port ranges in a list */
	SNORT_NESTING = 8,    /* of lists and variables */
	SNORT_LENGTH = 65535, /* bytes a content, and of a payload */
	SNORT_ANY = 0,        /* a protocol */
};

struct snort_addr {
	uint32_t addr, mask; /* network order, addr masked */
	bool negated;
};

struct snort_range {
	uint16_t lo, hi; /* host order, both within */
	bool negated;
};

/*
 * Lists hold what is in a positive item (any: everything is) and in no
 * negated one.
 */
struct snort_addrs {
	struct snort_addr *v;
	uint32_t n;
	bool any;
};

struct snort_ports {
	struct snort_range *v;
	uint32_t n;
	bool any;
};

/* Where a content must lie; positions and lengths of payload bytes. */
struct snort_content {
	struct str bytes;
	int32_t from;  /* offset, or distance: from the last match's end */
	int32_t limit; /* depth or within: it ends by from + limit; -1: none */
	bool negated, nocase, relative;
	bool anchored; /* offset or depth was given */
	bool fast;     /* fast_pattern was */
};

/* flow: what must hold. */
enum {
	SNORT_ESTABLISHED = 1,
	SNORT_TO_SERVER = 2,
	SNORT_TO_CLIENT = 4,
};

/* Within lo..hi; lo > hi stands for "not given". */
struct snort_interval {
	int32_t lo, hi;
};

/* flags: of the bits in mask, those in set; any of them; or not all. */
enum snort_flags_mode {
	SNORT_FLAGS_NONE,
	SNORT_FLAGS_EXACT,
	SNORT_FLAGS_ALL,
	SNORT_FLAGS_SOME,
	SNORT_FLAGS_NOT,
};

struct snort_rule {
	enum snort_action action;
	uint8_t proto; /* IP protocol, SNORT_ANY: ip */
	bool both;     /* <> */
	struct snort_addrs src, dst;
	struct snort_ports sport, dport;
	struct snort_content *contents;
	uint32_t ncontents;
	int32_t fast;  /* the content to look for first, -1: none */
	bool anchored; /* some content is */
	uint8_t flow;  /* SNORT_ESTABLISHED... */
	uint8_t flags_set, flags_mask;
	enum snort_flags_mode flags_mode;
	struct snort_interval dsize, ttl, itype, icode;
	int32_t ip_proto; /* -1: any */
	bool ip_proto_not;
	uint32_t gid, sid, rev, priority;
	struct str msg, classtype;
	struct str place; /* "file:line" */
};

struct snort_var {
	struct str name, value;
};

struct snort_rules {
	struct arena mem;
	VEC(struct snort_rule) rules;
	VEC(struct snort_var) vars;
	bool lenient; /* leave out bad rules with a warning */
	uint32_t skipped;
};

void snort_rules_fini(struct snort_rules *rs);

/*
 * Reads the lines of text, which comes from file, into *rs (zeroed at first);
 * may be called again with more.  0; or, after having told errh about each,
 * ERR_SYNTAX if a line is bad and lenient is not set, or ERR_NOMEM.
 */
int snort_rules_parse(struct snort_rules *rs, struct str text, struct str file,
    struct errh *errh);

/* Whether a list has it; addr in network, port in host order. */
bool snort_addrs_have(const struct snort_addrs *a, uint32_t addr);
bool snort_ports_have(const struct snort_ports *p, uint16_t port);

static inline bool
snort_interval_given(const struct snort_interval *i)
{
	return i->lo <= i->hi;
}

static inline bool
snort_interval_has(const struct snort_interval *i, int32_t x)
{
	return i->lo > i->hi || (x >= i->lo && x <= i->hi);
}

bool snort_flags_match(const struct snort_rule *r, uint8_t flags);

/* ---- for the files of the parser ---- */

struct snort_parse {
	struct snort_rules *rs;
	struct diag *why;
	struct snort_content contents[SNORT_CONTENTS];
};

/* name's value, or false. */
bool snort_var_find(
    const struct snort_rules *rs, struct str name, struct str *value);
int snort_addrs_parse(
    struct snort_parse *p, struct str text, struct snort_addrs *out);
int snort_ports_parse(
    struct snort_parse *p, struct str text, struct snort_ports *out);
enum snort_modifier {
	MOD_NOCASE,
	MOD_RAWBYTES,
	MOD_FAST,
	MOD_OFFSET,
	MOD_DEPTH,
	MOD_DISTANCE,
	MOD_WITHIN,
};

/* A content's text, and what follows a content. */
int snort_content_parse(
    struct snort_parse *p, struct snort_rule *r, struct str value);
int snort_modifier_parse(struct snort_parse *p, struct snort_rule *r,
    enum snort_modifier mod, struct str value);
/* A whole number; says so if it is none or not within. */
int snort_int(
    struct snort_parse *p, struct str s, int32_t min, int32_t max, int32_t *x);
/* Takes the quotes off *s. */
int snort_unquote(struct snort_parse *p, struct str *s);
/* One "name" or "name: value" of r. */
int snort_option_parse(struct snort_parse *p, struct snort_rule *r,
    struct str name, struct str value);

#endif
