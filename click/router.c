/* SPDX-License-Identifier: BSD-3-Clause */
/* router.c -- a router's stages, from a parsed graph to running elements. */
#include "click/router.h"

#include <stdio.h>
#include <stdlib.h>

#include "click/conf.h"
#include "click/internal.h"
#include "click/nameinfo.h"

static int
name_compare(const void *a, const void *b)
{
	const struct element *x = *(struct element *const *)a;
	const struct element *y = *(struct element *const *)b;

	return str_cmp(x->name, y->name);
}

/* Arrays of one entry an element. */
static int
router_alloc(struct router *r)
{
	size_t n = r->graph.elements.n;
	struct arena *mem = &r->graph.mem;

	r->elements = arena_alloc(mem, (n + 1) * sizeof(*r->elements));
	r->order = arena_alloc(mem, (n + 1) * sizeof(*r->order));
	r->by_name = arena_alloc(mem, (n + 1) * sizeof(*r->by_name));
	r->thread_wish = arena_alloc(mem, (n + 1) * sizeof(int32_t));
	r->tickets = arena_alloc(mem, (n + 1) * sizeof(int32_t));
	if (r->elements == NULL || r->order == NULL || r->by_name == NULL ||
	    r->thread_wish == NULL || r->tickets == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		breathe(&r->graph.breath);
		r->elements[i] = element_new(r, (uint32_t)i);
		if (r->elements[i] == NULL)
			return ERR_NOMEM;
		r->nelements++;
		r->order[i] = r->by_name[i] = r->elements[i];
		r->thread_wish[i] = r->tickets[i] = -1;
	}
	if (n > 0) {
		elements_sort_by_phase(r->order, n);
		qsort(r->by_name, n, sizeof(*r->by_name), name_compare);
	}
	return 0;
}

static void
router_context(struct errh *context, struct errh *errh, struct element *e,
    const char *doing)
{
	char buf[256];

	errh_context_init(context, errh, e->landmark, "%s '%.*s':", doing,
	    STR_ARG(element_declaration(e, buf)));
}

static int
router_configure_one(struct element *e, struct errh *errh)
{
	struct arena mem = ARENA_INIT;
	struct strs conf = VEC_INIT;
	struct errh context;
	struct args none;
	int err = conf_split(e->config, &mem, &conf);

	router_context(&context, errh, e, "While configuring");
	if (err != 0) {
		errh_error(&context, "out of memory");
	} else if (e->class->configure != NULL) {
		err = e->class->configure(e, &conf, &context);
	} else {
		args_init(&none, &conf, e, &context);
		err = args_complete(&none);
	}
	if (err < 0 && context.nerrors == 0)
		errh_error(&context,
		    err == ERR_NOMEM ? "out of memory" : "unspecified error");
	e->stage = err < 0 ? CLEANUP_CONFIGURE_FAILED : CLEANUP_CONFIGURED;
	errh_fini(&context);
	vec_fini(&conf);
	arena_fini(&mem);
	return err < 0 ? err : 0;
}

static int
router_configure(struct router *r, struct errh *errh)
{
	int failed = 0;

	for (uint32_t i = 0; i < r->nelements; i++) {
		breathe(&r->graph.breath);
		if (router_configure_one(r->order[i], errh) != 0)
			failed = ERR_INVAL;
	}
	return failed;
}

/* Where each element's tasks and timers run: as wished, else where 0 is. */
static void
router_place(struct router *r)
{
	unsigned int n = master_nthreads(r->master);

	for (uint32_t i = 0; i < r->nelements; i++) {
		int32_t wish = r->thread_wish[i];

		if (wish >= 0)
			r->elements[i]->thread =
			    master_thread(r->master, (unsigned int)wish % n);
	}
}

