/* SPDX-License-Identifier: BSD-3-Clause */
/* region.c -- see region.h. */
#include "minios/xen/region.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "clickos/ringport.h"
#include "minios/arch.h"
#include "minios/console.h"
#include "minios/fiber.h"
#include "minios/machine.h"
#include "minios/pages.h"
#include "minios/xen/grant.h"

_Static_assert((int)NETRING_BUFFER == (int)POOL_BUFFER, "pools in regions");

enum {
	REFS = PAGE_SIZE / sizeof(uint32_t), /* in a page of references */
	/* Grants are finite. */
	PAGES_MAX = 4352,
	BUFFERS_MAX = PAGES_MAX * PAGE_SIZE / NETRING_BUFFER,
	MEMORY_SHARE = 2,
	RINGS_SHARE = 2, /* of a region's buffers; the rest is for packets */
	UNMAP_TRIES = 100,
	MS = 1000000,
};
_Static_assert(PAGES_MAX <= REFS * REGION_DIRS, "a reference for each page");
_Static_assert(
    BUFFERS_MAX / RINGS_SHARE >= 2 * 2048, "a vif of 2048 slots has room");

static struct list regions = LIST_INIT(regions);

/* ---- making one ---- */

/*
 * The largest rings, of at most l->slots, that leave packets their part of so
 * many pages.
 */
static int
region_layout(struct netring_layout *l, uint32_t vifs, uint32_t pages)
{
	uint32_t buffers = pages * PAGE_SIZE / NETRING_BUFFER;

	l->ports = vifs < 1                   ? 1
	           : vifs > NETRING_PORTS_MAX ? (uint32_t)NETRING_PORTS_MAX
	                                      : vifs;
	/* More vifs than the smallest rings fit for: some go without. */
	if (l->ports > buffers / RINGS_SHARE / (2 * NETRING_SLOTS_MIN))
		l->ports = buffers / RINGS_SHARE / (2 * NETRING_SLOTS_MIN);
	for (; l->slots >= NETRING_SLOTS_MIN; l->slots /= 2) {
		l->buffers = 1;
		if (netring_layout_make(l, NULL) != 0)
			return ERR_NOMEM;
		if (l->buffer_offset / PAGE_SIZE >= pages ||
		    (uint64_t)l->ports * 2 * l->slots > buffers / RINGS_SHARE)
			continue;
		l->buffers = (pages * PAGE_SIZE - (uint32_t)l->buffer_offset) /
		             NETRING_BUFFER;
		return netring_layout_make(l, NULL);
	}
	return ERR_NOMEM;
}

static void
region_free(struct region *r)
{
	uint32_t i;

	list_remove(&r->node);
	for (i = 0; i < r->dirs; i++)
		pages_free(r->dir[i]);
	if (r->guest.held != NULL)
		netring_guest_fini(&r->guest);
	if (r->guest.base != NULL)
		pages_free(r->guest.base);
	free(r->ref);
	free(r->spare);
	free(r);
}

static int
region_memory(struct region *r, const struct netring_layout *l)
{
	uint8_t *base = pages_alloc(r->pages);

	if (base == NULL)
		return ERR_NOMEM;
	r->guest.base = base;
	netring_head_write(base, l, 0, 0);
	r->ref = calloc(r->pages, sizeof(*r->ref));
	r->spare = malloc(l->buffers * sizeof(*r->spare));
	if (r->ref == NULL || r->spare == NULL ||
	    netring_guest_init(&r->guest, base, l) != 0)
		return ERR_NOMEM;
	while (r->dirs * REFS < r->pages) {
		r->dir[r->dirs] = pages_alloc(1);
		if (r->dir[r->dirs] == NULL)
			return ERR_NOMEM;
		memset(r->dir[r->dirs++], 0, PAGE_SIZE);
	}
	return 0;
}

static int
region_new(uint16_t domid, uint32_t vifs, uint32_t slots, uint32_t max,
    struct region **out)
{
	struct netring_layout l = { .ports = vifs, .slots = slots };
	struct pages_stats stats;
	struct region *r;
	uint32_t pages;
	int err;

	pages_stats(&stats);
	pages = stats.free / MEMORY_SHARE < PAGES_MAX
	            ? (uint32_t)(stats.free / MEMORY_SHARE)
	            : (uint32_t)PAGES_MAX;
	err = region_layout(&l, vifs, pages < max ? pages : max);
	if (err != 0)
		return err;
	r = calloc(1, sizeof(*r));
	if (r == NULL)
		return ERR_NOMEM;
	r->domid = domid;
	r->pages = (uint32_t)(l.size / PAGE_SIZE);
	list_append(&regions, &r->node);
	err = region_memory(r, &l);
	if (err != 0) {
		region_free(r);
		return err;
	}
	*out = r;
	return 0;
}

int
region_get(uint16_t domid, uint32_t vifs, uint32_t slots, uint32_t max,
    struct region **r)
{
	list_each(node, &regions)
	{
		*r = container_of(node, struct region, node);
		if ((*r)->domid == domid)
			return 0;
	}
	return region_new(domid, vifs, slots, max, r);
}

/* ---- grants ---- */

static bool
region_end_page(uint32_t *ref)
{
	if (*ref != 0 && grant_end(*ref))
		*ref = 0;
	return *ref == 0;
}

/* True once no page is granted any more. */
static bool
region_end_once(struct region *r)
{
	bool all = true;
	uint32_t i;

	for (i = 0; i < r->dirs; i++)
		all &= region_end_page(&r->dir_ref[i]);
	for (i = 0; i < r->pages; i++)
		all &= region_end_page(&r->ref[i]);
	return all;
}

