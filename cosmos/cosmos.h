/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * cosmos.h -- libcosmos: middleboxes created, configured, watched and
 * destroyed, whatever they run on.
 *
 *	struct cosmos *c = cosmos_open();
 *	struct cosmos_spec spec = COSMOS_SPEC_INIT;
 *	struct cosmos_guest g;
 *	unsigned int router;
 *	char *count;
 *
 *	spec.name = "fw";
 *	if (cosmos_create(c, &spec, &g) != COSMOS_OK ||
 *	    cosmos_install(c, &g, "fw", text, strlen(text), &router) != 0 ||
 *	    cosmos_read(c, &g, router, "c.count", "", &count, NULL) != 0)
 *		errx(1, "%s", cosmos_error(c));
 *	puts(count);
 *	free(count);
 *
 * A guest is a virtual machine or a sandboxed process that runs up to 64
 * routers, each a Click configuration.  It has a name (a letter, then letters,
 * digits, '-', '_' and '.', at most 63 bytes) and an id (a number): Xen's
 * domain id, or the process id.  Guests belong to the host, not to a handle:
 * each call looks at what is there now, and several programs may work at once.
 *
 * The ABI is stable within libcosmos.so.1: functions and fields are added,
 *never changed (pkg-config: cosmos).
 *
 * A handle is for one thread at a time.  Functions return COSMOS_OK or another
 * enum cosmos_status, which is also the exit status of the command `cosmos`;
 * then cosmos_error() says in a sentence what failed, and results are left
 * alone.  Nothing is left half made by a call that fails.
 */
#ifndef COSMOS_COSMOS_H
#define COSMOS_COSMOS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define COSMOS_API     __attribute__((visibility("default")))
#define COSMOS_VERSION "1.0.0"

enum cosmos_status {
	COSMOS_OK = 0,
	COSMOS_E_FAILED = 1, /* the handler, or something else, said no */
	COSMOS_E_USAGE = 2,  /* the call itself makes no sense */
	COSMOS_E_NOTFOUND =
	    3,               /* no such guest, router, element, handler, file */
	COSMOS_E_EXISTS = 4, /* the name is in use */
	COSMOS_E_CONFIG = 5, /* the configuration has mistakes: Click's words */
	COSMOS_E_DENIED = 6, /* by the system, or by the guest's gate */
	COSMOS_E_NOTSUP = 7, /* not on this platform, or not on this machine */
	COSMOS_E_STATE = 8,  /* the guest or router is not in that state */
	COSMOS_E_FULL = 9,   /* no memory, no disk, no router id left */
	COSMOS_E_TIMEOUT = 10, /* no answer */
	COSMOS_E_SYSTEM = 11,  /* a call of the system failed */
};

enum cosmos_platform {
	COSMOS_BEST = 0, /* the first of these that works here */
	COSMOS_XEN = 1,
	COSMOS_KVM = 2,     /* QEMU; emulated where /dev/kvm is missing */
	COSMOS_PROCESS = 3, /* a sandboxed process */
};

enum cosmos_state {
	COSMOS_STATE_UNKNOWN = 0,
	COSMOS_STATE_RUNNING = 1,
	COSMOS_STATE_PAUSED = 2,
	COSMOS_STATE_DYING = 3, /* ended, and not cleaned up yet */
};

/* What becomes of a guest that has ended, by `cosmos watch`. */
enum cosmos_action {
	COSMOS_ACTION_DEFAULT = 0, /* restart after a reboot, else destroy */
	COSMOS_ACTION_DESTROY = 1,
	COSMOS_ACTION_RESTART = 2,  /* as it was created */
	COSMOS_ACTION_PRESERVE = 3, /* its log and name stay, until destroyed */
};

enum { COSMOS_NAME_MAX = 63, COSMOS_PORTS_MAX = 16, COSMOS_ROUTERS = 64 };

/*
 * A guest as it was when it was looked at.  Its size is part of the ABI: what
 * is added takes the place of what is reserved.
 */
struct cosmos_guest {
	uint32_t size; /* of this struct, set by the library */
	uint32_t id;
	uint32_t platform; /* enum cosmos_platform */
	uint32_t state;    /* enum cosmos_state */
	char name[COSMOS_NAME_MAX + 1];
	uint64_t memory;  /* bytes of its own */
	uint64_t cpu_ns;  /* processor time so far */
	int64_t since_ns; /* when it was created, ns since 1970 */
	uint64_t reserved[4];
};

/*
 * What to create.  Begin with COSMOS_SPEC_INIT; NULL and 0 are defaults.  size
 * tells a newer library what an older program knows of it.
 */
