/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ListenEtherSwitch([TIMEOUT, CAPACITY]) -- learning Ethernet switch with a
 * port that hears everything
 *
 *   in N      Ethernet frames from network N
 *   out N     as EtherSwitch
 *   the last  one output more than there are inputs: a copy of every frame
 *
 *   TIMEOUT, CAPACITY, and the handlers
 *             see EtherSwitch
 *
 * Memory: about 45 bytes a station.
 *
 *     s :: ListenEtherSwitch;
 *     FromDevice(0) -> [0] s [0] -> Queue -> ToDevice(0);
 *     FromDevice(1) -> [1] s [1] -> Queue -> ToDevice(1);
 *     s [2] -> ToDump(all.pcap);
 */
#include "elements/etherswitch/ether_bridge.h"

const struct element_class element_listen_ether_switch = {
	.name = "ListenEtherSwitch",
	.ports = "-/=+",
	.processing = "h",
	.flow = "#/[^#]",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct ether_bridge),
	.configure = ether_bridge_configure,
	.cleanup = ether_bridge_cleanup,
	.state = &ether_bridge_state,
	.cast = ether_bridge_cast,
	.add_handlers = ether_bridge_add_handlers,
	.push = ether_bridge_push,
};
