/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * GREEncap -- put a GRE header in front (RFC 2784, 2890).
 *
 *	GREEncap([PROTO, keywords])
 *
 *   in 0      any packets
 *   out 0     the same behind a GRE header, for IPEncap(gre, ...) or IP6Encap;
 *             without PROTO, packets that are neither IPv4 nor IPv6 are killed
 *
 *   PROTO     the Ethernet type of what is inside: a number, "ip", "ip6" or
 *             "ether" (0x6558); default "auto": IPv4 or IPv6, as the packet's
 *             first four bits say
 *   KEY       a number 0..4294967295: the tunnel's key (default: none)
 *   KEY_ANNO  an annotation of 4 bytes that holds each packet's key instead
 *   SEQUENCE  boolean: number the packets, from 0 (default false)
 *   CHECKSUM  boolean: sum header and payload (default false)
 *
 *   key       read, write: KEY
 *   sequence  read, write: the next number
 *   drops     read: packets killed for want of a type
 *
 *	... -> GREEncap(KEY 7) -> IPEncap(gre, 18.26.4.24, 140.247.60.147) ->
 *...
 */
#include "base/csum.h"
#include "click/anno.h"
#include "click/element.h"
#include "elements/ip/quiet.h"
#include "elements/tunnel/gre.h"

struct gre_encap {
	int32_t proto; /* -1: auto */
	uint16_t flags;
	uint32_t size, key;
	struct arg_anno key_anno; /* size 0: none */
	uint32_t sequence;        /* atomic */
	uint64_t drops;
};

static int
gre_encap_proto(
    struct element *e, struct str text, int32_t *proto, struct errh *errh)
{
	int32_t x;

	if (text.n == 0 || str_is(text, "auto"))
		*proto = -1;
	else if (str_is(text, "ip"))
		*proto = ETHERTYPE_IP4;
	else if (str_is(text, "ip6"))
		*proto = ETHERTYPE_IP6;
	else if (str_is(text, "ether"))
		*proto = ETHERTYPE_GRE_ETHERNET;
	else if (arg_quiet(&arg_type_i32, text, &x, e) && x >= 0 && x <= 0xffff)
		*proto = x;
	else
		return errh_error(errh,
		    "PROTO: 'auto', 'ip', 'ip6', 'ether' or a number up to "
		    "65535 expected");
	return 0;
}

static int
gre_encap_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct gre_encap *self = element_state(e);
	struct gre_encap new_ = { .proto = -1 };
	struct str proto = { NULL, 0 };
	bool has_key, sequence = false, checksum = false;
	struct args a;
	int err;

	args_init(&a, conf, e, errh);
	args_raw(&a, "PROTO", ARG_POS, &proto);
	has_key = args_u32(&a, "KEY", 0, &new_.key);
	args_anno(&a, "KEY_ANNO", 0, 4, &new_.key_anno);
	args_bool(&a, "SEQUENCE", 0, &sequence);
	args_bool(&a, "CHECKSUM", 0, &checksum);
	err = args_complete(&a);
	if (err == 0)
		err = gre_encap_proto(e, proto, &new_.proto, errh);
	str_free(&proto);
	if (err == 0 && has_key && new_.key_anno.size != 0)
		err = errh_error(errh, "give one of KEY and KEY_ANNO");
	if (err != 0)
		return err;
	if (has_key || new_.key_anno.size != 0)
		new_.flags |= GRE_KEY;
	new_.flags |= (uint16_t)(sequence ? GRE_SEQUENCE : 0);
	new_.flags |= (uint16_t)(checksum ? GRE_CHECKSUM : 0);
	new_.size = gre_header_size(new_.flags);
	new_.sequence = self->sequence;
	new_.drops = self->drops;
	*self = new_;
	return 0;
}

/* The type of what p holds; negative: unknown. */
static inline int32_t
gre_encap_type(const struct gre_encap *self, const struct packet *p)
{
	if (self->proto >= 0)
		return self->proto;
	switch (p->length == 0 ? 0 : *p->data >> 4) {
	case 4:
		return ETHERTYPE_IP4;
	case 6:
		return ETHERTYPE_IP6;
	default:
		return -1;
	}
}

static inline struct packet *
gre_encap_one(struct element *e, struct thread *t, struct packet *p)
{
	struct gre_encap *self = element_state(e);
	int32_t proto = gre_encap_type(self, p);
	uint8_t *h;

	if (unlikely(proto < 0)) {
		counter_add(&self->drops, t, 1);
		packet_kill(t, p);
		return NULL;
	}
	if (unlikely(packet_push(t, &p, self->size) == NULL))
		return NULL;
	h = p->data;
	put_be16(h, self->flags);
	put_be16(h + 2, (uint16_t)proto);
	h += 4;
	if (self->flags & GRE_CHECKSUM) {
		put_u32(h, 0);
		h += 4;
	}
	if (self->flags & GRE_KEY) {
		put_be32(h, self->key_anno.size == 0
		                ? self->key
		                : anno_u32(p, self->key_anno.offset));
		h += 4;
	}
	if (self->flags & GRE_SEQUENCE)
		put_be32(h, t->alone ? self->sequence++
		                     : fetch_add(&self->sequence, 1));
	if (self->flags & GRE_CHECKSUM)
		put_u16(p->data + 4, csum(p->data, p->length));
	return p;
}

static void
gre_encap_action(struct element *e, struct batch *b)
{
	batch_each(e, b, gre_encap_one);
}

static void
gre_encap_add_handlers(struct element *e)
{
	struct gre_encap *self = element_state(e);

	handler_add_data(e, "key", HANDLER_READ, DATA_U32, &self->key);
	handler_add_rewrite_arg(e, "key", -1, "KEY");
	handler_add_data(e, "sequence", HANDLER_READ | HANDLER_WRITE, DATA_U32,
	    &self->sequence);
	handler_add_data(e, "drops", HANDLER_READ, DATA_U64, &self->drops);
}

const struct element_class element_gre_encap = {
	.name = "GREEncap",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE | ELEMENT_LIVE,
	.state_size = sizeof(struct gre_encap),
	.configure = gre_encap_configure,
	.add_handlers = gre_encap_add_handlers,
	.action = gre_encap_action,
};
