/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ip_primitive.c -- a helper of the elements in ip/; see ip_primitive.h.
 *
 * Longer than most files: what a test may say and what it then means are one
 * table of cases, kept together.
 */
#include "elements/ip/ip_primitive.h"

#include "base/bytes.h"
#include "base/proto.h"

enum { ECN_MASK = 3, ECN_CE = 3, IP_FRAG_MASK = 0x3fff };

void
ip_test_clear(struct ip_test *t)
{
	*t = (struct ip_test){ .proto = IP_PROTO_UNKNOWN };
}

void
ip_test_set_type(struct ip_test *t, int type, struct errh *errh)
{
	if (t->type != 0)
		errh_error(errh, "type specified twice");
	t->type = type;
}

void
ip_test_set_end(struct ip_test *t, enum ip_test_end end, struct errh *errh)
{
	if (t->end != IP_END_NONE)
		errh_error(errh, "'src' or 'dst' specified twice");
	t->end = end;
}

void
ip_test_set_proto(struct ip_test *t, int proto, struct errh *errh)
{
	if (t->proto != IP_PROTO_UNKNOWN && t->proto != proto)
		errh_error(errh, "transport protocol specified twice");
	t->proto = proto;
}

/* ---- texts ---- */

void
ip_test_print_proto(struct strbuf *sb, int proto)
{
	switch (proto) {
	case IP_PROTO_UNKNOWN:
		break;
	case IPPROTO4_ICMP:
		sb_adds(sb, "icmp");
		break;
	case IPPROTO4_IGMP:
		sb_adds(sb, "igmp");
		break;
	case IPPROTO4_IPIP:
		sb_adds(sb, "ipip");
		break;
	case IPPROTO4_TCP:
		sb_adds(sb, "tcp");
		break;
	case IPPROTO4_UDP:
		sb_adds(sb, "udp");
		break;
	case IP_PROTO_TCPUDP:
		sb_adds(sb, "tcpudp");
		break;
	case IP_PROTO_TRANSP:
		sb_adds(sb, "transp");
		break;
	default:
		sb_printf(sb, "ip proto %d", proto);
		break;
	}
}

static const struct {
	int type;
	const char *text;
} ip_test_texts[] = {
	{ IP_TEST_NONE, "<none>" },
	{ IP_TEST_HOST, "ip host" },
	{ IP_TEST_PROTO, "proto" },
	{ IP_TEST_ETHER, "ether host" },
	{ IP_TEST_FRAG, "ip frag" },
	{ IP_TEST_PORT, "port" },
	{ IP_TEST_TCPOPT, "tcp opt" },
	{ IP_TEST_NET, "ip net" },
	{ IP_TEST_UNFRAG, "ip unfrag" },
	{ IP_TEST_ECT, "ip ect" },
	{ IP_TEST_CE, "ip ce" },
	{ IP_FIELD_LEN, "ip len" },
	{ IP_FIELD_ID, "ip id" },
	{ IP_FIELD_VERSION, "ip vers" },
	{ IP_FIELD_HL, "ip hl" },
	{ IP_FIELD_TOS, "ip tos" },
	{ IP_FIELD_DSCP, "ip dscp" },
	{ IP_FIELD_TTL, "ip ttl" },
	{ IP_FIELD_TCP_WIN, "tcp win" },
	{ IP_FIELD_ICMP_TYPE, "icmp type" },
};

void
ip_test_print_type(struct strbuf *sb, enum ip_test_end end, int type)
{
	static const char *const ends[] = { "", "src ", "dst ", "src and dst ",
		"src or dst " };

	sb_adds(sb, ends[end]);
	for (size_t i = 0; i < ARRAY_SIZE(ip_test_texts); i++)
		if (ip_test_texts[i].type == type) {
			sb_adds(sb, ip_test_texts[i].text);
			return;
		}
	if ((type & IP_TEST_FIELD) == 0) {
		sb_printf(sb, "<unknown type %d>", type);
		return;
	}
	if (type & IP_FIELD_PROTO_MASK)
		ip_test_print_proto(
		    sb, (type & IP_FIELD_PROTO_MASK) >> IP_FIELD_PROTO);
	else
		sb_adds(sb, "ip");
	sb_adds(sb, "[...]");
}

