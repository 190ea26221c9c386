/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * internal.h -- between the files of libcosmos.
 *
 *	cosmos.c     the handle, names and ids, the choice of a platform
 *	fail.c       errors and results
 *	control.c    requests to a guest and their answers (abi/control.h)
 *	router.c     the operations on routers, over those; router_state.c
 *	             what they know
 *	stream_fd.c  the bytes of those over a socket
 *	stage.c      where the time of a create goes
 *	spec.c       what guests are created with, as text
 *	keep.c       what was installed in a guest, for when it is started again
 *	move.c       save, restore, migrate; saved.c what is written where a
 *	             guest's memory cannot be
 *	xl_*.c       xl's configuration files
 *	paths.c      what was installed with the library
 *	xen_load.c   finds libcosmos-xen.so: xen*.c, guests under Xen
 *	process.c    guests as sandboxed processes, process_state.c their files
 *	kvm*.c       guests under QEMU, a process each: over the same files
 *
 * One table a platform; everything above asks nothing of a guest's kind but
 * which table it is.
 */
#ifndef COSMOS_INTERNAL_H
#define COSMOS_INTERNAL_H

#include <stdbool.h>

#include "abi/control.h"
#include "abi/state.h"
#include "base/compiler.h"
#include "base/diag.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "cosmos/cosmos.h"

enum { STAGES_MAX = 12 };

/* Of the last create. */
struct stages {
	const char *name[STAGES_MAX];
	int64_t ns[STAGES_MAX], mark;
	unsigned int n;
};

struct cosmos {
	struct strbuf error; /* a sentence, or Click's messages */
	uint32_t last_request;
	int64_t still_ns; /* since when what is being saved stands still */
	void *xen;        /* the xen platform's own */
	/* The process platform's. */
	struct cgroups *cgroups; /* once they were looked for */
	unsigned int created;    /* guests, by this handle */
	struct stages stages;
};

struct guest_list {
	struct cosmos_guest *v;
	size_t n, cap;
};

struct kept;

/* A spec that was read, with the texts that it points to. */
struct spec_text {
	struct cosmos_spec spec;
	const char *ports[COSMOS_PORTS_MAX];
	char *text; /* owned */
};

/* Who watches: what platforms tell him, and ask of him. */
struct watcher {
	void (*say)(void *arg, const char *line);
	void *arg;
	/* Creates it again, with all that was kept. */
	int (*restart)(
	    struct cosmos *c, struct spec_text *s, const struct kept *k);
};

struct platform {
	/* Gives back what it keeps in the handle; may be NULL. */
	void (*close)(struct cosmos *c);
	/* COSMOS_OK if it works here; else the error says why not. */
	int (*check)(struct cosmos *c);
	int (*create)(struct cosmos *c, const struct cosmos_spec *spec,
	    struct cosmos_guest *g);
	/* COSMOS_E_NOTFOUND without a word if there is none. */
	int (*by_name)(
	    struct cosmos *c, const char *name, struct cosmos_guest *g);
	int (*by_id)(struct cosmos *c, uint32_t id, struct cosmos_guest *g);
	int (*list)(struct cosmos *c, struct guest_list *list);
	int (*destroy)(struct cosmos *c, const struct cosmos_guest *g);
	int (*suspend)(struct cosmos *c, const struct cosmos_guest *g);
	int (*resume)(struct cosmos *c, const struct cosmos_guest *g);
	int (*console)(
	    struct cosmos *c, const struct cosmos_guest *g, int *in, int *out);
	/* As cosmos_reconnect(); NULL: such guests need no help. */
	int (*reconnect)(struct cosmos *c, const struct cosmos_guest *g);
	int (*logs)(struct cosmos *c, const struct cosmos_guest *g,
	    struct strbuf *text);
	/* A port more, or less; a message says where that cannot be. */
	int (*attach)(
	    struct cosmos *c, const struct cosmos_guest *g, const char *port);
	int (*detach)(
	    struct cosmos *c, const struct cosmos_guest *g, const char *port);
	/* Writes it to fd; then it stands still until go_on or destroy. */
	int (*save)(struct cosmos *c, const struct cosmos_guest *g, int fd);
	int (*go_on)(struct cosmos *c, const struct cosmos_guest *g);
	int (*restore)(
	    struct cosmos *c, int fd, const char *name, struct cosmos_guest *g);
	/*
	 * What `cosmos watch` sleeps on beside processes, and what it does
	 * then; what `cosmos doctor` looks for.  NULL: nothing.
	 */
	int (*watch_fd)(struct cosmos *c);
	int (*watch)(struct cosmos *c, const struct watcher *w);
	int (*doctor)(struct cosmos *c, bool clear, struct strbuf *out);
	/* As cosmos_pool_with(), the ports in a spec; NULL: it has none. */
	int (*pool)(
	    struct cosmos *c, const struct cosmos_spec *like, uint32_t *n);
	/* The open folder in which it is kept what runs in it, or -1. */
	int (*folder)(const struct cosmos_guest *g);
	/*
	 * Sends a whole request and appends the whole answer's payload to
	 * *reply: a control_status (>= 0) with *router set, or a negative
	 * cosmos_status.
	 */
	int (*ask)(struct cosmos *c, const struct cosmos_guest *g,
	    enum control_op op, unsigned int *router, struct str path,
	    struct str payload, struct strbuf *reply);
};

