/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SetPacketType(TYPE) -- sets whom a packet was for, on its link.
 *
 *   in 0      any packets
 *   out 0     the same, their packet type set
 *   TYPE      HOST, BROADCAST, MULTICAST, OTHERHOST, OUTGOING or LOOPBACK
 *
 *	... -> SetPacketType(HOST) -> ToHost;
 */
#include "click/element.h"

struct set_packet_type {
	uint8_t type;
};

/* True if word in capitals is name. */
static bool
set_packet_type_is(struct str word, const char *name)
{
	size_t i;

	for (i = 0; i < word.n && name[i] != '\0'; i++) {
		char c = word.s[i];

		if ((c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c) != name[i])
			return false;
	}
	return i == word.n && name[i] == '\0';
}

static int
set_packet_type_parse(struct str word)
{
	static const char *const names[] = {
		[PACKET_HOST] = "HOST",
		[PACKET_BROADCAST] = "BROADCAST",
		[PACKET_MULTICAST] = "MULTICAST",
		[PACKET_OTHERHOST] = "OTHERHOST",
		[PACKET_OUTGOING] = "OUTGOING",
		[PACKET_LOOPBACK] = "LOOPBACK",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (set_packet_type_is(word, names[i]))
			return (int)i;
	return ERR_NOTFOUND;
}

static int
set_packet_type_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct set_packet_type *s = element_state(e);
	struct str word = { NULL, 0 };
	struct args a;
	int type = 0;

	args_init(&a, conf, e, errh);
	args_word(&a, "TYPE", ARG_POS | ARG_MAND, &word);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	type = set_packet_type_parse(word);
	if (type < 0)
		errh_error(
		    errh, "unrecognized packet type '%.*s'", STR_ARG(word));
	else
		s->type = (uint8_t)type;
	str_free(&word);
	return type < 0 ? ERR_INVAL : 0;
}

static inline struct packet *
set_packet_type_one(struct element *e, struct thread *t, struct packet *p)
{
	struct set_packet_type *s = element_state(e);

	(void)t;
	p->type = s->type;
	return p;
}

static void
set_packet_type_action(struct element *e, struct batch *b)
{
	batch_each(e, b, set_packet_type_one);
}

const struct element_class element_set_packet_type = {
	.name = "SetPacketType",
	.ports = "1/1",
	.flags = ELEMENT_LIVE | ELEMENT_SHAREABLE,
	.state_size = sizeof(struct set_packet_type),
	.configure = set_packet_type_configure,
	.action = set_packet_type_action,
};
