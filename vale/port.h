/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * port.h -- a port of the switch, as its kind sees it: how to write a new kind.
 *
 * A kind of port (shared ring, vhost-user, TAP, ...) is one file, port_KIND.c,
 * with one struct vale_kind, listed in vale/kinds.c.  It embeds struct
 * vale_port as its first member, and its functions do three things: give
 * frames (rx), take frames (tx), and say when there is something to do (fd,
 * arm, event).  VLANs, limits, spoofing, mirrors, counters of drops are the
 * switch's.
 *
 * The switch works in bursts of at most VALE_BURST frames, in three passes:
 *
 *	        rx(source)             lends frames: pointers, no bytes read
 *	1       prefetch               their first lines are asked for
 *	2       heads copied, checked, forwarding function: frame -> port
 *	        prefetch(destination)  the buffers to be written are asked for
 *	3       tx(destination)        copies
 *	        tx_end(destination)
 *	        rx_done(source)        frames go back to the source
 *	later   wake(both)             events, for peers that sleep
 *
 * Who calls what, on which thread:
 *
 *	open, close      the control thread.  It may block, and it may set up
 *	                 descriptors of its own with vale_watch().
 *	rx, rx_done,     the worker that the port is pinned to; never before
 *	arm, event       open has returned nor after close was called.
 *	tx, tx_end,      any worker, under the port's lock: one at a time, but
 *	prefetch         not always the same, and perhaps while rx runs.
 *	stats            the control thread, while the others run.
 *
 * So what rx writes, tx must not read, but for what the kind protects itself.
 * None of the functions of a worker blocks, allocates or prints.
 *
 * Nothing that a peer writes is trusted: each shared field is read once into
 * a local copy, checked, and used from there.  A peer that breaks its protocol
 * ends its own port: rx or tx returns ERR_PEER, after vale_port_broken() has
 * kept the reason; the switch then drops the port's frames, says so once, and
 * has the control thread close it.
 */
#ifndef VALE_PORT_H
#define VALE_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/copy.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "vale/frame.h"

struct vale;
struct vale_switch;
struct vale_port;
struct vale_slot; /* the switch's own part of a port */

/* What a kind counts beyond the switch's own counters (vale/count.h). */
struct vale_port_stats {
	uint64_t wakeups_in;  /* events from the other side */
	uint64_t wakeups_out; /* events sent to it */
	uint64_t swaps;       /* frames that moved without being copied */
};

struct vale_port_ops {
	/*
	 * Lends what waits: fills f[0], f[1], ... with at most max frames in
	 * order of arrival.  Sets head, head_length, data, length, rest,
	 * nrest, flags, total, region, and the offload fields that its flags
	 * call for.  The frames, their bytes and pieces stay as they are until
	 * rx_done.  Returns how many (0: none waits), ERR_PEER, or ERR_CLOSED
	 * when none will ever come again (the end of a capture).  A frame
	 * shorter than VALE_FRAME_MIN or longer than VALE_FRAME_MAX may be
	 * given: the switch drops and counts it.
	 */
	int (*rx)(struct vale_port *, struct vale_frame *f, unsigned int max);

	/*
	 * Takes the n frames of the last rx back, all at once: their memory is
	 * the source's again.  Those with VALE_SWAPPED have in f->buffer the
	 * buffer that came in exchange.  Called once after each rx that
	 * returned more than 0.
	 */
	void (*rx_done)(
	    struct vale_port *, const struct vale_frame *f, unsigned int n);

	/*
	 * A hint, may be NULL: up to n frames are likely to follow by tx; asks
	 * for the memory that they will be written to.
	 */
	void (*prefetch)(struct vale_port *, unsigned int n);

