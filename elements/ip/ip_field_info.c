/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IPFieldInfo -- the names of IP, TCP, UDP and ICMP header fields.
 *
 *	IPFieldInfo()
 *
 * No ports.  Configurations need not contain it; the fields' names are known
 * to the elements whose language has them:
 *
 *   IPFilter, IPClassifier   ip vers, ip hl, ip id, ip len, ip tos, ip dscp,
 *                            ip ttl, tcp win, icmp type; others as
 *                            PROTO[POS:LEN]
 *   AggregateIP              ip src, ip dst, ip proto, sport, tcp flags...
 *
 *	... -> AggregateIP(ip src/24) -> AggregateCounter -> ...
 */
#include "click/element.h"

const struct element_class element_ip_field_info = {
	.name = "IPFieldInfo",
	.ports = "0/0",
	.flags = ELEMENT_SHAREABLE,
};
