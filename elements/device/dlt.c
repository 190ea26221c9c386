/* SPDX-License-Identifier: BSD-3-Clause */
/* dlt.c -- see dlt.h. */
#include "elements/device/dlt.h"

#include "base/bytes.h"
#include "base/proto.h"
#include "click/anno.h"
#include "click/conf.h"
#include "click/packet.h"

static const struct dlt_name {
	const char *name;
	uint32_t dlt;
} dlt_names[] = {
	{ "NULL", DLT_NULL },
	{ "IP", DLT_RAW },
	{ "ETHER", DLT_ETHER },
	{ "FDDI", DLT_FDDI },
	{ "ATM", DLT_ATM_RFC1483 },
	{ "RFC1483", DLT_ATM_RFC1483 },
	{ "ATM_RFC1483", DLT_ATM_RFC1483 },
	{ "802_11", DLT_802_11 },
	{ "802.11", DLT_802_11 },
	{ "802_11_RADIO", DLT_802_11_RADIO },
	{ "802.11_RADIO", DLT_802_11_RADIO },
	{ "SLL", DLT_LINUX_SLL },
	{ "AIRONET", DLT_AIRONET },
	{ "HDLC", DLT_C_HDLC },
	{ "PPP_HDLC", DLT_PPP_HDLC },
	{ "PPP", DLT_PPP },
	{ "SUNATM", DLT_SUNATM },
	{ "PRISM", DLT_PRISM },
};

bool
dlt_parse(struct str text, uint32_t *dlt)
{
	bool overflow = false;
	uint64_t n;

	for (size_t i = 0; i < ARRAY_SIZE(dlt_names); i++)
		if (str_is(text, dlt_names[i].name)) {
			*dlt = dlt_names[i].dlt;
			return true;
		}
	if (!str_starts(text, STR("#")) ||
	    !conf_u64(str_from(text, 1), 0, &n, &overflow) || overflow ||
	    n >= INT32_MAX)
		return false;
	*dlt = (uint32_t)n;
	return true;
}

void
dlt_print(struct strbuf *sb, uint32_t dlt)
{
	for (size_t i = 0; i < ARRAY_SIZE(dlt_names); i++)
		if (dlt == dlt_names[i].dlt) {
			sb_adds(sb, dlt_names[i].name);
			return;
		}
	sb_printf(sb, "#%u", (unsigned int)dlt);
}

/*
 * Each of these takes what is left of a frame and returns the IP packet in
 * it, or an empty string.  The formats refer to each other: LLC/SNAP may hold
 * an Ethernet frame (RFC 2684), hence the bound on how deep it goes.
 */
enum { DEPTH_MAX = 4 };

enum {
	PPP_IP = 0x21,
	PPP_IPV6 = 0x57,
	PPP_ADDRESS = 0xff,
	PPP_CONTROL = 0x03,
	LLC_IP = 0x06,
	LLC_SNAP = 0xaa,
	FDDI_LLC_MASK = 0xf0,
	FDDI_LLC_ASYNC = 0x50,
	FDDI_HEADER = 13,
	PRISM_HEADER = 144,
	SNAP_HEADER = 8,
	OUI_ETHER = 0x000000,
	OUI_CISCO_90 = 0x0000f8,
	OUI_RFC2684 = 0x0080c2,
};

static const struct str dlt_none = { NULL, 0 };

static bool
is_ip_type(uint16_t type)
{
	return type == 0x0800 || type == 0x86dd;
}

static uint8_t
byte_at(struct str b, size_t i)
{
	return (uint8_t)b.s[i];
}

static struct str
ip_in_ether(struct str b)
{
	uint16_t type;

	if (b.n < 14)
		return dlt_none;
	type = get_be16(b.s + 12);
	if (is_ip_type(type))
		return str_from(b, 14);
	if (type == 0x8100 && b.n >= 18 && is_ip_type(get_be16(b.s + 16)))
		return str_from(b, 18);
	return dlt_none;
}

static struct str ip_in_llc(struct str b, unsigned int depth);

static struct str
ip_in_fddi(struct str b, unsigned int depth)
{
	if (b.n < FDDI_HEADER + SNAP_HEADER ||
	    (byte_at(b, 0) & FDDI_LLC_MASK) != FDDI_LLC_ASYNC)
		return dlt_none;
	return ip_in_llc(str_from(b, FDDI_HEADER), depth + 1);
}

/* RFC 2684's bridged frames, by protocol number. */
static struct str
ip_in_bridged(struct str b, unsigned int depth)
{
	switch (get_be16(b.s + 6)) {
	case 1: /* Ethernet, with and without FCS */
	case 7:
		return ip_in_ether(str_from(b, SNAP_HEADER));
	case 4: /* FDDI, with and without FCS */
	case 10:
		return ip_in_fddi(str_from(b, SNAP_HEADER + 1), depth);
	default:
		return dlt_none;
	}
}

static struct str
ip_in_llc(struct str b, unsigned int depth)
{
	uint32_t oui;

	if (depth > DEPTH_MAX || b.n < 4)
		return dlt_none;
	if (b.n >= SNAP_HEADER && memcmp(b.s, "\xaa\xaa\x03\0\0\0", 6) == 0 &&
	    is_ip_type(get_be16(b.s + 6)))
		return str_from(b, SNAP_HEADER);
	if (byte_at(b, 0) == LLC_IP && byte_at(b, 1) == LLC_IP)
		return str_from(b, 4);
	if (b.n < SNAP_HEADER || byte_at(b, 0) != LLC_SNAP ||
	    byte_at(b, 1) != LLC_SNAP)
		return dlt_none;
	oui = get_be32(b.s + 2) & 0xffffff;
	if (oui == OUI_RFC2684)
		return ip_in_bridged(b, depth);
	/* The SNAP type is the Ethernet type of the frame within. */
	if (oui != OUI_ETHER && oui != OUI_CISCO_90)
		return dlt_none;
	if (is_ip_type(get_be16(b.s + 6)))
		return str_from(b, SNAP_HEADER);
	if (get_be16(b.s + 6) == 0x8100 && b.n >= SNAP_HEADER + 4 &&
	    is_ip_type(get_be16(b.s + SNAP_HEADER + 2)))
		return str_from(b, SNAP_HEADER + 4);
	return dlt_none;
}

