/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * entry.S -- where Xen enters a PV guest, and the notes by which every loader
 * finds its entry (PV here, PVH in pvh/entry.S).
 */
#include <xen/elfnote.h>
#include <xen/xen.h>

	.macro note_text type text
	.balign 4
	.long 4, 1f - 0f, \type
	.asciz "Xen"
0:	.asciz "\text"
1:	.balign 4
	.endm

	.macro note_quad type value
	.balign 4
	.long 4, 8, \type
	.asciz "Xen"
	.quad \value
	.endm

	.section .note.Xen, "a", @note
	note_text XEN_ELFNOTE_GUEST_OS, "clickos"
	note_text XEN_ELFNOTE_GUEST_VERSION, "2"
	note_text XEN_ELFNOTE_XEN_VERSION, "xen-3.0"
	note_text XEN_ELFNOTE_LOADER, "generic"
	note_text XEN_ELFNOTE_PAE_MODE, "yes"
	note_text XEN_ELFNOTE_FEATURES, \
	    "!writable_page_tables|pae_pgdir_above_4gb"
	note_quad XEN_ELFNOTE_VIRT_BASE, 0
	note_quad XEN_ELFNOTE_PADDR_OFFSET, 0
	note_quad XEN_ELFNOTE_ENTRY, pv_entry
	note_quad XEN_ELFNOTE_HYPERCALL_PAGE, hypercall_page
	/* A PTE is present by its bit 0: Xen asks for mask and value. */
	.balign 4
	.long 4, 16, XEN_ELFNOTE_L1_MFN_VALID
	.asciz "Xen"
	.quad 1, 1

	/* Filled by the domain builder (PV) or by Xen (PVH). */
	.section .text.hypercall, "ax", @progbits
	.balign 4096
	.globl hypercall_page
hypercall_page:
	.skip 4096, 0xcc

	.text
	.globl pv_entry
pv_entry:
	cld
	lea boot_stack_end(%rip), %rsp
	mov %rsi, %rdi
	xor %ebp, %ebp
	call pv_start

/*
 * An event.  Clears IF in the flags that iret gives back, which closes events
 * again: whoever slept will look.  Frame: rcx r11 rip cs rflags rsp ss.
 */
	.globl pv_upcall
pv_upcall:
	andl $~0x200, 32(%rsp)
	pop %rcx
	pop %r11
	push $0 /* flags to Xen; the stub pushes the registers */
	jmp hypercall_page + __HYPERVISOR_iret * 32

/* A segment register that cannot be loaded: only Xen's own fault. */
	.globl pv_failsafe
pv_failsafe:
	ud2

/*
 * Exceptions come with rcx and r11 pushed below the usual frame: restore them
 * and go on as on bare metal.
 */
	.macro pv_stub vector
	.balign 16
pv_stub_\vector:
	pop %rcx
	pop %r11
	jmp *trap_stubs + 8 * \vector
	.endm
	.irp vector, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19
	pv_stub \vector
	.endr

	.section .rodata
	.balign 8
	.globl pv_stubs
pv_stubs:
	.macro pv_stub_address vector
	.quad pv_stub_\vector
	.endm
	.irp vector, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19
	pv_stub_address \vector
	.endr

	.bss
	.balign 4096
	.skip 16384
	.globl boot_stack_end
boot_stack_end:
	.section .note.GNU-stack,"",@progbits
