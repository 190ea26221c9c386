/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * os.h -- what the router asks of its surroundings.
 *
 * One implementation a binary, chosen by the linker: host/ for a Linux
 * process, minios/ for a guest, test/fake_os.c for the freestanding link.
 * Nothing above this header knows which.  Unless a function says otherwise it
 * may be called by any thread and does not block.
 *
 * A waiter is what one router thread sleeps on.  Ports, descriptors and
 * other threads wake it:
 *
 *	thread:  run tasks ... nothing to do ... os_wait(w, next timer) --+
 *	port:    frames came, the driver had been armed -> ready(arg)  <--+
 *	other:   os_wake(w)
 *
 * ready callbacks run inside os_wait(), on the thread that owns the waiter.
 */
#ifndef OS_OS_H
#define OS_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/diag.h"
#include "base/str.h"
#include "base/strbuf.h"

struct netdev;
struct os_waiter;

/* ---- time ---- */

/* Nanoseconds of a clock that never steps; its zero means nothing. */
int64_t os_steady_ns(void);
/* Nanoseconds since 1970-01-01 UTC. */
int64_t os_wall_ns(void);
/*
 * Nanoseconds of processor time that this program (guest: this virtual CPU)
 * has used.
 */
int64_t os_cpu_ns(void);

/* ---- memory ---- */

/*
 * Bytes of stack that the calling thread has left; SIZE_MAX where it has so
 * many that nobody counts them.
 */
size_t os_stack_left(void);

/*
 * n bytes (rounded up to pages) of zeroed memory for packet buffers: in the
 * region shared with the switch where there is one, so that what is made
 * inside leaves without a copy.  Aligned to 4096.  NULL when there is no more:
 * the caller goes on with what it has.
 */
void *os_buffers_alloc(size_t n);
/* Gives back what os_buffers_alloc(n) gave. */
void os_buffers_free(void *p, size_t n);

struct os_memory {
	uint64_t total; /* bytes that there are for this program */
	uint64_t used;  /* of those, now */
};
void os_memory(struct os_memory *m);

/* ---- surroundings ---- */

/* How far the program has come since it was started. */
enum os_stage {
	OS_STAGE_MEMORY,  /* pages, tables and heap are in place */
	OS_STAGE_DRIVERS, /* the surroundings answer, console and timers work */
	OS_STAGE_CONTROL, /* the control thread runs */
	OS_STAGE_ROUTER,  /* the first router has started */
	OS_STAGE_FRAME,   /* the first frame was sent */
	OS_STAGES,
};
/* Notes the first time of each stage. */
void os_stage(enum os_stage stage);
/* Microseconds from the entry to the stage; -1: not reached. */
int64_t os_stage_us(enum os_stage stage);

/* n bytes that nobody can guess. */
void os_random(void *buf, size_t n);

/* Writes text (one or more whole lines, newlines included) to the log. */
void os_log(struct str text);

/* Writes text to standard output, or to the console where there is none. */
void os_print(struct str text);

/* Prints why, registers and stack where it can; does not return. */
NORETURN void os_panic(const char *why);

/*
 * Reads the file path whole, appending it to *out.  ERR_NOTFOUND, ERR_PERM,
 * ERR_NOMEM, ERR_IO, or ERR_NOTSUP where there are no files.  May block.
 * The system's own words ("No such file or directory") go into *why.
 */
int os_file_read(struct str path, struct strbuf *out, struct diag *why);

/*
 * Makes the file path (mode 0666 less the umask) hold data, or puts data at
 * its end; "-" is standard output.  Errors and *why as os_file_read().
 */
int os_file_write(
    struct str path, struct str data, bool append, struct diag *why);

/* The value of an environment variable, or an empty string. */
struct str os_env(const char *name);

/* ---- waiting ---- */

/* Allocates; NULL when out of memory or descriptors. */
struct os_waiter *os_waiter_new(void);
void os_waiter_free(struct os_waiter *w);

/*
 * Lets everybody else run, delivers what happened (ready callbacks), and, if
 * nothing had, sleeps until something does or os_steady_ns() >= deadline_ns.
 * A deadline in the past does not sleep; INT64_MAX sleeps for ever.  Returns
 * true if anything was delivered or w was woken.  Only w's thread calls it.
 */
bool os_wait(struct os_waiter *w, int64_t deadline_ns);

/* Ends w's present or next sleep.  From any thread, a signal handler too. */
void os_wake(struct os_waiter *w);

enum { OS_FD_READ = 1, OS_FD_WRITE = 2 };

/*
 * Calls ready(arg, events) on w's thread whenever descriptor fd is readable or
 * writable (level triggered).  Another call replaces events and callback;
 * events 0 ends it.  ERR_NOTSUP where there are no descriptors.
 */
int os_watch_fd(struct os_waiter *w, int fd, unsigned int events,
    void (*ready)(void *arg, unsigned int events), void *arg);

/*
 * Calls ready(arg) on w's thread after each arrival of signal signo (by the
 * system's number; SIGINT is 2), instead of what it would do by itself;
 * several at once may become one call.  A second watcher of one signal is
 * called too.  ready NULL ends the watch of arg; after the last one the signal
 * does what it did before.  ERR_NOTSUP where there are no signals, ERR_INVAL
 * for one that cannot be caught.
 */
int os_watch_signal(
    struct os_waiter *w, int signo, void (*ready)(void *arg), void *arg);

/* Sends signal signo to process pid.  ERR_NOTSUP, ERR_IO and *why says more. */
int os_send_signal(int64_t pid, int signo, struct diag *why);

/* The number the system knows this program by, 0 where there is none. */
int64_t os_process_id(void);

/* ---- ports ---- */

struct os_port_request {
	struct str name; /* "0", "eth0", ...: as the configuration writes it */
	unsigned int what; /* NETDEV_RX, NETDEV_TX or both (netdev.h) */
	bool promisc;
	bool outbound;        /* frames that others send there, too */
	bool exclusive;       /* the system shall not process what arrives */
	unsigned int snaplen; /* longest frame wanted, 0: all of it */
	struct os_waiter *waiter; /* of the thread that will use the port */
	const void *owner;     /* only one may have the port open at a time */
	struct str owner_name; /* what others are told */
};

/*
 * The only resolver of port names: first the bindings given to the program
 * (click --port N=KIND:..., a guest's vif N), then what the surroundings know
 * by that name.  The port stays open until its close operation; a second open
 * of the same name by the same owner shares it.  ERR_NOTFOUND, ERR_BUSY (*why
 * names the holder), ERR_PERM, ERR_NOTSUP (a wish that this port cannot
 * honour), ERR_NOMEM, ERR_IO.  May block.
 */
int os_port_open(
    const struct os_port_request *req, struct netdev **dev, struct diag *why);

#endif
