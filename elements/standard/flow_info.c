/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * FlowInfo(ELEMENT CODE, ...) -- says how packets flow inside elements, where
 * their classes say it wrongly or too roughly.
 *
 *   ports     none
 *   ELEMENT   the name of an element
 *   CODE      a flow code: on each side of the slash a letter a port, or the
 *             set of letters "[xy]"; packets flow from an input to the outputs
 *             that have a letter of its; the last letter counts for the ports
 *             that follow: "x/x" (from all to all), "xy/xy", "x/y" (to none)
 *
 * Whoever looks along the configuration goes by it: RED for its queues, tasks
 * for what may let them sleep.  What packets do does not change.
 *
 *	RED(5, 50, 0.02) -> sw :: Switch;  FlowInfo(sw x/xy);
 *	sw [0] -> Queue -> Discard;  sw [1] -> Queue -> Discard;
 */
#include "click/flow.h"

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
		struct element *of;

		if (name.n == 0 || code.n == 0 || text.n != 0) {
			errh_error(errh, "expected 'ELEMENT CODE'");
			continue;
		}
		of = router_find(e->router, name, e);
		if (of == NULL)
			errh_error(errh, "'%.*s' does not name an element",
			    STR_ARG(name));
		else if (element_set_flow(of, code) != 0)
			return ERR_NOMEM;
	}
	return 0; /* as in Click, its mistakes stop nobody */
}

const struct element_class element_flow_info = {
	.name = "FlowInfo",
	.ports = "0/0",
	.phase = PHASE_INFO,
	.configure = flow_info_configure,
};