	/*
	 * Takes the frames in order while there is room, copying their bytes
	 * (or swapping: VALE_UNCHANGED, same region; then VALE_SWAPPED is set
	 * in the frame).  Returns how many; the switch counts the others as
	 * dropped because full.  A frame that the port cannot take whatever
	 * its room (longer than its MTU and more, VALE_GSO_* or
	 * VALE_CSUM_PARTIAL without the feature) is not given to it.  ERR_PEER
	 * or ERR_CLOSED: none was taken.
	 */
	int (*tx)(
	    struct vale_port *, struct vale_frame *const *f, unsigned int n);

	/*
	 * Ends a round of tx calls: publishes what they wrote.
	 */
	void (*tx_end)(struct vale_port *);

	/*
	 * A little after tx_end (VALE_TX) or rx_done (VALE_RX), and after a
	 * full barrier that the worker has executed once for all its ports:
	 * sends the peer an event if it sleeps and what was published concerns
	 * it.  VALE_TX under the port's lock, VALE_RX on its own worker.  NULL:
	 * there is nobody to wake.
	 */
	void (*wake)(struct vale_port *, unsigned int what);

	/*
	 * Before the worker sleeps: asks the peer for an event (on fd) when
	 * the next frame comes.  True: one is there already, look again.  The
	 * worker may poll an armed port all the same.  NULL: fd says by itself
	 * whether there is a frame (a socket).
	 */
	bool (*arm)(struct vale_port *);

	/*
	 * fd is readable: takes the event away so that it can come again; then
	 * rx is called.  NULL: rx itself takes it away (a socket).
	 */
	void (*event)(struct vale_port *);

	/* Fills *s; may be NULL. */
	void (*stats)(struct vale_port *, struct vale_port_stats *s);

	/* Appends JSON members (`"mode": "copy"`) about the port; may be NULL.
	 */
	void (*show)(struct vale_port *, struct strbuf *out);
};

enum { VALE_RX = 1, VALE_TX = 2 };

enum vale_port_feature {
	VALE_F_CSUM = 1, /* tx takes VALE_CSUM_PARTIAL */
	VALE_F_GSO = 2,  /* tx takes VALE_GSO_TCP4 and 6 */
	VALE_F_POLL_ONLY =
	    4,            /* rx always has something (replay): never armed */
	VALE_F_NO_RX = 8, /* never gives frames (a sink) */
};

/* How far the other side has come. */
enum vale_port_link {
	VALE_DOWN, /* nobody there: rx is not called, frames to it are dropped
	            */
	VALE_UP,
	VALE_BROKEN, /* it broke the rules; to be closed */
};

/*
 * The kind sets what stands here in open; the switch reads it.  Later changes
 * between vale_port_stop() and vale_port_start() only.
 */
struct vale_port {
	const struct vale_port_ops *ops;
	const struct vale_kind *kind;
	struct vale *vale;
	struct vale_slot *slot; /* the switch's */
	int fd; /* readable when frames may have come; -1: only polled */
	unsigned int features; /* enum vale_port_feature */
	uint16_t mtu;          /* payload bytes that tx takes; 1500 at open */
	uint8_t mac[6];        /* of the peer, zero when not known */
	int link;              /* enum vale_port_link; VALE_UP at open */
	copy_fn *copy;         /* set before open: base/copy.h */
	void *context;         /* set before open, by who asked for it */
	struct diag why;       /* of VALE_BROKEN */
};

struct vale_kind {
	const char *name;
	const char *usage; /* of the part after "KIND:" */
	size_t size;       /* of the kind's own struct */
	/*
	 * Makes p, zeroed but for its vale_port, a working port as args ask.
	 * On failure *why says more and nothing is left.  With p->link set to
	 * VALE_DOWN it waits for its peer, and a watch of its own calls
	 * vale_port_start() when that has come.
	 */
	int (*open)(struct vale_port *p, struct str args, struct diag *why);
	/* No worker uses it any more.  Takes back all; cannot fail. */
	void (*close)(struct vale_port *p);
	/*
	 * The peer broke the protocol or has ended (link is VALE_BROKEN; the
	 * reason has been logged): makes the port fit for a next peer, or
	 * calls vale_port_gone().  NULL: the port is detached.
	 */
	void (*broken)(struct vale_port *p);
	/*
	 * True if its peer has ended for certain, though nobody has told the
	 * switch yet: then another may have its name.  NULL: never.
	 */
	bool (*deserted)(struct vale_port *p);
};

