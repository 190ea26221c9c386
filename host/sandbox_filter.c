/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sandbox_filter.c -- the system calls that a running guest has, as a seccomp
 * filter (seccomp(2)); docs/sandbox.md has the same list with reasons.
 *
 * Every other call fails with EPERM, so that an element which wants a file or
 * a socket says so.  Written by hand: the list is short, libseccomp would make
 * the same of it at 40 kB and half a millisecond a start.
 *
 * The program is a search tree over the ranges of calls that are treated alike.
 * Before it takes it, the kernel runs it for each call there is, to find those
 * that need no argument in a bitmap from then on (kernel/seccomp.c:
 * seccomp_cache_prepare): by a list that took a tenth of a millisecond, a
 * seventeenth of a guest's creation; by a tree a tenth of that.
 *
 * Jumps lead forwards only, so it is written from its end: a block knows where
 * those it leads to begin.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/compiler.h"
#include "base/err.h"
#include "host/sandbox.h"

/* Calls whatever their arguments. */
static const int filter_plain[] = {
	/* packets, control messages, the log */
	SYS_read,
	SYS_write,
	SYS_writev,
	SYS_pread64,
	SYS_recvfrom,
	SYS_recvmsg,
	SYS_sendto,
	SYS_sendmsg,
	SYS_accept4,
	SYS_close,
	SYS_lseek,
	SYS_fstat,
	/* waiting */
	SYS_epoll_create1,
	SYS_epoll_ctl,
	SYS_epoll_wait,
	SYS_epoll_pwait,
	SYS_epoll_pwait2,
	SYS_eventfd2,
	SYS_futex,
	SYS_poll,
	SYS_ppoll,
	SYS_clock_nanosleep,
	SYS_nanosleep,
	SYS_sched_yield,
	SYS_restart_syscall,
	/* memory, but for what could be executed: see below */
	SYS_brk,
	SYS_munmap,
	SYS_mremap,
	SYS_madvise,
	/* threads, and their ends */
	SYS_set_robust_list,
	SYS_rseq,
	SYS_exit,
	SYS_exit_group,
	SYS_rt_sigaction,
	SYS_rt_sigprocmask,
	SYS_rt_sigreturn,
	SYS_sigaltstack,
	/* time, luck, and who we are */
	SYS_clock_gettime,
	SYS_gettimeofday,
	SYS_getrandom,
	SYS_sysinfo,
	SYS_getrusage,
	SYS_getpid,
	SYS_gettid,
	SYS_geteuid,
};

/* Calls one argument of which, masked, must have one of two values. */
struct filter_rule {
	int call;
	unsigned int argument;
	uint32_t mask, value, or_value;
};

enum {
	THREAD = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
	         CLONE_THREAD | CLONE_SYSVSEM | CLONE_SETTLS |
	         CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID,
	DETACHED = 0x400000, /* CLONE_DETACHED: without effect; musl sets it */
	ALL = -1,
};

static const struct filter_rule filter_rules[] = {
	/* no process, no namespace */
	{ SYS_clone, 0, (uint32_t)ALL, THREAD, THREAD | DETACHED },
	{ SYS_mmap, 2, PROT_EXEC, 0, 0 },
	{ SYS_mprotect, 2, PROT_EXEC, 0, 0 },
	{ SYS_prctl, 0, (uint32_t)ALL, PR_SET_TIMERSLACK, PR_SET_NAME },
	{ SYS_fcntl, 1, (uint32_t)ALL, F_DUPFD_CLOEXEC, F_GETFL }, /* taps */
	/* abort(): we are process 1, and so is our first thread */
	{ SYS_tgkill, 0, (uint32_t)ALL, 1, 1 },
};

enum {
	CALLS = 512,   /* more than there are; above it nothing is allowed */
	JUMP_MAX = 255 /* struct sock_filter: jt, jf */
};

/* What becomes of a call: one of these, or that its rule is asked. */
enum filter_leaf { LEAF_DENY, LEAF_ALLOW, LEAF_NO_CALL, LEAF_KILL, LEAF_RULE };

enum { LEAVES = LEAF_RULE + ARRAY_SIZE(filter_rules) };

struct filter {
	struct sock_filter code[SANDBOX_FILTER_MAX];
	unsigned int at; /* what is written begins here */
	unsigned int leaf_at[LEAVES];
	uint8_t leaf[CALLS];   /* of each call */
	uint16_t start[CALLS]; /* of the ranges */
	unsigned int ranges;
};

/* ---- blocks, from the end; each says where it begins ---- */

static unsigned int
filter_add(struct filter *f, struct sock_filter instruction)
{
	ASSERT(f->at > 0);
	f->code[--f->at] = instruction;
	return f->at;
}

