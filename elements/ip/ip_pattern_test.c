/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ip_pattern_test.c -- random rules and packets: what the compiled rules say
 * against a plain reading of each rule.
 *
 * A rule is made as a tree; one function writes it down in IPFilter's language,
 * another says what it means for a packet.  They share nothing with the parser
 * and the classifier.
 */
#include "elements/ip/ip_pattern.h"

#include "base/bytes.h"
#include "base/proto.h"
#include "base/rand.h"
#include "test/tap.h"

enum {
	SETS = 60,    /* of rules */
	RULES = 120,  /* at most in a set */
	NODES = 4096, /* of trees, for a set */
	PACKETS = 400,
	OUTPUTS = 4,
	BUFFER = 128,
};

enum kind {
	AND,
	OR,
	NOT,
	PROTO, /* a: number */
	NET,   /* a: address, b: length, c: 1 src, 2 dst, 3 either, 4 both */
	PORT,  /* a: number, b: operator, c as above, d: 0, tcp or udp */
	FIELD, /* a: value, b: operator, c: which */
	FLAG,  /* a: bit */
	FRAG,  /* a: wanted */
	ICMP,  /* a: type */
	KINDS,
};

struct node {
	enum kind kind;
	uint32_t a, b, c, d;
	const struct node *left, *right;
};

struct rule {
	const struct node *root;
	int output; /* PACKET_DROP: deny */
};

struct bench {
	struct rand_state r;
	struct node nodes[NODES];
	unsigned int used;
};

static const char *const operators[] = { "=", "!=", ">", "<", ">=", "<=" };

static bool
compare(uint32_t x, unsigned int op, uint32_t value)
{
	switch (op) {
	case 0:
		return x == value;
	case 1:
		return x != value;
	case 2:
		return x > value;
	case 3:
		return x < value;
	case 4:
		return x >= value;
	default:
		return x <= value;
	}
}

/* Fields of the IP header: name, first byte, bytes, mask, shift. */
static const struct {
	const char *name;
	unsigned int at, bytes, mask, shift;
} fields[] = {
	{ "ip ttl", 8, 1, 0xff, 0 },
	{ "ip tos", 1, 1, 0xff, 0 },
	{ "ip dscp", 1, 1, 0x3f, 2 },
	{ "ip len", 2, 2, 0xffff, 0 },
	{ "ip id", 4, 2, 0xffff, 0 },
	{ "ip hl", 0, 1, 0xf, 0 },
};

/* ---- making ---- */

static uint32_t
random_addr(struct rand_state *r)
{
	return 0x0a000000 | rand_below(r, 3) << 16 | rand_below(r, 4) << 8 |
	       rand_below(r, 8);
}

static const struct node *
random_node(struct bench *b, unsigned int depth)
{
	struct rand_state *r = &b->r;
	struct node *n = &b->nodes[b->used++];

	ASSERT(b->used <= NODES);
	*n = (struct node){ .kind = (enum kind)rand_below(r, KINDS) };
	if (depth == 0)
		n->kind = (enum kind)(PROTO + rand_below(r, KINDS - PROTO));
	switch (n->kind) {
	case AND:
	case OR:
		n->right = random_node(b, depth - 1);
		/* FALLTHROUGH */
	case NOT:
		n->left = random_node(b, depth - 1);
		break;
	case PROTO:
		n->a = "\1\6\21\57"[rand_below(r, 4)];
		break;
	case NET:
		n->b = 8 + rand_below(r, 25);
		n->a = random_addr(r) & 0xffffffffu << (32 - n->b);
		n->c = 1 + rand_below(r, 4);
		break;
	case PORT:
		n->a = 1 + rand_below(r, rand_below(r, 2) ? 8 : 65000);
		n->b = rand_below(r, 6);
		n->c = 1 + rand_below(r, 4);
		n->d = "\0\6\21"[rand_below(r, 3)];
		break;
	case FIELD:
		n->c = rand_below(r, ARRAY_SIZE(fields));
		n->a = 1 + rand_below(r, fields[n->c].mask - 1);
		n->b = rand_below(r, 6);
		break;
	case FLAG:
		n->a = 1u << rand_below(r, 6);
		break;
	case FRAG:
		n->a = rand_below(r, 2);
		break;
	default:
		n->a = rand_below(r, 9);
		break;
	}
	return n;
}

/* ---- writing down ---- */

static const char *
which_end(uint32_t c)
{
	static const char *const ends[] = { "", "src ", "dst ", "",
		"src and dst " };

	return ends[c];
}

