/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sandbox_filter.c -- the system calls that a running guest has, as a seccomp
 * filter (seccomp(2)); docs/sandbox.md has the same list with reasons.
 *
 * Every other call fails with EPERM, so that an element which wants a file or
 * a socket says so.  Written by hand: the list is flat, libseccomp would make
 * the same program of it at 40 kB and half a millisecond a start.  The kernel
 * finds calls without argument rules in a bitmap and does not run the filter.
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

/* Calls one argument of which, masked, must have a value. */
struct filter_rule {
	int call;
	unsigned int argument;
	uint32_t mask, value;
};

enum {
	THREAD = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
	         CLONE_THREAD | CLONE_SYSVSEM | CLONE_SETTLS |
	         CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID,
	ALL = -1,
};

static const struct filter_rule filter_rules[] = {
	{ SYS_clone, 0, (uint32_t)ALL, THREAD }, /* no process, no namespace */
	{ SYS_mmap, 2, PROT_EXEC, 0 }, { SYS_mprotect, 2, PROT_EXEC, 0 },
	{ SYS_prctl, 0, (uint32_t)ALL, PR_SET_TIMERSLACK },
	{ SYS_prctl, 0, (uint32_t)ALL, PR_SET_NAME },
	{ SYS_fcntl, 1, (uint32_t)ALL, F_DUPFD_CLOEXEC }, /* a tap again */
	{ SYS_fcntl, 1, (uint32_t)ALL, F_GETFL },
	{ SYS_tgkill, 0, (uint32_t)ALL, 1 }, /* abort(): we are process 1 */
};

enum {
	FILTER_HEAD = 6,
	FILTER_MAX = FILTER_HEAD + 2 * ARRAY_SIZE(filter_plain) +
	             6 * ARRAY_SIZE(filter_rules) + 1,
};

struct filter {
	struct sock_filter code[FILTER_MAX];
	unsigned short n;
};

static void
filter_add(struct filter *f, struct sock_filter instruction)
{
	ASSERT(f->n < FILTER_MAX);
	f->code[f->n++] = instruction;
}

static void
filter_load(struct filter *f, size_t offset)
{
	filter_add(f, (struct sock_filter)BPF_STMT(
	                  BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

static void
filter_return(struct filter *f, uint32_t action)
{
	filter_add(f, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
}

/* The next instructions, skip of them, are for the accumulator being k. */
static void
filter_unless_equal(struct filter *f, uint32_t k, uint8_t skip)
{
	filter_add(f, (struct sock_filter)BPF_JUMP(
	                  BPF_JMP | BPF_JEQ | BPF_K, k, 0, skip));
}

/* Only the low half is looked at, as the kernel does for these arguments. */
static void
filter_add_rule(struct filter *f, const struct filter_rule *r)
{
	filter_unless_equal(f, (uint32_t)r->call, 5);
	filter_load(f, offsetof(struct seccomp_data, args) + 8 * r->argument);
	filter_add(f,
	    (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, r->mask));
	filter_unless_equal(f, r->value, 1);
	filter_return(f, SECCOMP_RET_ALLOW);
	filter_load(f, offsetof(struct seccomp_data, nr));
}

static void
filter_build(struct filter *f)
{
	unsigned int i;

	/* Another architecture's numbers mean other calls. */
	filter_load(f, offsetof(struct seccomp_data, arch));
	filter_add(f, (struct sock_filter)BPF_JUMP(
	                  BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0));
	filter_return(f, SECCOMP_RET_KILL_PROCESS);
	filter_load(f, offsetof(struct seccomp_data, nr));
	/* Its flags lie in memory, where no filter looks: glibc then uses the
	 * other. */
	filter_unless_equal(f, SYS_clone3, 1);
	filter_return(f, SECCOMP_RET_ERRNO | ENOSYS);
	for (i = 0; i < ARRAY_SIZE(filter_plain); i++) {
		filter_unless_equal(f, (uint32_t)filter_plain[i], 1);
		filter_return(f, SECCOMP_RET_ALLOW);
	}
	for (i = 0; i < ARRAY_SIZE(filter_rules); i++)
		filter_add_rule(f, &filter_rules[i]);
	filter_return(f, SECCOMP_RET_ERRNO | EPERM);
}

int
sandbox_filter(struct diag *why)
{
	struct filter f = { .n = 0 };
	struct sock_fprog program;

	filter_build(&f);
	program.len = f.n;
	program.filter = f.code;
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) != 0)
		return diag(why, ERR_PERM, "seccomp: %s", strerror(errno));
	return 0;
}
