/* SPDX-License-Identifier: BSD-3-Clause */
/* doorbell.c -- see doorbell.h. */
#define _GNU_SOURCE
#include "vale/doorbell.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { DONE_MAX = 128 }; /* completions that nobody has fetched */

void
doorbell_init(struct doorbell *d)
{
	d->context = 0;
	d->zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	if (d->zero < 0)
		return;
	if (syscall(SYS_io_setup, DONE_MAX, &d->context) != 0)
		d->context = 0;
}

void
doorbell_fini(struct doorbell *d)
{
	if (d->context != 0)
		(void)syscall(SYS_io_destroy, d->context);
	if (d->zero >= 0)
		close(d->zero);
}

/* Makes room: we do not care for what became of our reads. */
static void
doorbell_forget(struct doorbell *d)
{
	struct io_event done[DONE_MAX];
	struct timespec now = { 0, 0 };

	(void)syscall(SYS_io_getevents, d->context, 0, DONE_MAX, done, &now);
}

void
doorbell_ring(struct doorbell *d, int eventfd)
{
	static const uint64_t one = 1;
	struct iocb read = { .aio_lio_opcode = IOCB_CMD_PREAD,
		.aio_fildes = (uint32_t)d->zero,
		.aio_flags = IOCB_FLAG_RESFD,
		.aio_resfd = (uint32_t)eventfd };
	struct iocb *list = &read;

	if (d->context == 0) {
		(void)!write(eventfd, &one, sizeof(one)); /* full wakes, too */
		return;
	}
	/* Others may take the room that we make; not for ever. */
	while (syscall(SYS_io_submit, d->context, 1, &list) != 1 &&
	       errno == EAGAIN)
		doorbell_forget(d);
}
