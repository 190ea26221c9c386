/* SPDX-License-Identifier: BSD-3-Clause */
/* named_lock.c -- see named_lock.h. */
#include "elements/threads/named_lock.h"

#include "click/router.h"

static const char named_lock_key[] = "NamedLock";

/* "d/e/" of "d/e/x". */
static struct str
named_lock_context(struct str name)
{
	size_t slash = str_rfind(name, '/');

	return slash < name.n ? str_sub(name, 0, slash + 1) : STR("");
}

int
named_lock_init(struct named_lock *l, struct element *e, struct str name)
{
	l->name = str_dup(name);
	if (l->name.s == NULL)
		return ERR_NOMEM;
	l->context = named_lock_context(e->name);
	l->next = router_attachment(e->router, named_lock_key);
	return router_set_attachment(e->router, named_lock_key, l);
}

void
named_lock_fini(struct named_lock *l)
{
	str_free(&l->name);
}

static struct named_lock *
named_lock_find(struct element *e, struct str name)
{
	struct str context = named_lock_context(e->name);

	for (;;) {
		struct named_lock *l =
		    router_attachment(e->router, named_lock_key);

		for (; l != NULL; l = l->next)
			if (str_eq(l->context, context) &&
			    str_eq(l->name, name))
				return l;
		if (context.n == 0)
			return NULL;
		context =
		    named_lock_context(str_sub(context, 0, context.n - 1));
	}
}

int
named_lock_configure(struct element *e, const struct strs *conf,
    struct named_lock **l, struct errh *errh)
{
	struct str name = { NULL, 0 };
	struct args a;
	int err = 0;

	args_init(&a, conf, e, errh);
	args_str(&a, "LOCK", ARG_POS | ARG_MAND, &name);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	*l = named_lock_find(e, name);
	if (*l == NULL)
		err = errh_error(
		    errh, "cannot locate spinlock %.*s", STR_ARG(name));
	str_free(&name);
	return err;
}
