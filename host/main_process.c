/* SPDX-License-Identifier: BSD-3-Clause */
/* main_process.c -- clickos-process: a guest as a Linux process. */
#include <stdio.h>

#include "host/host.h"
#include "host/process.h"
#include "os/os.h"

/* The guest's life; the exit status. */
static int
main_guest(struct process *p, struct diag *why)
{
	int err, status = 1;

	if (!p->no_sandbox && !sandbox_begin(&p->sandbox, &status, why))
		return status;
	err = process_open(p, why);
	if (err == 0 && !p->no_sandbox)
		err = sandbox_enter(&p->sandbox, why);
	if (err == 0)
		err = process_run(p, why);
	return err == 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
	struct diag why = { "" };
	struct process p;
	int status = 2;

	os_stage(OS_STAGE_MEMORY);
	heap_is_one();
	if (process_options(&p, argc, argv, &why)) {
		status = main_guest(&p, &why);
	} else if (why.text[0] == '\0') {
		process_usage();
		status = 0;
	}
	process_close(&p);
	if (why.text[0] != '\0')
		fprintf(stderr, "clickos-process: %s\n", why.text);
	return status;
}
