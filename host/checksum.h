/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * checksum.h -- completing what a local sender has left to its network card.
 */
#ifndef HOST_CHECKSUM_H
#define HOST_CHECKSUM_H

struct packet;

/*
 * Computes the TCP or UDP checksum of an Ethernet frame that nobody shares; a
 * fragment, another protocol or a frame cut short is left alone.
 */
void checksum_complete(struct packet *p);

#endif
