/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * dns_message_test.c -- DNS messages: names and their compression, hostile
 * messages, queries, what is written; zones and their mistakes; what of a
 * server's answer is kept.
 */
#include <stdlib.h>
#include <string.h>

#include "base/rand.h"
#include "elements/dns/dns_cache.h"
#include "elements/dns/dns_reply.h"
#include "elements/dns/dns_zone.h"
#include "test/tap.h"

static const struct dns_name root = { .n = 1 };

/* ---- names ---- */

static const struct {
	const char *text, *want; /* NULL: no name */
} names[] = {
	{ "www", "www.example.org." },
	{ "www.", "www." },
	{ "@", "example.org." },
	{ ".", "." },
	{ "a.b.c.", "a.b.c." },
	{ "a\\.b.", "a\\.b." },
	{ "a\\065.", "aA." },
	{ "a\\007.", "a\\007." },
	{ "a..b", NULL },
	{ ".a", NULL },
	{ "", NULL },
	{ "a\\", NULL },
	{ "a\\25", NULL },
	{ "a\\256.", NULL },
	{ "123456789012345678901234567890123456789012345678901234567890123.",
	    "123456789012345678901234567890123456789012345678901234567890123"
	    "." },
	{ "1234567890123456789012345678901234567890123456789012345678901234.",
	    NULL },
};

static void
test_names(void)
{
	struct dns_name origin, name, long_name;
	struct strbuf sb = STRBUF_INIT;

	dns_name_parse(STR("example.org"), &root, &origin);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		bool good =
		    dns_name_parse(str_of(names[i].text), &origin, &name);

		sb_clear(&sb);
		if (good)
			sb_dns_name(&sb, &name);
		is_str(good ? sb_str(&sb) : STR("none"),
		    names[i].want == NULL ? STR("none") : str_of(names[i].want),
		    "name '%s'", names[i].text);
	}
	sb_clear(&sb);
	for (int i = 0; i < 127; i++)
		sb_adds(&sb, "a.");
	ok(dns_name_parse(sb_str(&sb), &root, &long_name) && long_name.n == 255,
	    "a name of 255 bytes");
	sb_adds(&sb, "a.");
	ok(!dns_name_parse(sb_str(&sb), &root, &name), "none of 257");
	sb_fini(&sb);

	dns_name_parse(STR("WWW.Example.ORG."), &root, &name);
	ok(dns_name_within(&name, &origin) && dns_name_within(&name, &root) &&
	        !dns_name_within(&origin, &name),
	    "within a zone");
	dns_name_parse(STR("wwwexample.org."), &root, &name);
	ok(!dns_name_within(&name, &origin), "not by letters alone");
	ok(dns_name_parent(&origin, &name) && name.n == 5 &&
	        dns_name_parent(&name, &name) && name.n == 1 &&
	        !dns_name_parent(&name, &name),
	    "the way up");
}

/* Messages from offset 12 on, and whether the name there can be read. */
static const struct {
	const char *what;
	const char *bytes;
	size_t n;
	const char *want; /* NULL: it must not be read */
	uint32_t next;    /* where reading goes on */
} wires[] = {
	{ "plain", "\1a\1b\0", 5, "a.b.", 17 },
	{ "no end", "\1a\1b", 4, NULL, 0 },
	{ "a label cut short", "\5abc", 4, NULL, 0 },
	{ "a pointer to itself", "\xc0\x0c", 2, NULL, 0 },
	{ "a pointer forwards", "\xc0\x0e\1a\0", 5, NULL, 0 },
	{ "a pointer cut short", "\1a\xc0", 3, NULL, 0 },
	{ "two in a ring", "\1a\xc0\x0c", 4, NULL, 0 },
	{ "a reserved label",
	    "\x41"
	    "a\0",
	    3, NULL, 0 },
	{ "a pointer beyond", "\xff\xff", 2, NULL, 0 },
};

