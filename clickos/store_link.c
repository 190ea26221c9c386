/* SPDX-License-Identifier: BSD-3-Clause */
/* store_link.c -- links of the control protocol in XenStore's keys. */
#include <stdlib.h>

#include "base/err.h"
#include "clickos/store_internal.h"
#include "control/message.h"

enum { PAYLOAD_MAX = 8192 };

static struct store_link *
link_of(struct control_link *link)
{
	return container_of(link, struct store_link, link);
}

/* ---- in ---- */

/*
 * The next chunk; the one before is deleted, so that the last goes with its
 * folder.  False: there is none.
 */
static bool
link_fill(struct store_link *l)
{
	struct store *s = l->side->store;

	if (!l->dirty && l->next_in >= l->seen)
		return false;
	if (frames_room(&l->in, CONTROL_STORE_CHUNK) == NULL)
		return false; /* taking the next one tells */
	if (s->ops->read(s,
	        store_path(l->side, "v2/%s/to/%u", l->name, l->next_in),
	        &l->in.bytes) != 0) {
		l->dirty = false;
		l->seen = l->next_in;
		return false;
	}
	if (l->next_in > 0)
		s->ops->rm(s, store_path(l->side, "v2/%s/to/%u", l->name,
		                  l->next_in - 1));
	l->next_in++;
	return true;
}

static int
link_recv(struct control_link *link, struct strbuf *msg)
{
	struct store_link *l = link_of(link);
	int got;

	do {
		got = frames_take(&l->in, msg);
	} while (got == 0 && link_fill(l));
	return got == 0 && l->gone ? ERR_CLOSED : got;
}

/* ---- out ---- */

/* No answer can be given any more: that the directory goes tells the tool. */
static void
link_broken(struct store_link *l)
{
	struct store *s = l->side->store;

	s->ops->rm(s, store_path(l->side, "v2/%s", l->name));
	l->gone = true;
}

/* Chunks while the window has room.  False: there are more. */
static bool
link_flush(struct store_link *l)
{
	struct store *s = l->side->store;
	struct str chunk;

	while (l->out_pos < l->out.n &&
	       l->next_out - l->oldest < CONTROL_STORE_WINDOW) {
		chunk = str_sub(sb_str(&l->out), l->out_pos,
		    l->out_pos + CONTROL_STORE_CHUNK);
		if (s->ops->write(s,
		        store_path(
		            l->side, "v2/%s/from/%u", l->name, l->next_out),
		        chunk) != 0) {
			link_broken(l);
			return false;
		}
		l->out_pos += chunk.n;
		l->next_out++;
	}
	if (l->out_pos < l->out.n)
		return false;
	sb_clear(&l->out);
	l->out_pos = 0;
	return true;
}

static int
link_send(struct control_link *link, struct str msg)
{
	struct store_link *l = link_of(link);

	if (!l->gone && !link_flush(l))
		return l->gone ? ERR_CLOSED : ERR_AGAIN;
	sb_add(&l->out, msg);
	if (l->gone || l->out.oom)
		return ERR_CLOSED;
	(void)link_flush(l); /* the rest goes when chunks have been taken */
	return 0;
}

/* Those at the old end of the window that the tool has deleted. */
static void
link_acknowledged(struct store_link *l)
{
	while (l->oldest != l->next_out &&
	       !store_has(l->side,
	           store_path(l->side, "v2/%s/from/%u", l->name, l->oldest)))
		l->oldest++;
	(void)link_flush(l); /* what is left waits for the next */
}

/* ---- life ---- */

void
store_link_free(struct store_link *l)
{
	struct store_link **at = &l->side->links;

	while (*at != l)
		at = &(*at)->next;
	*at = l->next;
	l->side->nlinks--;
	frames_fini(&l->in);
	sb_fini(&l->out);
	free(l);
}

