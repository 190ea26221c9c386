/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * traps.c -- the processor's tables: exceptions go to the common stubs, all
 * interrupts to one that only ends a sleep.  A double fault, which a stack
 * overflow turns into, and its kind get a stack of their own.
 */
#include "minios/arch.h"
#include "minios/pvh/pvh.h"
#include "minios/trap.h"

enum {
	CODE = 8,
	TASK = 24,
	INTERRUPT_GATE = 0x8e,
	NMI = 2,
	DOUBLE_FAULT = 8,
	PAGE_FAULT = 14,
	MACHINE_CHECK = 18,
};

/* Intel SDM 3A, 6.14.1 and 7.7. */
struct gate {
	uint16_t offset_low, selector;
	uint8_t stack, type;
	uint16_t offset_middle;
	uint32_t offset_high, reserved;
};
_Static_assert(sizeof(struct gate) == 16, "gate");

struct task_state {
	uint32_t reserved0;
	uint64_t rsp[3], reserved1, stack[7], reserved2;
	uint16_t reserved3, io_map;
} __attribute__((packed));
_Static_assert(sizeof(struct task_state) == 104, "task state");

struct table_pointer {
	uint16_t limit;
	uint64_t base;
} __attribute__((packed));

extern uint64_t pvh_gdt[];
extern const char pvh_upcall[], pvh_upcall_apic[], pvh_upcall_config[];

static struct {
	struct gate gate[256];
	struct task_state task;
	char stack[4096] __attribute__((aligned(16)));
} traps;

static void
pvh_gate(unsigned int vector, uint64_t where, uint8_t stack)
{
	traps.gate[vector] = (struct gate){
		.offset_low = (uint16_t)where,
		.selector = CODE,
		.stack = stack,
		.type = INTERRUPT_GATE,
		.offset_middle = (uint16_t)(where >> 16),
		.offset_high = (uint32_t)(where >> 32),
	};
}

static void
pvh_load_task(void)
{
	uint64_t base = (uintptr_t)&traps.task;

	traps.task.stack[0] = (uintptr_t)traps.stack + sizeof(traps.stack);
	traps.task.io_map = sizeof(traps.task);
	pvh_gdt[TASK / 8] = (sizeof(traps.task) - 1) | (base & 0xffffff) << 16 |
	                    UINT64_C(0x89) << 40 | (base >> 24 & 0xff) << 56;
	pvh_gdt[TASK / 8 + 1] = base >> 32;
	__asm__ volatile("ltr %w0" : : "r"(TASK));
}

void
pvh_traps_init(void)
{
	struct table_pointer idt = {
		.limit = sizeof(traps.gate) - 1,
		.base = (uintptr_t)traps.gate,
	};
	unsigned int i;

	for (i = 0; i < 256; i++)
		pvh_gate(i, (uintptr_t)pvh_upcall, 0);
	for (i = 0; i < TRAPS; i++)
		pvh_gate(i, trap_stubs[i], 0);
	pvh_gate(NMI, trap_stubs[NMI], 1);
	pvh_gate(DOUBLE_FAULT, trap_stubs[DOUBLE_FAULT], 1);
	pvh_gate(PAGE_FAULT, trap_stubs[PAGE_FAULT], 1);
	pvh_gate(MACHINE_CHECK, trap_stubs[MACHINE_CHECK], 1);
	pvh_gate(PVH_VECTOR_APIC, (uintptr_t)pvh_upcall_apic, 0);
	pvh_gate(PVH_VECTOR_CONFIG, (uintptr_t)pvh_upcall_config, 0);
	pvh_load_task();
	__asm__ volatile("lidt %0" : : "m"(idt));
}
