/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ipsum.h -- IP summary dumps: what a packet's fields look like in a line of
 * text or in a binary record, and how to make a packet of them again.
 *
 * One constant table of fields (a file a layer: ipsum_ip.c, ipsum_tcp.c...)
 * serves both ways:
 *
 *	packet --get--> value --print or pack--> text or bytes
 *	packet <--put-- value <--parse or unpack-- text or bytes
 *
 * The binary form follows from a field's type alone.  Whatever a packet or a
 * dump claims is checked against the bytes that are there.  Shared by
 * ToIPSummaryDump, FromIPSummaryDump, ToIPFlowDumps and FromTcpdump; the form
 * of the files is described in ToIPSummaryDump.
 */
#ifndef ELEMENTS_ANALYSIS_IPSUM_H
#define ELEMENTS_ANALYSIS_IPSUM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/proto.h"
#include "base/strs.h"
#include "click/element.h"

enum { IPSUM_MAJOR = 1, IPSUM_MINOR = 3 };

/* Protocols that the dumps know and base/proto.h does not. */
enum { IPPROTO4_DCCP = 33, IPPROTO4_UDPLITE = 136 };

/* What a field is in a binary record. */
enum ipsum_type {
	IPSUM_NONE, /* nothing */
	IPSUM_U8,
	IPSUM_U16,
	IPSUM_U32,
	IPSUM_U64,
	IPSUM_ADDR,   /* 4 bytes as they stand in a header */
	IPSUM_MAC,    /* 6 bytes */
	IPSUM_DIGEST, /* 16 bytes */
	IPSUM_USTAMP, /* seconds, microseconds: 4 bytes each */
	IPSUM_NSTAMP, /* seconds, nanoseconds */
	IPSUM_BYTES,  /* a byte of length, and so many bytes */
	IPSUM_TEXT,   /* cannot be: text only */
};

struct ipsum_value {
	uint64_t n;   /* a number, an address (memory order), ns */
	struct str s; /* MAC, DIGEST, BYTES, TEXT */
};

/* A packet that is being described. */
struct ipsum_out {
	struct element *e; /* for names; may be NULL */
	const struct packet *p;
	int64_t stamp_ns;
	uint32_t extra_packets,
	    extra_length; /* annotations, or in their place */
	bool careful_trunc, use_extra_length;
	struct strbuf *bad; /* NULL: complaints are not wanted */
	struct strbuf work; /* bytes of values */

	/* By ipsum_prepare(); a header that is no good is NULL. */
	const struct ip4 *ip;
	const struct tcp *tcp;
	const struct udp *udp;
	const struct icmp *icmp;
	/* Less what lies behind the IP packet's end. */
	uint32_t length;
	int32_t network_length, transport_length;
};

/* A packet that is being made. */
struct ipsum_in {
	struct element *e;
	struct thread *t;
	struct packet *p; /* NULL: memory ran out, it is gone */
	uint8_t default_proto;
	int minor;            /* of the dump's version */
	uint32_t want_length; /* packet length to pretend, 0: none */
	struct strbuf work;   /* bytes of values */
	bool not_ip;
	bool have_icmp_type, have_icmp_code, have_ip_hl, have_tcp_hl;
};

struct ipsum_field {
	const char *name;
	enum ipsum_type type;
	uint16_t order; /* fields are put in this order */
	int what;       /* which of its layer's */
	bool prepare;   /* get needs ipsum_prepare() */
	/* False: the packet has no such field. */
	bool (*get)(struct ipsum_out *o, const struct ipsum_field *f,
	    struct ipsum_value *v);
	/* NULL: a number. */
	void (*print)(struct ipsum_out *o, const struct ipsum_field *f,
	    const struct ipsum_value *v, struct strbuf *sb);
	/* NULL: a number of the type's size. */
	bool (*parse)(struct ipsum_in *in, const struct ipsum_field *f,
	    struct str text, struct ipsum_value *v);
	/* NULL: cannot be read back.  May end in->p. */
	void (*put)(struct ipsum_in *in, const struct ipsum_field *f,
	    const struct ipsum_value *v);
};

enum ipsum_order {
	IPSUM_ORDER_ANNO = 100,
	IPSUM_ORDER_LINK = 200,
	IPSUM_ORDER_NET = 300,
	IPSUM_ORDER_TRANSPORT = 400,
	IPSUM_ORDER_PAYLOAD = 500,
};

/* A layer's fields. */
struct ipsum_fields {
	const struct ipsum_field *v;
	size_t n;
};
extern const struct ipsum_fields ipsum_anno_fields, ipsum_link_fields,
    ipsum_ip_fields, ipsum_transport_fields, ipsum_tcp_fields,
    ipsum_icmp_fields, ipsum_payload_fields;

/* Its place in a record that it was not found for: no bytes, no value. */
extern const struct ipsum_field ipsum_no_field;

/*
 * The field called so: also by other names, with spaces for underscores, or
 * ("src") without "ip_".  NULL: there is none.
 */
const struct ipsum_field *ipsum_find(struct str name);

/* ---- describing ---- */

/*
 * Looks at p's headers.  Annotations in o are p's own; e, bad, careful_trunc,
 * use_extra_length must have been set.  work must be empty or initialised.
 */
void ipsum_begin(struct ipsum_out *o, const struct packet *p);
void ipsum_prepare(struct ipsum_out *o);

enum { IPSUM_IP = 0, IPSUM_ETHER = 260, IPSUM_TCP_OR_UDP = 261 };
/*
 * Returns false, having complained (once a packet) that the first n bytes of
 * the header of a protocol (or IPSUM_*) are not all there.
 */
bool ipsum_missing(struct ipsum_out *o, int proto, int32_t n);

