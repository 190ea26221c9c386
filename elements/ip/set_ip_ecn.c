/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SetIPECN -- set the explicit congestion notification bits.
 *
 *	SetIPECN(ECN)
 *
 *   in 0      IPv4 packets, network header set
 *   out 0     the same, lower two bits of TOS set, header checksum repaired
 *
 *   ECN       0..3, or no, ect1 or ECT(1), ect2 or ECT(0), ce or CE (RFC 3168)
 *
 *   ecn       read, write: ECN
 *
 *	... -> SetIPECN(ect2) -> ...
 */
#include "elements/ip/ip_header.h"

struct set_ip_ecn {
	uint8_t ecn;
};

static const struct {
	const char *name;
	uint8_t ecn;
} set_ip_ecn_names[] = {
	{ "0", 0 },
	{ "1", 1 },
	{ "2", 2 },
	{ "3", 3 },
	{ "no", 0 },
	{ "-", 0 },
	{ "ect1", 1 },
	{ "ECT(1)", 1 },
	{ "ect2", 2 },
	{ "ECT(0)", 2 },
	{ "ce", 3 },
	{ "CE", 3 },
};

static int
set_ip_ecn_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct set_ip_ecn *self = element_state(e);
	struct str word = { NULL, 0 };
	struct args a;
	size_t i;

	args_init(&a, conf, e, errh);
	args_raw(&a, "ECN", ARG_POS | ARG_MAND, &word);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	for (i = 0; i < ARRAY_SIZE(set_ip_ecn_names); i++)
		if (str_is(word, set_ip_ecn_names[i].name))
			break;
	str_free(&word);
	if (i == ARRAY_SIZE(set_ip_ecn_names))
		return errh_error(errh, "bad ECN argument");
	self->ecn = set_ip_ecn_names[i].ecn;
	return 0;
}

static inline struct packet *
set_ip_ecn_one(struct element *e, struct thread *t, struct packet *p)
{
	struct set_ip_ecn *self = element_state(e);
	struct ip4 *ip = ip_header(p);

	if (unlikely(ip == NULL))
		return p;
	ip = ip_header_write(t, &p);
	if (unlikely(ip == NULL))
		return NULL;
	ip_header_set_tos(ip, (uint8_t)((ip->tos & ~3u) | self->ecn));
	return p;
}

static void
set_ip_ecn_action(struct element *e, struct batch *b)
{
	batch_each(e, b, set_ip_ecn_one);
}

static void
set_ip_ecn_add_handlers(struct element *e)
{
	handler_add_arg(e, "ecn", 0, "ECN");
	handler_set_flags(e, "ecn", HANDLER_CALM, 0);
	handler_add_rewrite_arg(e, "ecn", 0, "ECN");
}

const struct element_class element_set_ip_ecn = {
	.name = "SetIPECN",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE | ELEMENT_LIVE,
	.state_size = sizeof(struct set_ip_ecn),
	.configure = set_ip_ecn_configure,
	.add_handlers = set_ip_ecn_add_handlers,
	.action = set_ip_ecn_action,
};