static int
router_initialize_one(struct element *e, struct errh *errh)
{
	struct errh context;
	int err = 0;

	if (e->class->initialize != NULL) {
		router_context(&context, errh, e, "While initializing");
		err = e->class->initialize(e, &context);
		/* An Error element has said all there is to say. */
		if (err < 0 && context.nerrors == 0 &&
		    element_cast(e, "Error") == NULL)
			errh_error(&context, err == ERR_NOMEM
			                         ? "out of memory"
			                         : "unspecified error");
		errh_fini(&context);
	}
	e->stage = err < 0 ? CLEANUP_INITIALIZE_FAILED : CLEANUP_INITIALIZED;
	return err < 0 ? err : 0;
}

static int
router_initialize(struct router *r, struct errh *errh)
{
	int err = 0;

	r->handlers_ready = true;
	for (uint32_t i = 0; i < r->nelements; i++)
		if (r->elements[i]->class->add_handlers != NULL)
			r->elements[i]->class->add_handlers(r->elements[i]);
	for (uint32_t i = 0; err == 0 && i < r->nelements; i++) {
		breathe(&r->graph.breath);
		err = router_initialize_one(r->order[i], errh);
	}
	if (err == 0)
		err = router_check_sharing(r, NULL, 0, errh);
	if (err == ERR_NOMEM || (err == 0 && r->out_of_memory))
		err = errh_error(errh, "out of memory");
	return err;
}

/* Room for batches on every thread; router_activate() must not fail. */
static int
router_make_scratch(struct router *r)
{
	unsigned int n = master_nthreads(r->master);
	int err = 0;

	r->scratch = calloc(n, sizeof(*r->scratch));
	if (r->scratch == NULL)
		return ERR_NOMEM;
	for (unsigned int i = 0; err == 0 && i < n; i++)
		err = thread_make_scratch(
		    master_thread(r->master, i), r->depth, &r->scratch[i]);
	return err;
}

static void
router_free_scratch(struct router *r)
{
	if (r->scratch == NULL)
		return;
	for (unsigned int i = 0; i < master_nthreads(r->master); i++)
		free(r->scratch[i]);
	free(r->scratch);
}

/* Everything from hookup to initialize; what fails has been reported. */
static int
router_build(struct router *r, struct errh *errh)
{
	int err = router_alloc(r);

	if (err != 0)
		return errh_error(errh, "out of memory");
	err = router_hookup(r, errh);
	if (err == 0)
		err = router_measure(r);
	if (err == 0)
		err = router_make_scratch(r);
	if (err == 0)
		err = router_observe(r);
	if (err == ERR_RANGE)
		errh_error(errh, "pulls nest too deep; put a Queue between");
	if (err == ERR_NOMEM)
		errh_error(errh, "out of memory");
	if (err == 0)
		err = router_configure(r, errh);
	if (err == 0) {
		router_place(r);
		err = router_initialize(r, errh);
	}
	return err;
}

int
router_new(struct master *m, struct graph *g, struct router *old,
    struct router **out, struct errh *errh)
{
	struct router *r = calloc(1, sizeof(*r));

	if (r == NULL) {
		graph_fini(g);
		errh_error(errh, "out of memory");
		return ERR_NOMEM;
	}
	r->graph = *g;
	memset(g, 0, sizeof(*g));
	r->master = m;
	r->hotswap_old = old;
	r->runcount = 1;
	r->frozen = true;
	master_add_router(m, r);
	if (router_build(r, errh) != 0) {
		r->state = ROUTER_DEAD;
		errh_error(errh, "Router could not be initialized!");
		router_free(r);
		return ERR_INVAL;
	}
	r->state = ROUTER_READY;
	r->graph.breath.fn = NULL;
	*out = r;
	return 0;
}

/* Whether e has a way to take over what o knows. */
static bool
router_takes_over(struct element *e, struct element *o)
{
	if (e->class->take_state == NULL)
		return e->class->state != NULL && e->class == o->class;
	return e->class->hotswap_like != NULL ? e->class->hotswap_like(e, o)
	                                      : e->class == o->class;
}

