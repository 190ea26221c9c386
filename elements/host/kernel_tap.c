/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * KernelTap(ADDR/MASK [, ...]) -- Ethernet frames to and from the kernel
 *
 * Makes a virtual Ethernet interface with that address on the kernel's side
 * and brings it up; it goes when the router does.
 *
 *   in 0      Ethernet frames, pushed or pulled
 *   out 0     frames that the kernel sends there
 *   out 1     never used; as KernelTun's
 *
 * Arguments and handlers are those of KernelTun; ETHER is the address of the
 * kernel's side, to which frames for it must go.
 *
 *     tap :: KernelTap(10.0.0.1/24, ETHER 2:0:0:0:0:1) -> Queue
 *       -> ToDevice(eth0);  FromDevice(eth0) -> tap;
 */
#include "elements/host/tun.h"

static int
kernel_tap_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	return tun_configure(e, conf, errh, true);
}

const struct element_class element_kernel_tap = {
	.name = "KernelTap",
	.ports = "0-1/1-2",
	.processing = "a/h",
	.flow = "x/y",
	.state_size = sizeof(struct tun),
	.phase = PHASE_PRIVILEGED - 1,
	.configure = kernel_tap_configure,
	.initialize = tun_initialize,
	.cleanup = tun_cleanup,
	.add_handlers = tun_add_handlers,
	.push = tun_push,
};
