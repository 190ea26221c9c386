/* SPDX-License-Identifier: BSD-3-Clause */
/* count.c -- see count.h. */
#include "vale/count.h"

static const char *const drop_names[DROP_REASONS] = {
	[DROP_LENGTH] = "length",
	[DROP_VLAN] = "vlan",
	[DROP_GUARD_MAC] = "guard-mac",
	[DROP_GUARD_IP] = "guard-ip",
	[DROP_GUARD_ARP] = "guard-arp",
	[DROP_GUARD] = "guard",
	[DROP_RX_LIMIT] = "rx-limit",
	[DROP_FLOOD] = "flood-limit",
	[DROP_NOWHERE] = "nowhere",
	[DROP_SELF] = "self",
	[DROP_ISOLATED] = "isolated",
	[DROP_FOREIGN] = "foreign-vlan",
	[DROP_FULL] = "full",
	[DROP_DOWN] = "down",
	[DROP_BROKEN] = "broken",
	[DROP_TX_LIMIT] = "tx-limit",
	[DROP_MTU] = "mtu",
	[DROP_OFFLOAD] = "offload",
};

const char *
vale_drop_name(unsigned int reason)
{
	return drop_names[reason];
}
