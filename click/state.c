/* SPDX-License-Identifier: BSD-3-Clause */
/* state.c -- see state.h. */
#include "click/state.h"

#include <string.h>

#include "base/bytes.h"
#include "base/hash.h"
#include "click/internal.h"

enum {
	/* A part is closed before it has more than this: an item fits in. */
	PART_FULL = STATE_PART_MAX - 4096,
	HEAD = sizeof(struct state_head),
	AGE_MAX_MS = INT32_MAX,
	NAME_MAX_BYTES = 1024,
};

struct state_call
state_call(struct thread *t, struct errh *errh)
{
	struct state_call c = { .thread = t, .errh = errh };

	t->recent_old = true;
	c.now_ns = thread_recent_ns(t);
	c.now_ms = (uint32_t)((uint64_t)c.now_ns / 1000000);
	return c;
}

static uint32_t
state_item_bytes(const struct state_item *item)
{
	uint32_t n = 0;

	for (unsigned int i = 0; i < item->nfields; i++)
		n += item->fields[i].size;
	return n;
}

static uint32_t
state_check_sum(struct str body)
{
	return (uint32_t)hash_bytes(body.s, body.n, STATE_MAGIC);
}

/* ---- writing ---- */

static void
state_put_u16(struct strbuf *out, uint16_t x)
{
	char bytes[2];

	put_le16(bytes, x);
	sb_add(out, str_make(bytes, 2));
}

static void
state_put_name(struct strbuf *out, struct str name)
{
	state_put_u16(out, (uint16_t)name.n);
	sb_add(out, name);
}

static void
state_put_field(const struct state_call *c, const struct state_field *f,
    const char *what, struct strbuf *out)
{
	const char *at = what + f->offset;
	uint32_t ms;
	int64_t ns;

	switch (f->kind) {
	case STATE_KIND_RAW:
	case STATE_KIND_UP_TO:
		break;
	case STATE_KIND_AGE_MS:
		memcpy(&ms, at, sizeof(ms));
		ms = c->now_ms - ms;
		/* A clock that was read a moment later than ours. */
		ms = ms > AGE_MAX_MS ? 0 : ms;
		at = (const char *)&ms;
		break;
	case STATE_KIND_AGE_NS:
	case STATE_KIND_LEFT_NS:
		memcpy(&ns, at, sizeof(ns));
		ns = f->kind == STATE_KIND_AGE_NS ? c->now_ns - ns
		                                  : ns - c->now_ns;
		at = (const char *)&ns;
		break;
	}
	sb_add(out, str_make(at, f->size));
}

static void
state_put_item(const struct state_call *c, const void *what, struct strbuf *out)
{
	const struct state_item *item = c->item;

	sb_addc(out, (char)(1 + item - c->e->class->state->items));
	state_put_u16(out, (uint16_t)state_item_bytes(item));
	for (unsigned int i = 0; i < item->nfields; i++)
		state_put_field(c, &item->fields[i], what, out);
}

const void *
state_next(const struct state_call *c, uint64_t *at, void *room)
{
	if (c->item->next == NULL)
		return *at == 0 ? element_state(c->e) : NULL;
	ASSERT(c->item->size <= STATE_ITEM_MAX);
	memset(room, 0, c->item->size);
	return c->item->next(c, at, room);
}

/*
 * A section of c->e: its items from *at on, nothing if there are none.  False:
 * the part is full before they were at an end.
 */
static bool
state_save_element(
    struct state_call *c, struct state_place *at, struct strbuf *out)
{
	const struct state_class *class = c->e->class->state;
	uint64_t room[STATE_ITEM_MAX / sizeof(uint64_t)];
	bool begun = false, full = false;

	for (; at->kind < class->nitems; at->kind++, at->at = 0) {
		const void *what;

		c->item = &class->items[at->kind];
		while (!(full = out->n >= PART_FULL) &&
		       (what = state_next(c, &at->at, room)) != NULL) {
			if (!begun) {
				state_put_name(out, c->e->name);
				state_put_name(out, str_of(c->e->class->name));
				state_put_u16(out, class->version);
				begun = true;
			}
			state_put_item(c, what, out);
			at->at++;
		}
		if (full)
			break;
	}
	if (begun)
		sb_addc(out, 0);
	return !full;
}

