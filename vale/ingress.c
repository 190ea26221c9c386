/* SPDX-License-Identifier: BSD-3-Clause */
/* ingress.c -- see ingress.h. */
#include "vale/ingress.h"

#include "base/bytes.h"
#include "base/csum.h"
#include "base/proto.h"

static bool
frame_tagged(const struct vale_frame *f)
{
	return f->head_length >= VALE_FRAME_MIN + VLAN_TAG &&
	       get_be16(f->head + VLAN_AT) == ETHERTYPE_VLAN;
}

static void
frame_untag(struct vale_frame *f)
{
	memmove(f->head + VLAN_TAG, f->head, VLAN_AT);
	f->head += VLAN_TAG;
	f->head_length -= VLAN_TAG;
	f->total -= VLAN_TAG;
	f->csum_start -= VLAN_TAG;
	f->flags &= (uint16_t)~VALE_UNCHANGED;
}

enum vale_drop
ingress_vlan(const struct vale_settings *set, struct vale_frame *f)
{
	uint16_t tci = 0, vid;

	if (frame_tagged(f)) {
		tci = get_be16(f->head + VLAN_AT + 2);
		frame_untag(f);
	}
	vid = tci & VLAN_VID;
	/* A tag without VLAN carries a priority only (802.1Q-2018, 9.6). */
	if (vid == 0)
		tci |= set->vlan;
	else if (set->vlan_mode == VLAN_ACCESS || !settings_in_trunk(set, vid))
		return DROP_VLAN;
	f->vlan = tci;
	return DROP_NONE;
}

bool
ingress_limit(struct vale_slot *s, const struct vale_settings *set,
    const struct vale_frame *f, int64_t now_ns)
{
	if (set->rx_pps != 0 &&
	    !limit_take(&s->rx_pps, set->rx_pps, LIMIT_FRAMES, 1, now_ns))
		return false;
	return set->rx_bps == 0 || limit_take(&s->rx_bps, (set->rx_bps + 7) / 8,
	                               VALE_FRAME_MAX, f->total, now_ns);
}

void
egress_tag(const struct vale_frame *f, struct vale_frame *to, uint8_t *room)
{
	*to = *f;
	/* Then its port keeps it for itself: all of it is head, no data. */
	if (f->head_length > TAGGED_HEAD) {
		to->head_length = VALE_HEAD;
		to->data = f->head + VALE_HEAD;
		to->length = f->head_length - VALE_HEAD;
	}
	to->head = room;
	memcpy(room, f->head, VLAN_AT);
	put_be16(room + VLAN_AT, ETHERTYPE_VLAN);
	put_be16(room + VLAN_AT + 2, f->vlan);
	memcpy(room + VLAN_AT + VLAN_TAG, f->head + VLAN_AT,
	    to->head_length - VLAN_AT);
	to->head_length += VLAN_TAG;
	to->total += VLAN_TAG;
	to->csum_start += VLAN_TAG;
	to->flags &= (uint16_t)~VALE_UNCHANGED;
}

/* Adds n bytes at p, which lie at an odd offset if odd, to a sum. */
static uint64_t
csum_piece(uint64_t sum, const uint8_t *p, uint32_t n, uint32_t odd)
{
	if (odd == 0)
		return csum_add(sum, p, n);
	return sum + __builtin_bswap16(csum_fold(csum_add(0, p, n)));
}

bool
egress_checksum(struct vale_frame *f)
{
	uint32_t at = (uint32_t)f->csum_start + f->csum_offset;
	uint32_t n = f->head_length - f->csum_start, odd = n & 1;
	uint64_t sum;
	uint16_t field;

	if (at + 2 > f->head_length || f->csum_start < VALE_FRAME_MIN)
		return false;
	/* The field holds the pseudo header's sum, and is summed with it. */
	sum = csum_add(0, f->head + f->csum_start, n);
	for (int i = -1; i < (int)f->nrest; i++) {
		const uint8_t *data = i < 0 ? f->data : f->rest[i].data;

		n = i < 0 ? f->length : f->rest[i].length;
		if (n > 0)
			sum = csum_piece(sum, data, n, odd);
		odd ^= n & 1;
	}
	field = (uint16_t)~csum_fold(sum);
	/* In UDP zero says "none" (RFC 768); to TCP it is the same. */
	put_u16(f->head + at, field == 0 ? 0xffff : field);
	f->flags &= (uint16_t) ~(VALE_CSUM_PARTIAL | VALE_UNCHANGED);
	return true;
}
