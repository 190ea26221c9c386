/* SPDX-License-Identifier: BSD-3-Clause */
/* main_serve.c -- vale serve: the switch itself. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "abi/vale.h"
#include "base/compiler.h"
#include "vale/main.h"
#include "vale/number.h"
#include "vale/opener.h"
#include "vale/sandbox.h"
#include "vale/server.h"

enum {
	FILES_WANTED = 65536, /* for thirty thousand guests */
	FILES_MANY = 2112,    /* below that it is told how many guests fit */
	FILES_LEAST = 64,     /* for the switch itself */
};

struct serve {
	struct vale_options vale;
	struct server_options server;
	struct main_xen xen;
	const char *policy_file, *run_file;
	const char *user;       /* NULL: vale or nobody; "root": as we are */
	struct strbuf commands; /* of run_file */
	int cpus[VALE_WORKERS_MAX];
	unsigned int ncpus;
};

/* What signal handlers must reach. */
static struct {
	struct vale *vale;
	volatile sig_atomic_t stop;
} the;

static void
serve_stop(int signo)
{
	(void)signo;
	the.stop = 1;
	vale_wake(the.vale);
}

static void
serve_log(void *arg, const char *line)
{
	(void)arg;
	fprintf(stderr, "vale: %s\n", line);
}

/* ---- options ---- */

static int
serve_bad(const char *option, const char *value, const char *want)
{
	fprintf(stderr, "vale: %s %s: not %s\n", option, value, want);
	return 2;
}

static bool
serve_cpus(struct serve *s, struct str list)
{
	while (list.n > 0) {
		size_t comma = str_find(list, ',', 0);
		uint64_t cpu;

		if (s->ncpus == VALE_WORKERS_MAX ||
		    !number_parse(str_sub(list, 0, comma), 1023, &cpu))
			return false;
		s->cpus[s->ncpus++] = (int)cpu;
		list = str_from(list, comma + 1);
	}
	return s->ncpus > 0;
}

static int
serve_option(struct serve *s, const char *option, const char *value)
{
	const char *want = main_xen_option(&s->xen, option, value);
	struct str v = str_of(value);
	uint64_t x;

	if (want != NULL)
		return *want != '\0' ? serve_bad(option, value, want) : 0;
	if (strcmp(option, "--workers") == 0) {
		if (!number_parse(v, VALE_WORKERS_MAX, &x) || x == 0)
			return serve_bad(option, value, "1 to 64");
		s->vale.workers = (unsigned int)x;
	} else if (strcmp(option, "--cpus") == 0) {
		if (!serve_cpus(s, v))
			return serve_bad(option, value, "a list of processors");
	} else if (strcmp(option, "--poll") == 0) {
		if (!number_parse(v, 1000000, &x))
			return serve_bad(
			    option, value, "microseconds, at most a second");
		s->vale.poll_ns = (int64_t)x * 1000;
	} else if (strcmp(option, "--guest-memory") == 0) {
		if (!number_parse(v, UINT64_C(1) << 40, &x))
			return serve_bad(option, value, "bytes");
		s->server.guest_memory = x;
	} else if (strcmp(option, "--policy") == 0) {
		s->policy_file = value;
	} else if (strcmp(option, "--user") == 0) {
		s->user = value;
	} else if (strcmp(option, "--run") == 0) {
		s->run_file = value;
	} else {
		fprintf(stderr, "vale: serve: '%s': no such option\n", option);
		return 2;
	}
	return 0;
}

/* ---- files ---- */

static int
read_file(const char *path, struct strbuf *out, struct diag *why)
{
	FILE *f = fopen(path, "r");
	char buf[4096];
	size_t n;

	if (f == NULL)
		return diag(why, ERR_IO, "%s: %s", path, strerror(errno));
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		sb_add(out, str_make(buf, n));
	n = (size_t)ferror(f);
	fclose(f);
	if (n != 0 || out->oom)
		return diag(why, ERR_IO, "%s: cannot be read", path);
	return 0;
}

static int
serve_policy(struct serve *s, struct diag *why)
{
	struct strbuf text = STRBUF_INIT;
	int err = 0;

	s->server.policy = policy_new();
	if (s->server.policy == NULL)
		return diag(why, ERR_NOMEM, "out of memory");
	if (s->policy_file == NULL)
		return 0;
	err = read_file(s->policy_file, &text, why);
	if (err == 0)
		err = policy_read(
		    s->server.policy, s->policy_file, sb_str(&text), why);
	sb_fini(&text);
	if (err != 0)
		policy_free(s->server.policy);
	return err;
}

/* Executes the commands of the file; what they answer is not shown. */
static int
serve_run_commands(struct serve *s, struct server *server, struct diag *why)
{
	struct strbuf answer = STRBUF_INIT;
	struct diag reason = { "" };
	struct str rest = sb_str(&s->commands), line;
	int err = 0;

	for (unsigned int n = 1; err == 0 && str_line(&rest, &line); n++) {
		line = str_trim(str_sub(line, 0, str_find(line, '#', 0)));
		if (line.n > 0)
			err = server_execute(server, line, &answer, &reason);
		if (err != 0)
			diag(
			    why, err, "%s:%u: %s", s->run_file, n, reason.text);
	}
	sb_fini(&answer);
	return err;
}

/* ---- running ---- */