static void
write_node(const struct node *n, struct strbuf *sb)
{
	switch (n->kind) {
	case AND:
	case OR:
		sb_addc(sb, '(');
		write_node(n->left, sb);
		sb_adds(sb, n->kind == AND ? ") and (" : ") or (");
		write_node(n->right, sb);
		sb_addc(sb, ')');
		break;
	case NOT:
		sb_adds(sb, "not (");
		write_node(n->left, sb);
		sb_addc(sb, ')');
		break;
	case PROTO:
		sb_printf(sb, "ip proto %u", n->a);
		break;
	case NET:
		sb_printf(sb, "%snet ", which_end(n->c));
		sb_ip4_prefix(sb, ip4_net(n->a), ip4_mask(n->b));
		break;
	case PORT:
		sb_printf(sb, "%s%sport %s %u",
		    n->d == 0   ? ""
		    : n->d == 6 ? "tcp "
		                : "udp ",
		    which_end(n->c), operators[n->b], n->a);
		break;
	case FIELD:
		sb_printf(
		    sb, "%s %s %u", fields[n->c].name, operators[n->b], n->a);
		break;
	case FLAG:
		sb_printf(sb, "tcp opt %u", n->a);
		break;
	case FRAG:
		sb_adds(sb, n->a ? "ip frag" : "ip unfrag");
		break;
	default:
		sb_printf(sb, "icmp type %u", n->a);
		break;
	}
}

/* ---- meaning ---- */

/* The transport header of a first fragment, if n bytes of it are there. */
static const uint8_t *
transport(const struct packet *p, uint32_t n)
{
	const struct ip4 *ip = packet_ip4(p);

	if ((get_be16(ip->off) & 0x1fff) != 0 || p->length < ip4_hlen(ip) + n)
		return NULL;
	return p->data + ip4_hlen(ip);
}

/* Tests of two ends: unless negated either or both may have to fit. */
static bool
ends(bool src, bool dst, uint32_t c)
{
	return c == 1 ? src : c == 2 ? dst : c == 3 ? src || dst : src && dst;
}

static bool
port_is(const struct node *n, const struct packet *p)
{
	const uint8_t *h = transport(p, 4), proto = packet_ip4(p)->proto;
	/* ">=", "<=" and "!=" deny the opposite of both ends together. */
	static const unsigned int positive[] = { 0, 0, 2, 3, 3, 2 };
	bool negated = n->b == 1 || n->b >= 4, src, dst;
	unsigned int op = positive[n->b];
	uint32_t c = n->c;

	if (n->d == 0 ? proto != 6 && proto != 17 : proto != n->d)
		return false;
	if (h == NULL)
		return false;
	/* "< n" is compiled as the denial of "> n - 1". */
	if (op == 3) {
		negated = !negated;
		src = get_be16(h) >= n->a;
		dst = get_be16(h + 2) >= n->a;
	} else {
		src = compare(get_be16(h), op, n->a);
		dst = compare(get_be16(h + 2), op, n->a);
	}
	return ends(src, dst, c) != negated;
}

static bool
means(const struct node *n, const struct packet *p)
{
	const uint8_t *h;
	uint32_t mask, x;

	switch (n->kind) {
	case AND:
		return means(n->left, p) && means(n->right, p);
	case OR:
		return means(n->left, p) || means(n->right, p);
	case NOT:
		return !means(n->left, p);
	case PROTO:
		return p->data[9] == n->a;
	case NET:
		mask = n->b == 0 ? 0 : 0xffffffffu << (32 - n->b);
		return ends((get_be32(p->data + 12) & mask) == n->a,
		    (get_be32(p->data + 16) & mask) == n->a, n->c);
	case PORT:
		return port_is(n, p);
	case FIELD:
		x = fields[n->c].bytes == 1
		        ? p->data[fields[n->c].at]
		        : get_be16(p->data + fields[n->c].at);
		x = x >> fields[n->c].shift & fields[n->c].mask;
		return compare(x, n->b, n->a);
	case FLAG:
		h = transport(p, 14);
		return p->data[9] == 6 && h != NULL && (h[13] & n->a) == n->a;
	case FRAG:
		x = get_be16(p->data + 6) & 0x3fff;
		return (x != 0) == (n->a != 0);
	default:
		h = transport(p, 1);
		return p->data[9] == 1 && h != NULL && h[0] == n->a;
	}
}

