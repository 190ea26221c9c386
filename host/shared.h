/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * shared.h -- the process's region: the memory that it shares with the switch.
 *
 * There is one, made when the first port of a switch is opened; all ports use
 * it, and packet buffers are taken from it as long as it lasts (memory.c).
 * When the switch goes, the region stays, and is offered to the next one: to
 * that which listens at the same place, as soon as it does; in a sandbox, which
 * has no way out, to the one that shared_give() brings a connection to.
 */
#ifndef HOST_SHARED_H
#define HOST_SHARED_H

#include <stddef.h>

#include "clickos/ringport.h"
#include "host/vale_link.h"

struct os_waiter;

struct shared_options {
	uint32_t slots, buffers; /* 0: the defaults */
};

/* A port of the region, for the one who opened it. */
struct shared_port {
	struct ringport ring; /* its stats are set by who opens */
	struct str name;      /* owned: "vale0:fw.0" */
	uint32_t index;
	uint8_t mac[6];
	uint16_t mtu;
	struct os_waiter *waiter;
	bool open;                /* atomic: the switch serves it */
	struct netring_lost lost; /* when switches went */
	int told; /* readable when another thread has heard of an event */
	/* On the waiter's thread: an event came, or the switch went or came. */
	void (*event)(struct shared_port *p);
	/* Around a restart: nobody may use the rings. */
	void (*lock)(struct shared_port *p, bool locked);
};

/*
 * Opens p->name (event, lock and waiter, where events are waited for, are set).
 * Connects first if need be.  Errors as vale_link_open(), ERR_NOMEM.
 */
int shared_open(
    struct shared_port *p, const struct shared_options *o, struct diag *why);
void shared_close(struct shared_port *p);

/*
 * Connects now, for ports to be opened later, when that may be forbidden (a
 * sandbox): the connection then lasts as long as the switch.
 */
int shared_prepare(const struct shared_options *o, struct diag *why);

/*
 * Whoever has this process from here on opens, of all ports of the switch,
 * ports ("vale0:fw.0 vale0:fw.1") only.  After shared_prepare().
 */
int shared_confine(struct str ports, struct diag *why);

/*
 * A port more for a process that is confined: by token ("token=...") over the
 * connection it has; else over fd, which becomes ours and is connected to a
 * switch that knows what may be opened over it.
 */
int shared_attach(
    int fd, struct str token, const struct shared_options *o, struct diag *why);

/*
 * fd, which becomes ours, is connected to a switch: it gets the region and the
 * ports if there are some and the switch before has gone; else nothing is
 * done.  As vale_link_guest().
 */
int shared_give(int fd, struct diag *why);

/* After netring_must_wake(): rings the switch. */
void shared_ring(void);

/* n bytes of buffers, or NULL: no region, or no more of it. */
void *shared_buffers_alloc(size_t n);
/* True if p was of the region, and is free again. */
bool shared_buffers_free(void *p, size_t n);

#endif
