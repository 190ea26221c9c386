/* SPDX-License-Identifier: BSD-3-Clause */
/* process.c -- see process.h. */
#include "host/process.h"

#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"
#include "click/conf.h"
#include "clickos/control.h"
#include "host/control.h"
#include "host/driver.h"
#include "host/host.h"
#include "os/os.h"

enum { MODE_DEFAULT = 0600 };

enum process_option {
	OPTION_CONTROL = 'c',
	OPTION_MODE = 'm',
	OPTION_PORT = 'p',
	OPTION_CONTROL_FD = 256,
	OPTION_PACKETS,
	OPTION_ROUTER_PACKETS,
	OPTION_NO_SANDBOX,
	OPTION_EMPTY,
	OPTION_USER,
	OPTION_LOCK_FD,
	OPTION_MEMORY,
	OPTION_HELP = 'h',
};

void
process_usage(void)
{
	printf(
	    "Usage: clickos-process [OPTION]... [FILE]...\n"
	    "A guest as a process: runs the configuration of each FILE as a\n"
	    "router and obeys who connects to its control socket.\n\n"
	    "  -c, --control PATH        the socket\n"
	    "      --control-fd N        the socket is descriptor N, "
	    "listening\n"
	    "  -m, --mode OCTAL          its permissions, default 600\n"
	    "  -p, --port NAME=KIND:...  what a configuration's port stands "
	    "for\n"
	    "      --no-sandbox          run with all the rights of whoever "
	    "starts it\n"
	    "      --user ID             whom to run as, if started by root\n"
	    "      --empty DIR           empty namespaces to share: DIR/net, "
	    "DIR/mnt\n"
	    "      --lock-fd N           keep descriptor N open, and write "
	    "there "
	    "how\n"
	    "                            the guest ended\n"
	    "      --memory BYTES        how much there is; more is not "
	    "stopped here\n"
	    "      --packets N           packets of all routers together\n"
	    "      --router-packets N    packets of each router\n"
	    "  -h, --help\n");
}

static bool
process_number64(
    const char *text, int base, uint64_t max, uint64_t *x, struct diag *why)
{
	bool overflow = false;

	if (conf_u64(str_of(text), base, x, &overflow) && !overflow &&
	    *x <= max)
		return true;
	diag(why, ERR_INVAL, "'%s': not a number up to %" PRIu64, text, max);
	return false;
}

static bool
process_number(
    const char *text, int base, uint32_t max, uint32_t *x, struct diag *why)
{
	uint64_t n;

	if (!process_number64(text, base, max, &n, why))
		return false;
	*x = (uint32_t)n;
	return true;
}

/* A descriptor that is ours from the start. */
static bool
process_descriptor(struct process *p, unsigned int slot, struct diag *why)
{
	uint32_t fd;

	if (!process_number(optarg, 10, INT32_MAX, &fd, why))
		return false;
	p->sandbox.keep[slot] = (int)fd;
	return true;
}

static bool
process_option(struct process *p, int option, struct diag *why)
{
	switch (option) {
	case OPTION_NO_SANDBOX:
		p->no_sandbox = true;
		return true;
	case OPTION_EMPTY:
		p->sandbox.empty = optarg;
		return true;
	case OPTION_USER:
		return process_number(
		    optarg, 10, UINT32_MAX - 1, &p->sandbox.user, why);
	case OPTION_MEMORY:
		return process_number64(
		    optarg, 10, UINT64_MAX, &p->memory, why);
	case OPTION_LOCK_FD:
		return process_descriptor(p, 1, why);
	case OPTION_CONTROL:
		p->control = str_of(optarg);
		return true;
	case OPTION_CONTROL_FD:
		p->control_given = process_descriptor(p, 0, why);
		return p->control_given;
	case OPTION_MODE:
		return process_number(optarg, 8, 0777, &p->mode, why);
	case OPTION_PORT:
		return vec_push(&p->ports, str_of(optarg)) == 0;
	case OPTION_PACKETS:
		return process_number(optarg, 10, UINT32_MAX, &p->packets, why);
	case OPTION_ROUTER_PACKETS:
		return process_number(
		    optarg, 10, UINT32_MAX, &p->router_packets, why);
	case OPTION_HELP:
		return false;
	default:
		diag(why, ERR_INVAL, "try --help");
		return false;
	}
}

