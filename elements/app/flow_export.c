/* SPDX-License-Identifier: BSD-3-Clause */
/* flow_export.c -- see flow_export.h. */
#include "elements/app/flow_export.h"

#include "base/bytes.h"

enum {
	HEADER_NETFLOW9 = 20,
	HEADER_IPFIX = 16,
	SET_HEADER = 4,
	TEMPLATES_NETFLOW9 = 0, /* set ids */
	TEMPLATES_IPFIX = 2,
	TEMPLATE4 = 256,
	TEMPLATE6 = 257,
};

/* Information elements (RFC 3954, 8; IANA's IPFIX registry). */
enum {
	IE_BYTES = 1,
	IE_PACKETS = 2,
	IE_PROTOCOL = 4,
	IE_TOS = 5,
	IE_TCP_FLAGS = 6,
	IE_SPORT = 7,
	IE_SRC4 = 8,
	IE_DPORT = 11,
	IE_DST4 = 12,
	IE_LAST_UPTIME = 21,
	IE_FIRST_UPTIME = 22,
	IE_SRC6 = 27,
	IE_DST6 = 28,
	IE_END_REASON = 136,
	IE_START_MS = 152,
	IE_END_MS = 153,
};

struct export_field {
	uint16_t id, size;
};

enum { EXPORT_FIELDS = 12 };
#define EXPORT_COMMON                                                          \
	{ IE_SPORT, 2 }, { IE_DPORT, 2 }, { IE_PROTOCOL, 1 }, { IE_TOS, 1 },   \
	    { IE_TCP_FLAGS, 1 }, { IE_END_REASON, 1 }, { IE_BYTES, 8 },        \
	{                                                                      \
		IE_PACKETS, 8                                                  \
	}

/* By version and family. */
static const struct export_field export_fields[2][2][EXPORT_FIELDS] = {
	{ { { IE_SRC4, 4 }, { IE_DST4, 4 }, EXPORT_COMMON,
	      { IE_FIRST_UPTIME, 4 }, { IE_LAST_UPTIME, 4 } },
	    { { IE_SRC6, 16 }, { IE_DST6, 16 }, EXPORT_COMMON,
	        { IE_FIRST_UPTIME, 4 }, { IE_LAST_UPTIME, 4 } } },
	{ { { IE_SRC4, 4 }, { IE_DST4, 4 }, EXPORT_COMMON, { IE_START_MS, 8 },
	      { IE_END_MS, 8 } },
	    { { IE_SRC6, 16 }, { IE_DST6, 16 }, EXPORT_COMMON,
	        { IE_START_MS, 8 }, { IE_END_MS, 8 } } },
};

void
flow_export_init(struct flow_export *x, uint32_t now_ms)
{
	x->start_ms = x->now_ms = now_ms;
	x->last = &x->first;
}

void
flow_export_fini(struct flow_export *x, struct thread *t)
{
	struct packet *p;

	if (x->message != NULL)
		packet_kill(t, x->message);
	x->message = NULL;
	while ((p = flow_export_take(x)) != NULL)
		packet_kill(t, p);
}

/* ---- messages ---- */

static uint32_t
flow_export_header(const struct flow_export *x)
{
	return x->version == EXPORT_IPFIX ? HEADER_IPFIX : HEADER_NETFLOW9;
}

/* n more bytes of the message, which has the room. */
static uint8_t *
flow_export_grow(struct flow_export *x, uint32_t n)
{
	uint8_t *at = packet_end(x->message);

	x->message->length += n;
	return at;
}

/* Ends the open set.  Templates and records fill whole words: no padding. */
static void
flow_export_end_set(struct flow_export *x)
{
	struct packet *p = x->message;

	if (x->set == 0)
		return;
	put_be16(p->data + x->set + 2, (uint16_t)(p->length - x->set));
	x->set = 0;
}

static void
flow_export_begin_set(struct flow_export *x, uint16_t id)
{
	uint8_t *at;

	x->set = x->message->length;
	x->set_id = id;
	at = flow_export_grow(x, SET_HEADER);
	put_be16(at, id);
}

static void
flow_export_templates(struct flow_export *x)
{
	flow_export_begin_set(x,
	    x->version == EXPORT_IPFIX ? TEMPLATES_IPFIX : TEMPLATES_NETFLOW9);
	for (unsigned int v6 = 0; v6 < 2; v6++) {
		const struct export_field *f =
		    export_fields[x->version == EXPORT_IPFIX][v6];
		uint8_t *at = flow_export_grow(x, 4 + 4 * EXPORT_FIELDS);

		put_be16(at, v6 ? TEMPLATE6 : TEMPLATE4);
		put_be16(at + 2, EXPORT_FIELDS);
		for (unsigned int i = 0; i < EXPORT_FIELDS; i++) {
			put_be16(at + 4 + 4 * i, f[i].id);
			put_be16(at + 6 + 4 * i, f[i].size);
		}
		x->count++;
	}
	flow_export_end_set(x);
	x->templated = true;
	x->templated_ms = x->now_ms;
	x->since_template = 0;
}

