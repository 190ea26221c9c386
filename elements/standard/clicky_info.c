/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ClickyInfo(...) -- notes for clicky, the graphical viewer: styles and places.
 *
 *   ports     none
 *
 * Its arguments are kept and otherwise not looked at.
 *
 *	ClickyInfo(anything at all);
 */
#include "click/element.h"

static int
clicky_info_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	(void)e;
	(void)conf;
	(void)errh;
	return 0;
}

const struct element_class element_clicky_info = {
	.name = "ClickyInfo",
	.ports = "0/0",
	.configure = clicky_info_configure,
};
