/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * settings.h -- what an administrator sets for a port.
 *
 * Set as KEY=VALUE words; a set of settings is read by the workers while it is
 * in force and never changed then: a change makes a new one.
 *
 *	vlan=off              tags are the guests' own affair (default)
 *	vlan=access:10        untagged, in VLAN 10
 *	vlan=trunk:10,20-29   tagged in these; trunk:10/1: untagged in VLAN 1
 *	guard=on|off          only with the addresses given:
 *	mac=ADDR[,ADDR...]    its source MAC addresses
 *	ip=PREFIX[,...]       its source IP prefixes, 4 and 6
 *	isolated=on|off       no frames between isolated ports
 *	rx-pps, rx-bps, tx-pps, tx-bps, flood-pps=N|off
 *	                      limits; k, M, G are understood; rx is from the
 *port mirror=PORT|off       what it gives and gets also goes there
 */
#ifndef VALE_SETTINGS_H
#define VALE_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/str.h"
#include "base/strbuf.h"

enum {
	SETTINGS_MACS = 8,
	SETTINGS_PREFIXES = 16,
	VALE_NAME_MAX = 48, /* with NUL */
	VALE_VLANS = 4096,
};

enum vale_vlan_mode { VLAN_OFF, VLAN_ACCESS, VLAN_TRUNK };

struct vale_prefix {
	uint8_t addr[16];
	uint8_t length; /* bits */
	bool six;
};

struct vale_settings {
	uint8_t vlan_mode; /* enum vale_vlan_mode */
	uint16_t vlan;     /* access's, or trunk's untagged one; 0: none */
	bool guard, isolated;
	bool plain; /* nothing below or above needs a look at frames from it */
	uint8_t nmacs, nprefixes;
	uint8_t mac[SETTINGS_MACS][6];
	struct vale_prefix prefix[SETTINGS_PREFIXES];
	uint64_t rx_pps, rx_bps, tx_pps, tx_bps, flood_pps; /* 0: no limit */
	char mirror[VALE_NAME_MAX];                         /* "" for none */
	uint64_t trunk[VALE_VLANS / 64];                    /* bit VID */
};

void settings_init(struct vale_settings *s);

/* "key=value" into *s; ERR_INVAL, ERR_NOTFOUND (no such key), *why says. */
int settings_set(struct vale_settings *s, struct str key, struct str value,
    struct diag *why);

/* As JSON members; prints only what differs from the default. */
void settings_show(const struct vale_settings *s, struct strbuf *out);

/* "10.0.0.0/8", "fe80::1", ...: the whole of s; false leaves *p undefined. */
bool prefix_parse(struct str s, struct vale_prefix *p);
/* Whether addr (16 bytes if six, else 4) lies in it. */
bool prefix_match(const struct vale_prefix *p, bool six, const uint8_t *addr);

static inline bool
settings_in_trunk(const struct vale_settings *s, unsigned int vid)
{
	return (s->trunk[vid / 64] >> (vid % 64) & 1) != 0;
}

/* Whether frames of VLAN vid (0: no VLAN) leave by this port. */
static inline bool
settings_member(const struct vale_settings *s, unsigned int vid)
{
	switch ((enum vale_vlan_mode)s->vlan_mode) {
	case VLAN_OFF:
		return vid == 0;
	case VLAN_ACCESS:
		return vid == s->vlan;
	case VLAN_TRUNK:
		return vid == s->vlan || settings_in_trunk(s, vid);
	}
	return false;
}

#endif
