/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * console.c -- the page shared with xenconsoled: two rings of bytes with
 * free-running indices (xen/io/console.h).
 */
#include "minios/xen/console.h"

#include <string.h>

#include "base/atomic.h"
#include "minios/xen/event.h"
#include "minios/xen/hypercall.h"
#include "minios/xen/xen.h"

enum { FLUSH_NS = 200000000 };

static struct xencons_interface *
xen_console(void)
{
	return (struct xencons_interface *)xen.console_page;
}

/* An event only has to end an idle(): readers and writers look themselves. */
static void
xen_console_event(void *arg)
{
	(void)arg;
}

void
xen_console_init(void)
{
	event_handle(xen.console_port, xen_console_event, NULL);
}

uint32_t
xen_console_write(const char *s, uint32_t n)
{
	struct xencons_interface *ring = xen_console();
	uint32_t i, room, prod, used;

	if (xen.console_page == 0)
		return n; /* no console: nobody misses it */
	prod = ring->out_prod;
	/* Acquire: the reader has left what lies behind its index. */
	used = prod - load_acquire(&ring->out_cons);
	room = used <= sizeof(ring->out) ? sizeof(ring->out) - used : 0;
	if (n > room)
		n = room;
	for (i = 0; i < n; i++)
		ring->out[MASK_XENCONS_IDX(prod + i, ring->out)] = s[i];
	/* Release: the bytes before the index that shows them. */
	store_release(&ring->out_prod, prod + n);
	event_send(xen.console_port);
	return n;
}

uint32_t
xen_console_read(char *s, uint32_t n)
{
	struct xencons_interface *ring = xen_console();
	uint32_t i, cons, there;

	if (xen.console_page == 0)
		return 0;
	cons = ring->in_cons;
	/* Acquire: the index before the bytes that it shows. */
	there = load_acquire(&ring->in_prod) - cons;
	if (there > sizeof(ring->in))
		there = 0; /* nonsense: wait for better */
	if (n > there)
		n = there;
	for (i = 0; i < n; i++)
		s[i] = ring->in[MASK_XENCONS_IDX(cons + i, ring->in)];
	store_release(&ring->in_cons, cons + n);
	if (n > 0)
		event_send(xen.console_port);
	return n;
}

void
xen_console_flush(void)
{
	struct xencons_interface *ring = xen_console();
	int64_t end;

	/* Without shared info there is no clock, either: a very early panic. */
	if (xen.console_page == 0 || xen.shared_info == NULL)
		return;
	end = machine->steady_ns() + FLUSH_NS;
	while (load_acquire(&ring->out_cons) != ring->out_prod &&
	       machine->steady_ns() < end)
		xen_sched_op(SCHEDOP_yield, NULL);
}
