/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xen.h -- guests under Xen: what the files of libcosmos-xen.so share.
 *
 *	xen.c        the platform's table: finding, listing, ending
 *	xen_create.c a guest, in stages; undone in reverse
 *	xen_pool.c   guests made beforehand
 *	xen_build.c  the domain: memory, image, first registers (libxenguest)
 *	xen_keys.c   what XenStore says about it: to itself, and to others
 *	xen_vif.c    its network devices
 *	xen_join.c   joins them to bridges, waits for their backends
 *	xen_libxl.c  what xl and libxl go by
 *	xen_folder.c what is kept of a guest in files
 *	xen_move.c   saving and restoring
 *	xen_watch.c  what happens when one ends; leftovers
 *	xen_store.c  XenStore itself
 *	xen_link.c   control messages through XenStore (abi/control_store.h)
 *
 * A name is found without a search: NAMES/<name> in XenStore holds the domain
 * id.  Who gives names, or takes prepared guests, has a lock, so that of two
 * creates one fails; it is stale when the domain is gone or called otherwise.
 */
#ifndef COSMOS_XEN_H
#define COSMOS_XEN_H

#include <xenctrl.h>

#include "cosmos/internal.h"
#include "cosmos/xen_store.h"

#define XEN_NAMES "/tool/clickos/names"

/*
 * Prepared guests: XEN_POOL/<domid> in XenStore, once it can be taken, is
 * "made PORT...", the ports that it has; how many of which there should be is
 * "NUMBER PORT...".  One is called XEN_SHELL and a number until it has a name,
 * and that stands in its XEN_SHELL_KEY for good.
 */
#define XEN_POOL        "/tool/clickos/pool"
#define XEN_POOL_MADE   "made"
#define XEN_POOL_WANTED "/tool/clickos/pool-wanted"
#define XEN_SHELL       "pool:"
#define XEN_SHELL_KEY   "shell"

enum { XEN_PATH = 256, XEN_MEMORY_KB = 8192 };

struct xen_host {
	xc_interface *xch;
	struct xen_store *store;
	xentoollog_logger *logger;
	struct strbuf log; /* what the libraries have complained of */
};

/* A vif as `--port N=KIND:...` asks for it. */
struct xen_vif {
	unsigned int handle;
	bool vale;       /* a port of the switch: "vale0:fw.0" */
	char bridge[96]; /* or the bridge */
	char mac[18];
};

COSMOS_API extern const struct platform cosmos_platform_xen_1;

/* A guest on its way. */
struct xen_guest {
	const struct cosmos_spec *spec;
	bool pvh;
	bool shell;               /* for the pool */
	bool own_image;           /* not the installed kernel */
	int making;               /* xen_making()'s, or -1 */
	struct xc_dom_image *dom; /* what it was built by */
	char image[4096], uuid[37];
	uint8_t handle[16];
	uint64_t memory_kb;
	uint32_t domid;
	unsigned int store_port, console_port;
	unsigned long store_frame, console_frame;
	bool wired; /* out of the pool with its vifs */
	struct xen_vif vif[COSMOS_PORTS_MAX];
	unsigned int vifs;
};

/* The connections, opened at the first need; NULL after cosmos_fail(). */
struct xen_host *xen_host(struct cosmos *c);

/* cosmos_fail_errno() with what Xen's libraries had to say. */
int xen_fail(struct cosmos *c, struct xen_host *h, const char *fmt, ...)
    PRINTF(3, 4);

int xen_create(
    struct cosmos *c, const struct cosmos_spec *spec, struct cosmos_guest *g);

/* The plan of a guest: its image, memory and vifs.  Nothing is made yet. */
int xen_plan(
    struct cosmos *c, const struct cosmos_spec *spec, struct xen_guest *g);
/*
 * What a domain that is built boots by, and its name; status: whether it is
 * built.  Else, or when that fails, the domain goes.
 */
int xen_known(
    struct cosmos *c, struct xen_host *h, struct xen_guest *g, int status);
/* Introduces it to XenStore and lets it run; others are told meanwhile. */
int xen_begin(struct cosmos *c, struct xen_host *h, const struct xen_guest *g);
/*
 * Takes all of a guest's away that xen_known() has made, and its domain; ends
 * what xen_making() began.
 */
void xen_undo(struct xen_host *h, const struct xen_guest *g);
void xen_guest_fill(const struct xen_guest *g, struct cosmos_guest *out);

/* A domain's handle as text. */
void xen_uuid(char to[static 37], const uint8_t handle[static 16]);

/* The first bytes of the handle (UUID) of each domain that is made by us. */
#define XEN_HANDLE "\x63\x6c\x6b\x6f"

/* Its domain, image, and what it boots by; paused. */
int xen_make(struct cosmos *c, struct xen_host *h, struct xen_guest *g);
/* xen_begin(), and waits until its ports are joined and its router runs. */
int xen_run(struct cosmos *c, struct xen_host *h, struct xen_guest *g);

/* ---- xen_pool.c ---- */

/* As the platform's pool. */
int xen_pool(struct cosmos *c, const struct cosmos_spec *like, uint32_t *n);
/* Makes as many as are missing; *have is how many there are. */
int xen_pool_fill(struct cosmos *c, uint32_t *have);
/*
 * Makes a prepared guest *g, as far as xen_make() does; COSMOS_E_STATE if it
 * must be made from nothing.
 */
int xen_pool_take(struct cosmos *c, struct xen_host *h, struct xen_guest *g);
/* Lets it run as xen_run(), by telling it its configuration. */
int xen_pool_run(
    struct cosmos *c, struct xen_host *h, const struct xen_guest *g);

