/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * log.c -- what a Linux process says, and its last words.
 *
 * Nothing is buffered: whatever was said is out, in order, when the process is
 * killed.  A reader that has gone loses us nothing but the text.  An element
 * that writes much to standard output goes by the C library's buffer, which is
 * emptied before anything else is written there.
 */
#include "elements/host/host_element.h"
#include "host/host.h"
#include "os/os.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void
os_log(struct str text)
{
	(void)fd_write_all(STDERR_FILENO, text); /* nobody left to tell */
	log_tell(text);
}

void
os_print(struct str text)
{
	(void)fflush(stdout);                    /* what came before */
	(void)fd_write_all(STDOUT_FILENO, text); /* as printf: unchecked */
}

void
os_panic(const char *why)
{
	os_log(STR("panic: "));
	os_log(str_of(why));
	os_log(STR("\n"));
	backtrace_print();
	abort();
}
