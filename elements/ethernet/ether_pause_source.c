/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * EtherPauseSource(SRC, PAUSETIME [, keywords]) -- makes PAUSE frames (IEEE
 * 802.3, annex 31B), which ask the other end of a link to send nothing
 *
 *   out 0      frames: one each INTERVAL (push), or whenever asked (pull)
 *
 *   SRC        Ethernet address of the port that asks
 *   PAUSETIME  for how long, in times of 512 bits; 0..65535
 *   DST        default 01-80-C2-00-00-01, which every station hears
 *   LIMIT      make no more than so many frames; -1 (the default): no limit
 *   INTERVAL   a time in whole milliseconds, default 1 second
 *   ACTIVE     false: make none for now; default true
 *
 *   count      read: frames made
 *   reset_counts
 *              write: sets count to 0, so that LIMIT more frames come
 *   src, dst, pausetime, limit, active
 *              read/write: the arguments
 *
 *     EtherPauseSource(0:1e:13:22:48:91, 390) -> ToDevice(0);
 */
#include "base/bytes.h"
#include "click/conf.h"
#include "click/element.h"
#include "elements/standard/value.h"

enum { PAUSE_TYPE = 0x8808, PAUSE_OPCODE = 1 };

struct pause_frame {
	struct ether ether;
	uint8_t opcode[2], time[2];
	uint8_t reserved[46];
};
_Static_assert(sizeof(struct pause_frame) == 64, "with room for the FCS");

struct ether_pause_source {
	struct pause_frame frame;
	int32_t count, limit; /* limit negative: none */
	uint32_t interval_ms;
	bool active;
	struct timer timer;
};

static int
ether_pause_source_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	static const uint8_t everybody[6] = { 1, 0x80, 0xc2, 0, 0, 1 };
	struct ether_pause_source *s = element_state(e);
	struct pause_frame *f = &s->frame;
	uint16_t time = 0;
	struct args a;

	memcpy(f->ether.dst, everybody, 6);
	put_be16(f->ether.type, PAUSE_TYPE);
	put_be16(f->opcode, PAUSE_OPCODE);
	s->limit = -1;
	s->active = true;
	s->interval_ms = 1000;
	args_init(&a, conf, e, errh);
	args_ether(&a, "SRC", ARG_POS | ARG_MAND, f->ether.src);
	args_u16(&a, "PAUSETIME", ARG_POS | ARG_MAND, &time);
	args_ether(&a, "DST", 0, f->ether.dst);
	args_i32(&a, "LIMIT", 0, &s->limit);
	args_bool(&a, "ACTIVE", 0, &s->active);
	args_seconds_ms(&a, "INTERVAL", 0, &s->interval_ms);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	put_be16(f->time, time);
	return 0;
}

static bool
ether_pause_source_more(const struct ether_pause_source *s)
{
	return s->active && (s->limit < 0 || s->count < s->limit);
}

static struct packet *
ether_pause_source_make(struct ether_pause_source *s, struct thread *t)
{
	struct packet *p =
	    packet_new(t, PACKET_HEADROOM, &s->frame, sizeof(s->frame), 0);

	if (p != NULL) {
		packet_set_mac(p, p->data);
		packet_set_network(p, p->data + sizeof(struct ether), 0);
		s->count++;
	}
	return p;
}

static void
ether_pause_source_fire(
    struct element *e, struct timer *timer, struct thread *t)
{
	struct ether_pause_source *s = element_state(e);
	struct packet *p;

	if (!ether_pause_source_more(s))
		return;
	p = ether_pause_source_make(s, t);
	if (ether_pause_source_more(s))
		timer_reschedule_after(
		    timer, (int64_t)s->interval_ms * NS_PER_MS);
	if (p != NULL)
		output_push_one(e, 0, t, p);
}

static unsigned int
ether_pause_source_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	struct ether_pause_source *s = element_state(e);
	unsigned int n = 0;

	(void)port;
	for (; n < max && ether_pause_source_more(s); n++) {
		struct packet *p = ether_pause_source_make(s, b->thread);

		if (p == NULL)
			break;
		batch_add(b, p);
	}
	return n;
}

static int
ether_pause_source_initialize(struct element *e, struct errh *errh)
{
	struct ether_pause_source *s = element_state(e);

	(void)errh;
	timer_init(&s->timer, e, ether_pause_source_fire);
	if (output_is_push(e, 0) && ether_pause_source_more(s))
		timer_schedule_after(
		    &s->timer, (int64_t)s->interval_ms * NS_PER_MS);
	return 0;
}

static void
ether_pause_source_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct ether_pause_source *s = element_state(e);

	(void)stage;
	timer_fini(&s->timer);
}

enum { PAUSE_LIMIT, PAUSE_ACTIVE, PAUSE_RESET };

/* What may make it go on at once. */
static int
ether_pause_source_write(
    struct element *e, uintptr_t what, struct handler_call *call)
{
	struct ether_pause_source *s = element_state(e);
	bool good = true;

	if (what == PAUSE_LIMIT)
		good = value_i32(call->text, &s->limit);
	else if (what == PAUSE_ACTIVE)
		good = conf_bool(call->text, &s->active);
	else
		s->count = 0;
	if (!good)
		return errh_error(call->errh, "type mismatch");
	if (output_is_push(e, 0) && !timer_scheduled(&s->timer))
		timer_schedule_after(&s->timer, 0);
	return 0;
}

static int
ether_pause_source_write_time(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct ether_pause_source *s = element_state(e);
	uint32_t x;

	(void)user;
	if (!value_u32(call->text, &x) || x > 0xffff)
		return errh_error(call->errh, "type mismatch");
	put_be16(s->frame.time, (uint16_t)x);
	return 0;
}

static void
ether_pause_source_add_handlers(struct element *e)
{
	struct ether_pause_source *s = element_state(e);
	handler_fn *write = ether_pause_source_write;
	unsigned int both = HANDLER_READ | HANDLER_WRITE;

	handler_add_data(e, "count", HANDLER_READ, DATA_I32, &s->count);
	handler_add_data(e, "limit", HANDLER_READ, DATA_I32, &s->limit);
	handler_add_write(e, "limit", write, PAUSE_LIMIT, 0);
	handler_add_data(e, "active", HANDLER_READ, DATA_BOOL, &s->active);
	handler_add_write(e, "active", write, PAUSE_ACTIVE, HANDLER_CHECKBOX);
	handler_add_data(e, "src", both, DATA_ETHER, s->frame.ether.src);
	handler_add_data(e, "dst", both, DATA_ETHER, s->frame.ether.dst);
	handler_add_data(
	    e, "pausetime", HANDLER_READ, DATA_BE16, s->frame.time);
	handler_add_write(e, "pausetime", ether_pause_source_write_time, 0, 0);
	handler_add_write(
	    e, "reset_counts", write, PAUSE_RESET, HANDLER_BUTTON);
}

const struct element_class element_ether_pause_source = {
	.name = "EtherPauseSource",
	.ports = "0/1",
	.state_size = sizeof(struct ether_pause_source),
	.configure = ether_pause_source_configure,
	.initialize = ether_pause_source_initialize,
	.cleanup = ether_pause_source_cleanup,
	.add_handlers = ether_pause_source_add_handlers,
	.pull = ether_pause_source_pull,
};
