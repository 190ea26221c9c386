/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * VLANEncap([VLAN_TCI, VLAN_PCP, keywords]) -- puts an 802.1Q tag into Ethernet
 * frames
 *
 *   in 0         Ethernet frames; those too short for addresses are killed
 *   out 0        the same with a tag behind the addresses
 *
 *   VLAN_TCI     the whole tag, 0..65535, or ANNO: the VLAN TCI annotation
 *   VLAN_PCP     priority, 0..7, default 0
 *   VLAN_ID      instead of VLAN_TCI: the VLAN, 0..4095, default 0
 *   NATIVE_VLAN  frames of this VLAN get no tag, default 0; -1: all get one
 *   ETHERTYPE    of the tag, default 0x8100; 0x88a8 for service tags (802.1ad)
 *
 *   vlan_tci, vlan_id, vlan_pcp, native_vlan, ethertype
 *                read: the arguments
 *   drops        read: frames too short
 *
 *     ... -> VLANEncap(VLAN_ID 5) -> ToDevice(0);
 */
#include "elements/ethernet/vlan_tag.h"

struct vlan_encap {
	struct vlan_tag tag;
	uint16_t type;
	uint64_t drops;
};

static int
vlan_encap_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct vlan_encap *s = element_state(e);
	struct vlan_tag_args v = { 0 };
	struct args a;
	int err;

	s->type = ETHERTYPE_VLAN;
	args_init(&a, conf, e, errh);
	vlan_tag_read(&a, &v);
	args_u16(&a, "ETHERTYPE", 0, &s->type);
	err = args_complete(&a);
	return vlan_tag_finish(e, &v, &s->tag, err, errh);
}

static inline struct packet *
vlan_encap_one(struct element *e, struct thread *t, struct packet *p)
{
	struct vlan_encap *s = element_state(e);
	struct ether_vlan *v;
	uint16_t tci;

	if (unlikely(p->length < 12)) {
		counter_add(&s->drops, t, 1);
		packet_kill(t, p);
		return NULL;
	}
	if (vlan_tag_of(&s->tag, p, &tci)) {
		if (packet_push(t, &p, 4) == NULL)
			return NULL;
		memmove(p->data, p->data + 4, 12);
		v = (struct ether_vlan *)p->data;
		put_be16(v->tpid, s->type);
		put_be16(v->tci, tci);
	}
	packet_set_mac(p, p->data);
	return p;
}

static void
vlan_encap_action(struct element *e, struct batch *b)
{
	batch_each(e, b, vlan_encap_one);
}

static void
vlan_encap_unparse_config(struct element *e, struct strbuf *out)
{
	struct vlan_encap *s = element_state(e);

	vlan_tag_unparse(&s->tag, out);
	if (s->type != ETHERTYPE_VLAN)
		sb_printf(out, ", ETHERTYPE 0x%x", s->type);
}

static void
vlan_encap_add_handlers(struct element *e)
{
	struct vlan_encap *s = element_state(e);

	vlan_tag_add_handlers(e, &s->tag, 0);
	handler_add_arg(e, "ethertype", -1, "ETHERTYPE");
	handler_add_rewrite_arg(e, "ethertype", -1, "ETHERTYPE");
	handler_add_data(e, "drops", HANDLER_READ, DATA_U64, &s->drops);
}

const struct element_class element_vlan_encap = {
	.name = "VLANEncap",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct vlan_encap),
	.configure = vlan_encap_configure,
	.unparse_config = vlan_encap_unparse_config,
	.add_handlers = vlan_encap_add_handlers,
	.action = vlan_encap_action,
};