static unsigned int
filter_load(struct filter *f, size_t offset)
{
	return filter_add(f, (struct sock_filter)BPF_STMT(
	                         BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

static unsigned int
filter_return(struct filter *f, uint32_t action)
{
	return filter_add(
	    f, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
}

/* Compares by how (BPF_JEQ, BPF_JGE) with k, and goes to yes or no. */
static unsigned int
filter_jump(struct filter *f, uint16_t how, uint32_t k, unsigned int yes,
    unsigned int no)
{
	ASSERT(yes - f->at <= JUMP_MAX && no - f->at <= JUMP_MAX);
	return filter_add(
	    f, (struct sock_filter)BPF_JUMP((uint16_t)(BPF_JMP | how | BPF_K),
	           k, (uint8_t)(yes - f->at), (uint8_t)(no - f->at)));
}

/* Only the low half is looked at, as the kernel does for these arguments. */
static unsigned int
filter_rule(struct filter *f, const struct filter_rule *r)
{
	unsigned int allow = f->leaf_at[LEAF_ALLOW];
	unsigned int no = f->leaf_at[LEAF_DENY];

	if (r->or_value != r->value)
		no = filter_jump(f, BPF_JEQ, r->or_value, allow, no);
	filter_jump(f, BPF_JEQ, r->value, allow, no);
	if (r->mask != (uint32_t)ALL)
		filter_add(f, (struct sock_filter)BPF_STMT(
		                  BPF_ALU | BPF_AND | BPF_K, r->mask));
	return filter_load(
	    f, offsetof(struct seccomp_data, args) + 8 * r->argument);
}

/* Of the ranges from first on, n of them. */
static unsigned int
filter_tree(struct filter *f, unsigned int first, unsigned int n)
{
	unsigned int half = n / 2, above, below;

	if (n == 1)
		return f->leaf_at[f->leaf[f->start[first]]];
	above = filter_tree(f, first + half, n - half);
	below = filter_tree(f, first, half);
	return filter_jump(f, BPF_JGE, f->start[first + half], above, below);
}

/* ---- the whole ---- */

static void
filter_sort(struct filter *f)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(filter_plain); i++)
		f->leaf[filter_plain[i]] = LEAF_ALLOW;
	for (i = 0; i < ARRAY_SIZE(filter_rules); i++)
		f->leaf[filter_rules[i].call] = (uint8_t)(LEAF_RULE + i);
	/* Its flags lie in memory, where no filter looks: libc then uses the
	 * other. */
	f->leaf[SYS_clone3] = LEAF_NO_CALL;
	ASSERT(f->leaf[CALLS - 1] == LEAF_DENY); /* and so all above */
	for (i = 0; i < CALLS; i++)
		if (i == 0 || f->leaf[i] != f->leaf[i - 1])
			f->start[f->ranges++] = (uint16_t)i;
}

static void
filter_build(struct filter *f)
{
	unsigned int i, tree;

	f->at = SANDBOX_FILTER_MAX;
	f->leaf_at[LEAF_KILL] = filter_return(f, SECCOMP_RET_KILL_PROCESS);
	f->leaf_at[LEAF_NO_CALL] = filter_return(f, SECCOMP_RET_ERRNO | ENOSYS);
	f->leaf_at[LEAF_DENY] = filter_return(f, SECCOMP_RET_ERRNO | EPERM);
	f->leaf_at[LEAF_ALLOW] = filter_return(f, SECCOMP_RET_ALLOW);
	for (i = 0; i < ARRAY_SIZE(filter_rules); i++)
		f->leaf_at[LEAF_RULE + i] = filter_rule(f, &filter_rules[i]);
	filter_sort(f);
	tree = filter_tree(f, 0, f->ranges);
	ASSERT(tree == f->at); /* it is run into */
	filter_load(f, offsetof(struct seccomp_data, nr));
	/* Another architecture's numbers mean other calls. */
	filter_jump(
	    f, BPF_JEQ, AUDIT_ARCH_X86_64, f->at, f->leaf_at[LEAF_KILL]);
	filter_load(f, offsetof(struct seccomp_data, arch));
}

unsigned int
sandbox_filter_program(struct sock_filter *code)
{
	struct filter f = { .ranges = 0 };
	unsigned int n;

	filter_build(&f);
	n = SANDBOX_FILTER_MAX - f.at;
	memcpy(code, f.code + f.at, n * sizeof(*code));
	return n;
}

int
sandbox_filter(struct diag *why)
{
	struct sock_filter code[SANDBOX_FILTER_MAX];
	struct sock_fprog program = { .filter = code };

	program.len = (unsigned short)sandbox_filter_program(code);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) != 0)
		return diag(why, ERR_PERM, "seccomp: %s", strerror(errno));
	return 0;
}
