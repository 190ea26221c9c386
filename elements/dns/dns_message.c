/* SPDX-License-Identifier: BSD-3-Clause */
/* dns_message.c -- DNS messages read; see dns_message.h. */
#include "elements/dns/dns_message.h"

enum {
	POINTER = 0xc0, /* the top bits of a label's length */
	RR_FIXED = 10,  /* type, class, TTL, length of data */
	OPT_DO = 0x8000,
};

bool
dns_read_header(struct dns_reader *r, struct dns_header *h)
{
	if (r->n - r->at < DNS_HEADER || r->n < r->at)
		return false;
	h->id = get_be16(r->p + r->at);
	h->flags = get_be16(r->p + r->at + 2);
	for (int i = 0; i < 4; i++)
		h->count[i] = get_be16(r->p + r->at + 4 + 2 * i);
	r->at += DNS_HEADER;
	return true;
}

bool
dns_read_name(struct dns_reader *r, struct dns_name *name)
{
	uint32_t at = r->at, before = at, n = 0;
	bool jumped = false;

	for (;;) {
		uint32_t length;

		if (at >= r->n)
			return false;
		length = r->p[at];
		if ((length & POINTER) == POINTER) {
			if (r->n - at < 2)
				return false;
			if (!jumped)
				r->at = at + 2;
			jumped = true;
			at = (length & 63) << 8 | r->p[at + 1];
			/* Only ever further back: it comes to an end. */
			if (at >= before)
				return false;
			before = at;
			continue;
		}
		if ((length & POINTER) != 0 || r->n - at < length + 1 ||
		    n + length + 1 > DNS_NAME_MAX)
			return false;
		memcpy(name->b + n, r->p + at, length + 1);
		n += length + 1;
		at += length + 1;
		if (length == 0)
			break;
	}
	name->n = (uint8_t)n;
	if (!jumped)
		r->at = at;
	return true;
}

bool
dns_read_question(struct dns_reader *r, struct dns_question *q)
{
	if (!dns_read_name(r, &q->name) || r->n - r->at < 4)
		return false;
	q->type = get_be16(r->p + r->at);
	q->class = get_be16(r->p + r->at + 2);
	r->at += 4;
	return true;
}

bool
dns_read_rr(struct dns_reader *r, struct dns_rr *rr)
{
	if (!dns_read_name(r, &rr->name) || r->n - r->at < RR_FIXED)
		return false;
	rr->type = get_be16(r->p + r->at);
	rr->class = get_be16(r->p + r->at + 2);
	rr->ttl_at = r->at + 4;
	rr->ttl = get_be32(r->p + rr->ttl_at);
	rr->length = get_be16(r->p + r->at + 8);
	rr->data = r->at + RR_FIXED;
	if (r->n - rr->data < rr->length)
		return false;
	r->at = rr->data + rr->length;
	/* RFC 2181, 8: a TTL with the top bit is 0. */
	if (rr->type != DNS_OPT && rr->ttl > INT32_MAX)
		rr->ttl = 0;
	return true;
}

/* Records of the query: one OPT at most, at the root (RFC 6891, 6.1.1). */
static int
dns_read_query_records(
    struct dns_reader *r, const struct dns_header *h, struct dns_edns *e)
{
	uint32_t n = (uint32_t)h->count[1] + h->count[2] + h->count[3];
	struct dns_rr rr;

	for (; n > 0; n--) {
		if (!dns_read_rr(r, &rr))
			return DNS_FORMERR;
		if (rr.type != DNS_OPT)
			continue;
		if (e->present || rr.name.n != 1)
			return DNS_FORMERR;
		e->present = true;
		e->udp_size = rr.class;
		e->version = (uint8_t)(rr.ttl >> 16);
		e->dnssec_ok = (rr.ttl & OPT_DO) != 0;
	}
	return e->version > 0 ? DNS_BADVERS : DNS_NOERROR;
}

int
dns_read_query(const uint8_t *p, uint32_t n, struct dns_header *h,
    struct dns_question *q, struct dns_edns *e)
{
	struct dns_reader r = { p, n, 0 };

	*e = (struct dns_edns){ 0 };
	*q = (struct dns_question){ .name = { .n = 0 } };
	if (!dns_read_header(&r, h) || (h->flags & DNS_QR) != 0)
		return -1;
	if ((h->flags & DNS_OPCODE) != 0)
		return DNS_NOTIMP;
	if (h->count[0] != 1)
		return DNS_FORMERR;
	if (!dns_read_question(&r, q)) {
		q->name.n = 0;
		return DNS_FORMERR;
	}
	return dns_read_query_records(&r, h, e);
}

bool
dns_view_query(const uint8_t *p, uint32_t n, struct dns_view *v)
{
	struct dns_reader r = { p, n, 0 };

	if (!dns_read_header(&r, &v->h) ||
	    (v->h.flags & (DNS_QR | DNS_OPCODE)) != 0 || v->h.count[0] != 1)
		return false;
	while (r.at < n && p[r.at] != 0) {
		if (p[r.at] > DNS_LABEL_MAX)
			return false;
		r.at += p[r.at] + 1u;
	}
	v->name_n = r.at + 1 - DNS_HEADER;
	if (r.at >= n || v->name_n > DNS_NAME_MAX || n - r.at < 1 + 4)
		return false;
	v->type = get_be16(p + r.at + 1);
	v->class = get_be16(p + r.at + 3);
	r.at += 1 + 4;
	v->e = (struct dns_edns){ 0 };
	return dns_read_query_records(&r, &v->h, &v->e) == DNS_NOERROR;
}
