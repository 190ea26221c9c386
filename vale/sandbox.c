/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sandbox.c -- see sandbox.h; docs/vale.md has the list with reasons.
 *
 * Every other call fails with EPERM.  The filter is flat: the kernel finds
 * calls without argument rules in a bitmap and does not run it.
 */
#define _GNU_SOURCE
#include "vale/sandbox.h"

#include <errno.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pwd.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/compiler.h"
#include "base/err.h"

static const int calls[] = {
	/* frames, guests, requests, the log */
	SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_preadv2, SYS_recvfrom,
	SYS_recvmsg, SYS_sendto, SYS_sendmsg, SYS_accept4,
	SYS_getsockopt, /* peers' identities, counters of interfaces */
	SYS_close, SYS_dup, SYS_fcntl, SYS_fstat,
	SYS_newfstatat,            /* glibc's fstat() */
	SYS_fstatfs, SYS_readlink, /* what kind a descriptor of a peer's is */
	SYS_lseek,
	/* guests' memory */
	SYS_memfd_create, SYS_ftruncate, SYS_brk, SYS_munmap, SYS_mremap,
	SYS_madvise,
	/* waiting */
	SYS_epoll_create1, SYS_epoll_ctl, SYS_epoll_wait, SYS_epoll_pwait,
	SYS_eventfd2, SYS_futex, SYS_poll, SYS_sched_yield, SYS_clock_nanosleep,
	SYS_restart_syscall, SYS_io_submit, SYS_io_getevents,
	SYS_io_destroy, /* doorbell.h */
	/* signals and ends */
	SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_exit,
	SYS_exit_group,
	/* time, luck, and who we are */
	SYS_clock_gettime, SYS_gettimeofday, SYS_getrandom, SYS_getpid,
	SYS_gettid, SYS_geteuid, SYS_tgkill, /* abort() */
};

/* Memory that can be executed is not made. */
static const int no_exec[] = { SYS_mmap, SYS_mprotect };

enum {
	HEAD = 4,
	CODE_MAX = HEAD + 2 * ARRAY_SIZE(calls) + 5 * ARRAY_SIZE(no_exec) + 3 +
	           2 * SANDBOX_REQUESTS + 1,
};

struct filter {
	struct sock_filter code[CODE_MAX];
	unsigned short n;
};

static void
filter_add(struct filter *f, struct sock_filter instruction)
{
	f->code[f->n++] = instruction;
}

static const struct sock_filter load_call = BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                                    offsetof(struct seccomp_data, nr)),
                                load_second = BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                                    offsetof(struct seccomp_data, args[1])),
                                load_third = BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                                    offsetof(struct seccomp_data, args[2])),
                                allow = BPF_STMT(
                                    BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
                                refuse = BPF_STMT(
                                    BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);

/* The next skip instructions are for what was loaded being k. */
static void
filter_unless(struct filter *f, uint32_t k, unsigned char skip)
{
	filter_add(f, (struct sock_filter)BPF_JUMP(
	                  BPF_JMP | BPF_JEQ | BPF_K, k, 0, skip));
}

static void
filter_requests(struct filter *f, const uint32_t *request, unsigned int n)
{
	filter_unless(f, SYS_ioctl, (unsigned char)(2 + 2 * n));
	filter_add(f, load_second);
	for (unsigned int i = 0; i < n; i++) {
		filter_unless(f, request[i], 1);
		filter_add(f, allow);
	}
	filter_add(f, refuse);
}

static void
filter_make(struct filter *f, const uint32_t *request, unsigned int n)
{
	f->n = 0;
	/* Another architecture numbers its calls otherwise. */
	filter_add(f, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
	                  offsetof(struct seccomp_data, arch)));
	filter_add(f, (struct sock_filter)BPF_JUMP(
	                  BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0));
	filter_add(f, refuse);
	filter_add(f, load_call);
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		filter_unless(f, (uint32_t)calls[i], 1);
		filter_add(f, allow);
	}
	filter_requests(f, request, n);
	for (size_t i = 0; i < ARRAY_SIZE(no_exec); i++) {
		filter_unless(f, (uint32_t)no_exec[i], 4);
		filter_add(f, load_third);
		filter_add(f, (struct sock_filter)BPF_JUMP(
		                  BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 1, 0));
		filter_add(f, allow);
		filter_add(f, refuse);
	}
	filter_add(f, refuse);
}

/* Without a user of its own: nobody, by number where he has no name. */
enum { NOBODY = 65534 };

static int
sandbox_user(const char *user, struct diag *why)
{
	const struct passwd *pw = getpwnam(user != NULL ? user : "vale");
	uid_t uid = NOBODY;
	gid_t gid = NOBODY;

	if (pw == NULL && user == NULL)
		pw = getpwnam("nobody");
	if (pw == NULL && user != NULL)
		return diag(why, ERR_NOTFOUND, "--user %s: no such user", user);
	if (pw != NULL) {
		uid = pw->pw_uid;
		gid = pw->pw_gid;
	}
	if (setgroups(0, NULL) != 0 || setresgid(gid, gid, gid) != 0 ||
	    setresuid(uid, uid, uid) != 0)
		return diag(why, ERR_PERM, "user %u: %s", (unsigned int)uid,
		    strerror(errno));
	return 0;
}

int
sandbox_enter(
    const char *user, const uint32_t *request, unsigned int n, struct diag *why)
{
	struct filter f;
	struct sock_fprog program = { .filter = f.code };
	int err;

	if (n > SANDBOX_REQUESTS)
		return diag(why, ERR_INVAL, "%u requests of ioctl", n);
	err = sandbox_user(user, why);
	if (err != 0)
		return err;
	filter_make(&f, request, n);
	program.len = f.n;
	/* All threads at once, those of the workers, too. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
	        SECCOMP_FILTER_FLAG_TSYNC, &program) != 0)
		return diag(why, ERR_IO, "seccomp: %s", strerror(errno));
	return 0;
}
