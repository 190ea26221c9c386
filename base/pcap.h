/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * pcap.h -- capture files as bytes: classic pcap in either byte order, with
 * micro- or nanoseconds, and pcapng (draft-ietf-opsawg-pcapng).  Shared by
 * FromDump, ToDump, Replay and the pcap ports.
 *
 * The reader is given what there is of the file and says how much it has used;
 * it holds no bytes itself:
 *
 *	while ((n = pcap_read(&r, bytes, &used, &rec)) == PCAP_RECORD) {
 *		...rec.data...
 *		bytes = str_from(bytes, used);
 *	}
 *
 * Nothing in a file is believed: lengths are checked before they are used.
 */
#ifndef BASE_PCAP_H
#define BASE_PCAP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "base/strbuf.h"

enum {
	PCAP_RECORD_MAX = 65535, /* captured bytes; Click gives up beyond */
	PCAP_INTERFACES = 32,    /* of one pcapng section that we tell apart */
	PCAP_BLOCK_MAX = 1 << 24,
};

enum pcap_result {
	PCAP_RECORD, /* *rec is set */
	PCAP_SKIP,   /* used bytes held no packet; ask again */
	PCAP_MORE,   /* more bytes are needed */
	PCAP_BAD,    /* nonsense: nothing after it can be read */
};

struct pcap_record {
	struct str data;   /* what was captured */
	uint32_t length;   /* what the packet had; at least data.n */
	int64_t stamp_ns;  /* wall clock, 0: none */
	uint32_t linktype; /* canonical: base/dlt.h */
};

struct pcap_interface {
	uint32_t linktype, snaplen;
	uint8_t resolution; /* if_tsresol: 10^-n, or with bit 7 set 2^-n */
	int64_t offset_ns;
};

struct pcap_reader {
	bool ng, swapped, nanoseconds;
	uint16_t major, minor;
	uint32_t linktype; /* of the file, or of the first interface */
	uint32_t extra;    /* bytes after each record header */
	uint32_t ninterfaces;
	struct pcap_interface interfaces[PCAP_INTERFACES];
};

/*
 * Reads the file's header; *used bytes of it are not needed any more.  0,
 * ERR_AGAIN (too few bytes to tell), ERR_SYNTAX (no capture file) or
 * ERR_NOTSUP (an unknown major version, in r->major).  Of a pcapng file r->
 * linktype is right if its first interface lies within bytes.
 */
int pcap_begin(struct pcap_reader *r, struct str bytes, size_t *used);

/* The next record, from the first of bytes on. */
enum pcap_result pcap_read(struct pcap_reader *r, struct str bytes,
    size_t *used, struct pcap_record *rec);

/* Appends a file header and record headers, in this machine's order. */
void pcap_put_header(
    struct strbuf *sb, uint32_t linktype, uint32_t snaplen, bool nanoseconds);
void pcap_put_record(struct strbuf *sb, int64_t stamp_ns, uint32_t caplen,
    uint32_t length, bool nanoseconds);

#endif
