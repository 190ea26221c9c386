/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ip_pattern.c -- a helper of the elements in ip/; see ip_pattern.h.
 *
 *	expr   ::= or-expr | or-expr "?" expr ":" expr
 *	or     ::= and { ("or" | "||") and }
 *	and    ::= factor { ["and" | "&&"] factor }
 *	factor ::= ("not" | "!") factor | "(" expr ")" | test
 *	test   ::= "true" | "false" | quals [mask] [relop] value
 *
 * The expression parser keeps its own stack of states, so that no pattern can
 * overflow the thread's.  It stays on its feet after a mistake, to report the
 * next.
 */
#include "elements/ip/ip_pattern.h"

#include "base/proto.h"
#include "click/conf.h"
#include "click/nameinfo.h"
#include "elements/ip/ip_arg.h"
#include "elements/ip/ip_header.h"
#include "elements/ip/ip_primitive.h"

struct ip_parser {
	const struct strs *words;
	struct classify *c;
	struct element *e;
	struct errh *errh;
	struct ip_test before;
	uint32_t reach;
	bool mac;
};

/* ---- words ---- */

/* Cuts text into words; each a part of text. */
static int
ip_words(struct str text, struct strs *words)
{
	size_t i = 0;

	words->n = 0;
	for (;;) {
		size_t from;

		while (i < text.n && char_space(text.s[i]))
			i++;
		if (i == text.n)
			return 0;
		from = i;
		if (strchr("&|<>!=()[],;?", text.s[i]) != NULL &&
		    text.s[i] != '\0') {
			char c = text.s[i++], next = i < text.n ? text.s[i] : 0;

			if ((strchr("&|", c) != NULL && next == c) ||
			    (strchr("<>!=", c) != NULL && next == '='))
				i++;
		} else {
			while (i < text.n &&
			       (char_alnum(text.s[i]) ||
			           (text.s[i] != '\0' &&
			               strchr("-./@_:", text.s[i]) != NULL)))
				i++;
			if (i == from)
				i++;
		}
		if (vec_push(words, str_sub(text, from, i)) != 0)
			return ERR_NOMEM;
	}
}

static struct str
ip_word(const struct ip_parser *p, size_t i)
{
	return i < p->words->n ? p->words->v[i] : STR("");
}

static bool
ip_word_is(const struct ip_parser *p, size_t i, const char *a, const char *b)
{
	struct str w = ip_word(p, i);

	return str_is(w, a) || (b != NULL && str_is(w, b));
}

static const struct {
	const char *word;
	int type;
} ip_type_words[] = {
	{ "ce", IP_TEST_CE },
	{ "dest", IP_TEST_SYNTAX },
	{ "dscp", IP_FIELD_DSCP },
	{ "dst", IP_TEST_SYNTAX },
	{ "ect", IP_TEST_ECT },
	{ "ether", IP_TEST_SYNTAX },
	{ "frag", IP_TEST_FRAG },
	{ "hl", IP_FIELD_HL },
	{ "host", IP_TEST_HOST },
	{ "id", IP_FIELD_ID },
	{ "ip", IP_TEST_SYNTAX },
	{ "len", IP_FIELD_LEN },
	{ "net", IP_TEST_NET },
	{ "not", IP_TEST_SYNTAX },
	{ "opt", IP_TEST_TCPOPT },
	{ "port", IP_TEST_PORT },
	{ "proto", IP_TEST_PROTO },
	{ "src", IP_TEST_SYNTAX },
	{ "tos", IP_FIELD_TOS },
	{ "ttl", IP_FIELD_TTL },
	{ "type", IP_FIELD_ICMP_TYPE },
	{ "unfrag", IP_TEST_UNFRAG },
	{ "vers", IP_FIELD_VERSION },
	{ "win", IP_FIELD_TCP_WIN },
};

static const struct {
	const char *word;
	uint32_t flag;
} ip_tcp_words[] = {
	{ "ack", TCP_ACK },
	{ "fin", TCP_FIN },
	{ "psh", TCP_PSH },
	{ "rst", TCP_RST },
	{ "syn", TCP_SYN },
	{ "urg", TCP_URG },
};

