/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fake_xenhost.h -- dom0 beside the guest of fake_xen.h, in one process: the
 * switch's view of the same store, grants and event channels.  A row of grants
 * can be mapped when the guest's pages lie in a row themselves.
 */
#ifndef TEST_FAKE_XENHOST_H
#define TEST_FAKE_XENHOST_H

#include "vale/xenhost.h"

extern const struct xenhost_ops fake_xenhost;

/* After fake_store_init(): paths that change are seen by the switch. */
void fake_xenhost_init(void);
/* Whether the guest's domain exists; tells the switch when it has ended. */
void fake_xenhost_alive(bool alive);
/* Pages that are mapped, channels that are bound, connections. */
unsigned int fake_xenhost_mapped(void);
unsigned int fake_xenhost_bound(void);
/* Pieces that were copied, and in how many calls. */
unsigned int fake_xenhost_pieces(void);
unsigned int fake_xenhost_copies(void);
/* Keys that were read. */
unsigned int fake_xenhost_asked(void);
/* The n-th of map, events_open, bind and copy from now on fails (0: none). */
void fake_xenhost_fail(unsigned int n);

#endif
