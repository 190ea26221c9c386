/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SetCRC32 -- appends a checksum to each packet.
 *
 *   in 0      any packets
 *   out 0     the same with four bytes more, the CRC-32 of the others, least
 *             significant byte first
 *
 *	... -> SetCRC32 -> RandomBitErrors(.0001) -> CheckCRC32 -> ...
 */
#include "base/bytes.h"
#include "click/element.h"
#include "elements/standard/crc32.h"

static int
set_crc32_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct args a;

	crc32_init(element_state(e));
	args_init(&a, conf, e, errh);
	return args_complete(&a);
}

static inline struct packet *
set_crc32_one(struct element *e, struct thread *t, struct packet *p)
{
	uint32_t crc = crc32_of(element_state(e), p->data, p->length);

	if (packet_put(t, &p, CRC32_LENGTH) == NULL)
		return NULL;
	put_u32(packet_end(p) - CRC32_LENGTH, crc);
	return p;
}

static void
set_crc32_action(struct element *e, struct batch *b)
{
	batch_each(e, b, set_crc32_one);
}

const struct element_class element_set_crc32 = {
	.name = "SetCRC32",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct crc32_tables),
	.configure = set_crc32_configure,
	.action = set_crc32_action,
};
