/* SPDX-License-Identifier: BSD-3-Clause */
/* ip_rates.c -- a helper of the elements in ip/; see ip_rates.h. */
#include "elements/ip/ip_rates.h"

#include <stdlib.h>

#include "base/addr.h"
#include "elements/standard/ewma.h"

/* From (0) and to (1) an address, or all those with its first bytes. */
struct ip_rate {
	uint32_t tick;
	uint64_t current[2], average[2]; /* a tick; average scaled */
	struct ip_rate_group *group;     /* by the next byte, or NULL */
	uint32_t hold;                   /* no group before this tick */
};

struct ip_rate_group {
	struct ip_rate *parent; /* NULL: the base */
	struct ip_rate_group *older, *younger;
	struct ip_rate *rate[256];
};

uint32_t
ip_rates_tick(struct thread *t)
{
	return thread_jiffies(t) >> 3;
}

/* ---- one rate ---- */

static void
rate_pass(struct ip_rate *c, uint32_t now)
{
	if (now == c->tick)
		return;
	for (int i = 0; i < 2; i++) {
		c->average[i] = ewma_step(c->average[i], c->current[i],
		    IP_RATE_SCALE, IP_RATE_STABILITY);
		c->average[i] = ewma_steps(c->average[i], 0, IP_RATE_SCALE,
		    IP_RATE_STABILITY, now - c->tick - 1);
		c->current[i] = 0;
	}
	c->tick = now;
}

static int32_t
rate_per_second(const struct ip_rate *c, int which)
{
	uint64_t x = c->average[which] * IP_RATE_HZ >> IP_RATE_SCALE;

	return x > INT32_MAX ? INT32_MAX : (int32_t)x;
}

/*
 * Quiet: the scaled averages of a tick are compared with a rate a second, so
 * that a group goes at an eighth of what made it come.
 */
static bool
rate_quiet(struct ip_rate *c, int64_t threshold, uint32_t now)
{
	rate_pass(c, now);
	return (int64_t)c->average[0] < threshold &&
	       (int64_t)c->average[1] < threshold;
}

/* ---- groups ---- */

static uint64_t
memory_limit(const struct ip_rates *r)
{
	return r->memory_max != 0 ? r->memory_max : IP_RATES_MEMORY;
}

static struct ip_rate_group *
group_new(struct ip_rates *r, struct ip_rate *parent)
{
	struct ip_rate_group *g = calloc(1, sizeof(*g));

	if (g == NULL)
		return NULL;
	g->parent = parent;
	g->older = r->last;
	if (r->last != NULL)
		r->last->younger = g;
	else
		r->first = g;
	r->last = g;
	r->memory += sizeof(*g);
	return g;
}

/* A rate in g, a copy of like if that is given; NULL: no room. */
static struct ip_rate *
rate_new(struct ip_rates *r, struct ip_rate_group *g, uint8_t byte,
    const struct ip_rate *like, uint32_t now)
{
	struct ip_rate *c;

	if (r->memory + sizeof(*c) > memory_limit(r))
		return NULL;
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return NULL;
	if (like != NULL)
		*c = *like;
	else
		c->tick = now;
	c->group = NULL;
	c->hold = 0;
	g->rate[byte] = c;
	r->memory += sizeof(*c);
	return c;
}

/* Frees g and what is below; addresses have four bytes, so it is not deep. */
static void
group_free(struct ip_rates *r, struct ip_rate_group *g)
{
	for (int i = 0; i < 256; i++) {
		if (g->rate[i] == NULL)
			continue;
		if (g->rate[i]->group != NULL)
			group_free(r, g->rate[i]->group);
		free(g->rate[i]);
		r->memory -= sizeof(struct ip_rate);
	}
	if (g->older != NULL)
		g->older->younger = g->younger;
	else
		r->first = g->younger;
	if (g->younger != NULL)
		g->younger->older = g->older;
	else
		r->last = g->older;
	if (g->parent != NULL)
		g->parent->group = NULL;
	r->memory -= sizeof(*g);
	free(g);
}

void
ip_rates_fini(struct ip_rates *r)
{
	if (r->base != NULL)
		group_free(r, r->base);
	r->base = NULL;
}

/* Folds quiet groups, old ones first, while more than target is in use. */
static void
fold(struct ip_rates *r, int64_t threshold, uint64_t target, uint32_t now)
{
	struct ip_rate_group *g = r->first;

	while (g != NULL && r->memory >= target) {
		struct ip_rate_group *older = g->older, *next = g->younger;

		if (g->parent != NULL &&
		    rate_quiet(g->parent, threshold, now)) {
			group_free(r, g);
			/* Its children went with it: go on from before. */
			next = older != NULL ? older->younger : r->first;
		}
		g = next;
	}
}

