/* SPDX-License-Identifier: BSD-3-Clause */
/* rwpattern.c -- patterns of rewriters: parsing, printing, applying. */
#include "elements/ip/rwpattern.h"

#include <stdlib.h>

#include "base/addr.h"
#include "base/atomic.h"
#include "base/strbuf.h"
#include "click/conf.h"
#include "click/element.h"
#include "click/router.h"
#include "elements/ip/quiet.h"

/* ---- parsing ---- */

/* Cuts the "#" or "?" off the end of a range. */
static struct str
rw_range_suffix(struct str s, struct rw_pattern *p)
{
	if (str_ends(s, STR("#"))) {
		p->sequential = true;
		p->same_first = false;
	} else if (str_ends(s, STR("?"))) {
		p->same_first = false;
	} else {
		return s;
	}
	return str_sub(s, 0, s.n - 1);
}

/* A prefix: all its addresses but those of all zeros and all ones. */
static bool
rw_prefix_parse(struct str s, struct rw_pattern *p, struct element *context)
{
	struct ip4_prefix prefix;
	int length;

	if (!arg_quiet(&arg_type_ip4_prefix, s, &prefix, context))
		return false;
	length = ip4_prefix_of(prefix.mask);
	if (prefix.addr == 0 || length <= 0)
		return false;
	p->saddr = prefix.addr;
	p->variation = 0;
	if (length == 31) {
		p->saddr = prefix.addr & prefix.mask;
		p->variation = 1;
	} else if (length < 31) {
		p->saddr = (prefix.addr & prefix.mask) | ip4_net(1);
		p->variation = ~ip4_host(prefix.mask) - 2;
	}
	return true;
}

static bool
rw_addr_range_parse(struct str s, struct rw_pattern *p, struct element *context)
{
	uint32_t low, high;
	size_t dash;

	s = rw_range_suffix(s, p);
	dash = str_find(s, '-', 0);
	if (dash == s.n)
		return rw_prefix_parse(s, p, context);
	if (!arg_quiet(&arg_type_ip4, str_sub(s, 0, dash), &low, context) ||
	    !arg_quiet(&arg_type_ip4, str_from(s, dash + 1), &high, context) ||
	    ip4_host(high) < ip4_host(low))
		return false;
	p->saddr = low;
	p->variation = ip4_host(high) - ip4_host(low);
	return true;
}

static bool
rw_port_parse(struct str s, int32_t *port)
{
	return arg_quiet(&arg_type_i32, s, port, NULL);
}

static bool
rw_port_range_parse(struct str s, struct rw_pattern *p)
{
	int32_t low, high;
	size_t dash;

	s = rw_range_suffix(s, p);
	dash = str_find(s, '-', 0);
	if (!rw_port_parse(str_sub(s, 0, dash), &low) ||
	    !rw_port_parse(str_from(s, dash + 1), &high) || low < 0 ||
	    high < low || high > 0xffff)
		return false;
	p->sport = __builtin_bswap16((uint16_t)low);
	p->variation = (uint32_t)(high - low);
	return true;
}

static bool
rw_saddr_parse(struct str s, struct rw_pattern *p, struct element *context)
{
	return str_is(s, "-") ||
	       arg_quiet(&arg_type_ip4, s, &p->saddr, context) ||
	       rw_addr_range_parse(s, p, context);
}

static bool
rw_single_port_parse(struct str s, uint16_t *port)
{
	int32_t x;

	if (str_is(s, "-"))
		return true;
	if (!rw_port_parse(s, &x) || x <= 0 || x > 0xffff)
		return false;
	*port = __builtin_bswap16((uint16_t)x);
	return true;
}

