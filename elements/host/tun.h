/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tun.h -- what KernelTun, KernelTap, FromHost and ToHost have in common: a
 * virtual interface of the kernel's, made and configured, and packets to and
 * from it.  For these elements; not an element.
 */
#ifndef ELEMENTS_HOST_TUN_H
#define ELEMENTS_HOST_TUN_H

#include "click/element.h"
#include "click/notifier.h"

struct tun {
	bool tap;        /* Ethernet frames, not IP packets */
	struct str name; /* owned: of the interface */
	int fd;
	bool have_fd;           /* fd has been set (state starts zeroed) */
	struct ip4_prefix near; /* the kernel's side */
	uint32_t gateway;       /* network order, 0: none */
	uint8_t ether[6];
	bool have_ether, ignore_overflows, said_overflow;
	/*
	 * FromHost: the address may be missing, the interface keeps its MTU,
	 * IP packets are known as such, and while what follows has no room
	 * nothing is read.
	 */
	bool from_host;
	uint32_t headroom;
	int32_t mtu, burst;
	uint8_t *buffer;
	struct task task; /* pulls, or waits until there is room again */
	struct signal nonempty, nonfull;
	uint64_t received, sent, drops;
};

enum { TUN_ETHER_HEADER = 14 };

/* For KernelTun and KernelTap; the class says with tap which it is. */
int tun_configure(
    struct element *e, const struct strs *conf, struct errh *errh, bool tap);
/* Sets what is not zero; for other classes, before they read arguments. */
void tun_defaults(struct tun *t);
/* That GATEWAY lies within the address; finds out whether ETHER is given. */
int tun_check_link(struct tun *t, struct errh *errh);

/* The element_class functions of all whose state is a struct tun. */
int tun_initialize(struct element *e, struct errh *errh);
void tun_cleanup(struct element *e, enum cleanup_stage stage);
void tun_push(struct element *e, unsigned int port, struct batch *b);
void tun_add_handlers(struct element *e);

/* Logs "Class(interface): why". */
void tun_say(struct element *e, struct str name, const char *why);

#endif