static bool
ip_tcp_word(struct str word, uint32_t *flag)
{
	for (size_t i = 0; i < ARRAY_SIZE(ip_tcp_words); i++)
		if (str_is(word, ip_tcp_words[i].word)) {
			*flag = ip_tcp_words[i].flag;
			return true;
		}
	return false;
}

/* The ways in which a word can be a name for a number. */
enum {
	IP_NAME_PROTO,
	IP_NAME_TCP_PORT,
	IP_NAME_UDP_PORT,
	IP_NAME_TCPOPT,
	IP_NAME_ICMP,
	IP_NAMES,
};

struct ip_name {
	bool known, fits;
	uint32_t value;
};

static const int ip_name_types[IP_NAMES] = { IP_TEST_PROTO, IP_TEST_PORT,
	IP_TEST_PORT, IP_TEST_TCPOPT, IP_FIELD_ICMP_TYPE };

/* All that word may mean, and what of it fits a test of type and proto. */
static void
ip_name_find(const struct ip_parser *p, struct str word, int type, int proto,
    struct ip_name n[static IP_NAMES])
{
	static const enum name_type tables[IP_NAMES] = {
		[IP_NAME_PROTO] = NAME_IP_PROTO,
		[IP_NAME_TCP_PORT] = NAME_TCP_PORT,
		[IP_NAME_UDP_PORT] = NAME_UDP_PORT,
		[IP_NAME_ICMP] = NAME_ICMP_TYPE,
	};
	static const int protos[IP_NAMES] = { 0, IPPROTO4_TCP, IPPROTO4_UDP,
		IPPROTO4_TCP, IPPROTO4_ICMP };

	for (int i = 0; i < IP_NAMES; i++) {
		if (i == IP_NAME_TCPOPT)
			n[i].known = ip_tcp_word(word, &n[i].value);
		else
			n[i].known = name_query(tables[i], p->e, word,
			    &n[i].value, sizeof(n[i].value));
		n[i].fits =
		    n[i].known && (type == 0 || type == ip_name_types[i]);
		if (protos[i] != 0 && proto != IP_PROTO_UNKNOWN &&
		    proto != protos[i] &&
		    (proto != IP_PROTO_TCPUDP || i == IP_NAME_ICMP))
			n[i].fits = false;
	}
	if (n[IP_NAME_TCP_PORT].fits && n[IP_NAME_UDP_PORT].fits &&
	    n[IP_NAME_TCP_PORT].value == n[IP_NAME_UDP_PORT].value)
		n[IP_NAME_UDP_PORT].fits = false;
}

/* "TYPE PROTO WORD", what there is of it. */
static void
ip_name_print(struct strbuf *sb, int type, int proto, struct str word)
{
	struct strbuf of_proto = STRBUF_INIT;

	ip_test_print_type(sb, IP_END_NONE, type);
	sb_addc(sb, ' ');
	ip_test_print_proto(&of_proto, proto);
	sb_add(sb, sb_str(&of_proto));
	if (of_proto.n > 0 || word.n > 0)
		sb_addc(sb, ' ');
	sb_add(sb, word);
	sb_fini(&of_proto);
}

static void
ip_name_report(const struct ip_parser *p, struct str word, int type, int proto,
    const struct ip_name n[static IP_NAMES])
{
	struct strbuf what = STRBUF_INIT, try = STRBUF_INIT;
	int fits = 0;

	ip_name_print(&what, type, proto, word);
	for (int i = 0; i < IP_NAMES; i++) {
		fits += n[i].fits;
		if (!n[i].known)
			continue;
		sb_adds(&try, try.n > 0 ? ", '" : "'");
		ip_name_print(&try, ip_name_types[i], proto, word);
		sb_addc(&try, '\'');
	}
	errh_error(p->errh, "'%s' is %s; try %s", sb_cstr(&what),
	    fits > 1 ? "ambiguous" : "meaningless", sb_cstr(&try));
	sb_fini(&what);
	sb_fini(&try);
}

/*
 * What word is, in a test that has this type and protocol so far: IP_TEST_TYPE
 * (*data: which), a type whose value is *data, -1 for no name, or
 * IP_TEST_ERROR for none that fits (reported if report says so).
 */
