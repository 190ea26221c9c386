/* SPDX-License-Identifier: BSD-3-Clause */
/* traps.c -- exceptions and events of a PV guest: Xen is told where to go. */
#include "minios/pv/pv.h"
#include "minios/trap.h"
#include "minios/xen/hypercall.h"
#include "minios/xen/xen.h"

extern const uint64_t pv_stubs[TRAPS];
extern const char pv_upcall[], pv_failsafe[];

static void
pv_callback(uint16_t type, const char *where)
{
	struct callback_register callback = {
		.type = type,
		.address = POINTER(where),
	};

	hypercall4(__HYPERVISOR_callback_op, CALLBACKOP_register,
	    POINTER(&callback), 0, 0);
}

void
pv_traps_init(void)
{
	struct trap_info table[TRAPS + 1] = { 0 };
	unsigned int i;

	for (i = 0; i < TRAPS; i++) {
		table[i].vector = (uint8_t)i;
		table[i].flags = 4; /* close events on entry */
		table[i].cs = FLAT_KERNEL_CS;
		table[i].address = pv_stubs[i];
	}
	hypercall4(__HYPERVISOR_set_trap_table, POINTER(table), 0, 0, 0);
	pv_callback(CALLBACKTYPE_event, pv_upcall);
	pv_callback(CALLBACKTYPE_failsafe, pv_failsafe);
}
