/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RandomSeed([SEED]) -- starts the random sequence that elements draw from.
 *
 *   ports     none
 *   SEED      an integer; by default the sequence is a different one each time
 *   seed      write: starts it anew, from a value or (empty) from a random one
 *
 *	RandomSeed(0);  ... -> RandomSample(0.5) -> ...
 */
#include "base/hash.h"
#include "click/conf.h"
#include "click/element.h"
#include "click/router.h"
#include "os/os.h"

/* Each thread gets a sequence of its own. */
static void
random_seed_set(struct element *e, uint64_t seed)
{
	struct master *m = e->router->master;

	for (unsigned int i = 0; i < master_nthreads(m); i++)
		rand_seed(&master_thread(m, i)->rand, hash_u64(seed, i));
}

static int
random_seed_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	uint32_t seed = 0;
	struct args a;
	bool given;

	args_init(&a, conf, e, errh);
	given = args_u32(&a, "SEED", ARG_POS, &seed);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (given)
		random_seed_set(e, seed);
	return 0;
}

static int
random_seed_write(struct element *e, uintptr_t user, struct handler_call *call)
{
	bool overflow = false;
	uint64_t seed;

	(void)user;
	if (call->text.n == 0)
		os_random(&seed, sizeof(seed));
	else if (!conf_u64(call->text, 0, &seed, &overflow))
		return errh_error(call->errh, "expected integer");
	random_seed_set(e, seed);
	return 0;
}

static void
random_seed_add_handlers(struct element *e)
{
	handler_add_write(e, "seed", random_seed_write, 0, 0);
}

const struct element_class element_random_seed = {
	.name = "RandomSeed",
	.ports = "0/0",
	.phase = PHASE_FIRST + 1,
	.configure = random_seed_configure,
	.add_handlers = random_seed_add_handlers,
};