/* ---- what the switch offers a kind ---- */

/*
 * Calls ready(arg, events) on the control thread whenever fd is readable
 * (VALE_READ) or writable, level triggered; events 0 ends it.  Control thread
 * only.  ERR_NOMEM, ERR_IO.
 */
enum { VALE_READ = 1, VALE_WRITE = 2 };
int vale_watch(struct vale *v, int fd, unsigned int events,
    void (*ready)(void *arg, unsigned int events), void *arg);

/*
 * Calls t->expire(t->arg) once, on the control thread, ns from now; again: at
 * that time instead.  t, zeroed but for those two, must stay where it is until
 * then or until vale_never().  Control thread only.
 */
struct vale_timer {
	void (*expire)(void *arg);
	void *arg;
	struct vale_timer *next, **link; /* the loop's; link NULL: not set */
	int64_t when_ns;
};
void vale_later(struct vale *v, struct vale_timer *t, int64_t ns);
void vale_never(struct vale_timer *t);

/*
 * Takes the port away from the workers: when it returns none is in one of its
 * functions, and none will be before vale_port_start().  Frames to it are
 * dropped and counted meanwhile.  Control thread only; waits a few
 * microseconds, for the longest burst at most.
 */
void vale_port_stop(struct vale_port *p);
/*
 * Sets link to VALE_UP and gives the (changed) port to the workers.  ERR_NOMEM,
 * ERR_IO: it stays down.
 */
int vale_port_start(struct vale_port *p);

/*
 * From any function of a worker: keeps the sentence as the reason, and returns
 * ERR_PEER.
 */
int vale_port_broken(struct vale_port *p, const char *fmt, ...) PRINTF(2, 3);

/*
 * Tells the administrator something about the port, ten times a second at
 * most over all ports; false: those are used up, it is not told.  Control
 * thread.
 */
bool vale_port_log(struct vale_port *p, const char *fmt, ...) PRINTF(2, 3);

/*
 * An event for the port's peer, through an eventfd that it has, too.  Never
 * waits, whatever the peer has done with it (doorbell.h).  From any thread.
 */
void vale_port_tell(struct vale_port *p, int eventfd);

/*
 * From event: the port's other half, pinned to the same worker, may have
 * frames, too.
 */
void vale_port_activate(struct vale_port *p);

/*
 * Asks for the port to be detached: on the control thread, after the present
 * callback, with close() and all.  For a peer that has gone.
 */
void vale_port_gone(struct vale_port *p);

/* "a,rest": cuts the part before the first comma off *args. */
struct str vale_arg(struct str *args);

/* ---- copying, for tx ---- */

/* Copies the frame's bytes, all of them, to to[total]. */
static inline void
vale_frame_copy(
    const struct vale_port *p, uint8_t *to, const struct vale_frame *f)
{
	if (f->head_length == VALE_HEAD / 2)
		memcpy(to, f->head, VALE_HEAD / 2); /* most */
	else
		copy_short(to, f->head, f->head_length);
	if (f->length == 0)
		return;
	to += f->head_length;
	p->copy(to, f->data, f->length);
	for (unsigned int i = 0; i < f->nrest; i++) {
		to += i == 0 ? f->length : f->rest[i - 1].length;
		p->copy(to, f->rest[i].data, f->rest[i].length);
	}
}

/*
 * Copies n of its bytes from byte from on, as far as there are any; for ports
 * of several buffers.
 */
void vale_frame_copy_part(const struct vale_port *p, uint8_t *to,
    const struct vale_frame *f, uint32_t from, uint32_t n);

#endif
