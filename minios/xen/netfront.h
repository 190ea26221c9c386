/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * netfront.h -- a vif: over memory shared with a switch when its backend
 * offers that (docs/vale-xen.md), else by the standard protocol
 * (xen/io/netif.h), served by Linux' xen-netback or by any other.
 *
 * Boot options for all vifs:
 *
 *	vif.slots       of each shared ring: a power of two from 64 to 4096
 *	                (default 256), less where memory is short
 *
 * each 1 or 0, for the evaluation:
 *
 *	vif.ring        shared ring if offered (default 1)
 *	vif.split       two event channels if offered (default 1)
 *	vif.batch       one event a batch, not a frame (default 1)
 *	vif.persistent  standard protocol: frames are copied into pages granted
 *	                for good, instead of a grant each (default 0)
 *
 *	netfront.c          open, close, events, the table of operations
 *	netfront_connect.c  the handshake over XenStore, there and back
 *	netfront_rx.c       pages posted once and for ever; frames copied out
 *	netfront_tx.c       packets granted where they lie, until answered
 *	netfront_announce.c a guest that has moved says where it is
 *	netfront_ring.c     the same by exchange of buffers in shared memory
 *	                    (clickos/ringport.h)
 *
 * The backend may be hostile or dead: every value is read once and checked,
 * and a wrong one breaks the port: its link is down, nothing comes and what is
 * sent is lost, until a backend connects anew.
 */
#ifndef MINIOS_XEN_NETFRONT_H
#define MINIOS_XEN_NETFRONT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "clickos/ringport.h"
#include "minios/fiber.h"
#include "minios/list.h"
#include "minios/waiter.h"
#include "os/netdev.h"
#include "os/os.h"
#include "xen/ring.h"

enum {
	NETFRONT_SLOTS = 256, /* in each ring, by the size of a page */
	NETFRONT_RX_MIN = 32,
};

struct batch;
struct packet;
struct region;
struct thread;
struct xenbus_watch;

enum netfront_tx_state {
	NETFRONT_TX_FREE,
	NETFRONT_TX_FLYING,
	NETFRONT_TX_DONE, /* first part of a frame with parts still flying */
};

/* A request, by its id. */
struct netfront_tx_slot {
	struct packet *packet; /* in the slot of the frame's first part */
	uint32_t ref;
	uint16_t first; /* that slot; when free: the next free one */
	uint8_t left;   /* parts not answered, in the first slot */
	uint8_t state;  /* enum netfront_tx_state */
	bool own;       /* in the request's own page, which stays granted */
};

struct netfront {
	struct netdev dev; /* first: the two are one pointer */
	const void *owner; /* as the request that opened it had it */
	char owner_name[64];
	struct list node;
	unsigned int handle, opens;
	struct waiter_source source;
	unsigned int armed, fired; /* NETDEV_RX, NETDEV_TX */
	struct netdev_stats stats;
	struct thread *thread; /* that last received or sent */

	/*
	 * Connecting and disconnecting sleep: one fiber at a time is busy with
	 * it, and f lives until all users are gone (netfront_enter).
	 */
	bool busy;
	unsigned int users;
	struct waitq settled;
	struct waitq backend; /* a fiber that waits for its state */

	bool connected;
	bool stale;    /* a suspend has left behind what it knew and shared */
	bool announce; /* it has moved, and nobody has heard where to */
	bool broken;   /* the backend wrote nonsense */
	bool sg;       /* it takes frames of several slots */
	uint16_t domid;
	char front[32], back[96]; /* directories in the store */
	struct xenbus_watch *watch;

	void *rx_page, *tx_page;
	uint32_t rx_page_ref, tx_page_ref;
	/* Event channels, perhaps the same; 0, which is none's: lost. */
	uint32_t rx_port, tx_port;
	struct xen_ring rx, tx;

	unsigned int rx_buffers; /* pages posted */
	void *rx_buffer[NETFRONT_SLOTS];
	uint32_t rx_ref[NETFRONT_SLOTS];
	uint16_t rx_posted[NETFRONT_SLOTS]; /* buffer, by the ring's slot */