static int
ip_lookup(const struct ip_parser *p, struct str word, int type, int proto,
    uint32_t *data, bool report)
{
	struct ip_name n[IP_NAMES];
	bool known = false;
	int fits = 0, found = 0;

	if (type == 0)
		for (size_t i = 0; i < ARRAY_SIZE(ip_type_words); i++)
			if (str_is(word, ip_type_words[i].word)) {
				*data = (uint32_t)ip_type_words[i].type;
				return *data == IP_TEST_SYNTAX ? -1
				                               : IP_TEST_TYPE;
			}
	ip_name_find(p, word, type, proto, n);
	for (int i = 0; i < IP_NAMES; i++) {
		known |= n[i].known;
		if (n[i].fits) {
			fits++;
			found = i;
		}
	}
	if (!known)
		return -1;
	if (fits == 1) {
		*data = n[found].value;
		return ip_name_types[found];
	}
	if (report)
		ip_name_report(p, word, type, proto, n);
	return IP_TEST_ERROR;
}

/* ---- a test ---- */

/* "[POS]", "[POS:LEN]", "[POS,LAST]": words from the "[" at i on. */
static size_t
ip_brackets(struct ip_parser *p, struct ip_test *t, size_t i)
{
	size_t first = ++i, sep;
	struct strbuf sb = STRBUF_INIT;
	struct str text;
	int32_t pos = 0, len = 1;
	bool good;

	while (i < p->words->n && !ip_word_is(p, i, "]", NULL))
		sb_add(&sb, p->words->v[i++]);
	if (i == p->words->n) {
		errh_error(p->errh, "missing ']'");
		sb_fini(&sb);
		return first;
	}
	if (sb.oom) {
		errh_error(p->errh, "out of memory");
		sb_fini(&sb);
		return i + 1;
	}
	text = sb_str(&sb);
	if ((sep = str_find(text, ':', 0)) + 1 < text.n)
		good = ip_arg_int(str_from(text, sep + 1), &len);
	else if ((sep = str_find(text, ',', 0)) + 1 < text.n) {
		int32_t last = 0;

		good = ip_arg_int(str_from(text, sep + 1), &last);
		len = last < INT16_MAX ? last : INT16_MAX;
	} else {
		good = true;
		sep = text.n;
	}
	good = good && ip_arg_int(str_sub(text, 0, sep), &pos);
	if (good && sep < text.n && text.s[sep] == ',')
		len = len - pos + 1;
	sb_fini(&sb);
	i++;
	if (!good)
		errh_error(p->errh, "syntax error after '[', expected "
		                    "'[POS]' or '[POS:LEN]'");
	else if (len < 1 || len > 4)
		errh_error(p->errh, "LEN in '[POS:LEN]' out of range, "
		                    "should be between 1 and 4");
	else if (pos < 0 || pos >= 8192 || (pos & ~3) != ((pos + len - 1) & ~3))
		errh_error(p->errh,
		    "field [%d:%d] does not fit in a single word", pos, len);
	else
		ip_test_set_type(t,
		    IP_FIELD(t->proto == IP_PROTO_UNKNOWN ? 0 : t->proto,
		        pos * 8, len * 8),
		    p->errh);
	return i;
}

/* "src", and "src and dst", "src or dst"; returns the next word's index. */
static size_t
ip_src(struct ip_parser *p, struct ip_test *t, size_t i)
{
	if (i + 2 < p->words->n && ip_word_is(p, i + 2, "dst", "dest")) {
		if (ip_word_is(p, i + 1, "and", "&&")) {
			ip_test_set_end(t, IP_END_BOTH, p->errh);
			return i + 3;
		}
		if (ip_word_is(p, i + 1, "or", "||")) {
			ip_test_set_end(t, IP_END_EITHER, p->errh);
			return i + 3;
		}
	}
	ip_test_set_end(t, IP_END_SRC, p->errh);
	return i + 1;
}

