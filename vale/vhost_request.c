/* SPDX-License-Identifier: BSD-3-Clause */
/* vhost_request.c -- what a vhost-user front end asks; see vhost.h. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/virtio_config.h>
#include <linux/virtio_net.h>
#include <linux/virtio_ring.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "vale/vhost.h"
#include "vale/vnet.h"

#define BIT(n) (UINT64_C(1) << (n))

/* Bit 30 stands in vhost-user for "there are protocol features". */
static const uint64_t PROTOCOL_FEATURES = BIT(30),
                      PROTOCOLS = BIT(VHOST_PROTOCOL_REPLY_ACK),
                      FEATURES =
                          BIT(VIRTIO_F_VERSION_1) | BIT(VIRTIO_F_ANY_LAYOUT) |
                          BIT(VIRTIO_RING_F_INDIRECT_DESC) |
                          BIT(VIRTIO_RING_F_EVENT_IDX) |
                          BIT(VIRTIO_NET_F_MRG_RXBUF) | BIT(VIRTIO_NET_F_CSUM) |
                          BIT(VIRTIO_NET_F_GUEST_CSUM) |
                          BIT(VIRTIO_NET_F_HOST_TSO4) |
                          BIT(VIRTIO_NET_F_HOST_TSO6) |
                          BIT(VIRTIO_NET_F_GUEST_TSO4) |
                          BIT(VIRTIO_NET_F_GUEST_TSO6) | PROTOCOL_FEATURES;

/* ---- running and not ---- */

void
vhost_pause(struct vhost_port *v)
{
	vale_port_stop(&v->port);
	v->port.link = VALE_DOWN;
}

/* The features of the device, as far as the data path cares. */
static void
vhost_apply_features(struct vhost_port *v)
{
	const uint64_t takes = BIT(VIRTIO_NET_F_GUEST_CSUM),
	               cuts = BIT(VIRTIO_NET_F_GUEST_TSO4) |
	                      BIT(VIRTIO_NET_F_GUEST_TSO6);

	v->mergeable = (v->features & BIT(VIRTIO_NET_F_MRG_RXBUF)) != 0;
	/* 5.1.6: virtio 1 has the count always. */
	v->header = v->mergeable || (v->features & BIT(VIRTIO_F_VERSION_1)) != 0
	                ? VNET_HEADER_COUNTED
	                : VNET_HEADER;
	v->offloads = (v->features & (takes | BIT(VIRTIO_NET_F_CSUM))) != 0;
	v->port.features &= ~(unsigned int)(VALE_F_CSUM | VALE_F_GSO);
	if ((v->features & takes) != 0)
		v->port.features |= VALE_F_CSUM;
	if ((v->features & takes) != 0 && (v->features & cuts) == cuts)
		v->port.features |= VALE_F_GSO;
}

static bool
vhost_ring_ready(const struct vhost_port *v, unsigned int i)
{
	const struct vhost_ring *r =
	    i == VHOST_FROM_GUEST ? &v->in_ring : &v->out_ring;
	const struct vhost_setup *s = &v->setup[i];

	return s->placed && s->kicked && s->enabled && r->size > 0;
}

static int
vhost_start_ring(struct vhost_port *v, unsigned int i, struct vhost_ring *r,
    struct diag *why)
{
	const struct vhost_setup *s = &v->setup[i];

	r->event_idx = (v->features & BIT(VIRTIO_RING_F_EVENT_IDX)) != 0;
	r->indirect = (v->features & BIT(VIRTIO_RING_F_INDIRECT_DESC)) != 0;
	if (vhost_ring_map(r, &v->memory, s->desc, s->avail, s->used) != 0)
		return diag(why, ERR_PEER,
		    "ring %u: does not lie in the guest's memory", i);
	vhost_ring_start(r, s->base);
	return 0;
}