static struct str
ip_in_80211(struct str b)
{
	enum { TYPE_MASK = 0x0c, TYPE_DATA = 0x08, BOTH_DS = 3 };

	if (b.n < 24 || (byte_at(b, 0) & TYPE_MASK) != TYPE_DATA)
		return dlt_none;
	return ip_in_llc(
	    str_from(b, (byte_at(b, 1) & BOTH_DS) == BOTH_DS ? 30 : 24), 0);
}

static struct str
ip_in_hdlc(struct str b)
{
	if (b.n < 4 || !is_ip_type(get_be16(b.s + 2)))
		return dlt_none;
	return str_from(b, 4);
}

static struct str
ip_in_ppp_hdlc(struct str b)
{
	if (b.n < 4)
		return dlt_none;
	if (byte_at(b, 0) == PPP_ADDRESS)
		return byte_at(b, 2) == 0 && (byte_at(b, 3) == PPP_IP ||
		                                 byte_at(b, 3) == PPP_IPV6)
		           ? str_from(b, 4)
		           : dlt_none;
	if (byte_at(b, 0) == 0x0f || byte_at(b, 0) == 0x8f)
		return ip_in_hdlc(b);
	return dlt_none;
}

static struct str
ip_in_ppp(struct str b)
{
	if (b.n >= 2 && byte_at(b, 0) == PPP_ADDRESS &&
	    byte_at(b, 1) == PPP_CONTROL)
		b = str_from(b, 2);
	if (b.n < 2)
		return dlt_none;
	if (byte_at(b, 0) == PPP_IP || byte_at(b, 0) == PPP_IPV6)
		return str_from(b, 1);
	if (byte_at(b, 0) == 0 &&
	    (byte_at(b, 1) == PPP_IP || byte_at(b, 1) == PPP_IPV6))
		return str_from(b, 2);
	return dlt_none;
}

/* BSD's loopback: the address family, in the byte order of its machine. */
static struct str
ip_in_null(struct str b)
{
	unsigned int family;

	if (b.n < 4)
		return dlt_none;
	family = byte_at(b, 0) | (unsigned int)byte_at(b, 1) << 8;
	if (family == 0)
		family = (unsigned int)byte_at(b, 2) << 8 | byte_at(b, 3);
	if (family != 2 && family != 24 && family != 28 && family != 30)
		return dlt_none;
	return str_from(b, 4);
}

static struct str
ip_in_radio(struct str b)
{
	size_t len;

	if (b.n < 4)
		return dlt_none;
	len = byte_at(b, 2) | (size_t)byte_at(b, 3) << 8;
	return len < 8 ? dlt_none : ip_in_80211(str_from(b, len));
}

static struct str
ip_in_sll(struct str b)
{
	if (b.n < 16 || !is_ip_type(get_be16(b.s + 14)))
		return dlt_none;
	return str_from(b, 16);
}

/* *ip: the IP packet in frame b; false for types that we do not know. */
static bool
ip_in_frame(struct str b, uint32_t dlt, struct str *ip)
{
	switch (dlt) {
	case DLT_RAW:
	case DLT_RAW_HOST:
		*ip = b;
		return true;
	case DLT_ETHER:
		*ip = ip_in_ether(b);
		return true;
	case DLT_FDDI:
		*ip = ip_in_fddi(b, 0);
		return true;
	case DLT_SUNATM:
		*ip = ip_in_llc(str_from(b, 4), 0);
		return true;
	case DLT_ATM_RFC1483:
		*ip = ip_in_llc(b, 0);
		return true;
	case DLT_LINUX_SLL:
		*ip = ip_in_sll(b);
		return true;
	case DLT_C_HDLC:
		*ip = ip_in_hdlc(b);
		return true;
	case DLT_PPP_HDLC:
		*ip = ip_in_ppp_hdlc(b);
		return true;
	case DLT_PPP:
		*ip = ip_in_ppp(b);
		return true;
	case DLT_802_11:
		*ip = ip_in_80211(b);
		return true;
	case DLT_PRISM:
		*ip = ip_in_80211(str_from(b, PRISM_HEADER));
		return true;
	case DLT_802_11_RADIO:
		*ip = ip_in_radio(b);
		return true;
	case DLT_NULL:
		*ip = ip_in_null(b);
		return true;
	default:
		return false;
	}
}

bool
dlt_has_ip(uint32_t dlt)
{
	struct str ip;

	return ip_in_frame(dlt_none, dlt, &ip);
}

bool
dlt_force_ip(struct packet *p, uint32_t dlt)
{
	struct str ip = dlt_none;
	const uint8_t *header;
	unsigned int version, length;

	if (!ip_in_frame(packet_str(p), dlt, &ip) || ip.n == 0)
		return false;
	header = packet_end(p) - ip.n;
	version = header[0] >> 4;
	length = (header[0] & 15) * 4u;
	if (version == 4 && length >= 20 && length <= ip.n) {
		packet_set_network(p, header, length);
		anno_set_u32(p, ANNO_DST_IP, get_u32(header + 16));
		return true;
	}
	if (version == 6 && ip.n >= 40) {
		packet_set_network(p, header, 40);
		return true;
	}
	return false;
}