void
router_take_state(struct router *r, struct errh *errh)
{
	struct router *old = r->hotswap_old;

	if (old == NULL)
		return;
	for (uint32_t i = 0; i < r->nelements; i++) {
		struct element *e = r->order[i];
		struct element *o = router_find_name(old, e->name);
		struct errh context;

		if (o == NULL || !router_takes_over(e, o))
			continue;
		router_context(
		    &context, errh, e, "While hot-swapping state into");
		if (e->class->take_state != NULL)
			e->class->take_state(e, o, &context);
		else
			state_swap(e, o, master_thread(r->master, 0), &context);
		errh_fini(&context);
	}
	r->hotswap_old = NULL;
}

void
router_free(struct router *r)
{
	struct thread *t;

	if (r == NULL)
		return;
	router_freeze_tasks(r);
	router_drop_timers(r);
	for (unsigned int i = 0; i < master_nthreads(r->master); i++) {
		t = master_thread(r->master, i);
		deferred_drop(t, r);
		t->tasks_changed = true;
	}
	for (uint32_t i = r->nelements; i-- > 0;) {
		struct element *e = r->order[i];

		if (e->class->cleanup != NULL)
			e->class->cleanup(e, (enum cleanup_stage)e->stage);
	}
	while (r->tasks != NULL)
		task_fini(r->tasks);
	router_drop_timers(r);
	name_router_fini(r);
	master_remove_router(r->master, r);
	for (uint32_t i = 0; i < r->nelements; i++)
		element_free(r->elements[i]);
	router_free_scratch(r);
	vec_fini(&r->attachments);
	graph_fini(&r->graph);
	free(r);
}

/* The order of "prefix/name", or of name when prefix is empty, and full. */
static int
router_name_cmp(struct str prefix, struct str name, struct str full)
{
	int cmp;

	if (prefix.n == 0)
		return str_cmp(name, full);
	cmp = str_cmp(prefix, str_sub(full, 0, prefix.n));
	if (cmp != 0)
		return cmp;
	if (full.n == prefix.n)
		return 1;
	cmp = '/' - (unsigned char)full.s[prefix.n];
	return cmp != 0 ? cmp : str_cmp(name, str_from(full, prefix.n + 1));
}

static struct element *
router_find_within(struct router *r, struct str prefix, struct str name)
{
	uint32_t lo = 0, hi = r->nelements;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		int cmp = router_name_cmp(prefix, name, r->by_name[mid]->name);

		if (cmp == 0)
			return r->by_name[mid];
		if (cmp < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

struct element *
router_find_name(struct router *r, struct str name)
{
	return router_find_within(r, STR(""), name);
}

/*
 * From inside "a/b/x", "n" is looked for as "a/b/n", "a/n" and "n".
 */
struct element *
router_find(struct router *r, struct str name, struct element *context)
{
	struct str prefix = context == NULL ? STR("") : context->name;
	struct element *e;

	do {
		size_t slash = str_rfind(prefix, '/');

		prefix =
		    slash == prefix.n ? STR("") : str_sub(prefix, 0, slash);
		e = router_find_within(r, prefix, name);
	} while (e == NULL && prefix.n > 0);
	return e;
}

struct element *
router_element(struct router *r, uint32_t index)
{
	return index < r->nelements ? r->elements[index] : NULL;
}

void *
router_attachment(struct router *r, const char *name)
{
	for (size_t i = 0; i < r->attachments.n; i++)
		if (strcmp(r->attachments.v[i].name, name) == 0)
			return r->attachments.v[i].value;
	return NULL;
}

int
router_set_attachment(struct router *r, const char *name, void *value)
{
	struct router_attachment a = { name, value };

	for (size_t i = 0; i < r->attachments.n; i++)
		if (strcmp(r->attachments.v[i].name, name) == 0) {
			r->attachments.v[i].value = value;
			return 0;
		}
	return vec_push(&r->attachments, a);
}
