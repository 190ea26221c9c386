/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * err.h -- the errors that our functions return, always negative.
 *
 * 0 or a count is success.  Results come through pointers, which a failed
 * call leaves untouched.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

enum err {
	ERR_SYNTAX = -1,    /* the user's text does not parse */
	ERR_INVAL = -2,     /* the user's value makes no sense here */
	ERR_PEER = -3,      /* another program broke the protocol */
	ERR_NOMEM = -4,     /* no memory, or a limit of ours reached */
	ERR_AGAIN = -5,     /* not now: full, empty, or a conflict */
	ERR_NOTFOUND = -6,  /* no such thing */
	ERR_EXIST = -7,     /* it exists already */
	ERR_NOTSUP = -8,    /* these surroundings cannot do it */
	ERR_IO = -9,        /* the system refused; errno or the log says why */
	ERR_PERM = -10,     /* not allowed */
	ERR_RANGE = -11,    /* a number outside its range */
	ERR_BUSY = -12,     /* held by somebody else */
	ERR_TIMEDOUT = -13, /* the deadline passed */
	ERR_CLOSED = -14,   /* the other end is gone */
};

/* A short English text for err, e.g. "no memory"; never NULL. */
const char *err_text(int err);

#endif
