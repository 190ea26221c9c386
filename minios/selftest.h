/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * selftest.h -- the kernel tried from inside, by selftest=NAME on the command
 * line (test/xen/guest.sh): "all" prints TAP lines on the console; "null",
 * "text", "data" and "stack" each make the fault that must end the guest.
 */
#ifndef MINIOS_SELFTEST_H
#define MINIOS_SELFTEST_H

#include <stdbool.h>

/* Runs it if the command line asks for it; false if not. */
bool selftest_main(void);

#endif
