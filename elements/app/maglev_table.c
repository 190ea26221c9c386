/* SPDX-License-Identifier: BSD-3-Clause */
/* maglev_table.c -- see maglev_table.h. */
#include "elements/app/maglev_table.h"

#include "base/hash.h"

static bool
maglev_is_prime(uint32_t n)
{
	if (n < 4)
		return n >= 2;
	if (n % 2 == 0)
		return false;
	for (uint32_t d = 3; d <= n / d; d += 2)
		if (n % d == 0)
			return false;
	return true;
}

uint32_t
maglev_prime(uint32_t n)
{
	while (!maglev_is_prime(n))
		n++;
	return n;
}

/* Entry number k of the backend's order of preference: all differ below size.
 */
static uint32_t
maglev_preference(
    const struct maglev_backend *b, uint32_t k, uint32_t size, uint64_t seed)
{
	uint64_t offset = hash_u64(b->name, seed) % size;
	uint64_t skip = 1;

	if (size > 2)
		skip += hash_u64(b->name, ~seed) % (size - 1);
	return (uint32_t)((offset + k * skip) % size);
}

/* The backend takes the entry that it likes best among those left. */
static void
maglev_take(uint16_t *table, uint32_t size, struct maglev_backend *backends,
    uint32_t i, uint64_t seed)
{
	struct maglev_backend *b = &backends[i];
	uint32_t entry;

	do {
		entry = maglev_preference(b, b->next++, size, seed);
	} while (table[entry] != MAGLEV_NONE);
	table[entry] = (uint16_t)i;
}

void
maglev_fill(uint16_t *table, uint32_t size, struct maglev_backend *backends,
    uint32_t n, uint64_t seed)
{
	uint32_t heaviest = 0, left = size;

	for (uint32_t i = 0; i < size; i++)
		table[i] = MAGLEV_NONE;
	for (uint32_t i = 0; i < n; i++) {
		backends[i].next = 0;
		backends[i].credit = 0;
		if (backends[i].weight > heaviest)
			heaviest = backends[i].weight;
	}
	while (heaviest > 0 && left > 0)
		for (uint32_t i = 0; i < n && left > 0; i++) {
			backends[i].credit += backends[i].weight;
			if (backends[i].credit < heaviest)
				continue;
			backends[i].credit -= heaviest;
			maglev_take(table, size, backends, i, seed);
			left--;
		}
}
