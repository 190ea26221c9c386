/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * vhost.h -- the front end of a vhost-user port in the test's own process: a
 * guest's memory and rings, as honest or as wild as the test wants.
 *
 *	memory (VF_MEMORY bytes at guest address VF_GUEST):
 *	ring i at i * VF_RING: descriptors, available + 0x1000, used + 0x2000
 *	indirect table of descriptor d at VF_TABLES + d * 256
 *	buffer of descriptor d at VF_BUFFERS + d * VF_BUFFER
 *
 * Ring 0: the guest receives; 1: it sends.
 */
#ifndef TEST_VHOST_H
#define TEST_VHOST_H

#define _GNU_SOURCE /* memfd_create() */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/atomic.h"
#include "base/bytes.h"
#include "test/vale.h"
#include "vale/kinds.h"
#include "vale/vhost_wire.h"

enum {
	VF_SIZE = 16, /* of a ring */
	VF_RING = 0x4000,
	VF_TABLES = 0x8000,
	VF_BUFFERS = 0x10000,
	VF_BUFFER = 2048,
	VF_MEMORY = 0x20000,
	VF_GUEST = 0x40000000,
	VF_NEXT = 1,
	VF_WRITE = 2,
	VF_INDIRECT = 4,
};

static const uint64_t VF_PROTOCOL = UINT64_C(1) << 30,
                      VF_V1 = UINT64_C(1) << 32, VF_MERGE = 1 << 15,
                      VF_INDIRECTS = 1 << 28, VF_EVENTS = 1 << 29,
                      VF_OFFLOADS =
                          1 << 0 | 1 << 1 | 1 << 7 | 1 << 8 | 1 << 11 | 1 << 12;

struct vfront {
	struct vtest t; /* port 0 of a wire is a memory port */
	struct vale_port *port;
	char path[64];
	int socket, memfd;
	uint8_t *memory;
	int kick[2], call[2];
	uint16_t seen[2]; /* used entries */
	unsigned int header;
};

UNUSED static void
vf_run(struct vfront *f)
{
	/* A message has a header, a payload and an effect. */
	for (int i = 0; i < 8; i++)
		vtest_run(&f->t);
}

/* Sends raw bytes with descriptors; false: hung up. */
UNUSED static bool
vf_write(
    struct vfront *f, const void *bytes, size_t n, const int *fds, size_t nfds)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int) * 16)];
	} control = { .bytes = { 0 } };
	struct iovec iov = { (void *)(uintptr_t)bytes, n };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (nfds > 0) {
		m.msg_control = &control;
		m.msg_controllen = CMSG_SPACE(sizeof(int) * nfds);
		control.align.cmsg_level = SOL_SOCKET;
		control.align.cmsg_type = SCM_RIGHTS;
		control.align.cmsg_len = CMSG_LEN(sizeof(int) * nfds);
		memcpy(CMSG_DATA(&control.align), fds, sizeof(int) * nfds);
	}
	return sendmsg(f->socket, &m, MSG_NOSIGNAL) == (ssize_t)n;
}

UNUSED static void
vf_send(struct vfront *f, uint32_t request, const void *payload, uint32_t n,
    const int *fds, size_t nfds)
{
	struct vhost_wire_header h = { request, VHOST_VERSION, n };
	uint8_t bytes[sizeof(h) + 512];

	memcpy(bytes, &h, sizeof(h));
	if (n > 0)
		memcpy(bytes + sizeof(h), payload, n);
	(void)vf_write(f, bytes, sizeof(h) + n, fds, nfds);
	vf_run(f);
}

UNUSED static void
vf_number(struct vfront *f, uint32_t request, uint64_t number)
{
	vf_send(f, request, &number, sizeof(number), NULL, 0);
}

UNUSED static void
vf_state(struct vfront *f, uint32_t request, uint32_t index, uint32_t number)
{
	struct vhost_wire_state s = { index, number };

	vf_send(f, request, &s, sizeof(s), NULL, 0);
}

