/* SPDX-License-Identifier: BSD-3-Clause */
/* dns_zone_parse.c -- records as they are written; see dns_zone.h. */
#include "base/addr.h"
#include "base/err.h"
#include "elements/dns/dns_zone.h"

enum { RDATA_MAX = 4096, TTL_MAX = INT32_MAX };

/* A record's data in the making. */
struct dns_rdata {
	uint8_t b[RDATA_MAX];
	uint32_t n;
};

/* The next word, or a string in quotes (*quoted), off *rest. */
static struct str
dns_word(struct str *rest, bool *quoted)
{
	struct str s = str_trim(*rest);
	size_t end = 1;

	*quoted = s.n > 0 && s.s[0] == '"';
	if (!*quoted)
		return str_word(rest);
	while (end < s.n && s.s[end] != '"')
		end += s.s[end] == '\\' ? 2 : 1;
	*rest = str_from(s, end + 1);
	return str_sub(s, 1, end);
}

static bool
dns_number(struct str s, uint32_t max, uint32_t *x)
{
	uint64_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (!char_digit(s.s[i]))
			return false;
		n = n * 10 + (uint64_t)(s.s[i] - '0');
		if (n > max)
			return false;
	}
	*x = (uint32_t)n;
	return s.n > 0;
}

static bool
dns_rdata_add(struct dns_rdata *r, const void *bytes, uint32_t n)
{
	if (RDATA_MAX - r->n < n)
		return false;
	memcpy(r->b + r->n, bytes, n);
	r->n += n;
	return true;
}

static int
dns_rdata_name(
    struct dns_zone *z, struct str *rest, struct dns_rdata *r, struct diag *why)
{
	struct str word = str_word(rest);
	struct dns_name name;

	if (!dns_name_parse(word, &z->origin, &name))
		return diag(
		    why, ERR_SYNTAX, "'%.*s' is no domain name", STR_ARG(word));
	dns_rdata_add(r, name.b, name.n);
	return 0;
}

static int
dns_rdata_numbers(struct str *rest, int count, uint32_t max,
    struct dns_rdata *r, struct diag *why)
{
	for (int i = 0; i < count; i++) {
		struct str word = str_word(rest);
		uint8_t b[4];
		uint32_t x;

		if (!dns_number(word, max, &x))
			return diag(why, ERR_SYNTAX,
			    "'%.*s' is no number from 0 to %u", STR_ARG(word),
			    max);
		put_be32(b, x);
		dns_rdata_add(
		    r, max > UINT16_MAX ? b : b + 2, max > UINT16_MAX ? 4 : 2);
	}
	return 0;
}

/* One or more strings of up to 255 bytes. */
static int
dns_rdata_text(struct str *rest, struct dns_rdata *r, struct diag *why)
{
	bool quoted;

	do {
		struct str s = dns_word(rest, &quoted);
		uint8_t b[256];
		uint32_t n = 0;

		for (size_t i = 0; i < s.n && n < 256; i++) {
			if (s.s[i] == '\\' && i + 1 < s.n)
				i++;
			b[n++] = (uint8_t)s.s[i];
		}
		if (n > 255 || (s.n == 0 && !quoted) ||
		    !dns_rdata_add(r, &(uint8_t){ (uint8_t)n }, 1) ||
		    !dns_rdata_add(r, b, n))
			return diag(why, ERR_SYNTAX,
			    "TXT needs strings of at most 255 bytes, %d in "
			    "all",
			    RDATA_MAX);
	} while (str_trim(*rest).n > 0);
	return 0;
}

static int
dns_rdata_address(
    struct str *rest, uint16_t type, struct dns_rdata *r, struct diag *why)
{
	struct str word = str_word(rest);
	struct ip6_addr ip6;
	uint32_t ip4;

	if (type == DNS_A && ip4_parse(word, &ip4))
		dns_rdata_add(r, &ip4, sizeof(ip4));
	else if (type == DNS_AAAA && ip6_parse(word, &ip6))
		dns_rdata_add(r, ip6.b, sizeof(ip6.b));
	else
		return diag(why, ERR_SYNTAX, "'%.*s' is no IPv%d address",
		    STR_ARG(word), type == DNS_A ? 4 : 6);
	return 0;
}

static int
dns_rdata_parse(struct dns_zone *z, uint16_t type, struct str *rest,
    struct dns_rdata *r, struct diag *why)
{
	int err;

	switch (type) {
	case DNS_A:
	case DNS_AAAA:
		return dns_rdata_address(rest, type, r, why);
	case DNS_TXT:
		return dns_rdata_text(rest, r, why);
	case DNS_MX:
		err = dns_rdata_numbers(rest, 1, UINT16_MAX, r, why);
		return err != 0 ? err : dns_rdata_name(z, rest, r, why);
	case DNS_SOA:
		err = dns_rdata_name(z, rest, r, why);
		if (err == 0)
			err = dns_rdata_name(z, rest, r, why);
		return err != 0
		           ? err
		           : dns_rdata_numbers(rest, 5, UINT32_MAX, r, why);
	default:
		return dns_rdata_name(z, rest, r, why);
	}
}