static void
test_wires(void)
{
	uint8_t message[600];
	struct dns_reader r;
	struct dns_name name;

	for (size_t i = 0; i < ARRAY_SIZE(wires); i++) {
		struct strbuf sb = STRBUF_INIT;
		bool good;

		memset(message, 0, DNS_HEADER);
		memcpy(message + 12, wires[i].bytes, wires[i].n);
		r = (struct dns_reader){ message, 12 + (uint32_t)wires[i].n,
			12 };
		good = dns_read_name(&r, &name);
		if (good)
			sb_dns_name(&sb, &name);
		ok(good == (wires[i].want != NULL) &&
		        (!good || (str_is(sb_str(&sb), wires[i].want) &&
		                      r.at == wires[i].next)),
		    "%s", wires[i].what);
		sb_fini(&sb);
	}
	/* Labels of 63 bytes, each found by a pointer: over 255 together. */
	memset(message, 'a', sizeof(message));
	for (int i = 0; i < 5; i++) {
		message[12 + 66 * i] = 63;
		message[12 + 66 * i + 64] = 0xc0;
		message[12 + 66 * i + 65] =
		    (uint8_t)(i == 0 ? 0 : 12 + 66 * (i - 1));
	}
	message[0] = 0;
	r = (struct dns_reader){ message, 342, 12 + 66 * 2 };
	ok(dns_read_name(&r, &name) && name.n == 3 * 64 + 1,
	    "three long labels by pointers");
	r.at = 12 + 66 * 4;
	ok(!dns_read_name(&r, &name), "five are too long");
}

/* ---- queries ---- */

/* A query for name, with more bytes behind and counts. */
static uint32_t
query(uint8_t *p, const char *name, uint16_t flags, uint16_t type)
{
	struct dns_question q = { .type = type, .class = DNS_IN };
	struct dns_writer w;

	dns_name_parse(str_of(name), &root, &q.name);
	dns_write_start(&w, p, 512, 0x1234, flags);
	dns_write_question(&w, &q);
	return w.n;
}

static uint32_t
query_edns(uint8_t *p, const char *name, uint16_t type, uint16_t size)
{
	struct dns_writer w = {
		.p = p, .size = 512, .n = query(p, name, DNS_RD, type)
	};

	dns_write_edns(&w, size, 0, true);
	return w.n;
}

static void
test_queries(void)
{
	uint8_t p[512];
	struct dns_header h;
	struct dns_question q;
	struct dns_edns e;
	uint32_t n = query(p, "a.b.", DNS_RD, DNS_A);

	is_num(dns_read_query(p, n, &h, &q, &e), DNS_NOERROR, "a query");
	ok(h.id == 0x1234 && q.type == DNS_A && q.name.n == 5 && !e.present,
	    "what it asks");
	is_num(dns_udp_limit(&e), 512, "512 bytes without EDNS");
	for (uint32_t i = DNS_HEADER; i < n; i++)
		if (dns_read_query(p, i, &h, &q, &e) != DNS_FORMERR)
			ok(false, "cut at %u", i);
	is_num(dns_read_query(p, 11, &h, &q, &e), -1, "no header");
	p[2] |= 0x80;
	is_num(dns_read_query(p, n, &h, &q, &e), -1, "no query");
	p[2] = 0x10;
	is_num(dns_read_query(p, n, &h, &q, &e), DNS_NOTIMP, "an opcode");
	p[2] = 0;
	p[5] = 2;
	is_num(dns_read_query(p, n, &h, &q, &e), DNS_FORMERR, "two questions");

	n = query_edns(p, "a.b.", DNS_A, 4096);
	is_num(dns_read_query(p, n, &h, &q, &e), DNS_NOERROR, "EDNS");
	ok(e.present && e.udp_size == 4096 && e.dnssec_ok && e.version == 0,
	    "what it says");
	is_num(dns_udp_limit(&e), 1232, "our own limit");
	p[n - 5] = 1; /* the version: byte 2 of the TTL */
	is_num(dns_read_query(p, n, &h, &q, &e), DNS_BADVERS, "version 1");
	p[n - 5] = 0;
	memcpy(p + n, p + n - 11, 11);
	p[11] = 2;
	is_num(dns_read_query(p, n + 11, &h, &q, &e), DNS_FORMERR,
	    "two OPT records");
	n = query_edns(p, "a.b.", DNS_A, 100);
	dns_read_query(p, n, &h, &q, &e);
	is_num(dns_udp_limit(&e), 512, "less than 512 means 512");
}