bool
process_options(struct process *p, int argc, char **argv, struct diag *why)
{
	static const struct option known[] = {
		{ "control", required_argument, NULL, OPTION_CONTROL },
		{ "control-fd", required_argument, NULL, OPTION_CONTROL_FD },
		{ "mode", required_argument, NULL, OPTION_MODE },
		{ "port", required_argument, NULL, OPTION_PORT },
		{ "no-sandbox", no_argument, NULL, OPTION_NO_SANDBOX },
		{ "empty", required_argument, NULL, OPTION_EMPTY },
		{ "user", required_argument, NULL, OPTION_USER },
		{ "memory", required_argument, NULL, OPTION_MEMORY },
		{ "lock-fd", required_argument, NULL, OPTION_LOCK_FD },
		{ "packets", required_argument, NULL, OPTION_PACKETS },
		{ "router-packets", required_argument, NULL,
		    OPTION_ROUTER_PACKETS },
		{ "help", no_argument, NULL, OPTION_HELP },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	*p = (struct process){ .mode = MODE_DEFAULT,
		.sandbox = { .user = SANDBOX_NOBODY, .keep = { -1, -1 } } };
	while ((option = getopt_long(argc, argv, "c:m:p:h", known, NULL)) != -1)
		if (!process_option(p, option, why))
			return false;
	for (; optind < argc; optind++)
		if (vec_push(&p->files, str_of(argv[optind])) != 0) {
			diag(why, ERR_NOMEM, "out of memory");
			return false;
		}
	if (p->control.n == 0 && !p->control_given && p->files.n == 0) {
		diag(
		    why, ERR_INVAL, "neither a FILE nor --control: try --help");
		return false;
	}
	return true;
}

/* ---- what needs the system ---- */

static int
process_read_files(struct process *p, struct diag *why)
{
	for (size_t i = 0; i < p->files.n; i++) {
		struct strbuf text = STRBUF_INIT;
		struct diag words = { "" };
		struct str owned;
		int err = os_file_read(p->files.v[i], &text, &words);

		if (err != 0) {
			sb_fini(&text);
			return diag(why, err, "%.*s: %s",
			    STR_ARG(p->files.v[i]), words.text);
		}
		owned = sb_take(&text);
		if (owned.s == NULL || vec_push(&p->texts, owned) != 0) {
			str_free(&owned);
			return diag(why, ERR_NOMEM, "out of memory");
		}
	}
	return 0;
}

int
process_open(struct process *p, struct diag *why)
{
	int err = 0;

	memory_is(p->memory);
	for (size_t i = 0; err == 0 && i < p->ports.n; i++)
		err = port_bind(p->ports.v[i], why);
	if (err == 0 && !p->no_sandbox)
		err = ports_prepare(why);
	if (err == 0)
		err = process_read_files(p, why);
	if (err == 0 && p->control.n > 0)
		err = control_listen(p->control, p->mode, why);
	else if (err == 0 && p->control_given)
		err = control_adopt(p->sandbox.keep[0], why);
	return err;
}

/* ---- running ---- */

static int
process_spawn(const char *name, void (*fn)(void *arg), void *arg, void **handle)
{
	(void)name;
	return driver_spawn(fn, arg, handle);
}

static void
process_shutdown(void *arg, struct str what)
{
	struct process *p = arg;
	int lock = p->sandbox.keep[1];

	/* Nobody's fault if it cannot be: then it looks like a crash. */
	if (lock >= 0)
		(void)!write(lock, what.s, what.n);
	p->ended = true;
}

static void
process_signal(void *arg)
{
	process_shutdown(arg, STR("poweroff"));
}

static int
process_begin(struct process *p)
{
	struct guest_options options = { .spawn = process_spawn,
		.join = driver_join,
		.packets = p->packets,
		.router_packets = p->router_packets,
		.shutdowns = STR("poweroff reboot"),
		.shutdown = process_shutdown,
		.arg = p };

	options.waiter = p->waiter = os_waiter_new();
	if (p->waiter != NULL)
		p->guest = guest_new(&options);
	if (p->guest != NULL)
		p->links = control_new(p->guest, p->waiter);
	if (p->links == NULL)
		return ERR_NOMEM;
	(void)signal(SIGPIPE, SIG_IGN); /* it can be ignored */
	if (os_watch_signal(p->waiter, SIGINT, process_signal, p) != 0 ||
	    os_watch_signal(p->waiter, SIGTERM, process_signal, p) != 0)
		return ERR_NOMEM;
	return 0;
}

/* The file's name without its folders. */
static struct str
process_label(struct str file)
{
	size_t slash = str_rfind(file, '/');

	return slash == file.n ? file : str_from(file, slash + 1);
}

static void
process_installed(void *arg, unsigned int id, int status, struct str text)
{
	(void)arg;
	(void)id;
	(void)status;
	if (text.n > 0)
		os_log(text);
}

static int
process_install(struct process *p, struct diag *why)
{
	const struct guest_done done = { process_installed, p };

	for (size_t i = 0; i < p->texts.n; i++) {
		unsigned int id = CONTROL_ANY_ROUTER;

		if (guest_install(p->guest, &id, process_label(p->files.v[i]),
		        p->texts.v[i], true, done, why) != 0)
			return ERR_NOMEM;
	}
	return 0;
}

/* Without a socket there is nothing to wait for once no router runs. */
static bool
process_idle(const struct process *p)
{
	if (p->control.n > 0 || p->control_given)
		return false;
	for (unsigned int i = 0; i < CONTROL_ROUTERS; i++) {
		enum guest_state s = guest_state(p->guest, i);

		if (s != GUEST_FREE && s != GUEST_HALTED && s != GUEST_FAILED)
			return false;
	}
	return true;
}

int
process_run(struct process *p, struct diag *why)
{
	int err = process_begin(p);

	if (err != 0)
		return diag(why, err, "out of memory");
	os_stage(OS_STAGE_CONTROL);
	err = process_install(p, why);
	while (err == 0 && !p->ended) {
		if (control_step(p->links))
			continue;
		if (process_idle(p))
			break;
		(void)os_wait(p->waiter, control_deadline(p->links));
	}
	return err;
}

void
process_close(struct process *p)
{
	control_unlisten();
	if (p->guest != NULL)
		guest_free(p->guest);
	if (p->links != NULL)
		control_free(p->links);
	if (p->waiter != NULL)
		os_waiter_free(p->waiter);
	for (size_t i = 0; i < p->texts.n; i++)
		str_free(&p->texts.v[i]);
	vec_fini(&p->texts);
	vec_fini(&p->files);
	vec_fini(&p->ports);
}