static size_t
ip_qualifiers(struct ip_parser *p, struct ip_test *t, size_t i, int *header,
    bool *negated)
{
	while (i < p->words->n) {
		struct str w = p->words->v[i];
		uint32_t data;
		int type = ip_lookup(p, w, 0, IP_PROTO_UNKNOWN, &data, false);

		if (type == IP_TEST_TYPE) {
			int proto =
			    ((int)data & IP_FIELD_PROTO_MASK) >> IP_FIELD_PROTO;

			ip_test_set_type(t, (int)data, p->errh);
			if ((data & IP_TEST_FIELD) && proto != 0)
				ip_test_set_proto(t, proto, p->errh);
		} else if (type == IP_TEST_PROTO)
			ip_test_set_proto(t, (int)data, p->errh);
		else if (type != -1)
			break;
		else if (str_is(w, "src")) {
			i = ip_src(p, t, i);
			continue;
		} else if (str_is(w, "dst") || str_is(w, "dest"))
			ip_test_set_end(t, IP_END_DST, p->errh);
		else if (str_is(w, "ip") || str_is(w, "ether")) {
			if (*header != 0)
				break;
			*header = (unsigned char)w.s[0];
		} else if (str_is(w, "not") || str_is(w, "!"))
			*negated = !*negated;
		else
			break;
		i++;
	}
	return i;
}

static bool
ip_ether(const struct ip_parser *p, struct str text, union ip_test_value *v)
{
	struct arena mem = ARENA_INIT;
	struct errh silent;
	bool good;

	errh_silent_init(&silent);
	good = arg_parse(&arg_type_ether, text, v->b, p->e, &mem, &silent);
	errh_fini(&silent);
	arena_fini(&mem);
	return good;
}

/* "& MASK" at i, if more follows it; returns the index behind. */
static size_t
ip_mask(struct ip_parser *p, size_t i, int header, int *type,
    union ip_test_value *mask)
{
	struct str w = ip_word(p, i + 1);
	bool overflow = false;
	uint64_t x;

	*type = 0;
	if (i + 1 >= p->words->n || !ip_word_is(p, i, "&", NULL))
		return i;
	if (conf_u64(w, 0, &x, &overflow) && !overflow && x <= UINT32_MAX) {
		mask->u = (uint32_t)x;
		*type = IP_TEST_INT;
	} else if (header != 'e' && ip_arg_ip4(p->e, w, &mask->u))
		*type = IP_TEST_HOST;
	else if (header != 'i' && ip_ether(p, w, mask))
		*type = IP_TEST_ETHER;
	else
		return i;
	if (*type != IP_TEST_ETHER && mask->u == 0) {
		errh_error(p->errh, "zero mask ignored");
		*type = 0;
	}
	return i + 2;
}

/* A comparison at i, if more follows it. */
static size_t
ip_relation(struct ip_parser *p, struct ip_test *t, size_t i)
{
	static const struct {
		const char *word;
		enum ip_test_op op;
		bool negated;
	} relations[] = {
		{ "=", IP_OP_EQ, false },
		{ "==", IP_OP_EQ, false },
		{ "!=", IP_OP_EQ, true },
		{ ">", IP_OP_GT, false },
		{ "<", IP_OP_LT, false },
		{ ">=", IP_OP_LT, true },
		{ "<=", IP_OP_GT, true },
	};

	if (i + 1 >= p->words->n)
		return i;
	for (size_t r = 0; r < ARRAY_SIZE(relations); r++)
		if (ip_word_is(p, i, relations[r].word, NULL)) {
			t->op = relations[r].op;
			t->op_negated = relations[r].negated;
			return i + 1;
		}
	return i;
}

/* An IPv4 address, with what may follow, or prefix: 0 words, or how many. */
static size_t
ip_address(struct ip_parser *p, struct ip_test *t, size_t i)
{
	struct str w = ip_word(p, i);
	struct ip4_prefix net;

	if (ip_arg_ip4(p->e, w, &t->value.u)) {
		t->data = IP_TEST_HOST;
		if (i + 2 < p->words->n && ip_word_is(p, i + 1, "mask", NULL) &&
		    ip_arg_ip4(p->e, ip_word(p, i + 2), &t->mask.u)) {
			t->data = IP_TEST_NET;
			return 3;
		}
		if (t->type != IP_TEST_NET ||
		    !ip_arg_prefix(p->e, w, false, &net))
			return 1;
	} else if (!ip_arg_prefix(p->e, w, false, &net))
		return 0;
	t->value.u = net.addr;
	t->mask.u = net.mask;
	t->data = IP_TEST_NET;
	return 1;
}