extern const struct platform platform_process, platform_kvm;
/*
 * Lies in a shared object of its own, libcosmos-xen.so, as
 * cosmos_platform_xen_1, since Xen's libraries are there on Xen hosts only;
 * NULL where it cannot be loaded.
 */
const struct platform *platform_xen(void);

/* NULL for a number that is none, and for one that was not built. */
const struct platform *platform_of(unsigned int number);
/* That of a guest which a caller of the library has handed in. */
int guest_platform(
    struct cosmos *c, const struct cosmos_guest *g, const struct platform **p);

/* Notes what failed and returns status. */
int cosmos_fail(struct cosmos *c, int status, const char *fmt, ...)
    PRINTF(3, 4);
/* The same with the system's reason (errno); status by what that is. */
int cosmos_fail_errno(struct cosmos *c, const char *fmt, ...) PRINTF(2, 3);

/* Appends *g; COSMOS_OK or cosmos_fail(). */
int guest_list_add(
    struct cosmos *c, struct guest_list *list, const struct cosmos_guest *g);

/* True for a name as cosmos.h has them. */
bool name_valid(const char *name);

/* What carries a guest's control messages. */
struct stream {
	/* Sends all of it, or fails. */
	int (*send)(struct cosmos *c, struct stream *s, struct str bytes);
	/* Appends what comes next, a byte at least, to *in. */
	int (*receive)(struct cosmos *c, struct stream *s, struct strbuf *in);
};

/* A connected socket; timeout_ms is the longest silence. */
struct fd_stream {
	struct stream stream;
	int fd; /* the caller's */
	int timeout_ms;
	int pass; /* a descriptor to go with the first byte; -1: none (more) */
};

void fd_stream_init(struct fd_stream *f, int fd, int timeout_ms);

/* One request and its answer: as the platform's ask. */
int control_ask(struct cosmos *c, struct stream *s, enum control_op op,
    unsigned int *router, struct str path, struct str payload,
    struct strbuf *reply);

/* COSMOS_OK, or the failure that a guest's answer is: a control_status. */
int control_said(
    struct cosmos *c, const char *name, int status, const struct strbuf *reply);

/*
 * Hands out what *from has, if status is COSMOS_OK, as cosmos.h's texts are;
 * empties it in any case.  Returns status, or why not.
 */
int text_give(
    struct cosmos *c, struct strbuf *from, int status, char **text, size_t *n);

/* ---- spec.c ---- */

/* Appends s as "name value" lines, an empty one, and the configuration. */
void spec_print(struct strbuf *out, const struct cosmos_spec *s);
/* Takes text (malloc'd, n bytes and a NUL) over and apart. */
void spec_parse(struct spec_text *s, char *text, size_t n);
/* The same in file "spec" of a folder whose path is for messages. */
int spec_save(struct cosmos *c, int folder, const char *path,
    const struct cosmos_spec *spec);
/* The same where one is that others may be reading. */
int spec_replace(struct cosmos *c, int folder, const char *path,
    const struct cosmos_spec *spec);
int spec_load(
    struct cosmos *c, int folder, const char *path, struct spec_text *s);
