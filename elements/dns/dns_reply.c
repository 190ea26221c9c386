/* SPDX-License-Identifier: BSD-3-Clause */
/* dns_reply.c -- answers of servers made fit; see dns_reply.h. */
#include "elements/dns/dns_reply.h"

#include "base/csum.h"

enum { SOA_MINIMUM = 4 /* its last bytes */ };

/* The TTL that a record gets. */
static uint32_t
reply_ttl(const uint8_t *p, const struct dns_rr *rr, bool negative,
    const struct dns_ttls *t)
{
	uint32_t ttl = rr->ttl;

	if (negative && rr->type == DNS_SOA && rr->length >= SOA_MINIMUM) {
		uint32_t minimum =
		    get_be32(p + rr->data + rr->length - SOA_MINIMUM);

		if (minimum < ttl)
			ttl = minimum;
		return ttl < t->negative ? ttl : t->negative;
	}
	if (ttl < t->min)
		ttl = t->min;
	return ttl < t->max ? ttl : t->max;
}

/*
 * Goes over the records behind the question.  RFC 2308: what is not there may
 * be kept only by the SOA in the authority section.
 */
static bool
reply_records(uint8_t *p, struct dns_reader *r, const struct dns_header *h,
    const struct dns_ttls *t, struct dns_reply *out)
{
	bool negative = out->rcode == DNS_NXDOMAIN || h->count[1] == 0;
	bool may_keep = !negative;
	uint32_t ttl, least = UINT32_MAX;
	struct dns_rr rr;

	for (int section = 1; section <= 3; section++) {
		for (uint32_t i = 0; i < h->count[section]; i++) {
			uint32_t at = r->at;

			if (!dns_read_rr(r, &rr))
				return false;
			if (rr.type == DNS_OPT && section == 3) {
				out->rcode |= (int)(rr.ttl >> 24) << 4;
				/* What may follow it is no loss. */
				put_be16(p + 10, (uint16_t)i);
				out->n = at;
				goto done;
			}
			ttl = reply_ttl(p, &rr, negative && section == 2, t);
			put_be32(p + rr.ttl_at, ttl);
			if (section == 2 && rr.type == DNS_SOA)
				may_keep = true;
			if (section < 3 && ttl < least)
				least = ttl;
		}
	}
	out->n = r->at;
done:
	out->ttl_s = may_keep && least != UINT32_MAX ? least : 0;
	return true;
}

bool
dns_reply_read(uint8_t *p, uint32_t n, const struct dns_question *q, bool exact,
    const struct dns_ttls *t, struct dns_reply *out)
{
	struct dns_reader r = { p, n, 0 };
	struct dns_header h;
	struct dns_question asked;

	if (!dns_read_header(&r, &h) || (h.flags & DNS_QR) == 0 ||
	    (h.flags & DNS_OPCODE) != 0 || h.count[0] != 1 ||
	    !dns_read_question(&r, &asked) || asked.type != q->type ||
	    asked.class != q->class || !dns_name_equal(&asked.name, &q->name))
		return false;
	if (exact && memcmp(asked.name.b, q->name.b, q->name.n) != 0)
		return false;
	/* The client's name is put in its place: no pointer there. */
	if (r.at != DNS_HEADER + q->name.n + 4u)
		return false;
	out->flags = h.flags;
	out->rcode = h.flags & DNS_RCODE;
	if (!reply_records(p, &r, &h, t, out))
		return false;
	if (out->rcode != DNS_NOERROR && out->rcode != DNS_NXDOMAIN)
		out->ttl_s = 0;
	return true;
}

void
dns_reply_age(uint8_t *p, uint32_t n, uint32_t age_s)
{
	struct dns_reader r = { p, n, 0 };
	struct dns_header h;
	struct dns_question q;
	struct dns_rr rr;
	uint32_t count;

	if (!dns_read_header(&r, &h) || !dns_read_question(&r, &q))
		return;
	count = (uint32_t)h.count[1] + h.count[2] + h.count[3];
	for (; count > 0 && dns_read_rr(&r, &rr); count--)
		put_be32(p + rr.ttl_at, rr.ttl > age_s ? rr.ttl - age_s : 0);
}