/* Where it lies a query says the same, unless it is to be read otherwise. */
static void
view_agrees(const uint8_t *p, uint32_t n, bool must, const char *what)
{
	struct dns_header h;
	struct dns_question q;
	struct dns_edns e;
	struct dns_view v;
	int rcode = dns_read_query(p, n, &h, &q, &e);

	if (!dns_view_query(p, n, &v)) {
		if (must)
			ok(false, "%s: seen where it lies", what);
		return;
	}
	if (rcode != DNS_NOERROR || memcmp(&v.h, &h, sizeof(h)) != 0 ||
	    v.name_n != q.name.n || v.type != q.type || v.class != q.class ||
	    memcmp(p + DNS_HEADER, q.name.b, v.name_n) != 0 ||
	    v.e.present != e.present || v.e.udp_size != e.udp_size ||
	    v.e.dnssec_ok != e.dnssec_ok)
		ok(false, "%s: the same where it lies", what);
}

static void
test_views(void)
{
	char name[300] = "";
	struct rand_state r;
	uint8_t p[600], *heap;
	struct dns_view v;

	for (uint32_t i = 0; i < 120; i++) {
		strcat(name, i % 50 == 49 ? "." : "x");
		for (int edns = 0; edns < 2; edns++) {
			uint32_t n = edns ? query_edns(p, name, DNS_MX, 999)
			                  : query(p, name, DNS_CD, DNS_MX);

			view_agrees(p, n, true, name);
			for (uint32_t cut = 0; cut < n; cut++) {
				heap = malloc(cut + 1);
				memcpy(heap + 1, p, cut);
				if (dns_view_query(heap + 1, cut, &v))
					ok(false, "%s: cut at %u", name, cut);
				free(heap);
			}
		}
	}
	rand_seed(&r, 5);
	for (uint32_t i = 0; i < 100000; i++) {
		uint32_t n = i & 1 ? query_edns(p, "ab.c.d.", DNS_A, 1000)
		                   : query(p, "ab.c.d.", 0, DNS_A);

		for (uint32_t k = rand_below(&r, 3); k < 3; k++)
			p[rand_below(&r, n)] =
			    (uint8_t)(i & 2 ? rand_below(&r, 16)
			                    : rand_u32(&r));
		view_agrees(p, n, false, "bent");
	}
	memset(p, 0, sizeof(p));
	put_be16(p + 4, 1);
	for (uint32_t labels = 126; labels <= 128; labels++) {
		for (uint32_t i = 0; i < labels; i++)
			p[DNS_HEADER + 2 * i] = 1;
		view_agrees(p, DNS_HEADER + 2 * labels + 5, labels <= 127,
		    "a long name");
	}
	ok(true, "queries where they lie");
}

/* Letters fold, nothing else does; whatever the length. */
static void
test_folding(void)
{
	uint8_t a[40], b[40];

	for (uint32_t n = 1; n <= 40; n++) {
		for (uint32_t i = 0; i < n * 256; i++) {
			uint8_t c = (uint8_t)(i % 256), d = c ^ 0x20;
			bool letter = char_alpha((char)c);

			memset(a, 'q', n);
			memset(b, 'Q', n);
			a[i / 256] = c;
			b[i / 256] = d;
			if (dns_bytes_equal(a, b, n) != letter ||
			    (dns_bytes_hash(a, n, 1) ==
			        dns_bytes_hash(b, n, 1)) != letter)
				ok(false, "%02x and %02x at %u of %u", c, d,
				    i / 256, n);
		}
		if (dns_bytes_hash(a, n, 1) == dns_bytes_hash(a, n, 2) ||
		    (n > 1 &&
		        dns_bytes_hash(a, n - 1, 1) == dns_bytes_hash(a, n, 1)))
			ok(false, "seed and length count: %u", n);
	}
	ok(true, "names of any length fold");
}

