/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IPFilter -- a list of rules that says where each packet goes.
 *
 *	IPFilter(ACTION_1 PATTERN_1, ..., ACTION_N PATTERN_N)
 *
 *   in 0      packets with the network header set (see CheckIPHeader)
 *   out i     those for which the first rule that matches says so; packets
 *             that no rule matches are dropped
 *
 *   ACTION    allow (output 0), deny or drop, or the number of an output
 *   PATTERN   what IPClassifier takes, for example
 *               src net 10.0.0.0/8 and not dst port 80
 *               tcp and syn, icmp type echo, ip frag, ttl < 2
 *               all
 *
 * The rules are compiled: a thousand cost little more than ten.  They may be
 * changed while packets pass, by writing config.
 *
 *   program   read: the decisions as a program over the packet's bytes
 *
 * Memory: about 1000 bytes a rule of two tests, its text among them, where
 * there are a thousand.
 *
 *	IPFilter(deny src 10.0.0.0/8,
 *	         allow tcp && dst 18.26.4.1 && dst port www,
 *	         allow icmp,
 *	         deny all)
 */
#include "elements/ip/ip_pattern.h"

struct ip_filter {
	struct ip_patterns patterns;
};

static int
ip_filter_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct ip_filter *self = element_state(e);
	struct ip_patterns patterns;
	int err = ip_patterns_compile(&patterns, conf, e->nout, e, errh);

	if (err != 0)
		return err;
	ip_patterns_fini(&self->patterns);
	self->patterns = patterns;
	return 0;
}

static void
ip_filter_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct ip_filter *self = element_state(e);

	(void)stage;
	ip_patterns_fini(&self->patterns);
}

static void
ip_filter_push(struct element *e, unsigned int port, struct batch *b)
{
	struct ip_filter *self = element_state(e);

	(void)port;
	ip_patterns_push(&self->patterns, e, b);
}

static int
ip_filter_program(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct ip_filter *self = element_state(e);

	(void)user;
	classify_print(self->patterns.classify, call->out);
	return 0;
}

static void
ip_filter_add_handlers(struct element *e)
{
	handler_add_read(e, "program", ip_filter_program, 0, 0);
}

const struct element_class element_ip_filter = {
	.name = "IPFilter",
	.ports = "1/-",
	.processing = "h/h",
	.flags = ELEMENT_SHAREABLE | ELEMENT_LIVE,
	.state_size = sizeof(struct ip_filter),
	.configure = ip_filter_configure,
	.cleanup = ip_filter_cleanup,
	.add_handlers = ip_filter_add_handlers,
	.push = ip_filter_push,
};
