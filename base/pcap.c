/* SPDX-License-Identifier: BSD-3-Clause */
/* pcap.c -- see pcap.h. */
#include "base/pcap.h"

#include "base/bytes.h"
#include "base/dlt.h"
#include "base/err.h"
#include "base/stamp.h"

enum {
	MAGIC_US = 0xa1b2c3d4,
	MAGIC_NS = 0xa1b23c4d,
	MAGIC_MODIFIED = 0xa1b2cd34, /* Kuznetzov's: longer record headers */
	MAGIC_NG = 0x0a0d0d0a,
	NG_ORDER = 0x1a2b3c4d,

	FILE_HEADER = 24,
	RECORD_HEADER = 16,
	MODIFIED_EXTRA = 8,

	NG_SECTION = 0x0a0d0d0a,
	NG_INTERFACE = 1,
	NG_PACKET = 2,
	NG_SIMPLE = 3,
	NG_ENHANCED = 6,
	NG_BLOCK = 12, /* type and the length at either end */
	NG_OPTION_END = 0,
	NG_OPTION_TSRESOL = 9,
	NG_OPTION_TSOFFSET = 14,
};

/* So that a stamp and an offset together are an int64_t of nanoseconds. */
static const int64_t STAMP_SEC_MAX = INT64_MAX / 1000000000 / 2 - 1;

/* Numbers in the file's order. */
static uint32_t
pcap_u32(const struct pcap_reader *r, const char *p)
{
	return r->swapped ? get_be32(p) : get_u32(p);
}

static uint16_t
pcap_u16(const struct pcap_reader *r, const char *p)
{
	return r->swapped ? get_be16(p) : get_u16(p);
}

/* ---- classic ---- */

static int
pcap_begin_classic(struct pcap_reader *r, struct str b, size_t *used)
{
	uint32_t magic;

	if (b.n < FILE_HEADER)
		return ERR_AGAIN;
	magic = get_u32(b.s);
	if (magic != MAGIC_US && magic != MAGIC_NS && magic != MAGIC_MODIFIED) {
		r->swapped = true;
		magic = get_be32(b.s);
	}
	if (magic != MAGIC_US && magic != MAGIC_NS && magic != MAGIC_MODIFIED)
		return ERR_SYNTAX;
	r->nanoseconds = magic == MAGIC_NS;
	r->extra = magic == MAGIC_MODIFIED ? MODIFIED_EXTRA : 0;
	r->major = pcap_u16(r, b.s + 4);
	r->minor = pcap_u16(r, b.s + 6);
	r->linktype = dlt_canonical(pcap_u32(r, b.s + 20));
	*used = FILE_HEADER;
	return r->major == 2 ? 0 : ERR_NOTSUP;
}

static enum pcap_result
pcap_read_classic(
    struct pcap_reader *r, struct str b, size_t *used, struct pcap_record *rec)
{
	uint32_t sec, frac, caplen, len, skip = 0;

	if (b.n < RECORD_HEADER)
		return PCAP_MORE;
	sec = pcap_u32(r, b.s);
	frac = pcap_u32(r, b.s + 4);
	caplen = pcap_u32(r, b.s + 8);
	len = pcap_u32(r, b.s + 12);
	/* Up to version 2.3 the two lengths stood the other way round. */
	if (r->minor < 3 || (r->minor == 3 && caplen > len)) {
		uint32_t swap = caplen;

		caplen = len;
		len = swap;
	}
	if (caplen > PCAP_RECORD_MAX || (int32_t)len < 0)
		return PCAP_BAD;
	/* tcptrace writes more than there is: the rest is skipped. */
	if (caplen > len) {
		skip = caplen - len;
		caplen = len;
	}
	if (b.n - RECORD_HEADER < (size_t)r->extra + caplen + skip)
		return PCAP_MORE;
	rec->data = str_make(b.s + RECORD_HEADER + r->extra, caplen);
	rec->length = len;
	rec->stamp_ns = (int64_t)sec * NS_PER_SEC +
	                (r->nanoseconds ? frac : (int64_t)frac * NS_PER_US);
	rec->linktype = r->linktype;
	*used = RECORD_HEADER + r->extra + caplen + skip;
	return PCAP_RECORD;
}

