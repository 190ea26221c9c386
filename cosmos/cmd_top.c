/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * cmd_top.c -- cosmos top: all guests and their routers, every second anew.
 *
 * Rates come from two looks; a row is found again by guest and router.
 */
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/steady.h"
#include "cosmos/cmd.h"

enum { DELAY_MS = 1000 };

static const struct option top_options[] = {
	{ "delay", required_argument, NULL, 'd' },
	{ "count", required_argument, NULL, 'n' },
	{ NULL, 0, NULL, 0 },
};

/* A guest, or one of its routers. */
struct row {
	struct cosmos_guest g;
	int router; /* -1: the guest */
	char label[64], state[16];
	uint64_t cpu_ns, packets, drops;
	double cpu_percent, packets_s, drops_s;
};

struct table {
	struct row *v;
	size_t n, cap;
	int64_t at_ns;
};

static volatile sig_atomic_t top_stop;

static void
top_signal(int signo)
{
	(void)signo;
	top_stop = 1;
}

/* ---- one look ---- */

static struct row *
table_add(struct table *t, const struct cosmos_guest *g, int router)
{
	struct row *v;

	if (t->n == t->cap) {
		t->cap = t->cap == 0 ? 64 : 2 * t->cap;
		v = realloc(t->v, t->cap * sizeof(*v));
		if (v == NULL)
			err(COSMOS_E_FULL, "top");
		t->v = v;
	}
	v = &t->v[t->n++];
	memset(v, 0, sizeof(*v));
	v->g = *g;
	v->router = router;
	return v;
}

/* "name value" lines: the number of one. */
static uint64_t
line_number(const char *text, const char *name)
{
	size_t n = strlen(name);

	for (; text != NULL; text = strchr(text, '\n')) {
		text += *text == '\n';
		if (strncmp(text, name, n) == 0 && text[n] == ' ')
			return strtoull(text + n, NULL, 10);
	}
	return 0;
}

/* A router that is being removed this moment has nothing to tell. */
static void
look_router(struct cmd_context *x, struct table *t,
    const struct cosmos_guest *g, size_t guest, const char *line)
{
	unsigned int router;
	struct row *r;
	char *text;

	if (sscanf(line, "%u", &router) != 1)
		return;
	r = table_add(t, g, (int)router);
	(void)sscanf(line, "%*u %15s %63[^\n]", r->state, r->label);
	if (cosmos_router_status(x->c, g, router, &text, NULL) != COSMOS_OK)
		return;
	r->packets = line_number(text, "rx_packets");
	r->drops = line_number(text, "drops");
	t->v[guest].packets += r->packets;
	t->v[guest].drops += r->drops;
	free(text);
}

static void
look_guest(struct cmd_context *x, struct table *t, const struct cosmos_guest *g)
{
	struct row *r = table_add(t, g, -1);
	size_t guest = t->n - 1;
	char *text, *line, *rest;

	r->cpu_ns = g->cpu_ns;
	if (g->state != COSMOS_STATE_RUNNING)
		return;
	if (cosmos_stats(x->c, g, &text, NULL) == COSMOS_OK) {
		/* Its own clock is finer than the system's. */
		r->cpu_ns = line_number(text, "cpu_us") * 1000;
		free(text);
	}
	if (cosmos_routers(x->c, g, &text, NULL) != COSMOS_OK)
		return;
	for (line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest))
		look_router(x, t, g, guest, line);
	free(text);
}

static int
look(struct cmd_context *x, struct table *t)
{
	struct cosmos_guest *v;
	size_t n, i;
	int status = cosmos_list(x->c, &v, &n);

	if (status != COSMOS_OK)
		return status;
	t->n = 0;
	t->at_ns = steady_ns();
	for (i = 0; i < n; i++)
		look_guest(x, t, &v[i]);
	free(v);
	return COSMOS_OK;
}

/* ---- two looks ---- */

static double
rate(uint64_t now, uint64_t before, double seconds)
{
	return now > before ? (double)(now - before) / seconds : 0;
}

/* Rows keep their order: the next one is mostly found at once. */
static void
compare(struct table *now, const struct table *before)
{
	double seconds = (double)(now->at_ns - before->at_ns) / 1e9;
	size_t i, j, at = 0;

	for (i = 0; i < now->n; i++) {
		struct row *r = &now->v[i];
		const struct row *b = NULL;

		for (j = 0; j < before->n && b == NULL; j++) {
			b = &before->v[(at + j) % before->n];
			if (b->g.id != r->g.id || b->router != r->router ||
			    b->g.platform != r->g.platform)
				b = NULL;
		}
		if (b == NULL)
			continue;
		at = (size_t)(b - before->v) + 1;
		r->cpu_percent = rate(r->cpu_ns, b->cpu_ns, seconds) / 1e7;
		r->packets_s = rate(r->packets, b->packets, seconds);
		r->drops_s = rate(r->drops, b->drops, seconds);
	}
}

/* ---- showing ---- */

