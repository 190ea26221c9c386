/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * CoDel([TARGET, INTERVAL]) -- drops packets that have waited too long
 *
 *   in 0       packets with a first time stamp annotation, set when they were
 *              enqueued (pull); others pass
 *   out 0      the packets let through (pull)
 *
 *   TARGET     how long packets may wait, default 5ms
 *   INTERVAL   for how long they may wait longer before drops begin, default
 *              100ms
 *   QUEUES     the queues, by name, for "stats"; the default is those that its
 *              packets were in last
 *
 *   codel_target, codel_interval
 *              read/write: the arguments
 *   drops      read: packets dropped
 *   queues     read: the queues' names
 *   stats      read: length and drops, for people
 *
 * Controlled delay (Nichols and Jacobson, 2012; RFC 8289): once packets have
 * waited longer than TARGET for an INTERVAL, one is dropped, and then more and
 * more often, the n-th after INTERVAL / sqrt(n), until one has waited less.
 *
 *     FromDevice(0) -> SetTimestamp(FIRST true) -> Queue(200)
 *       -> CoDel(5ms, 100ms) -> ToDevice(1);
 */
#include "base/stamp.h"
#include "click/anno.h"
#include "click/element.h"
#include "elements/standard/storages.h"

struct codel {
	struct storages queues;
	int64_t target_ns, interval_ns;
	int64_t first_above_ns; /* when drops may begin; 0: waits are short */
	int64_t next_ns;        /* of the next drop */
	uint32_t drops;
	uint32_t series; /* drops since they began */
	bool dropping;
};

static int
codel_configure(struct element *e, const struct strs *conf, struct errh *errh)
{
	struct codel *s = element_state(e);
	int64_t target = 5 * NS_PER_MS, interval = 100 * NS_PER_MS;
	struct str queues = { NULL, 0 };
	struct args a;
	int err;

	args_init(&a, conf, e, errh);
	args_stamp(&a, "TARGET", ARG_POS, &target);
	args_stamp(&a, "INTERVAL", ARG_POS, &interval);
	args_raw(&a, "QUEUES", 0, &queues);
	err = args_complete(&a);
	/* A live change does not choose other queues. */
	if (err == 0 && s->queues.n == 0)
		err = storages_named(&s->queues, queues, e, errh);
	str_free(&queues);
	if (err != 0)
		return err;
	s->target_ns = target;
	s->interval_ns = interval;
	return 0;
}

static int
codel_initialize(struct element *e, struct errh *errh)
{
	struct codel *s = element_state(e);

	if (s->queues.n == 0 && storages_upstream(&s->queues, e) != 0)
		return ERR_NOMEM;
	if (s->queues.n == 0)
		return errh_error(errh, "no nearby Queues");
	return storages_check(&s->queues, errh);
}

static void
codel_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct codel *s = element_state(e);

	(void)stage;
	storages_fini(&s->queues);
}

/* A packet just pulled, and whether its wait has been too long too long. */
struct codel_packet {
	struct packet *p;
	bool stamped, late;
};

static struct codel_packet
codel_take(struct element *e, struct batch *one, int64_t now)
{
	struct codel *s = element_state(e);
	struct codel_packet c = { NULL, false, false };
	int64_t first;

	batch_reset(one);
	if (input_pull(e, 0, one, 1) == 0) {
		s->first_above_ns = 0;
		return c;
	}
	c.p = one->packet[0];
	first = (int64_t)anno_u64(c.p, ANNO_FIRST_TIMESTAMP);
	c.stamped = first >= NS_PER_SEC;
	if (!c.stamped)
		return c;
	if (now - first < s->target_ns)
		s->first_above_ns = 0;
	else if (s->first_above_ns == 0)
		s->first_above_ns = now + s->interval_ns;
	else
		c.late = now >= s->first_above_ns;
	return c;
}

static uint64_t
codel_sqrt(uint64_t x)
{
	uint64_t root = 0;

	for (uint64_t bit = (uint64_t)1 << 31; bit != 0; bit >>= 1)
		if ((root + bit) * (root + bit) <= x)
			root += bit;
	return root;
}