/* ---- pcapng ---- */

/* The byte order, from a section header block of at least 12 bytes. */
static bool
pcapng_order(struct pcap_reader *r, struct str b)
{
	r->swapped = get_u32(b.s + 8) != NG_ORDER;
	return pcap_u32(r, b.s + 8) == NG_ORDER;
}

/* Ticks of an interface as nanoseconds. */
static int64_t
pcapng_stamp(const struct pcap_interface *i, uint64_t ticks)
{
	unsigned int n = i->resolution & 0x7f;
	uint64_t per_sec = 1, sec, rest;

	if (i->resolution & 0x80) {
		if (n > 63)
			return 0;
		per_sec <<= n;
	} else {
		if (n > 19)
			return 0;
		for (unsigned int k = 0; k < n; k++)
			per_sec *= 10;
	}
	sec = ticks / per_sec;
	rest = ticks % per_sec;
	if (sec > (uint64_t)STAMP_SEC_MAX)
		return 0;
	return (int64_t)sec * NS_PER_SEC +
	       (int64_t)((double)rest / (double)per_sec * 1e9 + 0.5) +
	       i->offset_ns;
}

/* The options of an interface that change what its packets mean. */
static void
pcapng_options(struct pcap_reader *r, struct pcap_interface *i, struct str b)
{
	while (b.n >= 4) {
		uint16_t code = pcap_u16(r, b.s);
		uint16_t len = pcap_u16(r, b.s + 2);
		size_t padded = ((size_t)len + 3) & ~(size_t)3;

		b = str_from(b, 4);
		if (code == NG_OPTION_END || padded > b.n)
			return;
		if (code == NG_OPTION_TSRESOL && len == 1)
			i->resolution = (uint8_t)b.s[0];
		if (code == NG_OPTION_TSOFFSET && len == 8) {
			int64_t sec = (int64_t)(r->swapped ? get_be64(b.s)
			                                   : get_u64(b.s));

			if (sec > -STAMP_SEC_MAX && sec < STAMP_SEC_MAX)
				i->offset_ns = sec * NS_PER_SEC;
		}
		b = str_from(b, padded);
	}
}

static void
pcapng_interface(struct pcap_reader *r, struct str body)
{
	struct pcap_interface i = { .resolution = 6 };

	if (body.n < 8)
		return;
	i.linktype = dlt_canonical(pcap_u16(r, body.s));
	i.snaplen = pcap_u32(r, body.s + 4);
	pcapng_options(r, &i, str_from(body, 8));
	if (r->ninterfaces < PCAP_INTERFACES)
		r->interfaces[r->ninterfaces] = i;
	r->ninterfaces++;
}

/* A packet block's own fields, after which caplen bytes of data stand. */
static enum pcap_result
pcapng_packet(struct pcap_reader *r, uint32_t type, struct str body,
    struct pcap_record *rec)
{
	uint32_t id = 0, caplen, head = type == NG_SIMPLE ? 4 : 20;
	const struct pcap_interface *i;

	if (body.n < head)
		return PCAP_BAD;
	if (type == NG_ENHANCED)
		id = pcap_u32(r, body.s);
	else if (type == NG_PACKET)
		id = pcap_u16(r, body.s);
	if (id >= r->ninterfaces || id >= PCAP_INTERFACES)
		return PCAP_SKIP;
	i = &r->interfaces[id];
	if (type == NG_SIMPLE) {
		caplen = rec->length = pcap_u32(r, body.s);
		if (i->snaplen > 0 && caplen > i->snaplen)
			caplen = i->snaplen;
		if (caplen > body.n - head)
			caplen = (uint32_t)(body.n - head);
		rec->stamp_ns = 0;
	} else {
		caplen = pcap_u32(r, body.s + 12);
		rec->length = pcap_u32(r, body.s + 16);
		rec->stamp_ns =
		    pcapng_stamp(i, (uint64_t)pcap_u32(r, body.s + 4) << 32 |
		                        pcap_u32(r, body.s + 8));
	}
	if (caplen > PCAP_RECORD_MAX || caplen > body.n - head)
		return PCAP_BAD;
	rec->data = str_make(body.s + head, caplen);
	if (rec->length < caplen)
		rec->length = caplen;
	rec->linktype = i->linktype;
	return PCAP_RECORD;
}

