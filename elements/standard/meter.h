/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * meter.h -- what Meter and BandwidthMeter share.  For these elements; not an
 * element.
 */
#ifndef ELEMENTS_STANDARD_METER_H
#define ELEMENTS_STANDARD_METER_H

#include "click/element.h"
#include "elements/standard/ewma.h"

enum { METER_SCALE = 10 };

struct meter {
	struct rate_ewma rate;
	uint32_t *limits; /* a millisecond, scaled like the rate */
	unsigned int nlimits;
};

int meter_configure(
    struct element *e, const struct strs *conf, struct errh *errh);
int meter_initialize(struct element *e, struct errh *errh);
void meter_cleanup(struct element *e, enum cleanup_stage stage);
void meter_add_handlers(struct element *e);

/* Counts n and says which output the rate now stands for. */
static inline unsigned int
meter_output(struct element *e, struct thread *t, uint64_t n)
{
	struct meter *s = element_state(e);
	unsigned int i = 0;

	rate_update(&s->rate, thread_jiffies(t), n);
	while (i < s->nlimits && s->rate.average >= s->limits[i])
		i++;
	return i;
}

#endif
