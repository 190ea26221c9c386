/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Hub() -- sends every packet out of every output but one
 *
 *   in N       any packets (push)
 *   out N      the packets from all inputs but N (push)
 *
 *     h :: Hub;
 *     FromDevice(0) -> [0] h [0] -> Queue -> ToDevice(0);
 *     FromDevice(1) -> [1] h [1] -> Queue -> ToDevice(1);
 *     FromDevice(2) -> [2] h [2] -> Queue -> ToDevice(2);
 */
#include "elements/standard/copies.h"

static void
hub_push(struct element *e, unsigned int port, struct batch *b)
{
	unsigned int last = e->nout - 1;

	if (last == port && last > 0)
		last--;
	if (last == port) { /* the only output is its own */
		batch_kill(b);
		return;
	}
	for (unsigned int i = 0; i < last; i++)
		if (i != port)
			copies_push(e, i, b, 0);
	output_push(e, last, b);
}

const struct element_class element_hub = {
	.name = "Hub",
	.ports = "-/=",
	.processing = "h",
	.flow = "#/[^#]",
	.flags = ELEMENT_SHAREABLE,
	.push = hub_push,
};
