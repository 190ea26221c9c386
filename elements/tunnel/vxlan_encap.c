/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * VXLANEncap -- put Ethernet frames into VXLAN over UDP over IP (RFC 7348).
 *
 *	VXLANEncap(SRC, DST, VNI [, keywords])
 *
 *   in 0      Ethernet frames
 *   out 0     the same behind IP, UDP and VXLAN headers; network header set,
 *             destination annotation set to DST
 *
 *   SRC, DST  ends of the tunnel, both IPv4 or both IPv6 addresses; DST may be
 *             DST_ANNO: the packet's destination annotation
 *   VNI       the network's identifier, 0..16777215
 *   VNI_ANNO  an annotation of 4 bytes that holds each packet's VNI instead
 *   DPORT     UDP destination port (default 4789)
 *   CHECKSUM  boolean: compute the UDP checksum (default false: RFC 7348, 5
 *             and, over IPv6, RFC 6935)
 *   TTL       of the outer header (default 64)
 *   DF        boolean: set "don't fragment" (default true: RFC 7348, 4.3)
 *
 * The UDP source port is a hash of the inner frame's flow (addresses, ports
 * and protocol, or the Ethernet addresses of what is not IP), 49152..65535, so
 * that routers on the way can share the load.  A frame gains 50 bytes (70 over
 * IPv6).
 *
 *   src, dst, vni   read, write: the arguments
 *   drops     read: frames killed because they were too long
 *
 *	FromDevice(0) -> VXLANEncap(10.0.0.1, 10.0.0.2, 42) -> ...
 */
#include "elements/ip/five_tuple.h"
#include "elements/tunnel/outer.h"
#include "elements/tunnel/vxlan.h"

#include "os/os.h"

struct vxlan_encap {
	struct ip_outer outer;
	uint32_t vni;
	struct arg_anno vni_anno;
	uint16_t dport;
	bool checksum, df;
	uint64_t seed;
	uint64_t drops;
};

static int
vxlan_encap_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct vxlan_encap *self = element_state(e);
	struct vxlan_encap new_ = { .dport = VXLAN_PORT, .df = true };
	struct ip_outer_conf outer;
	bool has_vni;
	struct args a;
	int err;

	new_.outer = self->outer;
	args_init(&a, conf, e, errh);
	ip_outer_args(&a, &outer);
	has_vni = args_u32(&a, "VNI", ARG_POS, &new_.vni);
	args_anno(&a, "VNI_ANNO", 0, 4, &new_.vni_anno);
	args_udp_port(&a, "DPORT", 0, &new_.dport);
	args_bool(&a, "CHECKSUM", 0, &new_.checksum);
	args_bool(&a, "DF", 0, &new_.df);
	err = args_complete(&a);
	if (err != 0)
		return err;
	err = ip_outer_make(&new_.outer, e, &outer, errh);
	if (err == 0 && has_vni == (new_.vni_anno.size != 0))
		err = errh_error(errh, "give one of VNI and VNI_ANNO");
	if (err == 0 && new_.vni > VXLAN_VNI_MAX)
		err = errh_error(
		    errh, "VNI: must be %u at most", (unsigned)VXLAN_VNI_MAX);
	if (err != 0)
		return err;
	new_.drops = self->drops;
	new_.seed = self->seed;
	if (new_.seed == 0)
		os_random(&new_.seed, sizeof(new_.seed));
	*self = new_;
	return 0;
}

/* A hash of the flow that the frame belongs to. */
static uint32_t
vxlan_encap_flow(const struct vxlan_encap *self, const struct packet *p)
{
	struct five_packet f;
	uint32_t at = sizeof(struct ether);
	uint16_t type;

	if (p->length < at)
		return 0;
	type = get_be16(p->data + 12);
	if (type == ETHERTYPE_VLAN && p->length >= at + 4) {
		type = get_be16(p->data + 16);
		at += 4;
	}
	if ((type == ETHERTYPE_IP4 || type == ETHERTYPE_IP6) &&
	    five_tuple_read(p->data + at, p->length - at, &f)) {
		/* The fragments of a packet stay together. */
		if (f.fragment)
			f.id.sport = f.id.dport = 0;
		return (uint32_t)five_tuple_hash(&f.id, self->seed);
	}
	return (uint32_t)hash_bytes(p->data, sizeof(struct ether), self->seed);
}

static void
vxlan_encap_sum(const struct vxlan_encap *self, struct packet *p)
{
	struct udp *udp = (struct udp *)(void *)packet_transport(p);
	uint32_t n = p->length - self->outer.size;
	uint64_t sum;
	uint16_t field;

	if (self->outer.size == sizeof(struct ip4))
		sum = csum_pseudo4(
		    p->data + 12, p->data + 16, IPPROTO4_UDP, (uint16_t)n);
	else
		sum = csum_pseudo6(p->data + 8, p->data + 24, IPPROTO4_UDP, n);
	field = (uint16_t)~csum_fold(csum_add(sum, udp, n));
	put_u16(udp->sum, field == 0 ? 0xffff : field);
}

static inline struct packet *
vxlan_encap_one(struct element *e, struct thread *t, struct packet *p)
{
	struct vxlan_encap *self = element_state(e);
	struct ip_outer_wish w = { .proto = IPPROTO4_UDP, .df = self->df };
	uint32_t vni = self->vni_anno.size == 0
	                   ? self->vni
	                   : anno_u32(p, self->vni_anno.offset);
	struct udp *udp;

	if (unlikely(p->length > ip_outer_room(&self->outer) - sizeof(*udp) -
	                             VXLAN_HEADER)) {
		counter_add(&self->drops, t, 1);
		packet_kill(t, p);
		return NULL;
	}
	w.flow = vxlan_encap_flow(self, p);
	packet_set_mac(p, p->data);
	if (unlikely(packet_push(t, &p, sizeof(*udp) + VXLAN_HEADER) == NULL))
		return NULL;
	udp = (struct udp *)(void *)p->data;
	put_be16(udp->sport, (uint16_t)(VXLAN_SPORT | (w.flow & 0x3fff)));
	put_be16(udp->dport, self->dport);
	put_be16(udp->len, (uint16_t)p->length);
	put_u16(udp->sum, 0);
	put_be32(udp + 1, VXLAN_FLAG_VNI << 24);
	put_be32((uint8_t *)(udp + 1) + 4, vni << 8);
	if (ip_outer_push(&self->outer, t, &p, &w) != NULL && self->checksum)
		vxlan_encap_sum(self, p);
	return p;
}

static void
vxlan_encap_action(struct element *e, struct batch *b)
{
	batch_each(e, b, vxlan_encap_one);
}

static int
vxlan_encap_read(struct element *e, uintptr_t dst, struct handler_call *call)
{
	struct vxlan_encap *self = element_state(e);

	ip_outer_print(&self->outer, dst != 0, call->out);
	return 0;
}

static void
vxlan_encap_add_handlers(struct element *e)
{
	struct vxlan_encap *self = element_state(e);

	ip_outer_add_handlers(e, vxlan_encap_read);
	handler_add_data(e, "vni", HANDLER_READ, DATA_U32, &self->vni);
	handler_add_rewrite_arg(e, "vni", 2, "VNI");
	handler_add_data(e, "drops", HANDLER_READ, DATA_U64, &self->drops);
}

const struct element_class element_vxlan_encap = {
	.name = "VXLANEncap",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE | ELEMENT_LIVE,
	.state_size = sizeof(struct vxlan_encap),
	.configure = vxlan_encap_configure,
	.add_handlers = vxlan_encap_add_handlers,
	.action = vxlan_encap_action,
};
