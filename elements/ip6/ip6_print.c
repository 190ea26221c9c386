/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IP6Print -- print a line about each IPv6 packet.
 *
 *	IP6Print([LABEL, keywords CONTENTS, NBYTES])
 *
 *   in 0      packets, network header set
 *   out 0     the same
 *
 *   LABEL     text in front of each line
 *   CONTENTS  true: print the packet's bytes, too (default false)
 *   NBYTES    how many of them at most (default 1500)
 *
 *	... -> IP6Print(in) -> ... prints
 *	in: 2001:db8::1 -> 2001:db8::2 plen 11, next 17, hlim 63
 */
#include "elements/ip6/ip6_header.h"
#include "os/os.h"

struct ip6_print {
	struct str label; /* owned */
	bool contents;
	uint32_t max;
};

static int
ip6_print_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct ip6_print *self = element_state(e);
	struct args a;

	self->max = 1500;
	args_init(&a, conf, e, errh);
	args_str(&a, "LABEL", ARG_POS, &self->label);
	args_bool(&a, "CONTENTS", 0, &self->contents);
	args_u32(&a, "NBYTES", 0, &self->max);
	return args_complete(&a);
}

static void
ip6_print_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct ip6_print *self = element_state(e);

	(void)stage;
	str_free(&self->label);
}

static void
ip6_print_header(struct strbuf *sb, const struct packet *p)
{
	const struct ip6 *ip = ip6_header(p);
	struct ip6_addr src, dst;

	if (ip == NULL) {
		sb_adds(sb, "(Not an IP6 packet)\n");
		return;
	}
	memcpy(src.b, ip->src, sizeof(src.b));
	memcpy(dst.b, ip->dst, sizeof(dst.b));
	sb_ip6(sb, &src);
	sb_adds(sb, " -> ");
	sb_ip6(sb, &dst);
	sb_printf(sb, " plen %u, next %u, hlim %u\n", get_be16(ip->plen),
	    ip->next, ip->hlim);
}

/* Six groups of four bytes a line, as Click lays them out. */
static void
ip6_print_contents(struct strbuf *sb, const struct packet *p, uint32_t max)
{
	sb_adds(sb, "  ");
	for (uint32_t i = 0; i < max && i < p->length; i++) {
		sb_printf(sb, "%02x", p->data[i]);
		if (i % 24 == 23)
			sb_adds(sb, "\n  ");
		else if (i % 4 == 3)
			sb_addc(sb, ' ');
	}
	sb_addc(sb, '\n');
}

static inline struct packet *
ip6_print_one(struct element *e, struct thread *t, struct packet *p)
{
	struct ip6_print *self = element_state(e);
	struct strbuf sb = STRBUF_INIT;

	(void)t;
	if (self->label.n > 0)
		sb_printf(&sb, "%.*s: ", STR_ARG(self->label));
	ip6_print_header(&sb, p);
	if (self->contents)
		ip6_print_contents(&sb, p, self->max);
	os_log(sb_str(&sb));
	sb_fini(&sb);
	return p;
}

static void
ip6_print_action(struct element *e, struct batch *b)
{
	batch_each(e, b, ip6_print_one);
}

const struct element_class element_ip6_print = {
	.name = "IP6Print",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE | ELEMENT_OBSERVES,
	.state_size = sizeof(struct ip6_print),
	.configure = ip6_print_configure,
	.cleanup = ip6_print_cleanup,
	.action = ip6_print_action,
};
