/* SPDX-License-Identifier: BSD-3-Clause */
/* xen.c -- the xen platform's table; see xen.h. */
#include "cosmos/xen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LIST_STEP = 256, PAGE = 4096, GONE_MS = 5000, CONSOLE_MS = 5000 };

/* ---- connections ---- */

/* Keeps what Xen's libraries say, for the sentence of who called them. */
struct keep_logger {
	xentoollog_logger logger; /* first: the two are one pointer */
	struct strbuf *to;
};

static void
keep_message(struct xentoollog_logger *logger, xentoollog_level level,
    int errnoval, const char *context, const char *format, va_list al)
{
	struct keep_logger *k = (struct keep_logger *)logger;

	(void)errnoval;
	(void)context;
	if (level < XTL_ERROR)
		return;
	if (k->to->n > 0)
		sb_adds(k->to, "; ");
	sb_vprintf(k->to, format, al);
}

static void
keep_progress(struct xentoollog_logger *logger, const char *context,
    const char *doing, int percent, unsigned long done, unsigned long total)
{
	(void)logger, (void)context, (void)doing, (void)percent;
	(void)done, (void)total;
}

static void
keep_destroy(struct xentoollog_logger *logger)
{
	free(logger);
}

static xentoollog_logger *
keep_logger(struct strbuf *to)
{
	struct keep_logger *k = calloc(1, sizeof(*k));

	if (k == NULL)
		return NULL;
	k->logger.vmessage = keep_message;
	k->logger.progress = keep_progress;
	k->logger.destroy = keep_destroy;
	k->to = to;
	return &k->logger;
}

static void
host_free(struct xen_host *h)
{
	if (h->store != NULL)
		xen_store_close(h->store);
	if (h->xch != NULL)
		xc_interface_close(h->xch);
	if (h->logger != NULL)
		xtl_logger_destroy(h->logger);
	sb_fini(&h->log);
	free(h);
}

struct xen_host *
xen_host(struct cosmos *c)
{
	struct xen_host *h = c->xen;

	if (h != NULL)
		return h;
	h = calloc(1, sizeof(*h));
	if (h == NULL) {
		cosmos_fail(c, COSMOS_E_FULL, "out of memory");
		return NULL;
	}
	h->logger = keep_logger(&h->log);
	h->xch = xc_interface_open(h->logger, h->logger, 0);
	h->store = h->xch != NULL ? xen_store_open() : NULL;
	if (h->store == NULL) {
		cosmos_fail_errno(
		    c, h->xch == NULL ? "the Xen hypervisor" : "XenStore");
		host_free(h);
		return NULL;
	}
	c->xen = h;
	return h;
}

static void
xen_close(struct cosmos *c)
{
	host_free(c->xen);
	c->xen = NULL;
}

int
xen_fail(struct cosmos *c, struct xen_host *h, const char *fmt, ...)
{
	struct strbuf text = STRBUF_INIT;
	int status, error = errno;
	va_list ap;

	va_start(ap, fmt);
	sb_vprintf(&text, fmt, ap);
	va_end(ap);
	if (h->log.n > 0)
		sb_printf(&text, ": %s", sb_cstr(&h->log));
	sb_clear(&h->log);
	errno = error;
	status = cosmos_fail_errno(c, "%s", sb_cstr(&text));
	sb_fini(&text);
	return status;
}

static int
xen_check(struct cosmos *c)
{
	return xen_host(c) != NULL ? COSMOS_OK : COSMOS_E_NOTSUP;
}

/* ---- looking ---- */

/* It stands still while it is saved, and after that if nobody said go on. */
static bool
info_suspended(const xc_domaininfo_t *info)
{
	return (info->flags & XEN_DOMINF_dying) == 0 &&
	       (info->flags & XEN_DOMINF_shutdown) != 0 &&
	       ((info->flags >> XEN_DOMINF_shutdownshift) &
	           XEN_DOMINF_shutdownmask) == SHUTDOWN_suspend;
}

static uint32_t
info_state(const xc_domaininfo_t *info)
{
	if (info_suspended(info))
		return COSMOS_STATE_PAUSED;
	if ((info->flags & (XEN_DOMINF_dying | XEN_DOMINF_shutdown)) != 0)
		return COSMOS_STATE_DYING;
	if ((info->flags & XEN_DOMINF_paused) != 0)
		return COSMOS_STATE_PAUSED;
	return COSMOS_STATE_RUNNING;
}

