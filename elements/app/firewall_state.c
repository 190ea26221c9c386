/* SPDX-License-Identifier: BSD-3-Clause */
/* firewall_state.c -- StatefulFirewall's flows, to and from another process. */
#include "elements/app/firewall.h"
#include "elements/ip/flowbook_state.h"

enum { SCALE_MAX = 14 }; /* RFC 7323, 2.3 */

#define SIDE_FIELDS(n)                                                         \
	STATE_RAW(struct firewall_flow, tcp.side[n].end),                      \
	    STATE_RAW(struct firewall_flow, tcp.side[n].maxend),               \
	    STATE_RAW(struct firewall_flow, tcp.side[n].maxwin),               \
	    STATE_UP_TO(struct firewall_flow, tcp.side[n].scale, SCALE_MAX),   \
	    STATE_UP_TO(struct firewall_flow, tcp.side[n].can_scale, 1),       \
	    STATE_UP_TO(struct firewall_flow, tcp.side[n].seen, 1),            \
	    STATE_UP_TO(struct firewall_flow, tcp.side[n].fin, 1)

static const struct state_field firewall_counts[] = {
	STATE_RAW(struct firewall, opened),
	STATE_RAW(struct firewall, faults),
};

static const struct state_field firewall_fields[] = {
	FLOWBOOK_FIELDS(struct firewall_flow),
	SIDE_FIELDS(0),
	SIDE_FIELDS(1),
	STATE_UP_TO(struct firewall_flow, tcp.state, TCP_STATES - 1),
	STATE_UP_TO(struct firewall_flow, tcp.user, SIDE_OUTSIDE),
};

/* Who began it is counted anew: sources are made by their flows. */
static int
firewall_take_flow(const struct state_call *c, const void *what)
{
	struct firewall *self = element_state(c->e);
	struct firewall_source *s;
	struct firewall_flow *f;
	uint32_t record;
	int err = flowbook_take_flow(c, what, &record);

	if (err != 0)
		return err;
	f = flowbook_record(&self->book, record);
	if (self->per_source != 0) {
		f->source = firewall_source(self, &f->head.id);
		if (f->source != 0) {
			s = flowbook_record(&self->sources, f->source);
			s->count++;
		}
	}
	flowbook_touch(&self->book, record);
	return f->source == 0 && self->per_source != 0
	           ? state_refuse_item(c, "its source has too many")
	           : 0;
}

static const struct state_item firewall_items[] = {
	{ .what = "counts", STATE_FIELDS(firewall_counts) },
	{ .what = "flow",
	    STATE_FIELDS(firewall_fields),
	    FLOWBOOK_ITEM(struct firewall, book, struct firewall_flow),
	    .take = firewall_take_flow },
};

const struct state_class firewall_state = { 1, STATE_ITEMS(firewall_items) };
