/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * dns_message_fuzz.c -- any bytes as a DNS message: read whole, printed and
 * parsed back, and answered from a zone.
 */
#include <stdlib.h>

#include "elements/dns/dns_zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A name is what its text says. */
static void
fuzz_name(const struct dns_name *name)
{
	static const struct dns_name root = { .n = 1 };
	struct strbuf sb = STRBUF_INIT;
	struct dns_name again;

	sb_dns_name(&sb, name);
	if (!dns_name_parse(sb_str(&sb), &root, &again) ||
	    !dns_name_equal(name, &again))
		abort();
	sb_fini(&sb);
}

static void
fuzz_read(const uint8_t *data, uint32_t n)
{
	struct dns_reader r = { data, n, 0 };
	struct dns_header h;
	struct dns_question q;
	struct dns_rr rr;

	if (!dns_read_header(&r, &h))
		return;
	for (uint32_t i = 0; i < h.count[0]; i++) {
		if (!dns_read_question(&r, &q))
			return;
		fuzz_name(&q.name);
	}
	while (dns_read_rr(&r, &rr)) {
		fuzz_name(&rr.name);
		if (rr.data + rr.length > n || rr.ttl_at + 4 > n)
			abort();
	}
}

/* A query read where it lies says what dns_read_query() does. */
static void
fuzz_view(const uint8_t *data, uint32_t n)
{
	struct dns_header h;
	struct dns_question q;
	struct dns_edns e;
	struct dns_view v;

	if (!dns_view_query(data, n, &v))
		return;
	if (dns_read_query(data, n, &h, &q, &e) != DNS_NOERROR ||
	    memcmp(&h, &v.h, sizeof(h)) != 0 || q.name.n != v.name_n ||
	    !dns_bytes_equal(q.name.b, data + DNS_HEADER, v.name_n) ||
	    q.type != v.type || q.class != v.class ||
	    e.present != v.e.present || e.dnssec_ok != v.e.dnssec_ok ||
	    e.udp_size != v.e.udp_size)
		abort();
}

/* What we answer can be read and keeps within its limit. */
static void
fuzz_answer(const struct dns_zone *z, const uint8_t *data, uint32_t n, bool udp)
{
	static uint8_t out[DNS_MESSAGE_MAX];
	struct dns_reader r = { out, 0, 0 };
	struct dns_header h;
	struct dns_question q;
	struct dns_rr rr;
	int rcode;

	r.n = dns_zone_answer(z, data, n, udp, out, &rcode);
	if (r.n == 0)
		return;
	if ((udp && r.n > DNS_UDP_EDNS) || !dns_read_header(&r, &h))
		abort();
	for (uint32_t i = 0; i < h.count[0]; i++)
		if (!dns_read_question(&r, &q))
			abort();
	for (int i = 0; i < h.count[1] + h.count[2] + h.count[3]; i++)
		if (!dns_read_rr(&r, &rr))
			abort();
	if (r.at != r.n)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char zone[] = "@ SOA ns h 1 2 3 4 5\n@ NS ns\n"
	                           "@ MX 10 w\nns A 1.2.3.4\n*.w A 1.2.3.5\n"
	                           "w CNAME x.y\nx.y TXT \"a\" b\n"
	                           "d NS ns.d\nns.d AAAA ::1\nl CNAME l\n";
	static const struct dns_name root = { .n = 1 };
	struct dns_zone z = { .ttl = 60 };
	struct diag why;
	unsigned int line;
	struct str rest = str_make((const char *)data, size);

	if (size > DNS_MESSAGE_MAX)
		return 0;
	fuzz_read(data, (uint32_t)size);
	fuzz_view(data, (uint32_t)size);
	dns_zone_init(&z, &root);
	if (dns_zone_add_file(&z, str_of(zone), &line, &why) != 0)
		abort();
	/* A second half may be lines of a zone. */
	if (size > 2 && data[0] == '$')
		(void)dns_zone_add_file(&z, str_from(rest, 1), &line, &why);
	if (dns_zone_check(&z, &why) == 0) {
		fuzz_answer(&z, data, (uint32_t)size, true);
		fuzz_answer(&z, data, (uint32_t)size, false);
	}
	dns_zone_fini(&z);
	return 0;
}
