/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RatedSplitter(RATE) -- lets packets through up to a rate
 *
 *   in 0       any packets (push)
 *   out 0      the packets within RATE
 *   out 1      the others, if connected; else they are killed
 *
 *   RATE       packets a second
 *   BURST_DURATION  how long unused turns add up, default 20 ms
 *   BURST_SIZE      the same as a number of packets
 *
 *   rate       read/write: RATE, as the clock's milliseconds round it
 *
 *     FromDevice(0) -> RatedSplitter(2000) -> Queue -> ToDevice(1);
 */
#include "elements/standard/ewma.h"
#include "elements/standard/rated.h"

struct rated_splitter {
	struct token_bucket tokens;
};

static int
rated_splitter_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct rated_splitter *s = element_state(e);

	return rated_configure(e, conf, false, &s->tokens, errh);
}

static inline int
rated_splitter_one(struct element *e, struct thread *t, struct packet **p)
{
	struct rated_splitter *s = element_state(e);

	(void)t;
	(void)p;
	return tokens_remove_if(&s->tokens, 1) ? 0 : 1;
}

static void
rated_splitter_push(struct element *e, unsigned int port, struct batch *b)
{
	struct rated_splitter *s = element_state(e);

	(void)port;
	tokens_refill(&s->tokens, thread_jiffies(b->thread));
	batch_route_all(e, b, rated_splitter_one);
}

static void
rated_splitter_unparse_config(struct element *e, struct strbuf *out)
{
	struct rated_splitter *s = element_state(e);

	rated_print(&s->tokens, false, out);
}

static int
rated_splitter_read_rate(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	(void)user;
	rated_splitter_unparse_config(e, call->out);
	return 0;
}

static void
rated_splitter_add_handlers(struct element *e)
{
	handler_add_read(e, "rate", rated_splitter_read_rate, 0, 0);
	handler_add_rewrite_arg(e, "rate", 0, "RATE");
}

const struct element_class element_rated_splitter = {
	.name = "RatedSplitter",
	.ports = "1/1-2",
	.processing = "h",
	.state_size = sizeof(struct rated_splitter),
	.flags = ELEMENT_LIVE,
	.configure = rated_splitter_configure,
	.add_handlers = rated_splitter_add_handlers,
	.unparse_config = rated_splitter_unparse_config,
	.push = rated_splitter_push,
};