/* Reports "'TYPE': " and the rest; ERR_INVAL. */
static int ip_test_error(const struct ip_test *t, struct errh *errh,
    const char *fmt, ...) PRINTF(3, 4);

static int
ip_test_error(const struct ip_test *t, struct errh *errh, const char *fmt, ...)
{
	struct strbuf sb = STRBUF_INIT;
	va_list ap;

	sb_addc(&sb, '\'');
	ip_test_print_type(&sb, t->end, t->type);
	sb_adds(&sb, "': ");
	va_start(ap, fmt);
	sb_vprintf(&sb, fmt, ap);
	va_end(ap);
	errh_error(errh, "%s", sb_cstr(&sb));
	sb_fini(&sb);
	return ERR_INVAL;
}

static const char *
ip_test_op_text(const struct ip_test *t)
{
	switch (t->op) {
	case IP_OP_GT:
		return t->op_negated ? "<=" : ">";
	case IP_OP_LT:
		return t->op_negated ? ">=" : "<";
	default:
		return t->op_negated ? "!=" : "=";
	}
}

/* ---- making sense ---- */

/* The type, where no qualifier told it, from the value or the test before. */
static int
ip_test_guess_type(
    struct ip_test *t, const struct ip_test *before, struct errh *errh)
{
	if (t->data == IP_TEST_INT) {
		if ((before->type & IP_TEST_FIELD) == 0 &&
		    before->type != IP_TEST_PROTO &&
		    before->type != IP_TEST_PORT)
			return errh_error(
			    errh, "specify header field or 'port'");
		t->data = before->type;
	}
	switch (t->data) {
	case IP_TEST_PORT:
		if (t->proto == IP_PROTO_UNKNOWN)
			t->proto = before->proto;
		/* FALLTHROUGH */
	case IP_TEST_HOST:
	case IP_TEST_NET:
	case IP_TEST_TCPOPT:
	case IP_TEST_ETHER:
		t->type = t->data;
		if (t->end == IP_END_NONE)
			t->end = before->end;
		return 0;
	case IP_TEST_PROTO:
		t->type = IP_TEST_PROTO;
		return 0;
	case IP_TEST_NONE:
		if (t->proto == IP_PROTO_UNKNOWN)
			return errh_error(errh, "partial directive");
		t->type = IP_TEST_PROTO;
		return 0;
	default:
		t->type = t->data;
		if ((t->type & IP_FIELD_PROTO_MASK) &&
		    t->proto == IP_PROTO_UNKNOWN)
			t->proto =
			    (t->type & IP_FIELD_PROTO_MASK) >> IP_FIELD_PROTO;
		return 0;
	}
}

/* A comparison that every value or none passes becomes a test of no bits. */
static void
ip_test_constant(struct ip_test *t, uint32_t mask, struct errh *errh)
{
	bool always = t->op == IP_OP_LT && t->value.u > mask ? !t->op_negated
	                                                     : t->op_negated;

	errh_warning(errh, "relation '%s %u' is always %s (range 0-%u)",
	    ip_test_op_text(t), t->value.u, always ? "true" : "false", mask);
	t->value.u = t->mask.u = 0;
	t->op_negated = !always;
	t->op = IP_OP_EQ;
}

/*
 * Sets the mask of a number whose field has the bits of full; given: what was
 * written after "&", or 0.
 */
static int
ip_test_set_mask(
    struct ip_test *t, uint32_t full, uint32_t given, struct errh *errh)
{
	uint32_t mask = given != 0 ? given : full, missing;

