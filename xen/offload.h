/* SPDX-License-Identifier: BSD-3-Clause */
/* offload.h -- what a sender left for hardware to do, done in software. */
#ifndef XEN_OFFLOAD_H
#define XEN_OFFLOAD_H

#include <stddef.h>
#include <stdint.h>

/*
 * Fills in the TCP or UDP checksum of an Ethernet frame that holds a whole
 * IPv4 or IPv6 packet (RFC 768, 793, 8200).  Frames of other kinds and
 * fragments stay as they are.
 */
void offload_checksum(uint8_t *frame, size_t n);

#endif
