/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * EtherVLANEncap(ETHERTYPE, SRC, DST, VLAN_TCI [, VLAN_PCP, keywords]) -- puts
 * an Ethernet header with an 802.1Q tag in front
 *
 *   in 0         any packets
 *   out 0        the same behind 18 bytes of header, or 14 without tag; the MAC
 *                header is set
 *
 *   ETHERTYPE    of the payload, as 0x0800
 *   SRC, DST     Ethernet addresses
 *   VLAN_TCI     the whole tag, 0..65535, or ANNO: the VLAN TCI annotation
 *   VLAN_PCP     priority, 0..7, default 0
 *   VLAN_ID      instead of VLAN_TCI: the VLAN, 0..4095, default 0
 *   NATIVE_VLAN  packets of this VLAN get no tag, default 0; -1: all get one
 *
 *   src, dst, ethertype, vlan_tci, vlan_id, vlan_pcp, native_vlan
 *                read/write: the arguments
 *
 *     ... -> EtherVLANEncap(0x0800, 1:1:1:1:1:1, 2:2:2:2:2:2, 5) -> ...
 */
#include "elements/ethernet/vlan_tag.h"

struct ether_vlan_encap {
	struct ether_vlan header; /* without the tag's value */
	struct vlan_tag tag;
};

static int
ether_vlan_encap_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct ether_vlan_encap *s = element_state(e);
	struct ether_vlan h = s->header;
	struct vlan_tag_args v = { 0 };
	uint16_t type = 0;
	struct args a;
	int err;

	args_init(&a, conf, e, errh);
	args_u16(&a, "ETHERTYPE", ARG_POS | ARG_MAND, &type);
	args_ether(&a, "SRC", ARG_POS | ARG_MAND, h.src);
	args_ether(&a, "DST", ARG_POS | ARG_MAND, h.dst);
	vlan_tag_read(&a, &v);
	err = args_complete(&a);
	err = vlan_tag_finish(e, &v, &s->tag, err, errh);
	if (err != 0)
		return err;
	put_be16(h.tpid, ETHERTYPE_VLAN);
	put_be16(h.type, type);
	s->header = h;
	return 0;
}

static inline struct packet *
ether_vlan_encap_one(struct element *e, struct thread *t, struct packet *p)
{
	struct ether_vlan_encap *s = element_state(e);
	uint16_t tci;
	bool tagged = vlan_tag_of(&s->tag, p, &tci);
	uint32_t n = tagged ? sizeof(struct ether_vlan) : sizeof(struct ether);

	if (packet_push(t, &p, n) == NULL)
		return NULL;
	memcpy(p->data, &s->header, 14);
	memcpy(p->data + n - 2, s->header.type, 2);
	if (tagged)
		put_be16(((struct ether_vlan *)p->data)->tci, tci);
	packet_set_mac(p, p->data);
	return p;
}

static void
ether_vlan_encap_action(struct element *e, struct batch *b)
{
	batch_each(e, b, ether_vlan_encap_one);
}

/* Click's order, which is not that of the arguments. */
static void
ether_vlan_encap_unparse_config(struct element *e, struct strbuf *out)
{
	struct ether_vlan_encap *s = element_state(e);

	sb_ether(out, s->header.src);
	sb_adds(out, ", ");
	sb_ether(out, s->header.dst);
	sb_printf(out, ", %u, ", get_be16(s->header.type));
	vlan_tag_unparse(&s->tag, out);
}

static void
ether_vlan_encap_add_handlers(struct element *e)
{
	struct ether_vlan_encap *s = element_state(e);
	unsigned int both = HANDLER_READ | HANDLER_WRITE;

	handler_add_data(e, "src", both, DATA_ETHER, s->header.src);
	handler_add_data(e, "dst", both, DATA_ETHER, s->header.dst);
	handler_add_data(e, "ethertype", both, DATA_BE16, s->header.type);
	vlan_tag_add_handlers(e, &s->tag, 3);
}

const struct element_class element_ether_vlan_encap = {
	.name = "EtherVLANEncap",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE | ELEMENT_LIVE,
	.state_size = sizeof(struct ether_vlan_encap),
	.configure = ether_vlan_encap_configure,
	.unparse_config = ether_vlan_encap_unparse_config,
	.add_handlers = ether_vlan_encap_add_handlers,
	.action = ether_vlan_encap_action,
};
