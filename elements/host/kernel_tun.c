/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * KernelTun(ADDR/MASK [, GATEWAY, ...]) -- IP packets to and from the kernel
 *
 * Makes a virtual interface (/dev/net/tun) with that address on the kernel's
 * side and brings it up; it goes when the router does.
 *
 *   in 0                    IP packets with their network header set, pushed
 *                           or pulled; what stands before it is left out
 *   out 0                   IP packets that the kernel sends there, network
 *                           header set
 *   out 1                   what else it sends, if connected; else killed
 *
 *   GATEWAY                 also make this address, within ADDR/MASK, the
 *                           kernel's default route
 *   DEVNAME                 the interface's name; default: the kernel's choice
 *   MTU                     default 1500; longer packets are not sent
 *   BURST                   packets read at once, default 1
 *   HEADROOM                room in front of each packet, at most 8192
 *   ETHER                   the interface's Ethernet address (with TAP)
 *   TAP                     true: be a KernelTap; default false
 *   IGNORE_QUEUE_OVERFLOWS  true: say of full queues only once; default false
 *
 *   dev_name                read: the interface's name
 *   packets, sent, drops    read: packets from and to the kernel, and not sent
 *
 *     tun :: KernelTun(10.0.0.1/24) -> ICMPPingResponder -> tun;
 */
#include "elements/host/tun.h"

static int
kernel_tun_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	return tun_configure(e, conf, errh, false);
}

const struct element_class element_kernel_tun = {
	.name = "KernelTun",
	.ports = "0-1/1-2",
	.processing = "a/h",
	.flow = "x/y",
	.state_size = sizeof(struct tun),
	.phase = PHASE_PRIVILEGED - 1,
	.configure = kernel_tun_configure,
	.initialize = tun_initialize,
	.cleanup = tun_cleanup,
	.add_handlers = tun_add_handlers,
	.push = tun_push,
};
