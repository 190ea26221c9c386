/* SPDX-License-Identifier: BSD-3-Clause */
/* dns_answer.c -- answers from zones; see dns_zone.h. */
#include "elements/dns/dns_zone.h"

enum {
	CHAIN_MAX = 8, /* CNAMEs followed */
	ANSWER = 1,    /* sections */
	AUTHORITY = 2,
	ADDITIONAL = 3,
};

/* One answer in the making. */
struct dns_answer {
	const struct dns_zone *z;
	struct dns_writer w;
	int rcode;
	bool authoritative;
};

/* The zone that a name lies in. */
struct dns_place {
	const struct dns_node *zone; /* NULL: none of ours */
	const struct dns_node *cut;  /* where it is delegated, or NULL */
};

static struct dns_place
dns_place_of(const struct dns_zone *z, const struct dns_name *name)
{
	struct dns_name at = *name;
	struct dns_place p = { NULL, NULL };

	do {
		const struct dns_node *n = dns_zone_find(z, &at);

		if (n == NULL)
			continue;
		if (dns_record_of(n->records, DNS_SOA) != NULL) {
			p.zone = n;
			return p;
		}
		if (dns_record_of(n->records, DNS_NS) != NULL)
			p.cut = n; /* the one nearest to the zone counts */
	} while (dns_name_parent(&at, &at));
	return p;
}

/* Writes the records of type of n, under name; how many. */
static unsigned int
dns_put(struct dns_answer *a, const struct dns_name *name,
    const struct dns_node *n, uint16_t type, int section)
{
	unsigned int count = 0;
	const struct dns_record *r = n->records;

	while ((r = dns_record_of(r, type)) != NULL) {
		uint32_t mark =
		    dns_write_rr(&a->w, name, r->type, DNS_IN, r->ttl);

		dns_write_bytes(&a->w, r->data, r->length);
		dns_write_rr_end(&a->w, mark, section);
		count++;
		r = r->next;
	}
	return count;
}

/* The zone's SOA, its TTL as RFC 2308, 3 has it for what is not there. */
static void
dns_put_soa(struct dns_answer *a, const struct dns_node *zone)
{
	const struct dns_record *r = dns_record_of(zone->records, DNS_SOA);
	uint32_t minimum = get_be32(r->data + r->length - 4), mark;

	mark = dns_write_rr(&a->w, &zone->name, DNS_SOA, DNS_IN,
	    r->ttl < minimum ? r->ttl : minimum);
	dns_write_bytes(&a->w, r->data, r->length);
	dns_write_rr_end(&a->w, mark, AUTHORITY);
}

/* Addresses of the hosts that n's records of type name, if we know them. */
static void
dns_put_hosts(struct dns_answer *a, const struct dns_node *n, uint16_t type)
{
	const struct dns_record *r = n->records;

	while ((r = dns_record_of(r, type)) != NULL) {
		struct dns_reader d = { r->data, r->length,
			type == DNS_MX ? 2 : 0 };
		const struct dns_node *host;
		struct dns_name name;

		r = r->next;
		if (!dns_read_name(&d, &name))
			continue;
		host = dns_zone_find(a->z, &name);
		if (host == NULL)
			continue;
		dns_put(a, &name, host, DNS_A, ADDITIONAL);
		dns_put(a, &name, host, DNS_AAAA, ADDITIONAL);
	}
}

/* The node that stands for a name that is not there: *.encloser. */
static const struct dns_node *
dns_wildcard(const struct dns_zone *z, const struct dns_name *name)
{
	struct dns_name at = *name, star;

	while (dns_name_parent(&at, &at)) {
		if (dns_zone_find(z, &at) == NULL)
			continue;
		if (at.n + 2 > DNS_NAME_MAX)
			return NULL;
		star.n = (uint8_t)(at.n + 2);
		star.b[0] = 1;
		star.b[1] = '*';
		memcpy(star.b + 2, at.b, at.n);
		return dns_zone_find(z, &star);
	}
	return NULL;
}

/* Answers for name itself; true: a CNAME led on to *name. */
static bool
dns_answer_name(struct dns_answer *a, struct dns_name *name, uint16_t type)
{
	struct dns_place place = dns_place_of(a->z, name);
	const struct dns_node *n;
	const struct dns_record *r;
	struct dns_reader d;

	if (place.zone == NULL)
		return false;
	if (place.cut != NULL) {
		dns_put(a, &place.cut->name, place.cut, DNS_NS, AUTHORITY);
		dns_put_hosts(a, place.cut, DNS_NS);
		return false;
	}
	a->authoritative = true;
	n = dns_zone_find(a->z, name);
	if (n == NULL)
		n = dns_wildcard(a->z, name);
	if (n == NULL) {
		a->rcode = DNS_NXDOMAIN;
		dns_put_soa(a, place.zone);
		return false;
	}
	if (dns_put(a, name, n, type, ANSWER) > 0) {
		if (type == DNS_MX || type == DNS_NS)
			dns_put_hosts(a, n, type);
		return false;
	}
	r = dns_record_of(n->records, DNS_CNAME);
	if (r == NULL) {
		dns_put_soa(a, place.zone);
		return false;
	}
	dns_put(a, name, n, DNS_CNAME, ANSWER);
	d = (struct dns_reader){ r->data, r->length, 0 };
	return dns_read_name(&d, name);
}

static void
dns_answer_question(struct dns_answer *a, const struct dns_question *q)
{
	struct dns_name name = q->name;

	if ((q->class != DNS_IN && q->class != DNS_CLASS_ANY) ||
	    dns_place_of(a->z, &name).zone == NULL) {
		a->rcode = DNS_REFUSED;
		return;
	}
	for (int i = 0; i < CHAIN_MAX; i++)
		if (!dns_answer_name(a, &name, q->type))
			return;
}

uint32_t
dns_zone_answer(const struct dns_zone *z, const uint8_t *query, uint32_t n,
    bool udp, uint8_t *out, int *rcode)
{
	struct dns_answer a = { .z = z };
	struct dns_header h;
	struct dns_question q;
	struct dns_edns e;
	uint32_t size;

	*rcode = dns_read_query(query, n, &h, &q, &e);
	if (*rcode < 0)
		return 0;
	size = udp ? dns_udp_limit(&e) : DNS_MESSAGE_MAX;
	if (*rcode != DNS_NOERROR)
		return dns_write_empty(out, size, &h, &q, &e, 0, *rcode);
	dns_write_start(
	    &a.w, out, size - (e.present ? DNS_OPT_SIZE : 0), h.id, 0);
	dns_write_question(&a.w, &q);
	dns_answer_question(&a, &q);
	*rcode = a.rcode;
	/* Only what is in the additional section may be missing. */
	if (a.w.full && get_be16(out + 10) == 0)
		return dns_write_empty(
		    out, size, &h, &q, &e, DNS_AA | DNS_TC, a.rcode);
	a.w.full = false;
	a.w.size = size;
	put_be16(out + 2, (uint16_t)(DNS_QR | (h.flags & (DNS_RD | DNS_CD)) |
	                             a.rcode | (a.authoritative ? DNS_AA : 0)));
	if (e.present)
		dns_write_edns(&a.w, DNS_UDP_EDNS, 0, e.dnssec_ok);
	return a.w.n;
}
