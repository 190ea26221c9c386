/* SPDX-License-Identifier: BSD-3-Clause */
/* flow.c -- see flow.h. */
#include "click/flow.h"

#include "click/element.h"
#include "click/router.h"

/* A router's table of codes by element index, NULL where the class counts. */
static const char flow_codes_key[] = "flow codes";

const char *
element_flow(const struct element *e)
{
	const char **codes = router_attachment(e->router, flow_codes_key);

	if (codes != NULL && codes[e->index] != NULL)
		return codes[e->index];
	return e->class->flow == NULL ? "x/x" : e->class->flow;
}

int
element_set_flow(struct element *e, struct str code)
{
	struct router *r = e->router;
	const char **codes = router_attachment(r, flow_codes_key);
	size_t size = r->nelements * sizeof(*codes);
	struct str copy;

	if (codes == NULL) {
		codes = arena_alloc(&r->graph.mem, size);
		if (codes == NULL)
			return ERR_NOMEM;
		memset(codes, 0, size);
		if (router_set_attachment(r, flow_codes_key, codes) != 0)
			return ERR_NOMEM;
	}
	copy = arena_printf(&r->graph.mem, "%.*s", STR_ARG(code));
	if (copy.s == NULL)
		return ERR_NOMEM;
	codes[e->index] = copy.s;
	return 0;
}