/* The value at i; returns the index behind it, i if there is none. */
static size_t
ip_value(struct ip_parser *p, struct ip_test *t, size_t i, int header)
{
	struct str w = ip_word(p, i);
	uint32_t data;
	size_t n;
	int type;

	if (i >= p->words->n)
		return i;
	type = ip_lookup(p, w, t->type, t->proto, &data, true);
	if (type == IP_TEST_ERROR) {
		t->type = IP_TEST_ERROR;
		return i + 1;
	}
	if (type != -1 && type != IP_TEST_TYPE) {
		t->data = type;
		t->value.u = data;
		return i + 1;
	}
	if (ip_arg_int(w, &t->value.i)) {
		t->data = IP_TEST_INT;
		return i + 1;
	}
	if (header != 'e' && (n = ip_address(p, t, i)) > 0)
		return i + n;
	if (header != 'i' && ip_ether(p, w, &t->value)) {
		t->data = IP_TEST_ETHER;
		return i + 1;
	}
	if (t->op != IP_OP_EQ || t->op_negated)
		errh_error(
		    p->errh, "dangling operator near '%.*s'", STR_ARG(w));
	return i;
}

static void
ip_constant(struct ip_parser *p, bool yes)
{
	classify_test(p->c, 0, 0, 0);
	if (!yes)
		classify_negate(p->c, false);
}

/* One test from word i on, added to the open group; the next word's index. */
static size_t
ip_parse_test(struct ip_parser *p, size_t i, bool negated)
{
	union ip_test_value mask = { 0 };
	size_t first = i;
	int header = 0, mask_type;
	struct ip_test t;

	if (i >= p->words->n || ip_word_is(p, i, ")", "||") ||
	    ip_word_is(p, i, "or", "?") || ip_word_is(p, i, ":", NULL))
		return i;
	if (ip_word_is(p, i, "true", "false")) {
		ip_constant(p, ip_word_is(p, i, "true", NULL) != negated);
		return i + 1;
	}
	ip_test_clear(&t);
	i = ip_qualifiers(p, &t, i, &header, &negated);
	if (i != first)
		ip_test_clear(&p->before);
	if (p->before.data == IP_TEST_ETHER)
		header = 'e';
	if (i + 1 < p->words->n && ip_word_is(p, i, "[", NULL) && i > first &&
	    t.type == 0)
		i = ip_brackets(p, &t, i);
	i = ip_mask(p, i, header, &mask_type, &mask);
	i = ip_relation(p, &t, i);
	i = ip_value(p, &t, i, header);
	if (i == first) {
		errh_error(
		    p->errh, "empty term near '%.*s'", STR_ARG(ip_word(p, i)));
		return i;
	}
	if (ip_test_check(&t, &p->before, header, mask_type, &mask, p->errh) ==
	    0) {
		uint32_t reach = ip_test_emit(&t, p->c);

		if (reach > p->reach)
			p->reach = reach;
		if (t.type == IP_TEST_ETHER)
			p->mac = true;
		if (negated)
			classify_negate(p->c, false);
		p->before = t;
	}
	return i;
}

/* ---- an expression ---- */

enum ip_state {
	IP_EXPR, /* begins */
	IP_EXPR_COND,
	IP_EXPR_THEN,
	IP_OR,
	IP_OR_MORE,
	IP_AND,
	IP_AND_MUST, /* a factor must have been there */
	IP_AND_MAY,
	IP_FACTOR,
	IP_FACTOR_NOT,   /* behind a "not" */
	IP_FACTOR_PAREN, /* behind a "(" */
};

struct ip_frame {
	enum ip_state state;
	bool negated;
	size_t at; /* where what it waits for began */
};

struct ip_frames {
	VEC_FIELDS(struct ip_frame)
};

/*
 * What a frame does next: the state to begin on top of it, or -1 when it is
 * done.
 */
