/* SPDX-License-Identifier: BSD-3-Clause */
/* store.c -- clickos/store.h's table of functions over xenbus. */
#include "clickos/store.h"

#include <string.h>

#include "base/err.h"
#include "minios/xen/xen.h"
#include "minios/xen/xenbus.h"
#include "os/os.h"

enum { ROOTS = 2 };

struct watched {
	const char *root;
	struct xenbus_watch *watch; /* NULL: not yet, or it cannot be had */
};

static struct {
	struct store store;
	struct os_waiter *waiter;
	struct watched watched[ROOTS];
} xenstore;

struct two {
	const char *path, *path2;
	struct str value, value2;
};

/* What the store refuses is told; who asked goes on without it. */
static int
store_answer(const char *path, const char *what, int err)
{
	if (err != 0)
		xenbus_refused(path, what, err);
	return err;
}

static int
store_read(struct store *s, const char *path, struct strbuf *out)
{
	(void)s;
	return store_answer(path, "read", xenbus_read(0, path, out));
}

static int
store_list(struct store *s, const char *path, struct strbuf *out)
{
	(void)s;
	return store_answer(path, "read", xenbus_list(0, path, out));
}

static int
store_write(struct store *s, const char *path, struct str value)
{
	(void)s;
	return store_answer(path, "written", xenbus_write(0, path, value));
}

static void
store_tell(struct store *s, const char *path, struct str value)
{
	(void)s;
	xenbus_tell(path, value);
}

static void
store_rm(struct store *s, const char *path)
{
	(void)s;
	xenbus_tell_rm(path);
}

static int
store_write_both(uint32_t tx, void *arg)
{
	const struct two *two = arg;
	int err = xenbus_write(tx, two->path, two->value);

	return err != 0 ? err : xenbus_write(tx, two->path2, two->value2);
}

static int
store_write_two(struct store *s, const char *path, struct str value,
    const char *path2, struct str value2)
{
	struct two two = { path, path2, value, value2 };

	(void)s;
	return store_answer(
	    path, "written", xenbus_transact(store_write_both, &two));
}

static void
store_wake(void *arg)
{
	os_wake(arg);
}

static struct watched *
store_watched(const char *root)
{
	for (unsigned int i = 0; i < ROOTS; i++) {
		struct watched *w = &xenstore.watched[i];

		if (w->root == NULL) {
			w->root = root;
			/* Where it may not be watched nothing ever changes. */
			if (xenbus_watch(root, store_wake, xenstore.waiter,
			        &w->watch) != 0)
				w->watch = NULL;
		}
		if (strcmp(w->root, root) == 0)
			return w;
	}
	return NULL;
}

static char *
store_changed(struct store *s, const char *root)
{
	struct watched *w = store_watched(root);

	(void)s;
	return w == NULL || w->watch == NULL ? NULL
	                                     : xenbus_watch_next(w->watch);
}

static const struct store_ops xen_store_ops = {
	.read = store_read,
	.list = store_list,
	.write = store_write,
	.tell = store_tell,
	.rm = store_rm,
	.write_two = store_write_two,
	.changed = store_changed,
};

struct store *
xen_store(struct os_waiter *w)
{
	xenstore.store.ops = &xen_store_ops;
	xenstore.waiter = w;
	return &xenstore.store;
}
