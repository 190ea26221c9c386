/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tun.h -- what KernelTun and KernelTap have in common: a virtual interface of
 * the kernel's, made and configured, and packets to and from it.  For these
 * elements; not an element.
 */
#ifndef ELEMENTS_HOST_TUN_H
#define ELEMENTS_HOST_TUN_H

#include "click/element.h"
#include "click/notifier.h"

struct tun {
	bool tap;        /* Ethernet frames, not IP packets */
	struct str name; /* owned: of the interface */
	int fd;
	bool have_fd; /* fd has been set (state starts zeroed) */
	struct ip4_prefix near;
	uint32_t gateway; /* network order, 0: none */
	uint8_t ether[6];
	bool have_ether, ignore_overflows, said_overflow;
	uint32_t headroom;
	int32_t mtu, burst;
	uint8_t *buffer;
	struct task task;
	struct signal nonempty;
	uint64_t received, sent, drops;
};

/* The element_class functions of both; the class says with tap which it is. */
int tun_configure(
    struct element *e, const struct strs *conf, struct errh *errh, bool tap);
int tun_initialize(struct element *e, struct errh *errh);
void tun_cleanup(struct element *e, enum cleanup_stage stage);
void tun_push(struct element *e, unsigned int port, struct batch *b);
void tun_add_handlers(struct element *e);

#endif