/* Begins a message; false: no memory, or too many wait. */
static bool
flow_export_open(struct flow_export *x, struct thread *t)
{
	if (x->waiting >= EXPORT_WAITING_MAX)
		return false;
	x->message = packet_new(t, PACKET_HEADROOM, NULL, x->size, 0);
	if (x->message == NULL)
		return false;
	x->message->length = 0;
	(void)flow_export_grow(x, flow_export_header(x));
	x->set = x->count = x->data = 0;
	if (!x->templated || x->now_ms - x->templated_ms >= x->template_ms ||
	    x->since_template >= x->template_messages)
		flow_export_templates(x);
	return true;
}

void
flow_export_close(struct flow_export *x)
{
	struct packet *p = x->message;

	if (p == NULL)
		return;
	flow_export_end_set(x);
	put_be16(p->data, (uint16_t)x->version);
	if (x->version == EXPORT_IPFIX) {
		put_be16(p->data + 2, (uint16_t)p->length);
		put_be32(p->data + 4, (uint32_t)(x->wall_ms / 1000));
		put_be32(p->data + 8, x->sequence);
		put_be32(p->data + 12, x->domain);
		/* Data records before this message (RFC 7011, 3.1). */
		x->sequence += x->data;
	} else {
		put_be16(p->data + 2, (uint16_t)x->count);
		put_be32(p->data + 4, x->now_ms - x->start_ms);
		put_be32(p->data + 8, (uint32_t)(x->wall_ms / 1000));
		put_be32(p->data + 12, x->sequence++);
		put_be32(p->data + 16, x->domain);
	}
	p->next = NULL;
	*x->last = p;
	x->last = &p->next;
	x->waiting++;
	x->messages++;
	x->since_template++;
	x->message = NULL;
}

struct packet *
flow_export_take(struct flow_export *x)
{
	struct packet *p = x->first;

	if (p == NULL)
		return NULL;
	x->first = p->next;
	if (x->first == NULL)
		x->last = &x->first;
	p->next = NULL;
	x->waiting--;
	return p;
}

/* ---- records ---- */

static uint32_t
flow_export_record_size(const struct flow_export *x, bool v6)
{
	const struct export_field *f =
	    export_fields[x->version == EXPORT_IPFIX][v6];
	uint32_t n = 0;

	for (unsigned int i = 0; i < EXPORT_FIELDS; i++)
		n += f[i].size;
	return n;
}

/* In the order of export_fields. */
static void
flow_export_write(const struct flow_export *x, uint8_t *at,
    const struct flow_export_record *r)
{
	uint32_t addr = r->id->version == 6 ? 16 : 4;

	memcpy(at, r->id->src, addr);
	memcpy(at + addr, r->id->dst, addr);
	at += 2 * addr;
	put_u16(at, r->id->sport);
	put_u16(at + 2, r->id->dport);
	at[4] = r->id->proto;
	at[5] = r->tos;
	at[6] = r->tcp_flags;
	at[7] = (uint8_t)r->reason;
	put_be64(at + 8, r->bytes);
	put_be64(at + 16, r->packets);
	at += 24;
	if (x->version == EXPORT_IPFIX) {
		put_be64(at, (uint64_t)(x->wall_ms -
		                        (int32_t)(x->now_ms - r->first_ms)));
		put_be64(at + 8,
		    (uint64_t)(x->wall_ms - (int32_t)(x->now_ms - r->last_ms)));
	} else {
		put_be32(at, r->first_ms - x->start_ms);
		put_be32(at + 4, r->last_ms - x->start_ms);
	}
}

void
flow_export_add(
    struct flow_export *x, struct thread *t, const struct flow_export_record *r)
{
	bool v6 = r->id->version == 6;
	uint32_t n = flow_export_record_size(x, v6);
	uint16_t id = v6 ? TEMPLATE6 : TEMPLATE4;

	if (x->message != NULL && x->message->length + n + SET_HEADER > x->size)
		flow_export_close(x);
	if (x->message == NULL && !flow_export_open(x, t)) {
		x->drops++;
		return;
	}
	if (x->set == 0 || x->set_id != id) {
		flow_export_end_set(x);
		flow_export_begin_set(x, id);
	}
	flow_export_write(x, flow_export_grow(x, n), r);
	x->count++;
	x->data++;
	x->records++;
}
