/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * nametable.c -- protocols, ports, ICMP types and codes, annotations by name.
 *
 * The words are Click's.  Numbers: IANA's registries "Protocol Numbers",
 * "Service Name and Port Number", "ICMP Parameters", "ICMPv6 Parameters".
 */
#include "click/nametable.h"

#include "base/compiler.h"
#include "click/anno.h"

/* Those above 255 are not on the wire: Click's names for groups of them. */
static const struct name_entry ip_protos[] = {
	{ "dccp", 33 },
	{ "gre", 47 },
	{ "icmp", 1 },
	{ "igmp", 2 },
	{ "ipip", 4 },
	{ "payload", 259 },
	{ "sctp", 132 },
	{ "tcp", 6 },
	{ "tcpudp", 256 },
	{ "transp", 258 },
	{ "udp", 17 },
};

static const struct name_entry ports[] = {
	{ "auth", 113 },
	{ "bootpc", 68 },
	{ "bootps", 67 },
	{ "chargen", 19 },
	{ "daytime", 13 },
	{ "discard", 9 },
	{ "dns", 53 },
	{ "domain", 53 },
	{ "echo", 7 },
	{ "finger", 79 },
	{ "ftp", 21 },
	{ "ftp-data", 20 },
	{ "https", 443 },
	{ "imap3", 220 },
	{ "imaps", 993 },
	{ "irc", 194 },
	{ "netbios-dgm", 138 },
	{ "netbios-ns", 137 },
	{ "netbios-ssn", 139 },
	{ "nntp", 119 },
	{ "ntp", 123 },
	{ "pop3", 110 },
	{ "pop3s", 995 },
	{ "pptp", 1723 },
	{ "rip", 520 },
	{ "route", 520 },
	{ "smtp", 25 },
	{ "snmp", 161 },
	{ "snmp-trap", 162 },
	{ "ssh", 22 },
	{ "sunrpc", 111 },
	{ "telnet", 23 },
	{ "tftp", 69 },
	{ "www", 80 },
};

static const struct name_entry icmp_types[] = {
	{ "echo", 8 },
	{ "echo-reply", 0 },
	{ "inforeq", 15 },
	{ "inforeq-reply", 16 },
	{ "maskreq", 17 },
	{ "maskreq-reply", 18 },
	{ "parameterproblem", 12 },
	{ "redirect", 5 },
	{ "routeradvert", 9 },
	{ "routersolicit", 10 },
	{ "sourcequench", 4 },
	{ "timeexceeded", 11 },
	{ "timestamp", 13 },
	{ "timestamp-reply", 14 },
	{ "unreachable", 3 },
};

static const struct name_entry icmp_unreach_codes[] = {
	{ "filterprohibited", 13 },
	{ "host", 1 },
	{ "hostprecedence", 14 },
	{ "hostprohibited", 10 },
	{ "hostunknown", 7 },
	{ "isolated", 8 },
	{ "needfrag", 4 },
	{ "net", 0 },
	{ "netprohibited", 9 },
	{ "netunknown", 6 },
	{ "port", 3 },
	{ "precedencecutoff", 15 },
	{ "protocol", 2 },
	{ "srcroutefail", 5 },
	{ "toshost", 12 },
	{ "tosnet", 11 },
};

static const struct name_entry icmp_redirect_codes[] = {
	{ "host", 1 },
	{ "net", 0 },
	{ "toshost", 3 },
	{ "tosnet", 2 },
};

static const struct name_entry icmp_timxceed_codes[] = {
	{ "reassembly", 1 },
	{ "transit", 0 },
};

static const struct name_entry icmp_paramprob_codes[] = {
	{ "erroratptr", 0 },
	{ "length", 2 },
	{ "missingopt", 1 },
};

static const struct name_entry icmp6_types[] = {
	{ "echo", 128 },
	{ "echo-reply", 129 },
	{ "neighboradvert", 136 },
	{ "neighborsolicit", 135 },
	{ "parameterproblem", 4 },
	{ "redirect", 137 },
	{ "routeradvert", 134 },
	{ "routersolicit", 133 },
	{ "timeexceeded", 3 },
	{ "toobig", 2 },
	{ "unreachable", 1 },
};

