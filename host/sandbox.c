/* SPDX-License-Identifier: BSD-3-Clause */
/* sandbox.c -- see sandbox.h. */
#define _GNU_SOURCE
#include "host/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"

/* close_range(2), which not every C library has. */
static void
sandbox_close_range(unsigned int first, unsigned int last)
{
	/* Cannot fail: the ranges are none but ours. */
	(void)syscall(SYS_close_range, first, last, 0);
}

/* On both sides of what is kept. */
static void
sandbox_close_others(const int keep[static 2])
{
	int low = keep[0] < keep[1] ? keep[0] : keep[1];
	int high = keep[0] < keep[1] ? keep[1] : keep[0];
	int from = STDERR_FILENO + 1;

	if (low >= from) {
		if (low > from)
			sandbox_close_range(
			    (unsigned int)from, (unsigned int)low - 1);
		from = low + 1;
	}
	if (high >= from) {
		if (high > from)
			sandbox_close_range(
			    (unsigned int)from, (unsigned int)high - 1);
		from = high + 1;
	}
	sandbox_close_range((unsigned int)from, ~0U);
}

/* ---- a pid namespace, for who was started by hand ---- */

static struct {
	pid_t guest; /* whom signals are passed on to */
} sandbox;

static void
sandbox_pass_on(int signo)
{
	(void)kill(sandbox.guest, signo); /* it may have ended */
}

/* Waits for the guest; what main shall return. */
static int
sandbox_wait(pid_t guest)
{
	struct sigaction pass = { .sa_handler = sandbox_pass_on };
	int status;

	sandbox.guest = guest;
	(void)sigaction(SIGINT, &pass, NULL); /* these can be caught */
	(void)sigaction(SIGTERM, &pass, NULL);
	while (waitpid(guest, &status, 0) < 0)
		if (errno != EINTR)
			return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Who is not root gets a user namespace first, to be root in. */
static int
sandbox_unshare_pid(struct diag *why)
{
	uint32_t user = geteuid(), group = getegid();
	int proc, err = 0;

	if (unshare(CLONE_NEWPID) == 0)
		return 0;
	if (errno != EPERM || unshare(CLONE_NEWUSER | CLONE_NEWPID) != 0)
		return diag(why, ERR_PERM,
		    "no namespaces for us here (%s): --no-sandbox does without",
		    strerror(errno));
	proc = open("/proc/self", O_PATH | O_CLOEXEC);
	if (proc < 0)
		return diag(why, ERR_IO, "/proc/self: %s", strerror(errno));
	err = sandbox_map_ids(proc, user, group, why);
	close(proc);
	return err;
}

bool
sandbox_begin(const struct sandbox *s, int *status, struct diag *why)
{
	pid_t guest;

	sandbox_close_others(s->keep);
	if (getpid() == 1)
		return true;
	*status = 1;
	if (sandbox_unshare_pid(why) != 0)
		return false;
	guest = fork();
	if (guest < 0) {
		diag(why, ERR_NOMEM, "fork: %s", strerror(errno));
		return false;
	}
	if (guest > 0) {
		*status = sandbox_wait(guest);
		return false;
	}
	/* The child of one that was killed shall not stay. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	return true;
}

/* ---- entering ---- */

/*
 * The sets that threads run with.  The bounding set is left: it matters at an
 * execve(2) alone, which no_new_privs and the filter make pointless.
 */
static int
sandbox_drop_capabilities(struct diag *why)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3,
		0 };
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3];

	memset(none, 0, sizeof(none));
	if (syscall(SYS_capset, &head, none) != 0)
		return diag(why, ERR_PERM, "capset: %s", strerror(errno));
	return 0;
}

int
sandbox_enter(const struct sandbox *s, struct diag *why)
{
	int err, death = 0;

	/* Another user, another parent: the system forgets it then. */
	(void)prctl(PR_GET_PDEATHSIG, &death, 0, 0, 0);
	err = sandbox_namespaces(s, why);
	(void)prctl(PR_SET_PDEATHSIG, death, 0, 0, 0);
	if (err == 0)
		err = sandbox_limits(why);
	if (err == 0)
		err = sandbox_drop_capabilities(why);
	/* Nobody of our user may look into us either. */
	if (err == 0 && (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
	                    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0))
		err = diag(why, ERR_PERM, "prctl: %s", strerror(errno));
	return err != 0 ? err : sandbox_filter(why);
}
