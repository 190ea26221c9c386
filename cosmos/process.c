/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * process.c -- guests as sandboxed processes (build/clickos-process): looking
 * at them, and what can be done to one; see process_internal.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "abi/vale.h"
#include "cosmos/kvm.h"
#include "cosmos/process_internal.h"

enum {
	ANSWER_MS = 60000,
	END_MS = 5000,
	LOOK_NS = 100000, /* whether it stands still by now */
	LOOKS = 10000,
	TICK_NS = 10000000, /* of /proc/PID/stat: USER_HZ is 100 (proc(5)) */
};

static int
process_check(struct cosmos *c)
{
	const struct cosmos_spec none = COSMOS_SPEC_INIT;
	char path[PATH_MAX];

	return process_program(c, &none, path);
}

int
process_connect(struct cosmos *c, const struct process_dir *d, int *fd)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int status;

	/* Its path is as long as the folder's may be, sun_path is not. */
	snprintf(address.sun_path, sizeof(address.sun_path),
	    "/proc/self/fd/%d/control", d->fd);
	*fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (*fd >= 0 &&
	    connect(*fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return COSMOS_OK;
	status = cosmos_fail_errno(c, "%s/control", d->path);
	if (*fd >= 0)
		close(*fd);
	return status;
}

/* True if somebody but us holds the lock. */
static bool
lock_is_held(const struct process_dir *d)
{
	int fd = openat(d->fd, "lock", O_RDWR | O_CLOEXEC);
	bool held = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0;

	if (fd >= 0)
		close(fd);
	return held;
}

void
process_kill(const struct process_dir *d, pid_t pid)
{
	struct pollfd p = { .events = POLLIN };

	p.fd = pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
	if (p.fd < 0)
		return;
	if (lock_is_held(d)) {
		syscall(SYS_pidfd_send_signal, p.fd, SIGKILL, NULL, 0);
		(void)poll(&p, 1, END_MS); /* no more can be done */
		waitpid(pid, NULL, WNOHANG);
	}
	close(p.fd);
}

bool
process_dir_is_kvm(const struct process_dir *d)
{
	return faccessat(d->fd, "kvm", F_OK, 0) == 0;
}

void
process_clear(struct cosmos *c, struct process_dir *d, pid_t pid)
{
	process_kill(d, pid);
	if (process_dir_is_kvm(d))
		kvm_ports_close(c, d);
	process_cgroup_remove(c, d->key);
	process_dir_remove(d, pid);
}

void
process_guest_fill(
    struct cosmos_guest *g, const struct process_dir *d, pid_t pid)
{
	memset(g, 0, sizeof(*g));
	g->size = sizeof(*g);
	g->id = (uint32_t)pid;
	g->platform = COSMOS_PROCESS;
	snprintf(g->name, sizeof(g->name), "%s", d->name);
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
	process_guest_fill(g, &d, pid);
	if (process_dir_is_kvm(&d))
		g->platform = COSMOS_KVM;
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

	/* It has gone meanwhile, or is somebody else's. */
	if (status == COSMOS_E_NOTFOUND || status == COSMOS_E_DENIED)
		return COSMOS_OK;
	return status == COSMOS_OK ? guest_list_add(c, arg, &g) : status;
}

static int
process_list(struct cosmos *c, struct guest_list *list)
{
	return process_each(c, "guests", process_list_one, list);
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
	status = process_dir_ours(c, &d);
	if (status != COSMOS_OK) {
		process_dir_close(&d);
		return status;
	}
	if (alive && pid <= 0 && !process_dir_abandoned(&d)) {
		process_dir_close(&d);
		return cosmos_fail(
		    c, COSMOS_E_STATE, "%s: it is being created", g->name);
	}
	/*
	 * Without the spec, which tells what ports there are, a watcher that
	 * sees the end first starts nothing again.
	 */
	if (process_dir_is_kvm(&d))
		kvm_ports_close(c, &d);
	unlinkat(d.fd, "spec", 0);
	process_clear(c, &d, pid);
	return COSMOS_OK;
}

static int
process_signal(struct cosmos *c, const struct cosmos_guest *g, int signo)
{
	if (g->id == 0 || kill((pid_t)g->id, signo) != 0)
		return cosmos_fail_errno(c, "%s", g->name);
	return COSMOS_OK;
}

/* When this returns it does stand still. */
static int
process_suspend(struct cosmos *c, const struct cosmos_guest *g)
{
	const struct timespec look = { .tv_nsec = LOOK_NS };
	struct cosmos_guest now = *g;
	int status = process_signal(c, g, SIGSTOP), looks;

	for (looks = 0; status == COSMOS_OK && looks < LOOKS; looks++) {
		guest_measure(&now);
		if (now.state == COSMOS_STATE_PAUSED)
			break;
		nanosleep(&look, NULL);
	}
	return status;
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

int
process_reach(struct cosmos *c, const struct cosmos_guest *g, int *fd)
{
	struct process_dir d;
	bool alive;
	pid_t pid;
	int status = process_dir_open(c, g->name, &d, &alive, &pid);

	if (status == COSMOS_E_NOTFOUND)
		return cosmos_fail(c, status, "%s: it is gone", g->name);
	if (status != COSMOS_OK)
		return status;
	if (!alive)
		status =
		    cosmos_fail(c, COSMOS_E_STATE, "%s: it has ended", g->name);
	else if (g->state == COSMOS_STATE_PAUSED)
		status = cosmos_fail(c, COSMOS_E_STATE,
		    "%s: it is paused: resume it first", g->name);
	else
		status = process_connect(c, &d, fd);
	process_dir_close(&d);
	return status;
}

int
process_ask_passing(struct cosmos *c, const struct cosmos_guest *g, int pass,
    enum control_op op, unsigned int *router, struct str path,
    struct str payload, struct strbuf *reply)
{
	struct fd_stream stream;
	int fd, status = process_reach(c, g, &fd);

	if (status != COSMOS_OK)
		return -status;
	fd_stream_init(&stream, fd, ANSWER_MS);
	stream.pass = pass;
	status =
	    control_ask(c, &stream.stream, op, router, path, payload, reply);
	close(fd);
	return status;
}

static int
process_ask(struct cosmos *c, const struct cosmos_guest *g, enum control_op op,
    unsigned int *router, struct str path, struct str payload,
    struct strbuf *reply)
{
	return process_ask_passing(c, g, -1, op, router, path, payload, reply);
}

/* What the guest gets is a connection for its own ports, and no other use. */
static int
reconnect_fd(struct cosmos *c, const struct cosmos_guest *g, int *fd)
{
	struct process_dir d;
	struct spec_text s;
	bool alive;
	pid_t pid;
	int status = process_dir_open(c, g->name, &d, &alive, &pid);

	if (status != COSMOS_OK)
		return status;
	status = process_spec_load(c, &d, &s);
	if (status == COSMOS_OK)
		status = process_switch(c, fd);
	if (status == COSMOS_OK) {
		status = process_ports_confine(c, &s.spec, *fd);
		if (status != COSMOS_OK)
			close(*fd);
	}
	spec_fini(&s);
	process_dir_close(&d);
	return status;
}

static int
process_reconnect(struct cosmos *c, const struct cosmos_guest *g)
{
	unsigned int router = CONTROL_ANY_ROUTER;
	struct strbuf reply = STRBUF_INIT;
	int fd, status = reconnect_fd(c, g, &fd);

	if (status != COSMOS_OK)
		return status;
	status = process_ask_passing(
	    c, g, fd, CONTROL_CONNECT, &router, STR(""), STR(""), &reply);
	close(fd);
	if (status > 0)
		cosmos_fail(c, COSMOS_E_STATE, "%s: %.*s", g->name,
		    STR_ARG(sb_str(&reply)));
	sb_fini(&reply);
	return status > 0 ? COSMOS_E_STATE : -status;
}

static void
process_close(struct cosmos *c)
{
	free(c->cgroups);
}

const struct platform platform_process = {
	.close = process_close,
	.check = process_check,
	.create = process_create,
	.by_name = process_by_name,
	.by_id = process_by_id,
	.list = process_list,
	.destroy = process_destroy,
	.suspend = process_suspend,
	.resume = process_resume,
	.console = process_console,
	.reconnect = process_reconnect,
	.logs = process_logs,
	.attach = process_attach,
	.detach = process_detach,
	.save = process_save,
	.go_on = process_go_on,
	.restore = process_restore,
	.pool = process_pool,
	.folder = process_folder,
	.ask = process_ask,
};
