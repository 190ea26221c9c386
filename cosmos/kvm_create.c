/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * kvm_create.c -- a guest under QEMU, from nothing to running; see kvm.h.
 *
 * Where there is /dev/kvm it is used, unless a guest has found out before that
 * it does not work (some machines have one that knows half the instructions):
 * then QEMU emulates, and "kvm-broken" in the folder of it all remembers that.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cosmos/kvm.h"

/* QEMU's own, beside the guest's. */
enum { OVERHEAD = 256 << 20 };

static bool
broken_path(char path[static PATH_MAX])
{
	return process_root_path("kvm-broken", path);
}

const char *
kvm_accelerator(void)
{
	const char *named = getenv("CLICKOS_ACCEL");
	char path[PATH_MAX];

	if (named != NULL)
		return named;
	if (access("/dev/kvm", R_OK | W_OK) != 0 ||
	    (broken_path(path) && access(path, F_OK) == 0))
		return "tcg";
	return "kvm";
}

static void
remember_broken(void)
{
	char path[PATH_MAX];
	int fd = broken_path(path)
	             ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600)
	             : -1;

	if (fd >= 0)
		close(fd);
}

static int
write_file(struct cosmos *c, const struct process_dir *d, const char *name,
    const char *text)
{
	int fd =
	    openat(d->fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool ok =
	    fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return ok ? COSMOS_OK : cosmos_fail_errno(c, "%s/%s", d->path, name);
}

static int
write_files(struct cosmos *c, const struct process_dir *d,
    const struct cosmos_spec *spec)
{
	int status = write_file(c, d, "kvm", "");

	if (status == COSMOS_OK)
		status = spec_save(c, d->fd, d->path, spec);
	if (status == COSMOS_OK)
		status = write_file(
		    c, d, "qmp.in", "{\"execute\":\"qmp_capabilities\"}\n");
	if (status == COSMOS_OK)
		status = write_file(c, d, "qmp.out", "");
	return status;
}

/* QEMU, in its folder and within its limits. */
static int
start_qemu(struct cosmos *c, const struct cosmos_spec *spec,
    struct process_dir *d, const char *accel, pid_t *pid)
{
	struct process_spawn spawn = { .spec = spec, .dir = d };
	struct cosmos_spec limits = *spec;
	struct qemu q = { .n = 0 };
	char program[PATH_MAX];
	int status = qemu_program(c, program);

	if (status == COSMOS_OK)
		status = qemu_arguments(c, &q, spec, d, accel);
	if (status != COSMOS_OK)
		return status;
	spawn.program = program;
	spawn.argv = q.argv;
	status = process_listen(c, d, &spawn.control);
	if (status == COSMOS_OK) {
		status = process_spawn(c, &spawn, pid);
		close(spawn.control);
	}
	qemu_fini(&q);
	limits.memory =
	    (spec->memory != 0 ? spec->memory : KVM_MEMORY) + OVERHEAD;
	if (status == COSMOS_OK && spec->no_limits == 0)
		status = process_cgroup_make(c, d, &limits);
	if (status == COSMOS_OK && spec->no_limits == 0)
		status = process_cgroup_attach(c, d, *pid);
	return status;
}

/* Everything up to a guest that answers; its folder is there and empty. */
static int
start_guest(struct cosmos *c, const struct cosmos_spec *spec,
    struct process_dir *d, pid_t *pid)
{
	const char *accel = kvm_accelerator();
	int status = write_files(c, d, spec);

	if (status == COSMOS_OK)
		status = kvm_ports_open(c, spec, d);
	if (status == COSMOS_OK)
		status = start_qemu(c, spec, d, accel, pid);
	if (status == COSMOS_OK)
		status = kvm_ports_join(c, spec, d);
	if (status != COSMOS_OK)
		return status;
	status = kvm_hello(c, d, *pid);
	if (status == COSMOS_E_NOTSUP && strcmp(accel, "kvm") == 0 &&
	    getenv("CLICKOS_ACCEL") == NULL)
		remember_broken();
	return status == COSMOS_E_STATE || status == COSMOS_E_SYSTEM
	           ? process_fail_with_log(c, d, *pid)
	           : status;
}

static int
install_first(struct cosmos *c, const struct cosmos_spec *spec,
    const struct process_dir *d, pid_t pid, struct cosmos_guest *g)
{
	unsigned int router = CONTROL_ANY_ROUTER;
	int status = COSMOS_OK;

	process_guest_fill(g, d, pid);
	g->platform = COSMOS_KVM;
	g->state = COSMOS_STATE_RUNNING;
	if (spec->config != NULL)
		status = router_put(c, g, &router,
		    spec->label != NULL ? spec->label : spec->name,
		    spec->config, spec->config_length);
	if (status == COSMOS_OK && spec->paused != 0)
		status = cosmos_suspend(c, g);
	return status;
}

static int
create_once(
    struct cosmos *c, const struct cosmos_spec *spec, struct cosmos_guest *g)
{
	struct cosmos_guest made;
	struct process_dir d;
	pid_t pid = 0;
	int status = process_dir_make(c, spec->name, &d);

	if (status != COSMOS_OK)
		return status;
	status = start_guest(c, spec, &d, &pid);
	if (status == COSMOS_OK)
		status = process_dir_link_id(c, &d, pid);
	if (status == COSMOS_OK)
		status = install_first(c, spec, &d, pid, &made);
	if (status != COSMOS_OK) {
		process_clear(c, &d, pid);
		return status;
	}
	process_dir_made(&d);
	process_dir_close(&d);
	*g = made;
	return COSMOS_OK;
}

int
kvm_create(
    struct cosmos *c, const struct cosmos_spec *spec, struct cosmos_guest *g)
{
	const char *before;
	int status = kvm_ports_check(c, spec);

	if (status != COSMOS_OK)
		return status;
	before = kvm_accelerator();
	status = create_once(c, spec, g);
	if (status == COSMOS_E_NOTSUP && strcmp(before, kvm_accelerator()) != 0)
		status = create_once(c, spec, g);
	return status;
}
