/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * EtherSwitch([TIMEOUT, CAPACITY]) -- learning Ethernet switch
 *
 *   in N      Ethernet frames from network N
 *   out N     frames for network N: those for stations that were heard there,
 *             and those for groups and for stations not yet heard of that came
 *             from other networks
 *
 *   TIMEOUT   forget stations that were silent for so many seconds, default
 *             300; 0: learn nothing, send everything everywhere
 *   CAPACITY  remember at most so many stations, default 16384; then those
 *             that were silent for longest make room
 *
 *   table     read: a line each: Ethernet address, network
 *   count     read: stations in it
 *   drops     read: frames too short to be frames
 *   timeout   read/write: TIMEOUT
 *
 * Where networks are joined in more than one way, EtherSpanTree keeps frames
 * from going round for ever.
 *
 * A hot swap keeps the stations; cosmos save and migrate take them along.
 *
 * Memory: about 45 bytes a station.
 *
 *     s :: EtherSwitch;
 *     FromDevice(0) -> [0] s [0] -> Queue -> ToDevice(0);
 *     FromDevice(1) -> [1] s [1] -> Queue -> ToDevice(1);
 */
#include "elements/etherswitch/ether_bridge.h"

const struct element_class element_ether_switch = {
	.name = "EtherSwitch",
	.ports = "2-/=",
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
