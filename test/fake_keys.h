/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fake_keys.h -- XenStore in plain memory: a tree of nodes, what it tells a
 * guest of changes (its own too), and the daemons' quotas.
 */
#ifndef TEST_FAKE_KEYS_H
#define TEST_FAKE_KEYS_H

#include <stdlib.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/vec.h"
#include "clickos/store.h"

enum { FAKE_NODES = 1000, FAKE_VALUE = 2048 }; /* xenstored's defaults */

struct fake_node {
	struct str path, value; /* owned */
};

struct fake_event {
	char *path; /* owned */
};

struct fake_store {
	struct store store;
	VEC(struct fake_node) nodes;
	VEC(struct fake_event) events;
	size_t most;      /* nodes there ever were at once */
	size_t writes;    /* by the guest */
	size_t asked;     /* by the guest: values and names */
	int fail_writes;  /* so many more of the guest's fail, ERR_NOMEM */
	const char *root; /* watched */
};

UNUSED static void
fake_fire(struct fake_store *f, const char *path)
{
	struct fake_event e = { NULL };
	size_t n = strlen(f->root);

	if (strncmp(path, f->root, n) != 0 ||
	    (path[n] != '/' && path[n] != '\0'))
		return;
	e.path = strdup(path);
	(void)vec_push(&f->events, e);
}

UNUSED static struct fake_node *
fake_find(struct fake_store *f, struct str path)
{
	for (size_t i = 0; i < f->nodes.n; i++)
		if (str_eq(f->nodes.v[i].path, path))
			return &f->nodes.v[i];
	return NULL;
}

UNUSED static void
fake_set(struct fake_store *f, struct str path, struct str value)
{
	struct fake_node *node = fake_find(f, path), fresh;
	size_t slash = str_rfind(path, '/');

	if (node != NULL) {
		(void)str_set(&node->value, value);
		return;
	}
	if (slash < path.n && fake_find(f, str_sub(path, 0, slash)) == NULL)
		fake_set(f, str_sub(path, 0, slash), STR(""));
	fresh.path = str_dup(path);
	fresh.value = str_dup(value);
	(void)vec_push(&f->nodes, fresh);
	if (f->nodes.n > f->most)
		f->most = f->nodes.n;
}

/* As a tool does it. */
UNUSED static void
fake_put(struct fake_store *f, const char *path, const char *value)
{
	fake_set(f, str_of(path), str_of(value));
	fake_fire(f, path);
}

/* Its value, or NULL; valid until the node changes. */
UNUSED static const char *
fake_get(struct fake_store *f, const char *path)
{
	struct fake_node *node = fake_find(f, str_of(path));

	return node == NULL ? NULL : node->value.s;
}

UNUSED static int
fake_delete(struct fake_store *f, const char *path)
{
	size_t kept = 0, n = strlen(path), before = f->nodes.n;

	for (size_t i = 0; i < before; i++) {
		struct fake_node node = f->nodes.v[i];

		if (str_starts(node.path, str_of(path)) &&
		    (node.path.n == n || node.path.s[n] == '/')) {
			str_free(&node.path);
			str_free(&node.value);
		} else {
			f->nodes.v[kept++] = node;
		}
	}
	f->nodes.n = kept;
	if (kept == before)
		return ERR_NOTFOUND;
	fake_fire(f, path);
	return 0;
}

/* ---- as the guest sees it ---- */

UNUSED static struct fake_store *
fake_of(struct store *s)
{
	return container_of(s, struct fake_store, store);
}

UNUSED static int
fake_read(struct store *s, const char *path, struct strbuf *out)
{
	struct fake_node *node = fake_find(fake_of(s), str_of(path));

	fake_of(s)->asked++;
	if (node == NULL)
		return ERR_NOTFOUND;
	sb_add(out, node->value);
	return 0;
}

UNUSED static int
fake_list(struct store *s, const char *path, struct strbuf *out)
{
	struct fake_store *f = fake_of(s);
	size_t n = strlen(path);

	f->asked++;
	if (fake_find(f, str_of(path)) == NULL)
		return ERR_NOTFOUND;
	for (size_t i = 0; i < f->nodes.n; i++) {
		struct str p = f->nodes.v[i].path;

		if (str_starts(p, str_of(path)) && p.n > n && p.s[n] == '/' &&
		    str_find(p, '/', n + 1) == p.n) {
			sb_add(out, str_from(p, n + 1));
			sb_addc(out, '\0');
		}
	}
	return 0;
}

UNUSED static int
fake_write(struct store *s, const char *path, struct str value)
{
	struct fake_store *f = fake_of(s);

	f->writes++;
	if (f->fail_writes > 0) {
		f->fail_writes--;
		return ERR_NOMEM;
	}
	if (value.n > FAKE_VALUE || f->nodes.n >= FAKE_NODES)
		return ERR_NOMEM;
	fake_set(f, str_of(path), value);
	fake_fire(f, path);
	return 0;
}

UNUSED static void
fake_tell(struct store *s, const char *path, struct str value)
{
	(void)fake_write(s, path, value); /* nobody would be told */
}

UNUSED static void
fake_rm(struct store *s, const char *path)
{
	(void)fake_delete(fake_of(s), path);
}

UNUSED static int
fake_write_two(struct store *s, const char *path, struct str value,
    const char *path2, struct str value2)
{
	int err = fake_write(s, path, value);

	return err != 0 ? err : fake_write(s, path2, value2);
}

UNUSED static char *
fake_changed(struct store *s, const char *root)
{
	struct fake_store *f = fake_of(s);
	char *path;

	if (strcmp(root, f->root) != 0 || f->events.n == 0)
		return NULL;
	path = f->events.v[0].path;
	f->events.n--;
	memmove(
	    f->events.v, f->events.v + 1, f->events.n * sizeof(*f->events.v));
	return path;
}

UNUSED static void
fake_store_init(struct fake_store *f, const char *root)
{
	static const struct store_ops ops = {
		.read = fake_read,
		.list = fake_list,
		.write = fake_write,
		.tell = fake_tell,
		.rm = fake_rm,
		.write_two = fake_write_two,
		.changed = fake_changed,
	};

	*f = (struct fake_store){ .store = { .ops = &ops }, .root = root };
	fake_fire(f, root);
}

/* Every node and event is gone: as after a restore. */
UNUSED static void
fake_store_fini(struct fake_store *f)
{
	for (size_t i = 0; i < f->nodes.n; i++) {
		str_free(&f->nodes.v[i].path);
		str_free(&f->nodes.v[i].value);
	}
	for (size_t i = 0; i < f->events.n; i++)
		free(f->events.v[i].path);
	vec_fini(&f->nodes);
	vec_fini(&f->events);
}

#endif
