/* SPDX-License-Identifier: BSD-3-Clause */
/* trap.c -- see trap.h. */
#include "minios/trap.h"

#include <stdbool.h>

#include "minios/arch.h"
#include "minios/console.h"
#include "minios/fiber.h"
#include "minios/image.h"
#include "minios/machine.h"
#include "minios/paging.h"

static const char *const trap_names[TRAPS] = {
	"division by zero",
	"debug",
	"non-maskable interrupt",
	"breakpoint",
	"overflow",
	"bound",
	"invalid instruction",
	"no floating point",
	"double fault",
	"coprocessor overrun",
	"invalid TSS",
	"segment not present",
	"stack fault",
	"general protection",
	"page fault",
	"reserved",
	"floating point",
	"alignment",
	"machine check",
	"vector floating point",
};

static void (*trap_expected)(const struct trap_frame *f);

void
trap_expect(void (*fn)(const struct trap_frame *f))
{
	trap_expected = fn;
}

/*
 * Whether a frame may be at va: its two words.  They are in one page, since
 * frames lie at multiples of 16 (System V ABI for AMD64, 3.2.2).
 */
static bool
trap_readable(uint64_t va)
{
	uint64_t *entry;

	if (va % 16 != 0 || va >= boot.page_end << PAGE_SHIFT)
		return false;
	entry = paging_entry(va, false);
	return entry != NULL && (*entry & PTE_PRESENT) != 0;
}

void
trap_trace(uint64_t rbp)
{
	const uint64_t *frame;
	unsigned int depth;

	console_printf("stack:");
	for (depth = 0; depth < 24 && trap_readable(rbp); depth++) {
		frame = (const uint64_t *)rbp;
		if (frame[1] < (uintptr_t)image_text ||
		    frame[1] >= (uintptr_t)image_text_end)
			break;
		console_printf(" %lx", frame[1]);
		if (frame[0] <= rbp)
			break;
		rbp = frame[0];
	}
	console_printf("\n");
}

void
trap_handle(const struct trap_frame *f)
{
	static bool again;
	void (*expected)(const struct trap_frame *) = trap_expected;

	trap_expected = NULL;
	if (expected != NULL)
		expected(f);
	if (again)
		machine->end(MACHINE_CRASH);
	again = true;
	console_panic_mode();
	console_printf("panic: %s in thread %s",
	    f->vector < TRAPS ? trap_names[f->vector] : "unknown trap",
	    fiber_name());
	if (f->vector == 14)
		console_printf(", address %lx", machine->fault_address());
	console_printf("\nrip %016lx cs %lx rflags %lx error %lx\n"
	               "rsp %016lx ss %lx\n"
	               "rax %016lx rbx %016lx rcx %016lx rdx %016lx\n"
	               "rsi %016lx rdi %016lx rbp %016lx r8  %016lx\n"
	               "r9  %016lx r10 %016lx r11 %016lx r12 %016lx\n"
	               "r13 %016lx r14 %016lx r15 %016lx\n",
	    f->rip, f->cs, f->rflags, f->error, f->rsp, f->ss, f->rax, f->rbx,
	    f->rcx, f->rdx, f->rsi, f->rdi, f->rbp, f->r8, f->r9, f->r10,
	    f->r11, f->r12, f->r13, f->r14, f->r15);
	trap_trace(f->rbp);
	machine->end(MACHINE_CRASH);
}
