/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * recent_test.c -- thread_recent_ns() in a router with nothing to do but what
 * comes from outside: it is as late as what has come.
 */
#include <sys/timerfd.h>
#include <unistd.h>

#include "os/os.h"
#include "test/run.h"
#include "test/tap.h"

enum { TIMES = 3, GAP_NS = 40000000 };

struct clock {
	struct thread *thread;
	int fd; /* of a timer, every GAP_NS */
	unsigned int n;
	int64_t seen[TIMES];
};

static void
clock_ticks(void *arg, unsigned int events)
{
	struct clock *c = arg;
	uint64_t times;

	(void)events;
	ASSERT(read(c->fd, &times, sizeof(times)) == sizeof(times));
	if (c->n < TIMES)
		c->seen[c->n++] = thread_recent_ns(c->thread);
}

int
main(void)
{
	const struct itimerspec every = { { 0, GAP_NS }, { 0, GAP_NS } };
	struct clock c = { .n = 0 };
	struct trun t;

	ASSERT(trun_start_real(&t, "DriverManager(wait 0.4s, stop)") == 0);
	c.thread = master_thread(t.m, 0);
	c.fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	ASSERT(c.fd >= 0 && timerfd_settime(c.fd, 0, &every, NULL) == 0);
	ASSERT(os_watch_fd(
	           c.thread->waiter, c.fd, OS_FD_READ, clock_ticks, &c) == 0);
	trun_run(&t);
	is_num(c.n, TIMES, "the timer has come");
	for (unsigned int i = 1; i < TIMES; i++)
		ok(c.seen[i] - c.seen[i - 1] >= GAP_NS / 2,
		    "and the time has gone on");
	(void)os_watch_fd(c.thread->waiter, c.fd, 0, NULL, NULL);
	close(c.fd);
	is_num(trun_stop(&t), 0, "every packet is back");
	return tap_done();
}
