/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * progress_bar_test.c -- what ProgressBar draws on a terminal: a child has a
 * pseudo terminal as its standard error and is in its foreground.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test/run.h"
#include "test/tap.h"

/* The child's part: runs config on the terminal; its status, 0: all is well. */
static int
progress_child(const char *terminal, const char *config)
{
	struct winsize size = { .ws_row = 24, .ws_col = 60 };
	struct trun t;
	int fd, err;

	setsid();
	fd = open(terminal, O_RDWR); /* without another: it is ours now */
	if (fd < 0 || ioctl(fd, TIOCSWINSZ, &size) != 0 ||
	    dup2(fd, STDERR_FILENO) < 0)
		return 2;
	err = trun_start(&t, config);
	if (err == 0)
		trun_run(&t);
	return trun_stop(&t) != 0 || err != 0;
}

/* Reads until the terminal is left; NUL-terminated. */
static void
progress_read(int master, char *buf, size_t size)
{
	struct pollfd p = { .fd = master, .events = POLLIN };
	size_t n = 0;
	ssize_t got;

	while (n + 1 < size && poll(&p, 1, 10000) > 0 &&
	       (got = read(master, buf + n, size - 1 - n)) > 0)
		n += (size_t)got;
	buf[n] = '\0';
}

/* What config draws. */
static const char *
progress_run(const char *config, const char *name)
{
	static char buf[65536];
	int master = posix_openpt(O_RDWR | O_NOCTTY), status = -1;
	pid_t child;

	buf[0] = '\0';
	if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0) {
		ok(false, "%s: a terminal", name);
		return buf;
	}
	child = fork();
	if (child == 0)
		_exit(progress_child(ptsname(master), config));
	progress_read(master, buf, sizeof(buf));
	waitpid(child, &status, 0);
	is_num(status, 0, "%s: runs", name);
	close(master);
	return buf;
}

static void
test_drawn(const char *name, const char *config, const char *text)
{
	const char *got = progress_run(config, name);

	if (!ok(strstr(got, text) != NULL, "%s", name))
		tap_note_str("drawn:", str_of(got));
}

#define TENTHS "RatedSource(RATE 10, LIMIT 100) -> c :: Counter -> Discard; "

int
main(void)
{
	test_drawn("half way, by a fixed size",
	    TENTHS "ProgressBar(c.count, FIXED_SIZE 100, UPDATE 1);"
	           " Script(TYPE ACTIVE, wait 5.5, stop)",
	    " 51% |******************                   |    00:04 ETA");
	test_drawn("with a banner, by a handler's size",
	    TENTHS "Idle -> d :: Counter -> Discard;"
	           " Script(write c.count_call 40 p.mark_done);"
	           " p :: ProgressBar(c.count, c.count, BANNER file);"
	           " Script(TYPE ACTIVE, wait 6, stop)",
	    "\rfile 100% |*");
	test_drawn("nothing known of the size: a mark",
	    TENTHS "ProgressBar(c.count);"
	           " Script(TYPE ACTIVE, wait 2, stop)",
	    "\r|***   ");
	test_drawn("size set and position read by handlers",
	    TENTHS "p :: ProgressBar(c.count, UPDATE 1);"
	           " Script(wait 1.05, write p.size 20, wait 1,"
	           " write p.banner $(p.size) $(p.pos),"
	           " write p.size nothing, wait 1, stop)",
	    "\r20 21 100% |*");
	is_cstr(progress_run(TENTHS "ProgressBar(c.count, ACTIVE false);"
	                            " Script(TYPE ACTIVE, wait 2, stop)",
	            "not active"),
	    "", "not active: nothing is drawn");
	return tap_done();
}
