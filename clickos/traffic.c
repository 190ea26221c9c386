/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * traffic.c -- what a router has done with packets, summed over its elements:
 * what came in at ports and went out of them, and what whoever counts drops has
 * dropped.
 */
#include <stdlib.h>

#include "click/handler.h"
#include "clickos/internal.h"

/* A handler's number; 0 where there is none. */
static uint64_t
traffic_number(
    struct router *r, struct element *e, struct thread *t, struct str name)
{
	const struct handler *h = handler_find(r, e, name);
	struct strbuf out = STRBUF_INIT;
	struct handler_call call = { .thread = t, .out = &out };
	struct errh silent;
	uint64_t n = 0;

	if (h == NULL || h->read == NULL)
		return 0;
	errh_silent_init(&silent);
	call.errh = &silent;
	if (handler_read(r, e, h, &call) == 0)
		n = strtoul(sb_cstr(&out), NULL, 10);
	errh_fini(&silent);
	sb_fini(&out);
	return n;
}

void
traffic_count(struct router *r, struct thread *t, struct traffic *sum)
{
	*sum = (struct traffic){ 0 };
	for (uint32_t i = 0; i < r->nelements; i++) {
		struct element *e = router_element(r, i);
		struct str class = str_of(e->class->name);

		if (str_is(class, "FromDevice"))
			sum->rx += traffic_number(r, e, t, STR("count"));
		else if (str_is(class, "ToDevice"))
			sum->tx += traffic_number(r, e, t, STR("count"));
		sum->drops += traffic_number(r, e, t, STR("drops")) +
		              traffic_number(r, e, t, STR("kernel_drops"));
	}
}
