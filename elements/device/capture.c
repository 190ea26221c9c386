/* SPDX-License-Identifier: BSD-3-Clause */
/* capture.c -- see capture.h. */
#include "elements/device/capture.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/vec.h"
#include "click/anno.h"
#include "click/packet_inline.h"
#include "os/os.h"

enum { PREFETCH = 4 };

void
capture_fini(struct capture *c)
{
	free(c->frames);
	sb_fini(&c->file);
	memset(c, 0, sizeof(*c));
}

static int
capture_add(struct capture *c, const struct pcap_record *rec)
{
	int err = 0;

	if (c->n == c->cap)
		err = vec_grow(
		    (void **)&c->frames, &c->cap, c->n + 1, sizeof(*c->frames));
	if (err != 0)
		return err;
	c->frames[c->n++] = (struct capture_frame){
		.data = (const uint8_t *)rec->data.s,
		.caplen = (uint32_t)rec->data.n,
		.length = rec->length,
		.stamp_ns = rec->stamp_ns,
	};
	if (rec->data.n > c->longest)
		c->longest = (uint32_t)rec->data.n;
	return 0;
}

static int
capture_index(struct capture *c, struct pcap_reader *r, struct str rest,
    size_t max, bool *broken)
{
	for (;;) {
		struct pcap_record rec;
		size_t used = 0;

		if (max > 0 && c->n == max)
			return 0;
		switch (pcap_read(r, rest, &used, &rec)) {
		case PCAP_RECORD:
			if (capture_add(c, &rec) != 0)
				return ERR_NOMEM;
			break;
		case PCAP_SKIP:
			break;
		case PCAP_MORE:
			return 0;
		case PCAP_BAD:
			*broken = true;
			return 0;
		}
		rest = str_from(rest, used);
	}
}

int
capture_load(struct capture *c, struct str path, size_t max, bool *broken,
    struct diag *why)
{
	struct diag reason = { "" };
	struct pcap_reader r;
	size_t used;
	int err;

	memset(c, 0, sizeof(*c));
	*broken = false;
	err = os_file_read(path, &c->file, &reason);
	if (err != 0) {
		diag(why, err, "%.*s: %s", STR_ARG(path), reason.text);
		goto fini;
	}
	err = pcap_begin(&r, sb_str(&c->file), &used);
	if (err == ERR_NOTSUP)
		diag(why, err, "%.*s: unknown major version %u", STR_ARG(path),
		    r.major);
	else if (err != 0)
		err = diag(why, ERR_INVAL, "%.*s: not a tcpdump file (%s)",
		    STR_ARG(path),
		    err == ERR_AGAIN ? "too short" : "bad magic number");
	if (err != 0)
		goto fini;
	c->linktype = r.linktype;
	err =
	    capture_index(c, &r, str_from(sb_str(&c->file), used), max, broken);
	if (err == 0)
		return 0;
	diag(why, err, "%.*s: out of memory", STR_ARG(path));
fini:
	capture_fini(c);
	return err;
}

static inline void
capture_annotate(struct packet *p, const struct capture_frame *f)
{
	p->timestamp_ns = f->stamp_ns;
	if (unlikely(f->length > f->caplen))
		anno_set_u32(p, ANNO_EXTRA_LENGTH, f->length - f->caplen);
	packet_set_mac(p, p->data);
}

/* Frames of which some are too long for the pool's buffers. */
static uint32_t
capture_play_long(const struct capture_frame *f, struct batch *b, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++, f++) {
		struct packet *p = packet_new(
		    b->thread, PACKET_HEADROOM, f->data, f->caplen, 0);

		if (p == NULL)
			return i;
		capture_annotate(p, f);
		batch_add(b, p);
	}
	return n;
}

uint32_t
capture_play(const struct capture *c, size_t from, struct batch *b, uint32_t n)
{
	const struct capture_frame *f = &c->frames[from];
	struct packet **p = &b->packet[b->count];

	CHECK_HOT(n <= c->n - from && n <= batch_room(b));
	if (unlikely(c->longest > POOL_BUFFER - PACKET_HEADROOM))
		return capture_play_long(f, b, n);
	n = pool_get_many(b->thread->pool, p, n);
	for (uint32_t i = 0; i < n; i++, f++) {
		/* The frames lie one behind the other: a few ahead is near. */
		prefetch_read(f->data + PREFETCH * 64);
		packet_fill(p[i], PACKET_HEADROOM, f->data, f->caplen);
		capture_annotate(p[i], f);
	}
	b->count += n;
	return n;
}
