/* SPDX-License-Identifier: BSD-3-Clause */
/* vhost_memory.c -- see vhost_memory.h. */
#include "vale/vhost_memory.h"

#include <stdbool.h>

#include "base/err.h"

/* Longer than any guest, shorter than what one address space has. */
static const uint64_t REGION_MAX = UINT64_C(1) << 42;

static bool
region_overlaps(const struct vhost_memory *m, const struct vhost_wire_region *r)
{
	for (unsigned int i = 0; i < m->n; i++)
		if (r->guest < m->region[i].guest + m->region[i].size &&
		    m->region[i].guest < r->guest + r->size)
			return true;
	return false;
}

int
vhost_memory_set(struct vhost_memory *m, const struct vhost_wire_region *r,
    const int *fds, unsigned int n, struct diag *why)
{
	int err;

	vhost_memory_clear(m);
	for (unsigned int i = 0; i < n; i++) {
		struct vhost_region *to = &m->region[i];

		if (r[i].size == 0 || r[i].size > REGION_MAX ||
		    r[i].offset > REGION_MAX ||
		    r[i].guest + r[i].size < r[i].guest ||
		    r[i].user + r[i].size < r[i].user ||
		    region_overlaps(m, &r[i])) {
			err = diag(why, ERR_PEER,
			    "memory: region %u makes no sense", i);
			goto clear;
		}
		err = foreign_map(
		    &to->map, fds[i], r[i].offset + r[i].size, &m->lost, why);
		if (err != 0)
			goto clear;
		to->guest = r[i].guest;
		to->user = r[i].user;
		to->size = r[i].size;
		to->at = to->map.base + r[i].offset;
		m->n++;
	}
	return 0;

clear:
	vhost_memory_clear(m);
	return err;
}

void
vhost_memory_clear(struct vhost_memory *m)
{
	while (m->n > 0)
		foreign_unmap(&m->region[--m->n].map);
	m->lost = 0;
}

uint8_t *
vhost_memory_user(const struct vhost_memory *m, uint64_t address, uint64_t n)
{
	for (unsigned int i = 0; i < m->n; i++) {
		const struct vhost_region *r = &m->region[i];
		uint64_t at = address - r->user;

		if (at < r->size && n <= r->size - at)
			return r->at + at;
	}
	return NULL;
}
