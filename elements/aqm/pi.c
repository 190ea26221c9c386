/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * PI(W, A, B, TARGET) -- drops packets by chance so that queues keep a length
 *
 *   in 0       any packets (push or pull)
 *   out 0      the packets let through
 *   out 1      the others, if connected (push); else they are killed
 *
 *   W          seconds between two looks at the queues
 *   A, B       weights of the queues' length now and at the last look
 *   TARGET     the length wanted, packets; QREF says the same
 *   QUEUES     the queues, by name; the default is those that its packets
 *              reach first, or were in last when it is pulled
 *   STABILITY  of the average that stats shows, 1..16, default 4
 *
 *   w, a, b    read/write: the arguments
 *   drops      read: packets not let through
 *   avg_queue_size
 *              read: the average length
 *   queues     read: the queues' names
 *   stats      read: length, average and drops, for people
 *
 * The proportional integral controller (Hollot, Misra, Towsley and Gong, 2001):
 * at each look the chance to be dropped changes by A * (length - TARGET) -
 * B * (length before - TARGET).
 *
 *     FromDevice(0) -> PI(0.01, 0.00001822, 0.00001816, 50) -> Queue(200)
 *       -> ToDevice(1);
 */
#include "base/stamp.h"
#include "click/conf.h"
#include "click/element.h"
#include "elements/standard/ewma.h"
#include "elements/standard/storages.h"

enum { PI_SCALE = 10 };

struct pi {
	struct storages queues;
	double a, b, w;
	uint32_t target, stability;
	double chance;      /* 0..1 */
	uint32_t threshold; /* the same of UINT32_MAX, for the packet path */
	uint32_t old_size;
	uint64_t average;
	uint64_t drops;
	struct timer timer;
};

static int
pi_check(const struct pi *p, struct errh *errh)
{
	if (p->target > 0xffff)
		return errh_error(
		    errh, "`target_q' too large (max %d)", 0xffff);
	if (p->w < 0)
		return errh_error(errh, "w must be positive");
	if (p->a < 0)
		return errh_error(errh, "a must be positive");
	if (p->b < 0)
		return errh_error(errh, "b must be positive");
	if (p->stability > 16 || p->stability < 1)
		return errh_error(
		    errh, "STABILITY parameter must be between 1 and 16");
	return 0;
}

static int
pi_configure(struct element *e, const struct strs *conf, struct errh *errh)
{
	struct pi *s = element_state(e);
	struct pi p = { .stability = 4 };
	struct str queues = { NULL, 0 };
	struct args args;
	int err;

	args_init(&args, conf, e, errh);
	args_double(&args, "W", ARG_POS | ARG_MAND, &p.w);
	args_double(&args, "A", ARG_POS | ARG_MAND, &p.a);
	args_double(&args, "B", ARG_POS | ARG_MAND, &p.b);
	args_u32(&args, "TARGET", ARG_POS | ARG_MAND, &p.target);
	args_raw(&args, "QUEUES", ARG_POS, &queues);
	args_u32(&args, "QREF", 0, &p.target);
	args_u32(&args, "STABILITY", 0, &p.stability);
	err = args_complete(&args);
	if (err == 0)
		err = pi_check(&p, errh);
	if (err == 0 && e->stage == CLEANUP_INITIALIZED && queues.n > 0)
		errh_warning(errh, "QUEUES argument ignored");
	else if (err == 0)
		err = storages_named(&s->queues, queues, e, errh);
	str_free(&queues);
	if (err != 0)
		return err;
	s->w = p.w;
	s->a = p.a;
	s->b = p.b;
	s->target = p.target;
	s->stability = p.stability;
	return 0;
}

static int64_t
pi_interval_ns(const struct pi *s)
{
	int64_t ns = (int64_t)(s->w * 1e9);

	return ns < NS_PER_MS ? NS_PER_MS : ns;
}

