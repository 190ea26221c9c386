/* SPDX-License-Identifier: BSD-3-Clause */
/* namemap.c -- from names to small numbers: linear probing, at most half full.
 */
#include "click/namemap.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/hash.h"

/* The slot of name, or the free one where it belongs. */
static struct namemap_slot *
namemap_slot(const struct namemap *m, struct str name)
{
	uint32_t i = (uint32_t)hash_str(name) & (m->nslots - 1);

	while (m->slots[i].name.s != NULL && !str_eq(m->slots[i].name, name))
		i = (i + 1) & (m->nslots - 1);
	return &m->slots[i];
}

static int
namemap_grow(struct namemap *m)
{
	struct namemap larger = { NULL, m->nslots == 0 ? 16 : m->nslots * 2,
		m->used };

	larger.slots = calloc(larger.nslots, sizeof(*larger.slots));
	if (larger.slots == NULL)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < m->nslots; i++)
		if (m->slots[i].name.s != NULL)
			*namemap_slot(&larger, m->slots[i].name) = m->slots[i];
	free(m->slots);
	*m = larger;
	return 0;
}

int32_t
namemap_get(const struct namemap *m, struct str name)
{
	const struct namemap_slot *slot;

	if (m->nslots == 0)
		return -1;
	slot = namemap_slot(m, name);
	return slot->name.s == NULL ? -1 : slot->value;
}

int
namemap_set(struct namemap *m, struct str name, int32_t value)
{
	struct namemap_slot *slot;

	if (m->used * 2 >= m->nslots && namemap_grow(m) != 0)
		return ERR_NOMEM;
	slot = namemap_slot(m, name);
	if (slot->name.s == NULL) {
		slot->name = name.s == NULL ? STR("") : name;
		m->used++;
	}
	slot->value = value;
	return 0;
}

void
namemap_fini(struct namemap *m)
{
	free(m->slots);
	*m = (struct namemap){ NULL, 0, 0 };
}
