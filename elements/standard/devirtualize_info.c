/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * DevirtualizeInfo(...) -- notes for click-devirtualize.
 *
 *   ports     none
 *
 * Its arguments are kept and otherwise not looked at.
 *
 *	DevirtualizeInfo(anything at all);
 */
#include "click/element.h"

static int
devirtualize_info_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	(void)e;
	(void)conf;
	(void)errh;
	return 0;
}

const struct element_class element_devirtualize_info = {
	.name = "DevirtualizeInfo",
	.ports = "0/0",
	.configure = devirtualize_info_configure,
};
