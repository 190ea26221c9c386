/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * EtherSpanTree(ADDR, INPUT_SUPPRESSOR, OUTPUT_SUPPRESSOR, SWITCH [, PRIORITY])
 * -- keeps frames from going round in circles (spanning tree protocol, IEEE
 * 802.1D)
 *
 *   in N      bridge protocol data units from network N, in Ethernet frames
 *             (Classifier pattern 14/4242); anything else is dropped
 *   out N     those of this switch for network N
 *
 *   ADDR      Ethernet address of the switch
 *   INPUT_SUPPRESSOR, OUTPUT_SUPPRESSOR
 *             Suppressors in front of and behind the switch, which are shut
 *             for networks that frames shall not be taken from or sent to
 *   SWITCH    the EtherSwitch; it only learns from networks that will be used
 *             soon, and forgets stations sooner while the tree changes
 *   PRIORITY  0..65535: the switch with the lowest becomes the root of the
 *             tree, among equals that with the lowest address; default 57005,
 *             which makes other switches the root
 *
 * All four have as many ports as there are networks.  A network is used 30
 * seconds after the start at the earliest.
 *
 *   states    read: a line a network: its number, blocking, listening, learning
 *             or forwarding, and whether it leads to the root, this switch is
 *             the designated one there, or another is
 *   msgs      read: a line a network: what the designated switch says there
 *             (identifier:port, cost, root, times in hexadecimal), then what
 *             this switch says
 *   drops     read: packets that were no protocol data units
 *
 *     s :: EtherSwitch; is, os :: Suppressor;
 *     t :: EtherSpanTree(0:1f:29:4d:f8:31, is, os, s);
 *     c0 :: Classifier(14/4242, -); c1 :: Classifier(14/4242, -);
 *     q0, q1 :: Queue;
 *     FromDevice(0) -> c0 -> [0] t [0] -> q0 -> ToDevice(0);
 *     FromDevice(1) -> c1 -> [1] t [1] -> q1 -> ToDevice(1);
 *     c0 [1] -> [0] is [0] -> [0] s [0] -> [0] os [0] -> q0;
 *     c1 [1] -> [1] is [1] -> [1] s [1] -> [1] os [1] -> q1;
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "click/router.h"
#include "elements/etherswitch/ether_bridge.h"
#include "elements/etherswitch/stp.h"
#include "elements/ip/chatter.h"
#include "elements/standard/suppressor.h"

enum { SPAN_PORTS_MAX = 255 };

struct ether_span_tree {
	struct stp stp;
	struct stp_port *ports;
	struct timer timer;
	struct element *in, *out, *bridge;
	struct thread *thread; /* that runs it now */
	uint8_t mac[6];
	uint16_t priority;
	uint64_t drops;
};

/* ---- what the protocol asks for ---- */

static void
span_send(void *arg, unsigned int port, const struct bpdu *b)
{
	struct element *e = arg;
	struct ether_span_tree *s = element_state(e);
	struct packet *p =
	    packet_new(s->thread, PACKET_HEADROOM, NULL, BPDU_FRAME, 0);

	if (p == NULL)
		return; /* as if it had been lost on its way */
	bpdu_write(p->data, s->mac, b);
	packet_set_mac(p, p->data);
	output_push_one(e, port, s->thread, p);
}

static void
span_state(void *arg, unsigned int port, enum stp_state state)
{
	struct element *e = arg;
	struct ether_span_tree *s = element_state(e);
	struct ether_bridge *br = element_cast(s->bridge, "ether_bridge");

	suppressor_shut(s->in, port, state < STP_LEARNING);
	suppressor_shut(s->out, port, state != STP_FORWARDING);
	ether_bridge_set_learn_only(br, port, state == STP_LEARNING);
	element_chatter(e, "port %u: %s", port, stp_state_name(state));
}

static void
span_changing(void *arg, bool on)
{
	struct element *e = arg;
	struct ether_span_tree *s = element_state(e);

	ether_bridge_set_fast(element_cast(s->bridge, "ether_bridge"),
	    on ? s->stp.times.forward_delay : 0);
}

static const struct stp_ops span_ops = {
	.send = span_send,
	.state = span_state,
	.changing = span_changing,
};

/* ---- configuring ---- */

/* That the other elements have the ports that this one will ask for. */
static int
span_check(struct element *e, const struct element *other, const char *what,
    struct errh *errh)
{
	if (other->nin >= e->nin && other->nout >= e->nin)
		return 0;
	return errh_error(errh, "%s: '%.*s' must have %u ports", what,
	    STR_ARG(other->name), e->nin);
}

