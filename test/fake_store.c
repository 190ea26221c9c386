/* SPDX-License-Identifier: BSD-3-Clause */
/* fake_store.c -- see fake_store.h. */
#include "test/fake_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/atomic.h"

enum { ENTRIES = 512, WATCHES = 64, PATH = 256, OUT = 1 << 18 };

struct entry {
	char *path, *value; /* path NULL: free */
};

struct watch {
	char path[PATH], token[32];
	bool relative, set;
};

static struct {
	struct xenstore_domain_interface *ring;
	struct entry entry[ENTRIES];
	struct watch watch[WATCHES];
	char in[sizeof(struct xsd_sockmsg) + XENSTORE_PAYLOAD_MAX + 1];
	uint32_t have, taken; /* bytes in it; those that it ever took */
	char out[OUT];        /* answers that wait for room */
	uint32_t out_from, out_to;
	const char *error;
	unsigned int error_after, error_count, conflicts;
	uint32_t last_tx, lost_tx; /* up to which none is known any more */
	bool stopped;
	void (*hook)(const char *path);
	const char *after, *after_value; /* NULL: none */
} store;

void
fake_store_fini(void)
{
	unsigned int i;

	for (i = 0; i < ENTRIES; i++) {
		free(store.entry[i].path);
		free(store.entry[i].value);
	}
	memset(&store, 0, sizeof(store));
}

void
fake_store_init(struct xenstore_domain_interface *ring)
{
	fake_store_fini();
	memset(ring, 0, sizeof(*ring));
	store.ring = ring;
	store.taken = 0;
}

void
fake_store_fresh(void)
{
	memset(store.ring, 0, sizeof(*store.ring));
	memset(store.watch, 0, sizeof(store.watch));
	store.have = store.taken = store.out_from = store.out_to = 0;
	store.lost_tx = store.last_tx;
}

void
fake_store_hook(void (*fn)(const char *path))
{
	store.hook = fn;
}

void
fake_store_after(const char *path, const char *value)
{
	store.after = path;
	store.after_value = value;
}

/* The n-th name directly below path; false: there are no more. */
bool
fake_store_name(const char *path, unsigned int n, char name[static 32])
{
	size_t length = strlen(path);
	unsigned int i, k, seen = 0;

	for (i = 0; i < ENTRIES; i++) {
		const char *e = store.entry[i].path, *below;
		size_t l;

		if (e == NULL || strncmp(e, path, length) != 0 ||
		    e[length] != '/')
			continue;
		below = e + length + 1;
		l = strcspn(below, "/");
		/* Counted with the first entry that has it. */
		for (k = 0; k < i; k++)
			if (store.entry[k].path != NULL &&
			    strncmp(store.entry[k].path, e, length + 1 + l) ==
			        0 &&
			    strcspn(store.entry[k].path + length + 1, "/") == l)
				break;
		if (k < i || seen++ != n || l >= 32)
			continue;
		memcpy(name, below, l);
		name[l] = '\0';
		return true;
	}
	return false;
}

void
fake_store_fail(const char *error, unsigned int n, unsigned int count)
{
	store.error = error;
	store.error_after = n;
	store.error_count = count;
}

void
fake_store_stop(bool stopped)
{
	store.stopped = stopped;
}

void
fake_store_conflict(unsigned int count)
{
	store.conflicts = count;
}

static void
store_absolute(const char *path, char out[static PATH])
{
	int n = snprintf(
	    out, PATH, "%s%s", path[0] == '/' ? "" : FAKE_HOME "/", path);

	if (n >= PATH)
		abort(); /* a test's path */
}

/* True if path is below (or is) top. */
static bool
store_below(const char *path, const char *top)
{
	size_t n = strlen(top);

	return strncmp(path, top, n) == 0 &&
	       (path[n] == '\0' || path[n] == '/');
}

static struct entry *
store_find(const char *path)
{
	unsigned int i;

	for (i = 0; i < ENTRIES; i++)
		if (store.entry[i].path != NULL &&
		    strcmp(store.entry[i].path, path) == 0)
			return &store.entry[i];
	return NULL;
}

/* ---- what goes out ---- */

static void
store_put(const void *p, size_t n)
{
	if (store.out_from == store.out_to)
		store.out_from = store.out_to = 0;
	if (n > sizeof(store.out) - store.out_to)
		return; /* nobody reads: lost */
	memcpy(store.out + store.out_to, p, n);
	store.out_to += (uint32_t)n;
}

static void
store_message(uint32_t type, uint32_t id, const void *p, size_t n)
{
	struct xsd_sockmsg head = {
		.type = type, .req_id = id, .len = (uint32_t)n
	};

	store_put(&head, sizeof(head));
	store_put(p, n);
}

