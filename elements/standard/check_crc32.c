/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * CheckCRC32 -- checks and removes what SetCRC32 has appended.
 *
 *   in 0      packets that end in a CRC-32
 *   out 0     those whose checksum is right, without it; others are freed,
 *             each with a message
 *
 *	... -> SetCRC32 -> RandomBitErrors(.0001) -> CheckCRC32 -> ...
 */
#include "base/bytes.h"
#include "click/element.h"
#include "elements/standard/crc32.h"
#include "os/os.h"

static int
check_crc32_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct args a;

	crc32_init(element_state(e));
	args_init(&a, conf, e, errh);
	return args_complete(&a);
}

static void
check_crc32_failed(struct thread *t, struct packet *p)
{
	struct strbuf line = STRBUF_INIT;

	sb_printf(&line, "CRC32 failed, len %u\n", p->length);
	os_log(sb_str(&line));
	sb_fini(&line);
	packet_kill(t, p);
}

static inline struct packet *
check_crc32_one(struct element *e, struct thread *t, struct packet *p)
{
	uint32_t length = p->length - CRC32_LENGTH;

	if (p->length < CRC32_LENGTH ||
	    crc32_of(element_state(e), p->data, length) !=
	        get_u32(p->data + length)) {
		check_crc32_failed(t, p);
		return NULL;
	}
	packet_take(p, CRC32_LENGTH);
	return p;
}

static void
check_crc32_action(struct element *e, struct batch *b)
{
	batch_each(e, b, check_crc32_one);
}

const struct element_class element_check_crc32 = {
	.name = "CheckCRC32",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct crc32_tables),
	.configure = check_crc32_configure,
	.action = check_crc32_action,
};