static int
first_match(const struct rule *rules, unsigned int n, const struct packet *p)
{
	for (unsigned int i = 0; i < n; i++)
		if (means(rules[i].root, p))
			return rules[i].output;
	return PACKET_DROP;
}

/* ---- packets ---- */

static void
random_packet(struct rand_state *r, struct packet *p, uint8_t *buffer)
{
	/* Where the transport header may end: never inside a field. */
	static const uint8_t lengths[] = { 0, 4, 8, 14, 20, 30 };
	unsigned int hlen = rand_below(r, 6) == 0 ? 24 : 20;

	memset(p, 0, sizeof(*p));
	for (unsigned int i = 0; i < BUFFER; i++)
		buffer[i] = (uint8_t)rand_u32(r);
	p->head = p->data = buffer;
	p->size = BUFFER;
	p->length = hlen + lengths[rand_below(r, sizeof(lengths))];
	p->mac = -1;
	p->transport = (int32_t)hlen;
	buffer[0] = (uint8_t)(0x40 | hlen / 4);
	buffer[9] = "\1\6\21\57\6\21"[rand_below(r, 6)];
	put_be16(buffer + 6,
	    rand_below(r, 4) != 0
	        ? 0
	        : (uint16_t)(rand_below(r, 2) << 13 | rand_below(r, 3)));
	put_be32(buffer + 12, random_addr(r));
	put_be32(buffer + 16, random_addr(r));
	for (unsigned int i = 0; i < 2 && rand_below(r, 2) == 0; i++)
		put_be16(buffer + hlen + 2 * i, (uint16_t)rand_below(r, 9));
	if (rand_below(r, 2) == 0)
		buffer[hlen] = (uint8_t)rand_below(r, 9);
}

/* ---- the comparison ---- */

static unsigned int
write_rules(struct bench *b, struct rule *rules, unsigned int n,
    struct arena *mem, struct strs *texts)
{
	b->used = 0;
	for (unsigned int i = 0; i < n; i++) {
		struct strbuf sb = STRBUF_INIT;

		rules[i].root = random_node(b, rand_below(&b->r, 4));
		rules[i].output = (int)rand_below(&b->r, OUTPUTS + 1);
		if (rules[i].output == OUTPUTS) {
			rules[i].output = PACKET_DROP;
			sb_adds(&sb, "deny ");
		} else
			sb_printf(&sb, "%d ", rules[i].output);
		write_node(rules[i].root, &sb);
		ASSERT(vec_push(texts, arena_str(mem, sb_str(&sb))) == 0);
		sb_fini(&sb);
	}
	return n;
}

static unsigned int
wrong_packets(struct bench *b, const struct ip_patterns *patterns,
    const struct rule *rules, unsigned int n)
{
	static uint8_t buffers[PACKETS][BUFFER];
	static struct packet packets[PACKETS];
	struct packet *list[PACKETS];
	int16_t ports[PACKETS];
	unsigned int wrong = 0;

	for (unsigned int i = 0; i < PACKETS; i++) {
		random_packet(&b->r, &packets[i], buffers[i]);
		list[i] = &packets[i];
	}
	ip_patterns_match(patterns, list, PACKETS, ports);
	for (unsigned int i = 0; i < PACKETS; i++)
		wrong += ports[i] != first_match(rules, n, &packets[i]);
	return wrong;
}

static void
test_set(struct bench *b, unsigned int n)
{
	static struct rule rules[RULES];
	struct strbuf log = STRBUF_INIT;
	struct arena mem = ARENA_INIT;
	struct strs texts = VEC_INIT;
	struct ip_patterns patterns;
	struct errh errh;

	errh_strbuf_init(&errh, &log);
	write_rules(b, rules, n, &mem, &texts);
	if (ok(ip_patterns_compile(&patterns, &texts, OUTPUTS, NULL, &errh) ==
	            0,
	        "%u rules compile", n)) {
		is_num(wrong_packets(b, &patterns, rules, n), 0,
		    "%u rules decide as they read", n);
		ip_patterns_fini(&patterns);
	}
	tap_note_str("log", sb_str(&log));
	errh_fini(&errh);
	sb_fini(&log);
	vec_fini(&texts);
	arena_fini(&mem);
}

int
main(void)
{
	static struct bench b;

	rand_seed(&b.r, 7);
	for (unsigned int i = 0; i < SETS; i++)
		test_set(&b, 1 + i * (RULES - 1) / SETS);
	return tap_done();
}
