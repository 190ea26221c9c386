/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * process_internal.h -- between the files of the process platform:
 *
 *	process.c         looking at guests, and what is done to one
 *	process_create.c  making one, step by step, and undoing that
 *	process_spawn.c   the process itself
 *	process_ports.c   ports that come and go
 *	process_switch.c  what the switch is told
 *	process_tap.c     tap interfaces
 *	process_move.c    saving, restoring
 *	process_host.c    what the host has once: empty namespaces, limits
 *	process_cgroup.c  memory and CPU limits
 *	process_spec.c    what a guest was created with
 *	process_state.c   the folders
 *	process_pool.c    guests made beforehand
 *	process_watch.c   what happens when one ends
 *	process_doctor.c  leftovers
 */
#ifndef COSMOS_PROCESS_INTERNAL_H
#define COSMOS_PROCESS_INTERNAL_H

#include <net/if.h>

#include "cosmos/process_state.h"

enum {
	PROCESS_MEMORY = 64 << 20,      /* where nothing else is said */
	PROCESS_USER_FIRST = 0x6c000000 /* as docs/sandbox.md says */
};

/* ---- process_host.c ---- */

/* The installed guest program, or spec's; COSMOS_OK or an error with it. */
int process_program(struct cosmos *c, const struct cosmos_spec *spec,
    char path[static PATH_MAX]);
/*
 * The folder with the empty namespaces (docs/sandbox.md), made if need be;
 * *path is "" where that is not possible: a guest then makes its own.
 */
void process_empty(char path[static PATH_MAX]);
/*
 * COSMOS_E_FULL if the machine has no room for another guest's threads; looks
 * at the first, and then at every so manieth.
 */
int process_room(struct cosmos *c, const char *name);

/* ---- process_cgroup.c ---- */

/*
 * Makes the group of the guest in d with spec's limits.  COSMOS_E_NOTSUP if
 * this machine has no controller for us.
 */
int process_cgroup_make(struct cosmos *c, const struct process_dir *d,
    const struct cosmos_spec *spec);
/* Puts the process, and threads it will start, in. */
int process_cgroup_attach(
    struct cosmos *c, const struct process_dir *d, pid_t pid);
/* True if somebody in it was killed for want of memory. */
bool process_cgroup_is_full(struct cosmos *c, const char *key);
/* True if somebody is in it. */
bool process_cgroup_is_inhabited(struct cosmos *c, const char *key);
/* Removes the group named key; nobody may be in it.  None is no error. */
void process_cgroup_remove(struct cosmos *c, const char *key);
/* Calls each with the key of every group there is. */
void process_cgroup_each(
    struct cosmos *c, void (*each)(void *arg, const char *key), void *arg);

/* ---- process_spec.c ---- */

/* The spec of the guest in d, named as it is. */
int process_spec_load(
    struct cosmos *c, const struct process_dir *d, struct spec_text *s);
/* True if the ended guest in d shall stay to be looked at. */
bool process_preserved(struct cosmos *c, const struct process_dir *d);

/* ---- process_spawn.c ---- */

struct process_spawn {
	const struct cosmos_spec *spec;
	const struct process_dir *dir; /* locked */
	int control;                   /* its socket, listening */
	const char *program;           /* NULL: the guest program */
	const char *const *argv;       /* that one's */
};

/* Starts it in its folder, where its pid is noted.  COSMOS_OK and *pid. */
int process_spawn(struct cosmos *c, const struct process_spawn *s, pid_t *pid);

/* ---- process_create.c ---- */

int process_create(
    struct cosmos *c, const struct cosmos_spec *spec, struct cosmos_guest *g);
/* A guest without a configuration in the open folder d, which it undoes. */
int process_begin(struct cosmos *c, const struct cosmos_spec *spec,
    struct process_dir *d, pid_t *pid);

/* Its control socket, listening. */
int process_listen(struct cosmos *c, const struct process_dir *d, int *fd);
/* Why a guest could not begin: its own words, if it has left any. */
int process_fail_with_log(
    struct cosmos *c, const struct process_dir *d, pid_t pid);

