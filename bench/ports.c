/* SPDX-License-Identifier: BSD-3-Clause */
/* ports.c -- see ports.h. */
#define _GNU_SOURCE
#include "bench/ports.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static void
fail(const struct peer *p, const char *why)
{
	fprintf(stderr, "%s: %s\n", p->program, why);
	exit(1);
}

struct peer *
peer_new(const char *program, uint32_t slots, uint32_t buffers)
{
	struct netring_layout l = {
		.ports = PEER_PORTS, .slots = slots, .buffers = buffers
	};
	struct peer *p = calloc(1, sizeof(*p));
	struct diag why = { "" };
	int memfd = -1;
	uint8_t *base;

	if (p == NULL)
		exit(1);
	p->program = program;
	p->link.socket = p->link.event = -1;
	p->free = calloc(buffers, sizeof(*p->free));
	if (netring_layout_make(&l, &why) != 0 ||
	    vale_link_open(&p->link, &l, 0, 2000, &memfd, &why) != 0)
		fail(p, why.text);
	base = mmap(NULL, l.size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_POPULATE, memfd, 0);
	if (p->free == NULL || base == MAP_FAILED ||
	    netring_guest_init(&p->guest, base, &l) != 0)
		fail(p, "no memory for a region");
	close(memfd);
	return p;
}

void
peer_port(struct peer *p, struct netring_guest_port *port, const char *name,
    uint8_t mac[static 6])
{
	uint32_t slots = p->guest.layout.slots, n = 2 * slots;
	uint32_t *buffers = malloc(n * sizeof(*buffers));
	struct diag why = { "" };
	uint16_t mtu;

	if (buffers == NULL)
		fail(p, "out of memory");
	for (uint32_t i = 0; i < n; i++)
		buffers[i] = p->next++;
	if (p->next > p->guest.layout.buffers ||
	    netring_guest_port_init(
	        port, &p->guest, p->ports, buffers, FRAME_OFFSET) != 0)
		fail(p, "too many ports for the buffers");
	if (vale_link_port(
	        &p->link, str_of(name), p->ports++, mac, &mtu, &why) != 0)
		fail(p, why.text);
	free(buffers);
}
