/* SPDX-License-Identifier: BSD-3-Clause */
/* rwaddr.c -- arguments and handlers of the rewriters of addresses. */
#include "elements/ip/rwaddr.h"

enum { TIMEOUT_S = 2 * 60 * 60, GUARANTEE_S = 5 };

void
rwaddr_start(struct rewriter *rw, struct rewriter_flow *f)
{
	(void)rw;
	f->proto = 0;
	f->track = TRACK_NONE;
}

int
rwaddr_configure(struct element *e, const struct strs *conf, struct errh *errh)
{
	struct rewriter *rw = element_state(e);
	struct arg_anno anno = { 0, 0 };
	struct arena mem = ARENA_INIT;
	struct strs rest = VEC_INIT;
	struct args a;
	int err;

	args_init(&a, conf, e, errh);
	rewriter_args_annos(rw, &a, false, &anno);
	err = args_consume(&a, &mem, &rest);
	if (err == 0) {
		rewriter_set_annos(rw, anno);
		rw->times[TRACK_NONE].idle_ms = rewriter_ms(TIMEOUT_S);
		rw->times[TRACK_NONE].guarantee_ms = rewriter_ms(GUARANTEE_S);
		err = rewriter_configure(rw, &rest, TRACK_NONE, errh);
	}
	vec_fini(&rest);
	arena_fini(&mem);
	return err;
}

void
rwaddr_add_handlers(struct element *e)
{
	handler_add_read(e, "table", rewriter_read_table, 0, 0);
	handler_add_read(
	    e, "mappings", rewriter_read_table, 0, HANDLER_DEPRECATED);
	rewriter_add_handlers(e);
}
