/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RandomBitErrors(P [, KIND, ACTIVE bool]) -- damages packets.
 *
 *   in 0      any packets
 *   out 0     the same, each bit changed with probability P
 *   P         0..1
 *   KIND      what happens to a bit: flip (default), set or clear
 *   ACTIVE    do so at all (default true)
 *   p_bit_error, error_kind, active   read, write: P, KIND, ACTIVE
 *
 *	... -> RandomBitErrors(.0001) -> CheckIPHeader -> ...
 */
#include "click/conf.h"
#include "click/element.h"

enum random_bit_kind { BIT_CLEAR, BIT_SET, BIT_FLIP };

static const char *const random_bit_kinds[] = { "clear", "set", "flip" };

enum {
	PROB_BITS = 28, /* of fraction in a probability */
	PROB_ONE = 1 << PROB_BITS,
};

struct random_bit_errors {
	uint32_t p; /* probability of a bit */
	/* at_most[n]: probability that of a byte's bits at most n change */
	uint32_t at_most[9];
	enum random_bit_kind kind;
	bool active;
};

/* The binomial distribution of eight bits, summed. */
static void
random_bit_errors_set(struct random_bit_errors *s, uint32_t p)
{
	static const uint8_t choose[] = { 1, 8, 28, 56, 70, 56, 28, 8, 1 };
	uint64_t sum = 0;

	s->p = p;
	for (unsigned int n = 0; n < 8; n++) {
		uint64_t x = (uint64_t)1 << 35;

		for (unsigned int i = 0; i < 8; i++)
			x = x * (i < n ? p : PROB_ONE - p) >> PROB_BITS;
		sum += x * choose[n];
		s->at_most[n] = (uint32_t)((sum + 64) >> (35 - PROB_BITS));
	}
	s->at_most[8] = PROB_ONE;
}

static int
random_bit_errors_kind(struct str text, struct errh *errh)
{
	if (text.n == 0)
		return BIT_FLIP;
	for (size_t i = 0; i < ARRAY_SIZE(random_bit_kinds); i++)
		if (str_is(text, random_bit_kinds[i]))
			return (int)i;
	return errh_error(errh,
	    "bad action '%.*s' (must be 'set', 'clear', or 'flip')",
	    STR_ARG(text));
}

static int
random_bit_errors_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct random_bit_errors *s = element_state(e);
	struct str text = { NULL, 0 };
	bool active = true;
	uint32_t p = 0;
	struct args a;
	int kind;

	args_init(&a, conf, e, errh);
	args_fixed2(&a, "P", ARG_POS | ARG_MAND, PROB_BITS, &p);
	args_str(&a, "KIND", ARG_POS, &text);
	args_bool(&a, "ACTIVE", ARG_POS, &active);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	kind = random_bit_errors_kind(text, errh);
	str_free(&text);
	if (kind < 0)
		return ERR_INVAL;
	if (p > PROB_ONE)
		return errh_error(
		    errh, "drop probability must be between 0 and 1");
	if (p == 0)
		errh_warning(errh, "zero bit error probability (underflow?)");
	random_bit_errors_set(s, p);
	s->kind = (enum random_bit_kind)kind;
	s->active = active;
	return 0;
}

/* A byte with n ones in random places. */
static uint8_t
random_bits(struct rand_state *rand, unsigned int n)
{
	uint8_t bits = 0;

	for (unsigned int left = n; left > 0;) {
		uint8_t bit = (uint8_t)(1u << rand_below(rand, 8));

		left -= (bits & bit) == 0;
		bits |= bit;
	}
	return bits;
}

static void
random_bit_errors_apply(
    const struct random_bit_errors *s, struct rand_state *rand, uint8_t *byte)
{
	uint32_t x = rand_u32(rand) >> (32 - PROB_BITS);
	unsigned int n = 0;
	uint8_t bits;

	while (x >= s->at_most[n])
		n++;
	if (likely(n == 0))
		return;
	bits = random_bits(rand, n);
	if (s->kind == BIT_CLEAR)
		*byte &= (uint8_t)~bits;
	else if (s->kind == BIT_SET)
		*byte |= bits;
	else
		*byte ^= bits;
}

static inline struct packet *
random_bit_errors_one(struct element *e, struct thread *t, struct packet *p)
{
	struct random_bit_errors *s = element_state(e);

	if (packet_uniqueify(t, &p) == NULL)
		return NULL;
	for (uint32_t i = 0; i < p->length; i++)
		random_bit_errors_apply(s, &t->rand, &p->data[i]);
	return p;
}

static void
random_bit_errors_action(struct element *e, struct batch *b)
{
	struct random_bit_errors *s = element_state(e);

	if (s->active && s->at_most[0] < PROB_ONE)
		batch_each(e, b, random_bit_errors_one);
}

static int
random_bit_errors_read(
    struct element *e, uintptr_t kind, struct handler_call *call)
{
	struct random_bit_errors *s = element_state(e);

	if (kind)
		sb_adds(call->out, random_bit_kinds[s->kind]);
	else
		sb_fixed2(call->out, s->p, PROB_BITS);
	return 0;
}

static void
random_bit_errors_add_handlers(struct element *e)
{
	struct random_bit_errors *s = element_state(e);

	handler_add_rewrite_arg(e, "p_bit_error", 0, "P");
	handler_add_read(e, "p_bit_error", random_bit_errors_read, 0, 0);
	handler_add_rewrite_arg(e, "error_kind", 1, "KIND");
	handler_add_read(e, "error_kind", random_bit_errors_read, 1, 0);
	handler_add_data(
	    e, "active", HANDLER_READ | HANDLER_WRITE, DATA_BOOL, &s->active);
}

const struct element_class element_random_bit_errors = {
	.name = "RandomBitErrors",
	.ports = "1/1",
	.flags = ELEMENT_LIVE | ELEMENT_SHAREABLE,
	.state_size = sizeof(struct random_bit_errors),
	.configure = random_bit_errors_configure,
	.add_handlers = random_bit_errors_add_handlers,
	.action = random_bit_errors_action,
};
