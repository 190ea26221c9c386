/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * trap_stubs.S -- an entry for each exception.  They bring the stack into the
 * form of struct trap_frame and never return.
 */
	.macro stub vector has_error
	.balign 16
trap_stub_\vector:
	.if \has_error == 0
	push $0
	.endif
	push $\vector
	jmp trap_common
	.endm

	.text
	stub 0 0
	stub 1 0
	stub 2 0
	stub 3 0
	stub 4 0
	stub 5 0
	stub 6 0
	stub 7 0
	stub 8 1
	stub 9 0
	stub 10 1
	stub 11 1
	stub 12 1
	stub 13 1
	stub 14 1
	stub 15 0
	stub 16 0
	stub 17 1
	stub 18 0
	stub 19 0

trap_common:
	cld
	push %rax
	push %rbx
	push %rcx
	push %rdx
	push %rsi
	push %rdi
	push %rbp
	push %r8
	push %r9
	push %r10
	push %r11
	push %r12
	push %r13
	push %r14
	push %r15
	mov %rsp, %rdi
	and $-16, %rsp
	call trap_handle

	.macro entry vector
	.quad trap_stub_\vector
	.endm

	.section .rodata
	.balign 8
	.globl trap_stubs
trap_stubs:
	.irp vector, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19
	entry \vector
	.endr
	.section .note.GNU-stack,"",@progbits