/* The drop after the one at from: INTERVAL / sqrt(series) on. */
static int64_t
codel_after(const struct codel *s, int64_t from)
{
	/* 4 bits of fraction for the root. */
	uint64_t root = codel_sqrt((uint64_t)s->series << 8);

	return from +
	       s->interval_ns / NS_PER_MS * (NS_PER_MS << 4) / (int64_t)root;
}

static void
codel_drop(struct element *e, struct thread *t, struct packet *p)
{
	struct codel *s = element_state(e);

	packet_kill(t, p);
	s->drops++;
}

static struct packet *
codel_next(struct element *e, struct batch *one, int64_t now)
{
	struct codel *s = element_state(e);
	struct codel_packet c = codel_take(e, one, now);
	int64_t since = now - s->next_ns;

	if (!c.stamped || (s->dropping && !c.late)) {
		s->dropping = false;
		return c.p;
	}
	if (s->dropping) {
		while (s->dropping && now >= s->next_ns) {
			codel_drop(e, one->thread, c.p);
			s->series++;
			c = codel_take(e, one, now);
			s->dropping = c.late;
			if (c.late)
				s->next_ns = codel_after(s, s->next_ns);
		}
		return c.p;
	}
	if (!c.late || (since >= s->interval_ns &&
	                   now - s->first_above_ns < s->interval_ns))
		return c.p;
	codel_drop(e, one->thread, c.p);
	c = codel_take(e, one, now);
	s->dropping = true;
	/* Soon after the last series it goes on nearly where that ended. */
	s->series = since < s->interval_ns && s->series > 2 ? s->series - 2 : 1;
	s->next_ns = codel_after(s, now);
	return c.p;
}

static unsigned int
codel_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	struct thread *t = b->thread;
	struct scratch_mark m = scratch_mark(t);
	struct batch *one = batch_new(t, 1);
	int64_t now = thread_wall_ns(t);
	struct packet *p;
	unsigned int n = 0;

	(void)port;
	while (n < max && (p = codel_next(e, one, now)) != NULL) {
		batch_add(b, p);
		n++;
	}
	scratch_release(t, m);
	return n;
}

static void
codel_unparse_config(struct element *e, struct strbuf *out)
{
	const struct codel *s = element_state(e);

	sb_stamp(out, s->target_ns);
	sb_adds(out, "s, ");
	sb_stamp(out, s->interval_ns);
	sb_adds(out, " s, ");
}

static int
codel_read_queues(struct element *e, uintptr_t user, struct handler_call *call)
{
	const struct codel *s = element_state(e);

	(void)user;
	storages_print(&s->queues, "", "\n", call->out);
	return 0;
}

static int
codel_read_stats(struct element *e, uintptr_t user, struct handler_call *call)
{
	const struct codel *s = element_state(e);

	(void)user;
	sb_printf(call->out, "%u current queue\n%u drops\n",
	    storages_size(&s->queues), s->drops);
	return 0;
}

static void
codel_add_handlers(struct element *e)
{
	struct codel *s = element_state(e);

	handler_add_data(e, "drops", HANDLER_READ, DATA_U32, &s->drops);
	handler_add_arg(e, "codel_interval", 1, "INTERVAL");
	handler_add_rewrite_arg(e, "codel_interval", 1, "INTERVAL");
	handler_add_arg(e, "codel_target", 0, "TARGET");
	handler_add_rewrite_arg(e, "codel_target", 0, "TARGET");
	handler_add_read(e, "stats", codel_read_stats, 0, 0);
	handler_add_read(e, "queues", codel_read_queues, 0, 0);
}

const struct element_class element_codel = {
	.name = "CoDel",
	.ports = "1/1",
	.processing = "l",
	.state_size = sizeof(struct codel),
	.flags = ELEMENT_LIVE,
	.configure = codel_configure,
	.initialize = codel_initialize,
	.cleanup = codel_cleanup,
	.add_handlers = codel_add_handlers,
	.unparse_config = codel_unparse_config,
	.pull = codel_pull,
};