/* "vale0" or "vale0=wire a b". */
static int
serve_switch(struct vale *v, const char *arg, struct diag *why)
{
	struct str text = str_of(arg);
	size_t eq = str_find(text, '=', 0);
	struct str function = str_from(text, eq + 1);

	return vale_switch_add(v, str_sub(text, 0, eq),
	    function.n > 0 ? function : STR("learning"), why);
}

/*
 * Each guest takes two descriptors.  As many as are allowed, or more where we
 * may allow it ourselves; too few to do anything is said now and not by the
 * first guest that fails.
 */
static int
serve_raise_limits(void)
{
	struct rlimit had, want;

	if (getrlimit(RLIMIT_NOFILE, &had) != 0)
		return 0;
	want.rlim_max =
	    had.rlim_max > FILES_WANTED ? had.rlim_max : FILES_WANTED;
	want.rlim_cur = want.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &want) == 0)
		return 0;
	want.rlim_cur = want.rlim_max = had.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &want) != 0)
		want.rlim_cur = had.rlim_cur;
	if (want.rlim_cur < FILES_LEAST) {
		fprintf(stderr,
		    "vale: %llu open files are allowed, at least %d are "
		    "needed, and 2 for each guest: raise the limit (ulimit "
		    "-n, LimitNOFILE=)\n",
		    (unsigned long long)want.rlim_cur, FILES_LEAST);
		return ERR_RANGE;
	}
	if (want.rlim_cur < FILES_MANY)
		fprintf(stderr,
		    "vale: %llu open files are allowed: room for %llu guests "
		    "(ulimit -n, LimitNOFILE=)\n",
		    (unsigned long long)want.rlim_cur,
		    (unsigned long long)(want.rlim_cur - FILES_LEAST) / 2);
	return 0;
}

static void
serve_catch_signals(struct vale *v)
{
	struct sigaction stop = { .sa_handler = serve_stop };

	the.vale = v;
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* Root keeps a helper to open things, and becomes nobody himself. */
static int
serve_helper(struct serve *s, struct diag *why)
{
	if (geteuid() != 0 || (s->user != NULL && strcmp(s->user, "root") == 0))
		return 0;
	return opener_start(&s->vale.opener, why);
}

static int
serve_without_privileges(struct serve *s, struct diag *why)
{
	const struct xenhost_ops *xen = s->xen.options.ops;

	if (s->xen.xen == NULL)
		return sandbox_enter(s->user, NULL, 0, why);
	return sandbox_enter(s->user, xen->requests, xen->nrequests, why);
}

static int
serve(struct serve *s, char **switches, int nswitches, struct diag *why)
{
	struct server *server = NULL;
	struct vale *v;
	int err = 0;

	v = vale_new(&s->vale, why);
	if (v == NULL) {
		policy_free(s->server.policy);
		return ERR_IO;
	}
	serve_catch_signals(v);
	for (int i = 0; i < nswitches && err == 0; i++)
		err = serve_switch(v, switches[i], why);
	if (err != 0) {
		policy_free(s->server.policy);
	} else {
		server = server_new(v, &s->server, why);
		if (server == NULL)
			err = ERR_IO;
	}
	s->xen.options.guest_memory = s->server.guest_memory;
	if (err == 0)
		err = main_xen_start(&s->xen, v, why);
	if (err == 0 && s->vale.opener != NULL)
		err = serve_without_privileges(s, why);
	if (err == 0)
		err = serve_run_commands(s, server, why);
	while (err == 0 && !the.stop)
		vale_wait(v, -1);
	main_xen_stop(&s->xen);
	if (server != NULL)
		server_free(server);
	vale_free(v);
	return err;
}

static void
serve_failed(const struct serve *s, const char *why)
{
	const char *path = s->server.path;
	bool there = strncmp(why, path, strlen(path)) == 0;

	fprintf(stderr, "vale: %s%s\n", why,
	    there ? "; --socket PATH or $" VALE_SOCKET_ENV " names another"
	          : "");
}

int
main_serve(int argc, char **argv)
{
	struct serve s = { .vale = { .workers = 1,
		               .poll_ns = VALE_POLL_NS,
		               .log = serve_log },
		.server = { .path = main_socket(),
		    .guest_memory = 256 << 20,
		    .log = serve_log },
		.xen = { .options = { .log = serve_log } } };
	struct diag why = { "" };
	int i = 1, status = 1;

	for (; i < argc && argv[i][0] == '-'; i += 2) {
		int bad;

		if (i + 1 == argc) {
			fprintf(stderr, "vale: %s wants a value\n", argv[i]);
			return 2;
		}
		bad = serve_option(&s, argv[i], argv[i + 1]);
		if (bad != 0)
			return bad;
	}
	if (s.ncpus > 0 && s.ncpus != s.vale.workers) {
		fprintf(stderr, "vale: %u workers and %u processors\n",
		    s.vale.workers, s.ncpus);
		return 2;
	}
	s.vale.cpus = s.ncpus > 0 ? s.cpus : NULL;
	if (serve_raise_limits() != 0)
		return 1;
	if ((s.run_file == NULL ||
	        read_file(s.run_file, &s.commands, &why) == 0) &&
	    serve_helper(&s, &why) == 0 && serve_policy(&s, &why) == 0)
		status = serve(&s, argv + i, argc - i, &why) != 0;
	if (status != 0)
		serve_failed(&s, why.text);
	if (s.vale.opener != NULL)
		opener_stop(s.vale.opener);
	sb_fini(&s.commands);
	return status;
}
