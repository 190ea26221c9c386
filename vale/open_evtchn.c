/* SPDX-License-Identifier: BSD-3-Clause */
/* open_evtchn.c -- event channels of Xen guests' ports: /dev/xen/evtchn. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "vale/opener.h"

static int
evtchn_open(struct str args, struct vale_opened *o, struct diag *why)
{
	(void)args;
	o->fd[0] = open("/dev/xen/evtchn", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (o->fd[0] >= 0)
		return 0;
	return diag(
	    why, errno_error(errno), "/dev/xen/evtchn: %s", strerror(errno));
}

const struct vale_open vale_open_evtchn = { .name = "evtchn",
	.open = evtchn_open };
