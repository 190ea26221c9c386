/* SPDX-License-Identifier: BSD-3-Clause */
/* handler_global.c -- the handlers that belong to no element. */
#include "click/conf.h"
#include "click/internal.h"

enum { CLICK_STOP_DEFAULT = 1 };

static int
global_version(struct element *e, uintptr_t user, struct handler_call *call)
{
	(void)e;
	(void)user;
	sb_adds(call->out, CLICK_VERSION);
	return 0;
}

static int
global_driver(struct element *e, uintptr_t user, struct handler_call *call)
{
	(void)e;
	(void)user;
	sb_adds(call->out, "userlevel");
	return 0;
}

static bool
router_requires(const struct router *r, struct str what)
{
	for (size_t i = 0; i + 1 < r->graph.requirements.n; i += 2)
		if (str_eq(r->graph.requirements.v[i], what))
			return true;
	return false;
}

static int
global_config(struct element *e, uintptr_t user, struct handler_call *call)
{
	(void)e;
	(void)user;
	if (router_requires(call->router, STR("compact_config")))
		router_print(call->router, call->out);
	else
		sb_add(call->out, call->router->graph.text);
	return 0;
}

static int
global_flatconfig(struct element *e, uintptr_t user, struct handler_call *call)
{
	(void)e;
	(void)user;
	router_print(call->router, call->out);
	return 0;
}

static int
global_requirements(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct strs *v = &call->router->graph.requirements;

	(void)e;
	(void)user;
	for (size_t i = 0; i < v->n; i++) {
		sb_add(call->out, v->v[i]);
		sb_addc(call->out, '\n');
	}
	return 0;
}

static int
global_list(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct router *r = call->router;

	(void)e;
	(void)user;
	sb_printf(call->out, "%u\n", r->nelements);
	for (uint32_t i = 0; i < r->nelements; i++) {
		sb_add(call->out, r->elements[i]->name);
		sb_addc(call->out, '\n');
	}
	return 0;
}

static int
global_stop(struct element *e, uintptr_t user, struct handler_call *call)
{
	int64_t n = CLICK_STOP_DEFAULT;
	bool overflow = false;

	(void)e;
	(void)user;
	if (!conf_i64(str_trim(call->text), 0, &n, &overflow) ||
	    n < INT32_MIN + 1 || n > INT32_MAX)
		n = CLICK_STOP_DEFAULT;
	router_adjust_runcount(call->router, (int32_t)-n);
	return 0;
}

#define GLOBAL(text, r, w)                                                     \
	{                                                                      \
		{ text, sizeof(text) - 1 }, r, w, 0, 0, 0                      \
	}

int
handler_add_globals(struct master *m)
{
	static const struct handler globals[] = {
		GLOBAL("version", global_version, NULL),
		GLOBAL("driver", global_driver, NULL),
		GLOBAL("config", global_config, NULL),
		GLOBAL("flatconfig", global_flatconfig, NULL),
		GLOBAL("requirements", global_requirements, NULL),
		GLOBAL("handlers", handler_list, NULL),
		GLOBAL("list", global_list, NULL),
		GLOBAL("stop", NULL, global_stop),
		GLOBAL("count_cycles", stats_read_on, stats_write_on),
		GLOBAL("element_cycles.csv", stats_read_csv, NULL),
		GLOBAL("reset_cycles", NULL, stats_reset),
	};
	int err = 0;

	for (size_t i = 0; err == 0 && i < ARRAY_SIZE(globals); i++)
		err = master_add_handler(m, &globals[i]);
	return err;
}

/* The parsed configuration of e becomes the present one, if e tells it. */
static int
global_update_config(struct router *r, struct element *e)
{
	struct str *config = &r->graph.elements.v[e->index].config, kept;
	const struct handler *h = handler_find(r, e, STR("config"));
	struct strbuf text = STRBUF_INIT;
	struct errh silent;
	struct handler_call call = {
		.thread = master_thread(r->master, 0),
		.errh = &silent,
		.out = &text,
	};
	int err = 0;

	errh_silent_init(&silent);
	/* The arena only grows: keep what has not changed. */
	if (h != NULL && h->read != NULL && handler_read(r, e, h, &call) >= 0 &&
	    !str_eq(*config, sb_str(&text))) {
		kept = arena_str(&r->graph.mem, sb_str(&text));
		if (kept.s != NULL)
			*config = kept;
		else
			err = ERR_NOMEM;
	}
	if (text.oom)
		err = ERR_NOMEM;
	sb_fini(&text);
	errh_fini(&silent);
	return err;
}

/*
 * The running graph: the parsed one with the configurations that the elements
 * have now.
 */
void
router_print(struct router *r, struct strbuf *out)
{
	for (uint32_t i = 0; i < r->nelements; i++)
		if (global_update_config(r, r->elements[i]) != 0)
			out->oom = true;
	graph_print(&r->graph, out);
}
