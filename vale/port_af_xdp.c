/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * port_af_xdp.c -- af_xdp:INTERFACE[,queue=N][,netns=NS]: frames of one queue
 * of a network interface through AF_XDP (the kernel's af_xdp.rst), which take
 * no way through its network stack.
 *
 *	fill  ->(kernel)-> rx            addresses of frames of the memory
 *	tx    ->(kernel)-> completion    shared with it
 *
 * Frames are lent to the switch where they lie.  The kernel says nothing of
 * checksums here: what it gives must be complete (turn transmit offloads off
 * at the other end of a veth pair), and what it is sent is completed and cut
 * by the switch.
 */
#include <errno.h>
#include <linux/if_xdp.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/atomic.h"
#include "vale/kinds.h"
#include "vale/number.h"
#include "vale/opener.h"
#include "vale/xdp_memory.h"

enum { SENDS_AT_ONCE = 8 /* the kernel takes some frames a call */ };

struct xdp_ring {
	uint32_t *producer, *consumer, *flags;
	void *entry;
	uint32_t index; /* ours: the next to write or to read */
	void *map;
	size_t size;
};

struct xdp_port {
	struct vale_port port;
	struct vale_opened opened;
	uint8_t *memory;
	bool zero_copy;

	/* the worker's */
	struct xdp_ring rx CACHE_ALIGNED, fill;
	uint64_t lent[VALE_BURST];

	/* under the port's lock */
	struct xdp_ring tx CACHE_ALIGNED, completion;
	uint32_t nfree;
	uint64_t free[XDP_SLOTS];
};

static struct xdp_port *
xdp_of(struct vale_port *p)
{
	return container_of(p, struct xdp_port, port);
}

static uint64_t *
ring_address(const struct xdp_ring *r, uint32_t i)
{
	return (uint64_t *)r->entry + (i & (XDP_SLOTS - 1));
}

static struct xdp_desc *
ring_desc(const struct xdp_ring *r, uint32_t i)
{
	return (struct xdp_desc *)r->entry + (i & (XDP_SLOTS - 1));
}

/* Entries that the kernel has written and we have not read. */
static uint32_t
ring_there(const struct xdp_ring *r)
{
	/* Entries are read after the index. */
	return load_acquire(r->producer) - r->index;
}

/* Tells the kernel, if it wants to be told. */
static void
ring_kick(const struct xdp_port *x, const struct xdp_ring *r)
{
	for (int i = 0; i < SENDS_AT_ONCE; i++) {
		if ((load_relaxed(r->flags) & XDP_RING_NEED_WAKEUP) == 0 ||
		    load_acquire(r->consumer) == r->index)
			return;
		(void)sendto(x->port.fd, NULL, 0, MSG_DONTWAIT, NULL, 0);
	}
}

/* ---- receiving ---- */

static int
xdp_rx(struct vale_port *p, struct vale_frame *f, unsigned int max)
{
	struct xdp_port *x = xdp_of(p);
	uint32_t n = ring_there(&x->rx);

	if (n > max)
		n = max;
	for (uint32_t i = 0; i < n; i++) {
		const struct xdp_desc *d = ring_desc(&x->rx, x->rx.index + i);

		x->lent[i] = d->addr & ~(uint64_t)(XDP_FRAME - 1);
		f[i].head = NULL;
		f[i].head_length = 0;
		f[i].data = x->memory + d->addr;
		f[i].length = f[i].total = d->len;
		f[i].nrest = f[i].flags = 0;
		f[i].region = NULL;
	}
	return (int)n;
}

static void
xdp_rx_done(struct vale_port *p, const struct vale_frame *f, unsigned int n)
{
	struct xdp_port *x = xdp_of(p);

	(void)f;
	/* As many frames as slots: there is always room. */
	for (unsigned int i = 0; i < n; i++)
		*ring_address(&x->fill, x->fill.index++) = x->lent[i];
	x->rx.index += n;
	store_release(x->rx.consumer, x->rx.index);
	store_release(x->fill.producer, x->fill.index);
}

static bool
xdp_arm(struct vale_port *p)
{
	return ring_there(&xdp_of(p)->rx) > 0;
}

/* ---- sending ---- */

static void
xdp_reclaim(struct xdp_port *x)
{
	uint32_t n = ring_there(&x->completion);

	for (uint32_t i = 0; i < n; i++)
		x->free[x->nfree++] =
		    *ring_address(&x->completion, x->completion.index++);
	store_release(x->completion.consumer, x->completion.index);
}

static int
xdp_tx(struct vale_port *p, struct vale_frame *const *f, unsigned int n)
{
	struct xdp_port *x = xdp_of(p);
	unsigned int i = 0;

	if (x->nfree < n)
		xdp_reclaim(x);
	for (; i < n && x->nfree > 0; i++) {
		struct xdp_desc *d = ring_desc(&x->tx, x->tx.index);

		if (f[i]->total > XDP_FRAME)
			break;
		d->addr = x->free[--x->nfree];
		d->len = f[i]->total;
		d->options = 0;
		vale_frame_copy(p, x->memory + d->addr, f[i]);
		x->tx.index++;
	}
	return (int)i;
}

static void
xdp_tx_end(struct vale_port *p)
{
	struct xdp_port *x = xdp_of(p);

	store_release(x->tx.producer, x->tx.index);
	ring_kick(x, &x->tx);
}

static void
xdp_wake(struct vale_port *p, unsigned int what)
{
	struct xdp_port *x = xdp_of(p);

	/* A driver without frames to receive into sleeps until told. */
	if (what == VALE_RX &&
	    (load_relaxed(x->fill.flags) & XDP_RING_NEED_WAKEUP) != 0)
		(void)recvfrom(p->fd, NULL, 0, MSG_DONTWAIT, NULL, NULL);
}

static void
xdp_show(struct vale_port *p, struct strbuf *out)
{
	const struct xdp_port *x = xdp_of(p);
	struct xdp_statistics s = { 0 };
	socklen_t n = sizeof(s);

	(void)getsockopt(p->fd, SOL_XDP, XDP_STATISTICS, &s, &n);
	sb_printf(out, ", \"mode\": \"%s\", \"missed\": ",
	    x->zero_copy ? "zero-copy" : "copy");
	sb_u64(out, s.rx_dropped + s.rx_ring_full);
}

static const struct vale_port_ops xdp_ops = {
	.rx = xdp_rx,
	.rx_done = xdp_rx_done,
	.tx = xdp_tx,
	.tx_end = xdp_tx_end,
	.wake = xdp_wake,
	.arm = xdp_arm,
	.show = xdp_show,
};

/* ---- life ---- */

static int
xdp_map(struct xdp_port *x, struct xdp_ring *r, uint64_t at,
    const struct xdp_ring_offset *o, size_t entry)
{
	r->size = o->desc + XDP_SLOTS * entry;
	r->map = mmap(NULL, r->size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_POPULATE, x->port.fd, (off_t)at);
	if (r->map == MAP_FAILED) {
		r->map = NULL;
		return -1;
	}
	r->producer = (void *)((uint8_t *)r->map + o->producer);
	r->consumer = (void *)((uint8_t *)r->map + o->consumer);
	r->flags = (void *)((uint8_t *)r->map + o->flags);
	r->entry = (uint8_t *)r->map + o->desc;
	return 0;
}

static int
xdp_map_all(struct xdp_port *x)
{
	struct xdp_mmap_offsets o;
	struct xdp_options options = { 0 };
	socklen_t n = sizeof(o), k = sizeof(options);
	void *p;

	if (getsockopt(x->port.fd, SOL_XDP, XDP_MMAP_OFFSETS, &o, &n) != 0 ||
	    getsockopt(x->port.fd, SOL_XDP, XDP_OPTIONS, &options, &k) != 0)
		return -1;
	x->zero_copy = (options.flags & XDP_OPTIONS_ZEROCOPY) != 0;
	p = mmap(NULL, XDP_MEMORY, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_POPULATE, x->opened.fd[1], 0);
	if (p == MAP_FAILED)
		return -1;
	x->memory = p;
	if (xdp_map(x, &x->rx, XDP_PGOFF_RX_RING, &o.rx,
	        sizeof(struct xdp_desc)) != 0 ||
	    xdp_map(x, &x->tx, XDP_PGOFF_TX_RING, &o.tx,
	        sizeof(struct xdp_desc)) != 0 ||
	    xdp_map(x, &x->fill, XDP_UMEM_PGOFF_FILL_RING, &o.fr,
	        sizeof(uint64_t)) != 0)
		return -1;
	return xdp_map(x, &x->completion, XDP_UMEM_PGOFF_COMPLETION_RING, &o.cr,
	    sizeof(uint64_t));
}

static void
xdp_close(struct vale_port *p)
{
	struct xdp_port *x = xdp_of(p);
	struct xdp_ring *const rings[] = { &x->rx, &x->tx, &x->fill,
		&x->completion };

	for (size_t i = 0; i < ARRAY_SIZE(rings); i++)
		if (rings[i]->map != NULL)
			munmap(rings[i]->map, rings[i]->size);
	if (x->memory != NULL)
		munmap(x->memory, XDP_MEMORY);
	close(x->opened.fd[1]);
	close(p->fd);
	vale_release(p->vale, "xdp", &x->opened);
}

/* The first half of the frames is the kernel's, to receive into. */
static void
xdp_fill(struct xdp_port *x)
{
	for (uint64_t i = 0; i < XDP_SLOTS; i++) {
		*ring_address(&x->fill, x->fill.index++) = i * XDP_FRAME;
		x->free[x->nfree++] = (XDP_SLOTS + i) * XDP_FRAME;
	}
	store_release(x->fill.producer, x->fill.index);
}

static int
xdp_open(struct vale_port *p, struct str args, struct diag *why)
{
	struct xdp_port *x = xdp_of(p);
	uint64_t mtu = 1500;
	int err = vale_acquire(p->vale, "xdp", args, &x->opened, why);

	if (err != 0)
		return err;
	p->fd = x->opened.fd[0];
	if (xdp_map_all(x) != 0) {
		err = diag(why, ERR_IO, "af_xdp: %s", strerror(errno));
		xdp_close(p);
		return err;
	}
	xdp_fill(x);
	(void)number_parse(str_of(x->opened.text), UINT32_MAX, &mtu);
	if (mtu > XDP_FRAME - XDP_ROOM)
		mtu = XDP_FRAME - XDP_ROOM;
	p->mtu = (uint16_t)mtu;
	p->ops = &xdp_ops;
	return 0;
}

const struct vale_kind vale_kind_af_xdp = {
	.name = "af_xdp",
	.usage = "INTERFACE[,queue=N][,netns=NAMESPACE]",
	.size = sizeof(struct xdp_port),
	.open = xdp_open,
	.close = xdp_close,
};
