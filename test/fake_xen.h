/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fake_xen.h -- Xen under drivers that are tested on the host: a machine whose
 * clock only moves when everybody sleeps, event channels, a grant table and
 * the store (fake_store.h).  The fibers are the kernel's own.
 */
#ifndef TEST_FAKE_XEN_H
#define TEST_FAKE_XEN_H

#include <stdbool.h>
#include <stdint.h>

/* Begins anew: store, grants, events; the caller becomes the first fiber. */
void fake_xen_init(void);
void fake_xen_fini(void);

/* Called whenever somebody gives up the processor; true: it did something. */
void fake_xen_peer(bool (*turn)(void *arg), void *arg);
/* The store answers so many bytes a turn (default: as many as fit). */
void fake_xen_store_room(uint32_t bytes);

/* The page granted by ref, or NULL; *read_only may be NULL. */
void *fake_xen_page(uint32_t ref, bool *read_only);
/* The peer has ref mapped: it cannot be ended. */
void fake_xen_map(uint32_t ref, bool mapped);
uint32_t fake_xen_grants(void);
/* Grants that may still be made, and ports that may be opened. */
void fake_xen_limit(uint32_t grants, uint32_t ports);

/* Called with each port that we signal; NULL: nobody. */
void fake_xen_hook(void (*fn)(uint32_t port));

/*
 * Another host: channels are gone, and nobody has a granted page any more; the
 * references are still their owners'.
 */
void fake_xen_fresh(void);

/* As the peer: signals a port of ours. */
void fake_xen_signal(uint32_t port);
/* How often we signalled it. */
unsigned int fake_xen_signalled(uint32_t port);
/* Ports that are open; whether this one is. */
unsigned int fake_xen_ports(void);
bool fake_xen_is_open(uint32_t port);

#endif
