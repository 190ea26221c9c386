/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SourceIPHashMapper(NODES SEED, PATTERN ID, ...) -- give a rewriter's new
 * flows to patterns by their source address, with consistent hashing.
 *
 *   NODES        points that each pattern gets on the circle of hashes; more
 *                spread flows more evenly
 *   SEED         of their places, an integer
 *   PATTERN ID   "SADDR SPORT DADDR DPORT FOUT ROUT" as in IPRewriter's
 *                "pattern ...", then the number of this server, from 0 on
 *
 * All flows of a source address go to one pattern.  A server's points depend
 * on its number, NODES and SEED alone: when others come or go, most addresses
 * stay where they were.  They are where Click with glibc has them.  No ports,
 *no handlers: rewriters name it as an input specification.
 *
 *	m :: SourceIPHashMapper(10 0xbadbeef,
 *	    - - 10.0.0.1 - 0 1 0, - - 10.0.0.2 - 0 1 1);
 *	rw :: IPRewriter(m, drop);
 */
#include <stdlib.h>

#include "click/conf.h"
#include "elements/ip/quiet.h"
#include "elements/ip/rwmapper.h"

struct hash_point {
	uint32_t at;     /* on the circle */
	uint32_t target; /* index */
};

struct source_ip_hash_mapper {
	struct ip_mapper mapper;
	struct rw_targets targets;
	VEC(uint32_t) ids; /* of the targets */
	VEC(struct hash_point) points;
	int32_t seed;
};

enum {
	POINTS_MAX = 1 << 20,
	ID_MAX = 65535,
	DRAWS_MAX = 1 << 24, /* (ID + 1) * NODES: a tenth of a second */
};

static int
source_ip_hash_mapper_order(const void *a, const void *b)
{
	const struct hash_point *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->target < y->target ? -1 : x->target > y->target;
}

/*
 * The numbers of glibc's random() (its manual, srandom: "the additive feedback
 * generator"): each is the sum of those 3 and 31 before it, without its lowest
 * bit; the first 31 are a Lehmer generator's, and 310 are thrown away.
 */
struct feedback {
	uint32_t word[31];
	unsigned int at;
};

static uint32_t
feedback_next(struct feedback *f)
{
	uint32_t x = f->word[f->at] += f->word[(f->at + 28) % 31];

	f->at = (f->at + 1) % 31;
	return x >> 1;
}

static void
feedback_seed(struct feedback *f, int32_t seed)
{
	int64_t x = seed == 0 ? 1 : seed;

	f->word[0] = (uint32_t)x;
	for (int i = 1; i < 31; i++) {
		x = x * 16807 % INT32_MAX;
		if (x < 0)
			x += INT32_MAX;
		f->word[i] = (uint32_t)x;
	}
	f->at = 3; /* the 32nd to 34th are the first three again */
	for (int i = 0; i < 310; i++)
		(void)feedback_next(f);
}

/*
 * An address's place on the circle, Click's: its first byte is what the last is
 * multiplied by, so that neighbours are far apart.
 */
static uint32_t
source_ip_hash_mapper_hash(uint32_t addr)
{
	addr = __builtin_bswap32(ip4_host(addr));
	return addr * ((addr << 24) | 1) % INT32_MAX;
}

/* The first point at or after hash, round the circle. */
static const struct hash_point *
source_ip_hash_mapper_find(
    const struct source_ip_hash_mapper *self, uint32_t hash)
{
	size_t low = 0, high = self->points.n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (self->points.v[mid].at < hash)
			low = mid + 1;
		else
			high = mid;
	}
	return &self->points.v[low == self->points.n ? 0 : low];
}

static int
source_ip_hash_mapper_map(struct ip_mapper *m, struct rewriter_input *in,
    struct thread *t, const struct flow_key *from, struct flow_key *to)
{
	struct source_ip_hash_mapper *self = element_state(m->e);
	uint32_t hash = source_ip_hash_mapper_hash(from->src);
	const struct hash_point *point = source_ip_hash_mapper_find(self, hash);
	const struct rw_target *x = &self->targets.v[point->target];

	return rewriter_map_pattern(in, x->pattern, x->out, t, from, to);
}

static void
source_ip_hash_mapper_check(
    struct ip_mapper *m, struct rewriter *user, struct errh *errh)
{
	struct source_ip_hash_mapper *self = element_state(m->e);

	rw_targets_check(&self->targets, m->e, user, errh);
}

/* "NODES SEED" */
static int
source_ip_hash_mapper_parse_head(struct source_ip_hash_mapper *self,
    struct str text, int32_t *nodes, struct errh *errh)
{
	struct arena mem = ARENA_INIT;
	struct strs words = VEC_INIT;
	int err = conf_split_space(text, &mem, &words);

