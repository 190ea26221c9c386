/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * rwmapper.h -- a mapper's list of patterns, each with its two outputs.
 */
#ifndef ELEMENTS_IP_RWMAPPER_H
#define ELEMENTS_IP_RWMAPPER_H

#include "elements/ip/rewriter.h"

/* Mappers are configured before the rewriters that name them. */
enum { PHASE_MAPPER = PHASE_DEFAULT - 1 };

struct rw_target {
	struct rw_pattern *pattern; /* a reference */
	int32_t out[2];
};

struct rw_targets {
	VEC_FIELDS(struct rw_target)
};

/* Appends the target that text describes ("SADDR ... FOUT ROUT"). */
int rw_targets_add(struct rw_targets *v, struct str text, struct element *e,
    struct errh *errh);
void rw_targets_fini(struct rw_targets *v);
/* For ip_mapper.check: reports targets that user has no outputs for. */
void rw_targets_check(const struct rw_targets *v, struct element *mapper,
    const struct rewriter *user, struct errh *errh);

#endif