/* ---- process.c ---- */

/* True for a guest under QEMU (kvm.h). */
bool process_dir_is_kvm(const struct process_dir *d);

void process_guest_fill(
    struct cosmos_guest *g, const struct process_dir *d, pid_t pid);
/*
 * Kills the process and waits until it is gone.  It holds the folder's lock,
 * which tells that the number is still its own once the pidfd is open.
 */
void process_kill(const struct process_dir *d, pid_t pid);
/* Whatever there is of it: process, group, folder.  Closes d. */
void process_clear(struct cosmos *c, struct process_dir *d, pid_t pid);
/* Connects to the control socket in d. */
int process_connect(struct cosmos *c, const struct process_dir *d, int *fd);
/* The same of g, which must be there, alive and not paused; the status. */
int process_reach(struct cosmos *c, const struct cosmos_guest *g, int *fd);

/* As process_ask(); the descriptor pass goes along, unless it is -1. */
int process_ask_passing(struct cosmos *c, const struct cosmos_guest *g,
    int pass, enum control_op op, unsigned int *router, struct str path,
    struct str payload, struct strbuf *reply);

/* ---- process_switch.c ---- */

enum { SWITCH_TEXT = 256 };

/* Where the switch listens, and a connection to it. */
const char *process_switch_path(void);
int process_switch(struct cosmos *c, int *fd);

/* A request of one line, with its end; text: its answer, or why not. */
bool switch_ask(int fd, const char *line, char text[static SWITCH_TEXT]);
/* The same over a connection for this alone. */
bool switch_tell(const char *line, char text[static SWITCH_TEXT]);

/* ---- process_tap.c ---- */

/* Of port number of the guest in d: its own, where the user names none. */
void tap_name(char name[static IFNAMSIZ], const struct process_dir *d,
    unsigned int number);
/*
 * Brings a tap interface, which may be on its way still, up: as a port of the
 * bridge, if that is not NULL.
 */
int tap_up(
    struct cosmos *c, const char *guest, const char *name, const char *bridge);
/* One that lives as long as *fd, up and joined. */
int tap_open(struct cosmos *c, const char *guest, const char *name,
    const char *bridge, int *fd);
unsigned int tap_mtu(const char *name);

/* ---- process_ports.c ---- */

int process_attach(
    struct cosmos *c, const struct cosmos_guest *g, const char *port);
int process_detach(
    struct cosmos *c, const struct cosmos_guest *g, const char *port);
/* True for a port that the guest cannot open by itself: it is given. */
bool process_port_is_given(const char *port);
/* True if some of spec's are. */
bool process_ports_are_given(const struct cosmos_spec *spec);
/* Gives a new guest those. */
int process_ports_give(struct cosmos *c, const struct cosmos_guest *g,
    const struct process_dir *d, const struct cosmos_spec *spec);
/* Over fd, a connection to the switch, only the ports of spec can be opened. */
int process_ports_confine(
    struct cosmos *c, const struct cosmos_spec *spec, int fd);

/* ---- process_move.c ---- */

int process_save(struct cosmos *c, const struct cosmos_guest *g, int fd);
/* It goes on, and so do its routers. */
int process_go_on(struct cosmos *c, const struct cosmos_guest *g);
int process_restore(
    struct cosmos *c, int fd, const char *name, struct cosmos_guest *g);
int process_folder(const struct cosmos_guest *g);

/* ---- process_pool.c ---- */

/* Makes or ends prepared guests until there are as many as are wanted. */
int process_pool_fill(struct cosmos *c, uint32_t *have);
/* As the platform's pool. */
int process_pool(struct cosmos *c, const struct cosmos_spec *like, uint32_t *n);

/*
 * Takes a prepared guest and makes d its folder, named spec's; COSMOS_E_STATE
 * with nothing said: there is none that would do.
 */
int process_pool_take(struct cosmos *c, const struct cosmos_spec *spec,
    struct process_dir *d, pid_t *pid);

#endif
