/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * shaper.h -- what Shaper and BandwidthShaper share.  For these elements; not
 * an element.
 */
#ifndef ELEMENTS_STANDARD_SHAPER_H
#define ELEMENTS_STANDARD_SHAPER_H

#include "click/element.h"
#include "elements/standard/gap_rate.h"

struct shaper {
	struct gap_rate rate;
	bool bytes; /* it counts bytes, not packets */
};

int shaper_setup(
    struct element *e, const struct strs *conf, bool bytes, struct errh *errh);
void shaper_add_handlers(struct element *e);
void shaper_unparse_config(struct element *e, struct strbuf *out);

#endif