static void
test_writing(void)
{
	uint8_t p[80];
	struct dns_writer w;
	struct dns_question q = { .type = DNS_A, .class = DNS_IN };
	uint32_t mark, before;

	dns_name_parse(STR("www.example.org."), &root, &q.name);
	dns_write_start(&w, p, sizeof(p), 1, DNS_QR);
	dns_write_question(&w, &q);
	is_num(w.n, 12 + 17 + 4, "a question");
	mark = dns_write_rr(&w, &q.name, DNS_A, DNS_IN, 60);
	dns_write_bytes(&w, "\1\2\3\4", 4);
	ok(dns_write_rr_end(&w, mark, 1) && w.n == 33 + 16,
	    "a record of 16 bytes: its name is a pointer");
	before = w.n;
	mark = dns_write_rr(&w, &q.name, DNS_TXT, DNS_IN, 60);
	dns_write_bytes(&w, p, 40);
	ok(!dns_write_rr_end(&w, mark, 1) && w.n == before && w.full &&
	        get_be16(p + 6) == 1,
	    "what does not fit is not there");
}

/* ---- zones ---- */

static const struct {
	const char *text, *error;
} zones[] = {
	{ "@ SOA a b 1 2 3 4 5\nw A 1.2.3.4", NULL },
	{ "@ SOA a b 1 2 3 4 5\nw 60 IN A 1.2.3.4 ; why", NULL },
	{ "@ SOA a b ( 1 2\n3 4\n5 )\n  NS a", NULL },
	{ "$ORIGIN x.\n$TTL 5\n@ SOA a b 1 2 3 4 5", NULL },
	{ "w A 1.2.3.4", "w.example.org. lies in no zone" },
	{ "w A 1.2.3", "'1.2.3' is no IPv4 address" },
	{ "w AAAA 1.2.3.4", "'1.2.3.4' is no IPv6 address" },
	{ "w A 1.2.3.4 5", "'5' is too much" },
	{ "w SRV 1 2 3 x", "'SRV' is none of the types" },
	{ "w MX x y", "'x' is no number from 0 to 65535" },
	{ "w MX 70000 y", "'70000' is no number" },
	{ "w..x A 1.2.3.4", "'w..x' is no domain name" },
	{ "w NS x..y", "'x..y' is no domain name" },
	{ "@ SOA a b 1 2 3 4", "'' is no number" },
	{ "w TXT", "TXT needs strings" },
	{ "w A 1.2.3.4\nw CNAME x", "a name with a CNAME has nothing else" },
	{ "w CNAME x\nw A 1.2.3.4", "a name with a CNAME has nothing else" },
	{ "@ SOA a b 1 2 3 4 5\n@ SOA a b 1 2 3 4 5", "a second SOA" },
	{ "@ SOA a b ( 1 2 3 4 5", "parentheses do not match" },
	{ "$TTL x", "$TTL needs a number" },
	{ "$ORIGIN a..b", "$ORIGIN needs a domain name" },
};

static void
test_zones(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(zones); i++) {
		struct dns_zone z = { .ttl = 60 };
		struct dns_name origin;
		struct diag why = { "" };
		unsigned int line;
		int err;

		dns_name_parse(STR("example.org"), &root, &origin);
		dns_zone_init(&z, &origin);
		err = dns_zone_add_file(&z, str_of(zones[i].text), &line, &why);
		if (err == 0)
			err = dns_zone_check(&z, &why);
		ok(zones[i].error == NULL
		        ? err == 0
		        : err != 0 && strstr(why.text, zones[i].error) != NULL,
		    "zone %zu: %s", i,
		    zones[i].error == NULL ? "good" : zones[i].error);
		if (why.text[0] != '\0' && zones[i].error == NULL)
			tap_note("%s", why.text);
		dns_zone_fini(&z);
	}
}

/* A ring of CNAMEs comes to an end; many names are all found. */
static void
test_answers(void)
{
	static uint8_t out[DNS_MESSAGE_MAX];
	struct dns_zone z = { .ttl = 60 };
	struct diag why;
	struct strbuf text = STRBUF_INIT;
	uint8_t p[512];
	unsigned int line, bad = 0;
	int rcode;
	uint32_t n;

	sb_adds(&text, "@ SOA a b 1 2 3 4 5\nx CNAME y\ny CNAME x\n");
	for (int i = 0; i < 1000; i++)
		sb_printf(&text, "h%d A 10.0.%d.%d\n", i, i / 256, i % 256);
	dns_zone_init(&z, &root);
	is_num(dns_zone_add_file(&z, sb_str(&text), &line, &why), 0,
	    "a thousand names");
	n = dns_zone_answer(&z, p, query(p, "x.", 0, DNS_A), true, out, &rcode);
	ok(n > 0 && get_be16(out + 6) == 8, "CNAMEs in a ring: eight");
	for (unsigned int i = 0; i < 1000; i++) {
		char name[16];

		snprintf(name, sizeof(name), "H%u.", i);
		n = dns_zone_answer(
		    &z, p, query(p, name, 0, DNS_A), true, out, &rcode);
		bad += n == 0 || rcode != 0 || get_be16(out + 6) != 1 ||
		       get_be16(out + n - 2) != i;
	}
	is_num(bad, 0, "each is found");
	dns_zone_fini(&z);
	sb_fini(&text);
}

