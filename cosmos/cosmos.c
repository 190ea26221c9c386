/* SPDX-License-Identifier: BSD-3-Clause */
/* cosmos.c -- the handle and the choice of a platform; see cosmos.h. */
#define _GNU_SOURCE
#include "cosmos/cosmos.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cosmos/internal.h"
#include "cosmos/kvm.h"

static const char *const platform_names[] = {
	[COSMOS_BEST] = "best",
	[COSMOS_XEN] = "xen",
	[COSMOS_KVM] = "kvm",
	[COSMOS_PROCESS] = "process",
};

enum {
	PLATFORMS = ARRAY_SIZE(platform_names),
	/* What the first program that was linked with us knows of a spec. */
	SPEC_SIZE_FIRST = offsetof(struct cosmos_spec, cpus) + sizeof(char *),
};

const struct platform *
platform_of(unsigned int number)
{
	switch (number) {
	case COSMOS_XEN:
		return platform_xen();
	case COSMOS_KVM:
		return &platform_kvm;
	case COSMOS_PROCESS:
		return &platform_process;
	default:
		return NULL;
	}
}

int
guest_platform(
    struct cosmos *c, const struct cosmos_guest *g, const struct platform **p)
{
	*p = platform_of(g->platform);
	if (*p != NULL)
		return COSMOS_OK;
	return cosmos_fail(c, COSMOS_E_NOTSUP,
	    "%s: no guest of a platform that is here: it says number %u",
	    g->name, g->platform);
}

const char *
cosmos_platform_name(unsigned int platform)
{
	return platform < PLATFORMS ? platform_names[platform] : NULL;
}

const char *
cosmos_state_name(unsigned int state)
{
	static const char *const names[] = { "unknown", "running", "paused",
		"dying" };

	return state < ARRAY_SIZE(names) ? names[state] : names[0];
}

const char *
cosmos_action_name(unsigned int action)
{
	static const char *const names[] = { "default", "destroy", "restart",
		"preserve" };

	return action < ARRAY_SIZE(names) ? names[action] : NULL;
}

const char *
cosmos_version(void)
{
	return COSMOS_VERSION;
}

struct cosmos *
cosmos_open(void)
{
	return calloc(1, sizeof(struct cosmos));
}

void
cosmos_close(struct cosmos *c)
{
	if (c == NULL)
		return;
	if (c->xen != NULL)
		platform_xen()->close(c);
	platform_process.close(c);
	sb_fini(&c->error);
	free(c);
}

const char *
cosmos_error(struct cosmos *c)
{
	return sb_cstr(&c->error);
}

int
cosmos_platform_check(struct cosmos *c, unsigned int platform)
{
	const struct platform *p = platform_of(platform);
	unsigned int i;

	if (platform == COSMOS_BEST) {
		for (i = 1; i < PLATFORMS; i++)
			if (cosmos_platform_check(c, i) == COSMOS_OK)
				return COSMOS_OK;
		return COSMOS_E_NOTSUP;
	}
	if (p == NULL)
		return cosmos_fail(c, COSMOS_E_NOTSUP,
		    platform < PLATFORMS ? "%s: this machine runs no Xen, or "
		                           "package clickos-xen is "
		                           "not installed"
		                         : "%s",
		    platform < PLATFORMS ? platform_names[platform]
		                         : "no such platform");
	return p->check(c);
}

/* The best that works here, or COSMOS_BEST.  Emulation is not better than a
 * process. */
static unsigned int
platform_best(struct cosmos *c)
{
	unsigned int i;

	for (i = 1; i < PLATFORMS; i++)
		if (cosmos_platform_check(c, i) == COSMOS_OK &&
		    (i != COSMOS_KVM || strcmp(kvm_accelerator(), "kvm") == 0))
			return i;
	return COSMOS_BEST;
}

/* Of an older program's spec what it knows. */
static int
spec_take(
    struct cosmos *c, const struct cosmos_spec *from, struct cosmos_spec *spec)
{
	const struct cosmos_spec none = COSMOS_SPEC_INIT;

	if (from->size < SPEC_SIZE_FIRST || from->size > sizeof(*spec))
		return cosmos_fail(c, COSMOS_E_USAGE,
		    "a spec of %u bytes is not this library's", from->size);
	*spec = none;
	memcpy(spec, from, from->size);
	spec->size = sizeof(*spec);
	return COSMOS_OK;
}

static int
spec_check(struct cosmos *c, const struct cosmos_spec *spec)
{
	if (spec->name == NULL || !name_valid(spec->name))
		return cosmos_fail(c, COSMOS_E_USAGE,
		    "'%s' is no name: a letter, then letters, digits, '-', '_' "
		    "and '.', at most %d",
		    spec->name == NULL ? "" : spec->name, COSMOS_NAME_MAX);
	if (spec->nports > COSMOS_PORTS_MAX)
		return cosmos_fail(c, COSMOS_E_USAGE,
		    "%s: %u ports, %d at most", spec->name, spec->nports,
		    COSMOS_PORTS_MAX);
	return COSMOS_OK;
}

int
cosmos_pool_with(struct cosmos *c, unsigned int platform,
    const char *const *ports, uint32_t nports, uint32_t *n)
{
	struct cosmos_spec like = COSMOS_SPEC_INIT;
	const struct platform *p;
	int status;

	like.ports = ports;
	like.nports = nports;
	if (nports > COSMOS_PORTS_MAX)
		return cosmos_fail(c, COSMOS_E_USAGE,
		    "pool: %u ports, %d at most", nports, COSMOS_PORTS_MAX);
	if (platform == COSMOS_BEST)
		platform = cosmos_platform_check(c, COSMOS_XEN) == COSMOS_OK
		               ? COSMOS_XEN
		               : COSMOS_PROCESS;
	p = platform_of(platform);
	status = cosmos_platform_check(c, platform);
	if (status != COSMOS_OK)
		return status;
	if (p->pool == NULL)
		return cosmos_fail(c, COSMOS_E_NOTSUP,
		    "%s: no guests are prepared there: process and xen have "
		    "pools",
		    platform_names[platform]);
	return p->pool(c, &like, n);
}