/* False: one that is none of a tool's (no name yet, dom0, a prepared one). */
static bool
guest_fill(
    struct xen_host *h, const xc_domaininfo_t *info, struct cosmos_guest *g)
{
	char path[XEN_PATH], *name;

	memset(g, 0, sizeof(*g));
	g->size = sizeof(*g);
	g->id = info->domain;
	g->platform = COSMOS_XEN;
	g->state = info_state(info);
	g->memory = (uint64_t)info->tot_pages * PAGE;
	g->cpu_ns = info->cpu_time;
	name = xen_read(h, 0, xen_path(path, g->id, "name"));
	snprintf(g->name, sizeof(g->name), "%s", name);
	free(name);
	return g->id != 0 && g->name[0] != '\0' &&
	       strncmp(g->name, XEN_SHELL, strlen(XEN_SHELL)) != 0;
}

static int
xen_by_id(struct cosmos *c, uint32_t id, struct cosmos_guest *g)
{
	struct xen_host *h = xen_host(c);
	xc_domaininfo_t info;

	if (h == NULL)
		return COSMOS_E_NOTFOUND;
	if (xc_domain_getinfolist(h->xch, id, 1, &info) != 1 ||
	    info.domain != id || !guest_fill(h, &info, g))
		return COSMOS_E_NOTFOUND;
	return COSMOS_OK;
}

/* Calls each for every guest until it says false. */
static int
each_domain(struct cosmos *c,
    bool (*each)(struct cosmos *c, const struct cosmos_guest *g, void *arg),
    void *arg)
{
	struct xen_host *h = xen_host(c);
	xc_domaininfo_t info[LIST_STEP];
	struct cosmos_guest g;
	uint32_t next = 1;
	int n, i;

	if (h == NULL)
		return COSMOS_OK; /* no Xen, no guests */
	do {
		n = xc_domain_getinfolist(h->xch, next, LIST_STEP, info);
		if (n < 0)
			return xen_fail(c, h, "listing domains");
		for (i = 0; i < n; i++) {
			if (guest_fill(h, &info[i], &g) && !each(c, &g, arg))
				return COSMOS_OK;
			next = info[i].domain + 1u;
		}
	} while (n == LIST_STEP);
	return COSMOS_OK;
}

struct search {
	const char *name;
	struct cosmos_guest *g;
	bool found;
};

static bool
search_one(struct cosmos *c, const struct cosmos_guest *g, void *arg)
{
	struct search *s = arg;

	(void)c;
	if (strcmp(g->name, s->name) != 0)
		return true;
	*s->g = *g;
	s->found = true;
	return false;
}

static int
xen_by_name(struct cosmos *c, const char *name, struct cosmos_guest *g)
{
	struct xen_host *h = xen_host(c);
	struct search s = { name, g, false };
	char path[XEN_PATH], *value;
	uint32_t domid;

	if (h == NULL)
		return COSMOS_E_NOTFOUND;
	snprintf(path, sizeof(path), XEN_NAMES "/%s", name);
	value = xen_read(h, 0, path);
	domid = (uint32_t)strtoul(value, NULL, 10);
	free(value);
	if (domid != 0 && xen_by_id(c, domid, g) == COSMOS_OK &&
	    strcmp(g->name, name) == 0)
		return COSMOS_OK;
	/* Not one of ours: xl's are found by looking at all. */
	(void)each_domain(c, search_one, &s);
	return s.found ? COSMOS_OK : COSMOS_E_NOTFOUND;
}

static bool
list_one(struct cosmos *c, const struct cosmos_guest *g, void *arg)
{
	return guest_list_add(c, arg, g) == COSMOS_OK;
}

static int
xen_list(struct cosmos *c, struct guest_list *list)
{
	return each_domain(c, list_one, list);
}

/* ---- doing ---- */

static int
xen_destroy(struct cosmos *c, const struct cosmos_guest *g)
{
	const struct timespec look = { .tv_nsec = 2000000 };
	struct xen_host *h = xen_host(c);
	char uuid[37] = "";
	xc_domaininfo_t info;
	int waited;

	if (h == NULL)
		return COSMOS_E_SYSTEM;
	if (xc_domain_getinfolist(h->xch, g->id, 1, &info) == 1 &&
	    info.domain == g->id)
		xen_uuid(uuid, info.handle);
	if (xc_domain_destroy(h->xch, g->id) != 0)
		return xen_fail(c, h, "%s: destroying it", g->name);
	xen_folder_remove(g->name);
	xen_keys_remove(h, g->id, g->name, uuid);
	xen_made(g->id, -1); /* if it never was */
	/* Its memory is back once Xen has forgotten it. */
	for (waited = 0; waited < GONE_MS; waited += 2) {
		if (xc_domain_getinfolist(h->xch, g->id, 1, &info) != 1 ||
		    info.domain != g->id)
			return COSMOS_OK;
		nanosleep(&look, NULL);
	}
	return cosmos_fail(c, COSMOS_E_TIMEOUT,
	    "%s: somebody still holds pages of it", g->name);
}