void spec_fini(struct spec_text *s);
/* What shall become of one that ended so ("poweroff", "reboot", ""). */
uint32_t spec_action(const struct cosmos_spec *s, const char *how);

/* ---- keep.c ---- */

/* A router as it was installed. */
struct kept_router {
	char *label, *text; /* label NULL: there is none */
	size_t n;
	bool halted;
};

struct kept {
	struct kept_router router[COSMOS_ROUTERS];
};

/* Notes what was done to a router of the guest in the open folder. */
void keep_note(int folder, enum control_op op, unsigned int router,
    const char *label, struct str text);
/* What is noted there, and what spec says of router 0 otherwise. */
int keep_load(struct cosmos *c, int folder, const struct cosmos_spec *spec,
    struct kept *k);
/* Installs all of them; COSMOS_OK, or the first failure. */
int keep_install(
    struct cosmos *c, const struct cosmos_guest *g, const struct kept *k);
void keep_fini(struct kept *k);
/* Removes the notes. */
void keep_clear(int folder);

/* ---- router.c ---- */

/*
 * One request; on success *reply is the answer, else the answer is what the
 * error says.
 */
int router_ask(struct cosmos *c, const struct cosmos_guest *g,
    enum control_op op, unsigned int *router, const char *path,
    struct str payload, struct strbuf *reply);
/* Installs it, without a note: *router is which, or CONTROL_ANY_ROUTER. */
int router_put(struct cosmos *c, const struct cosmos_guest *g,
    unsigned int *router, const char *label, const char *text, size_t n);
/* Installs it as that router, and as nothing else. */
int router_install(struct cosmos *c, const struct cosmos_guest *g,
    unsigned int router, const char *label, const char *text, size_t n);

/* ---- router_state.c: what routers know, told and taken ---- */

/*
 * All routers stand still, and new ones do not begin, until routers_let_go(),
 * or some seconds after the last request for their state: ours, should we end.
 */
int routers_hold(struct cosmos *c, const struct cosmos_guest *g);
/* COSMOS_E_NOTFOUND: it has let go by itself meanwhile. */
int routers_let_go(struct cosmos *c, const struct cosmos_guest *g);

/*
 * The next part of a router's state is appended to *part (abi/state.h); *at,
 * which begins zeroed, is moved on: at->element is STATE_END after the last.
 */
int router_state(struct cosmos *c, const struct cosmos_guest *g,
    unsigned int router, struct state_place *at, struct strbuf *part);
/* Has a router take a part. */
int router_take_state(struct cosmos *c, const struct cosmos_guest *g,
    unsigned int router, struct str part);

/* ---- saved.c: guests that are told, not copied ---- */

int saved_write(struct cosmos *c, const struct cosmos_guest *g,
    const struct cosmos_spec *spec, int fd);
int saved_read(struct cosmos *c, unsigned int platform, int fd,
    const char *name, struct cosmos_guest *g);

/* ---- stage.c ---- */

void stage_begin(struct cosmos *c);
/* What went on since the last of these was that stage, or more of it. */
void stage_end(struct cosmos *c, const char *name);

/* ---- fd_io.c ---- */

/* Writes all of it; COSMOS_OK or cosmos_fail_errno(). */
int fd_write(struct cosmos *c, int fd, struct str bytes);
/* Reads n bytes and none more. */
int fd_read(struct cosmos *c, int fd, char *to, size_t n);

enum { CPUS_MAX = 1024, CPUS_BYTES = CPUS_MAX / 8 };

/* Sets the bits of a list of processors; COSMOS_E_USAGE. */
int cpus_parse(struct cosmos *c, const char *name, const char *text,
    uint8_t bits[static CPUS_BYTES]);

/* ---- paths.c ---- */

const char *run_root(void);
/* The path of a file in the folder of all guests; false: too long. */
bool run_path(const char *file, char *path, size_t n);

/*
 * A file that is installed with the library: beside it, as in a build folder,
 * or in PREFIX/lib/clickos.  False: neither is there; path is the latter.
 */
bool installed_path(const char *name, int mode, char *path, size_t n);

/* Reads the file whole; COSMOS_OK or cosmos_fail_errno(). */
int file_read(struct cosmos *c, const char *path, struct strbuf *out);

#endif
