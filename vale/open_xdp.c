/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * open_xdp.c -- an AF_XDP socket at one queue of an interface, by libxdp,
 * which loads the program that leads frames there and takes it off again.
 *
 * "INTERFACE[,queue=N][,netns=NS]" gives the socket, the memory of its frames
 * as a file, and the MTU.  Zero copy is asked for first, then copying.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/if_xdp.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>
#include <xdp/libxdp.h>
#include <xdp/xsk.h>

#include "base/compiler.h"
#include "base/err.h"
#include "vale/number.h"
#include "vale/opener.h"
#include "vale/xdp_memory.h"

struct xdp_keep {
	char netns[128];
	void *area;
	struct xsk_umem *umem;
	struct xsk_socket *socket;
	struct xsk_ring_prod fill, tx;
	struct xsk_ring_cons completion, rx;
};

static int
xdp_quiet(enum libxdp_print_level level, const char *fmt, va_list ap)
{
	(void)level;
	(void)fmt;
	(void)ap;
	return 0;
}

static void
xdp_undo(struct xdp_keep *k)
{
	if (k->socket != NULL)
		xsk_socket__delete(k->socket);
	if (k->umem != NULL)
		(void)xsk_umem__delete(k->umem);
	if (k->area != NULL)
		munmap(k->area, XDP_MEMORY);
	free(k);
}

static int
xdp_memory(struct xdp_keep *k, int *fd)
{
	const struct xsk_umem_config config = { .fill_size = XDP_SLOTS,
		.comp_size = XDP_SLOTS,
		.frame_size = XDP_FRAME };
	void *area;

	*fd = memfd_create("xdp", MFD_CLOEXEC);
	if (*fd < 0 || ftruncate(*fd, XDP_MEMORY) != 0)
		return -errno;
	area = mmap(NULL, XDP_MEMORY, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_POPULATE, *fd, 0);
	if (area == MAP_FAILED)
		return -errno;
	k->area = area;
	return xsk_umem__create(
	    &k->umem, area, XDP_MEMORY, &k->fill, &k->completion, &config);
}

static int
xdp_socket(struct xdp_keep *k, const char *name, uint32_t queue)
{
	static const uint16_t ways[] = { XDP_ZEROCOPY, XDP_COPY };
	struct xsk_socket_config config = { .rx_size = XDP_SLOTS,
		.tx_size = XDP_SLOTS };
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		config.bind_flags = ways[i] | XDP_USE_NEED_WAKEUP;
		err = xsk_socket__create(
		    &k->socket, name, queue, k->umem, &k->rx, &k->tx, &config);
		if (err == 0)
			return 0;
		k->socket = NULL;
		if (err == -EBUSY || err == -EPERM || err == -ENODEV)
			return err;
	}
	return err;
}

static void
xdp_mtu(const char *name, struct vale_opened *o)
{
	struct ifreq ifr = { .ifr_mtu = 1500 };
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)str_copy(str_of(name), ifr.ifr_name, sizeof(ifr.ifr_name));
	if (s >= 0) {
		(void)ioctl(s, SIOCGIFMTU, &ifr); /* else: the usual */
		close(s);
	}
	(void)snprintf(o->text, sizeof(o->text), "%d", ifr.ifr_mtu);
}

static int
xdp_make(struct xdp_keep *k, const char *name, uint32_t queue,
    struct vale_opened *o, struct diag *why)
{
	int err = xdp_memory(k, &o->fd[1]);

	if (err == 0)
		err = xdp_socket(k, name, queue);
	if (err != 0)
		return diag(why, errno_error(-err), "af_xdp %s, queue %u: %s",
		    name, queue, strerror(-err));
	o->fd[0] = dup(xsk_socket__fd(k->socket));
	if (o->fd[0] < 0)
		return diag(why, ERR_IO, "af_xdp: %s", strerror(errno));
	xdp_mtu(name, o);
	return 0;
}

static int
xdp_open(struct str args, struct vale_opened *o, struct diag *why)
{
	struct str name = str_sub(args, 0, str_find(args, ',', 0));
	struct str netns = vale_option(args, "netns");
	struct str q = vale_option(args, "queue");
	struct xdp_keep *k;
	char text[IFNAMSIZ];
	uint64_t queue = 0;
	int back, err;

	if (name.n == 0 || !str_copy(name, text, sizeof(text)))
		return diag(why, ERR_INVAL,
		    "af_xdp: '%.*s': an interface's name has 1 to %d letters",
		    STR_ARG(name), IFNAMSIZ - 1);
	if (q.n > 0 && !number_parse(q, 1023, &queue))
		return diag(
		    why, ERR_INVAL, "af_xdp: queue=%.*s: no queue", STR_ARG(q));
	k = calloc(1, sizeof(*k));
	if (k == NULL || !str_copy(netns, k->netns, sizeof(k->netns))) {
		free(k);
		return diag(why, ERR_NOMEM, "af_xdp: out of memory");
	}
	err = namespace_enter(netns, &back, why);
	if (err == 0) {
		libxdp_set_print(xdp_quiet);
		err = xdp_make(k, text, (uint32_t)queue, o, why);
		if (err == 0)
			o->keep = k;
		else
			xdp_undo(k);
		namespace_leave(back);
	} else {
		free(k);
	}
	for (int i = 0; err != 0 && i < OPENED_FDS; i++) {
		if (o->fd[i] >= 0)
			close(o->fd[i]);
		o->fd[i] = -1;
	}
	return err;
}

static void
xdp_release(struct vale_opened *o)
{
	struct xdp_keep *k = o->keep;
	int back;

	/* The program is taken off where the interface is; if that is gone,
	 * so is the program. */
	if (namespace_enter(str_of(k->netns), &back, NULL) != 0)
		back = -1;
	xdp_undo(k);
	namespace_leave(back);
}

const struct vale_open vale_open_xdp = {
	.name = "xdp", .open = xdp_open, .release = xdp_release
};