int
vhost_resume(struct vhost_port *v, struct diag *why)
{
	int err;

	if (v->port.link == VALE_UP || v->memory.n == 0 ||
	    !vhost_ring_ready(v, VHOST_FOR_GUEST) ||
	    !vhost_ring_ready(v, VHOST_FROM_GUEST))
		return 0;
	vhost_apply_features(v);
	v->nready = 0;
	v->bad_kick = false;
	err = vhost_start_ring(v, VHOST_FOR_GUEST, &v->out_ring, why);
	if (err == 0)
		err = vhost_start_ring(v, VHOST_FROM_GUEST, &v->in_ring, why);
	if (err != 0)
		return err;
	v->port.fd = v->setup[VHOST_FROM_GUEST].kick;
	/* A guest that will not kick is polled. */
	if (v->port.fd < 0)
		v->port.features |= VALE_F_POLL_ONLY;
	else
		v->port.features &= ~(unsigned int)VALE_F_POLL_ONLY;
	err = vale_port_start(&v->port);
	return err == 0 ? 0 : diag(why, err, "start: %s", err_text(err));
}

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void
vhost_drop_fds(struct vhost_port *v)
{
	while (v->nfds > 0)
		close(v->fds[--v->nfds]);
}

void
vhost_reset(struct vhost_port *v)
{
	for (unsigned int i = 0; i < VHOST_RINGS; i++) {
		struct vhost_setup *s = &v->setup[i];

		close_fd(&s->kick);
		close_fd(&s->call);
		memset(s, 0, sizeof(*s));
		s->kick = s->call = -1;
	}
	v->port.fd = -1;
	v->in_ring.size = v->out_ring.size = 0;
	v->features = v->protocol = 0;
	vhost_memory_clear(&v->memory);
	vhost_drop_fds(v);
	v->have = 0;
}

/* ---- requests ---- */

static int
vhost_reply(struct vhost_port *v, const void *payload, uint32_t n)
{
	struct vhost_wire_header h = { .request = v->in.header.request,
		.flags = VHOST_VERSION | VHOST_REPLY,
		.size = n };
	uint8_t out[sizeof(h) + sizeof(v->in.u)];

	memcpy(out, &h, sizeof(h));
	memcpy(out + sizeof(h), payload, n);
	/* A front end that does not read its answers is none. */
	return send(v->socket, out, sizeof(h) + n,
	           MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)(sizeof(h) + n)
	           ? 0
	           : ERR_CLOSED;
}

static int
ask_get_features(struct vhost_port *v, struct diag *why)
{
	(void)why;
	return vhost_reply(v, &FEATURES, sizeof(FEATURES));
}

static int
ask_set_features(struct vhost_port *v, struct diag *why)
{
	if ((v->in.u.number & ~FEATURES) != 0)
		return diag(why, ERR_PEER, "features %#llx: were not offered",
		    (unsigned long long)(v->in.u.number & ~FEATURES));
	v->features = v->in.u.number;
	/* Without protocol features rings are enabled from the start. */
	for (unsigned int i = 0; i < VHOST_RINGS; i++)
		v->setup[i].enabled |= (v->features & PROTOCOL_FEATURES) == 0;
	return 0;
}

static int
ask_get_protocol(struct vhost_port *v, struct diag *why)
{
	(void)why;
	return vhost_reply(v, &PROTOCOLS, sizeof(PROTOCOLS));
}

static int
ask_set_protocol(struct vhost_port *v, struct diag *why)
{
	if ((v->in.u.number & ~PROTOCOLS) != 0)
		return diag(why, ERR_PEER, "protocol features: not offered");
	v->protocol = v->in.u.number;
	return 0;
}

static int
ask_nothing(struct vhost_port *v, struct diag *why)
{
	(void)v;
	(void)why;
	return 0;
}

static int
ask_memory(struct vhost_port *v, struct diag *why)
{
	const struct vhost_wire_memory *m = &v->in.u.memory;

	if (m->n > VHOST_REGIONS || m->n != v->nfds ||
	    v->in.header.size < 8 + m->n * sizeof(m->region[0]))
		return diag(why, ERR_PEER,
		    "memory: %u regions with %u descriptors", m->n, v->nfds);
	return vhost_memory_set(&v->memory, m->region, v->fds, m->n, why);
}

