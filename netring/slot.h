/* SPDX-License-Identifier: BSD-3-Clause */
/* slot.h -- the fields of a slot (abi/netring.h), of a word once read. */
#ifndef NETRING_SLOT_H
#define NETRING_SLOT_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/netring.h"
#include "base/atomic.h"

static inline netring_slot
slot_make(uint32_t buffer, uint32_t flags, uint32_t offset, uint32_t length)
{
	return (netring_slot)length << 48 | (netring_slot)offset << 32 |
	       (netring_slot)flags << 24 | buffer;
}

static inline uint32_t
slot_buffer(netring_slot s)
{
	return (uint32_t)s & 0xffffff;
}

static inline uint32_t
slot_flags(netring_slot s)
{
	return (uint32_t)s >> 24;
}

static inline uint32_t
slot_offset(netring_slot s)
{
	return (uint32_t)(s >> 32) & 0xffff;
}

static inline uint32_t
slot_length(netring_slot s)
{
	return (uint32_t)(s >> 48);
}

/*
 * Whether its buffer exists and its bytes lie within: to be asked of every
 * word that the other side wrote.
 */
static inline bool
slot_valid(netring_slot s, uint32_t buffers)
{
	uint32_t offset = slot_offset(s);

	return slot_buffer(s) < buffers &&
	       offset + slot_length(s) <= NETRING_BUFFER &&
	       ((slot_flags(s) & NETRING_HAS_META) == 0 ||
	           offset >= NETRING_META);
}

#endif
