/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * StripEtherVLANHeader([NATIVE_VLAN]) -- takes off an Ethernet header with or
 * without an 802.1Q tag
 *
 *   in 0         Ethernet frames
 *   out 0        their payload; the VLAN TCI annotation says which VLAN
 *   out 1        untagged frames when there is no native VLAN, and short ones,
 *                if connected; else they are killed
 *
 *   NATIVE_VLAN  the VLAN of untagged frames, default 0; -1: they have none
 *
 *     FromDevice(0) -> StripEtherVLANHeader -> CheckIPHeader -> ...
 */
#include "base/bytes.h"
#include "click/anno.h"
#include "click/element.h"

struct strip_ether_vlan_header {
	int32_t native; /* host order, negative: none */
};

static int
strip_ether_vlan_header_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct strip_ether_vlan_header *s = element_state(e);
	int32_t native = 0;
	struct args a;

	args_init(&a, conf, e, errh);
	args_i32(&a, "NATIVE_VLAN", ARG_POS, &native);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (native > 0xfff)
		return errh_error(errh, "bad NATIVE_VLAN");
	s->native = native;
	return 0;
}

static inline int
strip_ether_vlan_header_one(
    struct element *e, struct thread *t, struct packet **pp)
{
	struct strip_ether_vlan_header *s = element_state(e);
	struct packet *p = *pp;
	const struct ether_vlan *v = (const struct ether_vlan *)p->data;

	(void)t;
	if (p->length >= sizeof(*v) && get_be16(v->tpid) == ETHERTYPE_VLAN) {
		memcpy(p->anno + ANNO_VLAN_TCI, v->tci, 2);
		packet_pull(p, sizeof(*v));
		return 0;
	}
	if (s->native < 0 || p->length < sizeof(struct ether))
		return 1;
	put_be16(p->anno + ANNO_VLAN_TCI, (uint16_t)s->native);
	packet_pull(p, sizeof(struct ether));
	return 0;
}

static void
strip_ether_vlan_header_action(struct element *e, struct batch *b)
{
	batch_route(e, b, strip_ether_vlan_header_one);
}

const struct element_class element_strip_ether_vlan_header = {
	.name = "StripEtherVLANHeader",
	.ports = "1/1-2",
	.processing = "a/ah",
	.flags = ELEMENT_SHAREABLE | ELEMENT_LIVE,
	.state_size = sizeof(struct strip_ether_vlan_header),
	.configure = strip_ether_vlan_header_configure,
	.action = strip_ether_vlan_header_action,
};