	if ((mask & full) != mask)
		return ip_test_error(
		    t, errh, "mask out of range, bound 0x%X", full);
	if (t->op == IP_OP_EQ) {
		if (t->value.u > full)
			return ip_test_error(
			    t, errh, "out of range, bound %u", full);
		t->mask.u = mask;
		return 0;
	}
	if ((t->op == IP_OP_LT && (t->value.u == 0 || t->value.u > mask)) ||
	    (t->op == IP_OP_GT && t->value.u >= mask)) {
		ip_test_constant(t, mask, errh);
		return 0;
	}
	if (t->op == IP_OP_LT) { /* x < v is not x > v - 1 */
		t->value.u--;
		t->op_negated = !t->op_negated;
		t->op = IP_OP_GT;
	}
	t->mask.u = mask;
	/*
	 * Bits outside the mask count as zeros: the largest number within the
	 * mask that is not above the value compares alike.
	 */
	missing = t->value.u & ~mask;
	if (missing != 0) {
		uint32_t low = (1u << (31 - __builtin_clz(missing))) - 1;

		t->value.u = (t->value.u | low) & mask;
	}
	return 0;
}

static int
ip_test_check_address(struct ip_test *t, int header, int mask_type,
    const union ip_test_value *mask, struct errh *errh)
{
	if (header != 'i' || t->data != t->type)
		return ip_test_error(t, errh, "address missing");
	if (t->op != IP_OP_EQ)
		return ip_test_error(t, errh, "operator not supported");
	if (t->type == IP_TEST_HOST)
		t->mask.u = 0xffffffff;
	t->type = IP_TEST_HOST;
	if (mask_type != 0 && mask_type != IP_TEST_INT &&
	    mask_type != IP_TEST_HOST)
		return ip_test_error(t, errh, "bad mask");
	if (mask_type != 0)
		t->mask.u = mask->u;
	return 0;
}

static int
ip_test_check_ether(struct ip_test *t, int header, int mask_type,
    const union ip_test_value *mask, struct errh *errh)
{
	if (header != 'e' || t->data != IP_TEST_ETHER)
		return ip_test_error(t, errh, "address missing");
	if (t->op != IP_OP_EQ)
		return ip_test_error(t, errh, "operator not supported");
	if (mask_type != 0 && mask_type != IP_TEST_ETHER)
		return ip_test_error(t, errh, "bad mask");
	memset(t->mask.b, 0xff, 6);
	memset(t->mask.b + 6, 0, 2);
	if (mask_type != 0)
		memcpy(t->mask.b, mask->b, 6);
	return 0;
}

static int
ip_test_check_proto(struct ip_test *t, int mask_type,
    const union ip_test_value *mask, struct errh *errh)
{
	if (t->data == IP_TEST_INT || t->data == IP_TEST_PROTO) {
		if (t->proto != IP_PROTO_UNKNOWN && t->proto != t->value.i)
			return ip_test_error(t, errh, "specified twice");
		t->data = IP_TEST_NONE;
	} else
		t->value.i = t->proto;
	t->proto = IP_PROTO_UNKNOWN;
	if (t->data != IP_TEST_NONE || t->value.i == IP_PROTO_UNKNOWN)
		return ip_test_error(t, errh, "value missing");
	if (t->value.i >= 256) {
		if (t->op != IP_OP_EQ || mask_type != 0) {
			struct strbuf sb = STRBUF_INIT;

			ip_test_print_proto(&sb, t->value.i);
			errh_error(errh, "'%s': operator or mask not supported",
			    sb_cstr(&sb));
			sb_fini(&sb);
			return ERR_INVAL;
		}
		t->mask.u = 0xff;
	} else if (mask_type != 0 && mask_type != IP_TEST_INT)
		return ip_test_error(t, errh, "bad mask");
	else if (ip_test_set_mask(
	             t, 0xff, mask_type != 0 ? mask->u : 0, errh) != 0)
		return ERR_INVAL;
	if (t->op == IP_OP_EQ && t->mask.u == 0xff && !t->op_negated)
		t->proto = t->value.i;
	return 0;
}

static int
ip_test_check_port(struct ip_test *t, int mask_type,
    const union ip_test_value *mask, struct errh *errh)
{
	if (t->data == IP_TEST_INT)
		t->data = IP_TEST_PORT;
	if (t->data != IP_TEST_PORT)
		return ip_test_error(t, errh, "value missing");
	if (t->proto == IP_PROTO_UNKNOWN)
		t->proto = IP_PROTO_TCPUDP;
	else if (t->proto != IPPROTO4_TCP && t->proto != IPPROTO4_UDP &&
	         t->proto != IP_PROTO_TCPUDP && t->proto != IP_PROTO_DCCP)
		return errh_error(errh, "'port': bad protocol %d", t->proto);
	if (mask_type != 0 && mask_type != IP_TEST_INT)
		return ip_test_error(t, errh, "bad mask");
	return ip_test_set_mask(t, 0xffff, mask_type != 0 ? mask->u : 0, errh);
}

