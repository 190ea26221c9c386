/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * port_tap.c -- tap:NAME[,netns=NS]: the user's side of a TAP interface.
 *
 * The kernel hands frames over with their checksum not filled in and up to
 * 64 kB long, and takes such, each behind the header of vnet.h.  A read or
 * write is one frame: the system call cannot take more.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/compiler.h"
#include "vale/kinds.h"
#include "vale/number.h"
#include "vale/opener.h"
#include "vale/vnet.h"

enum {
	TAP_SLOT = 72 * 1024,   /* a frame of any length */
	TAP_ROUND = 256 * 1024, /* bytes lent at once, about */
};
_Static_assert((int)TAP_SLOT >= (int)VALE_FRAME_MAX, "a slot holds a frame");

struct tap_port {
	struct vale_port port;
	struct vale_opened opened;
	uint8_t *frames; /* VALE_BURST slots; pages come when used */
};

static struct tap_port *
tap_of(struct vale_port *p)
{
	return container_of(p, struct tap_port, port);
}

/* One frame from the interface; false: none there. */
static bool
tap_read(struct tap_port *t, struct vale_frame *f, uint8_t *slot)
{
	uint8_t header[VNET_HEADER];
	struct iovec iov[2] = { { header, sizeof(header) },
		{ slot, TAP_SLOT } };
	ssize_t n = readv(t->port.fd, iov, 2);

	if (n < VNET_HEADER)
		return false;
	f->head = NULL;
	f->head_length = 0;
	f->data = slot;
	f->length = f->total = (uint32_t)n - VNET_HEADER;
	f->nrest = f->flags = 0;
	f->region = NULL;
	/* What is not understood counts as a frame of no length. */
	if (!vnet_get(header, f))
		f->length = f->total = 0;
	return true;
}

static int
tap_rx(struct vale_port *p, struct vale_frame *f, unsigned int max)
{
	struct tap_port *t = tap_of(p);
	uint32_t bytes = 0;
	unsigned int n = 0;

	errno = 0;
	while (n < max && bytes < TAP_ROUND &&
	       tap_read(t, &f[n], t->frames + (size_t)n * TAP_SLOT))
		bytes += f[n++].total;
	/* EAGAIN: no more.  EIO: it is down, and may come up again. */
	if (n == 0 && errno == EBADFD)
		return ERR_CLOSED;
	return (int)n;
}

static void
tap_rx_done(struct vale_port *p, const struct vale_frame *f, unsigned int n)
{
	(void)p;
	(void)f;
	(void)n;
}

static bool
tap_write(struct tap_port *t, const struct vale_frame *f)
{
	uint8_t header[VNET_HEADER];
	struct iovec iov[3 + VALE_PIECES_MAX] = { { header, sizeof(header) },
		{ f->head, f->head_length },
		{ (void *)(uintptr_t)f->data, f->length } };

	if (f->length == 0)
		iov[2].iov_base = header; /* data is not defined */
	vnet_put(header, f);
	for (unsigned int i = 0; i < f->nrest; i++)
		iov[3 + i] = (struct iovec){ (void *)(uintptr_t)f->rest[i].data,
			f->rest[i].length };
	return writev(t->port.fd, iov, 3 + f->nrest) >= 0;
}

static int
tap_tx(struct vale_port *p, struct vale_frame *const *f, unsigned int n)
{
	struct tap_port *t = tap_of(p);
	unsigned int i = 0;

	/* What stops here is full, or an interface that is down. */
	while (i < n && tap_write(t, f[i]))
		i++;
	if (i < n && errno == EBADFD)
		return i > 0 ? (int)i : ERR_CLOSED;
	return (int)i;
}

/* Each write is there already. */
static void
tap_tx_end(struct vale_port *p)
{
	(void)p;
}

static const struct vale_port_ops tap_ops = {
	.rx = tap_rx,
	.rx_done = tap_rx_done,
	.tx = tap_tx,
	.tx_end = tap_tx_end,
};

static int
tap_open(struct vale_port *p, struct str args, struct diag *why)
{
	struct tap_port *t = tap_of(p);
	uint64_t mtu = 1500;
	int err;

	err = vale_acquire(p->vale, "tap", args, &t->opened, why);
	if (err != 0)
		return err;
	t->frames =
	    mmap(NULL, (size_t)VALE_BURST * TAP_SLOT, PROT_READ | PROT_WRITE,
	        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (t->frames == MAP_FAILED) {
		close(t->opened.fd[0]);
		vale_release(p->vale, "tap", &t->opened);
		return diag(why, ERR_NOMEM, "out of memory");
	}
	(void)number_parse(str_of(t->opened.text), 65535, &mtu);
	p->fd = t->opened.fd[0];
	p->mtu = (uint16_t)mtu;
	p->features = VALE_F_CSUM | VALE_F_GSO;
	p->ops = &tap_ops;
	return 0;
}

static void
tap_close(struct vale_port *p)
{
	struct tap_port *t = tap_of(p);

	close(p->fd);
	munmap(t->frames, (size_t)VALE_BURST * TAP_SLOT);
	vale_release(p->vale, "tap", &t->opened);
}

const struct vale_kind vale_kind_tap = {
	.name = "tap",
	.usage = "NAME[,netns=NAMESPACE]",
	.size = sizeof(struct tap_port),
	.open = tap_open,
	.close = tap_close,
};
