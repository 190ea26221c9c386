/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * signals.c -- os_watch_signal(): signals as calls on a router thread.
 *
 * The process has one table of watches.  The handler only counts the arrival
 * and wakes the waiters that some watch names; the call happens inside
 * os_wait(), where the watch's own count shows that it is behind.
 */
#include "base/atomic.h"
#include "host/host.h"
#include "os/os.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

enum { SIGNAL_WATCHES = 64, SIGNALS = 65 };

struct signal_watch {
	struct os_waiter *waiter; /* NULL: free; the handler reads it */
	int signo;
	uint32_t seen;
	void (*ready)(void *arg);
	void *arg;
};

static struct {
	struct spinlock lock; /* of the watches; the handler never takes it */
	uint32_t in_handler;  /* threads that are in it now */
	uint32_t arrived[SIGNALS];
	struct sigaction before[SIGNALS];
	struct signal_watch watches[SIGNAL_WATCHES];
} signals;

static void
signals_handler(int signo)
{
	fetch_add(&signals.in_handler, 1);
	fetch_add(&signals.arrived[signo], 1);
	for (size_t i = 0; i < SIGNAL_WATCHES; i++) {
		struct signal_watch *s = &signals.watches[i];
		struct os_waiter *w = load_acquire(&s->waiter);

		if (w != NULL && s->signo == signo)
			os_wake(w);
	}
	fetch_sub(&signals.in_handler, 1);
}

static bool
signals_watched(int signo)
{
	for (size_t i = 0; i < SIGNAL_WATCHES; i++)
		if (signals.watches[i].waiter != NULL &&
		    signals.watches[i].signo == signo)
			return true;
	return false;
}

/* Ends a watch: afterwards no handler knows its waiter.  Lock held. */
static void
signals_end(struct signal_watch *s)
{
	store_release(&s->waiter, NULL);
	if (!signals_watched(s->signo))
		sigaction(s->signo, &signals.before[s->signo], NULL);
	while (load_acquire(&signals.in_handler) != 0)
		cpu_relax();
}

void
signals_forget(struct os_waiter *w)
{
	spin_lock(&signals.lock);
	for (size_t i = 0; i < SIGNAL_WATCHES; i++)
		if (signals.watches[i].waiter == w)
			signals_end(&signals.watches[i]);
	spin_unlock(&signals.lock);
}

void
signals_deliver(struct os_waiter *w)
{
	for (size_t i = 0; i < SIGNAL_WATCHES; i++) {
		struct signal_watch *s = &signals.watches[i];
		void (*ready)(void *) = NULL;
		void *arg = NULL;

		spin_lock(&signals.lock);
		if (s->waiter == w &&
		    s->seen != load_acquire(&signals.arrived[s->signo])) {
			s->seen = load_acquire(&signals.arrived[s->signo]);
			ready = s->ready;
			arg = s->arg;
		}
		spin_unlock(&signals.lock);
		if (ready != NULL)
			ready(arg);
	}
}

/* The watch of arg, or a free one for want 0. */
static struct signal_watch *
signals_find(struct os_waiter *w, int signo, void *arg)
{
	for (size_t i = 0; i < SIGNAL_WATCHES; i++) {
		struct signal_watch *s = &signals.watches[i];

		if (s->waiter == w &&
		    (w == NULL || (s->signo == signo && s->arg == arg)))
			return s;
	}
	return NULL;
}

static int
signals_begin(struct signal_watch *s, struct os_waiter *w, int signo)
{
	struct sigaction sa = { .sa_handler = signals_handler,
		.sa_flags = SA_RESTART };
	bool first = !signals_watched(signo);

	s->signo = signo;
	s->seen = load_acquire(&signals.arrived[signo]);
	store_release(&s->waiter, w);
	if (!first || sigaction(signo, &sa, &signals.before[signo]) == 0)
		return 0;
	store_release(&s->waiter, NULL);
	return ERR_INVAL;
}

int
os_watch_signal(
    struct os_waiter *w, int signo, void (*ready)(void *arg), void *arg)
{
	struct signal_watch *s;
	int err = 0;

	if (signo <= 0 || signo >= SIGNALS)
		return ERR_INVAL;
	spin_lock(&signals.lock);
	s = signals_find(w, signo, arg);
	if (ready == NULL) {
		if (s != NULL)
			signals_end(s);
	} else if (s == NULL && (s = signals_find(NULL, 0, NULL)) == NULL) {
		err = ERR_NOMEM;
	} else {
		s->ready = ready;
		s->arg = arg;
		if (s->waiter == NULL)
			err = signals_begin(s, w, signo);
	}
	spin_unlock(&signals.lock);
	return err;
}

int
os_send_signal(int64_t pid, int signo, struct diag *why)
{
	if (kill((pid_t)pid, signo) == 0)
		return 0;
	return diag(why, ERR_IO, "%s", strerror(errno));
}

int64_t
os_process_id(void)
{
	return getpid();
}
