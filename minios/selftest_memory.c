/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * selftest_memory.c -- what may be done with memory (paging.h), twice: by
 * reading every page table that there is, and by doing what must not be done.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/str.h"
#include "minios/arch.h"
#include "minios/console.h"
#include "minios/fiber.h"
#include "minios/image.h"
#include "minios/machine.h"
#include "minios/selftest_ok.h"
#include "minios/trap.h"

enum {
	ENTRIES = 512,
	LOWER_HALF = 256, /* of the root: a PV guest's upper one is Xen's */
	STACK = 8192,
	MS = 1000000,
	PAGE_FAULT = 14,
	ERROR_PRESENT = 1, /* Intel SDM 3A, 4.7 */
	ERROR_WRITE = 2,
	ERROR_FETCH = 16,
};

/* Mapped pages of 4 kB, by what may be done with them. */
struct census {
	uint64_t all, write_exec;
	uint64_t exec_elsewhere;   /* not the kernel's text */
	uint64_t text, text_wrong; /* of the kernel */
	uint64_t constants, constants_wrong;
	bool page_0;
};

static void
census_page(struct census *c, uint64_t va, bool write, bool exec)
{
	c->all++;
	c->write_exec += write && exec;
	c->page_0 |= va == 0;
	if (va >= (uintptr_t)image_text && va < (uintptr_t)image_text_end) {
		c->text++;
		c->text_wrong += write || !exec;
		return;
	}
	c->exec_elsewhere += exec;
	if (va >= (uintptr_t)image_text_end && va < (uintptr_t)image_data) {
		c->constants++;
		c->constants_wrong += write;
	}
}

/* A large page counts as the pages that it is in place of. */
static void
census_large(struct census *c, uint64_t va, int shift, bool write, bool exec)
{
	uint64_t end = va + (UINT64_C(1) << shift);
	uint64_t n = (end - va) >> PAGE_SHIFT;

	if (va >= (uintptr_t)image_end) {
		c->all += n;
		c->write_exec += write && exec ? n : 0;
		c->exec_elsewhere += exec ? n : 0;
		return;
	}
	for (; va < end; va += PAGE_SIZE)
		census_page(c, va, write, exec);
}

/* What a table's entries allow holds only as far as those above it do. */
static void
census_table(struct census *c, const uint64_t *table, unsigned int count,
    uint64_t va, int shift, bool write, bool exec)
{
	for (unsigned int i = 0; i < count; i++) {
		uint64_t entry = table[i], at = va + ((uint64_t)i << shift);
		uint64_t page = (entry & PTE_FRAME) >> PAGE_SHIFT;
		bool w = write && (entry & PTE_WRITE) != 0;
		bool x = exec && (entry & PTE_NX) == 0;

		if ((entry & PTE_PRESENT) == 0)
			continue;
		if (shift == PAGE_SHIFT || (entry & PTE_LARGE) != 0) {
			census_large(c, at, shift, w, x);
			continue;
		}
		page = machine->page_of(page) << PAGE_SHIFT;
		census_table(
		    c, (const uint64_t *)page, ENTRIES, at, shift - 9, w, x);
	}
}

static void
selftest_tables(void)
{
	struct census c = { .all = 0 };

	census_table(&c, machine->root(), LOWER_HALF, 0, 39, true, true);
	console_printf("# %llu pages are mapped, %llu of text, %llu of "
	               "constants\n",
	    (unsigned long long)c.all, (unsigned long long)c.text,
	    (unsigned long long)c.constants);
	selftest_ok(c.all > 0 && c.write_exec == 0,
	    "no page is both writable and executable");
	selftest_ok(c.text > 0 && c.text_wrong == 0,
	    "text is executable and read-only");
	selftest_ok(c.exec_elsewhere == 0, "nothing else is executable");
	selftest_ok(c.constants > 0 && c.constants_wrong == 0,
	    "constants are read-only");
	selftest_ok(!c.page_0, "there is no page at address 0");
}

/* ---- doing it ---- */

static struct {
	struct waitq done;
	bool caught;
	uint64_t vector, error, address;
} fault;

static void
fault_caught(const struct trap_frame *f)
{
	fault.caught = true;
	fault.vector = f->vector;
	fault.error = f->error;
	fault.address = machine->fault_address();
	waitq_wake(&fault.done);
	fiber_exit();
}

static void
fault_write(void *address)
{
	__asm__("" : "+r"(address)); /* so that nobody knows which it is */
	*(volatile char *)address = 1;
}

static void
fault_run(void *address)
{
	void (*run)(void) = (void (*)(void))(uintptr_t)address;

	*(volatile char *)address = (char)0xc3; /* ret */
	run();
}

/* fn(address) in a thread of its own ends by a page fault of that kind. */
static bool
faults(void (*fn)(void *), const void *address, uint64_t error)
{
	const uint64_t bits = ERROR_PRESENT | ERROR_WRITE | ERROR_FETCH;

	fault.caught = false;
	waitq_init(&fault.done);
	trap_expect(fault_caught);
	if (fiber_new("fault", STACK, fn, (void *)(uintptr_t)address) == NULL)
		return false;
	if (!fault.caught)
		(void)waitq_sleep(&fault.done, machine->steady_ns() + 100 * MS);
	trap_expect(NULL);
	fiber_yield(); /* the stack is free once another has run */
	fiber_yield();
	return fault.caught && fault.vector == PAGE_FAULT &&
	       fault.address == (uintptr_t)address &&
	       (fault.error & bits) == error;
}

static void
selftest_faults(void)
{
	static const char constant[1] = { 1 };
	static char data[16];
	char stack[16];
	void *heap = malloc(16);

	selftest_ok(faults(fault_write, NULL, ERROR_WRITE),
	    "a write to address 0 faults");
	selftest_ok(
	    faults(fault_write, image_text, ERROR_PRESENT | ERROR_WRITE),
	    "a write to text faults");
	selftest_ok(faults(fault_write, constant, ERROR_PRESENT | ERROR_WRITE),
	    "a write to a constant faults");
	selftest_ok(faults(fault_run, data, ERROR_PRESENT | ERROR_FETCH),
	    "data is not run");
	selftest_ok(faults(fault_run, stack, ERROR_PRESENT | ERROR_FETCH),
	    "nor is a stack");
	selftest_ok(heap != NULL &&
	                faults(fault_run, heap, ERROR_PRESENT | ERROR_FETCH),
	    "nor is the heap");
	free(heap);
}

void
selftest_memory(void)
{
	selftest_tables();
	selftest_faults();
}