/* Whether the switch has hung up; takes answers away. */
UNUSED static bool
vf_gone(struct vfront *f)
{
	char answer[512];
	ssize_t n;

	vf_run(f);
	while ((n = recv(f->socket, answer, sizeof(answer), MSG_DONTWAIT)) > 0)
		continue;
	return n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

UNUSED static void
vf_memory(struct vfront *f)
{
	struct vhost_wire_memory m = { .n = 2 };
	int fds[2] = { f->memfd, f->memfd };

	/* Two regions, the second in the middle of buffers. */
	m.region[0] = (struct vhost_wire_region){ VF_GUEST,
		VF_BUFFERS + VF_BUFFER / 2, 0x7000000, 0 };
	m.region[1] = (struct vhost_wire_region){ VF_GUEST + m.region[0].size,
		VF_MEMORY - m.region[0].size, 0x9000000, m.region[0].size };
	vf_send(f, VHOST_SET_MEM_TABLE, &m, 8 + 2 * 32, fds, 2);
}

UNUSED static void
vf_ring(struct vfront *f, uint32_t i)
{
	uint64_t at = 0x7000000 + (uint64_t)i * VF_RING, index = i;
	struct vhost_wire_address a = { i, 0, at, at + 0x2000, at + 0x1000, 0 };

	vf_state(f, VHOST_SET_VRING_NUM, i, VF_SIZE);
	vf_state(f, VHOST_SET_VRING_BASE, i, 0);
	vf_send(f, VHOST_SET_VRING_ADDR, &a, sizeof(a), NULL, 0);
	vf_send(f, VHOST_SET_VRING_CALL, &index, 8, &f->call[i], 1);
	vf_send(f, VHOST_SET_VRING_KICK, &index, 8, &f->kick[i], 1);
	vf_state(f, VHOST_SET_VRING_ENABLE, i, 1);
}

/* Connects, and negotiates as far as running rings. */
UNUSED static void
vf_connect(struct vfront *f, uint64_t features)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	memset(f->memory, 0, VF_MEMORY);
	f->seen[0] = f->seen[1] = 0;
	f->header = (features & (VF_V1 | VF_MERGE)) != 0 ? 12 : 10;
	(void)str_copy(str_of(f->path), a.sun_path, sizeof(a.sun_path));
	f->socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(f->socket, (struct sockaddr *)&a, sizeof(a)) != 0)
		ok(false, "connect: %s", strerror(errno));
	vf_run(f);
	vf_send(f, VHOST_SET_OWNER, NULL, 0, NULL, 0);
	vf_number(f, VHOST_SET_FEATURES, features | VF_PROTOCOL);
	vf_memory(f);
	vf_ring(f, 0);
	vf_ring(f, 1);
}

UNUSED static void
vf_hang_up(struct vfront *f)
{
	close(f->socket);
	f->socket = -1;
	vf_run(f);
}

UNUSED static void
vf_start(struct vfront *f, uint64_t features)
{
	struct diag why = { "" };
	struct vale_attach at = { .switch_name = STR("v"),
		.name = STR("guest"),
		.with = &vale_kind_vhost_user,
		.worker = -1 };

	vtest_start(&f->t, "wire", 1);
	(void)snprintf(
	    f->path, sizeof(f->path), "/tmp/vhost-test.%d", (int)getpid());
	at.args = str_of(f->path);
	if (vale_attach(f->t.vale, &at, &f->port, &why) != 0)
		ok(false, "attach: %s", why.text);
	f->memfd = memfd_create("guest", MFD_CLOEXEC);
	if (ftruncate(f->memfd, VF_MEMORY) != 0)
		ok(false, "ftruncate: %s", strerror(errno));
	f->memory = mmap(
	    NULL, VF_MEMORY, PROT_READ | PROT_WRITE, MAP_SHARED, f->memfd, 0);
	for (int i = 0; i < 2; i++) {
		f->kick[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		f->call[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	}
	vf_connect(f, features);
}

UNUSED static void
vf_stop(struct vfront *f)
{
	if (f->socket >= 0)
		close(f->socket);
	vtest_stop(&f->t);
	munmap(f->memory, VF_MEMORY);
	close(f->memfd);
	for (int i = 0; i < 2; i++) {
		close(f->kick[i]);
		close(f->call[i]);
	}
	ok(access(f->path, F_OK) != 0, "its socket has gone");
}

/* ---- rings ---- */

UNUSED static uint8_t *
vf_buffer(struct vfront *f, unsigned int d)
{
	return f->memory + VF_BUFFERS + d * VF_BUFFER;
}

/* Descriptor d of ring i, or of the table at offset i when i > 1. */
UNUSED static void
vf_desc(struct vfront *f, unsigned int i, unsigned int d, uint64_t address,
    uint32_t length, uint16_t flags, uint16_t next)
{
	uint8_t *to = f->memory + (i > 1 ? i : i * VF_RING) + d * 16;

	put_u64(to, address);
	put_u32(to + 8, length);
	put_u16(to + 12, flags);
	put_u16(to + 14, next);
}

UNUSED static uint64_t
vf_address(unsigned int d)
{
	return VF_GUEST + VF_BUFFERS + (uint64_t)d * VF_BUFFER;
}

/* Makes the chain that begins at head available on ring i, and kicks. */
UNUSED static void
vf_offer(struct vfront *f, unsigned int i, uint16_t head)
{
	static const uint64_t one = 1;
	uint8_t *avail = f->memory + i * VF_RING + 0x1000;
	uint16_t index = get_u16(avail + 2);

	put_u16(avail + 4 + 2 * (index % VF_SIZE), head);
	fence_full();
	put_u16(avail + 2, (uint16_t)(index + 1));
	(void)!write(f->kick[i], &one, sizeof(one));
	vf_run(f);
}

/* Used entries of ring i since the last look; the last one's length. */
UNUSED static unsigned int
vf_used(struct vfront *f, unsigned int i, uint32_t *length)
{
	uint8_t *used = f->memory + i * VF_RING + 0x2000;
	uint16_t index = get_u16(used + 2), n = (uint16_t)(index - f->seen[i]);

	if (n > 0 && length != NULL)
		*length = get_u32(used + 4 + 8 * ((index - 1) % VF_SIZE) + 4);
	f->seen[i] = index;
	return n;
}

/* Whether ring i's call came since the last look. */
UNUSED static bool
vf_called(struct vfront *f, unsigned int i)
{
	uint64_t count;

	return read(f->call[i], &count, sizeof(count)) == sizeof(count);
}

#endif
