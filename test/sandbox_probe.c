/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sandbox_probe.c [EMPTY] -- enters the sandbox that a guest enters, tries
 * what a guest must not be able to do, and says by TAP whether it was refused.
 *
 * Each line of the first table is a call that works outside (sandbox.t runs us
 * with "outside" to see that) and is refused inside.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/sandbox.h"
#include "test/tap.h"

struct probe {
	const char *name;
	long call;
	long a, b, c, d;
};

#define TEXT(s) ((long)(uintptr_t)(s))

static const struct probe probes[] = {
	{ "open a file", SYS_openat, AT_FDCWD, TEXT("/"), O_RDONLY, 0 },
	{ "open by the old call", SYS_open, TEXT("/"), O_RDONLY, 0, 0 },
	{ "make a Unix socket", SYS_socket, AF_UNIX, SOCK_STREAM, 0, 0 },
	{ "make an Internet socket", SYS_socket, AF_INET, SOCK_DGRAM, 0, 0 },
	{ "make a netlink socket", SYS_socket, AF_NETLINK, SOCK_RAW, 0, 0 },
	{ "look at its priority", SYS_getpriority, PRIO_PROCESS, 0, 0, 0 },
	{ "read another process's rights", SYS_getsid, 0, 0, 0, 0 },
	{ "make a pipe", SYS_memfd_create, TEXT("x"), 0, 0, 0 },
	{ "make memory that can be executed", SYS_mmap, 0, 4096,
	    PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS },
	{ "change its umask", SYS_umask, 0, 0, 0, 0 },
	{ "change its folder", SYS_chdir, TEXT("/"), 0, 0, 0 },
	{ "signal itself", SYS_kill, 1, 0, 0, 0 },
	{ "learn its parent", SYS_getppid, 0, 0, 0, 0 },
	{ "leave its user namespace", SYS_unshare, 0, 0, 0, 0 },
	{ "know the system's name", SYS_uname, 0, 0, 0, 0 },
	{ "make System V memory", SYS_shmget, IPC_PRIVATE, 4096,
	    IPC_CREAT | 0600, 0 },
	{ "set a timer", SYS_alarm, 0, 0, 0, 0 },
	{ "lock its memory", SYS_munlockall, 0, 0, 0, 0 },
	{ "use io_uring", SYS_io_uring_setup, 1, 0, 0, 0 },
	{ "load a BPF program", SYS_bpf, 0, 0, 0, 0 },
	{ "trace", SYS_ptrace, PTRACE_TRACEME, 0, 0, 0 },
	{ "mount", SYS_mount, TEXT("x"), TEXT("/"), TEXT("tmpfs"), 0 },
	{ "run a program", SYS_execve, TEXT("/bin/true"), 0, 0, 0 },
	{ "start a process", SYS_fork, 0, 0, 0, 0 },
	{ "start a process by clone", SYS_clone, SIGCHLD, 0, 0, 0 },
	{ "turn its privileges up", SYS_prctl, PR_SET_KEEPCAPS, 1, 0, 0 },
	{ "see another's memory", SYS_process_vm_readv, 1, 0, 0, 0 },
	{ "keep keys", SYS_keyctl, 0, 0, 0, 0 },
	{ "load a module", SYS_init_module, 0, 0, 0, 0 },
};

/* Calls that do nothing when they are let through, to be tried outside. */
static bool
probe_harmless(const struct probe *p)
{
	switch (p->call) {
	case SYS_execve:
	case SYS_fork:
	case SYS_clone:
	case SYS_ptrace:
	case SYS_mount:
	case SYS_uname:
	case SYS_io_uring_setup:
	case SYS_bpf:
	case SYS_process_vm_readv:
	case SYS_keyctl:
	case SYS_init_module:
		return false;
	default:
		return true;
	}
}

static long
probe_try(const struct probe *p)
{
	errno = 0;
	return syscall(p->call, p->a, p->b, p->c, p->d, -1, 0);
}

/* Outside: that each does work, or its refusal would prove nothing. */
static int
probe_outside(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(probes); i++)
		if (probe_harmless(&probes[i]))
			ok(probe_try(&probes[i]) >= 0, "%s: possible outside",
			    probes[i].name);
	return tap_done();
}

static void
probe_refused(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(probes); i++)
		ok(probe_try(&probes[i]) == -1 && errno == EPERM,
		    "%s: refused (%d)", probes[i].name, errno);
}

static void *
probe_thread(void *arg)
{
	/* Born inside, hence as confined. */
	*(int *)arg = syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0) == -1 &&
	              errno == EPERM;
	return NULL;
}

/* What a router needs is still there. */
static void
probe_allowed(void)
{
	pthread_t thread;
	int confined = 0, e = epoll_create1(0);
	char *p = malloc(8 << 20);

	if (ok(p != NULL, "it has memory"))
		memset(p, 1, 8 << 20);
	free(p);
	ok(e > 0, "it has something to wait on");
	ok(pthread_create(&thread, NULL, probe_thread, &confined) == 0,
	    "it starts a thread");
	pthread_join(thread, NULL);
	ok(confined == 1, "which is as confined");
	is_num(getpid(), 1, "its only process is number 1");
	is_num(prctl(PR_SET_NAME, "probe"), 0, "a thread has a name");
}

/* What there was before it went in. */
static void
probe_closed(void)
{
	ok(fcntl(9, F_GETFL) == -1 && errno == EBADF,
	    "a descriptor that was not for it is closed");
	ok(fcntl(8, F_GETFL) >= 0, "one that was for it is open");
}

/* The other architecture's door: its calls have other numbers. */
static void
probe_int80(void)
{
	long result = 20; /* getpid there */

	__asm__ volatile("int $0x80" : "+a"(result) : : "memory");
	ok(false, "a call of another architecture came back: %ld", result);
}

int
main(int argc, char **argv)
{
	struct sandbox s = { .user = SANDBOX_NOBODY, .keep = { 8, -1 } };
	struct diag why = { "" };
	int status = 1;

	if (argc > 1 && strcmp(argv[1], "outside") == 0)
		return probe_outside();
	if (argc > 1 && argv[1][0] == '/')
		s.empty = argv[1];
	dup2(STDERR_FILENO, 8);
	dup2(STDERR_FILENO, 9);
	if (!sandbox_begin(&s, &status, &why) || sandbox_enter(&s, &why) != 0) {
		if (why.text[0] != '\0')
			printf("Bail out! %s\n", why.text);
		return status;
	}
	if (argc > 1 && strcmp(argv[argc - 1], "int80") == 0) {
		probe_int80();
		return tap_done();
	}
	probe_refused();
	probe_allowed();
	probe_closed();
	return tap_done();
}