/* The ring that a message is about, or NULL. */
static struct vhost_setup *
vhost_setup_of(struct vhost_port *v, uint64_t index, struct diag *why)
{
	if (index < VHOST_RINGS)
		return &v->setup[index];
	diag(why, ERR_PEER, "ring %llu: there are two",
	    (unsigned long long)index);
	return NULL;
}

static int
ask_size(struct vhost_port *v, struct diag *why)
{
	uint32_t n = v->in.u.state.number;

	if (vhost_setup_of(v, v->in.u.state.index, why) == NULL)
		return ERR_PEER;
	if (n == 0 || n > RING_SIZE_MAX || (n & (n - 1)) != 0)
		return diag(why, ERR_PEER, "ring: size %u is none", n);
	if (v->in.u.state.index == VHOST_FROM_GUEST)
		v->in_ring.size = n;
	else
		v->out_ring.size = n;
	return 0;
}

static int
ask_address(struct vhost_port *v, struct diag *why)
{
	const struct vhost_wire_address *a = &v->in.u.address;
	struct vhost_setup *s = vhost_setup_of(v, a->index, why);

	if (s == NULL)
		return ERR_PEER;
	s->desc = a->desc;
	s->avail = a->avail;
	s->used = a->used;
	s->placed = true;
	return 0;
}

static int
ask_set_base(struct vhost_port *v, struct diag *why)
{
	struct vhost_setup *s = vhost_setup_of(v, v->in.u.state.index, why);

	if (s == NULL)
		return ERR_PEER;
	s->base = (uint16_t)v->in.u.state.number;
	return 0;
}

/* Stops the ring and tells where it was. */
static int
ask_get_base(struct vhost_port *v, struct diag *why)
{
	struct vhost_wire_state answer = v->in.u.state;
	struct vhost_setup *s = vhost_setup_of(v, answer.index, why);

	if (s == NULL)
		return ERR_PEER;
	close_fd(&s->kick);
	close_fd(&s->call);
	s->kicked = s->placed = false;
	answer.number = s->base;
	return vhost_reply(v, &answer, sizeof(answer));
}

/* The one descriptor that comes with a ring's number, or none: -1. */
static int
vhost_ring_fd(
    struct vhost_port *v, struct vhost_setup **s, int *fd, struct diag *why)
{
	uint64_t number = v->in.u.number;

	*s = vhost_setup_of(v, number & VHOST_INDEX, why);
	*fd = -1;
	if (*s == NULL)
		return ERR_PEER;
	if ((number & VHOST_NO_FD) != 0)
		return 0;
	if (v->nfds != 1)
		return diag(
		    why, ERR_PEER, "ring: comes with %u descriptors", v->nfds);
	*fd = v->fds[--v->nfds];
	return 0;
}

/*
 * Whether it is an eventfd.  One that does not block, for where doorbell.h can
 * only write; the front end can change that.
 */
static bool
is_eventfd(int fd)
{
	static const char want[] = "anon_inode:[eventfd]";
	char path[32], to[sizeof(want)] = "";

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return readlink(path, to, sizeof(to)) == sizeof(want) - 1 &&
	       memcmp(to, want, sizeof(want) - 1) == 0 &&
	       fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK) == 0;
}

static int
ask_fd(struct vhost_port *v, bool kick, struct diag *why)
{
	struct vhost_setup *s;
	int fd, err = vhost_ring_fd(v, &s, &fd, why);

	if (err != 0)
		return err;
	if (fd >= 0 && !is_eventfd(fd)) {
		close(fd);
		return diag(why, ERR_PEER, "%s: no event descriptor",
		    kick ? "kick" : "call");
	}
	close_fd(kick ? &s->kick : &s->call);
	*(kick ? &s->kick : &s->call) = fd;
	s->kicked |= kick;
	return 0;
}

static int
ask_kick(struct vhost_port *v, struct diag *why)
{
	return ask_fd(v, true, why);
}

