/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * device.h -- an element's hold on a port (os/netdev.h): opening, sleeping
 * until something happens there, and what handlers tell of it.  For FromDevice
 * and ToDevice; not an element.
 */
#ifndef ELEMENTS_DEVICE_DEVICE_H
#define ELEMENTS_DEVICE_DEVICE_H

#include "click/element.h"
#include "os/netdev.h"
#include "os/os.h"

struct device {
	struct str name;    /* owned */
	struct netdev *dev; /* NULL: not open */
	struct task *task;  /* scheduled when the port is ready */
	unsigned int what;  /* NETDEV_RX or NETDEV_TX */
	/* Who was told before us; a hot swap that fails gives it back. */
	void (*before)(void *arg, unsigned int what);
	void *before_arg;
};

/* A METHOD that Click knows; all mean the same here. */
bool device_method(struct str method);

/*
 * Opens d->name as req says (name and waiter are filled in); 0 or an error
 * that has been reported.
 */
int device_open(struct element *e, struct device *d,
    struct os_port_request *req, struct task *task, struct errh *errh);
/* Frees what d holds; d may be zeroed. */
void device_close(struct device *d);

/*
 * A hot swap: d keeps the port that old has open, and what waits in it, where
 * both have opened one of their own.  Both must have asked for the same.
 */
void device_take(struct device *d, struct device *old);

/*
 * Before sleeping: true when the task must run again at once; else the port
 * will schedule it.
 */
static inline bool
device_look_again(struct device *d, unsigned int what)
{
	return (d->dev->features & NETDEV_POLL_ONLY) != 0 ||
	       netdev_arm(d->dev, what);
}

/* mac and stats. */
void device_add_handlers(struct element *e, struct device *d);

#endif
