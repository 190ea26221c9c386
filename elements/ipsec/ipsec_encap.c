/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IPsecEncap(PROTO) -- puts an IPv4 header for the other end of a tunnel in
 * front
 *
 *   in 0     packets whose destination annotation is the other end
 *   out 0    the same behind an IPv4 header with that destination; the source
 *            is for a FixIPSrc to fill in
 *
 *   PROTO    protocol of what is inside, by number or name: 50 for ESP
 *
 *     ... -> IPsecAuthHMACSHA1(0) -> IPsecEncap(50) -> [0] rt;
 */
#include "base/csum.h"
#include "click/nameinfo.h"
#include "elements/ipsec/esp.h"

struct ipsec_encap {
	uint8_t proto;
	uint32_t id;
};

static int
ipsec_encap_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct ipsec_encap *s = element_state(e);
	int32_t proto = 0;
	struct args a;

	args_init(&a, conf, e, errh);
	args_named(&a, "PROTO", ARG_POS | ARG_MAND, NAME_IP_PROTO, &proto);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (proto < 0 || proto > 255)
		return errh_error(errh, "bad IP protocol");
	s->proto = (uint8_t)proto;
	return 0;
}

static inline struct packet *
ipsec_encap_one(struct element *e, struct thread *t, struct packet *p)
{
	struct ipsec_encap *s = element_state(e);
	struct ip4 *ip;

	if (packet_push(t, &p, sizeof(*ip)) == NULL)
		return NULL;
	ip = (struct ip4 *)p->data;
	*ip = (struct ip4){ .vhl = 0x45, .ttl = 250, .proto = s->proto };
	put_be16(ip->len, (uint16_t)p->length);
	put_be16(ip->id, (uint16_t)fetch_add(&s->id, 1));
	put_u32(ip->dst, anno_u32(p, ANNO_DST_IP));
	put_u16(ip->sum, csum(ip, sizeof(*ip)));
	anno_set_u8(p, ANNO_FIX_IP_SRC, 1);
	packet_set_network(p, p->data, sizeof(*ip));
	return p;
}

static void
ipsec_encap_action(struct element *e, struct batch *b)
{
	batch_each(e, b, ipsec_encap_one);
}

const struct element_class element_ipsec_encap = {
	.name = "IPsecEncap",
	.ports = "1/1",
	.click_flags = "A",
	.flags = ELEMENT_SHAREABLE | ELEMENT_LIVE,
	.state_size = sizeof(struct ipsec_encap),
	.configure = ipsec_encap_configure,
	.action = ipsec_encap_action,
};
