/* SPDX-License-Identifier: BSD-3-Clause */
/* open_xdp_none.c -- in the place of open_xdp.c where libxdp is not there. */
#include "base/err.h"
#include "vale/opener.h"

static int
xdp_open(struct str args, struct vale_opened *o, struct diag *why)
{
	(void)args;
	(void)o;
	return diag(why, ERR_NOTSUP,
	    "af_xdp: built without libxdp (libxdp-dev and libbpf-dev, then "
	    "make)");
}

const struct vale_open vale_open_xdp = { .name = "xdp", .open = xdp_open };
