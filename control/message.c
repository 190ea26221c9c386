/* SPDX-License-Identifier: BSD-3-Clause */
/* message.c -- see message.h. */
#include "control/message.h"

#include <string.h>

#include "base/bytes.h"
#include "base/diag.h"
#include "base/err.h"

/* Where the fields of struct control_header lie. */
enum {
	AT_MAGIC = 0,
	AT_VERSION = 4,
	AT_OP = 5,
	AT_ROUTER = 6,
	AT_ID = 8,
	AT_STATUS = 12,
	AT_PATH_LEN = 14,
	AT_OFFSET = 16,
	AT_TOTAL = 20,
	AT_PAYLOAD_LEN = 24,
	AT_RESERVED = 28,
	HEADER = sizeof(struct control_header),
};

static int
frame_check(const uint8_t *h, uint32_t *path, uint32_t *payload)
{
	*path = get_le16(h + AT_PATH_LEN);
	*payload = get_le32(h + AT_PAYLOAD_LEN);
	if (get_le32(h + AT_MAGIC) != CONTROL_MAGIC ||
	    *path > CONTROL_PATH_MAX || *payload > CONTROL_PAYLOAD_MAX)
		return ERR_PEER;
	return 0;
}

int
control_frame(struct str bytes, size_t *size)
{
	const uint8_t *h = (const uint8_t *)bytes.s;
	uint32_t path, payload;

	*size = 0;
	if (bytes.n < HEADER)
		return 0;
	if (frame_check(h, &path, &payload) != 0)
		return ERR_PEER;
	*size = HEADER + (size_t)path + payload;
	return 0;
}

char *
frames_room(struct frames *f, size_t n)
{
	if (f->pos > 0) {
		f->bytes.n -= f->pos;
		memmove(f->bytes.s, f->bytes.s + f->pos, f->bytes.n);
		f->pos = 0;
	}
	return sb_reserve(&f->bytes, n);
}

int
frames_take(struct frames *f, struct strbuf *msg)
{
	struct str have = str_from(sb_str(&f->bytes), f->pos);
	size_t size;

	if (f->bytes.oom || control_frame(have, &size) != 0)
		return ERR_PEER;
	if (size == 0 || size > have.n)
		return 0;
	sb_add(msg, str_sub(have, 0, size));
	f->pos += size;
	return 1;
}

void
frames_skip(struct frames *f)
{
	size_t size;

	while (control_frame(str_from(sb_str(&f->bytes), f->pos), &size) != 0)
		f->pos++;
}

void
frames_clear(struct frames *f)
{
	sb_clear(&f->bytes);
	f->pos = 0;
}

void
frames_fini(struct frames *f)
{
	sb_fini(&f->bytes);
	f->pos = 0;
}

static int
message_check(const uint8_t *h, const struct message *m, uint32_t payload,
    struct diag *why)
{
	if (h[AT_VERSION] != CONTROL_VERSION)
		return diag(why, ERR_PEER, "version %u, not %d", h[AT_VERSION],
		    CONTROL_VERSION);
	/* A reply repeats what was asked, were it nonsense. */
	if (!m->reply && (m->op < CONTROL_HELLO || m->op > CONTROL_LOAD))
		return diag(why, ERR_PEER, "operation %u is unknown", m->op);
	if (m->router >= CONTROL_ROUTERS && m->router != CONTROL_ANY_ROUTER)
		return diag(why, ERR_PEER, "router %u: ids are 0 to %d",
		    m->router, CONTROL_ROUTERS - 1);
	if (m->total > CONTROL_TOTAL_MAX)
		return diag(
		    why, ERR_PEER, "payload of %u bytes is too long", m->total);
	if (m->offset > m->total || payload > m->total - m->offset)
		return diag(why, ERR_PEER,
		    "part at %u of %u bytes is beyond the total %u", m->offset,
		    payload, m->total);
	if (payload == 0 && m->total > 0)
		return diag(why, ERR_PEER, "part at %u is empty", m->offset);
	if (get_le32(h + AT_RESERVED) != 0)
		return diag(why, ERR_PEER, "reserved field is not 0");
	return 0;
}