static uint16_t
dns_type_of(struct str s)
{
	static const struct {
		const char *name;
		uint16_t type;
	} types[] = { { "A", DNS_A }, { "AAAA", DNS_AAAA },
		{ "CNAME", DNS_CNAME }, { "MX", DNS_MX }, { "NS", DNS_NS },
		{ "PTR", DNS_PTR }, { "SOA", DNS_SOA }, { "TXT", DNS_TXT } };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (str_is(s, types[i].name))
			return types[i].type;
	return 0;
}

/* Whether a record of type may stand beside those that are there. */
static bool
dns_may_join(const struct dns_node *n, uint16_t type)
{
	if (dns_record_of(n->records, DNS_CNAME) != NULL ||
	    (type == DNS_CNAME && n->records != NULL))
		return false;
	return type != DNS_SOA || dns_record_of(n->records, type) == NULL;
}

static int
dns_zone_enter(struct dns_zone *z, uint16_t type, uint32_t ttl,
    const struct dns_rdata *data, struct diag *why)
{
	struct dns_node *n = dns_zone_node(z, &z->last);
	struct dns_record *r = arena_alloc(&z->mem, sizeof(*r)), **last;
	struct str copy =
	    arena_str(&z->mem, str_make((const char *)data->b, data->n));

	if (n == NULL || r == NULL || copy.s == NULL)
		return diag(why, ERR_NOMEM, "out of memory");
	if (!dns_may_join(n, type))
		return diag(why, ERR_SYNTAX,
		    type == DNS_SOA ? "a second SOA of one name"
		                    : "a name with a CNAME has nothing else");
	r->type = type;
	r->ttl = ttl;
	r->length = (uint16_t)data->n;
	r->data = (const uint8_t *)copy.s;
	for (last = &n->records; *last != NULL; last = &(*last)->next)
		continue;
	*last = r;
	z->nrecords++;
	return 0;
}

int
dns_zone_add(struct dns_zone *z, struct str line, struct diag *why)
{
	struct dns_rdata data;
	struct str rest = line, word;
	uint32_t ttl = z->ttl;
	uint16_t type;
	int err;

	data.n = 0;
	if (line.n == 0 || !char_space(line.s[0])) {
		word = str_word(&rest);
		if (!dns_name_parse(word, &z->origin, &z->last))
			return diag(why, ERR_SYNTAX, "'%.*s' is no domain name",
			    STR_ARG(word));
	}
	word = str_word(&rest);
	if (dns_number(word, TTL_MAX, &ttl))
		word = str_word(&rest);
	if (str_is(word, "IN"))
		word = str_word(&rest);
	type = dns_type_of(word);
	if (type == 0)
		return diag(why, ERR_SYNTAX,
		    "'%.*s' is none of the types A AAAA CNAME MX NS PTR SOA "
		    "TXT",
		    STR_ARG(word));
	err = dns_rdata_parse(z, type, &rest, &data, why);
	if (err == 0 && str_trim(rest).n > 0)
		err = diag(why, ERR_SYNTAX, "'%.*s' is too much",
		    STR_ARG(str_trim(rest)));
	return err != 0 ? err : dns_zone_enter(z, type, ttl, &data, why);
}

/* ---- files ---- */

/* Appends line without comment and parentheses; *depth counts those open. */
static void
dns_file_line(struct str line, struct strbuf *out, int *depth)
{
	bool quoted = false;

	for (size_t i = 0; i < line.n; i++) {
		char c = line.s[i];

		if (c == '\\' && i + 1 < line.n) {
			sb_addc(out, c);
			c = line.s[++i];
		} else if (c == '"') {
			quoted = !quoted;
		} else if (!quoted && c == ';') {
			return;
		} else if (!quoted && (c == '(' || c == ')')) {
			*depth += c == '(' ? 1 : -1;
			c = ' ';
		}
		sb_addc(out, c);
	}
	sb_addc(out, ' ');
}

static int
dns_file_entry(struct dns_zone *z, struct str line, struct diag *why)
{
	struct str rest = line, word = str_word(&rest);

	if (word.n == 0)
		return 0;
	if (str_is(word, "$ORIGIN")) {
		word = str_word(&rest);
		if (dns_name_parse(word, &z->origin, &z->origin))
			return 0;
		return diag(why, ERR_SYNTAX, "$ORIGIN needs a domain name");
	}
	if (str_is(word, "$TTL")) {
		if (dns_number(str_word(&rest), TTL_MAX, &z->ttl))
			return 0;
		return diag(why, ERR_SYNTAX, "$TTL needs a number");
	}
	return dns_zone_add(z, line, why);
}

int
dns_zone_add_file(
    struct dns_zone *z, struct str text, unsigned int *line, struct diag *why)
{
	struct strbuf entry = STRBUF_INIT;
	unsigned int number = 0;
	struct str s;
	int depth = 0, err = 0;

	while (err == 0 && str_line(&text, &s)) {
		number++;
		if (entry.n == 0)
			*line = number;
		dns_file_line(s, &entry, &depth);
		if (depth > 0 && text.n > 0)
			continue;
		if (entry.oom)
			err = diag(why, ERR_NOMEM, "out of memory");
		else if (depth != 0)
			err = diag(why, ERR_SYNTAX, "parentheses do not match");
		else
			err = dns_file_entry(z, sb_str(&entry), why);
		sb_clear(&entry);
	}
	sb_fini(&entry);
	return err;
}
