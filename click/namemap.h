/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * namemap.h -- from names to small numbers: the elements of a scope, the
 * classes of a configuration.
 *
 * Open addressing over borrowed strings, which must outlive the map.  There is
 * no removal: a name is forgotten by giving it the number -1.
 */
#ifndef CLICK_NAMEMAP_H
#define CLICK_NAMEMAP_H

#include <stdint.h>

#include "base/str.h"

struct namemap_slot {
	struct str name; /* .s NULL: free */
	int32_t value;
};

struct namemap {
	struct namemap_slot *slots;
	uint32_t nslots; /* a power of two, or 0 */
	uint32_t used;
};

/* The number of name, or -1. */
int32_t namemap_get(const struct namemap *m, struct str name);
/* Sets it; 0 or ERR_NOMEM. */
int namemap_set(struct namemap *m, struct str name, int32_t value);
void namemap_fini(struct namemap *m);

#endif
