/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ip_primitive.h -- a helper of the elements in ip/: one test of the language
 * of IPFilter, "src host 10.0.0.1" or "tcp[13] & 2 != 0".
 *
 * The parser (ip_pattern.c) collects qualifiers and a value in a struct
 * ip_test; ip_test_check() makes sense of the combination, with the help of
 * the test before it ("src port 80 or 443"); ip_test_emit() hands it over as
 * tests of bytes.
 */
#ifndef ELEMENTS_IP_IP_PRIMITIVE_H
#define ELEMENTS_IP_IP_PRIMITIVE_H

#include "click/element.h"
#include "elements/standard/classify.h"

/*
 * What a test looks at, or what kind of value it was given.  A field is
 * IP_TEST_FIELD, protocol, first bit and bits less one in one number.
 */
enum ip_test_type {
	IP_TEST_ERROR = -2,
	IP_TEST_NONE = 0,
	IP_TEST_TYPE = 1,   /* a word that names a type */
	IP_TEST_SYNTAX = 2, /* a word of the grammar */
	IP_TEST_INT = 3,

	IP_TEST_HOST = 10,
	IP_TEST_PROTO,
	IP_TEST_FRAG,
	IP_TEST_PORT,
	IP_TEST_TCPOPT,
	IP_TEST_ETHER,

	IP_TEST_NET = 30,
	IP_TEST_UNFRAG,
	IP_TEST_ECT,
	IP_TEST_CE,

	IP_TEST_FIELD = 0x40000000,
};

enum {
	IP_FIELD_PROTO = 21, /* shifts */
	IP_FIELD_OFFSET = 5,
	IP_FIELD_PROTO_MASK = 0x1ff << IP_FIELD_PROTO,
};

#define IP_FIELD(proto, bit, bits)                                             \
	(IP_TEST_FIELD | (proto) << IP_FIELD_PROTO |                           \
	    (bit) << IP_FIELD_OFFSET | ((bits)-1))

enum {
	IP_FIELD_VERSION = IP_FIELD(0, 0, 4),
	IP_FIELD_HL = IP_FIELD(0, 4, 4),
	IP_FIELD_TOS = IP_FIELD(0, 8, 8),
	IP_FIELD_DSCP = IP_FIELD(0, 8, 6),
	IP_FIELD_LEN = IP_FIELD(0, 16, 16),
	IP_FIELD_ID = IP_FIELD(0, 32, 16),
	IP_FIELD_TTL = IP_FIELD(0, 64, 8),
	IP_FIELD_TCP_WIN = IP_FIELD(6, 112, 16),
	IP_FIELD_ICMP_TYPE = IP_FIELD(1, 0, 8),
};

/* Protocols beyond the byte in the header. */
enum {
	IP_PROTO_UNKNOWN = -1000,
	IP_PROTO_TCPUDP = 256,
	IP_PROTO_TRANSP = 258,
	IP_PROTO_DCCP = 33,
};

enum ip_test_end {
	IP_END_NONE,
	IP_END_SRC,
	IP_END_DST,
	IP_END_BOTH,
	IP_END_EITHER,
};

enum ip_test_op { IP_OP_EQ, IP_OP_GT, IP_OP_LT };

/* Numbers in host order, addresses in network order, Ethernet in bytes. */
union ip_test_value {
	uint32_t u;
	int32_t i;
	uint8_t b[8];
};

struct ip_test {
	int type, data; /* what is tested; what was given */
	enum ip_test_op op;
	bool op_negated;
	enum ip_test_end end;
	int proto; /* of the transport header, or IP_PROTO_UNKNOWN */
	union ip_test_value value, mask;
};

void ip_test_clear(struct ip_test *t);
/* Qualifiers; each at most once. */
void ip_test_set_type(struct ip_test *t, int type, struct errh *errh);
void ip_test_set_end(
    struct ip_test *t, enum ip_test_end end, struct errh *errh);
void ip_test_set_proto(struct ip_test *t, int proto, struct errh *errh);

/*
 * Completes t, given the test before it, the header that was named ('i', 'e'
 * or 0), and a mask of type mask_type (0: none).  0, or ERR_INVAL when it
 * makes no sense (reported).
 */
int ip_test_check(struct ip_test *t, const struct ip_test *before, int header,
    int mask_type, const union ip_test_value *mask, struct errh *errh);

/*
 * Adds it to the open group of c as one member (or none, if it says nothing).
 * Returns how many bytes of the network header it may look at.
 */
uint32_t ip_test_emit(const struct ip_test *t, struct classify *c);

/* "src ip host", "icmp type"; "tcp", "ip proto 47": for messages. */
void ip_test_print_type(struct strbuf *sb, enum ip_test_end end, int type);
void ip_test_print_proto(struct strbuf *sb, int proto);

#endif
