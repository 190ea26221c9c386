/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * trap.h -- exceptions.  None is expected, unless the self test makes it: each
 * one is reported with its registers and a stack trace, and ends the guest.
 */
#ifndef MINIOS_TRAP_H
#define MINIOS_TRAP_H

#include <stdint.h>

#include "base/compiler.h"

enum { TRAPS = 20 };

/* As the entry stubs push them. */
struct trap_frame {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8;
	uint64_t rbp, rdi, rsi, rdx, rcx, rbx, rax;
	uint64_t vector, error;
	uint64_t rip, cs, rflags, rsp, ss;
};

/* Entry points by vector (trap_stubs.S), for an IDT or Xen's trap table. */
extern const uint64_t trap_stubs[TRAPS];

/* Prints f and ends the guest. */
NORETURN void trap_handle(const struct trap_frame *f);

/*
 * The next exception goes to fn, which must not return (fiber_exit()), instead
 * of ending the guest; NULL: none is expected any more.
 */
void trap_expect(void (*fn)(const struct trap_frame *f));

/* Return addresses from the frame rbp up, while they make sense. */
void trap_trace(uint64_t rbp);

#endif
