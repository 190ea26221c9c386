/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xen_memory.c -- regions of guests.  A guest names a few granted pages full
 * of grant references; those are read once, and then all pages that they name
 * are mapped in a row.  What has been mapped a guest cannot take back.
 */
#include <stdlib.h>
#include <string.h>

#include "base/atomic.h"
#include "base/err.h"
#include "vale/xen.h"

enum { REFS_MAX = 256 }; /* pages of references: a region of 1 GB */

/* "8 9 10": at most max numbers; how many, or 0: anything else. */
static uint32_t
memory_refs(const char *text, uint32_t *ref, uint32_t max)
{
	uint32_t n = 0;
	char *end;

	while (*text != '\0') {
		unsigned long long x = strtoull(text, &end, 10);

		if (end == text || *text == '-' || x > UINT32_MAX || n == max ||
		    (*end != ' ' && *end != '\0'))
			return 0;
		ref[n++] = (uint32_t)x;
		text = *end == ' ' ? end + 1 : end;
	}
	return n;
}

/* Reads the references of n pages through the pages that text names. */
static int
memory_read_refs(
    struct vale_xen *x, struct xen_memory *m, uint32_t *ref, struct diag *why)
{
	uint32_t list[REFS_MAX];
	uint32_t n = memory_refs(m->refs, list, REFS_MAX);
	const uint32_t *shared;

	if (n == 0 || n != (m->pages + XEN_REFS - 1) / XEN_REFS)
		return diag(why, ERR_PEER,
		    "netring-refs \"%.40s\": not %u references", m->refs,
		    (m->pages + XEN_REFS - 1) / XEN_REFS);
	shared = x->ops->map(x->host, m->domid, list, n);
	if (shared == NULL)
		return diag(why, ERR_PEER,
		    "netring-refs \"%.40s\": not granted", m->refs);
	for (uint32_t i = 0; i < m->pages; i++)
		ref[i] = load_relaxed(&shared[i]);
	x->ops->unmap(x->host, (void *)(uintptr_t)shared, n);
	return 0;
}

static int
memory_map(struct vale_xen *x, struct xen_memory *m, struct diag *why)
{
	uint32_t *ref = malloc(m->pages * sizeof(*ref));
	int err;

	if (ref == NULL)
		return diag(why, ERR_NOMEM, "out of memory");
	err = memory_read_refs(x, m, ref, why);
	if (err == 0) {
		m->base = x->ops->map(x->host, m->domid, ref, m->pages);
		if (m->base == NULL)
			err = diag(why, ERR_PEER,
			    "region: some of its %u pages cannot be mapped",
			    m->pages);
	}
	free(ref);
	if (err != 0)
		return err;
	err = netring_head_read(
	    m->base, (uint64_t)m->pages * NETRING_PAGE, &m->layout, why);
	if (err != 0)
		x->ops->unmap(x->host, m->base, m->pages);
	return err;
}

static struct xen_memory *
memory_find(
    const struct vale_xen *x, uint32_t domid, uint32_t pages, const char *refs)
{
	struct xen_memory *m = x->memories;

	while (m != NULL && (m->domid != domid || m->pages != pages ||
	                        strcmp(m->refs, refs) != 0))
		m = m->next;
	return m;
}

static int
memory_new(struct vale_xen *x, uint32_t domid, uint32_t pages, char *refs,
    struct xen_memory **out, struct diag *why)
{
	struct xen_memory *m = calloc(1, sizeof(*m));
	int err;

	if (m == NULL) {
		free(refs);
		return diag(why, ERR_NOMEM, "out of memory");
	}
	m->domid = domid;
	m->pages = pages;
	m->refs = refs;
	err = memory_map(x, m, why);
	if (err != 0) {
		free(refs);
		free(m);
		return err;
	}
	m->next = x->memories;
	x->memories = m;
	*out = m;
	return 0;
}

int
xen_memory_get(struct vale_xen *x, uint32_t domid, const char *front,
    struct xen_memory **m, struct diag *why)
{
	uint64_t most = x->options.guest_memory / NETRING_PAGE;
	uint32_t pages;
	char *refs;
	int err = 0;

	if (!xen_number(x, front, "netring-pages", &pages) || pages < 2)
		return diag(why, ERR_PEER, "netring-pages: no number of pages");
	if (pages > most || pages > REFS_MAX * XEN_REFS)
		return diag(why, ERR_PEER,
		    "region of %u pages: %llu are allowed", pages,
		    (unsigned long long)most);
	refs = xen_text(x, front, "netring-refs");
	if (refs == NULL)
		return diag(why, ERR_PEER, "netring-refs: missing");
	*m = memory_find(x, domid, pages, refs);
	if (*m == NULL)
		err = memory_new(x, domid, pages, refs, m, why);
	else
		free(refs);
	if (err == 0)
		(*m)->users++;
	return err;
}

void
xen_memory_put(struct vale_xen *x, struct xen_memory *m)
{
	struct xen_memory **at = &x->memories;

	if (--m->users > 0)
		return;
	while (*at != m)
		at = &(*at)->next;
	*at = m->next;
	x->ops->unmap(x->host, m->base, m->pages);
	free(m->refs);
	free(m);
}