	bool want_ring, no_split, event_a_frame, persistent;
	uint32_t slots;        /* wanted of a shared ring */
	struct region *region; /* NULL: the standard protocol */
	struct ringport ring;
	uint32_t ring_index, generation;

	struct netfront_tx_slot tx_slot[NETFRONT_SLOTS];
	/* With vif.persistent: the pages that requests use, by id. */
	void *tx_buffer[NETFRONT_SLOTS];
	uint32_t tx_buffer_ref[NETFRONT_SLOTS];
	uint16_t tx_free; /* list of free slots; NETFRONT_SLOTS: none */
	uint16_t tx_nfree;
};

/* Starts the fiber that follows the backends' states. */
void netfront_init(void);

/*
 * Opens vif number handle, or shares it when the same owner has it open.
 *  As os_port_open().
 */
int netfront_open(unsigned int handle, const struct os_port_request *req,
    struct netdev **dev, struct diag *why);

/*
 * After a resume, before anybody else runs: grants and event channels are gone,
 * and the backends.
 */
void netfront_lose(void);
/*
 * Then: connects to the new backends, and tells each network where the port's
 * address is now.
 */
void netfront_resume(void);

/* ---- within the driver ---- */

/* Reads where the backend is, waits for it and connects; sleeps. */
int netfront_connect(struct netfront *f, struct diag *why);
/* No longer hears of the backend's states. */
void netfront_unfollow(struct netfront *f);
/* Whether the backend is another one than we share rings with. */
bool netfront_is_new(const struct netfront *f);
/* Takes back every shared page; sleeps.  State to show, or XENBUS_UNKNOWN. */
void netfront_disconnect(struct netfront *f, int state);
/* What the backend's state says now. */
uint32_t netfront_backend_state(const struct netfront *f);

/*
 * On the port's thread, which receives: says once where the port's address is.
 * Called while f->announce is set and the link is up.
 */
void netfront_announce(struct netfront *f, struct thread *t);

int netfront_rx(struct netdev *dev, struct batch *out, unsigned int max);
bool netfront_rx_arm(struct netfront *f);
/* Pages for the buffers; ERR_NOMEM. */
int netfront_rx_alloc(struct netfront *f);
void netfront_rx_free(struct netfront *f);
/* Grants and posts all buffers in a new ring; ERR_NOMEM. */
int netfront_rx_start(struct netfront *f);
/* Ends the grants. */
void netfront_rx_stop(struct netfront *f);

int netfront_tx(struct netdev *dev, struct batch *in);
/* Takes the answers that have come; ERR_PEER. */
int netfront_tx_reap(struct netfront *f);
bool netfront_tx_arm(struct netfront *f);
void netfront_tx_start(struct netfront *f);
/* Frees what the backend never answered. */
void netfront_tx_stop(struct netfront *f);

/* Nobody listens: takes all of *in, as lost. */
int netfront_tx_lose(struct netfront *f, struct batch *in);
/* The first n of *in are the port's now: moves the rest to the head. */
void netfront_taken(struct batch *in, uint32_t n);
/* Whom a frame is for. */
uint8_t netfront_type(const struct netfront *f, const uint8_t *to);
/* The time of arrival of those from `from` on. */
void netfront_stamp(struct batch *out, uint32_t from);

/* ---- the shared ring ---- */

extern const struct netdev_ops netfront_ring_ops;
/* A port in the region for `vifs` vifs, of at most pages_max; ERR_NOMEM. */
int netfront_ring_start(struct netfront *f, uint32_t vifs, uint32_t pages_max);
void netfront_ring_stop(struct netfront *f);
bool netfront_ring_arm(struct netfront *f, unsigned int what);

/* Operations that both protocols have. */
extern const struct netdev_ops netfront_ops;
bool netfront_arm(struct netdev *dev, unsigned int what);
void netfront_stats(struct netdev *dev, struct netdev_stats *s);
void netfront_close(struct netdev *dev);

/* Event handlers: a ring's event; a backend's state. */
void netfront_event(void *arg);
void netfront_backend_changed(void *arg);

/* Notes that the backend broke the protocol, says so once.  ERR_PEER. */
int netfront_break(struct netfront *f, const char *why);

#endif
