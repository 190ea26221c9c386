/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SpinlockInfo(NAME, ...) -- makes locks for SpinlockAcquire and its siblings
 *
 *   NAME       known in this compound and those within it
 *
 *     SpinlockInfo(l);
 *     FromDevice(0) -> SpinlockAcquire(l) -> c :: Counter -> SpinlockRelease(l)
 *       -> Discard;
 */
#include <stdlib.h>

#include "click/conf.h"
#include "elements/threads/named_lock.h"

struct spinlock_info {
	struct named_lock *locks;
	size_t n;
};

static int
spinlock_info_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct spinlock_info *s = element_state(e);
	struct arena mem = ARENA_INIT;
	int err = 0;

	s->locks = calloc(conf->n + 1, sizeof(*s->locks));
	if (s->locks == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < conf->n && err != ERR_NOMEM; i++) {
		struct str name;

		if (!arg_parse(&arg_type_str, conf->v[i], &name, e, &mem, errh))
			err = errh_error(errh, "bad NAME");
		else if (named_lock_init(&s->locks[s->n++], e, name) != 0)
			err = ERR_NOMEM;
	}
	arena_fini(&mem);
	return err;
}

static void
spinlock_info_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct spinlock_info *s = element_state(e);

	(void)stage;
	for (size_t i = 0; i < s->n; i++)
		named_lock_fini(&s->locks[i]);
	free(s->locks);
}

const struct element_class element_spinlock_info = {
	.name = "SpinlockInfo",
	.state_size = sizeof(struct spinlock_info),
	.phase = PHASE_INFO,
	.configure = spinlock_info_configure,
	.cleanup = spinlock_info_cleanup,
};
