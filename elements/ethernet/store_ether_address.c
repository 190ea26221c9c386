/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * StoreEtherAddress(ADDR, OFFSET [, ANNO]) -- writes an Ethernet address into
 * packets
 *
 *   in 0       any packets
 *   out 0      the same, the address written
 *   out 1      those too short for it, if connected; else they are killed
 *
 *   ADDR       the address
 *   OFFSET     where: "src", "dst" or a number of bytes
 *   ANNO       take it from this annotation instead of ADDR
 *
 *   addr       read/write: ADDR
 *
 *     ... -> StoreEtherAddress(1:1:1:1:1:1, dst) -> ...
 */
#include "elements/ethernet/ether_offset.h"

struct store_ether_address {
	uint8_t mac[6];
	uint32_t offset;
	struct arg_anno anno; /* size 0: use mac */
};

static int
store_ether_address_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct store_ether_address *s = element_state(e);
	struct str offset = { NULL, 0 };
	bool has_mac, has_anno;
	struct args a;
	int err;

	args_init(&a, conf, e, errh);
	has_mac = args_ether(&a, "ADDR", ARG_POS, s->mac);
	args_word(&a, "OFFSET", ARG_POS | ARG_MAND, &offset);
	has_anno = args_anno(&a, "ANNO", 0, 6, &s->anno);
	err = args_complete(&a);
	if (err == 0 && has_mac == has_anno)
		err = errh_error(errh, "must specify exactly one of ADDR/ANNO");
	if (err == 0)
		err = ether_offset_parse(offset, &s->offset, errh);
	str_free(&offset);
	return err;
}

static inline int
store_ether_address_one(struct element *e, struct thread *t, struct packet **p)
{
	struct store_ether_address *s = element_state(e);

	if (!ether_offset_fits(s->offset, *p))
		return 1;
	if (packet_uniqueify(t, p) == NULL)
		return PACKET_GONE;
	memcpy((*p)->data + s->offset,
	    s->anno.size > 0 ? (*p)->anno + s->anno.offset : s->mac, 6);
	return 0;
}

static void
store_ether_address_action(struct element *e, struct batch *b)
{
	batch_route(e, b, store_ether_address_one);
}

static void
store_ether_address_add_handlers(struct element *e)
{
	struct store_ether_address *s = element_state(e);

	handler_add_data(
	    e, "addr", HANDLER_READ | HANDLER_WRITE, DATA_ETHER, s->mac);
}

const struct element_class element_store_ether_address = {
	.name = "StoreEtherAddress",
	.ports = "1/1-2",
	.processing = "a/ah",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct store_ether_address),
	.configure = store_ether_address_configure,
	.add_handlers = store_ether_address_add_handlers,
	.action = store_ether_address_action,
};
