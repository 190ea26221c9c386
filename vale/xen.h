/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xen.h -- ports of Xen guests, found by watching XenStore (docs/vale-xen.md).
 *
 *	xen.c            the store's watches; which vifs there are
 *	xen_vif.c        one vif: both sides' states, its port
 *	xen_memory.c     regions that guests have granted, mapped once
 *	port_xen_ring.c  the kind of port over a granted region
 *	port_xen_vif.c   the kind that speaks the standard vif protocol
 *
 * All of it is the control thread's but for the ports' own functions.
 */
#ifndef VALE_XEN_H
#define VALE_XEN_H

#include "netring/layout.h"
#include "vale/vale.h"
#include "vale/xenhost.h"
#include "xen/netif.h"

struct vale_xen;

struct vale_xen_options {
	const struct xenhost_ops *ops;
	uint64_t guest_memory; /* bytes of a guest's region, at most */
	bool no_ring;   /* guests are offered the standard protocol only */
	bool no_split;  /* one event channel a standard vif */
	bool one_event; /* an event for each frame, as if nothing batched */
	unsigned int copy_batch; /* pieces a grant copy; 0: as many as come */
	void (*log)(void *arg, const char *line); /* may be NULL */
	void *log_arg;
};

/*
 * Watches XenStore from now on, and attaches guests' vifs to v's switches.
 * NULL with *why.
 */
struct vale_xen *vale_xen_new(
    struct vale *v, const struct vale_xen_options *o, struct diag *why);
/*
 * Detaches all, before vale_free(v).  The store says still that vifs are
 * connected, so that the next switch takes them over.
 */
void vale_xen_free(struct vale_xen *x);

/* ---- within the Xen part ---- */

enum { XEN_PATH = 160, XEN_REFS = 1024 };

/* A region of a guest's, used by each of its vifs that was connected to us. */
struct xen_memory {
	struct xen_memory *next;
	uint32_t domid, pages, users;
	char *refs; /* of the pages of references, as the guest wrote them */
	uint8_t *base;
	struct netring_layout layout;
};

struct xen_vif {
	struct xen_vif *next;
	struct vale_xen *xen;
	uint32_t domid, handle;
	char back[XEN_PATH], front[XEN_PATH];
	struct vale_port *port;    /* NULL: not connected */
	struct xen_memory *memory; /* NULL: a standard vif */
	bool watched;              /* front's state */
	bool offered;              /* by this switch */
	bool failed;               /* broke the rules; until it begins anew */

	/* what the port's open needs; read from the guest's directory */
	uint32_t index, features;    /* of a shared ring */
	uint32_t tx_ref, rx_ref;     /* of a standard vif */
	uint32_t tx_event, rx_event; /* the guest's ports, perhaps the same */
};

struct vale_xen {
	struct vale *vale;
	struct vale_xen_options options;
	const struct xenhost_ops *ops;
	struct xenhost *host;
	uint32_t generation;
	char home[32]; /* "/local/domain/0" */
	struct xen_vif *vifs;
	struct xen_memory *memories;
};

/*
 * The region that the frontend at front offers, mapped and checked, or one
 * more user of it.  ERR_PEER, ERR_NOMEM, ERR_IO with *why.
 */
int xen_memory_get(struct vale_xen *x, uint32_t domid, const char *front,
    struct xen_memory **m, struct diag *why);
void xen_memory_put(struct vale_xen *x, struct xen_memory *m);

/* What the events of one vif come by; NULL with *why. */
struct xenhost_events *vale_xen_events(struct vale_xen *x, struct diag *why);

/* A vif whose backend directory has appeared; NULL: out of memory. */
struct xen_vif *xen_vif_new(
    struct vale_xen *x, const char *back, uint32_t domid, uint32_t handle);
/* Something has changed in one of its directories.  False: it is no more. */
bool xen_vif_follow(struct xen_vif *vif);
/* Its domain or its backend directory has gone, told or not. */
bool xen_vif_deserted(struct xen_vif *vif);
/* Detaches its port; the store is left as it is. */
void xen_vif_free(struct xen_vif *vif);
/* The port is being closed (by whomever). */
void xen_vif_closed(struct xen_vif *vif, const struct vale_port *p);

/* "directory/key" as a number or text; front's are not trusted. */
bool xen_number(
    struct vale_xen *x, const char *dir, const char *key, uint32_t *out);
char *xen_text(struct vale_xen *x, const char *dir, const char *key);
bool xen_put(
    struct vale_xen *x, const char *dir, const char *key, uint32_t value);
/* A log line, "vif7.0: " first. */
void xen_log(const struct xen_vif *vif, const char *text);

/* Their context is the struct xen_vif. */
extern const struct vale_kind vale_kind_xen_ring, vale_kind_xen_vif;

#endif