/* ---- answers of servers ---- */

static const struct dns_ttls limits = { 5, 1000, 300 };

/* An answer to "a.b." of type A: what follows the question is added. */
static uint32_t
answer(uint8_t *p, uint16_t flags, const char *what)
{
	struct dns_writer w;
	struct dns_question q = { .type = DNS_A, .class = DNS_IN };

	dns_name_parse(STR("a.b."), &root, &q.name);
	dns_write_start(&w, p, 512, 7, (uint16_t)(DNS_QR | DNS_RD | flags));
	dns_write_question(&w, &q);
	for (; *what != '\0'; what++) {
		uint32_t mark, ttl = *what == 'z'   ? 0
		                     : *what == 'x' ? 99999
		                                    : 60;

		if (*what == 'O') {
			dns_write_edns(&w, 1232, 0, false);
			continue;
		}
		mark = dns_write_rr(&w, &q.name, *what == 'S' ? DNS_SOA : DNS_A,
		    DNS_IN, *what == 'S' ? 500 : ttl);
		if (*what == 'S')
			dns_write_bytes(&w,
			    "\0\0\0\0\0\1\0\0\0\1\0\0\0\1\0\0"
			    "\0\1\0\0\1\x90",
			    22);
		else
			dns_write_bytes(&w, "\1\2\3\4", 4);
		dns_write_rr_end(
		    &w, mark, *what == 'S' || *what == 'N' ? 2 : 1);
	}
	return w.n;
}

static const struct {
	const char *what;
	uint16_t flags;
	const char
	    *records; /* A of TTL 60; z 0, x 99999, S SOA, N in authority, O */
	int64_t ttl;  /* -1: not read */
} replies[] = {
	{ "an address", 0, "A", 60 },
	{ "with EDNS", 0, "AO", 60 },
	{ "a TTL of 0 is raised", 0, "z", 5 },
	{ "a long one is lowered", 0, "x", 1000 },
	{ "the least counts", 0, "xAx", 60 },
	{ "no such name: limited", DNS_NXDOMAIN, "S", 300 },
	{ "no such data", 0, "S", 300 },
	{ "no such data and no SOA", 0, "", 0 },
	{ "no such name and no SOA", DNS_NXDOMAIN, "", 0 },
	{ "a referral", 0, "N", 0 },
	{ "a server's failure", DNS_SERVFAIL, "", 0 },
	{ "a failure with records", DNS_REFUSED, "A", 0 },
};

