/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xen_vale_fuzz.c -- a Xen guest that is the fuzzer's, before the switch: its
 * bytes are scribbled over everything that it shares and over its keys, and
 * the switch runs after each.
 *
 *	0 where value     a word of the shared memory
 *	1 key value       a key of the frontend's
 *	2                 an event
 *	3                 a frame comes for it
 *
 * Whatever happens, the switch touches nothing else, and in the end it holds
 * no page and no channel and every frame is accounted for.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "minios/arch.h"
#include "minios/pages.h"
#include "minios/xen/event.h"
#include "minios/xen/grant.h"
#include "minios/xen/xen.h"
#include "test/balance.h"
#include "test/fake_minios.h"
#include "test/fake_store.h"
#include "test/fake_xen.h"
#include "test/fake_xenhost.h"
#include "vale/port_mem.h"
#include "vale/xen.h"

#define BACK  "/local/domain/0/backend/vif/7/0"
#define FRONT FAKE_HOME "/device/vif/0"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PAGES = 80, KEYS = 11 };

static struct {
	uint8_t *base;
	uint32_t *refs;
	uint32_t ref[PAGES], refs_ref, port;
	char value[KEYS][16];
} guest;

static const char *const keys[KEYS] = { FRONT "/state", FRONT "/netring-pages",
	FRONT "/netring-refs", FRONT "/netring-port", FRONT "/netring-features",
	FRONT "/netring-generation", FRONT "/event-channel-tx",
	FRONT "/event-channel-rx", FRONT "/tx-ring-ref", FRONT "/rx-ring-ref",
	FRONT "/request-rx-copy" };

static uint32_t
take(const uint8_t **data, size_t *left, unsigned int bytes)
{
	uint32_t x = 0;

	while (bytes-- > 0 && *left > 0) {
		x = x << 8 | *(*data)++;
		--*left;
	}
	return x;
}

/* Memory and keys of a guest that means well, in either protocol. */
static void
guest_make(bool ring, uint32_t generation)
{
	struct netring_layout l = { .ports = 1, .slots = 64 };
	uint32_t values[KEYS] = { XENBUS_CONNECTED, PAGES, 0, 0, 1, generation,
		0, 0, 0, 0, 1 };
	size_t i;

	guest.base = pages_alloc(PAGES);
	guest.refs = pages_alloc(1);
	memset(guest.base, 0, PAGES * PAGE_SIZE);
	l.buffers = (PAGES - 3) * 2;
	(void)netring_layout_make(&l, NULL);
	netring_head_write(guest.base, &l, 0, 0);
	for (i = 0; i < PAGES; i++) {
		(void)grant_page(
		    0, guest.base + i * PAGE_SIZE, false, &guest.ref[i]);
		guest.refs[i] = guest.ref[i];
	}
	(void)grant_page(0, guest.refs, false, &guest.refs_ref);
	(void)event_open(0, NULL, NULL, &guest.port);
	values[1] = (uint32_t)(l.size / PAGE_SIZE);
	values[2] = guest.refs_ref;
	values[6] = values[7] = guest.port;
	/* The standard rings lie where the region has its own. */
	values[8] = guest.ref[1];
	values[9] = guest.ref[2];
	for (i = KEYS; i-- > 0;) {
		snprintf(guest.value[i], 16, "%u", values[i]);
		if (ring || strstr(keys[i], "generation") == NULL)
			fake_store_set(keys[i], guest.value[i]);
	}
}

static void
guest_end(void)
{
	size_t i;

	for (i = 0; i < PAGES; i++)
		if (!grant_end(guest.ref[i]))
			abort();
	if (!grant_end(guest.refs_ref))
		abort();
	event_close(guest.port);
	pages_free(guest.base);
	pages_free(guest.refs);
}

static void
scribble(const uint8_t **data, size_t *left)
{
	uint32_t at = take(data, left, 2), value = take(data, left, 4);

	/* Often the indices, where a word changes most. */
	if ((at & 0x8000) != 0)
		at = PAGE_SIZE / 4 + at % 160;
	memcpy(guest.base + at % (PAGES * PAGE_SIZE / 4) * 4, &value, 4);
}

static void
write_key(const uint8_t **data, size_t *left)
{
	uint32_t which = take(data, left, 1) % KEYS;
	uint32_t how = take(data, left, 1);
	char text[16];

	snprintf(text, sizeof(text), "%u", take(data, left, 1));
	fake_store_set(keys[which], how % 4 == 0   ? NULL
	                            : how % 4 == 1 ? guest.value[which]
	                                           : text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t frame[64] = { 255, 255, 255, 255, 255, 255, 2 };
	static bool begun;
	struct vale_options o = { .poll_ns = 1 };
	struct vale_xen_options xo = { .ops = &fake_xenhost,
		.guest_memory = 1 << 20 };
	struct vale_attach a = { .switch_name = STR("vale0"),
		.name = STR("m"),
		.with = &vale_kind_mem,
		.worker = -1 };
	struct vale_port *mem;
	struct vale_xen *x;
	struct vale *v;

	if (!begun)
		fake_xen_init();
	begun = true;
	fake_store_init((void *)(uintptr_t)xen.store_page);
	fake_xenhost_init();
	fake_store_set(BACK "/frontend", FRONT);
	fake_store_set(BACK "/bridge", "vale0:g");
	fake_store_set(BACK "/mac", "02:00:00:00:00:01");
	fake_store_set(BACK "/state", "1");
	v = vale_new(&o, NULL);
	if (v == NULL ||
	    vale_switch_add(v, STR("vale0"), STR("learning"), NULL) != 0 ||
	    vale_attach(v, &a, &mem, NULL) != 0)
		abort();
	x = vale_xen_new(v, &xo, NULL);
	vale_wait(v, 0);
	guest_make(take(&data, &size, 1) % 2 == 0, x->generation);
	vale_wait(v, 0);
	while (size > 0) {
		switch (take(&data, &size, 1) % 4) {
		case 0:
			scribble(&data, &size);
			continue;
		case 1:
			write_key(&data, &size);
			break;
		case 2:
			event_send(guest.port);
			break;
		default:
			(void)vale_mem_put(mem, frame, sizeof(frame));
			break;
		}
		for (unsigned int i = 0; i < 8 && vale_round(v) > 0; i++)
			continue;
		vale_wait(v, 0);
	}
	vale_xen_free(x);
	if (balance_of(v, STR("vale0")) != 0)
		abort();
	vale_free(v);
	if (fake_xenhost_mapped() != 0 || fake_xenhost_bound() != 0)
		abort();
	guest_end();
	return 0;
}