void
state_save(struct router *r, struct thread *t, struct state_place *at,
    struct strbuf *out)
{
	struct state_call c = state_call(t, NULL);
	struct state_head head = { .magic = STATE_MAGIC,
		.version = STATE_VERSION };
	struct strbuf part = STRBUF_INIT;

	sb_fill(&part, 0, HEAD);
	while ((c.e = router_element(r, at->element)) != NULL) {
		if (c.e->class->state != NULL &&
		    !state_save_element(&c, at, &part))
			break;
		*at = (struct state_place){ .element = at->element + 1 };
	}
	if (c.e == NULL)
		*at = (struct state_place){ .element = STATE_END };
	if (!part.oom) {
		struct str body = str_from(sb_str(&part), HEAD);

		head.length = (uint32_t)body.n;
		head.check = state_check_sum(body);
		head.next = *at;
		memcpy(part.s, &head, HEAD);
	}
	out->oom |= part.oom;
	sb_add(out, sb_str(&part));
	sb_fini(&part);
}

/* ---- reading ---- */

/* Bytes not read yet; short is set when more were asked for than there are. */
struct state_bytes {
	struct str rest;
	bool cut;
};

static struct str
state_get(struct state_bytes *b, size_t n)
{
	struct str got = str_sub(b->rest, 0, n);

	if (n > b->rest.n) {
		b->cut = true;
		b->rest.n = 0;
		return (struct str){ NULL, 0 };
	}
	b->rest = str_from(b->rest, n);
	return got;
}

static unsigned int
state_get_u8(struct state_bytes *b)
{
	struct str s = state_get(b, 1);

	return s.n == 1 ? (uint8_t)s.s[0] : 0;
}

static uint16_t
state_get_u16(struct state_bytes *b)
{
	struct str s = state_get(b, 2);

	return s.n == 2 ? get_le16(s.s) : 0;
}

static int
state_refuse(const struct state_call *c, const char *why)
{
	errh_error(c->errh, "%.*s: %s", STR_ARG(c->e->name), why);
	return ERR_PEER;
}

int
state_refuse_item(const struct state_call *c, const char *why)
{
	if (c->errh != NULL)
		errh_error(c->errh, "%.*s: %s: %s", STR_ARG(c->e->name),
		    c->item->what, why);
	return ERR_PEER;
}

static int
state_refuse_field(
    const struct state_call *c, const struct state_field *f, const char *why)
{
	errh_error(c->errh, "%.*s: %s: %s: %s", STR_ARG(c->e->name),
	    c->item->what, f->name, why);
	return ERR_PEER;
}

static uint32_t
state_number(const char *at, size_t size)
{
	uint32_t x = 0;

	memcpy(&x, at, size);
	return x;
}

/* A field out of its bytes into what. */
static int
state_get_field(const struct state_call *c, const struct state_field *f,
    const char *from, char *what)
{
	uint32_t ms;
	int64_t ns;

	switch (f->kind) {
	case STATE_KIND_RAW:
		break;
	case STATE_KIND_UP_TO:
		if (state_number(from, f->size) > f->max)
			return state_refuse_field(c, f, "it is out of range");
		break;
	case STATE_KIND_AGE_MS:
		memcpy(&ms, from, sizeof(ms));
		if (ms > AGE_MAX_MS)
			return state_refuse_field(c, f, "too long ago");
		ms = c->now_ms - ms;
		memcpy(what + f->offset, &ms, sizeof(ms));
		return 0;
	case STATE_KIND_AGE_NS:
	case STATE_KIND_LEFT_NS:
		memcpy(&ns, from, sizeof(ns));
		/* Half of what there is: sums of two times are numbers yet. */
		if (ns > INT64_MAX / 4 || ns < INT64_MIN / 4)
			return state_refuse_field(c, f, "too far away");
		ns = f->kind == STATE_KIND_AGE_NS ? c->now_ns - ns
		                                  : c->now_ns + ns;
		memcpy(what + f->offset, &ns, sizeof(ns));
		return 0;
	}
	memcpy(what + f->offset, from, f->size);
	return 0;
}