static int
xen_suspend(struct cosmos *c, const struct cosmos_guest *g)
{
	struct xen_host *h = xen_host(c);

	if (h == NULL)
		return COSMOS_E_SYSTEM;
	return xc_domain_pause(h->xch, g->id) == 0
	           ? COSMOS_OK
	           : xen_fail(c, h, "%s: pausing it", g->name);
}

static int
xen_resume(struct cosmos *c, const struct cosmos_guest *g)
{
	struct xen_host *h = xen_host(c);
	xc_domaininfo_t info;

	if (h == NULL)
		return COSMOS_E_SYSTEM;
	if (xc_domain_getinfolist(h->xch, g->id, 1, &info) == 1 &&
	    info.domain == g->id && info_suspended(&info))
		return xen_go_on(c, g); /* who saved it was killed */
	return xc_domain_unpause(h->xch, g->id) == 0
	           ? COSMOS_OK
	           : xen_fail(c, h, "%s: letting it run", g->name);
}

/* xenconsoled begins when a guest runs, and says where a moment later. */
static char *
console_tty(struct xen_host *h, uint32_t domid)
{
	char path[XEN_PATH], *tty, *event;

	xen_path(path, domid, "console/tty");
	xen_store_watch(h->store, path);
	tty = xen_read(h, 0, path);
	while (tty[0] == '\0' &&
	       (event = xen_store_event(h->store, CONSOLE_MS)) != NULL) {
		free(event);
		free(tty);
		tty = xen_read(h, 0, path);
	}
	xen_store_unwatch(h->store, path);
	return tty;
}

static int
xen_console(struct cosmos *c, const struct cosmos_guest *g, int *in, int *out)
{
	struct xen_host *h = xen_host(c);
	char *tty;
	int fd;

	if (h == NULL)
		return COSMOS_E_SYSTEM;
	tty = console_tty(h, g->id);
	fd = open(tty, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		int status = cosmos_fail_errno(c, "%s: console %s", g->name,
		    tty[0] != '\0' ? tty : "(xenconsoled has made none)");

		free(tty);
		return status;
	}
	free(tty);
	*in = *out = fd;
	return COSMOS_OK;
}

static int
xen_logs(struct cosmos *c, const struct cosmos_guest *g, struct strbuf *text)
{
	char path[XEN_PATH], own[XEN_PATH], *shell;
	struct xen_host *h = xen_host(c);

	if (h == NULL)
		return COSMOS_E_SYSTEM;
	/* One from the pool has been logged by its name there since it began.
	 */
	shell = xen_read(h, 0, xen_path(own, g->id, XEN_SHELL_KEY));
	snprintf(path, sizeof(path), "/var/log/xen/console/guest-%s.log",
	    shell[0] != '\0' ? shell : g->name);
	free(shell);
	if (access(path, R_OK) != 0)
		return cosmos_fail(c, COSMOS_E_NOTFOUND,
		    "%s: no %s: xenconsoled writes it with --log=guest",
		    g->name, path);
	return file_read(c, path, text);
}

static int
xen_folder(const struct cosmos_guest *g)
{
	return xen_folder_open(g->name);
}

const struct platform cosmos_platform_xen_1 = {
	.close = xen_close,
	.check = xen_check,
	.create = xen_create,
	.by_name = xen_by_name,
	.by_id = xen_by_id,
	.list = xen_list,
	.destroy = xen_destroy,
	.suspend = xen_suspend,
	.resume = xen_resume,
	.console = xen_console,
	.logs = xen_logs,
	.attach = xen_attach,
	.detach = xen_detach,
	.save = xen_save,
	.go_on = xen_go_on,
	.restore = xen_restore,
	.watch_fd = xen_watch_fd,
	.watch = xen_watch,
	.doctor = xen_doctor,
	.pool = xen_pool,
	.folder = xen_folder,
	.ask = xen_ask,
};
