/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * open_packet.c -- a packet socket with rings at an interface (packet(7)).
 *
 * "INTERFACE[,netns=NS]" gives the socket, bound, promiscuous, with the rings
 * of port_af_packet.c, and its MTU.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "vale/opener.h"
#include "vale/packet_ring.h"

static int
packet_option(int fd, int option, int value)
{
	return setsockopt(fd, SOL_PACKET, option, &value, sizeof(value));
}

static int
packet_rings(int fd)
{
	struct tpacket_req3 rx = { .tp_block_size = PACKET_BLOCK,
		.tp_block_nr = PACKET_BLOCKS,
		.tp_frame_size = PACKET_SLOT,
		.tp_frame_nr = PACKET_BLOCKS * (PACKET_BLOCK / PACKET_SLOT),
		.tp_retire_blk_tov = PACKET_RETIRE_MS };
	struct tpacket_req3 tx = { .tp_block_size = PACKET_BLOCK,
		.tp_block_nr = PACKET_TX_BLOCKS,
		.tp_frame_size = PACKET_TX_SLOT,
		.tp_frame_nr =
		    PACKET_TX_BLOCKS * (PACKET_BLOCK / PACKET_TX_SLOT) };

	if (packet_option(fd, PACKET_VERSION, TPACKET_V3) != 0 ||
	    packet_option(fd, PACKET_VNET_HDR, 1) != 0 ||
	    packet_option(fd, PACKET_IGNORE_OUTGOING, 1) != 0 ||
	    /* One bad frame must not stop the ring. */
	    packet_option(fd, PACKET_LOSS, 1) != 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &rx, sizeof(rx)) != 0)
		return -1;
	return setsockopt(fd, SOL_PACKET, PACKET_TX_RING, &tx, sizeof(tx));
}

static int
packet_bind(int fd, const char *name, struct vale_opened *o)
{
	struct ifreq ifr = { .ifr_mtu = 0 };
	struct sockaddr_ll sa = { .sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL) };
	struct packet_mreq mr = { .mr_type = PACKET_MR_PROMISC };
	int mtu;

	(void)str_copy(str_of(name), ifr.ifr_name, sizeof(ifr.ifr_name));
	if (ioctl(fd, SIOCGIFMTU, &ifr) != 0)
		return -1;
	mtu = ifr.ifr_mtu;
	if (ioctl(fd, SIOCGIFINDEX, &ifr) != 0)
		return -1;
	sa.sll_ifindex = mr.mr_ifindex = ifr.ifr_ifindex;
	if (ioctl(fd, SIOCGIFHWADDR, &ifr) != 0)
		return -1;
	if (ifr.ifr_hwaddr.sa_family != ARPHRD_ETHER &&
	    ifr.ifr_hwaddr.sa_family != ARPHRD_LOOPBACK) {
		errno = EPROTONOSUPPORT;
		return -1;
	}
	(void)snprintf(o->text, sizeof(o->text), "%d", mtu);
	if (bind(fd, (struct sockaddr *)&sa, sizeof(sa)) != 0)
		return -1;
	return setsockopt(
	    fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &mr, sizeof(mr));
}

static int
packet_open(struct str args, struct vale_opened *o, struct diag *why)
{
	struct str name = str_sub(args, 0, str_find(args, ',', 0));
	char text[IFNAMSIZ];
	int back, err;

	if (name.n == 0 || !str_copy(name, text, sizeof(text)))
		return diag(why, ERR_INVAL,
		    "af_packet: '%.*s': an interface's name has 1 to %d "
		    "letters",
		    STR_ARG(name), IFNAMSIZ - 1);
	err = namespace_enter(vale_option(args, "netns"), &back, why);
	if (err != 0)
		return err;
	/* Bound to no protocol until the rings are there. */
	o->fd[0] =
	    socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (o->fd[0] < 0 || packet_rings(o->fd[0]) != 0 ||
	    packet_bind(o->fd[0], text, o) != 0) {
		err = diag(why, errno_error(errno), "af_packet %s: %s", text,
		    strerror(errno));
		if (o->fd[0] >= 0)
			close(o->fd[0]);
		o->fd[0] = -1;
	}
	namespace_leave(back);
	return err;
}

const struct vale_open vale_open_packet = { .name = "packet",
	.open = packet_open };
