/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * BandwidthRatedSplitter(RATE) -- lets packets through up to a rate of bytes
 *
 *   in 0       any packets (push)
 *   out 0      the packets within RATE
 *   out 1      the others, if connected; else they are killed
 *
 *   RATE       bytes a second, or with a unit: 8kbps, 1MBps
 *   BURST_DURATION  how long unused turns add up, default 20 ms
 *   BURST_BYTES     the same as a number of bytes
 *
 *   rate       read/write: RATE, as the clock's milliseconds round it
 *
 *     FromDevice(0) -> BandwidthRatedSplitter(1MBps) -> Queue -> ToDevice(1);
 */
#include "elements/standard/ewma.h"
#include "elements/standard/rated.h"

struct bandwidth_rated_splitter {
	struct token_bucket tokens;
};

static int
bandwidth_rated_splitter_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct bandwidth_rated_splitter *s = element_state(e);

	return rated_configure(e, conf, true, &s->tokens, errh);
}

static inline int
bandwidth_rated_splitter_one(
    struct element *e, struct thread *t, struct packet **p)
{
	struct bandwidth_rated_splitter *s = element_state(e);

	(void)t;
	if (!tokens_contain(&s->tokens, RATED_THRESHOLD))
		return 1;
	tokens_remove(&s->tokens, (*p)->length);
	return 0;
}

static void
bandwidth_rated_splitter_push(
    struct element *e, unsigned int port, struct batch *b)
{
	struct bandwidth_rated_splitter *s = element_state(e);

	(void)port;
	tokens_refill(&s->tokens, thread_jiffies(b->thread));
	batch_route_all(e, b, bandwidth_rated_splitter_one);
}

static void
bandwidth_rated_splitter_unparse_config(struct element *e, struct strbuf *out)
{
	struct bandwidth_rated_splitter *s = element_state(e);

	rated_print(&s->tokens, true, out);
}

static int
bandwidth_rated_splitter_read_rate(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	(void)user;
	bandwidth_rated_splitter_unparse_config(e, call->out);
	return 0;
}

static void
bandwidth_rated_splitter_add_handlers(struct element *e)
{
	handler_add_read(e, "rate", bandwidth_rated_splitter_read_rate, 0, 0);
	handler_add_rewrite_arg(e, "rate", 0, "RATE");
}

const struct element_class element_bandwidth_rated_splitter = {
	.name = "BandwidthRatedSplitter",
	.ports = "1/1-2",
	.processing = "h",
	.state_size = sizeof(struct bandwidth_rated_splitter),
	.flags = ELEMENT_LIVE,
	.configure = bandwidth_rated_splitter_configure,
	.add_handlers = bandwidth_rated_splitter_add_handlers,
	.unparse_config = bandwidth_rated_splitter_unparse_config,
	.push = bandwidth_rated_splitter_push,
};
