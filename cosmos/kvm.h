/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * kvm.h -- guests under QEMU's microvm: what the files share.
 *
 *	kvm.c        the platform's table
 *	kvm_create.c a guest, in stages; undone in reverse
 *	kvm_qemu.c   QEMU's command line
 *	kvm_ports.c  its network devices, and the switch's side of them
 *	kvm_link.c   control messages over its virtio console
 *
 * QEMU is a process like any other, so a guest has a folder as process guests
 * have (process_state.h), and is found, watched, ended and cleared by the same
 * code.  Besides, there are
 *
 *	kvm            tells it from a process guest
 *	qmp.in qmp.out what QEMU was asked and has said: how the guest ended
 *	port.N         the socket of a port of the switch
 *
 * CLICKOS_QEMU names another QEMU, CLICKOS_ACCEL (kvm, tcg) how it runs guests.
 */
#ifndef COSMOS_KVM_H
#define COSMOS_KVM_H

#include "cosmos/process_internal.h"

enum { KVM_MEMORY = 8 << 20 };

/* ---- kvm_qemu.c ---- */

struct qemu {
	const char *argv[128]; /* all but the first owned */
	unsigned int n;
	bool oom;
};

/* The program, or COSMOS_E_NOTSUP. */
int qemu_program(struct cosmos *c, char path[static PATH_MAX]);
/* Fills q for a guest in d under accelerator "kvm" or "tcg". */
int qemu_arguments(struct cosmos *c, struct qemu *q,
    const struct cosmos_spec *spec, const struct process_dir *d,
    const char *accelerator);
void qemu_add(struct qemu *q, const char *fmt, ...) PRINTF(2, 3);
void qemu_fini(struct qemu *q);

/* ---- kvm_image.c ---- */

/* COSMOS_E_FULL with how much it takes, if that memory is too little for it. */
int kvm_image_fits(struct cosmos *c, const struct cosmos_spec *spec,
    const char *kernel, uint64_t memory);

/* ---- kvm_ports.c ---- */

/* Says what is wrong with the ports, if anything is. */
int kvm_ports_check(struct cosmos *c, const struct cosmos_spec *spec);
/* Attaches those of the switch. */
int kvm_ports_open(struct cosmos *c, const struct cosmos_spec *spec,
    const struct process_dir *d);
void kvm_ports_arguments(struct qemu *q, const struct cosmos_spec *spec,
    const struct process_dir *d);
/* Once QEMU runs: joins bridges. */
int kvm_ports_join(struct cosmos *c, const struct cosmos_spec *spec,
    const struct process_dir *d);
/* Takes back what the switch has of the guest in d. */
void kvm_ports_close(struct cosmos *c, const struct process_dir *d);
/* True for a port that shares the guest's memory. */
bool kvm_ports_share(const struct cosmos_spec *spec);

/* ---- kvm_link.c ---- */

int kvm_ask(struct cosmos *c, const struct cosmos_guest *g, enum control_op op,
    unsigned int *router, struct str path, struct str payload,
    struct strbuf *reply);
/* Waits until the guest in d answers; the time it may take is its boot's. */
int kvm_hello(struct cosmos *c, const struct process_dir *d, pid_t pid);

/* ---- kvm_create.c ---- */

/* "kvm" where that works, else "tcg"; or what CLICKOS_ACCEL says. */
const char *kvm_accelerator(void);

int kvm_create(
    struct cosmos *c, const struct cosmos_spec *spec, struct cosmos_guest *g);

#endif