static void
store_fire_one(const struct watch *w, const char *path)
{
	char text[PATH + 32];
	const char *shown = path;
	size_t n;

	if (w->relative && store_below(path, FAKE_HOME))
		shown = path + strlen(FAKE_HOME) + 1;
	n = (size_t)snprintf(text, sizeof(text), "%s", shown) + 1;
	n += (size_t)snprintf(text + n, sizeof(text) - n, "%s", w->token) + 1;
	store_message(XS_WATCH_EVENT, 0, text, n);
}

static void
store_fire(const char *path)
{
	unsigned int i;

	if (store.hook != NULL)
		store.hook(path);
	for (i = 0; i < WATCHES; i++)
		if (store.watch[i].set &&
		    store_below(path, store.watch[i].path))
			store_fire_one(&store.watch[i], path);
}

/* ---- entries ---- */

static bool
store_write(const char *path, const char *value, size_t n)
{
	struct entry *e = store_find(path);
	unsigned int i;

	for (i = 0; e == NULL && i < ENTRIES; i++)
		if (store.entry[i].path == NULL)
			e = &store.entry[i];
	if (e == NULL)
		return false;
	if (e->path == NULL)
		e->path = strdup(path);
	free(e->value);
	e->value = malloc(n + 1);
	memcpy(e->value, value, n);
	e->value[n] = '\0';
	store_fire(path);
	return true;
}

static bool
store_remove(const char *path)
{
	bool any = false;
	unsigned int i;

	for (i = 0; i < ENTRIES; i++) {
		struct entry *e = &store.entry[i];

		if (e->path == NULL || !store_below(e->path, path))
			continue;
		free(e->path);
		free(e->value);
		e->path = e->value = NULL;
		any = true;
	}
	if (any)
		store_fire(path);
	return any;
}

void
fake_store_set(const char *path, const char *value)
{
	if (value == NULL)
		store_remove(path);
	else
		store_write(path, value, strlen(value));
}

const char *
fake_store_get(const char *path)
{
	struct entry *e = store_find(path);

	return e != NULL ? e->value : NULL;
}

unsigned int
fake_store_entries(void)
{
	unsigned int i, n = 0;

	for (i = 0; i < ENTRIES; i++)
		n += store.entry[i].path != NULL;
	return n;
}

unsigned int
fake_store_watches(void)
{
	unsigned int i, n = 0;

	for (i = 0; i < WATCHES; i++)
		n += store.watch[i].set;
	return n;
}

/* ---- requests ---- */

struct asked {
	const struct xsd_sockmsg *head;
	const char *first; /* up to its NUL */
	const char *rest;  /* what follows that */
	size_t rest_length;
};

static void
store_answer(const struct asked *a, const char *text, size_t n)
{
	store_message(a->head->type, a->head->req_id, text, n);
}

static void
store_refuse(const struct asked *a, const char *error)
{
	store_message(XS_ERROR, a->head->req_id, error, strlen(error) + 1);
}

/* The names directly below path, a NUL after each. */
static void
store_list(const struct asked *a, const char *path)
{
	char names[1024], name[32];
	uint32_t n = 0;
	unsigned int i;

	for (i = 0;
	     fake_store_name(path, i, name) && n + sizeof(name) < sizeof(names);
	     i++) {
		memcpy(names + n, name, strlen(name) + 1);
		n += (uint32_t)strlen(name) + 1;
	}
	store_answer(a, names, n);
}

static void
store_watch(const struct asked *a, const char *path)
{
	unsigned int i;

	for (i = 0; i < WATCHES; i++)
		if (store.watch[i].set &&
		    strcmp(store.watch[i].path, path) == 0 &&
		    strcmp(store.watch[i].token, a->rest) == 0) {
			store_refuse(a, "EEXIST");
			return;
		}
	for (i = 0; i < WATCHES && store.watch[i].set; i++)
		;
	if (i == WATCHES) {
		store_refuse(a, "EQUOTA");
		return;
	}
	store.watch[i].set = true;
	store.watch[i].relative = a->first[0] != '/';
	snprintf(store.watch[i].path, PATH, "%s", path);
	snprintf(store.watch[i].token, sizeof(store.watch[i].token), "%.*s",
	    (int)a->rest_length, a->rest);
	store_answer(a, "OK", 3);
	store_fire_one(&store.watch[i], path);
}

static void
store_unwatch(const struct asked *a)
{
	unsigned int i;

	for (i = 0; i < WATCHES; i++)
		if (store.watch[i].set &&
		    strcmp(store.watch[i].token, a->rest) == 0) {
			store.watch[i].set = false;
			store_answer(a, "OK", 3);
			return;
		}
	store_refuse(a, "ENOENT");
}

