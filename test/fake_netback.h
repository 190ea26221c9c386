/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fake_netback.h -- the far end of a vif, played by a test: it connects by the
 * store's keys as Linux' xen-netback does, and moves frames when told.
 */
#ifndef TEST_FAKE_NETBACK_H
#define TEST_FAKE_NETBACK_H

#include <stdbool.h>
#include <stdint.h>

#include "test/fake_store.h"
#include "xen/netif.h"
#include "xen/ring.h"

#define FAKE_BACK  "/local/domain/0/backend/vif/7/0"
#define FAKE_FRONT FAKE_HOME "/device/vif/0"

struct fake_netback {
	const char *back; /* its directory */
	bool connected;
	bool silent; /* leaves its state alone */
	struct xen_ring_shared *tx, *rx;
	uint32_t tx_ref, rx_ref;
	uint32_t tx_cons, rx_cons;
	uint32_t tx_port, rx_port;
};

/*
 * Writes both directories as a toolstack does, and follows the frontend's state
 * from then on (fake_xen_peer).
 */
void fake_netback_init(struct fake_netback *n);
/* The same in another directory than FAKE_BACK. */
void fake_netback_init_at(struct fake_netback *n, const char *back);
/* False if it is not connected, or what it was granted has been taken back. */
bool fake_netback_holds(const struct fake_netback *b);

/*
 * Sends n bytes to the frontend in parts of at most a page, the first with
 * flags; signals if it wants to know.  How many slots; 0: no room.
 */
unsigned int fake_netback_put(
    struct fake_netback *b, const void *frame, uint32_t n, uint16_t flags);

/* Takes the next frame from the frontend: its length, or -1. */
int fake_netback_get(struct fake_netback *b, uint8_t *frame);

/* Takes all requests and answers none: their ids, and whether one begins a
 * frame. */
unsigned int fake_netback_take(
    struct fake_netback *b, uint16_t *id, bool *begins);

/* Answers that may be wrong; id -1: the right one. */
void fake_netback_answer_rx(
    struct fake_netback *b, int id, uint16_t offset, uint16_t flags, int n);
void fake_netback_answer_tx(struct fake_netback *b, uint16_t id);

#endif
