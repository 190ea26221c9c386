/* SPDX-License-Identifier: BSD-3-Clause */
/* process_spec.c -- what a process guest was created with; spec.c. */
#include <string.h>

#include "cosmos/process_internal.h"

int
process_spec_load(
    struct cosmos *c, const struct process_dir *d, struct spec_text *s)
{
	int status = spec_load(c, d->fd, d->path, s);

	s->spec.name = d->name;
	return status;
}

bool
process_preserved(struct cosmos *c, const struct process_dir *d)
{
	struct spec_text s;
	bool preserved = false;
	char how[16];

	if (process_spec_load(c, d, &s) == COSMOS_OK) {
		process_dir_end(d, how);
		preserved = spec_action(&s.spec, how) == COSMOS_ACTION_PRESERVE;
	}
	spec_fini(&s);
	return preserved;
}
