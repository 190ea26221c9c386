/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tee([N]) -- sends every packet out of every output
 *
 *   in 0       any packets (push)
 *   out *      the same packets (push); the bytes are shared until somebody
 *              changes them
 *
 *   N          the number of outputs, if one cares to say it
 *
 *     FromDevice(0) -> t :: Tee -> Queue -> ToDevice(1);
 *     t[1] -> ToDump(all.pcap);
 */
#include "elements/standard/copies.h"

static void
tee_push(struct element *e, unsigned int port, struct batch *b)
{
	(void)port;
	for (unsigned int i = 0; i + 1 < e->nout; i++)
		copies_push(e, i, b, 0);
	output_push(e, e->nout - 1, b);
}

const struct element_class element_tee = {
	.name = "Tee",
	.ports = "1/1-",
	.processing = "h",
	.flags = ELEMENT_SHAREABLE,
	.configure = copies_configure,
	.push = tee_push,
};