static int
ip_test_check_tcpopt(struct ip_test *t, int mask_type, struct errh *errh)
{
	if (t->data == IP_TEST_INT)
		t->data = IP_TEST_TCPOPT;
	if (t->data != IP_TEST_TCPOPT)
		return ip_test_error(t, errh, "value missing");
	if (t->proto == IP_PROTO_UNKNOWN)
		t->proto = IPPROTO4_TCP;
	else if (t->proto != IPPROTO4_TCP)
		return errh_error(errh, "'tcp opt': bad protocol %d", t->proto);
	if (t->op != IP_OP_EQ || t->op_negated || mask_type != 0)
		return ip_test_error(t, errh, "operator or mask not supported");
	if (t->value.i < 0 || t->value.i > 255)
		return errh_error(
		    errh, "'tcp opt': value %d out of range", t->value.i);
	t->mask.i = t->value.i;
	return 0;
}

/* ect, ce, frag and unfrag, which take no value (but "ect 1"). */
static int
ip_test_check_flag(struct ip_test *t, int mask_type,
    const union ip_test_value *mask, struct errh *errh)
{
	if (t->type == IP_TEST_ECT) {
		if (t->data != IP_TEST_NONE && t->data != IP_TEST_INT)
			return ip_test_error(t, errh, "value missing");
		if (t->data == IP_TEST_NONE) {
			t->value.u = 0;
			t->op_negated = true;
		} else if (mask_type != 0 && mask_type != IP_TEST_INT)
			return ip_test_error(t, errh, "bad mask");
		if (ip_test_set_mask(
		        t, ECN_MASK, mask_type != 0 ? mask->u : 0, errh) != 0)
			return ERR_INVAL;
		t->type = IP_FIELD_TOS;
		return 0;
	}
	if (t->data != IP_TEST_NONE || mask_type != 0)
		return ip_test_error(t, errh, "value not supported");
	if (t->type == IP_TEST_CE) {
		t->mask.u = ECN_MASK;
		t->value.u = ECN_CE;
		t->type = IP_FIELD_TOS;
		return 0;
	}
	if (t->type == IP_TEST_UNFRAG)
		t->op_negated = true;
	t->type = IP_TEST_FRAG;
	return 0;
}

static int
ip_test_check_field(struct ip_test *t, int mask_type,
    const union ip_test_value *mask, struct errh *errh)
{
	unsigned int bits = (t->type & 0x1f) + 1;

	if ((t->type & IP_TEST_FIELD) == 0)
		return 0;
	if (t->data != IP_TEST_INT && t->data != t->type)
		return ip_test_error(t, errh, "value missing");
	if (mask_type != 0 && mask_type != IP_TEST_INT && mask_type != t->type)
		return ip_test_error(t, errh, "bad mask");
	return ip_test_set_mask(
	    t, 0xffffffffu >> (32 - bits), mask_type != 0 ? mask->u : 0, errh);
}

/* By type; all but addresses stand in the IP header or behind it. */
static int
ip_test_check_type(struct ip_test *t, int header, int mask_type,
    const union ip_test_value *mask, struct errh *errh)
{
	if (t->type == IP_TEST_HOST || t->type == IP_TEST_NET)
		return ip_test_check_address(t, header, mask_type, mask, errh);
	if (t->type == IP_TEST_ETHER)
		return ip_test_check_ether(t, header, mask_type, mask, errh);
	if (header != 'i')
		return ip_test_error(t, errh, "ip only");
	switch (t->type) {
	case IP_TEST_PROTO:
		return ip_test_check_proto(t, mask_type, mask, errh);
	case IP_TEST_PORT:
		return ip_test_check_port(t, mask_type, mask, errh);
	case IP_TEST_TCPOPT:
		return ip_test_check_tcpopt(t, mask_type, errh);
	case IP_TEST_ECT:
	case IP_TEST_CE:
	case IP_TEST_FRAG:
	case IP_TEST_UNFRAG:
		return ip_test_check_flag(t, mask_type, mask, errh);
	default:
		return ip_test_check_field(t, mask_type, mask, errh);
	}
}

