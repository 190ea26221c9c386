/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * vhost.h -- the parts of a vhost-user port; for vhost_*.c and
 * port_vhost_user.c.
 *
 *	port_vhost_user.c  the socket: listening, connecting, again
 *	vhost_request.c    what its messages ask      } control thread
 *	vhost_memory.c     the guest's memory         }
 *	vhost_frames.c     frames from and to the rings: workers
 *	vhost_ring.c       one ring
 *
 * Whatever a message changes, it changes while no worker is in the port:
 * between vhost_pause() and vhost_resume().
 */
#ifndef VALE_VHOST_H
#define VALE_VHOST_H

#include "vale/opener.h"
#include "vale/payer.h"
#include "vale/port.h"
#include "vale/vhost_ring.h"

enum {
	VHOST_FOR_GUEST = 0,  /* ring numbers (5.1.2): it receives */
	VHOST_FROM_GUEST = 1, /* it sends */
	VHOST_RINGS = 2,
	VHOST_READY = 128, /* buffers looked at beforehand */
	VHOST_PIECES = VALE_BURST + 8 * (VALE_PIECES_MAX + 1),
	VHOST_RETRY_NS = 200000000,
};

/* What a front end has said of a ring. */
struct vhost_setup {
	uint64_t desc, avail, used;
	bool placed; /* those are known */
	bool kicked; /* a kick was set, with or without descriptor */
	bool enabled;
	uint16_t base;
	int kick, call; /* -1: none */
};

/* A buffer of the guest's that one descriptor describes; at NULL: others. */
struct vhost_ready {
	uint8_t *at;
	uint32_t room;
	uint16_t head;
};

struct vhost_port {
	struct vale_port port;

	/* the control thread's */
	char path[108];
	bool client;
	struct vale_opened opened; /* the listening socket */
	int listener, socket;
	struct payer payer;      /* for what its front end asks */
	struct vale_timer again; /* set while it waits for that, or for the */
	bool told;               /* other side to listen; the log knows */
	uint64_t features, protocol;
	struct vhost_setup setup[VHOST_RINGS];
	struct vhost_message in;
	uint32_t have; /* bytes of it */
	int fds[VHOST_FDS];
	unsigned int nfds;
	uint64_t connections;

	/* changed while paused */
	struct vhost_memory memory;
	uint32_t header; /* bytes before each frame */
	bool offloads;   /* they are worth a look */
	bool mergeable;

	/* the worker's: frames from the guest */
	struct vhost_ring in_ring CACHE_ALIGNED;
	bool bad_kick;
	uint16_t head[VALE_BURST];
	uint64_t kicks, rx_calls;
	struct vale_piece piece[VHOST_PIECES];

	/* under the port's lock: frames for it */
	struct vhost_ring out_ring CACHE_ALIGNED;
	uint32_t nready; /* from avail_index on */
	struct vhost_ready ready[VHOST_READY];
	uint64_t tx_calls;
};

static inline struct vhost_port *
vhost_of(struct vale_port *p)
{
	return container_of(p, struct vhost_port, port);
}

/* vhost_frames.c */
extern const struct vale_port_ops vhost_ops;

/* vhost_request.c */
/* Forgets what a front end has said; the port must be paused. */
void vhost_reset(struct vhost_port *v);
/* Does what the message v->in asks.  ERR_*: hang up, *why says. */
int vhost_request(struct vhost_port *v, struct diag *why);
void vhost_drop_fds(struct vhost_port *v);

/* Takes the port from the workers, gives it to them if it can run. */
void vhost_pause(struct vhost_port *v);
int vhost_resume(struct vhost_port *v, struct diag *why);

#endif
