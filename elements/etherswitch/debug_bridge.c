/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * DebugBridge(LABEL) -- prints bridge protocol data units, a line each
 *
 *   in 0     BPDUs in Ethernet frames; others pass in silence
 *   out 0    the same
 *
 *   LABEL    text in front of each line
 *
 * A line is "TCN", a notice that the tree changes, or "CFG" and: who says it
 * (identifier:port), whether it acknowledges such a notice (TCA) and whether
 * the tree changes (TC), the cost to the root and its identifier, and age,
 * greatest age, hello time and forward delay in 1/256 seconds; numbers are
 * hexadecimal.
 *
 *     c :: Classifier(14/4242, -); c -> DebugBridge(port0) -> [0] span_tree;
 */
#include <inttypes.h>

#include "click/element.h"
#include "elements/etherswitch/bpdu.h"
#include "elements/ip/say.h"

struct debug_bridge {
	struct str label; /* owned */
};

static int
debug_bridge_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct debug_bridge *s = element_state(e);
	struct args a;

	args_init(&a, conf, e, errh);
	args_str(&a, "LABEL", ARG_POS | ARG_MAND, &s->label);
	return args_complete(&a);
}

static void
debug_bridge_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct debug_bridge *s = element_state(e);

	(void)stage;
	str_free(&s->label);
}

static inline struct packet *
debug_bridge_one(struct element *e, struct thread *t, struct packet *p)
{
	struct debug_bridge *s = element_state(e);
	struct bpdu b;

	(void)t;
	if (!bpdu_parse(p->data, p->length, &b))
		return p;
	if (b.type == BPDU_TCN)
		say("%.*s TCN", STR_ARG(s->label));
	else
		say("%.*s CFG %16" PRIx64 ":%04x: %s %s  %08x -> %16" PRIx64
		    "  a/m/h/d: %x/%x/%x/%x",
		    STR_ARG(s->label), b.bridge, b.port, b.tca ? "TCA" : "tca",
		    b.tc ? "TC" : "tc", b.cost, b.root, b.message_age,
		    b.max_age, b.hello_time, b.forward_delay);
	return p;
}

static void
debug_bridge_action(struct element *e, struct batch *b)
{
	batch_each(e, b, debug_bridge_one);
}

const struct element_class element_debug_bridge = {
	.name = "DebugBridge",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE | ELEMENT_OBSERVES,
	.state_size = sizeof(struct debug_bridge),
	.configure = debug_bridge_configure,
	.cleanup = debug_bridge_cleanup,
	.action = debug_bridge_action,
};
