/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * FlowInfo(ELEMENT CODE, ...) -- says how packets flow inside elements, for
 * tools that look at configurations.
 *
 *   ports     none
 *   CODE      a flow code, "x/x" or "xy/[xy]x"
 *
 * The running router goes by what its elements themselves declare.
 *
 *	FlowInfo(sw x/y);
 */
#include "click/conf.h"
#include "click/element.h"
#include "click/router.h"

static int
flow_info_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	for (size_t i = 0; i < conf->n; i++) {
		struct str text = conf->v[i];
		struct str name = conf_shift_space(&text);
		struct str code = conf_shift_space(&text);

		if (name.n == 0 || code.n == 0 || text.n != 0)
			errh_error(errh, "expected 'ELEMENT CODE'");
		else if (router_find(e->router, name, e) == NULL)
			errh_error(errh, "'%.*s' does not name an element",
			    STR_ARG(name));
	}
	return 0; /* as in Click, its mistakes stop nobody */
}

const struct element_class element_flow_info = {
	.name = "FlowInfo",
	.ports = "0/0",
	.phase = PHASE_INFO,
	.configure = flow_info_configure,
};
