/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * process_state.h -- what is kept of process guests, in files alone.
 *
 *	/run/clickos/guests/NAME/   made by create, removed by destroy
 *	    lock      held (flock) by whoever creates it, then by the guest
 *	              itself for as long as it lives; a guest that ends in good
 *	              order writes how ("poweroff", "reboot") into it
 *	    making    held likewise by the creator, until all is done; then gone
 *	    pid       of the guest
 *	    spec      what it was created with
 *	    control   its socket (abi/control.h)
 *	    log       what it writes
 *	    kept/     what was installed in it since (keep.c)
 *	/run/clickos/ids/PID        a link to ../guests/NAME
 *	/run/clickos/pool/NUMBER/   guests made beforehand, as above; one is
 *	                            taken by renaming its folder
 *	/run/clickos/empty/         empty namespaces (docs/sandbox.md)
 *
 * So a name is taken by making one folder, a guest is found by name or id
 * without looking at any other, a folder whose lock nobody holds is what a
 * dead guest left, and one whose "making" nobody holds is what a killed create
 * did.  CLICKOS_RUN names another place.
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
	/* Device and inode: unique among folders, whatever their names. */
	char key[48];
	unsigned long inode;
	int fd;     /* of the folder, or -1 */
	int lock;   /* its lock file, open; or -1 */
	int making; /* likewise, while it is being made */
};

/* Writes the path of file in the folder of it all; false: too long. */
bool process_root_path(const char *file, char path[static PATH_MAX]);

/* Writes the path of file (may be "") in NAME's folder; false: too long. */
bool process_path(
    const char *name, const char *file, char path[static PATH_MAX]);

/* Makes the folders above all guests. */
int process_make_root(struct cosmos *c);

/*
 * Takes the name: makes the folder and holds its lock.  What a dead guest of
 * that name left is cleared first.  COSMOS_E_EXISTS.
 */
int process_dir_make(struct cosmos *c, const char *name, struct process_dir *d);
/* Closes; the folder stays. */
void process_dir_close(struct process_dir *d);
/* Removes the folder and the id's link, and closes. */
void process_dir_remove(struct process_dir *d, pid_t pid);

/* The same in the pool, where names do not matter. */
int process_dir_make_pooled(struct cosmos *c, struct process_dir *d);
/* The guest is made: what was open for that is closed. */
void process_dir_made(struct process_dir *d);
/*
 * Makes the pooled folder d the one of name, with "making" held again.
 * COSMOS_E_EXISTS.
 */
int process_dir_rename(
    struct cosmos *c, struct process_dir *d, const char *name);

/*
 * Notes the guest's process; 0 or errno's -1.  Also between clone and exec: it
 * allocates nothing.
 */
int process_dir_note_pid(const struct process_dir *d, pid_t pid);
/* Links the id to the folder. */
int process_dir_link_id(
    struct cosmos *c, const struct process_dir *d, pid_t pid);
/*
 * COSMOS_E_DENIED: it is another's, who has let us talk to it (CLICKOS_GROUP),
 * not change what it is.
 */
int process_dir_ours(struct cosmos *c, const struct process_dir *d);
/* True if its creator has gone before it was made. */
bool process_dir_abandoned(const struct process_dir *d);
/* How it ended: "poweroff", "reboot", or "" for a crash. */
void process_dir_end(const struct process_dir *d, char how[static 16]);

/*
 * Opens a guest's folder.  COSMOS_E_NOTFOUND, with nothing said, if there is
 * none.  *alive: somebody holds the lock; *pid: 0 when it is not known.
 */
int process_dir_open(struct cosmos *c, const char *name, struct process_dir *d,
    bool *alive, pid_t *pid);
/* The same for one in the pool. */
int process_dir_open_pooled(struct cosmos *c, const char *name,
    struct process_dir *d, bool *alive, pid_t *pid);

/* The name of the guest with that id; COSMOS_E_NOTFOUND with nothing said. */
int process_name_of(
    struct cosmos *c, uint32_t id, char name[static COSMOS_NAME_MAX + 1]);

/*
 * Calls each with every name in "guests", "pool" or "ids"; ends with the first
 * that is not COSMOS_OK.
 */
int process_each(struct cosmos *c, const char *folder,
    int (*each)(struct cosmos *c, const char *name, void *arg), void *arg);

#endif
