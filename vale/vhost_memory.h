/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * vhost_memory.h -- a guest's memory, as a vhost-user front end passes it:
 * some files, each a range of the guest's addresses.
 */
#ifndef VALE_VHOST_MEMORY_H
#define VALE_VHOST_MEMORY_H

#include "vale/foreign.h"
#include "vale/vhost_wire.h"

struct vhost_region {
	uint64_t guest; /* address of its first byte as the guest has it */
	uint64_t user;  /* as the front end has it */
	uint64_t size;
	uint8_t *at; /* as we have it */
	struct foreign map;
};

struct vhost_memory {
	unsigned int n;
	struct vhost_region region[VHOST_REGIONS];
	int lost; /* atomic: a file has shrunk */
};

/*
 * Maps the n regions of a message, whose files are fds[n] and stay the
 * caller's.  ERR_PEER, ERR_NOMEM: m is empty then.
 */
int vhost_memory_set(struct vhost_memory *m, const struct vhost_wire_region *r,
    const int *fds, unsigned int n, struct diag *why);
void vhost_memory_clear(struct vhost_memory *m);

/*
 * The guest's byte at address, and in *n (from 1 on) how many of the *n bytes
 * asked for follow it; NULL: it has no memory there.
 */
static inline uint8_t *
vhost_memory_at(const struct vhost_memory *m, uint64_t address, uint32_t *n)
{
	for (unsigned int i = 0; i < m->n; i++) {
		const struct vhost_region *r = &m->region[i];
		uint64_t at = address - r->guest;

		if (at >= r->size)
			continue;
		if (*n > r->size - at)
			*n = (uint32_t)(r->size - at);
		return r->at + at;
	}
	return NULL;
}

/* n bytes in a row at an address of the front end's own; NULL: not there. */
uint8_t *vhost_memory_user(
    const struct vhost_memory *m, uint64_t address, uint64_t n);

#endif
