/* SPDX-License-Identifier: BSD-3-Clause */
/* main_process.c -- clickos-process: a guest as a Linux process. */
#include <stdio.h>

#include "host/process.h"
#include "os/os.h"

int
main(int argc, char **argv)
{
	struct diag why = { "" };
	struct process p;
	int err;

	os_stage(OS_STAGE_MEMORY);
	if (!process_options(&p, argc, argv, &why)) {
		if (why.text[0] == '\0')
			process_usage();
		else
			fprintf(stderr, "clickos-process: %s\n", why.text);
		process_close(&p);
		return why.text[0] == '\0' ? 0 : 2;
	}
	err = process_open(&p, &why);
	if (err == 0)
		err = process_run(&p, &why);
	process_close(&p);
	if (err != 0)
		fprintf(stderr, "clickos-process: %s\n", why.text);
	return err == 0 ? 0 : 1;
}