/*
 * An answer's flags for a query.  Authority is not handed on; AD is to those
 * who ask (RFC 6840, 5.8).
 */
static uint16_t
reply_flags(
    const uint8_t *p, const struct dns_header *query, const struct dns_edns *e)
{
	uint16_t flags = get_be16(p + 2);

	flags &= (uint16_t) ~(DNS_AA | DNS_RD | DNS_CD);
	if ((query->flags & DNS_AD) == 0 && !e->dnssec_ok)
		flags &= (uint16_t)~DNS_AD;
	return (uint16_t)(flags | DNS_QR | DNS_RA |
	                  (query->flags & (DNS_RD | DNS_CD)));
}

uint32_t
dns_reply_write(const uint8_t *p, uint32_t n, const struct dns_header *query,
    const struct dns_question *q, const struct dns_edns *e, uint8_t *out,
    uint32_t limit)
{
	struct dns_writer w = { .p = out, .size = limit, .n = n };

	if (dns_reply_size(n, e) > limit)
		return dns_write_empty(out, limit, query, q, e, DNS_RA | DNS_TC,
		    get_be16(p + 2) & DNS_RCODE);
	memcpy(out, p, n);
	put_be16(out, query->id);
	put_be16(out + 2, reply_flags(p, query, e));
	memcpy(out + DNS_HEADER, q->name.b, q->name.n);
	if (e->present)
		dns_write_edns(&w, DNS_UDP_EDNS, 0, e->dnssec_ok);
	return w.n;
}

uint16_t
dns_reply_sum(const uint8_t *p, uint32_t n, uint32_t name_n)
{
	uint32_t records = DNS_HEADER + name_n + 4;
	uint16_t sum = csum_fold(csum_add(0, p + records, n - records));

	if (records % 2 != 0)
		sum = __builtin_bswap16(sum);
	return csum_fold(csum_add(sum, p + 4, DNS_HEADER - 4));
}

/* Of the root, without data; the second with DO. */
static const uint8_t reply_opt[2][DNS_OPT_SIZE] = {
	{ 0, 0, DNS_OPT, DNS_UDP_EDNS >> 8, DNS_UDP_EDNS & 255 },
	{ 0, 0, DNS_OPT, DNS_UDP_EDNS >> 8, DNS_UDP_EDNS & 255, 0, 0, 0x80 },
};

/* Adds the OPT record behind n bytes at out; the sum of what is new. */
static uint64_t
reply_add_opt(uint8_t *out, uint32_t n, uint16_t additional, bool dnssec_ok)
{
	const uint8_t *opt = reply_opt[dnssec_ok];
	uint16_t sum = csum_fold(csum_add(0, opt, DNS_OPT_SIZE));

	memcpy(out + n, opt, DNS_OPT_SIZE);
	put_be16(out + 10, (uint16_t)(additional + 1));
	return (uint64_t)(n % 2 != 0 ? __builtin_bswap16(sum) : sum) +
	       __builtin_bswap16(1);
}

uint64_t
dns_reply_write_over(const uint8_t *p, uint32_t n, uint16_t rest_sum,
    const struct dns_view *v, uint8_t *out)
{
	uint32_t records = DNS_HEADER + v->name_n + 4;
	uint16_t flags = __builtin_bswap16(reply_flags(p, &v->h, &v->e));
	uint64_t sum = (uint64_t)rest_sum + flags + get_u16(out);

	sum = csum_add(sum, out + DNS_HEADER, v->name_n + 4);
	put_u16(out + 2, flags);
	memcpy(out + 4, p + 4, DNS_HEADER - 4);
	memcpy(out + records, p + records, n - records);
	if (v->e.present)
		sum += reply_add_opt(out, n, get_be16(p + 10), v->e.dnssec_ok);
	return sum;
}
