/* SPDX-License-Identifier: BSD-3-Clause */
/* bpdu.c -- see bpdu.h.  Not an element. */
#include "elements/etherswitch/bpdu.h"

#include "base/bytes.h"
#include "base/proto.h"

enum { FLAG_TC = 0x01, FLAG_TCA = 0x80 };

/* Ethernet with LLC (802.2), then 9.3.1; a TCN ends after type. */
struct bpdu_frame {
	uint8_t dst[6], src[6];
	uint8_t length[2]; /* of what follows, without padding */
	uint8_t dsap, ssap, control;
	uint8_t protocol[2], version, type;
	uint8_t flags;
	uint8_t root[8], cost[4], bridge[8], port[2];
	uint8_t message_age[2], max_age[2], hello_time[2], forward_delay[2];
	uint8_t padding[8];
};
_Static_assert(sizeof(struct bpdu_frame) == BPDU_FRAME, "bpdu_frame");

enum {
	LLC_STP = 0x42,
	LLC_UI = 0x03,
	LLC_LENGTH = 3,
	TCN_LENGTH = LLC_LENGTH + 4,
	CONFIG_LENGTH = LLC_LENGTH + 35,
	ETHER_LENGTH = sizeof(struct ether),
};

static void
bpdu_parse_config(const struct bpdu_frame *f, struct bpdu *b)
{
	b->tc = (f->flags & FLAG_TC) != 0;
	b->tca = (f->flags & FLAG_TCA) != 0;
	b->root = get_be64(f->root);
	b->cost = get_be32(f->cost);
	b->bridge = get_be64(f->bridge);
	b->port = get_be16(f->port);
	b->message_age = get_be16(f->message_age);
	b->max_age = get_be16(f->max_age);
	b->hello_time = get_be16(f->hello_time);
	b->forward_delay = get_be16(f->forward_delay);
}

bool
bpdu_parse(const uint8_t *frame, uint32_t length, struct bpdu *b)
{
	const struct bpdu_frame *f = (const struct bpdu_frame *)frame;
	uint32_t said;

	if (length < ETHER_LENGTH + TCN_LENGTH)
		return false;
	said = get_be16(f->length);
	if (said < TCN_LENGTH || said > length - ETHER_LENGTH ||
	    f->dsap != LLC_STP || f->ssap != LLC_STP || f->control != LLC_UI ||
	    get_be16(f->protocol) != 0)
		return false;
	*b = (struct bpdu){ .type = f->type };
	if (f->type == BPDU_TCN)
		return true;
	if (f->type != BPDU_CONFIG || said < CONFIG_LENGTH)
		return false;
	bpdu_parse_config(f, b);
	return b->message_age < b->max_age;
}

void
bpdu_write(uint8_t frame[static BPDU_FRAME], const uint8_t src[static 6],
    const struct bpdu *b)
{
	struct bpdu_frame *f = (struct bpdu_frame *)frame;
	bool config = b->type == BPDU_CONFIG;

	*f = (struct bpdu_frame){ .dst = { 0x01, 0x80, 0xc2, 0, 0, 0 },
		.dsap = LLC_STP,
		.ssap = LLC_STP,
		.control = LLC_UI,
		.type = b->type };
	memcpy(f->src, src, 6);
	put_be16(f->length, config ? CONFIG_LENGTH : TCN_LENGTH);
	if (!config)
		return;
	f->flags = (uint8_t)((b->tc ? FLAG_TC : 0) | (b->tca ? FLAG_TCA : 0));
	put_be64(f->root, b->root);
	put_be32(f->cost, b->cost);
	put_be64(f->bridge, b->bridge);
	put_be16(f->port, b->port);
	put_be16(f->message_age, b->message_age);
	put_be16(f->max_age, b->max_age);
	put_be16(f->hello_time, b->hello_time);
	put_be16(f->forward_delay, b->forward_delay);
}
