/* SPDX-License-Identifier: BSD-3-Clause */
/* kvm_qemu.c -- QEMU's command line (qemu(1)); see kvm.h. */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cosmos/kvm.h"

int
qemu_program(struct cosmos *c, char path[static PATH_MAX])
{
	static const char *const places[] = { "/usr/bin/qemu-system-x86_64",
		"/usr/local/bin/qemu-system-x86_64", "/usr/libexec/qemu-kvm" };
	const char *named = getenv("CLICKOS_QEMU");
	unsigned int i;

	for (i = 0; named == NULL && i < ARRAY_SIZE(places); i++)
		if (access(places[i], X_OK) == 0)
			named = places[i];
	if (named == NULL)
		return cosmos_fail(c, COSMOS_E_NOTSUP,
		    "kvm: no qemu-system-x86_64 in /usr/bin (install it, or "
		    "set CLICKOS_QEMU)");
	snprintf(path, PATH_MAX, "%s", named);
	return access(path, X_OK) == 0 ? COSMOS_OK
	                               : cosmos_fail_errno(c, "%s", path);
}

void
qemu_add(struct qemu *q, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (q->n + 1 >= ARRAY_SIZE(q->argv) || vasprintf(&text, fmt, ap) < 0)
		q->oom = true;
	else
		q->argv[q->n++] = text;
	va_end(ap);
}

void
qemu_fini(struct qemu *q)
{
	while (q->n > 1)
		free((char *)(uintptr_t)q->argv[--q->n]);
	q->n = 0;
}

/* The one that is spec's, or what was installed. */
static int
qemu_kernel(struct cosmos *c, const struct cosmos_spec *spec,
    char path[static PATH_MAX])
{
	if (spec->type != NULL && strcmp(spec->type, "pvh") != 0)
		return cosmos_fail(c, COSMOS_E_NOTSUP,
		    "%s: type %s: kvm guests are pvh", spec->name, spec->type);
	if (spec->image != NULL)
		snprintf(path, PATH_MAX, "%s", spec->image);
	else
		(void)installed_path("clickos", R_OK, path, PATH_MAX);
	return access(path, R_OK) == 0
	           ? COSMOS_OK
	           : cosmos_fail_errno(c, "%s: kernel %s", spec->name, path);
}

/* QEMU has but one signal to its host: it is nobody, and makes no process. */
static void
qemu_confine(struct qemu *q, const struct process_dir *d)
{
	unsigned long user =
	    PROCESS_USER_FIRST + (unsigned long)(d->inode & 0xffffff);

	qemu_add(q, "-sandbox");
	qemu_add(q, "on,obsolete=deny,spawn=deny,"
	            "resourcecontrol=deny");
	if (geteuid() == 0) {
		qemu_add(q, "-runas");
		qemu_add(q, "%lu:%lu", user, user);
	}
}

/* What speaks to the guest, and what QEMU tells of its end. */
static void
qemu_channels(struct qemu *q, const struct process_dir *d)
{
	qemu_add(q, "-chardev");
	qemu_add(q, "file,id=log,append=on,path=%s/log", d->path);
	qemu_add(q, "-serial");
	qemu_add(q, "chardev:log");
	qemu_add(q, "-device");
	qemu_add(q, "virtio-serial-device");
	qemu_add(q, "-chardev");
	qemu_add(q, "socket,id=control,fd=3,server=on,wait=off");
	qemu_add(q, "-device");
	qemu_add(q, "virtserialport,chardev=control,name=clickos.control");
	/* A pair of files does for a pair of pipes. */
	qemu_add(q, "-chardev");
	qemu_add(q, "pipe,id=qmp,path=%s/qmp", d->path);
	qemu_add(q, "-mon");
	qemu_add(q, "chardev=qmp,mode=control");
}

static void
qemu_machine(struct qemu *q, const struct cosmos_spec *spec, uint64_t memory,
    const char *accelerator)
{
	bool shared = kvm_ports_share(spec);

	qemu_add(q, "-M");
	qemu_add(q, "microvm%s", shared ? ",memory-backend=memory" : "");
	if (shared) {
		qemu_add(q, "-object");
		qemu_add(q, "memory-backend-memfd,id=memory,share=on,size=%llu",
		    (unsigned long long)memory);
	}
	qemu_add(q, "-accel");
	qemu_add(q, "%s", accelerator);
	qemu_add(q, "-m");
	qemu_add(q, "size=%lluk", (unsigned long long)(memory >> 10));
	qemu_add(q, "-nodefaults");
	qemu_add(q, "-no-user-config");
	qemu_add(q, "-display");
	qemu_add(q, "none");
	qemu_add(q, "-no-reboot");
}

int
qemu_arguments(struct cosmos *c, struct qemu *q, const struct cosmos_spec *spec,
    const struct process_dir *d, const char *accelerator)
{
	char kernel[PATH_MAX];
	uint64_t memory = spec->memory != 0 ? spec->memory : KVM_MEMORY;
	int status = qemu_kernel(c, spec, kernel);

	if (status == COSMOS_OK)
		status = kvm_image_fits(c, spec, kernel, memory);
	if (status != COSMOS_OK)
		return status;
	if (strchr(d->path, ',') != NULL)
		return cosmos_fail(
		    c, COSMOS_E_USAGE, "%s: QEMU cannot take its ','", d->path);
	memset(q, 0, sizeof(*q));
	q->argv[q->n++] = "qemu-clickos";
	qemu_machine(q, spec, memory, accelerator);
	qemu_add(q, "-kernel");
	qemu_add(q, "%s", kernel);
	qemu_add(q, "-append");
	qemu_add(q, "%s", spec->cmdline != NULL ? spec->cmdline : "");
	qemu_channels(q, d);
	kvm_ports_arguments(q, spec, d);
	qemu_confine(q, d);
	if (!q->oom)
		return COSMOS_OK;
	qemu_fini(q);
	return cosmos_fail(c, COSMOS_E_FULL, "out of memory");
}
