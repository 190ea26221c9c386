/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SetVLANAnno(VLAN_TCI [, VLAN_PCP]) -- sets the VLAN TCI annotation
 *
 *   in 0      any packets
 *   out 0     the same, annotated for VLANEncap(ANNO) and the like
 *
 *   VLAN_TCI  the whole 802.1Q tag, 0..65535
 *   VLAN_PCP  priority, 0..7, default 0
 *   VLAN_ID   instead of VLAN_TCI: the VLAN, 0..4095, default 0
 *
 *   vlan_tci, vlan_id, vlan_pcp
 *             read/write: the arguments
 *
 *     ... -> SetVLANAnno(VLAN_ID 5, VLAN_PCP 1) -> VLANEncap(ANNO) -> ...
 */
#include "elements/ethernet/vlan_tag.h"

static int
set_vlan_anno_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct vlan_tag *s = element_state(e);
	int32_t tci = -1, id = 0, pcp = 0;
	struct args a;

	args_init(&a, conf, e, errh);
	args_i32_in(&a, "VLAN_TCI", ARG_POS, 0, 0xffff, &tci);
	args_i32_in(&a, "VLAN_PCP", ARG_POS, 0, 7, &pcp);
	args_i32_in(&a, "VLAN_ID", 0, 0, 0xfff, &id);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	s->tci = (uint16_t)((tci >= 0 ? tci : id) | pcp << 13);
	return 0;
}

static inline struct packet *
set_vlan_anno_one(struct element *e, struct thread *t, struct packet *p)
{
	const struct vlan_tag *s = element_state(e);

	(void)t;
	put_be16(p->anno + ANNO_VLAN_TCI, s->tci);
	return p;
}

static void
set_vlan_anno_action(struct element *e, struct batch *b)
{
	batch_each(e, b, set_vlan_anno_one);
}

static void
set_vlan_anno_unparse_config(struct element *e, struct strbuf *out)
{
	vlan_tag_unparse(element_state(e), out);
}

static void
set_vlan_anno_add_handlers(struct element *e)
{
	vlan_tag_add_handlers(e, element_state(e), 0);
}

const struct element_class element_set_vlan_anno = {
	.name = "SetVLANAnno",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE | ELEMENT_LIVE,
	.state_size = sizeof(struct vlan_tag),
	.configure = set_vlan_anno_configure,
	.unparse_config = set_vlan_anno_unparse_config,
	.add_handlers = set_vlan_anno_add_handlers,
	.action = set_vlan_anno_action,
};
