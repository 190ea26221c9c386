/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * forward_wire.c -- two ports joined as by a cable: `wire` (the switch's only
 * two, whatever their names) or `wire A B`.
 *
 * With no names, the cable joins the two ports of lowest number.
 */
#include "base/compiler.h"
#include "vale/target.h"

struct wire {
	struct vale_forward_state state;
	struct targets ends; /* two, or none */
	uint32_t unnamed[2]; /* atomic: numbers, or VALE_TO_NONE */
	uint64_t there[VALE_PORTS_MAX / 64];
};

static void
wire_look(struct vale_forward_state *state, uint32_t from,
    struct vale_frame *const *f, unsigned int n, int64_t now_ns)
{
	struct wire *w = container_of(state, struct wire, state);
	bool named = w->ends.n == 2;
	uint32_t a =
	    named ? targets_number(&w->ends, 0) : load_relaxed(&w->unnamed[0]);
	uint32_t b =
	    named ? targets_number(&w->ends, 1) : load_relaxed(&w->unnamed[1]);
	uint32_t to = from == a ? b : from == b ? a : (uint32_t)VALE_TO_NONE;

	(void)now_ns;
	for (unsigned int i = 0; i < n; i++)
		f[i]->to = to;
}

static void
wire_port_change(struct vale_forward_state *state, uint32_t number, bool there)
{
	struct wire *w = container_of(state, struct wire, state);
	unsigned int found = 0;

	targets_resolve(&w->ends, state);
	w->there[number / 64] &= ~((uint64_t)1 << (number % 64));
	w->there[number / 64] |= (uint64_t)there << (number % 64);
	for (uint32_t i = 0; i < VALE_PORTS_MAX && found < 2; i++)
		if ((w->there[i / 64] >> (i % 64) & 1) != 0)
			store_relaxed(&w->unnamed[found++], i);
	for (; found < 2; found++)
		store_relaxed(&w->unnamed[found], (uint32_t)VALE_TO_NONE);
}

static int
wire_open(struct vale_forward_state *state, struct str args, struct diag *why)
{
	struct wire *w = container_of(state, struct wire, state);
	struct str a = str_word(&args), b = str_word(&args);
	int err = 0;

	w->unnamed[0] = w->unnamed[1] = VALE_TO_NONE;
	if (a.n > 0)
		err = targets_add(&w->ends, state, a, why);
	if (err >= 0 && b.n > 0)
		err = targets_add(&w->ends, state, b, why);
	if (err >= 0 && (str_trim(args).n > 0 || w->ends.n == 1))
		err = diag(why, ERR_INVAL, "wire: two different ports or none");
	if (err < 0)
		vec_fini(&w->ends);
	return err < 0 ? err : 0;
}

static void
wire_close(struct vale_forward_state *state)
{
	vec_fini(&container_of(state, struct wire, state)->ends);
}

const struct vale_forward vale_forward_wire = {
	.name = "wire",
	.usage = "[A B]",
	.size = sizeof(struct wire),
	.open = wire_open,
	.close = wire_close,
	.look = wire_look,
	.port_change = wire_port_change,
};
