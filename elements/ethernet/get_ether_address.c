/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * GetEtherAddress(ANNO, OFFSET) -- copies an Ethernet address out of packets
 * into an annotation
 *
 *   in 0       any packets
 *   out 0      the same, annotated
 *   out 1      those too short, if connected; else they are killed
 *
 *   ANNO       the annotation, six bytes
 *   OFFSET     where the address is: "src", "dst" or a number of bytes
 *
 *     FromDevice(0) -> GetEtherAddress(0, src) -> ...
 */
#include "elements/ethernet/ether_offset.h"

struct get_ether_address {
	uint32_t offset;
	struct arg_anno anno;
};

static int
get_ether_address_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct get_ether_address *s = element_state(e);
	struct str offset = { NULL, 0 };
	struct arg_anno anno;
	struct args a;
	int err;

	args_init(&a, conf, e, errh);
	args_anno(&a, "ANNO", ARG_POS | ARG_MAND, 6, &anno);
	args_word(&a, "OFFSET", ARG_POS | ARG_MAND, &offset);
	err = args_complete(&a);
	if (err == 0)
		err = ether_offset_parse(offset, &s->offset, errh);
	if (err == 0)
		s->anno = anno;
	str_free(&offset);
	return err;
}

static inline int
get_ether_address_one(struct element *e, struct thread *t, struct packet **p)
{
	struct get_ether_address *s = element_state(e);

	(void)t;
	if (!ether_offset_fits(s->offset, *p))
		return 1;
	memcpy((*p)->anno + s->anno.offset, (*p)->data + s->offset, 6);
	return 0;
}

static void
get_ether_address_action(struct element *e, struct batch *b)
{
	batch_route(e, b, get_ether_address_one);
}

const struct element_class element_get_ether_address = {
	.name = "GetEtherAddress",
	.ports = "1/1-2",
	.processing = "a/ah",
	.flags = ELEMENT_SHAREABLE | ELEMENT_LIVE,
	.state_size = sizeof(struct get_ether_address),
	.configure = get_ether_address_configure,
	.action = get_ether_address_action,
};