static int
ask_call(struct vhost_port *v, struct diag *why)
{
	return ask_fd(v, false, why);
}

/* We have nothing to say there. */
static int
ask_error(struct vhost_port *v, struct diag *why)
{
	struct vhost_setup *s;
	int fd, err = vhost_ring_fd(v, &s, &fd, why);

	close_fd(&fd);
	return err;
}

static int
ask_enable(struct vhost_port *v, struct diag *why)
{
	struct vhost_setup *s = vhost_setup_of(v, v->in.u.state.index, why);

	if (s == NULL)
		return ERR_PEER;
	s->enabled = v->in.u.state.number != 0;
	return 0;
}

static int
ask_reset(struct vhost_port *v, struct diag *why)
{
	(void)why;
	for (unsigned int i = 0; i < VHOST_RINGS; i++)
		v->setup[i].enabled = false;
	return 0;
}

/* What there is to ask; answered: has an answer of its own. */
static const struct ask {
	uint32_t request, size;
	bool pauses, answered;
	int (*ask)(struct vhost_port *v, struct diag *why);
} asks[] = {
	{ VHOST_GET_FEATURES, 0, false, true, ask_get_features },
	{ VHOST_SET_FEATURES, 8, true, false, ask_set_features },
	{ VHOST_SET_OWNER, 0, false, false, ask_nothing },
	{ VHOST_RESET_OWNER, 0, true, false, ask_reset },
	{ VHOST_SET_MEM_TABLE, 8, true, false, ask_memory },
	{ VHOST_SET_VRING_NUM, 8, true, false, ask_size },
	{ VHOST_SET_VRING_ADDR, 40, true, false, ask_address },
	{ VHOST_SET_VRING_BASE, 8, true, false, ask_set_base },
	{ VHOST_GET_VRING_BASE, 8, true, true, ask_get_base },
	{ VHOST_SET_VRING_KICK, 8, true, false, ask_kick },
	{ VHOST_SET_VRING_CALL, 8, true, false, ask_call },
	{ VHOST_SET_VRING_ERR, 8, false, false, ask_error },
	{ VHOST_GET_PROTOCOL_FEATURES, 0, false, true, ask_get_protocol },
	{ VHOST_SET_PROTOCOL_FEATURES, 8, false, false, ask_set_protocol },
	{ VHOST_SET_VRING_ENABLE, 8, true, false, ask_enable },
};

/* Where the rings are becomes where they start. */
static void
vhost_keep_bases(struct vhost_port *v)
{
	if (v->port.link != VALE_UP)
		return;
	v->setup[VHOST_FOR_GUEST].base = v->out_ring.avail_index;
	v->setup[VHOST_FROM_GUEST].base = v->in_ring.avail_index;
}

static int
vhost_run(struct vhost_port *v, const struct ask *a, struct diag *why)
{
	int err;

	if (v->in.header.size < a->size)
		return diag(why, ERR_PEER, "request %u: %u bytes are too few",
		    a->request, v->in.header.size);
	if (a->pauses) {
		bool was_up = v->port.link == VALE_UP;

		vale_port_stop(&v->port);
		vhost_keep_bases(v);
		if (was_up)
			v->port.link = VALE_DOWN;
	}
	err = a->ask(v, why);
	if (err == 0 && a->pauses)
		err = vhost_resume(v, why);
	if (err == 0 && !a->answered &&
	    (v->in.header.flags & VHOST_NEED_REPLY) != 0 &&
	    (v->protocol & BIT(VHOST_PROTOCOL_REPLY_ACK)) != 0) {
		static const uint64_t done = 0;

		err = vhost_reply(v, &done, sizeof(done));
	}
	return err;
}

int
vhost_request(struct vhost_port *v, struct diag *why)
{
	for (size_t i = 0; i < ARRAY_SIZE(asks); i++)
		if (asks[i].request == v->in.header.request)
			return vhost_run(v, &asks[i], why);
	return diag(
	    why, ERR_PEER, "request %u: not known", v->in.header.request);
}
