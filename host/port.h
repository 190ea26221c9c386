/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * port.h -- the kinds of port that a Linux process can open.
 *
 * port.c resolves names and counts opens; a kind is one file, port_KIND.c, and
 * one struct port_kind in port.c's table.  A kind embeds struct host_port as
 * its first member; its netdev_ops.close is port_close.
 *
 * Receiving and sending may happen on two threads: nothing that one of them
 * writes is read by the other, but for what the kind protects itself.
 */
#ifndef HOST_PORT_H
#define HOST_PORT_H

#include "base/diag.h"
#include "base/err.h"
#include "click/batch.h"
#include "os/netdev.h"
#include "os/os.h"

struct port_kind;

struct host_port {
	struct netdev dev;
	const struct port_kind *kind;
	struct host_port *next;
	struct str name; /* owned: as the configuration writes it */
	void *prepared;  /* the kind's, of the binding; NULL: none */
	unsigned int refs;
	const void *owner;           /* as the request that opened it had it */
	struct str owner_name;       /* owned */
	struct os_waiter *waiter[3]; /* by NETDEV_RX, NETDEV_TX */
	struct netdev_stats stats;
};

struct port_kind {
	const char *name;
	const char *usage; /* of the part after "KIND:" */
	size_t size;       /* of the kind's own struct */
	/*
	 * Every open makes a port of its own: what it stands for is shared by
	 * the system already.
	 */
	bool private;
	/*
	 * Gets what open would ask the system for, for as long as the program
	 * runs: called before a sandbox (process.h) for each binding.  NULL:
	 * the kind needs nothing.  Fails where it can do nothing inside.
	 */
	int (*prepare)(struct str args, void **prepared, struct diag *why);
	/*
	 * The same inside the sandbox: with a descriptor, which becomes ours,
	 * and words that came from outside ("mtu=1500").  NULL: such a port
	 * cannot come later.
	 */
	int (*give)(struct str args, int fd, struct str words, void **prepared,
	    struct diag *why);
	/* What prepare or give has got, back; NULL: it stays. */
	void (*drop)(void *prepared);
	/*
	 * Makes p, zeroed but for its head, a working port, out of p->prepared
	 * if there is that.  On failure *why says more and nothing is left.
	 */
	int (*open)(struct host_port *p, struct str args,
	    const struct os_port_request *req, struct diag *why);
	void (*close)(struct host_port *p);
};

/* For a kind's netdev_ops. */
void port_close(struct netdev *dev);
void port_stats(struct netdev *dev, struct netdev_stats *s);

/* Calls the ready function that was set for what, if one was. */
void port_ready(struct host_port *p, unsigned int what);

/*
 * A received frame as a packet of the batch's thread, or NULL (no memory;
 * counted).  The batch has the room.
 */
struct packet *port_receive(struct host_port *p, struct batch *out,
    const void *frame, uint32_t length, int64_t stamp_ns);

/* As a receiving card would say: by the destination address. */
enum packet_type port_packet_type(
    const struct host_port *p, const uint8_t *frame, uint32_t length);

/* Takes the first n packets off *in without killing them. */
void port_taken(struct batch *in, unsigned int n);

/* "path,rest": cuts the part before the first comma off *args. */
struct str port_arg(struct str *args);

extern const struct port_kind port_mem, port_pcap, port_replay, port_tap,
    port_af_packet, port_vale;

#endif