static void
link_close(struct control_link *link)
{
	struct store_link *l = link_of(link);
	struct store *s = l->side->store;

	if (!l->gone)
		s->ops->rm(s, store_path(l->side, "v2/%s", l->name));
	store_link_free(l);
}

static const struct control_link_ops store_link_ops = {
	.recv = link_recv,
	.send = link_send,
	.close = link_close,
};

static bool
link_name_good(struct str name)
{
	if (name.n == 0 || name.n > CONTROL_STORE_NAME)
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (!char_alnum(name.s[i]) && name.s[i] != '-' &&
		    name.s[i] != '_')
			return false;
	return true;
}

static struct store_link *
link_find(struct store_side *side, struct str name)
{
	for (struct store_link *l = side->links; l != NULL; l = l->next)
		if (str_is(name, l->name))
			return l;
	return NULL;
}

/* A tool's directory that we do not know yet. */
static struct store_link *
link_open(struct store_side *side, struct str name)
{
	struct store_link *l = NULL;

	if (!link_name_good(name) ||
	    !store_has(side, store_path(side, "v2/%.*s/to/0", STR_ARG(name))))
		return NULL;
	if (side->nlinks < CONTROL_STORE_LINKS)
		l = calloc(1, sizeof(*l));
	if (l == NULL) {
		side->store->ops->tell(side->store,
		    store_path(side, "v2/%.*s/error", STR_ARG(name)),
		    STR("too many links"));
		return NULL;
	}
	l->link.ops = &store_link_ops;
	l->link.payload_max = PAYLOAD_MAX;
	l->side = side;
	(void)str_copy(name, l->name, sizeof(l->name));
	l->seen = 1;
	l->next = side->links;
	side->links = l;
	side->nlinks++;
	return l;
}

static void
link_vanish(struct store_side *side, struct store_link *l)
{
	if (store_has(side, store_path(side, "v2/%s", l->name)))
		return;
	l->gone = true;
	l->dirty = false;
	l->seen = l->next_in;
	if (!l->accepted)
		store_link_free(l);
}

void
store_link_event(struct store_side *side, struct str rest)
{
	size_t slash = str_find(rest, '/', 0);
	struct str name = str_sub(rest, 0, slash);
	struct store_link *l = link_find(side, name);
	uint32_t n;

	rest = str_from(rest, slash + 1);
	if (l == NULL) {
		if (str_starts(rest, STR("to/")))
			(void)link_open(side, name);
	} else if (rest.n == 0) {
		link_vanish(side, l);
	} else if (str_starts(rest, STR("to/"))) {
		/* Ours, too, are told, which delete those that we have. */
		if (store_number(str_from(rest, 3), UINT32_MAX - 1, &n) &&
		    n >= l->seen)
			l->seen = n + 1;
	} else if (str_starts(rest, STR("from/")) &&
	           store_number(str_from(rest, 5), UINT32_MAX, &n) &&
	           n == l->oldest) {
		link_acknowledged(l);
	}
}

/* All of v2 anew: names that are new, and names that are gone. */
void
store_link_scan(struct store_side *side, bool there)
{
	struct store *s = side->store;
	struct strbuf names = STRBUF_INIT;
	struct store_link *l, *next;
	struct str rest, name;

	for (l = side->links; l != NULL; l = next) {
		next = l->next;
		l->dirty = true;
		link_acknowledged(l);
		link_vanish(side, l);
	}
	if (there && s->ops->list(s, store_path(side, "v2"), &names) == 0)
		for (rest = sb_str(&names); rest.n > 0;
		     rest = str_from(rest, name.n + 1)) {
			name = str_sub(rest, 0, str_find(rest, '\0', 0));
			if (link_find(side, name) == NULL)
				(void)link_open(side, name);
		}
	sb_fini(&names);
}

int
store_side_accept(struct store_side *side, struct control_link **link)
{
	for (struct store_link *l = side->links; l != NULL; l = l->next)
		if (!l->accepted) {
			l->accepted = true;
			*link = &l->link;
			return 1;
		}
	return 0;
}
