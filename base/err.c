/* SPDX-License-Identifier: BSD-3-Clause */
/* err.c -- the texts of our errors. */
#include "base/err.h"

#include "base/compiler.h"

static const char *const err_texts[] = {
	[0] = "success",
	[-ERR_SYNTAX] = "syntax error",
	[-ERR_INVAL] = "invalid value",
	[-ERR_PEER] = "protocol violated by the other end",
	[-ERR_NOMEM] = "no memory",
	[-ERR_AGAIN] = "not now, try again",
	[-ERR_NOTFOUND] = "not found",
	[-ERR_EXIST] = "exists already",
	[-ERR_NOTSUP] = "not supported here",
	[-ERR_IO] = "input or output failed",
	[-ERR_PERM] = "permission denied",
	[-ERR_RANGE] = "out of range",
	[-ERR_BUSY] = "busy",
	[-ERR_TIMEDOUT] = "timed out",
	[-ERR_CLOSED] = "closed by the other end",
};

const char *
err_text(int err)
{
	if (err > 0)
		return err_texts[0];
	if (err <= -(int)ARRAY_SIZE(err_texts))
		return "unknown error";
	return err_texts[-err];
}
