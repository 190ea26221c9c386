/* SPDX-License-Identifier: BSD-3-Clause */
/* stats.c -- what a guest tells of itself and of its routers. */
#include "base/atomic.h"
#include "base/cycles.h"
#include "click/handler.h"
#include "clickos/internal.h"
#include "os/os.h"

static void
stats_line(struct strbuf *out, const char *name, uint64_t value)
{
	sb_printf(out, "%s ", name);
	sb_u64(out, value);
	sb_addc(out, '\n');
}

const char *
guest_state_name(enum guest_state state)
{
	static const char *const names[] = { "free", "starting", "running",
		"stopping", "halted", "failed" };

	return names[state];
}

void
guest_list(const struct guest *g, struct strbuf *out)
{
	for (unsigned int i = 0; i < CONTROL_ROUTERS; i++)
		if (g->unit[i] != NULL)
			sb_printf(out, "%u %s %.*s\n", i,
			    guest_state_name(g->unit[i]->state),
			    STR_ARG(g->unit[i]->label));
}

/* The router stands still: what its thread has counted. */
static void
stats_thread(struct unit *u, struct strbuf *out)
{
	struct thread *t = master_thread(u->master, 0);
	struct traffic sum;

	stats_line(out, "elements", master_router(u->master)->nelements);
	stats_line(out, "packets_owned", u->pool->owned);
	stats_line(out, "packets_ready", u->pool->nready);
	stats_line(out, "packet_failures", u->pool->failures);
	stats_line(out, "task_runs", t->task_runs);
	stats_line(out, "idle_waits", t->idle_waits);
	stats_line(out, "deferred_drops", t->deferred_drops);
	traffic_count(master_router(u->master), t, &sum);
	stats_line(out, "rx_packets", sum.rx);
	stats_line(out, "tx_packets", sum.tx);
	stats_line(out, "drops", sum.drops);
}

void
guest_status(struct guest *g, unsigned int id, struct strbuf *out)
{
	struct unit *u = id < CONTROL_ROUTERS ? g->unit[id] : NULL;
	struct str error = guest_error(g, id);

	if (u == NULL)
		return;
	sb_printf(out, "id %u\nstate %s\nlabel %.*s\n", id,
	    guest_state_name(u->state), STR_ARG(u->label));
	stats_line(out, "text_bytes", u->text.n);
	stats_line(out, "swaps", u->swaps);
	if (u->state == GUEST_RUNNING &&
	    unit_enter(u, g->options.waiter) != NULL) {
		stats_line(out, "uptime_us",
		    (uint64_t)(os_steady_ns() - u->started_ns) / 1000);
		stats_thread(u, out);
		unit_leave(u);
	}
	if (error.n > 0)
		sb_printf(out, "error\n%.*s", STR_ARG(error));
}

void
guest_stats(struct guest *g, struct strbuf *out)
{
	int64_t now = os_steady_ns(), up = now - g->born_ns;
	int64_t cpu = os_cpu_ns() - g->born_cpu_ns;
	struct os_memory memory;

	os_memory(&memory);
	stats_line(out, "routers", guest_count(g));
	stats_line(out, "routers_running", load_relaxed(&g->running));
	stats_line(out, "routers_failed", load_relaxed(&g->failed));
	stats_line(out, "memory_total", memory.total);
	stats_line(out, "memory_used", memory.used);
	stats_line(out, "packets", depot_total(g->depot));
	stats_line(out, "packets_limit", g->options.packets);
	stats_line(out, "uptime_us", (uint64_t)up / 1000);
	stats_line(out, "cycles", cycles_now() - g->born_cycles);
	stats_line(out, "cpu_us", (uint64_t)cpu / 1000);
	/* Parts in a thousand of all time that nothing had to be done. */
	stats_line(out, "idle_permille",
	    up <= 0 || cpu >= up ? 0
	                         : (uint64_t)((up - cpu) / (up / 1000 + 1)));
	if (g->options.stats != NULL)
		g->options.stats(g->options.arg, out);
}

static void
stats_boot(struct strbuf *out)
{
	static const char *const names[OS_STAGES] = { "memory", "drivers",
		"control", "router", "frame" };

	for (unsigned int i = 0; i < OS_STAGES; i++) {
		int64_t us = os_stage_us((enum os_stage)i);

		if (us >= 0)
			stats_line(out, names[i], (uint64_t)us);
	}
}

/* ---- handlers of every router ---- */

static int
stats_read_boot(struct element *e, uintptr_t user, struct handler_call *call)
{
	(void)e;
	(void)user;
	stats_boot(call->out);
	return 0;
}

static int
stats_read_guest(struct element *e, uintptr_t user, struct handler_call *call)
{
	(void)e;
	guest_stats((struct guest *)user, call->out);
	return 0;
}

int
guest_add_handlers(struct guest *g, struct master *m)
{
	const struct handler boot = { .name = STR("clickos.boot_us"),
		.read = stats_read_boot };
	const struct handler stats = { .name = STR("clickos.stats"),
		.read = stats_read_guest,
		.read_user = (uintptr_t)g };
	int err = master_add_handler(m, &boot);

	return err != 0 ? err : master_add_handler(m, &stats);
}
