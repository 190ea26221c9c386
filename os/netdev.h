/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * netdev.h -- an Ethernet port as the router sees it.
 *
 * One binary holds several kinds of port, hence a table of functions.  Only
 * the thread that the port is bound to calls them and none blocks.  A frame
 * runs from the destination address to the last payload byte, without FCS.
 *
 * Buffers: rx hands frames out in packets of the batch's thread.  A port whose
 * buffers lie in the same memory as the pool's swaps: the ring's slot takes
 * the packet's own empty buffer and the packet takes the slot's full one; tx
 * the other way round.  A packet that is shared, foreign or too long for that
 * is copied; only the port knows.  A packet keeps the buffer it holds for as
 * long as it lives: a port never writes into it again.
 *
 * Elements see complete checksums and frames within the MTU: a port that has
 * offloads completes and segments before rx returns.
 */
#ifndef OS_NETDEV_H
#define OS_NETDEV_H

#include <stdbool.h>
#include <stdint.h>

struct batch;
struct netdev;

enum { NETDEV_RX = 1, NETDEV_TX = 2 };

/* Everything since the port was opened.  Received = delivered + dropped. */
struct netdev_stats {
	uint64_t rx_packets, rx_bytes;
	uint64_t tx_packets, tx_bytes;
	uint64_t
	    rx_dropped;     /* no buffer or no memory here, no room in a ring */
	uint64_t rx_errors; /* the peer wrote nonsense */
	uint64_t tx_dropped;   /* taken by tx but not sent */
	uint64_t copies;       /* frames copied where others are swapped */
	uint64_t wakeups_in;   /* events from the other side */
	uint64_t wakeups_out;  /* events sent to it */
	uint64_t link_changes; /* times that the link went down or came up */
};

struct netdev_ops {
	/*
	 * Appends at most max received frames to *out, which has the room;
	 * they become the caller's.  Each has its data, length, timestamp
	 * (wall clock, 0 if the port has none) and packet type set and the MAC
	 * header at its first byte.  Returns how many (0: none waits),
	 * ERR_CLOSED when no more will ever come (the end of a capture), or
	 * ERR_PEER once the other end has broken the protocol, now and for
	 * ever after.
	 */
	int (*rx)(struct netdev *, struct batch *out, unsigned int max);

	/*
	 * Takes frames off the head of *in, in order, while there is room, and
	 * moves the rest to the head; those taken become the port's.  Returns
	 * how many were taken, or ERR_PEER or ERR_CLOSED as above (none taken).
	 */
	int (*tx)(struct netdev *, struct batch *in);

	/*
	 * Asks for one call of ready at the next event of what (NETDEV_RX: a
	 * frame, NETDEV_TX: room).  True: it has happened already, no call
	 * will come, and the caller must look again before it sleeps.
	 */
	bool (*arm)(struct netdev *, unsigned int what);

	/* Fills *s with what the port has counted since it was opened. */
	void (*stats)(struct netdev *, struct netdev_stats *s);

	/*
	 * Gives up one open of the port: the last one takes back every shared
	 * page and frees the port.  Cannot fail.
	 */
	void (*close)(struct netdev *);
};

struct netdev {
	const struct netdev_ops *ops;
	uint32_t features; /* NETDEV_POLL_ONLY, ... */
	uint16_t mtu;      /* payload bytes, Ethernet header not counted */
	uint8_t mac[6];
	bool link;

	/*
	 * Set by whoever opened the port for that direction: called on the
	 * port's thread, inside os_wait(), once for each arm that returned
	 * false.
	 */
	void (*ready[3])(void *arg, unsigned int what); /* [NETDEV_RX|TX] */
	void *ready_arg[3];
};

enum {
	NETDEV_IP = 1,        /* frames are bare IP, without Ethernet header */
	NETDEV_POLL_ONLY = 2, /* always has a frame: never arm it (replay) */
};

static inline int
netdev_rx(struct netdev *dev, struct batch *out, unsigned int max)
{
	return dev->ops->rx(dev, out, max);
}

static inline int
netdev_tx(struct netdev *dev, struct batch *in)
{
	return dev->ops->tx(dev, in);
}

static inline bool
netdev_arm(struct netdev *dev, unsigned int what)
{
	return dev->ops->arm(dev, what);
}

static inline void
netdev_stats(struct netdev *dev, struct netdev_stats *s)
{
	dev->ops->stats(dev, s);
}

/* For a port that learns whether its link is up; s is what it counts. */
static inline void
netdev_set_link(struct netdev *dev, struct netdev_stats *s, bool up)
{
	s->link_changes += dev->link != up;
	dev->link = up;
}

static inline void
netdev_close(struct netdev *dev)
{
	dev->ops->close(dev);
}

#endif