static int
ip_step_expr(struct ip_parser *p, struct ip_frame *f, size_t *i)
{
	switch (f->state) {
	case IP_EXPR:
		classify_open(p->c);
		f->state = IP_EXPR_COND;
		return IP_OR;
	case IP_EXPR_COND:
		if (!ip_word_is(p, *i, "?", NULL))
			break;
		++*i;
		f->state = IP_EXPR_THEN;
		return IP_EXPR;
	default: /* IP_EXPR_THEN */
		if (*i == f->at || !ip_word_is(p, *i, ":", NULL)) {
			errh_error(
			    p->errh, "missing ':' in ternary expression");
			break;
		}
		++*i;
		f->state = IP_EXPR_COND;
		return IP_OR;
	}
	classify_close(p->c, CLASSIFY_IF);
	return -1;
}

static int
ip_step_or(struct ip_parser *p, struct ip_frame *f, size_t *i)
{
	if (f->state == IP_OR) {
		classify_open(p->c);
		f->state = IP_OR_MORE;
		return IP_AND;
	}
	if (ip_word_is(p, *i, "or", "||")) {
		++*i;
		return IP_AND;
	}
	classify_close(p->c, CLASSIFY_OR);
	return -1;
}

static int
ip_step_and(struct ip_parser *p, struct ip_frame *f, size_t *i)
{
	if (f->state == IP_AND) {
		classify_open(p->c);
		f->state = IP_AND_MUST;
		return IP_FACTOR;
	}
	if (*i == f->at) {
		if (f->state == IP_AND_MUST)
			errh_error(p->errh, "missing expression");
		classify_close(p->c, CLASSIFY_AND);
		return -1;
	}
	f->state = IP_AND_MAY;
	if (ip_word_is(p, *i, "and", "&&")) {
		f->state = IP_AND_MUST;
		++*i;
	}
	return IP_FACTOR;
}

static int
ip_step_factor(struct ip_parser *p, struct ip_frame *f, size_t *i)
{
	switch (f->state) {
	case IP_FACTOR:
		if (ip_word_is(p, *i, "not", "!")) {
			f->state = IP_FACTOR_NOT;
			++*i;
			return IP_FACTOR;
		}
		if (ip_word_is(p, *i, "(", NULL)) {
			f->state = IP_FACTOR_PAREN;
			++*i;
			return IP_EXPR;
		}
		*i = ip_parse_test(p, *i, f->negated);
		return -1;
	case IP_FACTOR_NOT:
		if (*i == f->at)
			errh_error(p->errh, "missing expression after '%.*s'",
			    STR_ARG(ip_word(p, *i - 1)));
		return -1;
	default: /* IP_FACTOR_PAREN */
		if (*i == f->at)
			errh_error(p->errh, "missing expression after '('");
		if (ip_word_is(p, *i, ")", NULL))
			++*i;
		else if (*i != f->at)
			errh_error(p->errh, "missing ')'");
		if (f->negated)
			classify_negate(p->c, false);
		return -1;
	}
}

static int
ip_step(struct ip_parser *p, struct ip_frame *f, size_t *i)
{
	if (f->state <= IP_EXPR_THEN)
		return ip_step_expr(p, f, i);
	if (f->state <= IP_OR_MORE)
		return ip_step_or(p, f, i);
	if (f->state <= IP_AND_MAY)
		return ip_step_and(p, f, i);
	return ip_step_factor(p, f, i);
}

/* Parses from word i on; the index of the first word that is not of it. */
static size_t
ip_parse(struct ip_parser *p, size_t i)
{
	struct ip_frames stack = VEC_INIT;
	struct ip_frame frame = { .state = IP_EXPR };

	if (vec_push(&stack, frame) != 0)
		errh_error(p->errh, "out of memory");
	while (stack.n > 0) {
		struct ip_frame *top = &stack.v[stack.n - 1];
		int next = ip_step(p, top, &i);

		if (next < 0) {
			stack.n--;
			continue;
		}
		top->at = i;
		frame = (struct ip_frame){ .state = (enum ip_state)next };
		/* "not" turns the factor behind it round, "(...)" takes it. */
		frame.negated = top->state == IP_FACTOR_NOT && !top->negated;
		if (vec_push(&stack, frame) != 0) {
			errh_error(p->errh, "out of memory");
			break;
		}
	}
	vec_fini(&stack);
	return i;
}

