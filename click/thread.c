/* SPDX-License-Identifier: BSD-3-Clause */
/* thread.c -- a router thread's own things. */
#include "click/thread.h"

#include <stdlib.h>

#include "base/err.h"
#include "click/internal.h"
#include "os/os.h"

/* Beyond the path itself: for handlers that push from within a push. */
enum { SCRATCH_SPARE = 8 };

static size_t
scratch_size(uint32_t depth)
{
	return ((size_t)depth + SCRATCH_SPARE) * SCRATCH_ELEMENT;
}

int
thread_make_scratch(const struct thread *t, uint32_t depth, char **base)
{
	size_t size = scratch_size(depth);

	*base = NULL;
	if (size <= (size_t)(t->scratch.end - t->scratch.base))
		return 0;
	*base = aligned_alloc(CACHE_LINE, size);
	return *base != NULL ? 0 : ERR_NOMEM;
}

void
thread_take_scratch(struct thread *t, uint32_t depth, char *base)
{
	size_t size = scratch_size(depth);

	if (base == NULL ||
	    size <= (size_t)(t->scratch.end - t->scratch.base)) {
		free(base);
		return;
	}
	/* Only between tasks: nothing lies in the old one. */
	ASSERT(t->scratch.top == t->scratch.base);
	free(t->scratch.base);
	t->scratch.base = t->scratch.top = base;
	t->scratch.end = base + size;
}

struct thread *
thread_new(struct master *m, unsigned int id, struct pool *pool)
{
	struct thread *t = calloc(1, sizeof(*t));
	char *scratch;
	uint64_t seed;

	if (t == NULL)
		return NULL;
	t->master = m;
	t->id = (uint16_t)id;
	t->round_end_ns = INT64_MAX;
	t->pool = pool;
	t->waiter = os_waiter_new();
	if (master_stops_threads(m))
		t->park = os_waiter_new();
	t->deferred = deferred_new();
	os_random(&seed, sizeof(seed));
	rand_seed(&t->rand, seed);
	if (t->waiter == NULL || (t->park == NULL && master_stops_threads(m)) ||
	    t->deferred == NULL || thread_make_scratch(t, 4, &scratch) != 0) {
		thread_free(t);
		return NULL;
	}
	thread_take_scratch(t, 4, scratch);
	return t;
}

void
thread_free(struct thread *t)
{
	if (t == NULL)
		return;
	if (t->waiter != NULL)
		os_waiter_free(t->waiter);
	if (t->park != NULL)
		os_waiter_free(t->park);
	deferred_free(t->deferred);
	free(t->scratch.base);
	free(t->tasks);
	free(t->timers);
	free(t);
}
