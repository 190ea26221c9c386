/* SPDX-License-Identifier: BSD-3-Clause */
/* flow_top.c -- the handlers of FlowMonitor: the greatest flows, and all. */
#include <stdlib.h>

#include "click/router.h"
#include "elements/app/flow_monitor.h"
#include "elements/ip/quiet.h"

enum { TOP_DEFAULT = 10, TOP_MAX = 1000 };

static void
flow_monitor_print(
    const struct monitor_flow *f, uint32_t now_ms, struct strbuf *out)
{
	five_tuple_print(&f->head.id, out);
	for (unsigned int d = 0; d < 2; d++) {
		sb_addc(out, '\t');
		sb_u64(out, f->packets[d]);
		sb_addc(out, '\t');
		sb_u64(out, f->bytes[d]);
	}
	sb_printf(out, "\t%u.%03u\t%u.%03u\t",
	    (unsigned)((now_ms - f->first_ms[0]) / 1000),
	    (unsigned)((now_ms - f->first_ms[0]) % 1000),
	    (unsigned)((now_ms - f->head.last_ms) / 1000),
	    (unsigned)((now_ms - f->head.last_ms) % 1000));
	if (f->head.id.proto == IPPROTO4_TCP)
		sb_printf(out, "%02x/%02x %s\n", f->flags[0], f->flags[1],
		    tcp_track_state_name[f->state]);
	else
		sb_adds(out, "-\n");
}

static uint64_t
flow_monitor_weight(const struct monitor_flow *f, bool by_packets)
{
	return by_packets ? f->packets[0] + f->packets[1]
	                  : f->bytes[0] + f->bytes[1];
}

/* Puts record into the list of the n greatest, which is sorted. */
static uint32_t
flow_monitor_rank(const struct flowbook *fb, uint32_t *top, uint32_t have,
    uint32_t n, uint32_t record, bool by_packets)
{
	uint64_t w =
	    flow_monitor_weight(flowbook_record(fb, record), by_packets);
	uint32_t i = have;

	while (i > 0 && flow_monitor_weight(
	                    flowbook_record(fb, top[i - 1]), by_packets) < w) {
		if (i < n)
			top[i] = top[i - 1];
		i--;
	}
	if (i == n)
		return have;
	top[i] = record;
	return have < n ? have + 1 : n;
}

static int
flow_monitor_read_top(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct flow_monitor *self = element_state(e);
	struct str rest = call->text, number = str_word(&rest);
	struct str what = str_word(&rest);
	uint32_t n = TOP_DEFAULT, have = 0, record = 0, *top;

	(void)user;
	if ((number.n > 0 && !arg_quiet(&arg_type_u32, number, &n, e)) ||
	    n == 0 || n > TOP_MAX ||
	    (what.n > 0 && !str_is(what, "bytes") && !str_is(what, "packets")))
		return errh_error(call->errh,
		    "expected '[N [bytes|packets]]', N from 1 to %d", TOP_MAX);
	top = calloc(n, sizeof(*top));
	if (top == NULL)
		return errh_error(call->errh, "out of memory");
	while ((record = flowtable_next(&self->book.table, record + 1)) != 0)
		have = flow_monitor_rank(
		    &self->book, top, have, n, record, str_is(what, "packets"));
	for (uint32_t i = 0; i < have; i++)
		flow_monitor_print(flowbook_record(&self->book, top[i]),
		    flowbook_now(call->thread), call->out);
	free(top);
	return 0;
}

static int
flow_monitor_read_table(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct flow_monitor *self = element_state(e);
	uint32_t n = 0;

	(void)user;
	while ((n = flowtable_next(&self->book.table, n + 1)) != 0)
		flow_monitor_print(flowbook_record(&self->book, n),
		    flowbook_now(call->thread), call->out);
	return 0;
}

void
flow_monitor_add_handlers(struct element *e)
{
	struct flow_monitor *self = element_state(e);
	const struct {
		const char *name;
		uint64_t *field;
	} counts[] = {
		{ "packets", &self->packets },
		{ "bytes", &self->bytes },
		{ "ignored", &self->ignored },
		{ "exported", &self->export.records },
		{ "messages", &self->export.messages },
		{ "export_drops", &self->export.drops },
	};

	for (size_t i = 0; i < ARRAY_SIZE(counts); i++)
		handler_add_data(
		    e, counts[i].name, HANDLER_READ, DATA_U64, counts[i].field);
	handler_add_read(e, "top", flow_monitor_read_top, 0,
	    HANDLER_PARAM | HANDLER_EXPENSIVE);
	handler_add_read(
	    e, "table", flow_monitor_read_table, 0, HANDLER_EXPENSIVE);
	flowbook_add_handlers(e, &self->book);
}