/* ---- rules ---- */

static int
ip_action(struct str word, unsigned int noutputs, struct errh *errh)
{
	int32_t slot;

	if (str_is(word, "allow")) {
		if (noutputs == 0)
			errh_error(errh, "'allow' is meaningless, element has "
			                 "zero outputs");
		return 0;
	}
	if (str_is(word, "deny") || str_is(word, "drop"))
		return CLASSIFY_NONE;
	if (!ip_arg_int(word, &slot))
		errh_error(errh, "unknown slot ID '%.*s'", STR_ARG(word));
	else if (slot < 0 || (uint32_t)slot >= noutputs)
		errh_error(errh, "slot '%d' out of range", slot);
	else
		return slot;
	return CLASSIFY_NONE;
}

static void
ip_rule(struct ip_parser *p, unsigned int noutputs)
{
	int output = ip_action(p->words->v[0], noutputs, p->errh);
	size_t i;

	ip_test_clear(&p->before);
	classify_open(p->c);
	if (p->words->n == 1 ||
	    (p->words->n == 2 && (ip_word_is(p, 1, "-", "any") ||
	                             ip_word_is(p, 1, "all", NULL))))
		ip_constant(p, true);
	else if ((i = ip_parse(p, 1)) < p->words->n)
		errh_error(p->errh, "garbage after expression at '%.*s'",
		    STR_ARG(p->words->v[i]));
	classify_close(p->c, CLASSIFY_AND);
	classify_pattern(p->c, output);
}

static int
ip_rule_at(struct ip_parser *p, struct str text, size_t number,
    unsigned int noutputs, struct errh *errh)
{
	struct arena mem = ARENA_INIT;
	struct strs words = VEC_INIT;
	struct strbuf where = STRBUF_INIT;
	struct errh prefix;

	if (conf_unquote(text, &mem, &text) != 0 || ip_words(text, &words) != 0)
		errh_error(errh, "out of memory");
	else if (words.n == 0)
		errh_error(errh, "empty pattern %zu", number);
	else {
		sb_printf(&where, "pattern %zu: ", number);
		errh_prefix_init(&prefix, errh, sb_str(&where));
		p->words = &words;
		p->errh = &prefix;
		ip_rule(p, noutputs);
		errh_fini(&prefix);
		sb_fini(&where);
	}
	vec_fini(&words);
	arena_fini(&mem);
	return 0;
}

int
ip_patterns_compile(struct ip_patterns *out, const struct strs *rules,
    unsigned int noutputs, struct element *e, struct errh *errh)
{
	struct ip_parser p = { .e = e, .reach = sizeof(struct ip4) };
	unsigned int errors = errh->nerrors;

	p.c = classify_new(CLASSIFY_REGIONS, 0);
	if (p.c == NULL)
		return errh_error(errh, "out of memory");
	for (size_t i = 0; i < rules->n; i++)
		ip_rule_at(&p, rules->v[i], i, noutputs, errh);
	if (errh->nerrors == errors && classify_compile(p.c) != 0)
		errh_error(errh, "out of memory");
	if (errh->nerrors != errors) {
		classify_free(p.c);
		return ERR_INVAL;
	}
	*out = (struct ip_patterns){
		.classify = p.c, .reach = p.reach, .mac = p.mac
	};
	return 0;
}

void
ip_patterns_fini(struct ip_patterns *p)
{
	if (p->classify != NULL)
		classify_free(p->classify);
	p->classify = NULL;
}

/* ---- packets ---- */

enum {
	IP_VIEW_PAD = 512,
	IP_VIEW_MAC = 14,
	IP_VIEW_CHUNK = 32, /* views at a time */
};

/* Memory for packets that do not reach as far as the tests look. */
struct ip_view_pad {
	uint8_t mac[32], net[IP_VIEW_PAD];
};

