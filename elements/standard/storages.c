/* SPDX-License-Identifier: BSD-3-Clause */
/* storages.c -- see storages.h. */
#include "elements/standard/storages.h"

#include "base/arena.h"
#include "click/conf.h"

static int
storages_add(struct storages *s, struct element *e)
{
	struct storages_item item = { e, element_cast(e, "Storage") };

	return vec_push(s, item);
}

int
storages_named(
    struct storages *s, struct str words, struct element *e, struct errh *errh)
{
	struct arena mem = ARENA_INIT;
	struct strs names = VEC_INIT;
	int err = conf_split_space(words, &mem, &names);

	for (size_t i = 0; i < names.n && err != ERR_NOMEM; i++) {
		struct element *q = router_find(e->router, names.v[i], e);

		if (q == NULL) {
			errh_error(errh, "no element named '%.*s'",
			    STR_ARG(names.v[i]));
			err = ERR_NOTFOUND;
		} else if (storages_add(s, q) != 0)
			err = ERR_NOMEM;
	}
	vec_fini(&names);
	arena_fini(&mem);
	return err;
}

struct storages_walk {
	struct storages *found;
	int err;
};

/* Goes on past elements that store nothing. */
static bool
storages_visit(void *arg, struct element *e, int port)
{
	struct storages_walk *w = arg;

	(void)port;
	if (element_cast(e, "Storage") == NULL)
		return true;
	for (size_t i = 0; i < w->found->n; i++)
		if (w->found->v[i].e == e)
			return false;
	if (storages_add(w->found, e) != 0)
		w->err = ERR_NOMEM;
	return false;
}

int
storages_downstream(struct storages *s, struct element *e)
{
	struct storages_walk w = { s, 0 };
	int err = router_downstream(e, 0, storages_visit, &w);

	return err != 0 ? err : w.err;
}

int
storages_upstream(struct storages *s, struct element *e)
{
	struct storages_walk w = { s, 0 };
	int err = router_upstream(e, 0, storages_visit, &w);

	return err != 0 ? err : w.err;
}

int
storages_check(const struct storages *s, struct errh *errh)
{
	int err = 0;

	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].store == NULL)
			err =
			    errh_error(errh, "'%.*s' is not a Storage element",
			        STR_ARG(s->v[i].e->name));
	return err;
}

void
storages_print(const struct storages *s, const char *before, const char *after,
    struct strbuf *out)
{
	for (size_t i = 0; i < s->n; i++) {
		sb_adds(out, before);
		sb_add(out, s->v[i].e->name);
		sb_adds(out, after);
	}
}

void
storages_fini(struct storages *s)
{
	vec_fini(s);
}
