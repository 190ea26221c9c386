/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * guest.h -- the set of routers that one guest runs, up to 64, each in a
 * thread of its own with a master of its own.
 *
 *	             control thread                      router's thread
 *	install ---> STARTING -------- spawn ----------> parse, make, activate
 *	poll    <--- RUNNING or FAILED <-- os_wake ----- master_run() ...
 *	stop    ---> STOPPING -------- master_stop ----> returns, frees
 *	poll    <--- HALTED <------------- os_wake ----- ends
 *
 * All functions are for the control thread alone.  What takes time (making a
 * router may open ports) happens in the router's thread; its end is told by
 * done(), called from guest_poll().  Handlers are called by the control thread
 * itself, while the router stands still (master_enter).
 *
 * What a router's text says is trusted no further than its own router: one
 * that fails, ends or runs out of memory leaves the others alone.
 */
#ifndef CLICKOS_GUEST_H
#define CLICKOS_GUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/control.h"
#include "base/diag.h"
#include "base/str.h"
#include "base/strbuf.h"

struct os_waiter;
struct guest;

enum guest_state {
	GUEST_FREE,     /* no router of that id */
	GUEST_STARTING, /* its thread makes it */
	GUEST_RUNNING,
	GUEST_STOPPING,
	GUEST_HALTED, /* stopped, or has ended by itself; its text is kept */
	GUEST_FAILED, /* its text has mistakes: see guest_error() */
};

struct guest_options {
	/* Runs fn(arg) on a new thread of the system; 0 or ERR_NOMEM. */
	int (*spawn)(
	    const char *name, void (*fn)(void *arg), void *arg, void **handle);
	/* After fn has returned or is about to. */
	void (*join)(void *handle);
	bool cooperative;    /* struct master_options */
	uint32_t push_depth; /* the same */
	int64_t slice_ns;    /* likewise */
	uint32_t packets; /* with buffers, of all routers; 0: as memory gives */
	uint32_t router_packets; /* of each; 0: as many as there are */
	/* What SHUTDOWN can do here, in words, and how; "" and NULL: nothing.
	 */
	struct str shutdowns;
	void (*shutdown)(void *arg, struct str what);
	void *arg;
	/* Appends the surroundings' own lines to guest_stats(); may be NULL. */
	void (*stats)(void *arg, struct strbuf *out);
	struct os_waiter *waiter; /* the control thread's */
	/* True: leave this id to others when any will do; may be NULL. */
	bool (*taken)(void *arg, unsigned int id);
};

/* NULL: no memory. */
struct guest *guest_new(const struct guest_options *options);
/* Stops and frees all routers; waits for their threads. */
void guest_free(struct guest *g);

/*
 * How an operation ended: on router id, with an enum control_status and a
 * text (Click's messages).  fn may be NULL.
 */
struct guest_done {
	void (*fn)(void *arg, unsigned int id, int status, struct str text);
	void *arg;
};

/*
 * Notices what the threads have done since, and tells it.  Call whenever the
 * waiter was woken.
 */
void guest_poll(struct guest *g);

/* Called by guest_poll() for each router whose state or error has changed. */
void guest_watch(
    struct guest *g, void (*changed)(void *arg, unsigned int id), void *arg);

/*
 * Operations.  0: begun, done will be called; or a control_status (> 0), with
 * a sentence in *why and done not called.  Texts are copied.
 *
 * install takes a free id (CONTROL_ANY_ROUTER: the lowest) and sets *id.  A
 * router that cannot be made becomes FAILED if keep, else its id is free
 * again.  swap puts another text in a running router's place; on failure the
 * old one runs on.  start runs a HALTED or FAILED one again.
 */
int guest_install(struct guest *g, unsigned int *id, struct str label,
    struct str text, bool keep, struct guest_done done, struct diag *why);
int guest_swap(struct guest *g, unsigned int id, struct str text,
    struct guest_done done, struct diag *why);
int guest_start(
    struct guest *g, unsigned int id, struct guest_done done, struct diag *why);
int guest_stop(
    struct guest *g, unsigned int id, struct guest_done done, struct diag *why);
/* Stops it first if it must. */
int guest_remove(
    struct guest *g, unsigned int id, struct guest_done done, struct diag *why);

/* Handlers of a running router, through its gate: a control_status. */
int guest_read(struct guest *g, unsigned int id, struct str path,
    struct str param, struct strbuf *out, struct strbuf *messages);
int guest_write(struct guest *g, unsigned int id, struct str path,
    struct str value, struct strbuf *messages);

/* ---- what routers know, on its way to another process ---- */

enum { GUEST_HOLD_MAX_S = 600 };

/*
 * All running routers stand still, and those that are installed from now on do
 * not begin, until guest_let_go(), or until nothing has been held, saved or
 * loaded for seconds (1 to GUEST_HOLD_MAX_S): whoever asked is gone then.
 * Handlers can be called, but no router can be swapped, started, stopped or
 * removed.  0; or a control_status, *why and nothing held: one is being
 * swapped, started or stopped, or does not come to rest.
 */
int guest_hold(struct guest *g, unsigned int seconds, struct diag *why);
/* False: nothing was held any more. */
bool guest_let_go(struct guest *g);
/* When guest_poll() lets go by itself, or INT64_MAX. */
int64_t guest_hold_ends(const struct guest *g);

/*
 * The next part of a router's state (abi/state.h; place: "" or what the last
 * part said comes next), and one that is taken: a control_status.  Only while
 * the guest is held, and loaded only into a router that was installed since,
 * so that it has not run.  One that does not take a part never begins: it
 * fails when the guest is let go.
 */
int guest_save(struct guest *g, unsigned int id, struct str place,
    struct strbuf *out, struct strbuf *messages);
int guest_load(
    struct guest *g, unsigned int id, struct str part, struct strbuf *messages);

/* ---- looking ---- */

enum guest_state guest_state(const struct guest *g, unsigned int id);
const char *guest_state_name(enum guest_state state);
/* As a control_status; the label and messages of a router that exists. */
struct str guest_label(const struct guest *g, unsigned int id);
struct str guest_error(const struct guest *g, unsigned int id);
struct str guest_text(const struct guest *g, unsigned int id);
unsigned int guest_count(const struct guest *g);

/* "id state label" lines; "name value" lines, the messages after "error". */
void guest_list(const struct guest *g, struct strbuf *out);
void guest_status(struct guest *g, unsigned int id, struct strbuf *out);
/* "name value" lines of the whole guest. */
void guest_stats(struct guest *g, struct strbuf *out);

bool guest_can_shutdown(const struct guest *g, struct str what);
void guest_shutdown(struct guest *g, struct str what);

#endif
