/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ingress.h -- what a frame goes through before it is looked up, and its tag
 * before it leaves.  For burst.c.
 */
#ifndef VALE_INGRESS_H
#define VALE_INGRESS_H

#include "vale/internal.h"

/* The tag of 802.1Q: four bytes after the addresses. */
enum { VLAN_TAG = 4, VLAN_AT = 12, VLAN_VID = 0xfff };

/*
 * Copies the first bytes (want, at most VALE_HEAD, or what there is) of a
 * frame without head to to, and makes them its head.
 */
void frame_take_head_slow(const struct vale_port *p, struct vale_frame *f,
    uint8_t *to, uint32_t want);

static inline void
frame_take_head(
    const struct vale_port *p, struct vale_frame *f, uint8_t *to, uint32_t want)
{
	/* Most frames are all of 64 bytes or longer, and nobody
	 * looks further. */
	if (likely(want == VALE_HEAD / 2 && f->length >= VALE_HEAD / 2)) {
		memcpy(to, f->data, VALE_HEAD / 2);
		f->data += VALE_HEAD / 2;
		f->length -= VALE_HEAD / 2;
		f->head = to;
		f->head_length = VALE_HEAD / 2;
	} else {
		frame_take_head_slow(p, f, to, want);
	}
}

/*
 * Checks a frame of s that has a head, takes its tag off where s's VLAN says
 * so, and sets f->vlan.  DROP_NONE, or why it goes no further.
 */
enum vale_drop ingress_check(struct vale_slot *s,
    const struct vale_settings *set, struct vale_frame *f, int64_t now_ns);

/* Whether f, as it is in the switch, leaves tagged by a port with set. */
static inline bool
egress_tagged(const struct vale_settings *set, const struct vale_frame *f)
{
	return set->vlan_mode == VLAN_TRUNK &&
	       (f->vlan & VLAN_VID) != set->vlan;
}

/*
 * Makes *to a copy of f with its tag on, its head at room[TAGGED_HEAD + tag].
 */
void egress_tag(
    const struct vale_frame *f, struct vale_frame *to, uint8_t *room);

/*
 * Fills in the checksum that a sender left to others (VALE_CSUM_PARTIAL).
 * False when it does not lie in the head.
 */
bool egress_checksum(struct vale_frame *f);

#endif
