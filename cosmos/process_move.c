/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * process_move.c -- saving and restoring, for guests that are processes
 * (QEMU's among them).
 */
#include <fcntl.h>
#include <signal.h>
#include <string.h>

#include "cosmos/process_internal.h"

/* Its routers stand still from when they were asked; now all of it does. */
int
process_save(struct cosmos *c, const struct cosmos_guest *g, int fd)
{
	struct spec_text spec;
	struct process_dir d;
	bool alive;
	pid_t pid;
	int status = process_dir_open(c, g->name, &d, &alive, &pid);

	if (status != COSMOS_OK)
		return status;
	status = process_spec_load(c, &d, &spec);
	if (status == COSMOS_OK)
		status = saved_write(c, g, &spec.spec, fd);
	spec_fini(&spec);
	process_dir_close(&d);
	return status == COSMOS_OK ? cosmos_suspend(c, g) : status;
}

int
process_go_on(struct cosmos *c, const struct cosmos_guest *g)
{
	int status = cosmos_resume(c, g);

	if (status == COSMOS_OK)
		status = routers_let_go(c, g);
	/* Its routers have let go by themselves, or never were held. */
	return status == COSMOS_E_NOTFOUND ? COSMOS_OK : status;
}

int
process_restore(
    struct cosmos *c, int fd, const char *name, struct cosmos_guest *g)
{
	return saved_read(c, COSMOS_PROCESS, fd, name, g);
}

int
process_folder(const struct cosmos_guest *g)
{
	char path[PATH_MAX];

	return process_path(g->name, "", path)
	           ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
	           : -1;
}