/* ---- xen_folder.c: run_path("xen/NAME"), as process guests' folders ---- */

/* Makes it: spec, and the domain's id. */
int xen_folder_make(struct cosmos *c, const struct xen_guest *g);
/* Open, or -1. */
int xen_folder_open(const char *name);
/* The id that is noted in it; 0: none. */
uint32_t xen_folder_domid(int folder);
void xen_folder_remove(const char *name);
/* Calls each with every name. */
int xen_folder_each(struct cosmos *c,
    int (*each)(struct cosmos *c, const char *name, void *arg), void *arg);
/* The lock of names and of the pool: a descriptor; waits for it. */
int xen_names_lock(void);
void xen_names_unlock(int lock);
/*
 * A file that is locked while domain domid is being made, from when it has an
 * id until a create returns; who finds it without its lock finds a domain that
 * is half made.
 */
int xen_making(uint32_t domid);
void xen_made(uint32_t domid, int lock);
enum xen_stage { XEN_MADE, XEN_BEING_MADE, XEN_HALF_MADE };
enum xen_stage xen_is_made(uint32_t domid);

/* ---- xen_move.c ---- */

int xen_save(struct cosmos *c, const struct cosmos_guest *g, int fd);
int xen_go_on(struct cosmos *c, const struct cosmos_guest *g);
int xen_restore(
    struct cosmos *c, int fd, const char *name, struct cosmos_guest *g);

/* ---- xen_watch.c ---- */

int xen_watch_fd(struct cosmos *c);
int xen_watch(struct cosmos *c, const struct watcher *w);
int xen_doctor(struct cosmos *c, bool clear, struct strbuf *out);

/* ---- xen_libxl.c ---- */

/* Its keys, within transaction t. */
void xen_libxl_keys(struct xen_store *s, uint32_t t, const struct xen_guest *g);
/* The file from which `xl save` knows what a domain is; removes it, too. */
void xen_libxl_file(const struct xen_guest *g);
void xen_libxl_file_remove(uint32_t domid, const char *uuid);

/* A vif more, or less. */
int xen_attach(
    struct cosmos *c, const struct cosmos_guest *g, const char *port);
int xen_detach(
    struct cosmos *c, const struct cosmos_guest *g, const char *port);

/* The domain without anything in it; paused. */
int xen_build_domain(struct cosmos *c, struct xen_host *h, struct xen_guest *g);
/* Its memory and image. */
int xen_build(struct cosmos *c, struct xen_host *h, struct xen_guest *g);
/* Lets go of what that took here, which takes a while, once it runs. */
void xen_built(struct xen_guest *g);

/* What the guest boots by, and its name; COSMOS_E_EXISTS if that is taken. */
int xen_keys_write(
    struct cosmos *c, struct xen_host *h, const struct xen_guest *g);
/*
 * What others go by, while it boots; all but the console's ring.  The switch
 * serves no domain that has not been introduced.
 */
int xen_keys_offer(
    struct cosmos *c, struct xen_host *h, const struct xen_guest *g);
/* The console's ring: xenconsoled begins with it. */
int xen_keys_ring(
    struct cosmos *c, struct xen_host *h, const struct xen_guest *g);
/*
 * With the lock of names: who has it (0: nobody), which cosmos_fail() says; and
 * that g has it.
 */
uint32_t xen_keys_holder(struct xen_store *s, const char *name);
int xen_keys_taken(struct cosmos *c, const char *name, uint32_t holder);
void xen_keys_name(struct xen_store *s, const struct xen_guest *g);
/* A transaction of what tell tells; false: errno. */
bool xen_keys_tell(struct xen_host *h, const struct xen_guest *g,
    void (*tell)(struct xen_store *, uint32_t t, const struct xen_guest *));
/* All of a domain's keys; name may be NULL when it is not known. */
void xen_keys_remove(
    struct xen_host *h, uint32_t domid, const char *name, const char *uuid);

/* What the spec's ports ask for. */
int xen_vifs_parse(struct cosmos *c, struct xen_guest *g);
/*
 * Within transaction t: the keys of all vifs: the guest's, the backends',
 * libxl's; and all of these.
 */
void xen_vifs_ask(struct xen_store *s, uint32_t t, const struct xen_guest *g);
void xen_vifs_offer(struct xen_store *s, uint32_t t, const struct xen_guest *g);
void xen_vifs_record(
    struct xen_store *s, uint32_t t, const struct xen_guest *g);
void xen_vifs_write(struct xen_store *s, uint32_t t, const struct xen_guest *g);
/* Where the backend of a device lies; the state of one end. */
void xen_vif_back(
    char path[static XEN_PATH], uint32_t domid, const struct xen_vif *v);
int xen_vif_state(struct xen_host *h, const char *folder);
/* Waits until the ports that the running guest has taken up carry frames. */
int xen_vifs_carry(
    struct cosmos *c, struct xen_host *h, const struct xen_guest *g);
/* Joins what the backends make to their bridges; waits for them. */
int xen_vifs_join(
    struct cosmos *c, struct xen_host *h, const struct xen_guest *g);
/* Makes sure that those of a prepared guest are joined. */
int xen_vifs_rejoin(struct cosmos *c, const struct xen_guest *g);

/* Path below the domain's own. */
const char *xen_path(
    char path[static XEN_PATH], uint32_t domid, const char *below);
/* The value at path as text, "" if there is none; free() it. */
char *xen_read(struct xen_host *h, uint32_t t, const char *path);

int xen_ask(struct cosmos *c, const struct cosmos_guest *g, enum control_op op,
    unsigned int *router, struct str path, struct str payload,
    struct strbuf *reply);

#endif
