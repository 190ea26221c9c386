/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * control.h -- control links of a process guest: a Unix socket in the file
 * system, a stream of messages each way (abi/control.h).
 *
 * The file's mode is the lock: who may not write to it cannot connect
 * (unix(7)).  Who has connected is not asked for his name (SO_PEERCRED): in a
 * sandbox, root and every other user beside our own have none.
 */
#ifndef HOST_CONTROL_H
#define HOST_CONTROL_H

#include "base/diag.h"
#include "base/str.h"

/*
 * Opens the socket that os_control_accept() takes links from; a stale file in
 * its place is replaced, a living socket is not.  ERR_BUSY, ERR_INVAL (too
 * long), ERR_IO.
 */
int control_listen(struct str path, unsigned int mode, struct diag *why);
/*
 * Takes links from fd, a listening socket that whoever started us has made,
 * named and given a mode.  Owned on success.  ERR_INVAL.
 */
int control_adopt(int fd, struct diag *why);
/* Closes it and removes the file. */
void control_unlisten(void);

#endif