int
control_check(struct str bytes, struct message *m, struct diag *why)
{
	const uint8_t *h = (const uint8_t *)bytes.s;
	uint32_t path, payload;
	int err;

	memset(m, 0, sizeof(*m));
	if (bytes.n < HEADER)
		return diag(why, ERR_PEER, "message of %zu bytes is no message",
		    bytes.n);
	m->op = h[AT_OP] & ~(unsigned int)CONTROL_REPLY;
	m->reply = (h[AT_OP] & CONTROL_REPLY) != 0;
	m->id = get_le32(h + AT_ID);
	if (frame_check(h, &path, &payload) != 0)
		return diag(why, ERR_PEER, "no message of this protocol");
	if (bytes.n != HEADER + (size_t)path + payload)
		return diag(why, ERR_PEER,
		    "message of %zu bytes: its header says %zu", bytes.n,
		    HEADER + (size_t)path + payload);
	m->router = get_le16(h + AT_ROUTER);
	m->status = get_le16(h + AT_STATUS);
	m->offset = get_le32(h + AT_OFFSET);
	m->total = get_le32(h + AT_TOTAL);
	err = message_check(h, m, payload, why);
	if (err != 0)
		return err;
	m->path = str_sub(bytes, HEADER, HEADER + (size_t)path);
	m->payload = str_from(bytes, HEADER + (size_t)path);
	return 0;
}

void
control_put(struct strbuf *out, const struct message *m)
{
	uint8_t h[HEADER];

	put_le32(h + AT_MAGIC, CONTROL_MAGIC);
	h[AT_VERSION] = CONTROL_VERSION;
	h[AT_OP] = (uint8_t)(m->op | (m->reply ? CONTROL_REPLY : 0));
	put_le16(h + AT_ROUTER, (uint16_t)m->router);
	put_le32(h + AT_ID, m->id);
	put_le16(h + AT_STATUS, (uint16_t)m->status);
	put_le16(h + AT_PATH_LEN, (uint16_t)m->path.n);
	put_le32(h + AT_OFFSET, m->offset);
	put_le32(h + AT_TOTAL, m->total);
	put_le32(h + AT_PAYLOAD_LEN, (uint32_t)m->payload.n);
	put_le32(h + AT_RESERVED, 0);
	sb_add(out, str_make((const char *)h, HEADER));
	sb_add(out, m->path);
	sb_add(out, m->payload);
}

void
assembly_clear(struct assembly *a)
{
	str_free(&a->first.path);
	sb_fini(&a->payload);
	a->begun = false;
}

static int
assembly_begin(struct assembly *a, const struct message *m, struct diag *why)
{
	if (m->offset != 0)
		return diag(why, ERR_PEER, "part at %u without those before",
		    m->offset);
	a->first = *m;
	a->first.payload = STR("");
	a->first.path = str_dup(m->path);
	a->begun = true;
	/* All at once: it must not fail in the middle. */
	if (a->first.path.s == NULL ||
	    (m->total > 0 && sb_reserve(&a->payload, m->total) == NULL)) {
		assembly_clear(a);
		return diag(why, ERR_NOMEM, "no memory for %u bytes", m->total);
	}
	return 0;
}

int
assembly_add(struct assembly *a, const struct message *m, struct diag *why)
{
	int err = a->begun ? 0 : assembly_begin(a, m, why);

	if (err != 0)
		return err;
	if (m->id != a->first.id || m->op != a->first.op ||
	    m->total != a->first.total || m->router != a->first.router ||
	    m->offset != a->payload.n) {
		assembly_clear(a);
		return diag(why, ERR_PEER,
		    "part at %u of request %u does not continue the one before",
		    m->offset, m->id);
	}
	sb_add(&a->payload, m->payload);
	return a->payload.n == a->first.total;
}
