/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * control_store.h -- the control protocol's messages (control.h) carried by
 * XenStore, in windows of a few chunks each way.
 *
 * R is data/clickos in the guest's domain directory.  The guest writes
 *
 *	R/version         "2": it speaks this
 *
 * A tool opens a link by writing into a directory of its own; NAME is up to
 * CONTROL_STORE_NAME letters, digits, '-' and '_' that no other tool uses:
 *
 *	R/v2/NAME/to/0    the first bytes of its stream of messages
 *	R/v2/NAME/to/1    the next ones, and so on, without leading zeros
 *
 * and the guest answers by the same scheme under R/v2/NAME/from/.  Each value
 * is 1 to CONTROL_STORE_CHUNK bytes; where a chunk ends means nothing.  The
 * reader deletes each chunk at the latest when it has the next; the last one
 * may stay until the link ends.  The writer has at most CONTROL_STORE_WINDOW
 * chunks in the store at a time and writes the next one when the oldest is
 * gone.  The tool ends the link by deleting R/v2/NAME; the guest, when it must,
 * by the same after writing R/v2/NAME/error.
 *
 * So the guest never has more nodes in the store than (2 WINDOW + 4) a link,
 * whatever is carried.
 */
#ifndef ABI_CONTROL_STORE_H
#define ABI_CONTROL_STORE_H

enum {
	CONTROL_STORE_CHUNK = 1536, /* bytes; both daemons take 2048 */
	CONTROL_STORE_WINDOW = 8,   /* chunks, each way */
	CONTROL_STORE_NAME = 32,    /* bytes of a link's name */
	CONTROL_STORE_LINKS = 8,    /* at once */
	CONTROL_STORE_ERROR = 1024, /* bytes of error text in one key */
	CONTROL_STORE_ERRORS = 4,   /* keys: error, error/1, ... */
};

#endif