/* Appends a field's text, "-" when the packet has none. */
void ipsum_print(
    struct ipsum_out *o, const struct ipsum_field *f, struct strbuf *sb);
/* Appends its bytes; they are 0 when the packet has none. */
void ipsum_pack(
    struct ipsum_out *o, const struct ipsum_field *f, struct strbuf *sb);

/* ---- making ---- */

/*
 * A packet without bytes in in->p, ERR_NOMEM; in->e, t, default_proto and
 * minor must have been set.  work must be empty or initialised.
 */
int ipsum_new(struct ipsum_in *in);

/*
 * Sets one field from its text.  False: it says nothing that can be put.
 */
bool ipsum_read(struct ipsum_in *in, const struct ipsum_field *f, struct str s);
/*
 * Cuts a field's bytes off *s into *v: false (and *s is empty) when there are
 * too few.
 */
bool ipsum_unpack(
    const struct ipsum_field *f, struct str *s, struct ipsum_value *v);

/*
 * Lengths, checksums (if wanted, then all bytes are made too) and annotations
 * of the finished packet: in->p.
 */
void ipsum_finish(struct ipsum_in *in, bool checksum);

/* n zero bytes more at the end; false: in->p is gone. */
bool ipsum_grow(struct ipsum_in *in, uint32_t n);
/* The headers exist from here on.  False: not in this packet. */
bool ipsum_make_ip(struct ipsum_in *in, uint8_t proto);
bool ipsum_make_transport(struct ipsum_in *in);
/* The transport header if n bytes of it are there, else NULL. */
void *ipsum_transport_header(const struct ipsum_in *in, uint32_t n);
/* Computes the checksums of an IPv4 packet whose bytes are all there. */
void ipsum_set_checksums(struct packet *p);

/* ---- options ---- */

enum ipsum_options {
	IPSUM_OPT_PADDING = 1,
	IPSUM_IPOPT_ROUTE = 2,
	IPSUM_IPOPT_STAMP = 4,
	IPSUM_TCPOPT_MSS = 2,
	IPSUM_TCPOPT_WSCALE = 4,
	IPSUM_TCPOPT_SACK = 8,
	IPSUM_TCPOPT_STAMP = 16,
	IPSUM_OPT_UNKNOWN = 32,
	IPSUM_OPT_ALL = 63,
	IPSUM_OPT_DATA = 62,  /* all but padding */
	IPSUM_TCPOPT_NT = 46, /* neither padding nor time stamps */
};

enum { IPSUM_OPTIONS_MAX = 40 }; /* bytes of options a header has room for */

/* Options as text: "mss1460;sackok", "." for none, "?" for nonsense. */
void ipsum_ipopt_print(
    struct strbuf *sb, struct str options, unsigned int mask);
void ipsum_tcpopt_print(
    struct strbuf *sb, struct str options, unsigned int mask);
/* The bytes of those options that mask asks for, up to the first bad one. */
void ipsum_ipopt_filter(
    struct strbuf *sb, struct str options, unsigned int mask);
void ipsum_tcpopt_filter(
    struct strbuf *sb, struct str options, unsigned int mask);
/* The bytes of a text, appended to *sb; false: it is none. */
bool ipsum_ipopt_parse(struct strbuf *sb, struct str text);
bool ipsum_tcpopt_parse(struct strbuf *sb, struct str text, unsigned int mask);

/* "SA", "." */
void ipsum_tcp_flags_print(struct strbuf *sb, unsigned int flags);
bool ipsum_tcp_flags_parse(struct str text, unsigned int *flags);

/*
 * A number at the beginning of *s, which is moved behind it; false: there is
 * none, or it is above max.
 */
bool ipsum_number(struct str *s, uint32_t max, uint32_t *n);
/* Passes over prefix; false: *s does not begin so. */
bool ipsum_skip(struct str *s, const char *prefix);

/* Options as a text is parsed. */
struct ipsum_optparse {
	struct str s;       /* what is left of the text */
	struct strbuf *out; /* the bytes */
	size_t start;       /* of the present option in out */
};
void ipsum_opt_u8(struct ipsum_optparse *o, unsigned int byte);
void ipsum_opt_u32(struct ipsum_optparse *o, uint32_t word);
/* Gives the present option its length; false: it is too long. */
bool ipsum_opt_end(struct ipsum_optparse *o);
/* "nop", "eol", "98" and "99=0:5:10"; false: it is none of these. */
bool ipsum_opt_plain(struct ipsum_optparse *o, unsigned int mask);
/*
 * Parses a list of options, each by one(); false: not well formed, or longer
 * than a header has room for.
 */
bool ipsum_opt_list(struct strbuf *sb, struct str text, unsigned int mask,
    bool (*one)(struct ipsum_optparse *o, unsigned int mask));

/*
 * Cuts the next option off *s: false at the end (a byte 0, no bytes) and, with
 * *bad set, when it is longer than what is left.  Of no-operation only its
 * byte.
 */
bool ipsum_opt_next(struct str *s, struct str *option, bool *bad);
/* "98" or "99=0:5:10": an option that has no text of its own. */
void ipsum_opt_print_plain(struct strbuf *sb, struct str option);
/* The options whose kind is in mask, up to the first bad one. */
void ipsum_opt_filter(struct strbuf *sb, struct str options, unsigned int mask,
    unsigned int (*kind)(uint8_t type));
/*
 * Prints the list: one() each that is in mask, "?" if it says that one is
 * nonsense.
 */
void ipsum_opt_print(struct strbuf *sb, struct str options, unsigned int mask,
    unsigned int (*kind)(uint8_t type),
    bool (*one)(struct strbuf *sb, struct str option));

#endif
