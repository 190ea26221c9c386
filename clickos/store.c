/* SPDX-License-Identifier: BSD-3-Clause */
/* store.c -- see store.h: which key has changed, and whose it is. */
#include "clickos/store.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/err.h"
#include "clickos/store_internal.h"

enum { EVENTS_AT_ONCE = 32 };

const char *
store_path(struct store_side *side, const char *fmt, ...)
{
	va_list ap;

	sb_restart(&side->path);
	sb_printf(&side->path, "%s/", side->root);
	va_start(ap, fmt);
	sb_vprintf(&side->path, fmt, ap);
	va_end(ap);
	return sb_cstr(&side->path);
}

int
store_get(struct store_side *side, const char *path)
{
	int err;

	sb_clear(&side->value);
	err = side->store->ops->read(side->store, path, &side->value);
	if (err == 0 && side->value.oom) {
		sb_fini(&side->value);
		err = ERR_NOMEM;
	}
	if (err != 0)
		sb_clear(&side->value);
	return err;
}

bool
store_has(struct store_side *side, const char *path)
{
	return store_get(side, path) != ERR_NOTFOUND;
}

bool
store_number(struct str s, uint32_t max, uint32_t *x)
{
	uint64_t sum = 0;

	if (s.n == 0 || s.n > 10 || (s.n > 1 && s.s[0] == '0'))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!char_digit(s.s[i]))
			return false;
		sum = sum * 10 + (uint64_t)(s.s[i] - '0');
	}
	*x = (uint32_t)sum;
	return sum <= max;
}

struct store_side *
store_side_new(struct store *s, struct guest *g, const char *root, bool second)
{
	struct store_side *side = calloc(1, sizeof(*side));

	if (side == NULL)
		return NULL;
	side->store = s;
	side->guest = g;
	side->second = second;
	(void)str_copy(str_of(root), side->root, sizeof(side->root));
	return side;
}

void
store_side_free(struct store_side *side)
{
	struct store_link *link;

	while ((link = side->links) != NULL)
		store_link_free(link);
	for (size_t i = 0; i < side->echoes.n; i++)
		str_free(&side->echoes.v[i].path);
	vec_fini(&side->echoes);
	sb_fini(&side->path);
	sb_fini(&side->value);
	free(side);
}

/* What the root has. */
static struct store_names
store_side_names(struct store_side *side)
{
	struct store_names n = { .version = false };
	struct strbuf names = STRBUF_INIT;
	struct str rest, name;
	uint32_t id;

	if (side->store->ops->list(side->store, side->root, &names) == 0)
		for (rest = sb_str(&names); rest.n > 0;
		     rest = str_from(rest, name.n + 1)) {
			name = str_sub(rest, 0, str_find(rest, '\0', 0));
			if (store_number(name, CONTROL_ROUTERS - 1, &id))
				n.router[id] = true;
			n.version |= str_is(name, "version");
			n.links |= str_is(name, "v2");
		}
	sb_fini(&names);
	return n;
}

/*
 * Without it tools do not find us; we work all the same.  It makes the root,
 * too; a write of that would be told to us as if all had changed.
 */
static void
store_side_announce(struct store_side *side)
{
	side->store->ops->tell(
	    side->store, store_path(side, "version"), STR("2"));
}

/*
 * Everything anew: at the start, when changes were lost, and after a restore,
 * which brings an empty store.
 */
static void
store_side_scan(struct store_side *side)
{
	struct store_names has = store_side_names(side);
	bool fresh = !side->second && !has.version;

	for (size_t i = 0; i < side->echoes.n; i++)
		str_free(&side->echoes.v[i].path);
	side->echoes.n = 0;
	if (fresh)
		store_side_announce(side);
	store_router_scan(side, has.router, fresh && side->scanned);
	if (!side->second)
		store_link_scan(side, has.links);
	side->scanned = true;
}

static void
store_side_event(struct store_side *side, struct str path)
{
	struct str rest, head;
	size_t slash;
	uint32_t id;

	if (str_is(path, side->root)) {
		store_side_scan(side);
		return;
	}
	rest = str_from(path, strlen(side->root) + 1);
	slash = str_find(rest, '/', 0);
	head = str_sub(rest, 0, slash);
	rest = str_from(rest, slash + 1);
	if (store_number(head, CONTROL_ROUTERS - 1, &id))
		store_router_event(side, id, rest);
	else if (!side->second && str_is(head, "v2"))
		store_link_event(side, rest);
}

bool
store_side_step(struct store_side *side)
{
	bool done = false;
	char *path;

	/* Somebody waits for a router that is there before we have looked. */
	if (!side->scanned && !side->second && store_router_news(side)) {
		(void)store_router_publish(side);
		store_side_announce(side);
		return true;
	}
	for (int i = 0; i < EVENTS_AT_ONCE; i++) {
		path = side->store->ops->changed(side->store, side->root);
		if (path == NULL)
			break;
		store_side_event(side, str_of(path));
		free(path);
		done = true;
	}
	return store_router_publish(side) || done;
}

bool
store_side_taken(struct store_side *side, unsigned int id)
{
	return store_has(side, store_path(side, "%u", id));
}

void
store_side_changed(struct store_side *side, unsigned int id)
{
	side->router[id].dirty = true;
}
