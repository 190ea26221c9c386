/* SPDX-License-Identifier: BSD-3-Clause */
/* meter_base.c -- see meter.h. */
#include "elements/standard/meter.h"

#include <stdlib.h>

#include "click/conf.h"

/* Reads every RATE into limits, as bytes a second. */
static int
meter_read_rates(const struct strs *conf, uint32_t *limits, struct errh *errh)
{
	for (size_t i = 0; i < conf->n; i++) {
		bool assumed = false, overflow = false;
		int nth = (int)i + 1;
		uint64_t rate;

		if (!conf_bandwidth(conf->v[i], &rate, &assumed, &overflow) ||
		    overflow || rate > UINT32_MAX)
			return errh_error(
			    errh, "argument %d syntax error", nth);
		limits[i] = (uint32_t)rate;
		if (i > 0 && limits[i] <= limits[i - 1])
			return errh_error(
			    errh, "rate %d must be > rate %d", nth, nth - 1);
		if (assumed)
			errh_warning(errh,
			    "no units for bandwidth argument %d, assuming Bps",
			    nth);
	}
	return 0;
}

static int
meter_scale_rates(uint32_t *limits, size_t n, struct errh *errh)
{
	const uint32_t max = UINT32_MAX >> METER_SCALE;

	for (size_t i = 0; i < n; i++) {
		if (limits[i] > max)
			return errh_error(errh, "rate %d too large (max %u)",
			    (int)i + 1, max);
		limits[i] = (limits[i] << METER_SCALE) / RATE_HZ;
	}
	return 0;
}

int
meter_configure(struct element *e, const struct strs *conf, struct errh *errh)
{
	struct meter *s = element_state(e);

	if (conf->n == 0)
		return errh_error(errh,
		    "too few arguments to BandwidthMeter(bandwidth, ...)");
	s->limits = calloc(conf->n, sizeof(*s->limits));
	if (s->limits == NULL)
		return ERR_NOMEM;
	s->nlimits = (unsigned int)conf->n;
	if (meter_read_rates(conf, s->limits, errh) != 0 ||
	    meter_scale_rates(s->limits, conf->n, errh) != 0)
		return ERR_INVAL;
	if (s->nlimits + 1 != e->nout)
		return errh_error(errh,
		    "need %d arguments, "
		    "one less than the number of output ports",
		    e->nout - 1);
	return 0;
}

int
meter_initialize(struct element *e, struct errh *errh)
{
	struct meter *s = element_state(e);

	(void)errh;
	rate_init(&s->rate, METER_SCALE, thread_jiffies(e->thread));
	return 0;
}

void
meter_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct meter *s = element_state(e);

	(void)stage;
	free(s->limits);
	s->limits = NULL;
}

static int
meter_read_rate(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct meter *s = element_state(e);

	(void)user;
	rate_update(&s->rate, thread_jiffies(call->thread), 0);
	rate_print(&s->rate, call->out);
	return 0;
}

/* One after the other, without a space between, as in Click. */
static int
meter_read_meters(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct meter *s = element_state(e);

	(void)user;
	for (unsigned int i = 0; i < s->nlimits; i++)
		sb_fixed2(
		    call->out, (int64_t)s->limits[i] * RATE_HZ, METER_SCALE);
	return 0;
}

void
meter_add_handlers(struct element *e)
{
	handler_add_read(e, "rate", meter_read_rate, 0, 0);
	handler_add_read(e, "meters", meter_read_meters, 0, 0);
}