/* Two to four words; the message when they are wrong, else NULL. */
static const char *
rw_words_parse(
    const struct strs *words, struct rw_pattern *p, struct element *context)
{
	struct str daddr = words->v[words->n == 4 ? 2 : 1];

	if (!rw_saddr_parse(words->v[0], p, context))
		return "bad source address";
	if (words->n >= 3) {
		struct str sport = words->v[words->n == 3 ? 2 : 1];

		if (!rw_single_port_parse(sport, &p->sport) &&
		    !rw_port_range_parse(sport, p))
			return "bad source port";
	}
	if (!str_is(daddr, "-") &&
	    !arg_quiet(&arg_type_ip4, daddr, &p->daddr, context))
		return "bad destination address";
	if (words->n == 4 && !rw_single_port_parse(words->v[3], &p->dport))
		return "bad destination port";
	return NULL;
}

static int
rw_name_parse(struct str name, struct element *context, struct rw_pattern **p,
    struct errh *errh)
{
	struct rw_pattern_names *names =
	    router_attachment(context->router, "IPRewriterPatterns");
	int32_t x;

	if (!name_or_number(NAME_REWRITER_PATTERN, context, name, &x) ||
	    names == NULL || x < 0 || (size_t)x >= names->n)
		return errh_error(
		    errh, "no such pattern '%.*s'", STR_ARG(name));
	*p = names->v[x];
	rw_pattern_get(*p);
	return 0;
}

int
rw_pattern_parse(const struct strs *words, struct element *context,
    struct rw_pattern **out, struct errh *errh)
{
	struct rw_pattern *p;
	const char *wrong;

	if (words->n < 1 || words->n > 4)
		return errh_error(errh, "syntax error");
	if (words->n == 1)
		return rw_name_parse(words->v[0], context, out, errh);
	p = calloc(1, sizeof(*p));
	if (p == NULL)
		return ERR_NOMEM;
	p->refs = 1;
	p->ports = words->n >= 3;
	p->same_first = true;
	wrong = rw_words_parse(words, p, context);
	if (wrong != NULL) {
		free(p);
		return errh_error(errh, "%s", wrong);
	}
	*out = p;
	return 0;
}

int
rw_outputs_parse(const struct strs *words, struct element *context,
    int32_t out[static 2], struct errh *errh)
{
	if (words->n != 2 ||
	    !arg_quiet(&arg_type_i32, words->v[0], &out[0], context))
		return errh_error(errh, "bad forward port");
	if (!arg_quiet(&arg_type_i32, words->v[1], &out[1], context))
		return errh_error(errh, "bad reply port");
	return 0;
}

int
rw_pattern_parse_ports(struct str text, struct element *context,
    struct rw_pattern **p, int32_t out[static 2], struct errh *errh)
{
	struct strs words = VEC_INIT, ports;
	struct arena mem = ARENA_INIT;
	struct rw_pattern *pattern;
	int err;

	err = conf_split_space(text, &mem, &words);
	if (err != 0)
		goto done;
	if (words.n <= 2) {
		err = errh_error(errh, "syntax error");
		goto done;
	}
	words.n -= 2;
	ports = (struct strs){ words.v + words.n, 2, 2 };
	err = rw_pattern_parse(&words, context, &pattern, errh);
	if (err != 0)
		goto done;
	err = rw_outputs_parse(&ports, context, out, errh);
	if (err == 0)
		*p = pattern;
	else
		rw_pattern_put(pattern);
done:
	vec_fini(&words);
	arena_fini(&mem);
	return err;
}

void
rw_pattern_get(struct rw_pattern *p)
{
	p->refs++;
}

void
rw_pattern_put(struct rw_pattern *p)
{
	if (p != NULL && --p->refs == 0)
		free(p);
}

/* ---- printing ---- */

static void
rw_unparse_addr(uint32_t addr, struct strbuf *out)
{
	if (addr == 0)
		sb_addc(out, '-');
	else
		sb_ip4(out, addr);
}