static void
pi_fire(struct element *e, struct timer *timer, struct thread *t)
{
	struct pi *s = element_state(e);
	uint32_t size = storages_size(&s->queues);

	(void)t;
	s->chance += s->a * ((double)size - s->target) -
	             s->b * ((double)s->old_size - s->target);
	if (s->chance < 0)
		s->chance = 0;
	if (s->chance > 1)
		s->chance = 1;
	s->threshold = (uint32_t)(s->chance * UINT32_MAX);
	s->old_size = size;
	s->average = ewma_step(s->average, size, PI_SCALE, s->stability);
	timer_reschedule_after(timer, pi_interval_ns(s));
}

static int
pi_initialize(struct element *e, struct errh *errh)
{
	struct pi *s = element_state(e);
	int err = 0;

	if (s->queues.n == 0)
		err = output_is_push(e, 0) ? storages_downstream(&s->queues, e)
		                           : storages_upstream(&s->queues, e);
	if (err != 0)
		return err;
	if (s->queues.n == 0)
		return errh_error(errh, "no Queues downstream");
	if (storages_check(&s->queues, errh) != 0)
		return ERR_INVAL;
	timer_init(&s->timer, e, pi_fire);
	timer_schedule_after(&s->timer, pi_interval_ns(s));
	return 0;
}

static void
pi_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct pi *s = element_state(e);

	(void)stage;
	storages_fini(&s->queues);
	timer_fini(&s->timer);
}

static void
pi_take_state(struct element *e, struct element *old, struct errh *errh)
{
	struct pi *s = element_state(e);
	const struct pi *from = element_state(old);

	(void)errh;
	s->average = from->average;
}

static inline int
pi_one(struct element *e, struct thread *t, struct packet **p)
{
	struct pi *s = element_state(e);

	(void)p;
	if (rand_u32(&t->rand) >= load_relaxed(&s->threshold))
		return 0;
	counter_add(&s->drops, t, 1);
	return 1;
}

static void
pi_action(struct element *e, struct batch *b)
{
	batch_route(e, b, pi_one);
}

enum pi_what { PI_AVERAGE, PI_STATS, PI_QUEUES };

static int
pi_read(struct element *e, uintptr_t what, struct handler_call *call)
{
	const struct pi *s = element_state(e);

	if (what == PI_QUEUES) {
		storages_print(&s->queues, "", "\n", call->out);
		return 0;
	}
	if (what == PI_STATS)
		sb_printf(
		    call->out, "%u current queue\n", storages_size(&s->queues));
	sb_fixed2(call->out, (int64_t)s->average, PI_SCALE);
	if (what == PI_STATS)
		sb_printf(call->out, " avg queue\n%llu drops\n",
		    (unsigned long long)s->drops);
	return 0;
}

static void
pi_unparse_config(struct element *e, struct strbuf *out)
{
	const struct pi *s = element_state(e);

	sb_double(out, s->w);
	sb_adds(out, ", ");
	sb_double(out, s->a);
	sb_adds(out, ", ");
	sb_double(out, s->b);
	sb_printf(out, ", %u, QUEUES", s->target);
	storages_print(&s->queues, " ", "", out);
	sb_printf(out, ", STABILITY %u", s->stability);
}

static void
pi_add_handlers(struct element *e)
{
	static const char *const args[][2] = { { "w", "W" }, { "a", "A" },
		{ "b", "B" } };
	struct pi *s = element_state(e);

	handler_add_data(e, "drops", HANDLER_READ, DATA_U64, &s->drops);
	for (int i = 0; i < (int)ARRAY_SIZE(args); i++) {
		handler_add_arg(e, args[i][0], i, args[i][1]);
		handler_add_rewrite_arg(e, args[i][0], i, args[i][1]);
	}
	handler_add_read(e, "avg_queue_size", pi_read, PI_AVERAGE, 0);
	handler_add_read(e, "stats", pi_read, PI_STATS, 0);
	handler_add_read(e, "queues", pi_read, PI_QUEUES, 0);
}

const struct element_class element_pi = {
	.name = "PI",
	.ports = "1/1-2",
	.processing = "a/ah",
	.state_size = sizeof(struct pi),
	.flags = ELEMENT_LIVE,
	.configure = pi_configure,
	.initialize = pi_initialize,
	.cleanup = pi_cleanup,
	.add_handlers = pi_add_handlers,
	.take_state = pi_take_state,
	.unparse_config = pi_unparse_config,
	.action = pi_action,
};