static void
store_end(const struct asked *a)
{
	if (a->first[0] == 'T' && store.conflicts > 0) {
		store.conflicts--;
		store_refuse(a, "EAGAIN");
		return;
	}
	store_answer(a, "OK", 3);
}

static bool
store_fails(const struct asked *a)
{
	if (store.error == NULL || --store.error_after > 0)
		return false;
	store.error_after = 1;
	if (store.error_count-- == 0) {
		store.error = NULL;
		return false;
	}
	if (store.error[0] != '\0')
		store_refuse(a, store.error);
	return true;
}

static void
store_read_over(const char *path)
{
	if (store.after == NULL || strcmp(path, store.after) != 0)
		return;
	store.after = NULL;
	fake_store_set(path, store.after_value);
}

static void
store_serve(const struct asked *a)
{
	const struct entry *e;
	char path[PATH], id[12];

	if (store_fails(a))
		return;
	if (a->head->tx_id != 0 && a->head->tx_id <= store.lost_tx) {
		store_refuse(a, "ENOENT");
		return;
	}
	store_absolute(a->first, path);
	e = store_find(path);
	switch (a->head->type) {
	case XS_READ:
		if (e != NULL)
			store_answer(a, e->value, strlen(e->value));
		else
			store_refuse(a, "ENOENT");
		store_read_over(path);
		break;
	case XS_DIRECTORY:
		store_list(a, path);
		break;
	case XS_MKDIR:
		if (e == NULL)
			store_write(path, "", 0);
		store_answer(a, "OK", 3);
		break;
	case XS_WRITE:
		if (store_write(path, a->rest, a->rest_length))
			store_answer(a, "OK", 3);
		else
			store_refuse(a, "EQUOTA");
		break;
	case XS_RM:
		if (store_remove(path))
			store_answer(a, "OK", 3);
		else
			store_refuse(a, "ENOENT");
		break;
	case XS_WATCH:
		store_watch(a, path);
		break;
	case XS_UNWATCH:
		store_unwatch(a);
		break;
	case XS_TRANSACTION_START:
		snprintf(id, sizeof(id), "%u", ++store.last_tx);
		store_answer(a, id, strlen(id) + 1);
		break;
	case XS_TRANSACTION_END:
		store_end(a);
		break;
	default:
		store_refuse(a, "ENOSYS");
		break;
	}
}

/* ---- the ring ---- */

/* Whoever scribbles over the ring does not change what has been read of it. */
static bool
store_take(void)
{
	struct xenstore_domain_interface *s = store.ring;
	uint32_t n = load_acquire(&s->req_prod) - store.taken, i;

	if (n > sizeof(store.in) - store.have)
		n = (uint32_t)sizeof(store.in) - store.have;
	for (i = 0; i < n; i++)
		store.in[store.have + i] =
		    s->req[MASK_XENSTORE_IDX(store.taken + i)];
	store.taken += n;
	store_release(&s->req_cons, store.taken);
	store.have += n;
	return n > 0;
}

static bool
store_give(uint32_t room)
{
	struct xenstore_domain_interface *s = store.ring;
	uint32_t n = store.out_to - store.out_from, i;
	uint32_t space =
	    XENSTORE_RING_SIZE - (s->rsp_prod - load_acquire(&s->rsp_cons));

	if (n > space)
		n = space;
	if (n > room)
		n = room;
	for (i = 0; i < n; i++)
		s->rsp[MASK_XENSTORE_IDX(s->rsp_prod + i)] =
		    store.out[store.out_from + i];
	store.out_from += n;
	store_release(&s->rsp_prod, s->rsp_prod + n);
	return n > 0;
}

/* Serves the request at the head of store.in, if it is whole. */
static bool
store_next(void)
{
	struct xsd_sockmsg head;
	struct asked a;
	size_t whole, n;
	char *payload = store.in + sizeof(head), keep;

	if (store.have < sizeof(head))
		return false;
	memcpy(&head, store.in, sizeof(head));
	whole = sizeof(head) + head.len;
	if (head.len > XENSTORE_PAYLOAD_MAX || store.have < whole)
		return false;
	keep = payload[head.len];
	payload[head.len] = '\0';
	n = strlen(payload) + 1;
	if (n > head.len)
		n = head.len;
	a = (struct asked){ &head, payload, payload + n, head.len - n };
	store_serve(&a);
	payload[head.len] = keep;
	store.have -= (uint32_t)whole;
	memmove(store.in, store.in + whole, store.have);
	return true;
}

bool
fake_store_turn(uint32_t room)
{
	bool any;

	if (store.stopped)
		return false;
	any = store_take();
	while (store_next())
		any = true;
	return store_give(room) || any;
}