void
ip_rates_limit(struct ip_rates *r, uint64_t memory_max, uint32_t now)
{
	int64_t threshold = r->threshold > 0 ? r->threshold : 1;

	r->memory_max = memory_max;
	for (; r->memory > memory_limit(r) && threshold < INT64_MAX / 2;
	     threshold *= 2)
		fold(r, threshold, memory_limit(r), now);
}

/* ---- counting ---- */

/*
 * The finest rate for addr (host order), made if there is none at all yet;
 * *shift: where its byte is.  All on the way are counted.
 */
static struct ip_rate *
count_down(struct ip_rates *r, uint32_t addr, bool reverse, uint32_t n,
    uint32_t now, int *shift)
{
	struct ip_rate_group *g = r->base;
	struct ip_rate *c;

	for (*shift = 24;; *shift -= 8) {
		uint8_t byte = (uint8_t)(addr >> *shift);

		c = g->rate[byte];
		if (c == NULL)
			c = rate_new(r, g, byte, NULL, now);
		if (c == NULL)
			return NULL;
		if (n > 0) {
			rate_pass(c, now);
			c->current[reverse] += n;
		}
		if (c->group == NULL || *shift == 0)
			return c;
		g = c->group;
	}
}

/* A group below c, with a first rate for the byte. */
static void
refine(struct ip_rates *r, struct ip_rate *c, uint8_t byte, uint32_t now)
{
	if (r->memory + sizeof(*c) + sizeof(*c->group) > memory_limit(r))
		return;
	c->group = group_new(r, c);
	if (c->group != NULL && rate_new(r, c->group, byte, c, now) == NULL)
		group_free(r, c->group);
}

void
ip_rates_count(struct ip_rates *r, uint32_t addr, bool reverse, uint32_t n,
    bool sample, uint32_t now, int32_t rates[static 2])
{
	struct ip_rate *c;
	int shift;

	rates[0] = rates[1] = 0;
	if (r->base == NULL && (r->base = group_new(r, NULL)) == NULL)
		return;
	addr = ip4_host(addr);
	c = count_down(r, addr, reverse, sample ? n : 0, now, &shift);
	if (c == NULL)
		return;
	rates[0] = rate_per_second(c, 0);
	rates[1] = rate_per_second(c, 1);
	if (c->hold < now && shift > 0 &&
	    (rates[0] >= r->threshold || rates[1] >= r->threshold))
		refine(r, c, (uint8_t)(addr >> (shift - 8)), now);
	if (now - r->folded >= IP_RATE_HZ) {
		/* A tenth at a time, where there is no limit to keep. */
		fold(r, r->threshold,
		    r->memory_max != 0 ? r->memory_max : r->memory / 10 * 9,
		    now);
		r->folded = now;
	}
}

void
ip_rates_hold(
    struct ip_rates *r, uint32_t addr, unsigned int level, uint32_t when)
{
	struct ip_rate_group *g = r->base;

	addr = ip4_host(addr);
	for (int shift = 24; g != NULL && shift >= 0; shift -= 8, level--) {
		struct ip_rate *c = g->rate[(uint8_t)(addr >> shift)];

		if (c == NULL)
			return;
		if (level == 0) {
			c->hold = when;
			if (c->group != NULL)
				group_free(r, c->group);
			return;
		}
		g = c->group;
	}
}

/* ---- showing ---- */

/* The rates of g; before is the address so far, "" or "\t18.26". */
static void
print_group(
    struct ip_rate_group *g, struct str before, uint32_t now, struct strbuf *sb)
{
	for (int i = 0; i < 256; i++) {
		struct ip_rate *c = g->rate[i];
		struct strbuf name = STRBUF_INIT;

		if (c == NULL || (c->average[0] == 0 && c->average[1] == 0))
			continue;
		sb_printf(&name, "%.*s%s%d", STR_ARG(before),
		    before.n > 0 ? "." : "", i);
		rate_pass(c, now);
		sb_printf(sb, "%s\t", sb_cstr(&name));
		sb_fixed2(
		    sb, (int64_t)(c->average[0] * IP_RATE_HZ), IP_RATE_SCALE);
		sb_addc(sb, '\t');
		sb_fixed2(
		    sb, (int64_t)(c->average[1] * IP_RATE_HZ), IP_RATE_SCALE);
		sb_addc(sb, '\n');
		if (c->group != NULL) {
			struct strbuf indented = STRBUF_INIT;

			sb_printf(&indented, "\t%s", sb_cstr(&name));
			print_group(c->group, sb_str(&indented), now, sb);
			sb_fini(&indented);
		}
		sb_fini(&name);
	}
}

void
ip_rates_print(struct ip_rates *r, uint32_t now, struct strbuf *sb)
{
	if (r->base != NULL)
		print_group(r->base, STR(""), now, sb);
}
