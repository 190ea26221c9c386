/* SPDX-License-Identifier: BSD-3-Clause */
/* selftest.c -- an interrupt at the worst moment, and what Xen adds. */
#include "minios/pvh/pvh.h"
#include "minios/selftest_ok.h"
#include "minios/xen/xen.h"

/*
 * As if an interrupt had come between pvh_sleep's sti and its hlt: the frame
 * that the processor would have pushed, its rip the halt, then the handler.
 * Interrupts are closed here and nobody would end that halt.
 */
static void
selftest_interrupt_before_halt(void)
{
	__asm__ volatile("lea 1f(%%rip), %%rax\n\t"
	                 "push %%rax\n\t" /* where pvh_sleep returns to */
	                 "mov %%rsp, %%rcx\n\t"
	                 "mov %%ss, %%eax\n\t"
	                 "push %%rax\n\t"
	                 "push %%rcx\n\t"
	                 "pushf\n\t"
	                 "mov %%cs, %%eax\n\t"
	                 "push %%rax\n\t"
	                 "lea pvh_sleep_halt(%%rip), %%rax\n\t"
	                 "push %%rax\n\t"
	                 "jmp pvh_upcall\n"
	                 "1:"
	                 :
	                 :
	                 : "rax", "rcx", "memory", "cc");
	selftest_ok(true, "an interrupt just before a halt ends the sleep");
}

void
pvh_selftest(void)
{
	selftest_interrupt_before_halt();
}

void
pvh_xen_selftest(void)
{
	pvh_selftest();
	xen_selftest();
}
