/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * AggregateFilter(ACTION AGGREGATES, ...) -- sorts packets by their aggregate
 * annotation.
 *
 *   in 0        any packets
 *   out N       those whose first filter that lists their aggregate has action
 *               N; packets in no filter are killed
 *
 *   ACTION      an output, "allow" (0), or "drop" or "deny" (kill)
 *   AGGREGATES  numbers and ranges like 5-98, with spaces between; "all" or
 *               "-": every other
 *
 * Ranges are kept as such: 0-4294967295 costs no more than one number.
 *
 *	... -> AggregateIPFlows -> AggregateFilter(allow 17 19 25-30) -> ...
 */
#include "click/anno.h"
#include "click/conf.h"
#include "click/element.h"

/* Aggregates from begin on, up to the next range's: sorted, without gaps. */
struct agg_range {
	uint32_t begin;
	int32_t port; /* AGG_FREE: in no filter so far */
};

enum { AGG_DROP = -1, AGG_FREE = -2 };

struct aggregate_filter {
	VEC(struct agg_range) ranges; /* the first begins with 0 */
};

/* The last range that begins at x or before. */
static size_t
aggregate_filter_find(const struct aggregate_filter *s, uint32_t x)
{
	size_t low = 0, high = s->ranges.n;

	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (s->ranges.v[mid].begin <= x)
			low = mid;
		else
			high = mid;
	}
	return low;
}

/* Makes a range begin at x: its index, or ERR_NOMEM. */
static int64_t
aggregate_filter_cut(struct aggregate_filter *s, uint32_t x)
{
	size_t i = aggregate_filter_find(s, x);
	struct agg_range r = { x, s->ranges.v[i].port };

	if (s->ranges.v[i].begin == x)
		return (int64_t)i;
	if (vec_push(&s->ranges, r) != 0)
		return ERR_NOMEM;
	memmove(&s->ranges.v[i + 2], &s->ranges.v[i + 1],
	    (s->ranges.n - i - 2) * sizeof(r));
	s->ranges.v[i + 1] = r;
	return (int64_t)i + 1;
}

/* Gives first..last to port as far as they are free. */
static int
aggregate_filter_add(struct aggregate_filter *s, uint32_t first, uint32_t last,
    int32_t port, int argno, struct errh *errh)
{
	int64_t i, end = 0;

	if (last != UINT32_MAX)
		end = aggregate_filter_cut(s, last + 1);
	i = aggregate_filter_cut(s, first);
	if (i < 0 || end < 0)
		return errh_error(errh, "out of memory");
	end = last == UINT32_MAX ? (int64_t)s->ranges.n
	                         : (int64_t)aggregate_filter_find(s, last) + 1;
	for (; i < end; i++) {
		struct agg_range *r = &s->ranges.v[i];

		if (r->port == AGG_FREE)
			r->port = port;
		else if (r->port != port)
			errh_warning(errh,
			    "pattern %d: aggregate %u already filtered to "
			    "output %d",
			    argno, r->begin, r->port);
	}
	return 0;
}

static bool
aggregate_filter_number(struct str s, uint32_t *n)
{
	bool overflow = false;
	uint64_t x;

	if (!conf_u64(s, 0, &x, &overflow) || overflow || x > UINT32_MAX)
		return false;
	*n = (uint32_t)x;
	return true;
}

/* "17" or "5-98" */
static int
aggregate_filter_word(struct aggregate_filter *s, struct str word, int32_t port,
    int argno, struct errh *errh)
{
	size_t dash = str_find(word, '-', 0);
	struct str behind = dash < word.n ? str_from(word, dash + 1) : word;
	uint32_t first, last;

	if (!aggregate_filter_number(str_sub(word, 0, dash), &first) ||
	    !aggregate_filter_number(behind, &last))
		return errh_error(errh,
		    "pattern %d: bad aggregate number '%.*s'", argno,
		    STR_ARG(word));
	if (first > last)
		return 0;
	return aggregate_filter_add(s, first, last, port, argno, errh);
}

static bool
aggregate_filter_action(struct str word, int32_t *port)
{
	uint32_t n;

	if (str_is(word, "allow"))
		*port = 0;
	else if (str_is(word, "drop") || str_is(word, "deny"))
		*port = AGG_DROP;
	else if (aggregate_filter_number(word, &n))
		*port = n < 256 ? (int32_t)n : AGG_DROP;
	else
		return false;
	return true;
}

static int
aggregate_filter_pattern(struct aggregate_filter *s, const struct strs *words,
    int argno, bool *all, struct errh *errh)
{
	int32_t port;
	int err = 0;

	if (words->n == 0)
		return errh_error(errh, "empty pattern %d", argno);
	if (*all) {
		errh_warning(errh, "pattern %d matches no packets", argno);
		return 0;
	}
	if (!aggregate_filter_action(words->v[0], &port))
		return errh_error(
		    errh, "pattern %d: expected a port number", argno);
	if (words->n == 1)
		return errh_error(errh, "pattern %d has no aggregates", argno);
	*all = words->n == 2 &&
	       (str_is(words->v[1], "all") || str_is(words->v[1], "-"));
	for (size_t i = 0; *all && i < s->ranges.n; i++)
		if (s->ranges.v[i].port == AGG_FREE)
			s->ranges.v[i].port = port;
	for (size_t i = 1; !*all && i < words->n; i++)
		if (aggregate_filter_word(s, words->v[i], port, argno, errh) !=
		    0)
			err = ERR_INVAL;
	return err;
}

static int
aggregate_filter_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct aggregate_filter *s = element_state(e);
	struct agg_range whole = { 0, AGG_FREE };
	bool all = false;
	int err = 0;

	if (vec_push(&s->ranges, whole) != 0)
		return errh_error(errh, "out of memory");
	for (size_t i = 0; i < conf->n; i++) {
		struct arena mem = ARENA_INIT;
		struct strs words = VEC_INIT;

		if (conf_split_space(conf->v[i], &mem, &words) != 0)
			err = errh_error(errh, "out of memory");
		else if (aggregate_filter_pattern(
		             s, &words, (int)i, &all, errh) != 0)
			err = ERR_INVAL;
		vec_fini(&words);
		arena_fini(&mem);
	}
	return err;
}

static void
aggregate_filter_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct aggregate_filter *s = element_state(e);

	(void)stage;
	vec_fini(&s->ranges);
}

static inline int
aggregate_filter_one(struct element *e, struct thread *t, struct packet **p)
{
	const struct aggregate_filter *s = element_state(e);
	size_t i = aggregate_filter_find(s, anno_u32(*p, ANNO_AGGREGATE));
	int port = s->ranges.v[i].port;

	(void)t;
	return port < 0 ? PACKET_DROP : port;
}

static void
aggregate_filter_push(struct element *e, unsigned int port, struct batch *b)
{
	(void)port;
	batch_route_all(e, b, aggregate_filter_one);
}

const struct element_class element_aggregate_filter = {
	.name = "AggregateFilter",
	.ports = "1/1-254",
	.processing = "h/h",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct aggregate_filter),
	.configure = aggregate_filter_configure,
	.cleanup = aggregate_filter_cleanup,
	.push = aggregate_filter_push,
};