int
ip_test_check(struct ip_test *t, const struct ip_test *before, int header,
    int mask_type, const union ip_test_value *mask, struct errh *errh)
{
	bool had_end = t->end != IP_END_NONE;
	int err;

	if (t->type < 0)
		return ERR_INVAL;
	if (t->type == 0 && (err = ip_test_guess_type(t, before, errh)) != 0)
		return err;
	if (header == 0)
		header = t->data == IP_TEST_ETHER ? 'e' : 'i';
	if (header == 'e' && t->type == IP_TEST_HOST)
		t->type = IP_TEST_ETHER;
	err = ip_test_check_type(t, header, mask_type, mask, errh);
	if (err != 0)
		return err;
	if (t->type == IP_TEST_HOST || t->type == IP_TEST_PORT ||
	    t->type == IP_TEST_ETHER) {
		if (t->end == IP_END_NONE)
			t->end = IP_END_EITHER;
	} else if (had_end) {
		struct strbuf sb = STRBUF_INIT;

		ip_test_print_type(&sb, t->end, t->type);
		errh_warning(
		    errh, "'%s': 'src' or 'dst' ignored", sb_cstr(&sb));
		sb_fini(&sb);
	}
	return 0;
}

/* ---- handing over ---- */

/* The test (word >> shift) & mask == value of the word at offset. */
static void
ip_test_word(struct classify *c, int offset, unsigned int shift, uint32_t value,
    uint32_t mask)
{
	classify_test(c, offset, __builtin_bswap32((value & mask) << shift),
	    __builtin_bswap32(mask << shift));
}

/*
 * x & mask > value, as tests of ever lower bits of the mask: if the value's
 * highest are zeros, any one of them set in x decides for it, else the lower
 * bits do; if they are ones, x must have them too, and the lower bits decide.
 */
static void
ip_test_greater(struct classify *c, int offset, unsigned int shift,
    uint32_t value, uint32_t mask)
{
	uint32_t ones = 0; /* by level, the last lowest */
	unsigned int levels = 0;

	for (value &= mask; value < mask; levels++) {
		bool high = value > mask >> 1;
		uint32_t rest = high ? ~(value + 1) & mask : value,
		         upper = mask;

		/* rest never has the highest bit. */
		if (rest != 0)
			upper &= ~((1u << (32 - __builtin_clz(rest))) - 1);
		classify_open(c);
		ip_test_word(c, offset, shift, high ? upper : 0, upper);
		if (!high)
			classify_negate(c, true);
		ones = ones << 1 | high;
		mask &= ~upper;
		value &= mask;
	}
	for (; levels > 0; levels--, ones >>= 1)
		classify_close(c, ones & 1 ? CLASSIFY_AND : CLASSIFY_OR);
}

/* negate: the operator's "not" is done here, not by the caller. */
static void
ip_test_compare(const struct ip_test *t, struct classify *c, int offset,
    unsigned int shift, bool negate)
{
	if (t->op == IP_OP_EQ)
		ip_test_word(c, offset, shift, t->value.u, t->mask.u);
	else
		ip_test_greater(c, offset, shift, t->value.u, t->mask.u);
	if (negate && t->op_negated)
		classify_negate(c, true);
}

static void
ip_test_emit_proto(struct classify *c, int proto)
{
	enum { OFFSET = CLASSIFY_NET + 8, SHIFT = 16 };

	if (proto == IP_PROTO_TCPUDP) {
		classify_open(c);
		ip_test_word(c, OFFSET, SHIFT, IPPROTO4_TCP, 0xff);
		ip_test_word(c, OFFSET, SHIFT, IPPROTO4_UDP, 0xff);
		classify_close(c, CLASSIFY_OR);
	} else if (proto < 256)
		ip_test_word(c, OFFSET, SHIFT, (uint32_t)proto, 0xff);
}

