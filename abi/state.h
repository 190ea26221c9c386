/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * state.h -- what a router's elements know, as bytes: what CONTROL_SAVE
 * answers, CONTROL_LOAD takes and a saved guest's file holds (click/state.h).
 *
 * The whole is cut into parts, each for itself: a head, then sections of one
 * element each.  All numbers are little-endian, nothing is padded.
 *
 *	section   u16 n, n bytes: the element's name
 *	          u16 n, n bytes: its class
 *	          u16: version of that class's form
 *	          items, then u8 0
 *	item      u8: its kind, from 1; u16 n, n bytes: its fields
 *
 * Nothing may be assumed of a part before state_load() has accepted it.
 */
#ifndef ABI_STATE_H
#define ABI_STATE_H

#include <stdint.h>

enum {
	STATE_MAGIC = 0x54534c43, /* "CLST" */
	STATE_VERSION = 1,
	STATE_PART_MAX = 65536,  /* bytes of a part, head and all */
	STATE_END = 0xffffffffu, /* place.element: that was all */
};

/* Where a part ends and the next begins; zeros: the beginning. */
struct state_place {
	uint32_t element; /* its index */
	uint32_t kind;    /* of its items */
	uint64_t at;      /* as that class has it */
};

struct state_head {
	uint32_t magic;   /* STATE_MAGIC */
	uint16_t version; /* STATE_VERSION */
	uint16_t reserved;
	uint32_t length; /* bytes that follow */
	uint32_t check;  /* hash_bytes() of those, seed STATE_MAGIC, low half */
	struct state_place next;
};

_Static_assert(sizeof(struct state_place) == 16, "state_place");
_Static_assert(sizeof(struct state_head) == 32, "state_head");

#endif
