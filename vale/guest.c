/* SPDX-License-Identifier: BSD-3-Clause */
/* guest.c -- see guest.h. */
#include "vale/guest.h"

uint32_t
guest_take_text(struct vale_guest *g, char *out, bool *hangup)
{
	uint32_t n;

	spin_lock(&g->lock);
	n = g->ntext;
	memcpy(out, g->text, n);
	g->ntext = 0;
	*hangup = g->hangup;
	spin_unlock(&g->lock);
	return n;
}

void
guest_move_front(struct vale_guest *g, struct vale_port *p)
{
	if (g->front != p)
		return;
	vale_port_stop(p);
	p->fd = -1;
	g->front = NULL;
	for (uint32_t i = 0; i < NETRING_PORTS_MAX; i++) {
		struct vale_port *next = g->port[i];

		if (next == NULL || next == p || next->link == VALE_BROKEN)
			continue;
		vale_port_stop(next);
		next->fd = g->socket;
		g->front = next;
		/* Out of memory: it stays down, and another gets its turn. */
		if (vale_port_start(next) == 0)
			return;
		next->fd = -1;
		g->front = NULL;
	}
}
