/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * run.h -- running a configuration inside a unit test.
 *
 *	struct trun t;
 *
 *	if (ok(trun_start(&t, "InfiniteSource(LIMIT 9, STOP true)"
 *	    " -> c :: Counter -> Discard") == 0, "starts")) {
 *		trun_run(&t);
 *		is_str(trun_read(&t, "c.count"), "9", "all came through");
 *	}
 *	is_num(trun_stop(&t), 0, "every packet is back");
 *
 * One thread, simulated time unless trun_start_real(); test/run_threads.h has
 * several threads.
 */
#ifndef TEST_RUN_H
#define TEST_RUN_H

#include <string.h>

#include "base/strbuf.h"
#include "click/graph.h"
#include "click/hcall.h"
#include "click/pool.h"
#include "click/router.h"

struct trun {
	struct master *m;
	struct router *r;     /* NULL when it could not be made */
	struct strbuf log;    /* what errh has heard */
	struct strbuf result; /* of the last read */
	struct errh errh;
};

UNUSED static int
trun_start_options(
    struct trun *t, const char *text, const struct master_options *options)
{
	struct graph_source source = { .text = str_of(text),
		.file = str_of("test") };
	struct graph g;
	int err;

	memset(t, 0, sizeof(*t));
	memset(&g, 0, sizeof(g));
	errh_strbuf_init(&t->errh, &t->log);
	t->m = master_new(options);
	if (t->m == NULL)
		return ERR_NOMEM;
	err = graph_parse(&g, &source, &t->errh);
	if (err == 0)
		err = router_new(t->m, &g, NULL, &t->r, &t->errh);
	if (err == 0)
		router_activate(t->r);
	return err;
}

UNUSED static int
trun_start(struct trun *t, const char *text)
{
	struct master_options options = {
		.nthreads = 1, .simtime = true, .sim_start_ns = 1000000000
	};

	return trun_start_options(t, text, &options);
}

UNUSED static int
trun_start_real(struct trun *t, const char *text)
{
	struct master_options options = { .nthreads = 1 };

	return trun_start_options(t, text, &options);
}

/* Until it stops itself. */
UNUSED static void
trun_run(struct trun *t)
{
	master_run(t->m);
}

/* A handler read with a parameter; "<error>" if that fails. */
UNUSED static const char *
trun_read_with(struct trun *t, const char *name, const char *parameter)
{
	struct handler_call call = { .thread = master_thread(t->m, 0),
		.errh = &t->errh,
		.text = str_of(parameter),
		.out = &t->result };
	const struct handler *h;
	struct element *e;

	sb_clear(&t->result);
	if (handler_resolve(t->r, str_of(name), NULL, &e, &h, &t->errh) != 0 ||
	    handler_read(t->r, e, h, &call) < 0)
		return "<error>";
	return sb_cstr(&t->result);
}

/* The text of "element.handler", or "<error>"; valid until the next. */
UNUSED static const char *
trun_read(struct trun *t, const char *name)
{
	return trun_read_with(t, name, "");
}

UNUSED static int
trun_write(struct trun *t, const char *name, const char *value)
{
	struct handler_call call = { .thread = master_thread(t->m, 0),
		.errh = &t->errh,
		.text = str_of(value) };
	const struct handler *h;
	struct element *e;
	int err;

	err = handler_resolve(t->r, str_of(name), NULL, &e, &h, &t->errh);
	return err != 0 ? err : handler_write(t->r, e, h, &call);
}

/* What errh has heard so far. */
UNUSED static const char *
trun_log(struct trun *t)
{
	return sb_cstr(&t->log);
}

/* Frees all; returns how many packets did not come home. */
UNUSED static uint32_t
trun_stop(struct trun *t)
{
	uint32_t lost;

	if (t->m == NULL)
		return 0;
	if (t->r != NULL)
		router_free(t->r);
	lost = master_packets_out(t->m);
	master_free(t->m);
	errh_fini(&t->errh);
	sb_fini(&t->log);
	sb_fini(&t->result);
	return lost;
}

#endif