static int
ether_span_tree_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct ether_span_tree *s = element_state(e);
	unsigned int mand = ARG_POS | ARG_MAND;
	struct args a;
	int err;

	s->priority = 0xdead;
	args_init(&a, conf, e, errh);
	args_ether(&a, "ADDR", mand, s->mac);
	args_element(&a, "INPUT_SUPPRESSOR", mand, "Suppressor", &s->in);
	args_element(&a, "OUTPUT_SUPPRESSOR", mand, "Suppressor", &s->out);
	args_element(&a, "SWITCH", mand, "EtherSwitch", &s->bridge);
	args_u16(&a, "PRIORITY", 0, &s->priority);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (e->nin > SPAN_PORTS_MAX)
		return errh_error(
		    errh, "at most %d ports", (int)SPAN_PORTS_MAX);
	err = span_check(e, s->in, "INPUT_SUPPRESSOR", errh);
	if (err == 0)
		err = span_check(e, s->out, "OUTPUT_SUPPRESSOR", errh);
	if (err == 0)
		err = span_check(e, s->bridge, "SWITCH", errh);
	return err;
}

/* After every turn: the next one may have come nearer. */
static void
span_schedule(struct ether_span_tree *s)
{
	timer_schedule_at(&s->timer, stp_deadline(&s->stp));
}

static void
ether_span_tree_fire(struct element *e, struct timer *timer, struct thread *t)
{
	struct ether_span_tree *s = element_state(e);

	(void)timer;
	s->thread = t;
	stp_run(&s->stp, thread_recent_ns(t));
	span_schedule(s);
}

static int
ether_span_tree_initialize(struct element *e, struct errh *errh)
{
	struct ether_span_tree *s = element_state(e);
	uint64_t id = (uint64_t)s->priority << 48 |
	              (uint64_t)get_be16(s->mac) << 32 | get_be32(s->mac + 2);

	s->ports = calloc((size_t)e->nin + 1, sizeof(*s->ports));
	if (s->ports == NULL)
		return errh_error(errh, "out of memory");
	s->thread = e->thread;
	for (unsigned int i = 0; i < e->nin; i++) {
		suppressor_shut(s->in, i, true);
		suppressor_shut(s->out, i, true);
	}
	timer_init(&s->timer, e, ether_span_tree_fire);
	stp_init(&s->stp, &span_ops, e, id, s->ports, e->nin,
	    thread_steady_ns(e->thread));
	span_schedule(s);
	return 0;
}

static void
ether_span_tree_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct ether_span_tree *s = element_state(e);

	(void)stage;
	timer_fini(&s->timer);
	free(s->ports);
	s->ports = NULL;
}

static void
ether_span_tree_push(struct element *e, unsigned int port, struct batch *b)
{
	struct ether_span_tree *s = element_state(e);
	int64_t now = thread_recent_ns(b->thread);

	s->thread = b->thread;
	for (uint32_t i = 0; i < b->count; i++) {
		const struct packet *p = b->packet[i];
		struct bpdu bpdu;

		if (bpdu_parse(p->data, p->length, &bpdu))
			stp_receive(&s->stp, port, &bpdu, now);
		else
			s->drops++;
	}
	batch_kill(b);
	span_schedule(s);
}

/* ---- handlers ---- */

static int
ether_span_tree_states(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	const struct ether_span_tree *s = element_state(e);

	(void)user;
	for (unsigned int i = 0; i < e->nin && s->ports != NULL; i++)
		sb_printf(call->out, "%u %s %s\n", i,
		    stp_state_name(s->ports[i].state),
		    (int)i == s->stp.root_port   ? "root"
		    : stp_designated(&s->stp, i) ? "designated"
		                                 : "other");
	return 0;
}

static void
span_message(const struct stp *stp, const struct stp_vector *v, bool changing,
    struct strbuf *out)
{
	sb_printf(out,
	    " %16" PRIx64 ":%04x: %s  %x -> %16" PRIx64 "  m/h/d: %x/%x/%x\n",
	    v->bridge, v->port, changing ? "TC" : "tc", v->cost, v->root,
	    stp->times.max_age, stp->times.hello_time,
	    stp->times.forward_delay);
}

static int
ether_span_tree_msgs(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	const struct ether_span_tree *s = element_state(e);
	const struct stp *stp = &s->stp;
	const struct stp_vector own = { stp->root, stp->cost, stp->id, 0 };

	(void)user;
	for (unsigned int i = 0; i < e->nin && s->ports != NULL; i++)
		span_message(stp, &s->ports[i].said, stp->changing, call->out);
	span_message(stp, &own, stp->changing, call->out);
	return 0;
}

static void
ether_span_tree_add_handlers(struct element *e)
{
	struct ether_span_tree *s = element_state(e);

	handler_add_read(e, "states", ether_span_tree_states, 0, HANDLER_CALM);
	handler_add_read(e, "msgs", ether_span_tree_msgs, 0, HANDLER_CALM);
	handler_add_data(e, "drops", HANDLER_READ, DATA_U64, &s->drops);
}

const struct element_class element_ether_span_tree = {
	.name = "EtherSpanTree",
	.ports = "-/=",
	.processing = "h",
	.state_size = sizeof(struct ether_span_tree),
	.configure = ether_span_tree_configure,
	.initialize = ether_span_tree_initialize,
	.cleanup = ether_span_tree_cleanup,
	.add_handlers = ether_span_tree_add_handlers,
	.push = ether_span_tree_push,
};
