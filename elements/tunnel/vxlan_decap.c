/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * VXLANDecap -- take Ethernet frames out of VXLAN (RFC 7348).
 *
 *	VXLANDecap([VNI, keywords])
 *
 *   in 0      IPv4 or IPv6 packets, network header set (see CheckIPHeader)
 *   out 0     the Ethernet frames inside, MAC header set
 *   out 1     if connected (else they are killed), as they came: packets that
 *             are not VXLAN to DPORT, of another network, fragments, with a
 *             bad UDP checksum, or too short for a frame
 *
 *   VNI       take only this network (default: any)
 *   VNI_ANNO  an annotation of 4 bytes that the network is stored in
 *   DPORT     UDP destination port (default 4789)
 *
 * A UDP checksum of zero is good, over IPv6 too (RFC 6935).
 *
 *   vni       read, write: VNI
 *   drops     read: packets for output 1
 *
 *	... -> CheckIPHeader -> VXLANDecap(42) -> EtherSwitch...
 */
#include "base/csum.h"
#include "click/anno.h"
#include "click/element.h"
#include "elements/ip/five_tuple.h"
#include "elements/tunnel/vxlan.h"

struct vxlan_decap {
	uint32_t vni;
	bool has_vni;
	struct arg_anno vni_anno;
	uint16_t dport;
	uint64_t drops;
};

static int
vxlan_decap_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct vxlan_decap *self = element_state(e);
	struct vxlan_decap new_ = { .dport = VXLAN_PORT };
	struct args a;

	args_init(&a, conf, e, errh);
	new_.has_vni = args_u32(&a, "VNI", ARG_POS, &new_.vni);
	args_anno(&a, "VNI_ANNO", 0, 4, &new_.vni_anno);
	args_udp_port(&a, "DPORT", 0, &new_.dport);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (new_.vni > VXLAN_VNI_MAX)
		return errh_error(
		    errh, "VNI: must be %u at most", (unsigned)VXLAN_VNI_MAX);
	new_.drops = self->drops;
	*self = new_;
	return 0;
}

/* Of the n bytes of UDP at f->l4. */
static bool
vxlan_decap_sum(const struct five_packet *f, uint32_t n)
{
	uint64_t sum;

	if (get_u16(f->l4 + 6) == 0)
		return true;
	if (f->id.version == 4)
		sum = csum_pseudo4(
		    f->id.src, f->id.dst, IPPROTO4_UDP, (uint16_t)n);
	else
		sum = csum_pseudo6(f->id.src, f->id.dst, IPPROTO4_UDP, n);
	return csum_fold(csum_add(sum, f->l4, n)) == 0xffff;
}

/* Bytes of UDP if it is one of ours, 0: it is not; *vni. */
static uint32_t
vxlan_decap_look(const struct vxlan_decap *self, const struct packet *p,
    struct five_packet *f, uint32_t *vni)
{
	const uint32_t head = sizeof(struct udp) + VXLAN_HEADER;
	uint32_t n;

	if (!five_tuple_packet(p, f) || f->fragment || f->l4 < p->data ||
	    f->id.proto != IPPROTO4_UDP || f->l4_length < head ||
	    get_be16(&f->id.dport) != self->dport)
		return 0;
	n = get_be16(f->l4 + 4);
	if (n < head + sizeof(struct ether) || n > f->l4_length ||
	    !(f->l4[8] & VXLAN_FLAG_VNI) || !vxlan_decap_sum(f, n))
		return 0;
	*vni = get_be32(f->l4 + 12) >> 8;
	return self->has_vni && *vni != self->vni ? 0 : n;
}

static inline int
vxlan_decap_one(struct element *e, struct thread *t, struct packet **p)
{
	struct vxlan_decap *self = element_state(e);
	struct five_packet f;
	uint32_t vni = 0, n, at;

	n = vxlan_decap_look(self, *p, &f, &vni);
	if (unlikely(n == 0)) {
		counter_add(&self->drops, t, 1);
		return 1;
	}
	at = (uint32_t)(f.l4 - (*p)->data);
	packet_take(*p, (*p)->length - at - n);
	packet_pull(*p, at + (uint32_t)sizeof(struct udp) + VXLAN_HEADER);
	packet_clear_headers(*p);
	packet_set_mac(*p, (*p)->data);
	if (self->vni_anno.size != 0)
		anno_set_u32(*p, self->vni_anno.offset, vni);
	return 0;
}

static void
vxlan_decap_action(struct element *e, struct batch *b)
{
	batch_route(e, b, vxlan_decap_one);
}

static void
vxlan_decap_add_handlers(struct element *e)
{
	struct vxlan_decap *self = element_state(e);

	handler_add_data(e, "vni", HANDLER_READ, DATA_U32, &self->vni);
	handler_add_rewrite_arg(e, "vni", 0, "VNI");
	handler_add_data(e, "drops", HANDLER_READ, DATA_U64, &self->drops);
}

const struct element_class element_vxlan_decap = {
	.name = "VXLANDecap",
	.ports = "1/1-2",
	.processing = "a/ah",
	.flags = ELEMENT_SHAREABLE | ELEMENT_LIVE,
	.state_size = sizeof(struct vxlan_decap),
	.configure = vxlan_decap_configure,
	.add_handlers = vxlan_decap_add_handlers,
	.action = vxlan_decap_action,
};
