/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * StaticThreadSched(ELEMENT THREAD, ...) -- says which thread runs which
 * elements
 *
 *   ELEMENT    the name of an element, or of a compound for all within it
 *   THREAD     0 up to the number of threads (click -j) less one
 *
 * An element's tasks and timers run on its thread.  Elements of which nothing
 * is said run on thread 0.
 *
 *     in :: FromDevice(0) -> q :: Queue -> out :: Unqueue(32) -> Discard;
 *     StaticThreadSched(in 0, out 1);
 */
#include "click/conf.h"
#include "click/element.h"
#include "click/router.h"

/* Gives all elements whose names start with prefix to thread; how many? */
static unsigned int
static_thread_sched_within(struct router *r, struct str prefix, int32_t thread)
{
	unsigned int n = 0;

	for (uint32_t i = 0; i < r->nelements; i++)
		if (str_starts(r->elements[i]->name, prefix)) {
			r->thread_wish[i] = thread;
			n++;
		}
	return n;
}

static void
static_thread_sched_set(
    struct element *e, struct str name, int32_t thread, struct errh *errh)
{
	struct router *r = e->router;
	struct element *found = router_find(r, name, e);
	size_t slash = str_rfind(e->name, '/');
	struct strbuf prefix = STRBUF_INIT;

	if (found != NULL) {
		r->thread_wish[found->index] = thread;
		return;
	}
	if (slash < e->name.n)
		sb_add(&prefix, str_sub(e->name, 0, slash + 1));
	sb_add(&prefix, name);
	sb_addc(&prefix, '/');
	if (prefix.oom)
		errh_error(errh, "out of memory");
	else if (name.n == 0 ||
	         static_thread_sched_within(r, sb_str(&prefix), thread) == 0)
		errh_error(
		    errh, "'%s' does not name an element", sb_cstr(&prefix));
	sb_fini(&prefix);
}

/* One "ELEMENT THREAD". */
static int
static_thread_sched_one(
    struct element *e, const struct strs *words, struct errh *errh)
{
	struct str name = { NULL, 0 };
	int32_t thread = -1;
	struct args a;

	args_init(&a, words, e, errh);
	args_str(&a, "ELEMENT", ARG_POS | ARG_MAND, &name);
	args_i32(&a, "THREAD", ARG_POS | ARG_MAND, &thread);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (thread < -1 ||
	    thread >= (int32_t)master_nthreads(e->router->master)) {
		errh_warning(
		    errh, "thread preference %d out of range", (int)thread);
		thread = thread < 0 ? -1 : 0;
	}
	static_thread_sched_set(e, name, thread, errh);
	str_free(&name);
	return 0;
}

static int
static_thread_sched_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	int err = 0;

	for (size_t i = 0; i < conf->n && err == 0; i++) {
		struct arena mem = ARENA_INIT;
		struct strs words = VEC_INIT;

		err = conf_split_space(conf->v[i], &mem, &words);
		if (err == 0)
			err = static_thread_sched_one(e, &words, errh);
		vec_fini(&words);
		arena_fini(&mem);
	}
	return err;
}

const struct element_class element_static_thread_sched = {
	.name = "StaticThreadSched",
	.configure = static_thread_sched_configure,
};
