/* SPDX-License-Identifier: BSD-3-Clause */
/* dns_write.c -- DNS messages written; see dns_message.h. */
#include "base/compiler.h"
#include "elements/dns/dns_message.h"

enum { POINTER = 0xc000, POINTER_MAX = 0x3fff };

void
dns_write_start(struct dns_writer *w, uint8_t *p, uint32_t size, uint16_t id,
    uint16_t flags)
{
	ASSERT(size >= DNS_HEADER);
	w->p = p;
	w->size = size;
	w->n = DNS_HEADER;
	w->full = false;
	w->nnames = 0;
	memset(p, 0, DNS_HEADER);
	put_be16(p, id);
	put_be16(p + 2, flags);
}

void
dns_write_bytes(struct dns_writer *w, const void *bytes, uint32_t n)
{
	if (w->full || w->size - w->n < n) {
		w->full = true;
		return;
	}
	memcpy(w->p + w->n, bytes, n);
	w->n += n;
}

void
dns_write_u16(struct dns_writer *w, uint16_t x)
{
	uint8_t b[2];

	put_be16(b, x);
	dns_write_bytes(w, b, sizeof(b));
}

/* Where the name that is left of name from at on was written, or 0. */
static uint32_t
dns_writer_find(struct dns_writer *w, const struct dns_name *name, uint32_t at)
{
	struct dns_name want = { .n = (uint8_t)(name->n - at) }, have;

	memcpy(want.b, name->b + at, want.n);
	for (uint32_t i = 0; i < w->nnames; i++) {
		struct dns_reader r = { w->p, w->n, w->names[i] };

		if (dns_read_name(&r, &have) && have.n == want.n &&
		    memcmp(have.b, want.b, want.n) == 0)
			return w->names[i];
	}
	return 0;
}

void
dns_write_name(struct dns_writer *w, const struct dns_name *name)
{
	uint32_t nnames = w->nnames, at = 0;

	while (name->b[at] != 0) {
		uint32_t found = dns_writer_find(w, name, at);

		if (found != 0) {
			dns_write_u16(w, (uint16_t)(POINTER | found));
			break;
		}
		/* Only found again once the whole name is there. */
		if (w->n <= POINTER_MAX && nnames < DNS_WRITER_NAMES)
			w->names[nnames++] = (uint16_t)w->n;
		dns_write_bytes(w, name->b + at, name->b[at] + 1u);
		at += name->b[at] + 1u;
	}
	if (name->b[at] == 0)
		dns_write_bytes(w, "", 1);
	if (!w->full)
		w->nnames = nnames;
}

void
dns_write_question(struct dns_writer *w, const struct dns_question *q)
{
	dns_write_name(w, &q->name);
	dns_write_u16(w, q->type);
	dns_write_u16(w, q->class);
	if (!w->full)
		put_be16(w->p + 4, (uint16_t)(get_be16(w->p + 4) + 1));
}

uint32_t
dns_write_rr(struct dns_writer *w, const struct dns_name *name, uint16_t type,
    uint16_t class, uint32_t ttl)
{
	uint32_t mark = w->n;

	dns_write_name(w, name);
	dns_write_u16(w, type);
	dns_write_u16(w, class);
	dns_write_u16(w, (uint16_t)(ttl >> 16));
	dns_write_u16(w, (uint16_t)ttl);
	dns_write_u16(w, 0);
	return mark;
}

bool
dns_write_rr_end(struct dns_writer *w, uint32_t mark, int section)
{
	struct dns_reader r = { w->p, w->n, mark };
	struct dns_name name;
	uint8_t *count = w->p + 4 + 2 * section;

	if (w->full || !dns_read_name(&r, &name)) {
		w->n = mark;
		/* Names from here on are gone. */
		while (w->nnames > 0 && w->names[w->nnames - 1] >= mark)
			w->nnames--;
		return false;
	}
	put_be16(w->p + r.at + 8, (uint16_t)(w->n - r.at - 10));
	put_be16(count, (uint16_t)(get_be16(count) + 1));
	return true;
}

void
dns_write_edns(
    struct dns_writer *w, uint16_t udp_size, int rcode, bool dnssec_ok)
{
	uint8_t opt[DNS_OPT_SIZE] = { 0 }; /* of the root, without data */

	put_be16(opt + 1, DNS_OPT);
	put_be16(opt + 3, udp_size);
	opt[5] = (uint8_t)(rcode >> 4);
	opt[7] = dnssec_ok ? 0x80 : 0;
	dns_write_bytes(w, opt, sizeof(opt));
	if (!w->full)
		put_be16(w->p + 10, (uint16_t)(get_be16(w->p + 10) + 1));
}

uint32_t
dns_write_empty(uint8_t *p, uint32_t size, const struct dns_header *query,
    const struct dns_question *q, const struct dns_edns *e, uint16_t flags,
    int rcode)
{
	struct dns_writer w;

	dns_write_start(&w, p, size, query->id,
	    (uint16_t)(DNS_QR | flags |
	               (query->flags & (DNS_OPCODE | DNS_RD | DNS_CD)) |
	               (rcode & DNS_RCODE)));
	if (q->name.n > 0)
		dns_write_question(&w, q);
	if (e->present)
		dns_write_edns(&w, DNS_UDP_EDNS, rcode, e->dnssec_ok);
	return w.n;
}