static enum pcap_result
pcap_read_ng(
    struct pcap_reader *r, struct str b, size_t *used, struct pcap_record *rec)
{
	uint32_t type, length;
	struct str body;

	if (b.n < NG_BLOCK)
		return PCAP_MORE;
	type = pcap_u32(r, b.s);
	if (type == NG_SECTION) {
		if (!pcapng_order(r, b))
			return PCAP_BAD;
		r->ninterfaces = 0;
	}
	length = pcap_u32(r, b.s + 4);
	if (length < NG_BLOCK || length % 4 != 0 || length > PCAP_BLOCK_MAX)
		return PCAP_BAD;
	if (b.n < length)
		return PCAP_MORE;
	*used = length;
	body = str_make(b.s + 8, length - NG_BLOCK);
	switch (type) {
	case NG_INTERFACE:
		pcapng_interface(r, body);
		return PCAP_SKIP;
	case NG_PACKET:
	case NG_SIMPLE:
	case NG_ENHANCED:
		return pcapng_packet(r, type, body, rec);
	default:
		return PCAP_SKIP;
	}
}

/* The file's link type is that of its first interface, if one comes soon. */
static int
pcap_begin_ng(struct pcap_reader *r, struct str b)
{
	struct pcap_reader ahead;
	struct pcap_record rec;
	size_t used;

	if (b.n < NG_BLOCK)
		return ERR_AGAIN;
	r->ng = true;
	r->nanoseconds = true;
	r->major = 2;
	r->minor = 4;
	if (!pcapng_order(r, b))
		return ERR_SYNTAX;
	ahead = *r;
	while (ahead.ninterfaces == 0 &&
	       pcap_read_ng(&ahead, b, &used, &rec) == PCAP_SKIP)
		b = str_from(b, used);
	r->linktype =
	    ahead.ninterfaces > 0 ? ahead.interfaces[0].linktype : DLT_ETHER;
	return 0;
}

int
pcap_begin(struct pcap_reader *r, struct str bytes, size_t *used)
{
	memset(r, 0, sizeof(*r));
	*used = 0; /* a section header is a block like others: read again */
	if (bytes.n >= 4 && get_u32(bytes.s) == MAGIC_NG)
		return pcap_begin_ng(r, bytes);
	return pcap_begin_classic(r, bytes, used);
}

enum pcap_result
pcap_read(struct pcap_reader *r, struct str bytes, size_t *used,
    struct pcap_record *rec)
{
	return r->ng ? pcap_read_ng(r, bytes, used, rec)
	             : pcap_read_classic(r, bytes, used, rec);
}

/* ---- writing ---- */

static void
pcap_put_u32(struct strbuf *sb, uint32_t x)
{
	sb_add(sb, str_make((const char *)&x, sizeof(x)));
}

void
pcap_put_header(
    struct strbuf *sb, uint32_t linktype, uint32_t snaplen, bool nanoseconds)
{
	pcap_put_u32(sb, nanoseconds ? MAGIC_NS : MAGIC_US);
	pcap_put_u32(sb, 2 | 4 << 16); /* version 2.4, two halves */
	pcap_put_u32(sb, 0);
	pcap_put_u32(sb, 0);
	pcap_put_u32(sb, snaplen);
	pcap_put_u32(sb, linktype);
}

void
pcap_put_record(struct strbuf *sb, int64_t stamp_ns, uint32_t caplen,
    uint32_t length, bool nanoseconds)
{
	uint32_t frac = (uint32_t)(stamp_ns % NS_PER_SEC);

	pcap_put_u32(sb, (uint32_t)(stamp_ns / NS_PER_SEC));
	pcap_put_u32(sb, nanoseconds ? frac : frac / 1000);
	pcap_put_u32(sb, caplen);
	pcap_put_u32(sb, length);
}