int
cosmos_pool_on(struct cosmos *c, unsigned int platform, uint32_t *n)
{
	return cosmos_pool_with(c, platform, NULL, 0, n);
}

int
cosmos_pool(struct cosmos *c, uint32_t *n)
{
	return cosmos_pool_on(c, COSMOS_PROCESS, n);
}

int
cosmos_create(
    struct cosmos *c, const struct cosmos_spec *from, struct cosmos_guest *g)
{
	const struct platform *p;
	struct cosmos_spec ours = COSMOS_SPEC_INIT;
	struct cosmos_spec *spec = &ours;
	int status = spec_take(c, from, &ours);

	stage_begin(c);
	if (status == COSMOS_OK)
		status = spec_check(c, spec);
	if (status != COSMOS_OK)
		return status;
	if (spec->platform == COSMOS_BEST)
		spec->platform = platform_best(c);
	p = platform_of(spec->platform);
	if (p == NULL)
		return spec->platform == COSMOS_BEST
		           ? COSMOS_E_NOTSUP
		           : cosmos_platform_check(c, spec->platform);
	status = p->check(c);
	return status != COSMOS_OK ? status : p->create(c, spec, g);
}

static bool
all_digits(const char *s)
{
	return *s != '\0' && s[strspn(s, "0123456789")] == '\0';
}

int
cosmos_find(struct cosmos *c, const char *name, struct cosmos_guest *g)
{
	bool by_id = all_digits(name);
	unsigned long id = by_id ? strtoul(name, NULL, 10) : 0;
	const struct platform *p;
	unsigned int i;
	int status;

	if (!by_id && !name_valid(name))
		return cosmos_fail(c, COSMOS_E_USAGE,
		    "'%s' is neither a name nor an id; several are "
		    "{a,b} or x{1..9}",
		    name);
	for (i = 1; i < PLATFORMS; i++) {
		p = platform_of(i);
		if (p == NULL || (by_id && id > UINT32_MAX))
			continue;
		status = by_id ? p->by_id(c, (uint32_t)id, g)
		               : p->by_name(c, name, g);
		if (status != COSMOS_E_NOTFOUND)
			return status;
	}
	return cosmos_fail(c, COSMOS_E_NOTFOUND,
	    "%s: no such guest: 'cosmos list' shows all", name);
}

static int
compare_names(const void *a, const void *b)
{
	const struct cosmos_guest *x = a, *y = b;

	return strverscmp(x->name, y->name);
}

int
cosmos_list(struct cosmos *c, struct cosmos_guest **g, size_t *n)
{
	struct guest_list list = { NULL, 0, 0 };
	const struct platform *p;
	unsigned int i;
	int status;

	for (i = 1; i < PLATFORMS; i++) {
		p = platform_of(i);
		if (p == NULL)
			continue;
		status = p->list(c, &list);
		if (status != COSMOS_OK) {
			free(list.v);
			return status;
		}
	}
	if (list.n > 0)
		qsort(list.v, list.n, sizeof(*list.v), compare_names);
	*g = list.v;
	*n = list.n;
	return COSMOS_OK;
}

int
cosmos_destroy(struct cosmos *c, const struct cosmos_guest *g)
{
	const struct platform *p;
	int status = guest_platform(c, g, &p);

	return status == COSMOS_OK ? p->destroy(c, g) : status;
}

int
cosmos_suspend(struct cosmos *c, const struct cosmos_guest *g)
{
	const struct platform *p;
	int status = guest_platform(c, g, &p);

	return status == COSMOS_OK ? p->suspend(c, g) : status;
}

int
cosmos_resume(struct cosmos *c, const struct cosmos_guest *g)
{
	const struct platform *p;
	int status = guest_platform(c, g, &p);

	return status == COSMOS_OK ? p->resume(c, g) : status;
}

int
cosmos_attach(struct cosmos *c, const struct cosmos_guest *g, const char *port)
{
	const struct platform *p;
	int status = guest_platform(c, g, &p);

	return status == COSMOS_OK ? p->attach(c, g, port) : status;
}

int
cosmos_detach(struct cosmos *c, const struct cosmos_guest *g, const char *port)
{
	const struct platform *p;
	int status = guest_platform(c, g, &p);

	return status == COSMOS_OK ? p->detach(c, g, port) : status;
}

int
cosmos_reconnect(struct cosmos *c, const struct cosmos_guest *g)
{
	const struct platform *p;
	int status = guest_platform(c, g, &p);

	if (status != COSMOS_OK || p->reconnect == NULL)
		return status;
	return p->reconnect(c, g);
}

int
cosmos_console(
    struct cosmos *c, const struct cosmos_guest *g, int *in, int *out)
{
	const struct platform *p;
	int status = guest_platform(c, g, &p);

	return status == COSMOS_OK ? p->console(c, g, in, out) : status;
}

int
cosmos_logs(
    struct cosmos *c, const struct cosmos_guest *g, char **text, size_t *n)
{
	struct strbuf out = STRBUF_INIT;
	const struct platform *p;
	int status = guest_platform(c, g, &p);

	if (status == COSMOS_OK)
		status = p->logs(c, g, &out);
	return text_give(c, &out, status, text, n);
}
