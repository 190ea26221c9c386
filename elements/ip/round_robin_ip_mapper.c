/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RoundRobinIPMapper(PATTERN, ...) -- give a rewriter's new flows to patterns
 * in turn: load balancing.
 *
 *   PATTERN   "SADDR SPORT DADDR DPORT FOUT ROUT" as in IPRewriter's "pattern
 *             ...", or "NAME FOUT ROUT"
 *
 * A pattern with no port left is passed over; when all are, the packet is
 * killed.  No ports, no handlers: rewriters name it as an input specification.
 *
 *	rr :: RoundRobinIPMapper(- - 10.0.0.1 - 0 1, - - 10.0.0.2 - 0 1);
 *	rw :: IPRewriter(rr, drop);
 */
#include "elements/ip/rwmapper.h"

struct round_robin_ip_mapper {
	struct ip_mapper mapper;
	struct rw_targets targets;
	uint32_t next;
};

static int
round_robin_ip_mapper_map(struct ip_mapper *m, struct rewriter_input *in,
    struct thread *t, const struct flow_key *from, struct flow_key *to)
{
	struct round_robin_ip_mapper *self = element_state(m->e);
	uint32_t n = (uint32_t)self->targets.n;

	for (uint32_t tries = 0; tries < n; tries++) {
		uint32_t i = load_relaxed(&self->next);
		const struct rw_target *x = &self->targets.v[i];
		int result;

		store_relaxed(&self->next, i + 1 == n ? 0 : i + 1);
		result =
		    rewriter_map_pattern(in, x->pattern, x->out, t, from, to);
		if (result != REWRITE_DROP)
			return result;
	}
	return REWRITE_DROP;
}

static void
round_robin_ip_mapper_check(
    struct ip_mapper *m, struct rewriter *user, struct errh *errh)
{
	struct round_robin_ip_mapper *self = element_state(m->e);

	rw_targets_check(&self->targets, m->e, user, errh);
}

static int
round_robin_ip_mapper_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct round_robin_ip_mapper *self = element_state(e);
	int err = 0;

	if (conf->n == 0)
		return errh_error(errh, "no patterns given");
	if (conf->n == 1)
		errh_warning(errh, "only one pattern given");
	for (size_t i = 0; i < conf->n; i++)
		if (rw_targets_add(&self->targets, conf->v[i], e, errh) != 0)
			err = ERR_INVAL;
	return err;
}

static void
round_robin_ip_mapper_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct round_robin_ip_mapper *self = element_state(e);

	(void)stage;
	rw_targets_fini(&self->targets);
}

static void *
round_robin_ip_mapper_cast(struct element *e, const char *name, int port)
{
	struct round_robin_ip_mapper *self = element_state(e);

	(void)port;
	if (strcmp(name, "IPMapper") != 0)
		return NULL;
	self->mapper = (struct ip_mapper){
		.e = e,
		.check = round_robin_ip_mapper_check,
		.map = round_robin_ip_mapper_map,
	};
	return &self->mapper;
}

const struct element_class element_round_robin_ip_mapper = {
	.name = "RoundRobinIPMapper",
	.state_size = sizeof(struct round_robin_ip_mapper),
	.phase = PHASE_MAPPER,
	.configure = round_robin_ip_mapper_configure,
	.cleanup = round_robin_ip_mapper_cleanup,
	.cast = round_robin_ip_mapper_cast,
};
