/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * process.c -- guests as sandboxed processes (build/clickos-process).
 *
 * create makes the control socket itself and hands it over listening, so that
 * it can be asked at once; the configuration goes through it, and its answer
 * is create's.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cosmos/process_state.h"

enum {
	/* Descriptors as the guest finds them. */
	CONTROL_FD = 3,
	LOCK_FD = 4,
	BACKLOG = 16,
	ANSWER_MS = 60000,
	END_MS = 5000,
	ARGUMENTS = 2 * COSMOS_PORTS_MAX + 8,
	TICK_NS = 10000000, /* of /proc/PID/stat: USER_HZ is 100 (proc(5)) */
};

extern char **environ;

/* ---- the program ---- */

static int
program_path(const struct cosmos_spec *spec, char path[static PATH_MAX])
{
	const char *named =
	    spec->image != NULL ? spec->image : getenv("CLICKOS_PROCESS");
	ssize_t n;
	char *slash;

	if (named != NULL) {
		snprintf(path, PATH_MAX, "%s", named);
		return access(path, X_OK);
	}
	n = readlink("/proc/self/exe", path, PATH_MAX - 32);
	if (n > 0) {
		path[n] = '\0';
		slash = strrchr(path, '/');
		strcpy(slash + 1, "clickos-process");
		if (access(path, X_OK) == 0)
			return 0;
	}
	strcpy(path, CLICKOS_LIBEXEC "/clickos-process");
	return access(path, X_OK);
}

static int
process_check(struct cosmos *c)
{
	const struct cosmos_spec none = COSMOS_SPEC_INIT;
	char path[PATH_MAX];

	if (program_path(&none, path) != 0)
		return cosmos_fail(c, COSMOS_E_NOTSUP,
		    "process: no guest program at %s (set CLICKOS_PROCESS)",
		    path);
	return COSMOS_OK;
}

/* ---- the control socket ---- */

/* Its path is as long as the folder's may be, sun_path is not: by /proc. */
static int
socket_address(const struct process_dir *d, struct sockaddr_un *address)
{
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	return snprintf(address->sun_path, sizeof(address->sun_path),
	    "/proc/self/fd/%d/control", d->fd);
}

