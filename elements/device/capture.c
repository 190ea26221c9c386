/* SPDX-License-Identifier: BSD-3-Clause */
/* capture.c -- see capture.h. */
#include "elements/device/capture.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/vec.h"
#include "click/anno.h"
#include "click/packet_inline.h"
#include "os/os.h"

enum {
	PREFETCH = 4,
	LEND_LEAST = 256,  /* bytes; a copy of fewer costs less */
	LEND_PAUSE = 1000, /* turns */
};

static void
capture_free(struct foreign_buffer *f)
{
	struct capture *c = (struct capture *)f;

	sb_fini(&c->file);
	free(c->frames);
	free(c);
}

void
capture_end(struct capture *c)
{
	if (c != NULL)
		foreign_unuse(&c->lent);
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

static int
capture_read(struct capture *c, struct str path, size_t max, bool *broken,
    struct diag *why)
{
	struct diag reason = { "" };
	struct pcap_reader r;
	size_t used;
	int err = os_file_read(path, &c->file, &reason);

	if (err != 0)
		return diag(why, err, "%.*s: %s", STR_ARG(path), reason.text);
	err = pcap_begin(&r, sb_str(&c->file), &used);
	if (err == ERR_NOTSUP)
		return diag(why, err, "%.*s: unknown major version %u",
		    STR_ARG(path), r.major);
	if (err != 0)
		return diag(why, ERR_INVAL, "%.*s: not a tcpdump file (%s)",
		    STR_ARG(path),
		    err == ERR_AGAIN ? "too short" : "bad magic number");
	c->linktype = r.linktype;
	err =
	    capture_index(c, &r, str_from(sb_str(&c->file), used), max, broken);
	if (err != 0)
		return diag(why, err, "%.*s: out of memory", STR_ARG(path));
	return 0;
}

int
capture_load(struct capture **c, struct str path, size_t max, bool *broken,
    struct diag *why)
{
	int err;

	*broken = false;
	*c = calloc(1, sizeof(**c));
	if (*c == NULL)
		return diag(
		    why, ERR_NOMEM, "%.*s: out of memory", STR_ARG(path));
	(*c)->lent.release = capture_free;
	(*c)->lent.uses = 1;
	err = capture_read(*c, path, max, broken, why);
	if (err != 0) {
		capture_end(*c);
		*c = NULL;
	}
	return err;
}

/* ---- playing ---- */

static inline void
capture_annotate(struct packet *p, const struct capture_frame *f)
{
	p->timestamp_ns = f->stamp_ns;
	if (unlikely(f->length > f->caplen))
		anno_set_u32(p, ANNO_EXTRA_LENGTH, f->length - f->caplen);
	packet_set_mac(p, p->data);
}

/* Copies; of frames some of which are too long for the pool's buffers, too. */
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

/* Copies. */
static uint32_t
capture_play_short(const struct capture_frame *f, struct batch *b, uint32_t n)
{
	struct packet **p = &b->packet[b->count];

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

/* Lends long frames and copies short ones. */
static uint32_t
capture_play_lent(struct capture *c, struct capture_player *player,
    const struct capture_frame *f, struct batch *b, uint32_t n)
{
	struct thread *t = b->thread;
	uint32_t i, lent = 0;

	foreign_use(&c->lent, n);
	for (i = 0; i < n; i++, f++) {
		bool lend = f->caplen >= LEND_LEAST;
		struct packet *p =
		    lend ? packet_lend(t, &c->lent, f->data, f->caplen)
		         : packet_new_inline(
		               t, PACKET_HEADROOM, f->data, f->caplen, 0);

		if (p == NULL)
			break;
		lent += lend;
		capture_annotate(p, f);
		batch_add(b, p);
	}
	(void)fetch_sub(&c->lent.uses, n - lent); /* our user has one, too */
	player->lent += lent;
	return i;
}

/*
 * Whether to lend this turn.  A router that writes frames, or puts headers
 * before them, copies them one by one; it is asked again now and then.
 */
static bool
capture_lends(struct capture_player *player, const struct pool *pool)
{
	uint64_t copied = pool->copied - player->copied;

	if (player->pause > 0) {
		player->pause--;
		return false;
	}
	if (copied > player->lent / 2)
		player->pause = LEND_PAUSE;
	player->copied = pool->copied;
	player->lent = 0;
	return player->pause == 0;
}

uint32_t
capture_play(struct capture *c, struct capture_player *player, size_t from,
    struct batch *b, uint32_t n)
{
	const struct capture_frame *f = &c->frames[from];

	CHECK_HOT(n <= c->n - from && n <= batch_room(b));
	if (c->longest >= LEND_LEAST && capture_lends(player, b->thread->pool))
		return capture_play_lent(c, player, f, b, n);
	if (unlikely(c->longest > POOL_BUFFER - PACKET_HEADROOM))
		return capture_play_long(f, b, n);
	return capture_play_short(f, b, n);
}
