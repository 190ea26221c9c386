/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * keys_fuzz.c -- any keys and values in the store, written, deleted and told
 * in any order, to a guest with one router.
 */
#include <stdio.h>

#include "clickos/control.h"
#include "test/fake_keys.h"
#include "test/guest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct {
	struct guest *g;
	struct os_waiter *w;
} fuzz;

/*
 * Router 0 runs in all of it: what would stop or remove it is left out, for
 * its thread cannot be had again.
 */
static bool
fuzz_spares(struct str key, bool removal, struct str value)
{
	if (!str_starts(key, STR("data/clickos/0")))
		return key.n > 0;
	if (removal || str_is(value, "Halted"))
		return false;
	return !str_starts(key, STR("data/clickos/0/config"));
}

/* An operation: a byte that says which, a key's and a value's length. */
static size_t
fuzz_do(struct fake_store *f, const uint8_t *p, size_t n)
{
	static const char *const heads[] = { "", "0/control/read/",
		"0/elements/", "v2/", "0/", "1/", "v2/a/to/", "v2/a/from/" };
	char path[300], text[256];
	struct str key, value;
	size_t klen, vlen;

	if (n < 3)
		return n;
	klen = p[1] % 64;
	vlen = p[2];
	if (3 + klen + vlen > n)
		return n;
	snprintf(path, sizeof(path), "data/clickos/%s%.*s", heads[p[0] / 4 % 8],
	    (int)klen, (const char *)p + 3);
	key = str_of(path);
	memcpy(text, p + 3 + klen, vlen);
	if (str_starts(key, STR("data/clickos/v2/")))
		tguest_tame(text, vlen);
	value = str_make(text, vlen);
	if (!fuzz_spares(key, p[0] % 4 == 1, value))
		return 3 + klen + vlen;
	if (p[0] % 4 == 0) {
		fake_set(f, key, value);
		fake_fire(f, path);
	} else if (p[0] % 4 == 1) {
		(void)fake_delete(f, path);
	} else {
		fake_fire(f, p[0] % 4 == 2 ? path : f->root);
	}
	return 3 + klen + vlen;
}

static void
fuzz_step(struct store_side *side, struct control *c)
{
	struct control_link *link;

	for (int i = 0; i < 4; i++) {
		(void)store_side_step(side);
		while (store_side_accept(side, &link) == 1)
			(void)control_add(c, link);
		(void)control_step(c);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct store_side *side;
	struct fake_store f;
	struct control *c;

	if (fuzz.g == NULL)
		fuzz.g = tguest_single(&fuzz.w);
	if (size > 4096)
		return 0;
	fake_store_init(&f, "data/clickos");
	fake_set(&f, STR("data/clickos/version"), STR("2"));
	c = control_new(fuzz.g, fuzz.w);
	side = store_side_new(&f.store, fuzz.g, "data/clickos", false);
	while (size > 0) {
		size_t n = fuzz_do(&f, data, size);

		data += n;
		size -= n;
		fuzz_step(side, c);
	}
	control_free(c);
	store_side_free(side);
	fake_store_fini(&f);
	return 0;
}
