/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * VLANDecap([ANNO, ETHERTYPE]) -- takes the 802.1Q tag out of Ethernet frames
 *
 *   in 0       Ethernet frames
 *   out 0      the same without their tag; the MAC header is set
 *
 *   ANNO       false: leave the VLAN TCI annotation alone; default true: it
 *              becomes the tag, or 0 for untagged frames
 *   ETHERTYPE  of the tag, default 0x8100
 *
 *     FromDevice(0) -> VLANDecap -> ...
 */
#include "base/bytes.h"
#include "click/anno.h"
#include "click/element.h"

struct vlan_decap {
	bool anno;
	uint16_t type;
};

static int
vlan_decap_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct vlan_decap *s = element_state(e);
	struct args a;

	s->anno = true;
	s->type = ETHERTYPE_VLAN;
	args_init(&a, conf, e, errh);
	args_bool(&a, "ANNO", ARG_POS, &s->anno);
	args_u16(&a, "ETHERTYPE", 0, &s->type);
	return args_complete(&a);
}

static inline struct packet *
vlan_decap_one(struct element *e, struct thread *t, struct packet *p)
{
	struct vlan_decap *s = element_state(e);
	const struct ether_vlan *v = (const struct ether_vlan *)p->data;
	uint8_t tci[2] = { 0, 0 };

	if (p->length >= sizeof(*v) && get_be16(v->tpid) == s->type) {
		memcpy(tci, v->tci, 2);
		if (packet_uniqueify(t, &p) == NULL)
			return NULL;
		memmove(p->data + 4, p->data, 12);
		packet_pull(p, 4);
	}
	packet_set_mac(p, p->data);
	if (s->anno)
		memcpy(p->anno + ANNO_VLAN_TCI, tci, 2);
	return p;
}

static void
vlan_decap_action(struct element *e, struct batch *b)
{
	batch_each(e, b, vlan_decap_one);
}

const struct element_class element_vlan_decap = {
	.name = "VLANDecap",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct vlan_decap),
	.configure = vlan_decap_configure,
	.action = vlan_decap_action,
};