/* Checks an item; if taking, has it taken. */
static int
state_load_item(struct state_call *c, struct str bytes, bool taking)
{
	const struct state_item *item = c->item;
	uint64_t room[STATE_ITEM_MAX / sizeof(uint64_t)] = { 0 };
	bool own = item->next == NULL;
	char *what = own && taking ? element_state(c->e) : (char *)room;
	int err;

	if (bytes.n != state_item_bytes(item)) {
		errh_error(c->errh, "%.*s: %s of %zu bytes, not %u",
		    STR_ARG(c->e->name), item->what, bytes.n,
		    (unsigned)state_item_bytes(item));
		return ERR_PEER;
	}
	/* The element's own state was checked when nothing was taken yet. */
	for (unsigned int i = 0; i < item->nfields; i++) {
		const struct state_field *f = &item->fields[i];

		if (own && !taking) {
			struct state_field first = *f;

			first.offset = 0;
			err = state_get_field(c, &first, bytes.s, what);
		} else {
			err = state_get_field(c, f, bytes.s, what);
		}
		if (err != 0)
			return err;
		bytes = str_from(bytes, f->size);
	}
	return taking && !own ? item->take(c, what) : 0;
}

/* Name, class and version of the section that begins. */
static int
state_load_section(
    struct state_call *c, struct router *r, struct state_bytes *b)
{
	struct str name = state_get(b, state_get_u16(b));
	struct str class = state_get(b, state_get_u16(b));
	uint16_t version = state_get_u16(b);

	if (b->cut || name.n > NAME_MAX_BYTES || class.n > NAME_MAX_BYTES) {
		errh_error(c->errh, "state: cut short");
		return ERR_PEER;
	}
	c->e = router_find(r, name, NULL);
	if (c->e == NULL || !str_is(class, c->e->class->name)) {
		errh_error(c->errh, "state of '%.*s :: %.*s': %s",
		    STR_ARG(name), STR_ARG(class),
		    c->e == NULL ? "there is no such element here"
		                 : "it is of another class here");
		return ERR_PEER;
	}
	if (c->e->class->state == NULL)
		return state_refuse(c, "this program takes no state for it");
	if (c->e->class->state->version != version) {
		errh_error(c->errh,
		    "%.*s: state of version %u, this program has %u",
		    STR_ARG(name), version, c->e->class->state->version);
		return ERR_PEER;
	}
	return 0;
}

static int
state_load_items(struct state_call *c, struct state_bytes *b, bool taking)
{
	const struct state_class *class = c->e->class->state;
	unsigned int kind;

	while ((kind = state_get_u8(b)) != 0) {
		struct str bytes = state_get(b, state_get_u16(b));
		int err;

		if (kind > class->nitems)
			return state_refuse(c, "state of an unknown kind");
		if (b->cut)
			break;
		c->item = &class->items[kind - 1];
		err = state_load_item(c, bytes, taking);
		if (err != 0)
			return err;
	}
	return b->cut ? state_refuse(c, "its state is cut short") : 0;
}

static int
state_load_body(
    struct state_call *c, struct router *r, struct str body, bool taking)
{
	struct state_bytes b = { .rest = body };
	int err = 0;

	while (err == 0 && b.rest.n > 0) {
		err = state_load_section(c, r, &b);
		if (err == 0)
			err = state_load_items(c, &b, taking);
	}
	return err;
}

static const char *
state_head_fault(struct str part, const struct state_head *head)
{
	struct str body = str_from(part, HEAD);

	if (part.n < HEAD || head->magic != STATE_MAGIC || head->reserved != 0)
		return "that is no state";
	if (head->version != STATE_VERSION)
		return "its form is of another version";
	if (head->length != body.n || part.n > STATE_PART_MAX)
		return "it is not as long as it says";
	if (head->check != state_check_sum(body))
		return "it has been changed";
	return NULL;
}

int
state_load(
    struct router *r, struct thread *t, struct str part, struct errh *errh)
{
	struct state_call c = state_call(t, errh);
	struct state_head head = { .magic = 0 };
	const char *fault;
	int err;

	if (part.n >= HEAD)
		memcpy(&head, part.s, HEAD);
	fault = state_head_fault(part, &head);
	if (fault != NULL) {
		errh_error(errh, "state: %s", fault);
		return ERR_PEER;
	}
	err = state_load_body(&c, r, str_from(part, HEAD), false);
	return err != 0 ? err
	                : state_load_body(&c, r, str_from(part, HEAD), true);
}
