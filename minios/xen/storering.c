/* SPDX-License-Identifier: BSD-3-Clause */
/* storering.c -- see storering.h. */
#include "minios/xen/storering.h"

#include <string.h>

#include "base/atomic.h"
#include "base/err.h"

void
storering_init(struct storering *r, struct xenstore_domain_interface *shared)
{
	r->shared = shared;
	r->have = 0;
	r->taken = false;
	r->complete = false;
}

int
storering_send(struct storering *r, const char *p, size_t n)
{
	struct xenstore_domain_interface *s = r->shared;
	uint32_t i, prod = s->req_prod;
	/* Acquire: the daemon has read what lies behind its index. */
	uint32_t used = prod - load_acquire(&s->req_cons);

	if (used > XENSTORE_RING_SIZE)
		return ERR_PEER;
	if (n > XENSTORE_RING_SIZE - used)
		n = XENSTORE_RING_SIZE - used;
	for (i = 0; i < n; i++)
		s->req[MASK_XENSTORE_IDX(prod + i)] = p[i];
	/* Release: the bytes before the index that shows them. */
	store_release(&s->req_prod, prod + (uint32_t)n);
	return (int)n;
}

/* Takes at most n bytes out. */
static int
storering_take(struct storering *r, char *p, size_t n)
{
	struct xenstore_domain_interface *s = r->shared;
	uint32_t i, cons = s->rsp_cons;
	/* Acquire: the index before the bytes that it shows. */
	uint32_t there = load_acquire(&s->rsp_prod) - cons;

	if (there > XENSTORE_RING_SIZE)
		return ERR_PEER;
	if (n > there)
		n = there;
	for (i = 0; i < n; i++)
		p[i] = s->rsp[MASK_XENSTORE_IDX(cons + i)];
	/* Release: our reads before the index that gives the bytes back. */
	store_release(&s->rsp_cons, cons + (uint32_t)n);
	r->taken |= n > 0;
	return (int)n;
}

int
storering_receive(struct storering *r, const struct store_message **m)
{
	struct store_message *in = &r->message;
	size_t want = sizeof(in->head);
	int n;

	if (r->complete) {
		r->have = 0;
		r->complete = false;
	}
	for (;;) {
		if (r->have >= sizeof(in->head)) {
			if (in->head.len > XENSTORE_PAYLOAD_MAX)
				return ERR_PEER;
			want = sizeof(in->head) + in->head.len;
		}
		if (r->have == want)
			break;
		n = storering_take(r, (char *)in + r->have, want - r->have);
		if (n <= 0)
			return n;
		r->have += (size_t)n;
	}
	in->payload[in->head.len] = '\0';
	r->complete = true;
	*m = in;
	return 1;
}

bool
storering_kick(struct storering *r)
{
	bool taken = r->taken;

	r->taken = false;
	return taken;
}
