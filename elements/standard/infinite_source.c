/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * InfiniteSource([DATA, LIMIT, BURST, ACTIVE]) -- makes packets without pause
 *
 *   out 0      packets of the same bytes, whenever it is scheduled or pulled
 *
 *   DATA       their bytes; the default is a sentence of 69 bytes
 *   LIMIT      stop after so many packets; negative (the default): never
 *   BURST      packets each time it is scheduled, default 1; they travel as
 *              one batch, so that larger bursts are much faster
 *   ACTIVE     false: make none for now; default true
 *   TIMESTAMP  false: leave the time stamps unset; default true: a burst gets
 *              the time at which it was made
 *   LENGTH     their length: DATA is cut or repeated
 *   STOP       true: stop the driver when LIMIT is reached
 *   END_CALL   a write handler, with its value, called then instead
 *
 *   count      read: packets made
 *   reset      write: sets count to 0, so that LIMIT more packets come
 *   data, length, limit, burst, active
 *              read/write: the arguments
 *   scheduled, tickets
 *              the task's, when it pushes
 *
 * A pushing source rests while a Queue downstream is full, if that tells.
 *
 *     InfiniteSource(\<0800>, LENGTH 60, LIMIT 1000000, BURST 32, STOP true)
 *       -> Counter -> Discard;
 */
#include "click/packet_inline.h"
#include "elements/standard/source.h"
#include "elements/standard/value.h"

static int
infinite_source_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct source *s = element_state(e);
	struct source_args sa;
	struct str data = { NULL, 0 };
	int32_t length = -1;
	struct args a;
	bool has_data;
	int err;

	source_args_init(&sa);
	args_init(&a, conf, e, errh);
	has_data = args_str(&a, "DATA", ARG_POS, &data);
	source_args_read(&sa, &a);
	args_i32(&a, "LENGTH", 0, &length);
	args_i32(&a, "DATASIZE", 0, &length);
	err = args_complete(&a);
	if (err == 0)
		err = source_configure(e, s, &sa, errh);
	if (err == 0) {
		err = payload_set(
		    &s->payload, has_data ? data : PAYLOAD_DEFAULT, length);
		if (err != 0)
			errh_error(errh, "out of memory");
	}
	str_free(&data);
	return err;
}

ALWAYS_INLINE struct packet *
infinite_source_make(struct source *s, struct thread *t)
{
	return packet_new_inline(t, PACKET_HEADROOM, s->payload.bytes.s,
	    (uint32_t)s->payload.bytes.n, 0);
}

static bool
infinite_source_run(struct element *e, struct task *task, struct thread *t)
{
	(void)task;
	return source_run(e, t, infinite_source_make);
}

static unsigned int
infinite_source_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	(void)port;
	return source_pull(e, b, max, infinite_source_make);
}

static int
infinite_source_initialize(struct element *e, struct errh *errh)
{
	return source_initialize(e, errh, infinite_source_run);
}

static int
infinite_source_write_data(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct source *s = element_state(e);

	(void)user;
	if (payload_set(&s->payload, call->text, s->payload.length) != 0)
		return errh_error(call->errh, "out of memory");
	source_go_on(e);
	return 0;
}

static int
infinite_source_write_length(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct source *s = element_state(e);
	int32_t length;

	(void)user;
	if (!value_i32(call->text, &length))
		return errh_error(call->errh, "length must be integer");
	if (payload_set(&s->payload, s->payload.data, length) != 0)
		return errh_error(call->errh, "out of memory");
	source_go_on(e);
	return 0;
}

static void
infinite_source_add_handlers(struct element *e)
{
	struct source *s = element_state(e);

	handler_add_data(e, "data", HANDLER_READ, DATA_STR, &s->payload.data);
	handler_add_write(e, "data", infinite_source_write_data, 0, 0);
	handler_set_flags(e, "data", HANDLER_RAW | HANDLER_CALM, 0);
	handler_add_data(
	    e, "length", HANDLER_READ, DATA_I32, &s->payload.length);
	handler_add_write(e, "length", infinite_source_write_length, 0, 0);
	handler_set_flags(e, "length", HANDLER_CALM, 0);
	/* its old name */
	handler_add_data(
	    e, "datasize", HANDLER_READ, DATA_I32, &s->payload.length);
	handler_add_write(e, "datasize", infinite_source_write_length, 0,
	    HANDLER_CALM | HANDLER_DEPRECATED);
	source_add_handlers(e);
}

const struct element_class element_infinite_source = {
	.name = "InfiniteSource",
	.ports = "0/1",
	.click_flags = "S1",
	.state_size = sizeof(struct source),
	.flags = ELEMENT_LIVE,
	.configure = infinite_source_configure,
	.initialize = infinite_source_initialize,
	.cleanup = source_cleanup,
	.add_handlers = infinite_source_add_handlers,
	.cast = source_cast,
	.pull = infinite_source_pull,
};
