/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * GetIPAddress -- copy an address from the packet to an annotation.
 *
 *	GetIPAddress([OFFSET, ANNO, keyword IP])
 *
 *   in 0      packets
 *   out 0     the same, annotation set; left as it was where the packet is too
 *             short or has no network header
 *
 *   OFFSET    where the four bytes are; 16 in a bare IPv4 packet is its
 *             destination
 *   ANNO      the annotation, by default the destination address
 *   IP        src or dst, in the place of OFFSET: from the IPv4 header
 *
 *	... -> GetIPAddress(IP dst) -> LookupIPRoute(...) -> ...
 */
#include "click/anno.h"
#include "elements/ip/ip_header.h"

enum { GET_IP_SRC = -1, GET_IP_DST = -2 };

struct get_ip_address {
	int32_t offset;
	struct arg_anno anno;
};

static int
get_ip_address_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct get_ip_address *self = element_state(e);
	struct str word = { NULL, 0 };
	struct args a;
	int err = 0;

	self->offset = -1;
	self->anno = (struct arg_anno){ ANNO_DST_IP, 4 };
	args_init(&a, conf, e, errh);
	args_i32(&a, "OFFSET", ARG_POS, &self->offset);
	args_anno(&a, "ANNO", ARG_POS, 4, &self->anno);
	args_str(&a, "IP", 0, &word);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if ((self->offset >= 0) == (word.n > 0))
		err = errh_error(errh, "set one of OFFSET, IP");
	else if (str_is(word, "src"))
		self->offset = GET_IP_SRC;
	else if (str_is(word, "dst"))
		self->offset = GET_IP_DST;
	else if (word.n > 0)
		err = errh_error(errh, "bad IP");
	str_free(&word);
	return err;
}

static inline struct packet *
get_ip_address_one(struct element *e, struct thread *t, struct packet *p)
{
	struct get_ip_address *self = element_state(e);
	const struct ip4 *ip;

	(void)t;
	if (self->offset >= 0) {
		if (likely((uint64_t)self->offset + 4 <= p->length))
			anno_set_u32(p, self->anno.offset,
			    get_u32(p->data + self->offset));
		return p;
	}
	ip = ip_header(p);
	if (likely(ip != NULL))
		anno_set_u32(p, self->anno.offset,
		    get_u32(self->offset == GET_IP_SRC ? ip->src : ip->dst));
	return p;
}

static void
get_ip_address_action(struct element *e, struct batch *b)
{
	batch_each(e, b, get_ip_address_one);
}

const struct element_class element_get_ip_address = {
	.name = "GetIPAddress",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct get_ip_address),
	.configure = get_ip_address_configure,
	.action = get_ip_address_action,
};