static int
socket_listen(struct cosmos *c, const struct process_dir *d, int *fd)
{
	struct sockaddr_un address;

	socket_address(d, &address);
	*fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (*fd < 0)
		return cosmos_fail_errno(c, "%s: its control socket", d->name);
	if (bind(*fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
	    fchmodat(d->fd, "control", 0600, 0) == 0 &&
	    listen(*fd, BACKLOG) == 0)
		return COSMOS_OK;
	close(*fd);
	return cosmos_fail_errno(c, "%s/control", d->path);
}

static int
socket_connect(struct cosmos *c, const struct process_dir *d, int *fd)
{
	struct sockaddr_un address;
	int status;

	socket_address(d, &address);
	*fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (*fd >= 0 &&
	    connect(*fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return COSMOS_OK;
	status = cosmos_fail_errno(c, "%s/control", d->path);
	if (*fd >= 0)
		close(*fd);
	return status;
}

/* ---- creating ---- */

static int
spawn(struct cosmos *c, const struct cosmos_spec *spec,
    const struct process_dir *d, int control, pid_t *pid)
{
	char program[PATH_MAX], fd[12], log[PATH_MAX];
	const char *argv[ARGUMENTS];
	posix_spawn_file_actions_t actions;
	unsigned int n = 0, i;
	int error;

	if (program_path(spec, program) != 0)
		return cosmos_fail_errno(c, "%s", program);
	snprintf(fd, sizeof(fd), "%d", CONTROL_FD);
	argv[n++] = "clickos-process";
	argv[n++] = "--control-fd";
	argv[n++] = fd;
	for (i = 0; i < spec->nports; i++) {
		argv[n++] = "--port";
		argv[n++] = spec->ports[i];
	}
	argv[n] = NULL;
	if (!process_path(d->name, "log", log))
		return cosmos_fail(
		    c, COSMOS_E_USAGE, "%s: its path is too long", d->name);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(
	    &actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	posix_spawn_file_actions_adddup2(&actions, 1, 2);
	posix_spawn_file_actions_adddup2(&actions, control, CONTROL_FD);
	posix_spawn_file_actions_adddup2(&actions, d->lock, LOCK_FD);
	error = posix_spawn(pid, program, &actions, NULL,
	    (char *const *)(uintptr_t)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (error != 0) {
		errno = error;
		return cosmos_fail_errno(c, "%s", program);
	}
	return COSMOS_OK;
}

/*
 * Kills the process and waits until it is gone.  It holds the folder's lock,
 * which tells that the number is still its own once the pidfd is open.
 */
static void
kill_guest(const struct process_dir *d, pid_t pid)
{
	struct pollfd p = { .events = POLLIN };

	p.fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (p.fd < 0)
		return;
	if (flock(d->lock, LOCK_SH | LOCK_NB) != 0) {
		syscall(SYS_pidfd_send_signal, p.fd, SIGKILL, NULL, 0);
		(void)poll(&p, 1, END_MS); /* no more can be done */
		waitpid(pid, NULL, WNOHANG);
	}
	close(p.fd);
}

static void
guest_fill(struct cosmos_guest *g, const struct process_dir *d, pid_t pid)
{
	memset(g, 0, sizeof(*g));
	g->size = sizeof(*g);
	g->id = (uint32_t)pid;
	g->platform = COSMOS_PROCESS;
	snprintf(g->name, sizeof(g->name), "%s", d->name);
}

/* What a guest that could not begin has written, as the reason. */
static int
fail_with_log(struct cosmos *c, const struct process_dir *d, int status)
{
	struct strbuf text = STRBUF_INIT;
	char path[PATH_MAX];

	if (process_path(d->name, "log", path) &&
	    file_read(c, path, &text) == COSMOS_OK && text.n > 0) {
		while (text.n > 0 && text.s[text.n - 1] == '\n')
			text.n--;
		status = cosmos_fail(c, COSMOS_E_FAILED, "%s: %.*s", d->name,
		    STR_ARG(sb_str(&text)));
	}
	sb_fini(&text);
	return status;
}

/* It answers, and its first router runs. */
static int
begin(struct cosmos *c, const struct cosmos_spec *spec,
    const struct process_dir *d, pid_t pid, struct cosmos_guest *g)
{
	struct cosmos_guest made;
	unsigned int router = CONTROL_ANY_ROUTER;
	struct strbuf hello = STRBUF_INIT;
	int status;

	guest_fill(&made, d, pid);
	made.state = COSMOS_STATE_RUNNING;
	if (spec->config != NULL) {
		status = cosmos_install(c, &made,
		    spec->label != NULL ? spec->label : spec->name,
		    spec->config, spec->config_length, &router);
	} else {
		status = platform_process.ask(
		    c, &made, CONTROL_HELLO, &router, STR(""), STR(""), &hello);
		status = status < 0 ? -status : COSMOS_OK;
		sb_fini(&hello);
	}
	if (status == COSMOS_E_STATE || status == COSMOS_E_TIMEOUT ||
	    status == COSMOS_E_SYSTEM)
		return fail_with_log(c, d, status);
	if (status == COSMOS_OK && spec->paused != 0)
		status = cosmos_suspend(c, &made);
	if (status == COSMOS_OK)
		*g = made;
	return status;
}

static int
process_create(
    struct cosmos *c, const struct cosmos_spec *spec, struct cosmos_guest *g)
{
	struct process_dir d;
	pid_t pid = 0;
	int control, status = process_dir_make(c, spec->name, &d);

	if (status != COSMOS_OK)
		return status;
	status = socket_listen(c, &d, &control);
	if (status != COSMOS_OK)
		goto remove_dir;
	status = spawn(c, spec, &d, control, &pid);
	close(control);
	if (status != COSMOS_OK)
		goto remove_dir;
	status = process_dir_set_pid(c, &d, pid);
	if (status == COSMOS_OK)
		status = begin(c, spec, &d, pid, g);
	if (status != COSMOS_OK)
		goto kill;
	process_dir_close(&d);
	return COSMOS_OK;

kill:
	/* Whoever holds the lock now is the guest. */
	close(d.lock);
	d.lock = openat(d.fd, "lock", O_RDWR | O_CLOEXEC);
	kill_guest(&d, pid);
remove_dir:
	process_dir_remove(&d, pid);
	return status;
}

/* ---- looking ---- */

/* State, memory and processor time, from /proc; proc(5). */
static void
guest_measure(struct cosmos_guest *g)
{
	char path[64], state = '?';
	unsigned long user = 0, system = 0, resident = 0, shared = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%u/stat", g->id);
	f = fopen(path, "re");
	if (f != NULL) {
		if (fscanf(f,
		        "%*d (%*[^)]) %c %*d %*d %*d %*d %*d %*u %*u %*u %*u "
		        "%*u %lu %lu",
		        &state, &user, &system) == 3)
			g->cpu_ns = (uint64_t)(user + system) * TICK_NS;
		fclose(f);
	}
	if (state == 'T')
		g->state = COSMOS_STATE_PAUSED;
	snprintf(path, sizeof(path), "/proc/%u/statm", g->id);
	f = fopen(path, "re");
	if (f != NULL) {
		if (fscanf(f, "%*u %lu %lu", &resident, &shared) == 2)
			g->memory = (uint64_t)(resident - shared) *
			            (uint64_t)sysconf(_SC_PAGESIZE);
		fclose(f);
	}
}

static int
process_by_name(struct cosmos *c, const char *name, struct cosmos_guest *g)
{
	struct process_dir d;
	struct stat st;
	bool alive;
	pid_t pid;
	int status = process_dir_open(c, name, &d, &alive, &pid);

	if (status != COSMOS_OK)
		return status;
	guest_fill(g, &d, pid);
	g->state = alive ? COSMOS_STATE_RUNNING : COSMOS_STATE_DYING;
	if (fstat(d.lock, &st) == 0)
		g->since_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 +
		              st.st_mtim.tv_nsec;
	if (alive)
		guest_measure(g);
	process_dir_close(&d);
	return COSMOS_OK;
}

static int
process_by_id(struct cosmos *c, uint32_t id, struct cosmos_guest *g)
{
	char name[COSMOS_NAME_MAX + 1];
	int status = process_name_of(c, id, name);

	if (status != COSMOS_OK)
		return status;
	status = process_by_name(c, name, g);
	return status == COSMOS_OK && g->id != id ? COSMOS_E_NOTFOUND : status;
}

static int
process_list_one(struct cosmos *c, const char *name, void *arg)
{
	struct cosmos_guest g;
	int status = process_by_name(c, name, &g);

	if (status == COSMOS_E_NOTFOUND)
		return COSMOS_OK; /* it has gone meanwhile */
	return status == COSMOS_OK ? guest_list_add(c, arg, &g) : status;
}

static int
process_list(struct cosmos *c, struct guest_list *list)
{
	return process_each(c, process_list_one, list);
}

/* ---- what can be done to one ---- */

static int
process_destroy(struct cosmos *c, const struct cosmos_guest *g)
{
	struct process_dir d;
	bool alive;
	pid_t pid;
	int status = process_dir_open(c, g->name, &d, &alive, &pid);

	if (status == COSMOS_E_NOTFOUND)
		return cosmos_fail(
		    c, COSMOS_E_NOTFOUND, "%s: it is gone already", g->name);
	if (status != COSMOS_OK)
		return status;
	if (alive && pid <= 0) {
		process_dir_close(&d);
		return cosmos_fail(
		    c, COSMOS_E_STATE, "%s: it is being created", g->name);
	}
	if (alive)
		kill_guest(&d, pid);
	process_dir_remove(&d, pid);
	return COSMOS_OK;
}

static int
process_signal(struct cosmos *c, const struct cosmos_guest *g, int signo)
{
	if (g->id == 0 || kill((pid_t)g->id, signo) != 0)
		return cosmos_fail_errno(c, "%s", g->name);
	return COSMOS_OK;
}

static int
process_suspend(struct cosmos *c, const struct cosmos_guest *g)
{
	return process_signal(c, g, SIGSTOP);
}

static int
process_resume(struct cosmos *c, const struct cosmos_guest *g)
{
	return process_signal(c, g, SIGCONT);
}

static int
process_console(
    struct cosmos *c, const struct cosmos_guest *g, int *in, int *out)
{
	char path[PATH_MAX];
	int fd;

	if (!process_path(g->name, "log", path))
		return cosmos_fail(
		    c, COSMOS_E_USAGE, "%s: its path is too long", g->name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return cosmos_fail_errno(c, "%s", path);
	*in = -1; /* a process guest hears nothing but control messages */
	*out = fd;
	return COSMOS_OK;
}

static int
process_logs(
    struct cosmos *c, const struct cosmos_guest *g, struct strbuf *text)
{
	char path[PATH_MAX];

	if (!process_path(g->name, "log", path))
		return cosmos_fail(
		    c, COSMOS_E_USAGE, "%s: its path is too long", g->name);
	return file_read(c, path, text);
}

static int
process_ask(struct cosmos *c, const struct cosmos_guest *g, enum control_op op,
    unsigned int *router, struct str path, struct str payload,
    struct strbuf *reply)
{
	struct fd_stream stream;
	struct process_dir d;
	bool alive;
	pid_t pid;
	int fd = -1, status = process_dir_open(c, g->name, &d, &alive, &pid);

	if (status != COSMOS_OK)
		return -status;
	if (!alive)
		status =
		    cosmos_fail(c, COSMOS_E_STATE, "%s: it has ended", g->name);
	else if (g->state == COSMOS_STATE_PAUSED)
		status = cosmos_fail(c, COSMOS_E_STATE,
		    "%s: it is paused: resume it first", g->name);
	else
		status = socket_connect(c, &d, &fd);
	process_dir_close(&d);
	if (status != COSMOS_OK)
		return -status;
	fd_stream_init(&stream, fd, ANSWER_MS);
	status =
	    control_ask(c, &stream.stream, op, router, path, payload, reply);
	close(fd);
	return status;
}

const struct platform platform_process = {
	.check = process_check,
	.create = process_create,
	.by_name = process_by_name,
	.by_id = process_by_id,
	.list = process_list,
	.destroy = process_destroy,
	.suspend = process_suspend,
	.resume = process_resume,
	.console = process_console,
	.logs = process_logs,
	.ask = process_ask,
};