static void
test_replies(void)
{
	uint8_t p[512], out[1232], small[512];
	struct dns_question q = { .type = DNS_A, .class = DNS_IN };
	struct dns_header h = { .id = 99, .flags = DNS_RD };
	struct dns_edns e = { .present = true, .udp_size = 1232 };
	struct dns_reply r;
	uint32_t n;

	dns_name_parse(STR("A.b."), &root, &q.name);
	for (size_t i = 0; i < ARRAY_SIZE(replies); i++) {
		n = answer(p, replies[i].flags, replies[i].records);
		is_num(dns_reply_read(p, n, &q, false, &limits, &r)
		           ? (int64_t)r.ttl_s
		           : -1,
		    replies[i].ttl, "%s", replies[i].what);
	}
	n = answer(p, 0, "A");
	ok(!dns_reply_read(p, n, &q, true, &limits, &r),
	    "letters of another case, where they count");
	for (uint32_t i = 0; i < n; i++)
		if (dns_reply_read(p, i, &q, false, &limits, &r))
			ok(false, "cut at %u", i);
	p[2] &= 0x7f;
	ok(!dns_reply_read(p, n, &q, false, &limits, &r), "no answer");
	n = answer(p, 0, "A");
	q.type = DNS_AAAA;
	ok(!dns_reply_read(p, n, &q, false, &limits, &r),
	    "to another question");
	q.type = DNS_A;

	n = answer(p, DNS_AA | DNS_AD, "AO");
	dns_reply_read(p, n, &q, false, &limits, &r);
	ok(r.n == n - 11, "the OPT record is cut off");
	dns_reply_age(p, r.n, 20);
	n = dns_reply_write(p, r.n, &h, &q, &e, out, 1232);
	ok(n == r.n + 11 && get_be16(out) == 99 &&
	        get_be16(out + 2) == (DNS_QR | DNS_RD | DNS_RA) &&
	        memcmp(out + 12, "\1A\1b", 4) == 0 &&
	        get_be32(out + 12 + 5 + 4 + 6) == 40 && get_be16(out + 10) == 1,
	    "the client's id, flags, letters and OPT, 20 seconds later");
	e.present = false;
	dns_reply_age(p, r.n, 200);
	n = dns_reply_write(p, r.n, &h, &q, &e, out, 1232);
	ok(n == r.n && get_be32(out + 12 + 5 + 4 + 6) == 0,
	    "no TTL below 0, no OPT for whom does not know it");
	n = dns_reply_write(p, r.n, &h, &q, &e, small, 30);
	ok(n == 21 && (get_be16(small + 2) & DNS_TC) != 0,
	    "cut short where it does not fit");
}

/* ---- the cache ---- */

static void
test_cache(void)
{
	struct dns_cache c = { .max = 60000 };
	struct dns_question q = { .type = DNS_A, .class = DNS_IN };
	struct dns_ask ask, other;
	struct dns_name name2;
	const struct dns_cached *r;
	uint8_t message[400] = { 0 };

	dns_cache_init(&c);
	dns_name_parse(STR("first."), &root, &q.name);
	ask = dns_ask_of(&q, 0);
	dns_cache_put(&c, &ask, message, 100, 1000, 60);
	dns_name_parse(STR("FIRST."), &root, &q.name);
	r = dns_cache_find(&c, &ask, 1059);
	ok(r != NULL && r->n == 100, "found, whatever its letters' case");
	other = ask;
	other.type = DNS_AAAA;
	ok(dns_cache_find(&c, &other, 1000) == NULL, "not by another type");
	other = ask;
	other.options = DNS_ASK_DO;
	ok(dns_cache_find(&c, &other, 1000) == NULL, "nor with DO");
	ok(dns_cache_find(&c, &ask, 1060) == NULL && c.table.count == 0,
	    "not when its time is over");
	dns_cache_put(&c, &ask, message, 100, 1000, 60);
	dns_cache_put(&c, &ask, message, 50, 1001, 60);
	ok(c.table.count == 1 && dns_cache_find(&c, &ask, 1001)->n == 50,
	    "the newer takes the older one's place");
	dns_cache_put(&c, &ask, message, 100, 1000, 0);
	ok(dns_cache_find(&c, &ask, 1000) == NULL, "a TTL of 0: not kept");

	dns_cache_put(&c, &ask, message, 100, 1000, 60);
	for (int i = 0; i < 500; i++) {
		char name[16];

		snprintf(name, sizeof(name), "n%d.", i);
		other = ask;
		dns_name_parse(str_of(name), &root, &name2);
		other.name = name2.b;
		other.name_n = name2.n;
		dns_cache_put(&c, &other, message, 400, 1000, 60);
		if (i % 10 == 0 && dns_cache_find(&c, &ask, 1000) == NULL)
			ok(false, "the one in use went, at %d", i);
	}
	ok(c.evicted > 300 && dns_cache_memory(&c) <= 60000,
	    "in bounded memory: %llu",
	    (unsigned long long)dns_cache_memory(&c));
	ok(dns_cache_find(&c, &other, 1000) != NULL, "the last is there");
	dns_cache_flush(&c);
	ok(c.table.count == 0 && c.bytes == 0, "flushed");
	dns_cache_fini(&c);
}

int
main(void)
{
	test_names();
	test_wires();
	test_queries();
	test_views();
	test_folding();
	test_writing();
	test_zones();
	test_answers();
	test_replies();
	test_cache();
	return tap_done();
}
