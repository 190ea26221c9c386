/* SPDX-License-Identifier: BSD-3-Clause */
/* port_mem.c -- see port_mem.h. */
#include "vale/port_mem.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/atomic.h"
#include "base/compiler.h"

struct mem_frame {
	uint32_t length;
	struct vale_frame like; /* offloads */
	uint8_t room[VALE_HEADROOM];
	uint8_t bytes[MEM_SLOT];
};

/* A queue that one end fills and the other empties. */
struct mem_queue {
	uint64_t in, out; /* free-running */
	struct mem_frame frame[MEM_SLOTS];
};

struct mem_port {
	struct vale_port port;
	struct spinlock lock;
	bool private, broken;
	bool armed;
	struct vale_piece piece[VALE_BURST][MEM_SLOT / MEM_PIECE + 1];
	struct mem_queue rx, tx;
};

static struct mem_port *
mem_of(struct vale_port *p)
{
	return container_of(p, struct mem_port, port);
}

/* Shows frame m in pieces of MEM_PIECE, as a peer's short buffers would. */
static void
mem_show(struct mem_frame *m, struct vale_frame *f, struct vale_piece *piece)
{
	uint32_t at = MEM_PIECE;

	f->data = m->bytes;
	f->length = m->length < MEM_PIECE ? m->length : MEM_PIECE;
	f->rest = piece;
	for (; at < m->length; at += MEM_PIECE) {
		uint32_t left = m->length - at;

		piece[f->nrest].data = m->bytes + at;
		piece[f->nrest++].length = left < MEM_PIECE ? left : MEM_PIECE;
	}
}

static int
mem_rx(struct vale_port *p, struct vale_frame *f, unsigned int max)
{
	struct mem_port *m = mem_of(p);
	unsigned int n = 0;

	if (m->broken)
		return vale_port_broken(p, "told to break");
	spin_lock(&m->lock);
	for (; n < max && m->rx.out + n != m->rx.in; n++) {
		struct mem_frame *mf =
		    &m->rx.frame[(m->rx.out + n) % MEM_SLOTS];

		f[n] = mf->like;
		f[n].head = NULL;
		f[n].head_length = f[n].length = 0;
		f[n].nrest = 0;
		f[n].region = NULL;
		f[n].total = mf->length;
		if (m->private) {
			f[n].head = mf->bytes;
			f[n].head_length = mf->length;
		} else {
			mem_show(mf, &f[n], m->piece[n]);
		}
	}
	spin_unlock(&m->lock);
	return (int)n;
}

static void
mem_rx_done(struct vale_port *p, const struct vale_frame *f, unsigned int n)
{
	struct mem_port *m = mem_of(p);

	(void)f;
	spin_lock(&m->lock);
	m->rx.out += n;
	spin_unlock(&m->lock);
}

static int
mem_tx(struct vale_port *p, struct vale_frame *const *f, unsigned int n)
{
	struct mem_port *m = mem_of(p);
	unsigned int taken = 0;

	spin_lock(&m->lock);
	for (; taken < n && m->tx.in - m->tx.out < MEM_SLOTS; taken++) {
		struct mem_frame *to = &m->tx.frame[m->tx.in % MEM_SLOTS];

		if (f[taken]->total > MEM_SLOT)
			break;
		vale_frame_copy(p, to->bytes, f[taken]);
		to->length = f[taken]->total;
		m->tx.in++;
	}
	spin_unlock(&m->lock);
	return (int)taken;
}

/* What tx wrote is there already. */
static void
mem_tx_end(struct vale_port *p)
{
	(void)p;
}

static bool
mem_arm(struct vale_port *p)
{
	struct mem_port *m = mem_of(p);
	bool there;

	spin_lock(&m->lock);
	there = m->rx.in != m->rx.out || m->broken;
	m->armed = !there;
	spin_unlock(&m->lock);
	return there;
}

static void
mem_event(struct vale_port *p)
{
	uint64_t count;

	(void)!read(p->fd, &count, sizeof(count)); /* may be another's turn */
}

static const struct vale_port_ops mem_ops = {
	.rx = mem_rx,
	.rx_done = mem_rx_done,
	.tx = mem_tx,
	.tx_end = mem_tx_end,
	.arm = mem_arm,
	.event = mem_event,
};

static int
mem_open(struct vale_port *p, struct str args, struct diag *why)
{
	struct mem_port *m = mem_of(p);

	m->private = str_is(args, "private");
	if (!m->private && args.n > 0)
		return diag(
		    why, ERR_INVAL, "mem:%.*s: not \"private\"", STR_ARG(args));
	p->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (p->fd < 0)
		return diag(why, ERR_IO, "eventfd: %s", strerror(errno));
	p->ops = &mem_ops;
	return 0;
}

static void
mem_close(struct vale_port *p)
{
	close(p->fd);
}

const struct vale_kind vale_kind_mem = {
	.name = "mem",
	.usage = "[private]",
	.size = sizeof(struct mem_port),
	.open = mem_open,
	.close = mem_close,
};

/* ---- the test's end ---- */

static void
mem_wake(struct mem_port *m)
{
	static const uint64_t one = 1;

	if (m->armed)
		(void)!write(m->port.fd, &one, sizeof(one)); /* full wakes */
	m->armed = false;
}

bool
vale_mem_put_like(struct vale_port *p, const void *frame, uint32_t length,
    const struct vale_frame *like)
{
	struct mem_port *m = mem_of(p);
	bool room;

	spin_lock(&m->lock);
	room = length <= MEM_SLOT && m->rx.in - m->rx.out < MEM_SLOTS;
	if (room) {
		struct mem_frame *to = &m->rx.frame[m->rx.in % MEM_SLOTS];

		to->like = *like;
		memcpy(to->bytes, frame, length);
		to->length = length;
		m->rx.in++;
		mem_wake(m);
	}
	spin_unlock(&m->lock);
	return room;
}

bool
vale_mem_put(struct vale_port *p, const void *frame, uint32_t length)
{
	static const struct vale_frame plain = { .flags = 0 };

	return vale_mem_put_like(p, frame, length, &plain);
}

int
vale_mem_get(struct vale_port *p, uint8_t *out)
{
	struct mem_port *m = mem_of(p);
	int length = -1;

	spin_lock(&m->lock);
	if (m->tx.in != m->tx.out) {
		const struct mem_frame *from =
		    &m->tx.frame[m->tx.out++ % MEM_SLOTS];

		length = (int)from->length;
		memcpy(out, from->bytes, from->length);
	}
	spin_unlock(&m->lock);
	return length;
}

void
vale_mem_moved(struct vale_port *p, uint64_t *given, uint64_t *taken)
{
	struct mem_port *m = mem_of(p);

	spin_lock(&m->lock);
	*given = m->rx.out;
	*taken = m->tx.in;
	spin_unlock(&m->lock);
}

void
vale_mem_break(struct vale_port *p)
{
	struct mem_port *m = mem_of(p);

	spin_lock(&m->lock);
	m->broken = true;
	mem_wake(m);
	spin_unlock(&m->lock);
}