struct cosmos_spec {
	uint32_t size;
	uint32_t platform; /* enum cosmos_platform */
	const char *name;
	/* The kernel or program, or "pv" or "pvh"; NULL: the installed one. */
	const char *image;
	const char *config; /* Click text of its first router, or NULL */
	size_t config_length;
	const char *label; /* of that router */
	uint64_t memory;   /* bytes; 0: what the platform's smallest needs */
	/* Ports: "0=vale0:fw.0", "lan=tap:t0"...: as `click --port` has them.
	 */
	const char *const *ports;
	uint32_t nports;
	uint32_t paused;      /* 1: it does not run until cosmos_resume() */
	uint32_t cpu_percent; /* of one processor, at most; 0: all it can get */
	uint32_t no_limits;   /* 1: create it where nothing can limit it */
	uint32_t on_poweroff, on_reboot, on_crash; /* enum cosmos_action */
	const char *type;    /* "pv" or "pvh", where there is a choice */
	const char *cmdline; /* more for the kernel's command line */
	const char *cpus;    /* processors it may run on: "0-1,3" */
};

#define COSMOS_SPEC_INIT                                                       \
	{                                                                      \
		.size = sizeof(struct cosmos_spec)                             \
	}

struct cosmos;

/* NULL: no memory. */
COSMOS_API struct cosmos *cosmos_open(void);
COSMOS_API void cosmos_close(struct cosmos *c);
/* What the last call that failed on c says; never NULL. */
COSMOS_API const char *cosmos_error(struct cosmos *c);
/* "1.0.0", of the library that runs. */
COSMOS_API const char *cosmos_version(void);
/* "xen", ...; NULL for a number that is none. */
COSMOS_API const char *cosmos_platform_name(unsigned int platform);
COSMOS_API const char *cosmos_state_name(unsigned int state);
/* COSMOS_OK if guests of that platform can be created here. */
COSMOS_API int cosmos_platform_check(struct cosmos *c, unsigned int platform);

/* ---- guests ---- */

COSMOS_API int cosmos_create(
    struct cosmos *c, const struct cosmos_spec *spec, struct cosmos_guest *g);
/*
 * What a configuration file of xl's says (xl.cfg(5), and the original's
 * click=FILE), as a spec to be freed by cosmos_spec_free().  Settings that mean
 * nothing here are named in *warnings, a line each; free() that.
 */
COSMOS_API int cosmos_spec_load(struct cosmos *c, const char *path,
    struct cosmos_spec **spec, char **warnings);
COSMOS_API void cosmos_spec_free(struct cosmos_spec *spec);
/* By name or by id (all digits). */
COSMOS_API int cosmos_find(
    struct cosmos *c, const char *name, struct cosmos_guest *g);
/* All guests of all platforms; free(*g). */
COSMOS_API int cosmos_list(
    struct cosmos *c, struct cosmos_guest **g, size_t *n);
/* Ends it at once; when this returns its memory is free. */
COSMOS_API int cosmos_destroy(struct cosmos *c, const struct cosmos_guest *g);
/* Asks it to end by itself ("poweroff", "reboot"); does not wait. */
COSMOS_API int cosmos_shutdown(
    struct cosmos *c, const struct cosmos_guest *g, const char *how);
/* It stands still, in memory, until it is resumed. */
COSMOS_API int cosmos_suspend(struct cosmos *c, const struct cosmos_guest *g);
COSMOS_API int cosmos_resume(struct cosmos *c, const struct cosmos_guest *g);
/* Descriptors of its console, to be closed by the caller; -1 for none. */
COSMOS_API int cosmos_console(
    struct cosmos *c, const struct cosmos_guest *g, int *in, int *out);
/*
 * Brings a guest to the switch that runs now, when the one that served its
 * ports has ended: a sandboxed process cannot go there.  COSMOS_OK also if it
 * has nothing to do with a switch, or is connected.
 */
COSMOS_API int cosmos_reconnect(struct cosmos *c, const struct cosmos_guest *g);
/* NULL for a number that is none. */
COSMOS_API const char *cosmos_action_name(unsigned int action);
/*
 * Gives a running guest a port, as cosmos_spec has them: "1=vale0:fw.1"; and
 * takes port "1" away.
 */
COSMOS_API int cosmos_attach(
    struct cosmos *c, const struct cosmos_guest *g, const char *port);
COSMOS_API int cosmos_detach(
    struct cosmos *c, const struct cosmos_guest *g, const char *port);

enum { COSMOS_SAVE_KEEP = 1 };

/*
 * Writes the guest to fd, and ends it unless flags have COSMOS_SAVE_KEEP.  On
 * xen that is all its memory; elsewhere what it was created with, its routers
 * and the values of handlers that can be read and written.
 */
COSMOS_API int cosmos_save(
    struct cosmos *c, const struct cosmos_guest *g, int fd, unsigned int flags);
