/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xen_move.c -- a domain's memory into a stream and out of it, by libxenguest
 * (its format: xen's docs/specs/libxc-migration-stream).  Before it stands what
 * the guest was created with: "spec LENGTH\n", and those bytes.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cosmos/xen.h"

#include <xen/hvm/params.h>
#include <xen/sched.h>
#include <xenguest.h>

enum { SUSPEND_MS = 10000, SPEC_MAX = 16 << 20 };

/* ---- out ---- */

struct suspending {
	struct xen_host *h;
	uint32_t domid;
};

/* Asks the guest, and waits until it has; 1 as libxenguest wants it. */
static int
save_suspend(void *data)
{
	const struct suspending *s = data;
	const struct timespec look = { .tv_nsec = 1000000 };
	char path[XEN_PATH];
	xc_domaininfo_t info;
	int waited;

	xen_path(path, s->domid, "control/shutdown");
	xen_store_write(s->h->store, 0, path, "suspend");
	if (!xen_store_done(s->h->store))
		return 0;
	for (waited = 0; waited < SUSPEND_MS; waited++) {
		if (xc_domain_getinfolist(s->h->xch, s->domid, 1, &info) != 1 ||
		    info.domain != s->domid)
			return 0;
		if ((info.flags & XEN_DOMINF_shutdown) != 0)
			return ((info.flags >> XEN_DOMINF_shutdownshift) &
			           XEN_DOMINF_shutdownmask) == SHUTDOWN_suspend;
		nanosleep(&look, NULL);
	}
	return 0;
}

/* There is no device model to be told. */
static int
save_no_qemu(uint32_t domid, unsigned int enable, void *data)
{
	(void)domid, (void)enable, (void)data;
	return 0;
}

static int
save_spec(struct cosmos *c, const struct cosmos_guest *g, int fd)
{
	struct strbuf text = STRBUF_INIT, head = STRBUF_INIT;
	struct spec_text spec;
	int folder = xen_folder_open(g->name), status;

	if (folder < 0)
		return cosmos_fail(c, COSMOS_E_NOTSUP,
		    "%s: cosmos has not created it: 'xl save' saves it",
		    g->name);
	status = spec_load(c, folder, g->name, &spec);
	close(folder);
	if (status == COSMOS_OK) {
		spec_print(&text, &spec.spec);
		sb_printf(&head, "spec %zu\n", text.n);
		sb_add(&head, sb_str(&text));
		status = head.oom
		             ? cosmos_fail(c, COSMOS_E_FULL, "out of memory")
		             : fd_write(c, fd, sb_str(&head));
	}
	spec_fini(&spec);
	sb_fini(&text);
	sb_fini(&head);
	return status;
}

/*
 * libxenguest writes to whom may have gone: that is an error, and not the end
 * of the program that called us.
 */
static int
save_memory(struct xen_host *h, int fd, struct suspending *s)
{
	struct save_callbacks callbacks = { .suspend = save_suspend,
		.switch_qemu_logdirty = save_no_qemu,
		.data = s };
	const struct timespec now = { 0, 0 };
	sigset_t gone, before;
	int rc, error;

	sigemptyset(&gone);
	sigaddset(&gone, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &gone, &before);
	rc = xc_domain_save(
	    h->xch, fd, s->domid, 0, &callbacks, XC_STREAM_PLAIN, -1);
	error = errno;
	if (sigismember(&before, SIGPIPE) == 0)
		(void)sigtimedwait(&gone, NULL, &now); /* if there was one */
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = error;
	return rc;
}

int
xen_save(struct cosmos *c, const struct cosmos_guest *g, int fd)
{
	struct xen_host *h = xen_host(c);
	struct suspending s = { h, g->id };
	int status;

	if (h == NULL)
		return COSMOS_E_SYSTEM;
	status = save_spec(c, g, fd);
	if (status != COSMOS_OK)
		return status;
	if (save_memory(h, fd, &s) != 0)
		return xen_fail(c, h, "%s: saving its memory", g->name);
	return COSMOS_OK;
}

/* The suspend is called off: the guest's hypercall returns 1. */
int
xen_go_on(struct cosmos *c, const struct cosmos_guest *g)
{
	struct xen_host *h = xen_host(c);
	char path[XEN_PATH];
	xc_domaininfo_t info;

	if (h == NULL)
		return COSMOS_E_SYSTEM;
	xen_store_write(
	    h->store, 0, xen_path(path, g->id, "control/shutdown"), "");
	if (xc_domain_getinfolist(h->xch, g->id, 1, &info) == 1 &&
	    (info.flags & XEN_DOMINF_shutdown) != 0) {
		if (xc_domain_resume(h->xch, g->id, 1) != 0)
			return xen_fail(c, h, "%s: letting it go on", g->name);
		xen_store_resume(h->store, g->id);
	}
	if (!xen_store_done(h->store))
		return xen_fail(c, h, "%s: letting it go on", g->name);
	return COSMOS_OK;
}

/* ---- in ---- */

static int
load_spec(struct cosmos *c, int fd, struct spec_text *spec)
{
	char head[32], *text;
	size_t n = 0, length;
	int status;

	do {
		status = fd_read(c, fd, &head[n], 1);
		if (status != COSMOS_OK)
			return status;
	} while (head[n] != '\n' && ++n < sizeof(head) - 1);
	head[n] = '\0';
	if (sscanf(head, "spec %zu", &length) != 1 || length > SPEC_MAX)
		return cosmos_fail(
		    c, COSMOS_E_FAILED, "what was saved has no spec");
	text = malloc(length + 1);
	if (text == NULL)
		return cosmos_fail(c, COSMOS_E_FULL, "out of memory");
	text[length] = '\0';
	status = fd_read(c, fd, text, length);
	if (status == COSMOS_OK)
		spec_parse(spec, text, length);
	else
		free(text);
	return status;
}

/* One that is taken is seen before any memory is: the sender stands still. */
static int
load_name(struct cosmos *c, const struct cosmos_spec *spec)
{
	struct cosmos_guest g;

	if (spec->name == NULL || !name_valid(spec->name))
		return cosmos_fail(c, COSMOS_E_USAGE, "it has no name");
	if (cosmos_platform_xen_1.by_name(c, spec->name, &g) == COSMOS_OK)
		return cosmos_fail(c, COSMOS_E_EXISTS,
		    "%s: domain %u has that name already", spec->name, g.id);
	return COSMOS_OK;
}

static int
load_memory(struct cosmos *c, struct xen_host *h, struct xen_guest *g, int fd)
{
	struct restore_callbacks callbacks = { .static_data_done = NULL };

	if (xc_domain_restore(h->xch, fd, g->domid, g->store_port,
	        &g->store_frame, 0, g->console_port, &g->console_frame, 0,
	        XC_STREAM_PLAIN, &callbacks, -1) != 0)
		return xen_fail(c, h, "%s: its memory", g->spec->name);
	return COSMOS_OK;
}

/* In memory, and paused. */
static int
load_known(struct cosmos *c, struct xen_host *h, struct xen_guest *g, int fd)
{
	int status = xen_build_domain(c, h, g);

	if (status == COSMOS_OK)
		status = load_memory(c, h, g, fd);
	return xen_known(c, h, g, status);
}

static int
load_run(struct cosmos *c, struct xen_host *h, const struct xen_guest *g)
{
	int status = xen_begin(c, h, g);

	if (status == COSMOS_OK)
		status = xen_keys_ring(c, h, g);
	return status == COSMOS_OK ? xen_vifs_join(c, h, g) : status;
}

int
xen_restore(struct cosmos *c, int fd, const char *name, struct cosmos_guest *g)
{
	struct xen_host *h = xen_host(c);
	struct spec_text spec;
	struct xen_guest made;
	int status;

	if (h == NULL)
		return COSMOS_E_SYSTEM;
	status = load_spec(c, fd, &spec);
	if (status != COSMOS_OK)
		return status;
	if (name != NULL)
		spec.spec.name = name;
	status = load_name(c, &spec.spec);
	if (status == COSMOS_OK)
		status = xen_plan(c, &spec.spec, &made);
	if (status != COSMOS_OK)
		goto out;
	status = load_known(c, h, &made, fd);
	if (status != COSMOS_OK)
		goto out;
	status = load_run(c, h, &made);
	if (status != COSMOS_OK) {
		xen_undo(h, &made);
		goto out;
	}
	xen_made(made.domid, made.making);
	xen_guest_fill(&made, g);
out:
	spec_fini(&spec);
	return status;
}
