/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xdp_memory.h -- how large the memory and the rings of an AF_XDP socket are,
 * which open_xdp.c makes and port_af_xdp.c uses.
 *
 *	frames 0 to XDP_SLOTS - 1              the kernel receives into them
 *	frames XDP_SLOTS to 2 * XDP_SLOTS - 1  we send from them
 */
#ifndef VALE_XDP_MEMORY_H
#define VALE_XDP_MEMORY_H

enum {
	XDP_SLOTS = 2048, /* of each of the four rings */
	XDP_FRAME = 4096,
	XDP_ROOM = 512, /* of a frame: the driver's headroom, and a tail */
	XDP_MEMORY = 2 * XDP_SLOTS * XDP_FRAME,
};

#endif
