/* SPDX-License-Identifier: BSD-3-Clause */
/* kvm.c -- the kvm platform's table; see kvm.h. */
#include "cosmos/kvm.h"

#include <unistd.h>

static int
kvm_check(struct cosmos *c)
{
	char path[PATH_MAX];

	if (!installed_path("clickos", R_OK, path, sizeof(path)))
		return cosmos_fail(
		    c, COSMOS_E_NOTSUP, "kvm: no kernel at %s", path);
	return qemu_program(c, path);
}

/* Guests of both kinds lie in one folder: process.c finds them. */
static int
kvm_by_name(struct cosmos *c, const char *name, struct cosmos_guest *g)
{
	(void)c, (void)name, (void)g;
	return COSMOS_E_NOTFOUND;
}

static int
kvm_by_id(struct cosmos *c, uint32_t id, struct cosmos_guest *g)
{
	(void)c, (void)id, (void)g;
	return COSMOS_E_NOTFOUND;
}

static int
kvm_list(struct cosmos *c, struct guest_list *list)
{
	(void)c, (void)list;
	return COSMOS_OK;
}

static int
kvm_destroy(struct cosmos *c, const struct cosmos_guest *g)
{
	return platform_process.destroy(c, g);
}

static int
kvm_suspend(struct cosmos *c, const struct cosmos_guest *g)
{
	return platform_process.suspend(c, g);
}

static int
kvm_resume(struct cosmos *c, const struct cosmos_guest *g)
{
	return platform_process.resume(c, g);
}

static int
kvm_console(struct cosmos *c, const struct cosmos_guest *g, int *in, int *out)
{
	return platform_process.console(c, g, in, out);
}

static int
kvm_logs(struct cosmos *c, const struct cosmos_guest *g, struct strbuf *text)
{
	return platform_process.logs(c, g, text);
}

static int
kvm_restore(struct cosmos *c, int fd, const char *name, struct cosmos_guest *g)
{
	return saved_read(c, COSMOS_KVM, fd, name, g);
}

/* microvm's devices are those that it starts with: nothing is plugged in. */
static int
kvm_attach(struct cosmos *c, const struct cosmos_guest *g, const char *port)
{
	return cosmos_fail(c, COSMOS_E_NOTSUP,
	    "%s: a kvm guest has the ports that it was created with: create it "
	    "with --port %s",
	    g->name, port);
}

static int
kvm_detach(struct cosmos *c, const struct cosmos_guest *g, const char *port)
{
	return cosmos_fail(c, COSMOS_E_NOTSUP,
	    "%s: a kvm guest keeps the ports that it was created with: remove "
	    "the router that uses port %s, or detach it at the switch "
	    "('vale detach')",
	    g->name, port);
}

const struct platform platform_kvm = {
	.check = kvm_check,
	.create = kvm_create,
	.by_name = kvm_by_name,
	.by_id = kvm_by_id,
	.list = kvm_list,
	.destroy = kvm_destroy,
	.suspend = kvm_suspend,
	.resume = kvm_resume,
	.console = kvm_console,
	.logs = kvm_logs,
	.attach = kvm_attach,
	.detach = kvm_detach,
	.save = process_save,
	.go_on = process_go_on,
	.restore = kvm_restore,
	.folder = process_folder,
	.ask = kvm_ask,
};
