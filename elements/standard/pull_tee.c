/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * PullTee([N]) -- lets packets be pulled and pushes copies of them
 *
 *   in 0       any packets (pull)
 *   out 0      the same packets (pull)
 *   out 1...   copies of each packet that is pulled, pushed before it is
 *              handed out
 *
 *   N          the number of outputs, if one cares to say it
 *
 *     FromDevice(0) -> Queue -> t :: PullTee -> ToDevice(1);
 *     t[1] -> ToDump(sent.pcap);
 */
#include "elements/standard/copies.h"

static unsigned int
pull_tee_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	uint32_t first = b->count;
	unsigned int n = input_pull(e, 0, b, max);

	(void)port;
	for (unsigned int i = 1; n > 0 && i < e->nout; i++)
		copies_push(e, i, b, first);
	return n;
}

const struct element_class element_pull_tee = {
	.name = "PullTee",
	.ports = "1/1-",
	.processing = "l/lh",
	.flags = ELEMENT_SHAREABLE,
	.configure = copies_configure,
	.pull = pull_tee_pull,
};