/* The line's end (classify.h) for p, whose network header is set. */
static inline int32_t
ip_view_end(const struct packet *p)
{
	int32_t n = packet_network_length(p);
	int32_t hlen = p->transport < 0 ? INT32_MAX : p->transport - p->network;

	if (n > hlen && hlen >= 0)
		return CLASSIFY_TRANSPORT + (n - hlen);
	if (n < 0)
		n = 0;
	return CLASSIFY_NET + (n < CLASSIFY_TRANSPORT - CLASSIFY_NET
	                              ? n
	                              : CLASSIFY_TRANSPORT - CLASSIFY_NET);
}

/* Whether all that the tests may look at lies in p's buffer. */
static inline bool
ip_view_whole(const struct ip_patterns *f, const struct packet *p)
{
	if (p->network < 0 || p->transport < p->network ||
	    packet_network_length(p) < (int32_t)f->reach)
		return false;
	return !f->mac ||
	       (p->mac >= 2 && p->mac + IP_VIEW_MAC <= packet_end(p) - p->head);
}

static inline void
ip_view_set(struct classify_view *v, const struct ip_patterns *f,
    const struct packet *p)
{
	v->base[0] = p->head + (f->mac ? p->mac - 2 : 0);
	v->base[1] = p->head + p->network;
	v->base[2] = p->head + p->transport;
	v->end = ip_view_end(p);
}

/* The decision through copies that are padded with zeros. */
static NOINLINE int
ip_match_padded(const struct ip_patterns *f, const struct packet *p)
{
	struct ip_view_pad pad = { { 0 }, { 0 } };
	struct classify_view v = { { pad.mac, pad.net, pad.net },
		CLASSIFY_NET };
	int64_t n;

	if (p->mac >= 0 && (n = packet_end(p) - (p->head + p->mac)) > 0)
		memcpy(pad.mac + 2, p->head + p->mac,
		    n < IP_VIEW_MAC ? (size_t)n : IP_VIEW_MAC);
	if (p->network >= 0 && (n = packet_network_length(p)) > 0) {
		memcpy(pad.net, p->head + p->network,
		    n < IP_VIEW_PAD ? (size_t)n : IP_VIEW_PAD);
		v.end = ip_view_end(p);
		if (v.end > CLASSIFY_TRANSPORT)
			v.base[2] = p->head + p->transport;
	}
	return classify_match_view(f->classify, &v);
}

static inline int16_t
ip_port(int port)
{
	return (int16_t)(port == CLASSIFY_NONE ? PACKET_DROP : port);
}

static void
ip_patterns_chunk(const struct ip_patterns *f, struct packet *const *packets,
    uint32_t n, int16_t *ports)
{
	struct classify_view views[IP_VIEW_CHUNK];
	uint32_t i;

	for (i = 0; i < n; i++) {
		if (unlikely(!ip_view_whole(f, packets[i])))
			break;
		ip_view_set(&views[i], f, packets[i]);
	}
	if (likely(i == n))
		classify_views(f->classify, views, n, ports);
	else
		for (i = 0; i < n; i++)
			ports[i] = (int16_t)ip_match_padded(f, packets[i]);
	for (i = 0; i < n; i++)
		ports[i] = ip_port(ports[i]);
}

void
ip_patterns_match(const struct ip_patterns *f, struct packet *const *packets,
    uint32_t n, int16_t *ports)
{
	for (uint32_t i = 0; i < n; i++)
		prefetch_read(packets[i]->data);
	for (uint32_t i = 0; i < n; i += IP_VIEW_CHUNK)
		ip_patterns_chunk(f, packets + i,
		    n - i < IP_VIEW_CHUNK ? n - i : IP_VIEW_CHUNK, ports + i);
}

void
ip_patterns_push(
    const struct ip_patterns *f, struct element *e, struct batch *b)
{
	struct thread *t = b->thread;
	struct scratch_mark m = scratch_mark(t);
	int16_t *ports = scratch_alloc(t, b->count * sizeof(*ports));
	int16_t differ = 0;

	ip_patterns_match(f, b->packet, b->count, ports);
	for (uint32_t i = 0; i < b->count; i++)
		differ |= (int16_t)(ports[i] ^ ports[0]);
	if (likely(differ == 0 && ports[0] >= 0))
		output_push_checked(e, (unsigned int)ports[0], b);
	else
		batch_distribute(e, b, ports, -1);
	scratch_release(t, m);
}