static void
region_ungrant(struct region *r)
{
	int tries;

	/* Another vif may want it while this sleeps. */
	for (tries = 0; r->users == 0; tries++) {
		if (region_end_once(r))
			return;
		if (tries == UNMAP_TRIES)
			break;
		fiber_sleep_until(machine->steady_ns() + MS);
	}
	if (r->users == 0)
		console_printf(
		    "region: domain %u keeps pages mapped\n", r->domid);
}

static int
region_grant_page(const struct region *r, const void *p, uint32_t *ref)
{
	/* One that the other side kept mapped is still granted. */
	return *ref != 0 ? 0 : grant_page(r->domid, p, false, ref);
}

static int
region_grant(struct region *r)
{
	int err = 0;
	uint32_t i;

	for (i = 0; i < r->pages && err == 0; i++) {
		err = region_grant_page(
		    r, r->guest.base + (size_t)i * PAGE_SIZE, &r->ref[i]);
		r->dir[i / REFS][i % REFS] = r->ref[i];
	}
	for (i = 0; i < r->dirs && err == 0; i++)
		err = region_grant_page(r, r->dir[i], &r->dir_ref[i]);
	if (err != 0)
		region_end_once(r);
	return err;
}

void
region_refs(const struct region *r, struct strbuf *out)
{
	uint32_t i;

	for (i = 0; i < r->dirs; i++)
		sb_printf(out, "%s%u", i > 0 ? " " : "", r->dir_ref[i]);
}

void
region_lose(void)
{
	list_each(node, &regions)
	    region_end_once(container_of(node, struct region, node));
}

/* ---- buffers ---- */

void *
region_buffers_alloc(size_t n)
{
	uint32_t count = (uint32_t)((n + NETRING_BUFFER - 1) / NETRING_BUFFER);
	struct region *r;
	void *p;

	if (list_empty(&regions))
		return NULL;
	r = container_of(regions.next, struct region, node);
	if (count > r->guest.layout.buffers - r->next)
		return NULL;
	p = netring_guest_buffer(&r->guest, r->next);
	r->next += count;
	return p;
}

/* Frees a region that nobody uses in any way. */
static void
region_settle(struct region *r)
{
	if (r->users == 0 && r->nspare == r->next && region_end_once(r))
		region_free(r);
}

bool
region_buffers_free(void *p, size_t n)
{
	list_each(node, &regions)
	{
		struct region *r = container_of(node, struct region, node);
		int64_t first = netring_guest_number(&r->guest, p);
		size_t i;

		if (first < 0)
			continue;
		for (i = 0; i * NETRING_BUFFER < n; i++)
			r->spare[r->nspare++] = (uint32_t)first + (uint32_t)i;
		region_settle(r);
		return true;
	}
	return false;
}

/* n buffers' numbers. */
static int
region_take(struct region *r, uint32_t *out, uint32_t n)
{
	uint32_t i;

	if (n > r->nspare + r->guest.layout.buffers - r->next)
		return ERR_NOMEM;
	for (i = 0; i < n; i++)
		out[i] = r->nspare > 0 ? r->spare[--r->nspare] : r->next++;
	return 0;
}

/*
 * What the switch had is ours again, since it serves no port any more; but not
 * what lies in pages that it keeps mapped.
 */
static void
region_collect(struct region *r)
{
	size_t first = r->guest.layout.buffer_offset, b;

	for (b = 0; b < r->next; b++) {
		size_t at = first + b * NETRING_BUFFER;

		/* It lies in a page, or in two. */
		if (r->guest.held[b] == 0 || r->ref[at / PAGE_SIZE] != 0 ||
		    r->ref[(at + NETRING_BUFFER - 1) / PAGE_SIZE] != 0)
			continue;
		r->guest.held[b] = 0;
		r->spare[r->nspare++] = (uint32_t)b;
	}
}

/* ---- ports ---- */

static int
region_port(struct region *r, struct netring_guest_port *p, uint32_t index)
{
	uint32_t n = 2 * r->guest.layout.slots;
	uint32_t *buffers = malloc(n * sizeof(*buffers));
	int err = ERR_NOMEM;

	if (buffers == NULL)
		return err;
	err = region_take(r, buffers, n);
	if (err == 0) {
		err = netring_guest_port_init(
		    p, &r->guest, index, buffers, PACKET_HEADROOM);
		if (err != 0) {
			memcpy(r->spare + r->nspare, buffers,
			    n * sizeof(*buffers));
			r->nspare += n;
		}
	}
	free(buffers);
	return err;
}

int
region_open(struct region *r, struct netring_guest_port *p, uint32_t *index)
{
	uint32_t i = 0;
	int err;

	while (i < r->guest.layout.ports && (r->taken >> i & 1) != 0)
		i++;
	if (i == r->guest.layout.ports)
		return ERR_NOMEM;
	if (r->users == 0) {
		/* What was kept mapped may have been let go of since. */
		region_end_once(r);
		region_collect(r);
	}
	/* First: a vif may connect while another's grants are being ended. */
	r->users++;
	r->taken |= UINT64_C(1) << i;
	err = region_grant(r);
	if (err == 0)
		err = region_port(r, p, i);
	if (err != 0) {
		r->taken &= ~(UINT64_C(1) << i);
		if (--r->users == 0)
			region_end_once(r);
		return err;
	}
	*index = i;
	return 0;
}

void
region_close(struct region *r, struct netring_guest_port *p, uint32_t index)
{
	(void)netring_guest_port_end(p);
	memcpy(r->spare + r->nspare, p->spare, p->nspare * sizeof(*p->spare));
	r->nspare += p->nspare;
	netring_guest_port_fini(p);
	r->taken &= ~(UINT64_C(1) << index);
	if (--r->users > 0)
		return;
	region_ungrant(r);
	if (r->users == 0) {
		region_collect(r);
		region_settle(r);
	}
}
