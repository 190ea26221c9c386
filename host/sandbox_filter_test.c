/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The filter's program, run here as the kernel does: each call there is, and
 * more, against the list of docs/sandbox.md; calls whose arguments matter by
 * cases; and how short its way is.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "base/compiler.h"
#include "host/sandbox.h"
#include "test/tap.h"

enum {
	ALLOW = SECCOMP_RET_ALLOW,
	DENY = SECCOMP_RET_ERRNO | EPERM,
	NO_CALL = SECCOMP_RET_ERRNO | ENOSYS,
	CALLS = 2048,
	X32 = 0x40000000, /* __X32_SYSCALL_BIT */
	LONG = 16,        /* steps to the bitmap's verdict */
	THREAD = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
	         CLONE_THREAD | CLONE_SYSVSEM | CLONE_SETTLS |
	         CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID,
};

static struct sock_filter code[SANDBOX_FILTER_MAX];
static unsigned int length, steps;

static uint32_t
load(const struct seccomp_data *d, uint32_t at)
{
	uint32_t word;

	memcpy(&word, (const char *)d + at, sizeof(word));
	return word;
}

/* What the program says; 1: it does what none may. */
static uint32_t
run(const struct seccomp_data *d)
{
	uint32_t a = 0;
	unsigned int at = 0;

	for (steps = 0; at < length; steps++) {
		const struct sock_filter *i = &code[at++];

		switch (i->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			a = load(d, i->k);
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			a &= i->k;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			at += a == i->k ? i->jt : i->jf;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			at += a >= i->k ? i->jt : i->jf;
			break;
		case BPF_RET | BPF_K:
			return i->k;
		default:
			return 1;
		}
	}
	return 1;
}

static uint32_t
call(uint32_t nr, unsigned int argument, uint64_t value)
{
	struct seccomp_data d = { .nr = (int)nr, .arch = AUDIT_ARCH_X86_64 };

	d.args[argument] = value;
	return run(&d);
}

static const int plain[] = { SYS_read, SYS_write, SYS_writev, SYS_pread64,
	SYS_lseek, SYS_fstat, SYS_recvfrom, SYS_recvmsg, SYS_sendto,
	SYS_sendmsg, SYS_accept4, SYS_close, SYS_epoll_create1, SYS_epoll_ctl,
	SYS_epoll_wait, SYS_epoll_pwait, SYS_epoll_pwait2, SYS_eventfd2,
	SYS_poll, SYS_ppoll, SYS_futex, SYS_sched_yield, SYS_nanosleep,
	SYS_clock_nanosleep, SYS_restart_syscall, SYS_brk, SYS_munmap,
	SYS_mremap, SYS_madvise, SYS_set_robust_list, SYS_rseq, SYS_exit,
	SYS_exit_group, SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn,
	SYS_sigaltstack, SYS_clock_gettime, SYS_gettimeofday, SYS_getrandom,
	SYS_sysinfo, SYS_getrusage, SYS_getpid, SYS_gettid, SYS_geteuid };

static const struct {
	int nr;
	unsigned int argument;
	uint64_t value;
	uint32_t verdict;
} cases[] = {
	{ SYS_clone, 0, THREAD, ALLOW },
	{ SYS_clone, 0, THREAD | 0x400000, ALLOW }, /* musl's */
	{ SYS_clone, 0, THREAD | CLONE_NEWUSER, DENY },
	{ SYS_clone, 0, THREAD & ~CLONE_THREAD, DENY },
	{ SYS_clone, 0, 0, DENY },
	{ SYS_clone3, 0, 0, NO_CALL },
	{ SYS_mmap, 2, PROT_READ | PROT_WRITE, ALLOW },
	{ SYS_mmap, 2, PROT_READ | PROT_EXEC, DENY },
	{ SYS_mprotect, 2, PROT_NONE, ALLOW },
	{ SYS_mprotect, 2, PROT_EXEC, DENY },
	{ SYS_prctl, 0, PR_SET_NAME, ALLOW },
	{ SYS_prctl, 0, PR_SET_TIMERSLACK, ALLOW },
	{ SYS_prctl, 0, PR_SET_DUMPABLE, DENY },
	{ SYS_fcntl, 1, F_DUPFD_CLOEXEC, ALLOW },
	{ SYS_fcntl, 1, F_GETFL, ALLOW },
	{ SYS_fcntl, 1, F_SETFL, DENY },
	{ SYS_tgkill, 0, 1, ALLOW },
	{ SYS_tgkill, 0, 2, DENY },
};

static bool
is_plain(uint32_t nr)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(plain); i++)
		if ((uint32_t)plain[i] == nr)
			return true;
	return false;
}

static bool
is_case(uint32_t nr)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++)
		if ((uint32_t)cases[i].nr == nr)
			return true;
	return false;
}

static void
test_each_call(void)
{
	unsigned int longest = 0;

	for (uint32_t nr = 0; nr < CALLS; nr++) {
		if (is_case(nr))
			continue;
		ok(call(nr, 0, 0) == (is_plain(nr) ? ALLOW : DENY),
		    "call %u is %s", nr, is_plain(nr) ? "allowed" : "denied");
		if (steps > longest)
			longest = steps;
	}
	ok(longest <= LONG, "%u steps at most", longest);
}

static void
test_arguments(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++)
		ok(call((uint32_t)cases[i].nr, cases[i].argument,
		       cases[i].value) == cases[i].verdict,
		    "call %d with %#llx", cases[i].nr,
		    (unsigned long long)cases[i].value);
}

static void
test_other_worlds(void)
{
	struct seccomp_data d = { .nr = SYS_read, .arch = AUDIT_ARCH_I386 };

	ok(run(&d) == SECCOMP_RET_KILL_PROCESS, "another architecture");
	ok(call(X32 | SYS_read, 0, 0) == DENY, "x32's calls");
	ok(call(UINT32_MAX, 0, 0) == DENY, "no call at all");
}

int
main(void)
{
	length = sandbox_filter_program(code);
	test_each_call();
	test_arguments();
	test_other_worlds();
	return tap_done();
}
