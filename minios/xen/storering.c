/* SPDX-License-Identifier: BSD-3-Clause */
/* storering.c -- see storering.h. */
#include "minios/xen/storering.h"

#include <string.h>

#include "base/atomic.h"
#include "base/compiler.h"
#include "base/err.h"

void
storering_init(struct storering *r, struct xenstore_domain_interface *shared)
{
	r->shared = shared;
	r->prod = shared->req_prod;
	r->acked = shared->req_cons;
	r->cons = shared->rsp_cons;
	r->from = r->to = 0;
	r->have = 0;
	r->taken = false;
	r->complete = false;
}

bool
storering_busy(const struct storering *r)
{
	return r->from < r->to;
}

void
storering_put(struct storering *r, const void *p, size_t n)
{
	ASSERT(n <= sizeof(r->out) - r->to);
	memcpy(r->out + r->to, p, n);
	r->to += n;
}

void
storering_withdraw(struct storering *r)
{
	if (r->from == 0)
		r->to = 0;
}

int
storering_flush(struct storering *r)
{
	struct xenstore_domain_interface *s = r->shared;
	/* Acquire: the daemon has read what lies behind its index. */
	uint32_t acked = load_acquire(&s->req_cons);
	size_t i, n = r->to - r->from;

	/* It goes on from where it was, and not beyond what there is. */
	if (acked - r->acked > r->prod - r->acked ||
	    r->prod - acked > XENSTORE_RING_SIZE)
		return ERR_PEER;
	r->acked = acked;
	if (n > XENSTORE_RING_SIZE - (r->prod - acked))
		n = XENSTORE_RING_SIZE - (r->prod - acked);
	for (i = 0; i < n; i++)
		s->req[MASK_XENSTORE_IDX(r->prod++)] = r->out[r->from++];
	if (r->from == r->to)
		r->from = r->to = 0;
	/* Release: the bytes before the index that shows them. */
	store_release(&s->req_prod, r->prod);
	return (int)n;
}

/* Takes at most n bytes out. */
static int
storering_take(struct storering *r, char *p, size_t n)
{
	struct xenstore_domain_interface *s = r->shared;
	/* Acquire: the index before the bytes that it shows. */
	uint32_t i, there = load_acquire(&s->rsp_prod) - r->cons;

	if (there > XENSTORE_RING_SIZE)
		return ERR_PEER;
	if (n > there)
		n = there;
	for (i = 0; i < n; i++)
		p[i] = s->rsp[MASK_XENSTORE_IDX(r->cons + i)];
	r->cons += (uint32_t)n;
	/* Release: our reads before the index that gives the bytes back. */
	store_release(&s->rsp_cons, r->cons);
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
