/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * process_spawn.c -- the process of a guest: cloned as vfork() does, since the
 * copy of a page table is what fork() takes its time for, and into a pid
 * namespace of its own.
 *
 * The child notes its pid before it becomes the guest: CLONE_PARENT_SETTID
 * writes it where the child, which shares our memory, can read it.  So there
 * never is a guest that nobody knows, even if we are killed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi/vale.h"
#include "cosmos/process_internal.h"

enum {
	/* Descriptors as the guest finds them. */
	CONTROL_FD = 3,
	LOCK_FD = 4,
	FIRST_FREE_FD = 5,
	ARGUMENTS = 2 * COSMOS_PORTS_MAX + 16,
	STACK = 65536,
};

/* What parent and child both see. */
struct spawn {
	const struct process_spawn *how;
	const char *program, *log;
	const char *argv[ARGUMENTS];
	char user[16], memory[24], empty[PATH_MAX];
	char switch_socket[PATH_MAX + 16];
	char *environment[2];
	uid_t uid;
	gid_t gid;
	bool new_user, pinned;
	uint8_t cpus[CPUS_BYTES];
	pid_t pid;
	const char *failed; /* what, with error */
	int error;
};

static bool
child_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool written = fd >= 0 && write(fd, text, strlen(text)) > 0;

	if (fd >= 0)
		close(fd);
	return written;
}

/* Who is not root is mapped to himself, and to nobody else. */
static bool
child_map_ids(const struct spawn *s)
{
	char text[40];

	if (!child_write("/proc/self/setgroups", "deny"))
		return false;
	snprintf(text, sizeof(text), "%u %u 1", s->uid, s->uid);
	if (!child_write("/proc/self/uid_map", text))
		return false;
	snprintf(text, sizeof(text), "%u %u 1", s->gid, s->gid);
	return child_write("/proc/self/gid_map", text);
}

static bool
child_descriptors(const struct spawn *s)
{
	int control = fcntl(s->how->control, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
	int lock = fcntl(s->how->dir->lock, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
	int log = open(s->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (log >= 0 && log < FIRST_FREE_FD)
		log = fcntl(log, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
	return control >= 0 && lock >= 0 && log >= 0 && null >= 0 &&
	       dup2(null, STDIN_FILENO) >= 0 && dup2(log, STDOUT_FILENO) >= 0 &&
	       dup2(log, STDERR_FILENO) >= 0 &&
	       dup2(control, CONTROL_FD) >= 0 && dup2(lock, LOCK_FD) >= 0;
}

static int
child_run(void *arg)
{
	struct spawn *s = arg;
	sigset_t none;

	s->failed = "its user";
	if (s->new_user && !child_map_ids(s))
		goto fail;
	s->failed = "--cpus names no processor of this machine";
	if (s->pinned && sched_setaffinity(0, sizeof(s->cpus),
	                     (const cpu_set_t *)(const void *)s->cpus) != 0)
		goto fail;
	s->failed = "its pid";
	if (process_dir_note_pid(s->how->dir, s->pid) != 0)
		goto fail;
	s->failed = s->log;
	if (!child_descriptors(s))
		goto fail;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	s->failed = s->program;
	execve(s->program,
	    (char *const *)(uintptr_t)(s->how->argv != NULL ? s->how->argv
	                                                    : s->argv),
	    s->environment);
fail:
	s->error = errno;
	_exit(1);
}

static void
spawn_arguments(struct spawn *s)
{
	const struct cosmos_spec *spec = s->how->spec;
	unsigned int n = 0, i;
	uint64_t memory = spec->memory != 0 ? spec->memory : PROCESS_MEMORY;

	snprintf(s->user, sizeof(s->user), "%lu",
	    PROCESS_USER_FIRST + (s->how->dir->inode & 0xffffff));
	snprintf(
	    s->memory, sizeof(s->memory), "%llu", (unsigned long long)memory);
	s->argv[n++] = "clickos-process";
	s->argv[n++] = "--control-fd=3";
	s->argv[n++] = "--lock-fd=4";
	s->argv[n++] = "--user";
	s->argv[n++] = s->user;
	if (spec->no_limits == 0) {
		s->argv[n++] = "--memory";
		s->argv[n++] = s->memory;
	}
	if (s->empty[0] != '\0') {
		s->argv[n++] = "--empty";
		s->argv[n++] = s->empty;
	}
	for (i = 0; i < spec->nports; i++) {
		if (process_port_is_given(spec->ports[i]))
			continue;
		s->argv[n++] = "--port";
		s->argv[n++] = spec->ports[i];
	}
	s->argv[n] = NULL;
}

/* Nothing but where the switch is, if that was said. */
static void
spawn_environment(struct spawn *s)
{
	const char *path = getenv(VALE_SOCKET_ENV);

	if (path == NULL || path[0] == '\0')
		return;
	snprintf(s->switch_socket, sizeof(s->switch_socket), "%s=%s",
	    VALE_SOCKET_ENV, path);
	s->environment[0] = s->switch_socket;
}

static int
spawn_clone(struct spawn *s)
{
	const int flags =
	    CLONE_VM | CLONE_VFORK | CLONE_NEWPID | CLONE_PARENT_SETTID;
	_Alignas(16) char stack[STACK];
	pid_t pid;

	pid = clone(
	    child_run, stack + sizeof(stack), flags | SIGCHLD, s, &s->pid);
	if (pid < 0 && errno == EPERM) {
		s->new_user = true;
		pid = clone(child_run, stack + sizeof(stack),
		    flags | CLONE_NEWUSER | SIGCHLD, s, &s->pid);
	}
	if (pid < 0) {
		s->failed = "a process";
		s->error = errno;
	} else if (s->error != 0) {
		waitpid(pid, NULL, 0);
	}
	return s->error == 0 ? 0 : -1;
}

int
process_spawn(struct cosmos *c, const struct process_spawn *how, pid_t *pid)
{
	struct spawn s = { .how = how, .uid = geteuid(), .gid = getegid() };
	char program[PATH_MAX], log[PATH_MAX + 8];
	sigset_t all, before;
	int status = COSMOS_OK;

	if (how->program != NULL)
		snprintf(program, sizeof(program), "%s", how->program);
	else
		status = process_program(c, how->spec, program);
	if (status != COSMOS_OK)
		return status;
	snprintf(log, sizeof(log), "%s/log", how->dir->path);
	s.pinned = how->spec->cpus != NULL;
	if (s.pinned)
		status = cpus_parse(c, how->dir->name, how->spec->cpus, s.cpus);
	if (status != COSMOS_OK)
		return status;
	s.program = program;
	s.log = log;
	if (how->argv == NULL) {
		process_empty(s.empty);
		spawn_arguments(&s);
	}
	spawn_environment(&s);
	/* No handler of ours may run in the child. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	status = spawn_clone(&s);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (status != 0 && s.error == EAGAIN)
		return cosmos_fail(c, COSMOS_E_FULL,
		    "%s: no more processes here: a limit of pids is reached "
		    "(pids.max, kernel.pid_max)",
		    how->dir->name);
	if (status != 0) {
		errno = s.error;
		return cosmos_fail_errno(c, "%s: %s", how->dir->name, s.failed);
	}
	*pid = s.pid;
	return COSMOS_OK;
}
