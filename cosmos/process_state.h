/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * process_state.h -- what is kept of process guests, in files alone.
 *
 *	/run/clickos/guests/NAME/   made by create, removed by destroy
 *	    lock      held (flock) by whoever creates it, then by the guest
 *	              itself for as long as it lives
 *	    pid       of the guest
 *	    control   its socket (abi/control.h)
 *	    log       what it writes
 *	/run/clickos/ids/PID        a link to ../guests/NAME
 *
 * So a name is taken by making one folder, a guest is found by name or id
 * without looking at any other, and a folder whose lock nobody holds is what a
 * dead guest or a killed create left.  CLICKOS_RUN names another place.
 */
#ifndef COSMOS_PROCESS_STATE_H
#define COSMOS_PROCESS_STATE_H

#include <limits.h>
#include <sys/types.h>

#include "cosmos/internal.h"

/* One guest's folder, open. */
struct process_dir {
	char path[PATH_MAX];
	char name[COSMOS_NAME_MAX + 1];
	int fd;   /* of the folder, or -1 */
	int lock; /* its lock file, open; or -1 */
};

/* Writes the path of file (may be "") in NAME's folder; false: too long. */
bool process_path(
    const char *name, const char *file, char path[static PATH_MAX]);

/*
 * Takes the name: makes the folder and holds its lock.  What a dead guest of
 * that name left is cleared first.  COSMOS_E_EXISTS.
 */
int process_dir_make(struct cosmos *c, const char *name, struct process_dir *d);
/* Closes; the folder stays. */
void process_dir_close(struct process_dir *d);
/* Removes the folder and the id's link, and closes. */
void process_dir_remove(struct process_dir *d, pid_t pid);

/* Notes the guest's process. */
int process_dir_set_pid(
    struct cosmos *c, const struct process_dir *d, pid_t pid);

/*
 * Opens a guest's folder.  COSMOS_E_NOTFOUND, with nothing said, if there is
 * none.  *alive: somebody holds the lock; *pid: 0 when it is not known.
 */
int process_dir_open(struct cosmos *c, const char *name, struct process_dir *d,
    bool *alive, pid_t *pid);

/* The name of the guest with that id; COSMOS_E_NOTFOUND with nothing said. */
int process_name_of(
    struct cosmos *c, uint32_t id, char name[static COSMOS_NAME_MAX + 1]);

/* Calls each with every name; ends with the first that is not COSMOS_OK. */
int process_each(struct cosmos *c,
    int (*each)(struct cosmos *c, const char *name, void *arg), void *arg);

#endif
