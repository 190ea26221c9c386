/* SPDX-License-Identifier: BSD-3-Clause */
/* encap.c -- putting packets into ICMP. */
#include "elements/icmp/encap.h"

#include "base/csum.h"
#include "click/anno.h"
#include "elements/ip/quiet.h"

enum { TTL = 255, TSTAMP_HLEN = 20 };

static bool
icmp_encap_is_tstamp(uint8_t type)
{
	return type == ICMP_TSTAMP || type == ICMP_TSTAMPREPLY;
}

/* Whether messages of that type have identifier and sequence number. */
static bool
icmp_encap_is_sequenced(uint8_t type)
{
	return icmp_encap_is_tstamp(type) || type == ICMP_ECHO ||
	       type == ICMP_ECHOREPLY || type == ICMP_IREQ ||
	       type == ICMP_IREQREPLY;
}

static struct packet *
icmp_encap_one(struct element *e, struct thread *t, struct packet *p)
{
	struct icmp_encap *self = element_state(e);
	uint32_t hlen = icmp_encap_is_tstamp(self->type)
	                    ? TSTAMP_HLEN
	                    : (uint32_t)sizeof(struct icmp);
	struct ip4 *ip;
	struct icmp *icmp;

	if (packet_push(t, &p, sizeof(*ip) + hlen) == NULL)
		return NULL;
	ip = (struct ip4 *)(void *)p->data;
	*ip = (struct ip4){ .vhl = 0x45, .ttl = TTL, .proto = IPPROTO4_ICMP };
	put_be16(ip->len, (uint16_t)p->length);
	put_be16(ip->id, self->next);
	put_u32(ip->src, self->src);
	put_u32(ip->dst, self->dst);
	put_u16(ip->sum, csum(ip, sizeof(*ip)));

	icmp = (struct icmp *)(void *)(ip + 1);
	memset(icmp, 0, hlen);
	icmp->type = self->type;
	icmp->code = self->code;
	if (icmp_encap_is_sequenced(self->type)) {
		put_be16(icmp->rest, self->identifier);
		put_be16(icmp->rest + 2, self->next);
	}
	put_u16(icmp->sum, csum(icmp, p->length - sizeof(*ip)));

	anno_set_u32(p, ANNO_DST_IP, self->dst);
	packet_set_network(p, p->data, sizeof(*ip));
	self->next += self->next == 0xffff ? 2 : 1;
	return p;
}

void
icmp_encap_action(struct element *e, struct batch *b)
{
	batch_each(e, b, icmp_encap_one);
}

static int
icmp_encap_write(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct icmp_encap *self = element_state(e);
	uint32_t *addr = user ? &self->dst : &self->src;

	if (!arg_quiet(&arg_type_ip4, call->text, addr, NULL))
		return errh_error(call->errh, "syntax error");
	return 0;
}

void
icmp_encap_add_handlers(struct element *e)
{
	struct icmp_encap *self = element_state(e);

	handler_add_data(e, "src", HANDLER_READ, DATA_IP4, &self->src);
	handler_add_data(e, "dst", HANDLER_READ, DATA_IP4, &self->dst);
	handler_set_flags(e, "src", HANDLER_CALM, 0);
	handler_set_flags(e, "dst", HANDLER_CALM, 0);
	handler_add_write(e, "src", icmp_encap_write, 0, 0);
	handler_add_write(e, "dst", icmp_encap_write, 1, 0);
}
