/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * GREDecap -- take a GRE header off (RFC 2784, 2890).
 *
 *	GREDecap([keywords])
 *
 *   in 0      packets that begin with a GRE header (see StripIPHeader)
 *   out 0     what is inside; its network header is set if it is an IP packet,
 *             its MAC header if it is an Ethernet frame
 *   out 1     if connected (else they are killed), as they came: packets with
 *             a bad header or checksum, another type or key, out of sequence
 *
 *   PROTO     take only this Ethernet type: a number (default: any)
 *   KEY       take only packets with this key (default: any, or none)
 *   KEY_ANNO  an annotation of 4 bytes that each packet's key is stored in, 0
 *             if it has none
 *   SEQUENCE  boolean: take only numbers above those seen before (RFC 2890,
 *             2.2); packets without a number are good (default false)
 *
 * A checksum that is there is always checked.
 *
 *   key       read, write: KEY
 *   drops     read: packets for output 1
 *   drop_details  read: the same by reason
 *   reset     write: sequence numbers begin anew
 *
 *	... -> CheckIPHeader -> IPFilter(allow ip proto gre) -> StripIPHeader
 *	    -> GREDecap(KEY 7) -> CheckIPHeader -> ...
 */
#include "base/csum.h"
#include "click/anno.h"
#include "click/element.h"
#include "elements/tunnel/gre.h"

enum gre_fault { GRE_GOOD, GRE_HEADER, GRE_SUM, GRE_OTHER, GRE_ORDER, GRE_N };

static const char *const gre_fault_name[GRE_N] = { "", "bad header",
	"bad checksum", "other type or key", "out of sequence" };

struct gre_decap {
	int32_t proto; /* -1: any */
	uint32_t key;
	bool has_key, in_sequence;
	struct arg_anno key_anno;
	struct spinlock lock; /* of the two below */
	bool seen;            /* a number */
	uint32_t sequence;    /* the last */
	uint64_t drops[GRE_N];
};

static int
gre_decap_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct gre_decap *self = element_state(e);
	bool has_key, in_sequence = false;
	struct arg_anno anno = { 0, 0 };
	int32_t proto = -1;
	struct args a;
	uint32_t key = 0;

	args_init(&a, conf, e, errh);
	args_i32_in(&a, "PROTO", 0, 0, 0xffff, &proto);
	has_key = args_u32(&a, "KEY", 0, &key);
	args_anno(&a, "KEY_ANNO", 0, 4, &anno);
	args_bool(&a, "SEQUENCE", 0, &in_sequence);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	self->proto = proto;
	self->key = key;
	self->has_key = has_key;
	self->key_anno = anno;
	self->in_sequence = in_sequence;
	return 0;
}

struct gre_header {
	uint16_t flags, proto;
	uint32_t size, key, sequence;
};

static enum gre_fault
gre_decap_read(const struct packet *p, struct gre_header *h)
{
	const uint8_t *at = p->data + 4;

	if (p->length < 4)
		return GRE_HEADER;
	*h = (struct gre_header){ .flags = get_be16(p->data),
		.proto = get_be16(p->data + 2) };
	if ((h->flags & GRE_MUST_BE_0) != 0)
		return GRE_HEADER;
	h->size = gre_header_size(h->flags);
	if (p->length < h->size)
		return GRE_HEADER;
	if (h->flags & GRE_CHECKSUM) {
		if (csum(p->data, p->length) != 0)
			return GRE_SUM;
		at += 4;
	}
	if (h->flags & GRE_KEY) {
		h->key = get_be32(at);
		at += 4;
	}
	if (h->flags & GRE_SEQUENCE)
		h->sequence = get_be32(at);
	return GRE_GOOD;
}

/* Whether n comes after all before it, which it then is the last of. */
static bool
gre_decap_in_order(struct gre_decap *self, struct thread *t, uint32_t n)
{
	bool good;

	thread_lock(t, &self->lock);
	good = !self->seen || (int32_t)(n - self->sequence) > 0;
	if (good) {
		self->seen = true;
		self->sequence = n;
	}
	thread_unlock(t, &self->lock);
	return good;
}

static enum gre_fault
gre_decap_check(
    struct gre_decap *self, struct thread *t, const struct gre_header *h)
{
	if (self->proto >= 0 && h->proto != self->proto)
		return GRE_OTHER;
	if (self->has_key && (!(h->flags & GRE_KEY) || h->key != self->key))
		return GRE_OTHER;
	if (!self->in_sequence || !(h->flags & GRE_SEQUENCE))
		return GRE_GOOD;
	return gre_decap_in_order(self, t, h->sequence) ? GRE_GOOD : GRE_ORDER;
}

static void
gre_decap_mark(struct packet *p, uint16_t proto)
{
	packet_clear_headers(p);
	if (proto == ETHERTYPE_GRE_ETHERNET)
		packet_set_mac(p, p->data);
	else if (proto == ETHERTYPE_IP4 && p->length >= sizeof(struct ip4))
		packet_set_network(p, p->data, (*p->data & 15u) * 4);
	else if (proto == ETHERTYPE_IP6 && p->length >= sizeof(struct ip6))
		packet_set_network(p, p->data, sizeof(struct ip6));
}

static inline int
gre_decap_one(struct element *e, struct thread *t, struct packet **p)
{
	struct gre_decap *self = element_state(e);
	struct gre_header h;
	enum gre_fault fault = gre_decap_read(*p, &h);

	if (likely(fault == GRE_GOOD))
		fault = gre_decap_check(self, t, &h);
	if (unlikely(fault != GRE_GOOD)) {
		counter_add(&self->drops[fault], t, 1);
		return 1;
	}
	packet_pull(*p, h.size);
	if (self->key_anno.size != 0)
		anno_set_u32(*p, self->key_anno.offset, h.key);
	gre_decap_mark(*p, h.proto);
	return 0;
}

static void
gre_decap_action(struct element *e, struct batch *b)
{
	batch_route(e, b, gre_decap_one);
}

static int
gre_decap_read_drops(
    struct element *e, uintptr_t details, struct handler_call *call)
{
	struct gre_decap *self = element_state(e);
	uint64_t all = 0;

	for (unsigned int i = GRE_HEADER; i < GRE_N; i++) {
		all += self->drops[i];
		if (details)
			sb_printf(call->out, "%llu\t%s\n",
			    (unsigned long long)self->drops[i],
			    gre_fault_name[i]);
	}
	if (!details)
		sb_u64(call->out, all);
	return 0;
}

static int
gre_decap_reset(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct gre_decap *self = element_state(e);

	(void)user;
	(void)call;
	self->seen = false;
	return 0;
}

static void
gre_decap_add_handlers(struct element *e)
{
	struct gre_decap *self = element_state(e);

	handler_add_data(e, "key", HANDLER_READ, DATA_U32, &self->key);
	handler_add_rewrite_arg(e, "key", -1, "KEY");
	handler_add_read(e, "drops", gre_decap_read_drops, 0, 0);
	handler_add_read(e, "drop_details", gre_decap_read_drops, 1, 0);
	handler_add_write(e, "reset", gre_decap_reset, 0, HANDLER_BUTTON);
}

const struct element_class element_gre_decap = {
	.name = "GREDecap",
	.ports = "1/1-2",
	.processing = "a/ah",
	.flags = ELEMENT_SHAREABLE | ELEMENT_LIVE,
	.state_size = sizeof(struct gre_decap),
	.configure = gre_decap_configure,
	.add_handlers = gre_decap_add_handlers,
	.action = gre_decap_action,
};
