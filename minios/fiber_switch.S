/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fiber_switch(void **save_sp, void *load_sp) -- leaves the registers that a
 * function must keep on the old stack and takes them from the new one.
 */
	.text
	.globl fiber_switch
fiber_switch:
	push %rbx
	push %rbp
	push %r12
	push %r13
	push %r14
	push %r15
	mov %rsp, (%rdi)
	mov %rsi, %rsp
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %rbp
	pop %rbx
	ret
	.section .note.GNU-stack,"",@progbits
