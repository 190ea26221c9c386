/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * entry.S -- where Xen, QEMU or any other PVH loader enters: 32 bits, no
 * paging, ebx pointing to struct hvm_start_info (Xen's hvm/start_info.h).
 * Maps the first 4 GB where they are and goes on in long mode.
 */
#include <xen/elfnote.h>

	.section .note.Xen, "a", @note
	.balign 4
	.long 4, 4, XEN_ELFNOTE_PHYS32_ENTRY
	.asciz "Xen"
	.long pvh_entry

	.text
	.code32
pvh_entry:
	cld
	mov $boot_stack_end, %esp
	mov %ebx, %esi

	/* 2048 large pages: present, writable, large */
	mov $pvh_directories, %edi
	mov $0x83, %eax
	mov $2048, %ecx
1:	mov %eax, (%edi)
	movl $0, 4(%edi)
	add $8, %edi
	add $0x200000, %eax
	loop 1b

	mov $pvh_pointers, %edi
	mov $pvh_directories + 3, %eax
	mov $4, %ecx
2:	mov %eax, (%edi)
	movl $0, 4(%edi)
	add $8, %edi
	add $4096, %eax
	loop 2b
	movl $pvh_pointers + 3, pvh_root_table
	movl $0, pvh_root_table + 4

	mov $pvh_root_table, %eax
	mov %eax, %cr3
	mov %cr4, %eax
	or $0x620, %eax /* PAE, OSFXSR, OSXMMEXCPT */
	mov %eax, %cr4
	mov $0xc0000080, %ecx /* EFER */
	rdmsr
	or $0x900, %eax /* long mode, no-execute */
	wrmsr
	mov %cr0, %eax
	and $~0x4, %eax /* the processor's own FPU, ... */
	or $0x80010023, %eax /* ... paging, write protection, NE, MP, PE */
	mov %eax, %cr0
	lgdt pvh_gdt_pointer
	ljmp $8, $3f

	.code64
3:	mov $16, %eax
	mov %eax, %ds
	mov %eax, %es
	mov %eax, %ss
	xor %eax, %eax
	mov %eax, %fs
	mov %eax, %gs
	mov %esi, %edi
	xor %ebp, %ebp
	call pvh_start

/*
 * What an interrupt does to its frame (rip cs rflags rsp ss): IF is clear in
 * the flags that iretq gives back, which closes interrupts again, and whoever
 * slept will look.  The sti before the halt holds interrupts back for one
 * instruction, but an exit to the hypervisor between the two may end that: to
 * go back to the halt would be to halt with interrupts closed, which Xen takes
 * for a wish to power off.  So that one byte is passed over.
 */
	.macro end_sleep
	andl $~0x200, 16(%rsp)
	cmpq $pvh_sleep_halt, (%rsp)
	jne 1f
	incq (%rsp)
1:
	.endm

/* Any interrupt. */
	.globl pvh_upcall
pvh_upcall:
	end_sleep
	iretq

/*
 * A device's configuration has changed: counted, because nothing in memory
 * tells it (virtio/pci.c).
 */
	.globl pvh_upcall_config
pvh_upcall_config:
	incl pvh_config_interrupts

/* The same for those that come through the local APIC. */
	.globl pvh_upcall_apic
pvh_upcall_apic:
	end_sleep
	push %rax
	mov $0xfee000b0, %eax /* end of interrupt */
	movl $0, (%rax)
	pop %rax
	iretq

/* Sleeps until an interrupt; one that waits already ends the sleep at once. */
	.globl pvh_sleep, pvh_sleep_halt
pvh_sleep:
	sti
pvh_sleep_halt:
	hlt
	cli
	ret

	.data
	.balign 8
	.globl pvh_config_interrupts
pvh_config_interrupts:
	.long 0
	.balign 8
	.globl pvh_gdt
pvh_gdt:
	.quad 0
	.quad 0x00af9b000000ffff /* code */
	.quad 0x00cf93000000ffff /* data */
	.quad 0, 0               /* task state, written by traps.c */
pvh_gdt_pointer:
	.word pvh_gdt_pointer - pvh_gdt - 1
	.quad pvh_gdt

	.bss
	.balign 4096
	.globl pvh_root_table
pvh_root_table:
	.skip 4096
pvh_pointers:
	.skip 4096
pvh_directories:
	.skip 4 * 4096
	.section .note.GNU-stack,"",@progbits
