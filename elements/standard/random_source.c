/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RandomSource(LENGTH [, LIMIT, BURST, ACTIVE]) -- makes packets of random
 * bytes
 *
 *   out 0      packets of random bytes, whenever it is scheduled or pulled
 *
 *   LENGTH     their length, 0..65535
 *   LIMIT      stop after so many packets; negative (the default): never
 *   BURST      packets each time it is scheduled, default 1
 *   ACTIVE     false: make none for now; default true
 *   TIMESTAMP  false: leave the time stamps unset; default true
 *   STOP       true: stop the driver when LIMIT is reached
 *   END_CALL   a write handler, with its value, called then instead
 *
 *   count      read: packets made
 *   reset      write: sets count to 0, so that LIMIT more packets come
 *   length, limit, burst, active
 *              read/write: the arguments
 *   scheduled, tickets
 *              the task's, when it pushes
 *
 *     RandomSource(1000, LIMIT 10) -> ToDump(noise.pcap);
 */
#include "base/bytes.h"
#include "elements/standard/source.h"
#include "elements/standard/value.h"

enum { RANDOM_SOURCE_MAX = 64 * 1024 };

static int
random_source_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct source *s = element_state(e);
	struct source_args sa;
	int32_t length = -1;
	struct args a;

	source_args_init(&sa);
	args_init(&a, conf, e, errh);
	args_i32(&a, "LENGTH", ARG_POS | ARG_MAND, &length);
	source_args_read(&sa, &a);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (length < 0 || length >= RANDOM_SOURCE_MAX) {
		str_free(&sa.end);
		return errh_error(errh, "bad length %d", (int)length);
	}
	if (source_configure(e, s, &sa, errh) != 0)
		return ERR_INVAL;
	s->payload.length = length;
	return 0;
}

static struct packet *
random_source_make(struct source *s, struct thread *t)
{
	uint32_t n = s->payload.length < 0 ? 0 : (uint32_t)s->payload.length;
	struct packet *p = packet_new(t, PACKET_HEADROOM, NULL, n, 0);
	uint32_t i;

	if (p == NULL)
		return NULL;
	for (i = 0; i + 8 <= n; i += 8)
		put_u64(p->data + i, rand_u64(&t->rand));
	for (; i < n; i++)
		p->data[i] = (uint8_t)rand_u32(&t->rand);
	return p;
}

static bool
random_source_run(struct element *e, struct task *task, struct thread *t)
{
	(void)task;
	return source_run(e, t, random_source_make);
}

static unsigned int
random_source_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	(void)port;
	return source_pull(e, b, max, random_source_make);
}

static int
random_source_initialize(struct element *e, struct errh *errh)
{
	return source_initialize(e, errh, random_source_run);
}

static int
random_source_write_length(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct source *s = element_state(e);
	int32_t length;

	(void)user;
	if (!value_i32(call->text, &length) || length >= RANDOM_SOURCE_MAX)
		return errh_error(call->errh, "length must be integer");
	s->payload.length = length;
	source_go_on(e);
	return 0;
}

static void
random_source_add_handlers(struct element *e)
{
	struct source *s = element_state(e);

	handler_add_data(
	    e, "length", HANDLER_READ, DATA_I32, &s->payload.length);
	handler_add_write(e, "length", random_source_write_length, 0, 0);
	handler_set_flags(e, "length", HANDLER_CALM, 0);
	source_add_handlers(e);
}

const struct element_class element_random_source = {
	.name = "RandomSource",
	.ports = "0/1",
	.click_flags = "S1",
	.state_size = sizeof(struct source),
	.flags = ELEMENT_LIVE,
	.configure = random_source_configure,
	.initialize = random_source_initialize,
	.cleanup = source_cleanup,
	.add_handlers = random_source_add_handlers,
	.cast = source_cast,
	.pull = random_source_pull,
};
