/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * netif.h -- requests and responses of the vif protocol as they lie in the
 * rings (xen/io/netif.h), and the numbers of its states.
 */
#ifndef XEN_NETIF_H
#define XEN_NETIF_H

#include <stdint.h>

/* xen/io/xenbus.h */
enum xenbus_state {
	XENBUS_UNKNOWN = 0,
	XENBUS_INITIALISING = 1,
	XENBUS_INIT_WAIT = 2,
	XENBUS_INITIALISED = 3,
	XENBUS_CONNECTED = 4,
	XENBUS_CLOSING = 5,
	XENBUS_CLOSED = 6,
};

enum {
	NETIF_TX_CSUM_BLANK = 1,
	NETIF_TX_DATA_VALIDATED = 2,
	NETIF_TX_MORE = 4,
	NETIF_TX_EXTRA = 8,

	NETIF_RX_DATA_VALIDATED = 1,
	NETIF_RX_CSUM_BLANK = 2,
	NETIF_RX_MORE = 4,
	NETIF_RX_EXTRA = 8,

	NETIF_EXTRA_MORE = 1,
	NETIF_SLOTS_MAX = 18, /* of one frame: what every backend takes */
};

/* From the frontend: size of the whole frame in the first slot. */
struct netif_tx {
	uint32_t ref;
	uint16_t offset, flags, id, size;
};
_Static_assert(sizeof(struct netif_tx) == 12, "netif_tx");

struct netif_tx_done {
	uint16_t id;
	int16_t status;
};

/* An empty page for one part of a frame. */
struct netif_rx {
	uint16_t id, pad;
	uint32_t ref;
};
_Static_assert(sizeof(struct netif_rx) == 8, "netif_rx");

/* status: bytes, or negative. */
struct netif_rx_done {
	uint16_t id, offset, flags;
	int16_t status;
};
_Static_assert(sizeof(struct netif_rx_done) == 8, "netif_rx_done");

/* In the slots after the first response of a frame with NETIF_RX_EXTRA. */
struct netif_extra {
	uint8_t type, flags;
	uint16_t value[3];
};
_Static_assert(sizeof(struct netif_extra) == 8, "netif_extra");

#endif