static json_t *
row_json(const struct row *r)
{
	json_t *object = json_pack("{s:I, s:I, s:f, s:f}", "packets",
	    (json_int_t)r->packets, "drops", (json_int_t)r->drops,
	    "packets_per_second", r->packets_s, "drops_per_second", r->drops_s);

	if (r->router >= 0) {
		json_object_set_new(object, "router", json_integer(r->router));
		json_object_set_new(object, "state", json_string(r->state));
		json_object_set_new(
		    object, "label", cmd_text_json(r->label, strlen(r->label)));
	}
	return object;
}

static void
show_json(const struct table *t)
{
	json_t *all = json_array(), *routers = NULL, *guest, *numbers;
	size_t i;

	for (i = 0; i < t->n; i++) {
		const struct row *r = &t->v[i];

		numbers = row_json(r);
		if (r->router >= 0) {
			json_array_append_new(routers, numbers);
			continue;
		}
		guest = cmd_guest_json(&r->g);
		json_object_update(guest, numbers);
		json_decref(numbers);
		json_object_set_new(
		    guest, "cpu_percent", json_real(r->cpu_percent));
		routers = json_array();
		json_object_set_new(guest, "routers", routers);
		json_array_append_new(all, guest);
	}
	cmd_print_json(all);
}

static void
show_text(const struct table *t)
{
	size_t i;

	printf("%-24s %8s %-8s %-8s %6s %9s %12s %10s\n", "NAME", "ID", "ON",
	    "STATE", "CPU%", "MEMORY", "PACKETS/S", "DROPS/S");
	for (i = 0; i < t->n; i++) {
		const struct row *r = &t->v[i];

		if (r->router >= 0)
			printf("  %2d %-19.19s %8s %-8s %-8s %6s %9s %12.0f "
			       "%10.0f\n",
			    r->router, r->label, "", "", r->state, "", "",
			    r->packets_s, r->drops_s);
		else
			printf("%-24s %8u %-8s %-8s %6.1f %7.1f M %12.0f "
			       "%10.0f\n",
			    r->g.name, r->g.id,
			    cosmos_platform_name(r->g.platform),
			    cosmos_state_name(r->g.state), r->cpu_percent,
			    (double)r->g.memory / (1 << 20), r->packets_s,
			    r->drops_s);
	}
	fflush(stdout);
}

static int
top_loop(struct cmd_context *x, unsigned long delay_ms, unsigned long count)
{
	const struct timespec delay = { (time_t)(delay_ms / 1000),
		(long)(delay_ms % 1000) * 1000000 };
	struct table t[2] = { { NULL, 0, 0, 0 }, { NULL, 0, 0, 0 } };
	unsigned int now = 0;
	int status = look(x, &t[0]);

	while (status == COSMOS_OK && !top_stop && count > 0) {
		nanosleep(&delay, NULL);
		now ^= 1;
		status = look(x, &t[now]);
		if (status != COSMOS_OK || top_stop)
			break;
		compare(&t[now], &t[now ^ 1]);
		if (x->json) {
			show_json(&t[now]);
		} else {
			if (isatty(STDOUT_FILENO))
				printf("\033[H\033[J");
			show_text(&t[now]);
		}
		count--;
	}
	free(t[0].v);
	free(t[1].v);
	return status;
}

static bool
top_number(const char *text, double most, double *x)
{
	char *end;

	*x = strtod(text, &end);
	return end != text && *end == '\0' && *x > 0 && *x <= most;
}

static int
top_run(struct cmd_context *x, int argc, char **argv)
{
	struct sigaction end = { .sa_handler = top_signal };
	double delay = 0.001 * DELAY_MS, count = 0;
	int option, status;

	while ((option = cmd_option(x, argc, argv)) != -1) {
		if (option == '?')
			return COSMOS_E_USAGE;
		if (option == 'd' && !top_number(optarg, 86400, &delay))
			return cmd_usage(
			    x, "'%s' is no number of seconds", optarg);
		if (option == 'n' && !top_number(optarg, 1e9, &count))
			return cmd_usage(x, "'%s' is no number", optarg);
	}
	if (optind < argc)
		return cmd_usage(x, "'%s': it takes no argument", argv[optind]);
	if (count < 1)
		count = x->json ? 1 : 1e18;
	sigaction(SIGINT, &end, NULL);
	sigaction(SIGTERM, &end, NULL);
	status =
	    top_loop(x, (unsigned long)(delay * 1000), (unsigned long)count);
	return status == COSMOS_OK ? status : cmd_fail(x, status);
}

const struct cmd cmd_top = {
	.name = "top",
	.arguments = "[-d SECONDS] [-n COUNT]",
	.summary = "watch what guests and routers cost and do",
	.help = "  -d, --delay SECONDS   between two looks (default 1)\n"
	        "  -n, --count COUNT     look so often, and end (--json: 1)\n",
	.about = "CPU is in percent of one processor.  Packets are those that\n"
	         "came in at a router's ports, drops those that its elements\n"
	         "count; both are per second.",
	.shorts = "d:n:",
	.longs = top_options,
	.run = top_run,
};
