/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * StoreIPAddress -- write an address into packets.
 *
 *	StoreIPAddress(OFFSET)
 *	StoreIPAddress(ADDR, OFFSET)
 *
 *   in 0      packets
 *   out 0     the same with the address in them
 *   out 1     packets that have no room for it; freed when nothing is
 *             connected there
 *
 * With one argument the destination annotation is written, unless it is zero.
 *
 *   ADDR      the address
 *   OFFSET    where its four bytes go; or src or dst: into the IPv4 header,
 *             whose checksum, and TCP's or UDP's, are repaired
 *
 *	... -> StoreIPAddress(10.0.0.1, src) -> ...
 */
#include "click/anno.h"
#include "elements/ip/ip_arg.h"
#include "elements/ip/ip_header.h"

enum { STORE_IP_SRC = -12, STORE_IP_DST = -16 };

struct store_ip_address {
	int32_t offset; /* negative: back from the header */
	uint32_t addr;
	bool fixed; /* addr is used, not the annotation */
};

static int
store_ip_address_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct store_ip_address *self = element_state(e);
	struct str word = { NULL, 0 };
	struct args a;
	char lower[4];
	int err = 0;

	self->fixed = conf->n > 1;
	args_init(&a, conf, e, errh);
	if (self->fixed)
		args_ip4(&a, "ADDR", ARG_POS | ARG_MAND, &self->addr);
	args_word(&a, "OFFSET", ARG_POS | ARG_MAND, &word);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (str_copy(word, lower, sizeof(lower)))
		for (size_t i = 0; i < word.n; i++)
			lower[i] |= 0x20;
	if (word.n == 3 && memcmp(lower, "src", 3) == 0)
		self->offset = STORE_IP_SRC;
	else if (word.n == 3 && memcmp(lower, "dst", 3) == 0)
		self->offset = STORE_IP_DST;
	else if (!ip_arg_int(word, &self->offset) || self->offset < 0)
		err =
		    errh_error(errh, "type mismatch: OFFSET requires integer");
	str_free(&word);
	return err;
}

/* Repairs the checksum at field for an address that was old. */
static inline void
store_ip_address_repair(uint8_t *field, uint32_t old, uint32_t addr)
{
	put_u16(field, csum_update32(get_u16(field), old, addr));
}

static int
store_ip_address_header(
    int32_t offset, uint32_t addr, struct thread *t, struct packet **p)
{
	struct ip4 *ip = ip_header_write(t, p);
	uint32_t n, old;
	uint8_t *field;

	if (ip == NULL)
		return PACKET_GONE;
	n = ip_header_transport_length(*p);
	field = (uint8_t *)ip - offset;
	old = get_u32(field);
	put_u32(field, addr);
	store_ip_address_repair(ip->sum, old, addr);
	if (!ip_header_first_fragment(ip))
		return 0;
	if (ip->proto == IPPROTO4_TCP && n >= sizeof(struct tcp)) {
		struct tcp *tcp = (struct tcp *)packet_transport(*p);

		store_ip_address_repair(tcp->sum, old, addr);
	} else if (ip->proto == IPPROTO4_UDP && n >= sizeof(struct udp)) {
		struct udp *udp = (struct udp *)packet_transport(*p);

		if (get_u16(udp->sum) != 0)
			store_ip_address_repair(udp->sum, old, addr);
	}
	return 0;
}

static inline int
store_ip_address_one(struct element *e, struct thread *t, struct packet **p)
{
	struct store_ip_address *self = element_state(e);
	uint32_t addr = self->fixed ? self->addr : anno_u32(*p, ANNO_DST_IP);

	if (self->offset < 0) {
		if (unlikely(ip_header_whole(*p) == NULL))
			return 1;
		return store_ip_address_header(self->offset, addr, t, p);
	}
	if (unlikely((uint64_t)self->offset + 4 > (*p)->length))
		return 1;
	if (addr == 0 && !self->fixed)
		return (*p)->network < 0 ? 1 : 0;
	if (unlikely(packet_uniqueify(t, p) == NULL))
		return PACKET_GONE;
	put_u32((*p)->data + self->offset, addr);
	return 0;
}

static void
store_ip_address_action(struct element *e, struct batch *b)
{
	batch_route(e, b, store_ip_address_one);
}

const struct element_class element_store_ip_address = {
	.name = "StoreIPAddress",
	.ports = "1/1-2",
	.processing = "a/ah",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct store_ip_address),
	.configure = store_ip_address_configure,
	.action = store_ip_address_action,
};
