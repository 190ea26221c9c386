/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ingress.h -- what a frame goes through before it is looked up, and its tag
 * before it leaves.  For burst.c.
 */
#ifndef VALE_INGRESS_H
#define VALE_INGRESS_H

#include "vale/guard.h"
#include "vale/internal.h"

/* The tag of 802.1Q: four bytes after the addresses. */
enum { VLAN_TAG = 4, VLAN_AT = 12, VLAN_VID = 0xfff };

/* The first n bytes of a frame whose first piece has fewer. */
void frame_gather_head(
    const struct vale_port *p, struct vale_frame *f, uint8_t *to, uint32_t n);

/*
 * Copies the first bytes (want, VALE_HEAD or half of it, or what there is) of a
 * frame without head to to, and makes them its head.
 */
static inline void
frame_take_head(
    const struct vale_port *p, struct vale_frame *f, uint8_t *to, uint32_t want)
{
	uint32_t n = want < f->total ? want : f->total;

	if (unlikely(f->length < n)) {
		frame_gather_head(p, f, to, n);
	} else {
		if (likely(n == VALE_HEAD / 2))
			memcpy(to, f->data, VALE_HEAD / 2);
		else
			copy_short(to, f->data, n);
		f->data += n;
		f->length -= n;
	}
	f->head = to;
	f->head_length = n;
}

/* Takes f's tag off where set's VLAN says so, and sets f->vlan. */
enum vale_drop ingress_vlan(
    const struct vale_settings *set, struct vale_frame *f);

/* False: f is beyond a rate. */
bool ingress_limit(struct vale_slot *s, const struct vale_settings *set,
    const struct vale_frame *f, int64_t now_ns);

/*
 * Checks a frame of s that has a head.  DROP_NONE, or why it goes no further.
 */
static inline enum vale_drop
ingress_check(struct vale_slot *s, const struct vale_settings *set,
    struct vale_frame *f, int64_t now_ns)
{
	enum vale_drop why = DROP_NONE;

	if (set->vlan_mode != VLAN_OFF)
		why = ingress_vlan(set, f);
	if (why == DROP_NONE && set->guard)
		why = guard_check(set, f->head, f->head_length, f->total);
	if (why == DROP_NONE && (set->rx_pps | set->rx_bps) != 0 &&
	    !ingress_limit(s, set, f, now_ns))
		why = DROP_RX_LIMIT;
	return why;
}

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
