/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * forward_chain.c -- middleboxes in a row: `chain A B C D ...`, an ordered list
 * of ports of which each two are joined by a cable.
 *
 *	chain  in   fw.0  fw.1  nat.0  nat.1  out
 *	        +----+     +-----+      +-----+
 *
 * Frames pass the list in both directions.  A port that is not there breaks
 * the chain: what should go to it is dropped, nothing is passed around it.
 */
#include "base/compiler.h"
#include "vale/target.h"

struct chain {
	struct vale_forward_state state;
	struct targets ports;
	uint32_t peer[VALE_PORTS_MAX]; /* atomic: where a port's frames go */
};

static void
chain_look(struct vale_forward_state *state, uint32_t from,
    struct vale_frame *const *f, unsigned int n, int64_t now_ns)
{
	struct chain *c = container_of(state, struct chain, state);
	uint32_t to = load_relaxed(&c->peer[from]);

	(void)now_ns;
	for (unsigned int i = 0; i < n; i++)
		f[i]->to = to;
}

static void
chain_port_change(struct vale_forward_state *state, uint32_t number, bool there)
{
	struct chain *c = container_of(state, struct chain, state);

	(void)there;
	targets_resolve(&c->ports, state);
	store_relaxed(&c->peer[number], (uint32_t)VALE_TO_NONE);
	for (size_t i = 0; i + 1 < c->ports.n; i += 2) {
		uint32_t a = targets_number(&c->ports, i);
		uint32_t b = targets_number(&c->ports, i + 1);

		if (a < VALE_PORTS_MAX)
			store_relaxed(&c->peer[a], b);
		if (b < VALE_PORTS_MAX)
			store_relaxed(&c->peer[b], a);
	}
}

static int
chain_open(struct vale_forward_state *state, struct str args, struct diag *why)
{
	struct chain *c = container_of(state, struct chain, state);
	int err = 0;

	for (uint32_t i = 0; i < VALE_PORTS_MAX; i++)
		c->peer[i] = VALE_TO_NONE;
	for (struct str w = str_word(&args); w.n > 0 && err >= 0;
	     w = str_word(&args)) {
		size_t before = c->ports.n;

		err = targets_add(&c->ports, state, w, why);
		if (err >= 0 && c->ports.n == before)
			err = diag(
			    why, ERR_INVAL, "chain: '%.*s': twice", STR_ARG(w));
	}
	if (err >= 0 && (c->ports.n == 0 || c->ports.n % 2 != 0))
		err = diag(why, ERR_INVAL,
		    "chain: an even number of ports, each two joined");
	if (err < 0)
		vec_fini(&c->ports);
	return err < 0 ? err : 0;
}

static void
chain_close(struct vale_forward_state *state)
{
	vec_fini(&container_of(state, struct chain, state)->ports);
}

const struct vale_forward vale_forward_chain = {
	.name = "chain",
	.usage = "A B [C D ...]",
	.size = sizeof(struct chain),
	.open = chain_open,
	.close = chain_close,
	.look = chain_look,
	.port_change = chain_port_change,
};
