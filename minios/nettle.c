/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * nettle.c -- what nettle's archive, which was built for a hardened glibc,
 * wants beyond musl's: its failed assertions end the guest, and its choice of
 * code for this CPU, which can be traced to standard error, is not.
 */
#include "os/os.h"

NORETURN void __assert_fail(
    const char *what, const char *file, unsigned int line, const char *func);
NORETURN void __stack_chk_fail(void);
char *secure_getenv(const char *name);

/* Only handed to fprintf_chk.c. */
void *const stderr = NULL;

void
__assert_fail(
    const char *what, const char *file, unsigned int line, const char *func)
{
	(void)file;
	(void)line;
	(void)func;
	os_panic(what);
}

void
__stack_chk_fail(void)
{
	os_panic("a stack has been overwritten");
}

/* Nothing overrides the choice. */
char *
secure_getenv(const char *name)
{
	(void)name;
	return NULL;
}
