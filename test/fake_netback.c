/* SPDX-License-Identifier: BSD-3-Clause */
/* fake_netback.c -- see fake_netback.h. */
#include "test/fake_netback.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "minios/arch.h"
#include "test/fake_xen.h"

enum { TX_SLOTS = 256, RX_SLOTS = 256 };

static uint32_t
netback_number(const char *path)
{
	const char *value = fake_store_get(path);

	return value != NULL ? (uint32_t)strtoul(value, NULL, 10) : 0;
}

static const char *
netback_path(
    const struct fake_netback *b, const char *name, char path[static 128])
{
	snprintf(path, 128, "%s/%s", b->back, name);
	return path;
}

static void
netback_set(const struct fake_netback *b, const char *name, const char *value)
{
	char path[128];

	fake_store_set(netback_path(b, name, path), value);
}

static void
netback_map(struct fake_netback *b)
{
	uint32_t both = netback_number(FAKE_FRONT "/event-channel");

	b->tx_ref = netback_number(FAKE_FRONT "/tx-ring-ref");
	b->rx_ref = netback_number(FAKE_FRONT "/rx-ring-ref");
	b->tx = fake_xen_page(b->tx_ref, NULL);
	b->rx = fake_xen_page(b->rx_ref, NULL);
	b->tx_port = netback_number(FAKE_FRONT "/event-channel-tx");
	b->rx_port = netback_number(FAKE_FRONT "/event-channel-rx");
	if (both != 0)
		b->tx_port = b->rx_port = both;
	b->tx_cons = b->rx_cons = 0;
	b->connected = b->tx != NULL && b->rx != NULL;
}

bool
fake_netback_holds(const struct fake_netback *b)
{
	return b->connected && fake_xen_page(b->tx_ref, NULL) == b->tx &&
	       fake_xen_page(b->rx_ref, NULL) == b->rx;
}

/* Follows the frontend's state. */
static bool
netback_turn(void *arg)
{
	struct fake_netback *b = arg;
	uint32_t state = netback_number(FAKE_FRONT "/state");
	char path[128];

	if (b->silent)
		return false;
	if (state == XENBUS_CONNECTED && !b->connected &&
	    netback_number(netback_path(b, "state", path)) ==
	        XENBUS_INIT_WAIT) {
		netback_map(b);
		netback_set(b, "state", "4");
		return true;
	}
	if (state != XENBUS_CONNECTED && b->connected) {
		b->connected = false;
		return true;
	}
	return false;
}

void
fake_netback_init_at(struct fake_netback *b, const char *back)
{
	memset(b, 0, sizeof(*b));
	b->back = back;
	fake_store_set(FAKE_FRONT "/backend", back);
	fake_store_set(FAKE_FRONT "/backend-id", "0");
	fake_store_set(FAKE_FRONT "/mac", "02:00:00:00:00:07");
	fake_store_set(FAKE_FRONT "/state", "1");
	netback_set(b, "feature-sg", "1");
	netback_set(b, "feature-split-event-channels", "1");
	netback_set(b, "state", "2");
	fake_xen_peer(netback_turn, b);
}

void
fake_netback_init(struct fake_netback *b)
{
	fake_netback_init_at(b, FAKE_BACK);
}

static void *
netback_slot(struct xen_ring_shared *r, uint32_t index, size_t size)
{
	return (char *)(r + 1) + (index % RX_SLOTS) * size;
}

/* Shows one more answer; signals if the frontend asked for that one. */
static void
netback_show(struct xen_ring_shared *r, uint32_t port)
{
	uint32_t old = r->rsp_prod;

	store_release(&r->rsp_prod, old + 1);
	if (r->rsp_prod - r->rsp_event < r->rsp_prod - old)
		fake_xen_signal(port);
}

void
fake_netback_answer_rx(
    struct fake_netback *b, int id, uint16_t offset, uint16_t flags, int n)
{
	struct netif_rx_done done = {
		.id =
		    (uint16_t)(id < 0 ? (int)(b->rx->rsp_prod % RX_SLOTS) : id),
		.offset = offset,
		.flags = flags,
		.status = (int16_t)n,
	};

	memcpy(netback_slot(b->rx, b->rx->rsp_prod, sizeof(done)), &done,
	    sizeof(done));
	netback_show(b->rx, b->rx_port);
}

unsigned int
fake_netback_put(
    struct fake_netback *b, const void *frame, uint32_t n, uint16_t flags)
{
	const uint8_t *from = frame;
	unsigned int slots = (n + PAGE_SIZE - 1) / PAGE_SIZE, i;
	uint32_t part;

	if (!b->connected || b->rx->req_prod - b->rx_cons < slots)
		return 0;
	for (i = 0; i < slots; i++, from += part, n -= part) {
		const struct netif_rx *request =
		    netback_slot(b->rx, b->rx_cons++, sizeof(struct netif_rx));
		void *page = fake_xen_page(request->ref, NULL);

		part = n < PAGE_SIZE ? n : PAGE_SIZE;
		if (page != NULL)
			memcpy(page, from, part);
		fake_netback_answer_rx(b, -1, 0,
		    (uint16_t)((i == 0 ? flags : 0) |
		               (i + 1 < slots ? NETIF_RX_MORE : 0)),
		    (int)part);
	}
	return slots;
}

void
fake_netback_answer_tx(struct fake_netback *b, uint16_t id)
{
	struct netif_tx_done done = { .id = id };

	memcpy(netback_slot(b->tx, b->tx->rsp_prod, sizeof(struct netif_tx)),
	    &done, sizeof(done));
	netback_show(b->tx, b->tx_port);
}

unsigned int
fake_netback_take(struct fake_netback *b, uint16_t *id, bool *begins)
{
	struct netif_tx slot = { 0 };
	unsigned int n = 0;

	while (b->tx->req_prod != b->tx_cons) {
		begins[n] = (slot.flags & NETIF_TX_MORE) == 0;
		memcpy(&slot, netback_slot(b->tx, b->tx_cons++, sizeof(slot)),
		    sizeof(slot));
		id[n++] = slot.id;
	}
	return n;
}

int
fake_netback_get(struct fake_netback *b, uint8_t *frame)
{
	uint32_t total = 0, at = 0, part;
	struct netif_tx slot;
	const char *page;
	bool first = true;

	if (!b->connected || b->tx->req_prod == b->tx_cons)
		return -1;
	do {
		memcpy(&slot, netback_slot(b->tx, b->tx_cons++, sizeof(slot)),
		    sizeof(slot));
		page = fake_xen_page(slot.ref, NULL);
		if (first)
			total = slot.size;
		/* The first slot's size is the frame's. */
		part = !first ? slot.size
		       : (slot.flags & NETIF_TX_MORE) == 0
		           ? total
		           : (uint32_t)PAGE_SIZE - slot.offset;
		first = false;
		if (page == NULL || slot.offset + part > PAGE_SIZE)
			return -1;
		memcpy(frame + at, page + slot.offset, part);
		at += part;
		fake_netback_answer_tx(b, slot.id);
	} while ((slot.flags & NETIF_TX_MORE) != 0);
	return at == total ? (int)total : -1;
}
