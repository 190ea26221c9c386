/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IPInputCombo -- the first steps of an IPv4 router's input, in one.
 *
 *	IPInputCombo(COLOR [, BADSRC*, keywords INTERFACES, BADSRC, GOODDST])
 *
 * Does what Paint(COLOR) -> Strip(14) -> CheckIPHeader(...) ->
 * GetIPAddress(16) do, faster.
 *
 *   in 0      Ethernet frames with IPv4 in them
 *   out 0     sound IPv4 packets; others are freed
 *
 *   COLOR     the paint annotation
 *   BADSRC*   bad source addresses; 0.0.0.0 and 255.255.255.255 are too
 *   INTERFACES, BADSRC, GOODDST   as CheckIPHeader's
 *
 *   drops     read: packets freed so far
 *
 *	FromDevice(0) -> IPInputCombo(1, INTERFACES 10.0.0.1/24) -> ...
 */
#include "elements/ip/ip_check.h"
#include "elements/ip/say.h"

enum { IP_INPUT_COMBO_ETHER = 14 };

struct ip_input_combo {
	struct ip_check check;
	int32_t color;
	uint64_t drops;
};

static int
ip_input_combo_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct ip_input_combo *self = element_state(e);
	struct args a;

	self->check.checksum = true;
	args_init(&a, conf, e, errh);
	args_i32(&a, "COLOR", ARG_POS | ARG_MAND, &self->color);
	if (args_ip4_list(&a, "BADSRC*", ARG_POS, &self->check.bad_src) &&
	    ip_check_add_old(&self->check) != 0) {
		args_fini(&a);
		return errh_error(errh, "out of memory");
	}
	ip_check_args(&self->check, &a);
	return args_complete(&a);
}

static void
ip_input_combo_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct ip_input_combo *self = element_state(e);

	(void)stage;
	ip_check_fini(&self->check);
}

static NOINLINE int
ip_input_combo_bad(struct ip_input_combo *self, struct thread *t)
{
	if (self->drops == 0)
		say("IP checksum failed");
	counter_add(&self->drops, t, 1);
	return PACKET_DROP;
}

static inline int
ip_input_combo_one(struct element *e, struct thread *t, struct packet **p)
{
	struct ip_input_combo *self = element_state(e);

	anno_set_u8(*p, ANNO_PAINT, (uint8_t)self->color);
	if (unlikely((*p)->length < IP_INPUT_COMBO_ETHER))
		return ip_input_combo_bad(self, t);
	packet_pull(*p, IP_INPUT_COMBO_ETHER);
	if (unlikely(ip_check(&self->check, *p) != IP_CHECK_GOOD))
		return ip_input_combo_bad(self, t);
	return 0;
}

static void
ip_input_combo_action(struct element *e, struct batch *b)
{
	batch_route(e, b, ip_input_combo_one);
}

static void
ip_input_combo_add_handlers(struct element *e)
{
	struct ip_input_combo *self = element_state(e);

	handler_add_data(e, "drops", HANDLER_READ, DATA_U64, &self->drops);
}

const struct element_class element_ip_input_combo = {
	.name = "IPInputCombo",
	.ports = "1/1",
	.click_flags = "A",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct ip_input_combo),
	.configure = ip_input_combo_configure,
	.cleanup = ip_input_combo_cleanup,
	.add_handlers = ip_input_combo_add_handlers,
	.action = ip_input_combo_action,
};