void
rw_pattern_unparse(const struct rw_pattern *p, struct strbuf *out)
{
	unsigned int sport = __builtin_bswap16(p->sport);

	if (!p->ports && p->variation != 0) {
		sb_ip4(out, p->saddr);
		sb_addc(out, '-');
		sb_ip4(out, ip4_net(ip4_host(p->saddr) + p->variation));
	} else {
		rw_unparse_addr(p->saddr, out);
	}
	if (p->ports && sport == 0)
		sb_adds(out, " -");
	else if (p->ports && p->variation != 0)
		sb_printf(out, " %u-%u", sport, sport + p->variation);
	else if (p->ports)
		sb_printf(out, " %u", sport);
	sb_addc(out, ' ');
	rw_unparse_addr(p->daddr, out);
	if (p->ports && p->dport == 0)
		sb_adds(out, " -");
	else if (p->ports)
		sb_printf(out, " %u", (unsigned)__builtin_bswap16(p->dport));
}

/* ---- applying ---- */

/* Value number i of the range. */
static void
rw_pattern_vary(const struct rw_pattern *p, struct flow_key *to, uint32_t i)
{
	if (p->ports)
		to->sport = __builtin_bswap16(
		    (uint16_t)(__builtin_bswap16(p->sport) + i));
	else
		to->src = ip4_net(ip4_host(p->saddr) + i);
}

/* Looks for a free value, beginning with number i. */
static bool
rw_pattern_search(struct rw_pattern *p, uint32_t i, struct flow_key *to,
    rw_free_fn *free_fn, void *arg)
{
	uint32_t tries = p->variation;

	if (tries >= RW_PATTERN_TRIES)
		tries = RW_PATTERN_TRIES - 1;
	for (;; i = i == p->variation ? 0 : i + 1) {
		rw_pattern_vary(p, to, i);
		store_relaxed(&p->next, i + 1);
		if (free_fn(arg, to))
			return true;
		if (tries-- == 0)
			return false;
	}
}

/* From with what p says, the first of its range. */
static struct flow_key
rw_pattern_first(const struct rw_pattern *p, const struct flow_key *from)
{
	struct flow_key to = *from;

	if (p->saddr != 0)
		to.src = p->saddr;
	if (p->sport != 0)
		to.sport = p->sport;
	if (p->daddr != 0)
		to.dst = p->daddr;
	if (p->dport != 0)
		to.dport = p->dport;
	return to;
}

/* Which value of the range a port is. */
static uint32_t
rw_pattern_port(const struct rw_pattern *p, const struct flow_key *key)
{
	return (uint32_t)__builtin_bswap16(key->sport) -
	       __builtin_bswap16(p->sport);
}

bool
rw_pattern_remap(const struct rw_pattern *p, const struct flow_key *from,
    const struct flow_key *was, struct flow_key *to)
{
	uint32_t i = p->ports ? rw_pattern_port(p, was)
	                      : ip4_host(was->src) - ip4_host(p->saddr);

	*to = rw_pattern_first(p, from);
	if (p->variation == 0)
		return true;
	if (i > p->variation)
		return false;
	rw_pattern_vary(p, to, i);
	return true;
}

bool
rw_pattern_map(struct rw_pattern *p, struct rand_state *rand,
    const struct flow_key *from, struct flow_key *to, rw_free_fn *free_fn,
    void *arg)
{
	uint32_t i;

	*to = rw_pattern_first(p, from);
	if (p->variation == 0)
		return true;
	i = rw_pattern_port(p, from);
	if (p->same_first && p->ports && i <= p->variation) {
		rw_pattern_vary(p, to, i);
		if (free_fn(arg, to)) {
			store_relaxed(&p->next, i + 1);
			return true;
		}
	}
	if (p->sequential)
		i = load_relaxed(&p->next);
	else
		i = (uint32_t)(((uint64_t)rand_u32(rand) *
		                   ((uint64_t)p->variation + 1)) >>
		               32);
	if (i > p->variation)
		i = 0;
	return rw_pattern_search(p, i, to, free_fn, arg);
}