static const struct name_entry icmp6_unreach_codes[] = {
	{ "addr", 3 },
	{ "noroute", 0 },
	{ "port", 4 },
	{ "prohibited", 1 },
	{ "scope", 2 },
};

static const struct name_entry icmp6_timxceed_codes[] = {
	{ "reassembly", 1 },
	{ "transit", 0 },
};

#define ANNO(offset, size) ((size) << 16 | (offset))

static const struct name_entry annotations[] = {
	{ "AGGREGATE", ANNO(ANNO_AGGREGATE, 4) },
	{ "DST_IP", ANNO(ANNO_DST_IP, 4) },
	{ "DST_IP6", ANNO(ANNO_DST_IP6, 16) },
	{ "EXTRA_LENGTH", ANNO(ANNO_EXTRA_LENGTH, 4) },
	{ "EXTRA_PACKETS", ANNO(ANNO_EXTRA_PACKETS, 4) },
	{ "FIRST_TIMESTAMP", ANNO(ANNO_FIRST_TIMESTAMP, 8) },
	{ "FIX_IP_SRC", ANNO(ANNO_FIX_IP_SRC, 1) },
	{ "FWD_RATE", ANNO(ANNO_FWD_RATE, 4) },
	{ "GRID_ROUTE_CB", ANNO(27, 1) },
	{ "ICMP_PARAMPROB", ANNO(ANNO_ICMP_PARAMPROB, 1) },
	{ "IPREASSEMBLER", ANNO(ANNO_IPREASSEMBLER, 4) },
	{ "IPSEC_SA_DATA_REFERENCE", ANNO(ANNO_IPSEC_SA, 8) },
	{ "IPSEC_SPI", ANNO(ANNO_IPSEC_SPI, 4) },
	{ "MISC_IP", ANNO(ANNO_MISC_IP, 4) },
	{ "PACKET_NUMBER", ANNO(ANNO_PACKET_NUMBER, 4) },
	{ "PAINT", ANNO(ANNO_PAINT, 1) },
	{ "PERFCTR", ANNO(ANNO_PERFCTR, 8) },
	{ "REV_RATE", ANNO(ANNO_REV_RATE, 4) },
	{ "SEQUENCE_NUMBER", ANNO(ANNO_SEQUENCE_NUMBER, 4) },
	{ "VLAN", ANNO(ANNO_VLAN_TCI, 2) },
	{ "VLAN_TCI", ANNO(ANNO_VLAN_TCI, 2) },
	{ "WIFI_EXTRA", ANNO(16, 24) },
};

#define TABLE(type, entries)                                                   \
	{                                                                      \
		type, entries, ARRAY_SIZE(entries)                             \
	}

static const struct {
	unsigned int type;
	const struct name_entry *entries;
	size_t n;
} tables[] = {
	TABLE(NAME_IP_PROTO, ip_protos),
	TABLE(NAME_TCP_PORT, ports),
	TABLE(NAME_UDP_PORT, ports),
	TABLE(NAME_ICMP_TYPE, icmp_types),
	TABLE(NAME_ICMP_CODE + 3, icmp_unreach_codes),
	TABLE(NAME_ICMP_CODE + 5, icmp_redirect_codes),
	TABLE(NAME_ICMP_CODE + 11, icmp_timxceed_codes),
	TABLE(NAME_ICMP_CODE + 12, icmp_paramprob_codes),
	TABLE(NAME_ICMP6_TYPE, icmp6_types),
	TABLE(NAME_ICMP6_CODE + 1, icmp6_unreach_codes),
	TABLE(NAME_ICMP6_CODE + 3, icmp6_timxceed_codes),
	TABLE(NAME_ANNOTATION, annotations),
};

const struct name_entry *
name_table(enum name_type type, size_t *n)
{
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		if (tables[i].type != (unsigned int)type)
			continue;
		*n = tables[i].n;
		return tables[i].entries;
	}
	return NULL;
}