	if (err == 0 && words.n != 2)
		err =
		    errh_error(errh, "requires 2 config params: numnodes seed");
	if (err == 0 &&
	    (!arg_quiet(&arg_type_i32, words.v[0], nodes, NULL) || *nodes <= 0))
		err = errh_error(errh, "number of nodes must be an integer");
	if (err == 0 &&
	    !arg_quiet(&arg_type_i32, words.v[1], &self->seed, NULL))
		err = errh_error(errh, "hash seed must be an integer");
	vec_fini(&words);
	arena_fini(&mem);
	return err;
}

/* "PATTERN ID" */
static int
source_ip_hash_mapper_add(struct element *e, struct str text, struct errh *errh)
{
	struct source_ip_hash_mapper *self = element_state(e);
	struct str word;
	size_t space;
	int32_t id;
	int err;

	text = str_trim(text);
	space = str_rfind(text, ' ');
	word = space < text.n ? str_from(text, space + 1) : text;
	if (space >= text.n || !arg_quiet(&arg_type_i32, word, &id, NULL) ||
	    id < 0 || id > ID_MAX)
		return errh_error(errh, "bad server ID in pattern spec");
	err = rw_targets_add(
	    &self->targets, str_trim(str_sub(text, 0, space)), e, errh);
	if (err == 0 && vec_push(&self->ids, (uint32_t)id) != 0)
		err = errh_error(errh, "out of memory");
	return err;
}

/* Server id's points are the numbers id * nodes on, for the target i. */
static int
source_ip_hash_mapper_place_one(struct source_ip_hash_mapper *self,
    struct feedback numbers, uint32_t nodes, uint32_t i)
{
	uint64_t skip = (uint64_t)self->ids.v[i] * nodes;
	int err = 0;

	while (skip-- > 0)
		(void)feedback_next(&numbers);
	for (uint32_t k = 0; k < nodes && err == 0; k++) {
		struct hash_point point = { feedback_next(&numbers), i };

		err = vec_push(&self->points, point);
	}
	return err;
}

static int
source_ip_hash_mapper_place(
    struct source_ip_hash_mapper *self, uint32_t nodes, struct errh *errh)
{
	uint32_t n = (uint32_t)self->targets.n;
	struct feedback numbers;
	uint64_t draws = 0;
	int err = 0;

	for (uint32_t i = 0; i < n; i++)
		draws += ((uint64_t)self->ids.v[i] + 1) * nodes;
	if ((uint64_t)nodes * n > POINTS_MAX || draws > DRAWS_MAX)
		return errh_error(errh,
		    "too many nodes; max %u of all patterns together, and %u "
		    "with all IDs summed up",
		    POINTS_MAX, DRAWS_MAX);
	feedback_seed(&numbers, self->seed);
	for (uint32_t i = 0; i < n && err == 0; i++)
		err = source_ip_hash_mapper_place_one(self, numbers, nodes, i);
	if (err != 0)
		return err;
	qsort(self->points.v, self->points.n, sizeof(*self->points.v),
	    source_ip_hash_mapper_order);
	return 0;
}

static int
source_ip_hash_mapper_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct source_ip_hash_mapper *self = element_state(e);
	int32_t nodes = 0;
	int err;

	if (conf->n == 0)
		return errh_error(errh, "no hash seed given");
	if (conf->n == 1)
		return errh_error(errh, "no patterns given");
	if (conf->n == 2)
		errh_warning(errh, "only one pattern given");
	err = source_ip_hash_mapper_parse_head(self, conf->v[0], &nodes, errh);
	if (err != 0)
		return err;
	for (size_t i = 1; i < conf->n; i++)
		if (source_ip_hash_mapper_add(e, conf->v[i], errh) != 0)
			err = ERR_INVAL;
	return err != 0
	           ? err
	           : source_ip_hash_mapper_place(self, (uint32_t)nodes, errh);
}

static void
source_ip_hash_mapper_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct source_ip_hash_mapper *self = element_state(e);

	(void)stage;
	rw_targets_fini(&self->targets);
	vec_fini(&self->ids);
	vec_fini(&self->points);
}

static void *
source_ip_hash_mapper_cast(struct element *e, const char *name, int port)
{
	struct source_ip_hash_mapper *self = element_state(e);

	(void)port;
	if (strcmp(name, "IPMapper") != 0)
		return NULL;
	self->mapper = (struct ip_mapper){
		.e = e,
		.check = source_ip_hash_mapper_check,
		.map = source_ip_hash_mapper_map,
	};
	return &self->mapper;
}

const struct element_class element_source_ip_hash_mapper = {
	.name = "SourceIPHashMapper",
	.state_size = sizeof(struct source_ip_hash_mapper),
	.phase = PHASE_MAPPER,
	.configure = source_ip_hash_mapper_configure,
	.cleanup = source_ip_hash_mapper_cleanup,
	.cast = source_ip_hash_mapper_cast,
};
