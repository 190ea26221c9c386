/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IPRewriterPatterns(NAME PATTERN, ...) -- name patterns for rewriters to
 * share.
 *
 *   NAME PATTERN   as in IPRewriter's "pattern PATTERN FOUT ROUT", which may
 *                  then be "pattern NAME FOUT ROUT"; the name is known in its
 *                  compound element and within that
 *
 * All who use a pattern with a range "L-H#" go through one sequence.
 *
 *	IPRewriterPatterns(nat 1.0.0.1 1024-65535 - -);
 *	rw :: IPRewriter(pattern nat 0 1, drop);
 */
#include <stdlib.h>

#include "click/conf.h"
#include "click/element.h"
#include "click/nameinfo.h"
#include "click/router.h"
#include "elements/ip/quiet.h"
#include "elements/ip/rwpattern.h"

static const char attachment[] = "IPRewriterPatterns";

/* The first of a router makes the list, the first to go frees it. */
static struct rw_pattern_names *
ip_rewriter_patterns_names(struct router *r)
{
	struct rw_pattern_names *names = router_attachment(r, attachment);

	if (names != NULL)
		return names;
	names = calloc(1, sizeof(*names));
	if (names != NULL && router_set_attachment(r, attachment, names) != 0) {
		free(names);
		return NULL;
	}
	return names;
}

static void
ip_rewriter_patterns_add(struct element *e, struct rw_pattern_names *names,
    struct str text, struct errh *errh)
{
	struct str name = conf_shift_space(&text);
	struct strs words = VEC_INIT;
	struct arena mem = ARENA_INIT;
	struct rw_pattern *p;
	int32_t x;

	if (name.n == 0)
		return;
	if (name_or_number(NAME_REWRITER_PATTERN, e, name, &x)) {
		errh_error(
		    errh, "pattern '%.*s' already defined", STR_ARG(name));
		return;
	}
	if (conf_split_space(text, &mem, &words) == 0 &&
	    rw_pattern_parse(&words, e, &p, errh) == 0) {
		x = (int32_t)names->n;
		if (vec_push(names, p) != 0 ||
		    name_define(
		        NAME_REWRITER_PATTERN, e, name, &x, sizeof(x)) != 0)
			errh_error(errh, "out of memory");
	}
	vec_fini(&words);
	arena_fini(&mem);
}

static int
ip_rewriter_patterns_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct rw_pattern_names *names = ip_rewriter_patterns_names(e->router);
	unsigned int before = errh->nerrors;

	if (names == NULL)
		return errh_error(errh, "out of memory");
	for (size_t i = 0; i < conf->n; i++)
		ip_rewriter_patterns_add(e, names, conf->v[i], errh);
	return errh->nerrors > before ? ERR_INVAL : 0;
}

static void
ip_rewriter_patterns_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct rw_pattern_names *names =
	    router_attachment(e->router, attachment);

	(void)stage;
	if (names == NULL)
		return;
	for (size_t i = 0; i < names->n; i++)
		rw_pattern_put(names->v[i]);
	vec_fini(names);
	free(names);
	/* Replaces what is there: needs no memory. */
	(void)router_set_attachment(e->router, attachment, NULL);
}

const struct element_class element_ip_rewriter_patterns = {
	.name = "IPRewriterPatterns",
	.phase = PHASE_INFO,
	.configure = ip_rewriter_patterns_configure,
	.cleanup = ip_rewriter_patterns_cleanup,
};