/* Makes a guest of that; name: NULL for the one it had. */
COSMOS_API int cosmos_restore(
    struct cosmos *c, int fd, const char *name, struct cosmos_guest *g);
/*
 * Moves the guest through a connected socket to whoever calls cosmos_receive()
 * at its other end.  It ends here once it runs there, and goes on here if that
 * fails.  *downtime_ns, may be NULL: how long it ran nowhere.
 */
COSMOS_API int cosmos_migrate(struct cosmos *c, const struct cosmos_guest *g,
    int fd, int64_t *downtime_ns);
COSMOS_API int cosmos_receive(struct cosmos *c, int fd, struct cosmos_guest *g);
/* The same under another name. */
COSMOS_API int cosmos_receive_as(
    struct cosmos *c, int fd, const char *name, struct cosmos_guest *g);

/* What it has written there so far; free(*text). */
COSMOS_API int cosmos_logs(
    struct cosmos *c, const struct cosmos_guest *g, char **text, size_t *n);

/* ---- the host ---- */

/* The images that guests can be made of: "PLATFORM PATH" lines. */
COSMOS_API int cosmos_images(struct cosmos *c, char **text, size_t *n);

/*
 * Sees to what guests say shall be done when they end, and keeps as many
 * prepared ones as cosmos_pool() wants, until *stop becomes true by a signal
 * handler.  say is called with a line of what was done.  COSMOS_E_STATE:
 * another does so already.
 */
COSMOS_API int cosmos_watch(struct cosmos *c, const volatile int *stop,
    void (*say)(void *arg, const char *line), void *arg);
/*
 * Where the time of the last create went: the i-th of its stages, in order.
 * Returns how many there are; *name and *ns are set if i is less.
 */
COSMOS_API unsigned int cosmos_stage(
    struct cosmos *c, unsigned int i, const char **name, int64_t *ns);
/*
 * Wants n guests prepared, and makes those that are missing or ends those that
 * are too many; *n becomes how many there are.  UINT32_MAX: only looks.
 */
COSMOS_API int cosmos_pool_on(
    struct cosmos *c, unsigned int platform, uint32_t *n);
/*
 * The same of guests that have these ports from the start, as cosmos_spec has
 * them: create takes one where just these are asked for.  On xen, and ports of
 * a bridge without an address: "0=bridge:br0".
 */
COSMOS_API int cosmos_pool_with(struct cosmos *c, unsigned int platform,
    const char *const *ports, uint32_t nports, uint32_t *n);
/* The same of process guests. */
COSMOS_API int cosmos_pool(struct cosmos *c, uint32_t *n);
/*
 * Finds what ended guests and killed programs have left, and clears it if
 * clear is not 0.  *text gets a line each: "KIND NAME: WHAT"; free(*text).
 */
COSMOS_API int cosmos_doctor(
    struct cosmos *c, int clear, char **text, size_t *n);

/* ---- routers ----
 *
 * Texts that come back end in a NUL that *n does not count; n may be NULL.
 */

/* Starts another router; *router is its id. */
COSMOS_API int cosmos_install(struct cosmos *c, const struct cosmos_guest *g,
    const char *label, const char *text, size_t n, unsigned int *router);
/* Puts another text in a running router's place, its state taken over. */
COSMOS_API int cosmos_swap(struct cosmos *c, const struct cosmos_guest *g,
    unsigned int router, const char *text, size_t n);
COSMOS_API int cosmos_start(
    struct cosmos *c, const struct cosmos_guest *g, unsigned int router);
COSMOS_API int cosmos_stop(
    struct cosmos *c, const struct cosmos_guest *g, unsigned int router);
COSMOS_API int cosmos_remove(
    struct cosmos *c, const struct cosmos_guest *g, unsigned int router);
/* handler: "element.handler"; param: its parameter, or "". */
COSMOS_API int cosmos_read(struct cosmos *c, const struct cosmos_guest *g,
    unsigned int router, const char *handler, const char *param, char **text,
    size_t *n);
COSMOS_API int cosmos_write(struct cosmos *c, const struct cosmos_guest *g,
    unsigned int router, const char *handler, const char *value, size_t n);
/* "id state label" lines. */
COSMOS_API int cosmos_routers(
    struct cosmos *c, const struct cosmos_guest *g, char **text, size_t *n);
/* "name value" lines of one router, or of the whole guest. */
COSMOS_API int cosmos_router_status(struct cosmos *c,
    const struct cosmos_guest *g, unsigned int router, char **text, size_t *n);
COSMOS_API int cosmos_stats(
    struct cosmos *c, const struct cosmos_guest *g, char **text, size_t *n);
/* The Click text of a router. */
COSMOS_API int cosmos_config(struct cosmos *c, const struct cosmos_guest *g,
    unsigned int router, char **text, size_t *n);

#ifdef __cplusplus
}
#endif

#endif
