/* SPDX-License-Identifier: BSD-3-Clause */
/* fake_xen.c -- see fake_xen.h. */
#include "test/fake_xen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "minios/arch.h"
#include "minios/fiber.h"
#include "minios/machine.h"
#include "minios/pages.h"
#include "minios/paging.h"
#include "minios/xen/event.h"
#include "minios/xen/grant.h"
#include "minios/xen/xen.h"
#include "test/fake_store.h"

enum { GRANTS = 4096, PORTS = 64, STORE_PORT = 1 };

struct channel {
	void (*fn)(void *arg);
	void *arg;
	bool used, pending;
	unsigned int signalled;
};

static struct {
	struct {
		void *page;
		bool used, read_only;
		unsigned int mapped;
	} grant[GRANTS];
	struct channel port[PORTS];
	uint32_t grants_left, ports_left, store_room;
	int64_t now_ns;
	bool (*peer)(void *arg);
	void *peer_arg;
	void (*hook)(uint32_t port);
} fake;

struct xen xen;

/* ---- grants ---- */

int
grant_page(uint16_t domid, const void *p, bool read_only, uint32_t *ref)
{
	uint32_t i;

	(void)domid;
	for (i = 1; i < GRANTS && fake.grant[i].used; i++)
		;
	if (i == GRANTS || fake.grants_left == 0)
		return ERR_NOMEM;
	fake.grants_left--;
	fake.grant[i].page =
	    (void *)((uintptr_t)p & ~(uintptr_t)(PAGE_SIZE - 1));
	fake.grant[i].read_only = read_only;
	fake.grant[i].used = true;
	*ref = i;
	return 0;
}

bool
grant_end(uint32_t ref)
{
	ASSERT(ref < GRANTS && fake.grant[ref].used);
	if (fake.grant[ref].mapped > 0)
		return false;
	fake.grant[ref].used = false;
	fake.grants_left++;
	return true;
}

void *
fake_xen_page(uint32_t ref, bool *read_only)
{
	if (ref >= GRANTS || !fake.grant[ref].used)
		return NULL;
	if (read_only != NULL)
		*read_only = fake.grant[ref].read_only;
	return fake.grant[ref].page;
}

void
fake_xen_map(uint32_t ref, bool mapped)
{
	if (mapped)
		fake.grant[ref].mapped++;
	else
		fake.grant[ref].mapped--;
}

uint32_t
fake_xen_grants(void)
{
	uint32_t i, n = 0;

	for (i = 1; i < GRANTS; i++)
		n += fake.grant[i].used;
	return n;
}

void
fake_xen_limit(uint32_t grants, uint32_t ports)
{
	fake.grants_left = grants;
	fake.ports_left = ports;
}

/* ---- events ---- */

int
event_handle(uint32_t port, void (*fn)(void *arg), void *arg)
{
	fake.port[port].fn = fn;
	fake.port[port].arg = arg;
	return 0;
}

int
event_open(uint16_t domid, void (*fn)(void *arg), void *arg, uint32_t *port)
{
	uint32_t i;

	(void)domid;
	for (i = STORE_PORT + 1; i < PORTS && fake.port[i].used; i++)
		;
	if (i == PORTS || fake.ports_left == 0)
		return ERR_IO;
	fake.ports_left--;
	fake.port[i] = (struct channel){ .fn = fn, .arg = arg, .used = true };
	*port = i;
	return 0;
}

void
event_close(uint32_t port)
{
	if (port == 0)
		return; /* Xen knows none of that number */
	ASSERT(fake.port[port].used);
	memset(&fake.port[port], 0, sizeof(fake.port[port]));
	fake.ports_left++;
}

void
event_send(uint32_t port)
{
	fake.port[port].signalled++;
	if (fake.hook != NULL)
		fake.hook(port);
}

void
fake_xen_hook(void (*fn)(uint32_t port))
{
	fake.hook = fn;
}

void
fake_xen_fresh(void)
{
	uint32_t i;

	for (i = 0; i < GRANTS; i++) {
		fake.grant[i].page = NULL;
		fake.grant[i].mapped = 0;
	}
	memset(fake.port + STORE_PORT + 1, 0,
	    (PORTS - STORE_PORT - 1) * sizeof(fake.port[0]));
	fake.ports_left = PORTS;
}

void
fake_xen_signal(uint32_t port)
{
	if (port < PORTS)
		fake.port[port].pending = true;
}

unsigned int
fake_xen_signalled(uint32_t port)
{
	return fake.port[port].signalled;
}

bool
fake_xen_is_open(uint32_t port)
{
	return port > STORE_PORT && port < PORTS && fake.port[port].used;
}

unsigned int
fake_xen_ports(void)
{
	unsigned int i, n = 0;

	for (i = STORE_PORT + 1; i < PORTS; i++)
		n += fake.port[i].used;
	return n;
}

static bool
fake_deliver_events(void)
{
	bool any = false;
	uint32_t i;

	for (i = 0; i < PORTS; i++) {
		struct channel *c = &fake.port[i];

		if (!c->pending)
			continue;
		c->pending = false;
		any = true;
		if (c->fn != NULL)
			c->fn(c->arg);
	}
	return any;
}

/* ---- the machine ---- */

static bool
fake_poll(void)
{
	bool any = false;

	if (fake_store_turn(fake.store_room)) {
		fake_xen_signal(STORE_PORT);
		any = true;
	}
	if (fake.peer != NULL && fake.peer(fake.peer_arg))
		any = true;
	return fake_deliver_events() || any;
}

static void
fake_idle(int64_t deadline_ns)
{
	static unsigned int turns;

	if (fake_poll()) {
		turns = 0;
		return;
	}
	if (deadline_ns == INT64_MAX) {
		/* Everybody sleeps for ever: the driver lost a wake-up. */
		if (++turns > 3) {
			fprintf(stderr, "fake_xen: all fibers sleep\n");
			abort();
		}
		return;
	}
	turns = 0;
	if (fake.now_ns < deadline_ns)
		fake.now_ns = deadline_ns;
}

static int64_t
fake_steady_ns(void)
{
	return fake.now_ns;
}

static const struct machine_ops fake_machine = {
	.name = "fake",
	.steady_ns = fake_steady_ns,
	.run_ns = fake_steady_ns,
	.poll = fake_poll,
	.idle = fake_idle,
};

const struct machine_ops *machine = &fake_machine;

/* Stacks are the host's to guard. */
int
paging_protect(const void *va, size_t count, enum paging_access access)
{
	(void)va, (void)count, (void)access;
	return 0;
}

void
fake_xen_peer(bool (*turn)(void *arg), void *arg)
{
	fake.peer = turn;
	fake.peer_arg = arg;
}

void
fake_xen_store_room(uint32_t bytes)
{
	fake.store_room = bytes;
}

void
fake_xen_init(void)
{
	void *page = pages_alloc(1);

	memset(&fake, 0, sizeof(fake));
	fake_xen_limit(GRANTS, PORTS);
	fake.store_room = UINT32_MAX;
	xen.store_page = (uintptr_t)page;
	xen.store_port = STORE_PORT;
	fake_store_init(page);
	fiber_init();
}

void
fake_xen_fini(void)
{
	fake_store_fini();
	pages_free((void *)(uintptr_t)xen.store_page);
}
