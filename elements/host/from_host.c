/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * FromHost(DEVNAME [, DST, ...]) -- Ethernet frames that the kernel sends
 *
 * Makes the virtual Ethernet interface DEVNAME (/dev/net/tun); ToHost of the
 * same name sends to it.  It goes when the router does.  KernelTap does both
 * in one.
 *
 *   out 0     frames that the kernel sends there, Ethernet header first; the
 *             network header of IP packets is set.  While a queue that they
 *             lead to is full they stay with the kernel.
 *
 *   DST       ADDR/MASK of the kernel's side, with which it is brought up;
 *             default: the interface is left for others to configure
 *   GATEWAY   also make this address, within DST, the kernel's default route
 *   ETHER     the interface's Ethernet address; default: the kernel's choice
 *   HEADROOM  room in front of each packet, at most 8192
 *   MTU       the longest packet that is read, default 2048; the interface's
 *             own is left alone
 *
 *   dev_name  read: the interface's name
 *   packets   read: frames from the kernel
 *   drops     read: those of them for which there was no memory
 *   signal    read: whether there is room for more
 *
 * The kernel asks by ARP before it sends IP packets:
 *
 *     FromHost(fake, 10.0.0.1/24) -> c :: Classifier(12/0806, 12/0800);
 *     c[0] -> ARPResponder(10.0.0.0/24 2:0:0:0:0:1) -> ToHost(fake);
 *     c[1] -> Strip(14) -> IPPrint -> Discard;
 */
#include "elements/host/tun.h"

enum { FROM_HOST_MTU = 2048 };

static int
from_host_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct tun *t = element_state(e);
	struct args a;
	int err;

	tun_defaults(t);
	t->tap = t->from_host = true;
	t->mtu = FROM_HOST_MTU;
	args_init(&a, conf, e, errh);
	args_str(&a, "DEVNAME", ARG_POS | ARG_MAND, &t->name);
	args_ip4_prefix(&a, "DST", ARG_POS, &t->near);
	args_ip4(&a, "GATEWAY", 0, &t->gateway);
	args_ether(&a, "ETHER", 0, t->ether);
	args_u32(&a, "HEADROOM", 0, &t->headroom);
	args_i32(&a, "MTU", 0, &t->mtu);
	err = args_complete(&a);
	if (err == 0)
		err = tun_check_link(t, errh);
	if (err != 0)
		return err;
	if (t->name.n == 0)
		return errh_error(errh, "must specify device name");
	if (t->headroom > 8192)
		return errh_error(errh, "HEADROOM too large");
	if (t->mtu < TUN_ETHER_HEADER || t->mtu > 65535)
		return errh_error(
		    errh, "MTU must be between %d and 65535", TUN_ETHER_HEADER);
	return 0;
}

static int
from_host_signal(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct tun *t = element_state(e);

	(void)user;
	sb_adds(call->out, signal_active(&t->nonfull) ? "true" : "false");
	return 0;
}

static void
from_host_add_handlers(struct element *e)
{
	struct tun *t = element_state(e);

	handler_add_data(e, "dev_name", HANDLER_READ, DATA_STR, &t->name);
	handler_add_data(e, "packets", HANDLER_READ, DATA_U64, &t->received);
	handler_add_data(e, "drops", HANDLER_READ, DATA_U64, &t->drops);
	handler_add_read(e, "signal", from_host_signal, 0, 0);
}

const struct element_class element_from_host = {
	.name = "FromHost",
	.ports = "0/1",
	.processing = "a/h",
	.state_size = sizeof(struct tun),
	.configure = from_host_configure,
	.initialize = tun_initialize,
	.cleanup = tun_cleanup,
	.add_handlers = from_host_add_handlers,
};
