/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IPClassifier -- sort IPv4 packets by what is in their headers.
 *
 *	IPClassifier(PATTERN_0, ..., PATTERN_N-1)
 *
 *   in 0      packets with the network header set (see CheckIPHeader)
 *   out i     those for which PATTERN_i is the first that matches; packets
 *             that none matches are dropped
 *
 * A pattern is made of tests, which "and" (&&), "or" (||), "not" (!), "A ? B :
 * C" and parentheses join; juxtaposed tests must all hold:
 *
 *   src host 10.0.0.1, dst net 10.0.0.0/8, net 10.0.0.0 mask 255.0.0.0
 *   tcp, ip proto 47, src port 80, udp port domain, dst port > 1023
 *   tcp opt syn, syn, tcp win < 100, icmp type echo
 *   ip frag, ip unfrag, ip vers 4, ip hl > 5, ip len 40, ip id 7, ip tos 8,
 *   ip dscp 46, ip ttl < 2, ip ect, ip ce
 *   ip[6:2] & 0x1fff = 0, tcp[13] & 2 != 0, udp[4:2] > 9
 *   src ether host 0:1:2:3:4:5 (the Ethernet header must be set)
 *   true, false; "-", "any" or "all" alone
 *
 * Most take =, !=, <, >, <=, >= and a mask ("& 0xff").  Without src or dst
 * either will do.  What can be guessed may be left out: "src port 80 or 443",
 * "10.0.0.1".  Tests of transport headers hold in first fragments only, and
 * "port != 80" only where there are ports, other than "not port 80".
 *
 *   program   read: the decisions as a program over the packet's bytes
 *   patternI  read, write: PATTERN_I
 *
 * Memory: a pattern costs what a rule of IPFilter costs, which has the same
 * tables, and its output.
 *
 *	c :: IPClassifier(10.0.0.0/24 and syn, tcp or udp, icmp type echo, -)
 */
#include "elements/ip/ip_pattern.h"

#include <stdio.h>

#include "click/router.h"

struct ip_classifier {
	struct ip_patterns patterns;
};

/* The rules "0 PATTERN_0", "1 PATTERN_1"... of an IPFilter. */
static int
ip_classifier_rules(
    const struct strs *conf, struct arena *mem, struct strs *rules)
{
	for (size_t i = 0; i < conf->n; i++) {
		struct strbuf sb = STRBUF_INIT;
		struct str rule;

		sb_printf(&sb, "%zu ", i);
		sb_add(&sb, conf->v[i]);
		if (sb_keep(&sb, mem, &rule) != 0 || vec_push(rules, rule) != 0)
			return ERR_NOMEM;
	}
	return 0;
}

static int
ip_classifier_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct ip_classifier *self = element_state(e);
	struct ip_patterns patterns;
	struct arena mem = ARENA_INIT;
	struct strs rules = VEC_INIT;
	int err;

	if (conf->n != e->nout)
		return errh_error(
		    errh, "need %u arguments, one per output port", e->nout);
	err = ip_classifier_rules(conf, &mem, &rules);
	if (err == 0)
		err = ip_patterns_compile(&patterns, &rules, e->nout, e, errh);
	vec_fini(&rules);
	arena_fini(&mem);
	if (err != 0)
		return err;
	if (e->router->state == ROUTER_NEW)
		classify_warn_unused(patterns.classify, e->nout, errh);
	ip_patterns_fini(&self->patterns);
	self->patterns = patterns;
	return 0;
}

static void
ip_classifier_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct ip_classifier *self = element_state(e);

	(void)stage;
	ip_patterns_fini(&self->patterns);
}

static void
ip_classifier_push(struct element *e, unsigned int port, struct batch *b)
{
	struct ip_classifier *self = element_state(e);

	(void)port;
	ip_patterns_push(&self->patterns, e, b);
}

static int
ip_classifier_program(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct ip_classifier *self = element_state(e);

	(void)user;
	classify_print(self->patterns.classify, call->out);
	return 0;
}

static void
ip_classifier_add_handlers(struct element *e)
{
	handler_add_read(e, "program", ip_classifier_program, 0, 0);
	for (unsigned int i = 0; i < e->nout; i++) {
		char name[24];

		snprintf(name, sizeof(name), "pattern%u", i);
		handler_add_arg(e, name, (int)i, NULL);
		handler_add_rewrite_arg(e, name, (int)i, NULL);
	}
}

const struct element_class element_ip_classifier = {
	.name = "IPClassifier",
	.ports = "1/-",
	.processing = "h/h",
	.flags = ELEMENT_SHAREABLE | ELEMENT_LIVE,
	.state_size = sizeof(struct ip_classifier),
	.configure = ip_classifier_configure,
	.cleanup = ip_classifier_cleanup,
	.add_handlers = ip_classifier_add_handlers,
	.push = ip_classifier_push,
};
