/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IPNameInfo -- the names of IP protocols, ports and ICMP types.
 *
 *	IPNameInfo()
 *
 * No ports.  Configurations need not contain it: these names are always known
 * wherever such a number can stand:
 *
 *   protocols    icmp, igmp, ipip, tcp, udp, gre, sctp, dccp, tcpudp...
 *   ports        www, https, domain, ssh... and those of the system
 *   ICMP types   echo, echo-reply, unreachable, timeexceeded...
 *   ICMP codes   host, port, needfrag, transit, reassembly...
 *
 * PortInfo and AddressInfo add names of a configuration's own.
 *
 *	IPFilter(allow tcp dst port www, allow icmp type echo)
 */
#include "click/element.h"

const struct element_class element_ip_name_info = {
	.name = "IPNameInfo",
	.ports = "0/0",
	.flags = ELEMENT_SHAREABLE,
};
