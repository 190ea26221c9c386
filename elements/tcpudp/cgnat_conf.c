/* SPDX-License-Identifier: BSD-3-Clause */
/* cgnat_conf.c -- the arguments of CGNAT.  See cgnat.c. */
#include "elements/ip/quiet.h"
#include "elements/tcpudp/cgnat.h"

struct cgnat_conf {
	struct str external, inside, ports;
	uint32_t block, blocks, hold;
	bool has_block;
	uint32_t s[CG_TIMES];
};

static bool
cgnat_parse_range(
    struct element *e, struct str text, uint32_t *first, uint32_t *n)
{
	size_t dash = str_find(text, '-', 0);
	struct ip4_prefix prefix;
	uint32_t a, b;

	if (dash == text.n) {
		if (!arg_quiet(&arg_type_ip4_prefix, text, &prefix, e) ||
		    ip4_prefix_of(prefix.mask) < 16)
			return false;
		*first = ip4_host(prefix.addr & prefix.mask);
		*n = ~ip4_host(prefix.mask) + 1;
		return true;
	}
	if (!arg_quiet(&arg_type_ip4, str_sub(text, 0, dash), &a, e) ||
	    !arg_quiet(&arg_type_ip4, str_from(text, dash + 1), &b, e) ||
	    ip4_host(b) < ip4_host(a) ||
	    ip4_host(b) - ip4_host(a) >= CG_ADDRESSES)
		return false;
	*first = ip4_host(a);
	*n = ip4_host(b) - ip4_host(a) + 1;
	return true;
}

/* LOW-HIGH; how many ports. */
static uint32_t
cgnat_parse_ports(struct str text, uint32_t *low, struct errh *errh)
{
	size_t dash = str_find(text, '-', 0);
	uint16_t a = 1024, b = 65535;

	if (text.n > 0 &&
	    (!arg_quiet(&arg_type_u16, str_sub(text, 0, dash), &a, NULL) ||
	        !arg_quiet(&arg_type_u16, str_from(text, dash + 1), &b, NULL) ||
	        a == 0 || b < a)) {
		(void)errh_error(errh, "PORTS: LOW-HIGH expected");
		return 0;
	}
	*low = a;
	return b - a + 1u;
}

/* Blocks that follow from the addresses (RFC 7422, 2). */
static int
cgnat_deterministic(struct cgnat *g, const struct cgnat_conf *c,
    uint32_t nports, struct errh *errh)
{
	uint32_t each = (g->ninside + g->nexternal - 1) / g->nexternal;

	if (c->has_block)
		return errh_error(errh, "BLOCK follows from INSIDE");
	if (each > nports)
		return errh_error(errh,
		    "INSIDE: %u subscribers for each external address, but "
		    "only %u ports",
		    (unsigned)each, (unsigned)nports);
	g->blocks = each;
	g->block_size = nports / each;
	g->max_blocks = 1;
	return 0;
}

static int
cgnat_check(struct element *e, struct cgnat *g, const struct cgnat_conf *c,
    struct errh *errh)
{
	static const char *const names[CG_TIMES] = { "UDP_TIMEOUT",
		"TCP_TIMEOUT", "TCP_TRANSITORY_TIMEOUT", "ICMP_TIMEOUT" };
	uint32_t nports = cgnat_parse_ports(c->ports, &g->low, errh);

	if (nports == 0)
		return ERR_INVAL;
	if (!cgnat_parse_range(e, c->external, &g->external, &g->nexternal))
		return errh_error(errh, "EXTERNAL: a prefix or FIRST-LAST of "
		                        "at most 65536 addresses expected");
	for (unsigned int i = 0; i < CG_TIMES; i++) {
		if (c->s[i] == 0 || c->s[i] > 2000000)
			return errh_error(
			    errh, "%s: from 1 to 2000000 seconds", names[i]);
		g->time_ms[i] = c->s[i] * 1000;
	}
	if (c->hold > 2000000)
		return errh_error(errh, "HOLD: up to 2000000 seconds");
	g->hold_ms = c->hold * 1000;
	if (g->capacity == 0 || g->capacity > FLOW_RECORDS_MAX)
		return errh_error(
		    errh, "CAPACITY: from 1 to %d", FLOW_RECORDS_MAX);
	if (c->inside.n > 0) {
		if (!cgnat_parse_range(e, c->inside, &g->inside, &g->ninside))
			return errh_error(errh, "INSIDE: a prefix or "
			                        "FIRST-LAST expected");
		return cgnat_deterministic(g, c, nports, errh);
	}
	if (c->block == 0 || c->block > nports)
		return errh_error(
		    errh, "BLOCK: from 1 to %u ports", (unsigned)nports);
	if (c->blocks == 0 || c->blocks > CG_BLOCKS)
		return errh_error(errh, "BLOCKS: from 1 to %d", CG_BLOCKS);
	g->block_size = c->block;
	g->blocks = nports / c->block;
	g->max_blocks = c->blocks;
	return 0;
}

int
cgnat_configure(struct element *e, const struct strs *conf, struct errh *errh)
{
	struct cgnat *g = element_state(e);
	struct cgnat_conf c = { .block = 512,
		.blocks = 4,
		.hold = 120,
		.s = { 300, 7440, 240, 60 } };
	struct args a;
	int err;

	g->e = e;
	g->capacity = 1000000;
	args_init(&a, conf, e, errh);
	args_raw(&a, "EXTERNAL", ARG_POS | ARG_MAND, &c.external);
	c.has_block = args_u32(&a, "BLOCK", 0, &c.block);
	args_u32(&a, "BLOCKS", 0, &c.blocks);
	args_raw(&a, "PORTS", 0, &c.ports);
	args_raw(&a, "INSIDE", 0, &c.inside);
	args_u32(&a, "CAPACITY", 0, &g->capacity);
	args_seconds(&a, "UDP_TIMEOUT", 0, &c.s[CG_UDP]);
	args_seconds(&a, "TCP_TIMEOUT", 0, &c.s[CG_TCP]);
	args_seconds(&a, "TCP_TRANSITORY_TIMEOUT", 0, &c.s[CG_TRANSITORY]);
	args_seconds(&a, "ICMP_TIMEOUT", 0, &c.s[CG_ICMP]);
	args_seconds(&a, "HOLD", 0, &c.hold);
	err = args_complete(&a);
	if (err == 0)
		err = cgnat_check(e, g, &c, errh);
	if (err == 0 && cgnat_init(g) != 0)
		err = errh_error(errh, "out of memory");
	str_free(&c.external);
	str_free(&c.inside);
	str_free(&c.ports);
	return err;
}
