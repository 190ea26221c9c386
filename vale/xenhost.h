/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xenhost.h -- what the switch asks of a Xen host: store, grants, events.
 *
 * A table of functions, so that the switch runs where there is no Xen: the
 * real one (xen/xenlibs.c, over libxenstore, libxengnttab and libxenevtchn)
 * is in libvale-xen.so, which is loaded on Xen hosts only; tests have one over
 * plain memory.
 *
 * Store and grants' mapping are the control thread's; copy, notify and pending
 * are called by workers, too.
 */
#ifndef VALE_XENHOST_H
#define VALE_XENHOST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"

struct xenhost; /* the connections to store and grant device */

/* One piece to be copied between our memory and a page of a domain's. */
struct xenhost_copy {
	void *local; /* length bytes */
	uint32_t ref;
	uint16_t offset, length; /* within the page */
	bool to_guest;
	int16_t status; /* out: 0, or negative */
};

/* An event channel's end; several share a set, whose fd tells. */
struct xenhost_events;

struct xenhost_ops {
	/* NULL with *why. */
	struct xenhost *(*open)(struct diag *why);
	void (*close)(struct xenhost *h);

	/* ---- XenStore; paths are absolute ---- */
	/* The value with a NUL, free() it; NULL: there is none. */
	char *(*read)(struct xenhost *h, const char *path);
	bool (*write)(struct xenhost *h, const char *path, const char *value);
	/* With all below; that there is none is well. */
	void (*rm)(struct xenhost *h, const char *path);
	/* Names below path, *n of them: one free() for all; NULL: none. */
	char **(*list)(struct xenhost *h, const char *path, unsigned int *n);
	bool (*watch)(struct xenhost *h, const char *path);
	void (*unwatch)(struct xenhost *h, const char *path);
	/* Readable when a watch has fired. */
	int (*watch_fd)(struct xenhost *h);
	/* The next path that fired, free() it; NULL: no more. */
	char *(*fired)(struct xenhost *h);
	/* Whether the domain exists. */
	bool (*alive)(struct xenhost *h, uint32_t domid);

	/* ---- grants ---- */
	/* n pages of domid's in a row, writable; NULL. */
	void *(*map)(
	    struct xenhost *h, uint32_t domid, const uint32_t *ref, uint32_t n);
	void (*unmap)(struct xenhost *h, void *p, uint32_t n);
	/* Copies n pieces, in order; false: none was copied. */
	bool (*copy)(struct xenhost *h, uint32_t domid, struct xenhost_copy *c,
	    unsigned int n);

	/* The requests (ioctl) that all of these make once it is open. */
	const uint32_t *requests;
	unsigned int nrequests;

	/* ---- events ---- */
	/* What events_open wants opened (opener.h); NULL: nothing. */
	const char *events_need;
	/*
	 * fd is what was opened, or -1; closed with the events, and when there
	 * are none.  NULL: out of memory or descriptors.
	 */
	struct xenhost_events *(*events_open)(struct xenhost *h, int fd);
	/* Closes its channels, too. */
	void (*events_close)(struct xenhost_events *e);
	int (*events_fd)(const struct xenhost_events *e);
	/* Binds to domid's port; ours, or -1. */
	int (*bind)(struct xenhost_events *e, uint32_t domid, uint32_t port);
	void (*notify)(struct xenhost_events *e, int port);
	/* Takes one event away; its port, or -1: none. */
	int (*pending)(struct xenhost_events *e);
};

/* The name of the table in libvale-xen.so: goes with its layout. */
#define XENHOST_SYMBOL "vale_xenhost_3"

/*
 * The table of this host, or NULL: no Xen here, or its library is missing
 * (then *why says so, and is empty otherwise).
 */
const struct xenhost_ops *xenhost_load(struct diag *why);

#endif