static void
ip_test_emit_address(struct classify *c, int offset, const struct ip_test *t)
{
	classify_test(c, offset, t->value.u & t->mask.u, t->mask.u);
}

/* The six bytes from pos on the line, in the two words that they lie in. */
static void
ip_test_emit_ether(struct classify *c, int pos, const struct ip_test *t)
{
	int word = pos & ~3, skip = pos & 3;
	uint8_t value[8] = { 0 }, mask[8] = { 0 };

	for (int i = 0; i < 6; i++) {
		value[skip + i] = t->value.b[i] & t->mask.b[i];
		mask[skip + i] = t->mask.b[i];
	}
	classify_open(c);
	classify_test(c, word, get_u32(value), get_u32(mask));
	classify_test(c, word + 4, get_u32(value + 4), get_u32(mask + 4));
	classify_close(c, CLASSIFY_AND);
}

/* One end of a host, Ethernet or port test. */
static void
ip_test_emit_end(const struct ip_test *t, struct classify *c, bool dst)
{
	switch (t->type) {
	case IP_TEST_HOST:
		ip_test_emit_address(c, CLASSIFY_NET + (dst ? 16 : 12), t);
		break;
	case IP_TEST_ETHER: /* two bytes stand before the header */
		ip_test_emit_ether(c, CLASSIFY_MAC + (dst ? 2 : 8), t);
		break;
	default:
		ip_test_compare(t, c, CLASSIFY_TRANSPORT, dst ? 0 : 16, false);
		break;
	}
}

static void
ip_test_emit_ends(const struct ip_test *t, struct classify *c)
{
	classify_open(c);
	if (t->end != IP_END_DST)
		ip_test_emit_end(t, c, false);
	if (t->end != IP_END_SRC)
		ip_test_emit_end(t, c, true);
	classify_close(c, t->end == IP_END_EITHER ? CLASSIFY_OR : CLASSIFY_AND);
	if (t->op_negated)
		classify_negate(c, true);
}

static uint32_t
ip_test_emit_field(const struct ip_test *t, struct classify *c)
{
	unsigned int bit = (unsigned int)(t->type >> IP_FIELD_OFFSET) & 0xffff;
	unsigned int bits = (t->type & 0x1f) + 1;
	int word = (int)(bit >> 3 & ~3u);
	bool transport = (t->type & IP_FIELD_PROTO_MASK) != 0;

	ip_test_compare(t, c,
	    (transport ? CLASSIFY_TRANSPORT : CLASSIFY_NET) + word,
	    32 - ((bit & 31) + bits), true);
	return transport ? 0 : (uint32_t)word + 4;
}

uint32_t
ip_test_emit(const struct ip_test *t, struct classify *c)
{
	uint32_t reach = 20;

	classify_open(c);
	if (t->proto != IP_PROTO_UNKNOWN)
		ip_test_emit_proto(c, t->proto);
	if (t->type == IP_TEST_PORT || t->type == IP_TEST_TCPOPT ||
	    ((t->type & IP_TEST_FIELD) && (t->type & IP_FIELD_PROTO_MASK)))
		ip_test_word(c, CLASSIFY_NET + 4, 0, 0, IP4_OFFMASK);
	switch (t->type) {
	case IP_TEST_HOST:
	case IP_TEST_ETHER:
	case IP_TEST_PORT:
		ip_test_emit_ends(t, c);
		break;
	case IP_TEST_PROTO:
		if (t->proto < 256)
			ip_test_compare(t, c, CLASSIFY_NET + 8, 16, true);
		break;
	case IP_TEST_FRAG:
		ip_test_word(c, CLASSIFY_NET + 4, 0, 0, IP_FRAG_MASK);
		if (!t->op_negated)
			classify_negate(c, true);
		break;
	case IP_TEST_TCPOPT:
		ip_test_word(
		    c, CLASSIFY_TRANSPORT + 12, 16, t->value.u, t->mask.u);
		break;
	default:
		reach = ip_test_emit_field(t, c);
		break;
	}
	classify_close(c, CLASSIFY_AND);
	return reach;
}
