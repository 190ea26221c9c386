/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * port_af_packet.c -- af_packet:INTERFACE: frames of a Linux network interface
 * through rings shared with the kernel (packet(7), packet_mmap.rst), also what
 * a plain interface name in a configuration stands for.
 *
 * Each open has a socket and rings of its own, receiving, sending or both.
 * TPACKET_V2, not V3: V3 hands over whole blocks, when they are full or after
 * a millisecond, which is no latency for a router.
 *
 *	receive  slot: KERNEL -> (frame) USER -> we copy -> KERNEL
 *	send     slot: AVAILABLE -> we copy -> SEND_REQUEST -> send() -> ...
 *
 * What the kernel keeps beside the frame is put back: a VLAN tag, and the
 * checksum that a local sender left to the card.  Frames merged by the card or
 * its driver (GRO) come as they are, cut at the slot's or SNAPLEN's size.
 */
#include "base/atomic.h"
#include "base/bytes.h"
#include "base/stamp.h"
#include "click/anno.h"
#include "host/checksum.h"
#include "host/port.h"

/* The kernel's PACKET_HOST and so on are macros: after our own names. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	RING_FRAMES = 512,
	RING_FRAME_MIN = 2048,
	RING_FRAME_MAX = 65536, /* slot and its header */
	RING_BLOCK = 65536,     /* a multiple of each slot size */
	/* In a slot before the frame: header, address, alignment. */
	RING_ROOM = 128,
	VLAN_TAG = 4,
	MAC_TYPE = 12, /* where the tag goes */
};

struct ring {
	uint8_t *slots; /* NULL: no such direction */
	uint32_t size;  /* of a slot */
	uint32_t next;
};

struct af_packet {
	struct host_port port;
	int fd;
	bool watched, failed;
	unsigned int armed; /* NETDEV_RX | NETDEV_TX */
	unsigned int snaplen;
	struct ring rx, tx;
	void *map;
	size_t map_size;
	bool unsent; /* slots that the kernel has not been told of */
};

static struct tpacket2_hdr *
ring_slot(const struct ring *r)
{
	return (struct tpacket2_hdr *)(void *)(r->slots +
	                                       (size_t)r->next * r->size);
}

static void
ring_advance(struct ring *r)
{
	r->next = (r->next + 1) % RING_FRAMES;
}

/* ---- waiting ---- */

static void
af_packet_event(void *arg, unsigned int events)
{
	struct af_packet *a = arg;
	unsigned int what = a->armed & events;

	a->armed &= ~what;
	if (a->armed == 0) {
		a->watched = false;
		(void)os_watch_fd(a->port.waiter[NETDEV_RX] != NULL
		                      ? a->port.waiter[NETDEV_RX]
		                      : a->port.waiter[NETDEV_TX],
		    a->fd, 0, NULL, NULL);
	}
	if ((what & NETDEV_RX) != 0)
		port_ready(&a->port, NETDEV_RX);
	if ((what & NETDEV_TX) != 0)
		port_ready(&a->port, NETDEV_TX);
}

/* Tells the kernel of filled slots; true unless it wants to be told again. */
static bool
af_packet_send(struct af_packet *a)
{
	if (send(a->fd, NULL, 0, MSG_DONTWAIT) >= 0) {
		a->unsent = false;
	} else if (errno == ENETDOWN || errno == ENXIO || errno == ENODEV) {
		a->unsent = false; /* dropped by the kernel, slots are free */
	} else {
		a->unsent = true;
	}
	return !a->unsent;
}

static bool
af_packet_arm(struct netdev *dev, unsigned int what)
{
	struct af_packet *a = container_of(dev, struct af_packet, port.dev);

	if (a->failed)
		return true;
	if (what == NETDEV_TX && a->unsent && !af_packet_send(a))
		return true;
	if (what == NETDEV_RX &&
	    load_acquire(&ring_slot(&a->rx)->tp_status) & TP_STATUS_USER)
		return true;
	a->armed |= what;
	if (os_watch_fd(a->port.waiter[what], a->fd, a->armed, af_packet_event,
	        a) != 0) {
		a->armed &= ~what;
		return true; /* out of memory: polled */
	}
	a->watched = true;
	return false;
}

/* ---- receiving ---- */

/* Puts the tag back that the kernel has taken out. */
static void
af_packet_untag(
    struct thread *t, struct packet **p, const struct tpacket2_hdr *h)
{
	uint16_t type = (h->tp_status & TP_STATUS_VLAN_TPID_VALID) != 0
	                    ? h->tp_vlan_tpid
	                    : ETH_P_8021Q;

	if ((*p)->length < MAC_TYPE || packet_push(t, p, VLAN_TAG) == NULL)
		return;
	memmove((*p)->data, (*p)->data + VLAN_TAG, MAC_TYPE);
	put_be16((*p)->data + MAC_TYPE, type);
	put_be16((*p)->data + MAC_TYPE + 2, h->tp_vlan_tci);
	packet_set_mac(*p, (*p)->data);
}

/* Takes one slot's frame into out; false: no memory. */
static bool
af_packet_take(
    struct af_packet *a, struct batch *out, const struct tpacket2_hdr *h)
{
	const uint8_t *slot = (const uint8_t *)h;
	const struct sockaddr_ll *from =
	    (const void *)(slot + TPACKET_ALIGN(sizeof(*h)));
	uint32_t caplen = h->tp_snaplen, length = h->tp_len;
	struct packet *p;

	if (a->snaplen > 0 && caplen > a->snaplen)
		caplen = a->snaplen;
	p = port_receive(&a->port, out, slot + h->tp_mac, caplen,
	    (int64_t)h->tp_sec * NS_PER_SEC + h->tp_nsec);
	if (p == NULL)
		return false;
	p->type = from->sll_pkttype;
	if (length > caplen)
		anno_set_u32(p, ANNO_EXTRA_LENGTH, length - caplen);
	if ((h->tp_status & TP_STATUS_CSUMNOTREADY) != 0)
		checksum_complete(p);
	if ((h->tp_status & TP_STATUS_VLAN_VALID) != 0) {
		af_packet_untag(out->thread, &out->packet[out->count - 1], h);
		if (out->packet[out->count - 1] == NULL) {
			out->count--;
			a->port.stats.rx_dropped++;
			return false;
		}
	}
	return true;
}

static int
af_packet_rx(struct netdev *dev, struct batch *out, unsigned int max)
{
	struct af_packet *a = container_of(dev, struct af_packet, port.dev);
	unsigned int n = 0;

	if (a->rx.slots == NULL)
		return 0;
	/* A slot without memory for its frame is given back all the same. */
	for (unsigned int looked = 0; looked < max; looked++) {
		struct tpacket2_hdr *h = ring_slot(&a->rx);

		/* Reads the frame after the kernel has written status. */
		if ((load_acquire(&h->tp_status) & TP_STATUS_USER) == 0)
			break;
		n += af_packet_take(a, out, h);
		/* The kernel may write it again from here on. */
		store_release(&h->tp_status, (uint32_t)TP_STATUS_KERNEL);
		ring_advance(&a->rx);
	}
	return (int)n;
}

/* ---- sending ---- */

/* Where the kernel looks for the frame of a slot to be sent. */
static uint8_t *
af_packet_tx_data(struct tpacket2_hdr *h)
{
	return (uint8_t *)h + TPACKET2_HDRLEN - sizeof(struct sockaddr_ll);
}

/* Puts p into the next slot; false: none is free. */
static bool
af_packet_put(struct af_packet *a, const struct packet *p)
{
	struct tpacket2_hdr *h = ring_slot(&a->tx);

	if (load_acquire(&h->tp_status) != TP_STATUS_AVAILABLE)
		return false;
	if (p->length > a->tx.size - RING_ROOM) {
		a->port.stats.tx_dropped++;
		return true;
	}
	memcpy(af_packet_tx_data(h), p->data, p->length);
	h->tp_len = p->length;
	/* The frame is there before the kernel sees the request. */
	store_release(&h->tp_status, (uint32_t)TP_STATUS_SEND_REQUEST);
	ring_advance(&a->tx);
	a->port.stats.tx_packets++;
	a->port.stats.tx_bytes += p->length;
	return true;
}

static int
af_packet_tx(struct netdev *dev, struct batch *in)
{
	struct af_packet *a = container_of(dev, struct af_packet, port.dev);
	unsigned int n = 0;

	while (n < in->count && af_packet_put(a, in->packet[n]))
		packet_kill(in->thread, in->packet[n++]);
	port_taken(in, n);
	if (n > 0 || a->unsent)
		(void)af_packet_send(a); /* what is left goes with the next */
	return (int)n;
}

static void
af_packet_stats(struct netdev *dev, struct netdev_stats *s)
{
	struct af_packet *a = container_of(dev, struct af_packet, port.dev);
	struct tpacket_stats kernel;
	socklen_t n = sizeof(kernel);

	/* The kernel's counts start again with each look. */
	if (getsockopt(a->fd, SOL_PACKET, PACKET_STATISTICS, &kernel, &n) == 0)
		a->port.stats.rx_dropped += kernel.tp_drops;
	*s = a->port.stats;
}

static const struct netdev_ops af_packet_ops = {
	.rx = af_packet_rx,
	.tx = af_packet_tx,
	.arm = af_packet_arm,
	.stats = af_packet_stats,
	.close = port_close,
};

/* ---- opening ---- */

static int
af_packet_fail(struct diag *why, const char *interface, const char *what)
{
	int e = errno, err = ERR_IO;

	if (e == EPERM || e == EACCES)
		return diag(why, ERR_PERM,
		    "%s: %s: %s: only root opens interfaces, not in a sandbox; "
		    "--port %s=KIND:... gives it a port",
		    interface, what, strerror(e), interface);
	if (e == ENODEV || e == ENXIO)
		return diag(why, ERR_NOTFOUND,
		    "%s: %s: %s; a port that is no interface is given by "
		    "--port %s=KIND:...",
		    interface, what, strerror(e), interface);
	if (e == ENOMEM || e == ENOBUFS)
		err = ERR_NOMEM;
	return diag(why, err, "%s: %s: %s", interface, what, strerror(e));
}

static int
af_packet_option(int fd, int option, int value)
{
	return setsockopt(fd, SOL_PACKET, option, &value, sizeof(value));
}

/* Learns the interface's address, MTU and number. */
static int
af_packet_interface(
    struct af_packet *a, struct ifreq *ifr, int *ifindex, struct diag *why)
{
	const char *name = ifr->ifr_name;

	if (ioctl(a->fd, SIOCGIFINDEX, ifr) != 0)
		return af_packet_fail(why, name, "SIOCGIFINDEX");
	*ifindex = ifr->ifr_ifindex;
	if (ioctl(a->fd, SIOCGIFMTU, ifr) == 0)
		a->port.dev.mtu =
		    (uint16_t)(ifr->ifr_mtu > 65535 ? 65535 : ifr->ifr_mtu);
	if (ioctl(a->fd, SIOCGIFHWADDR, ifr) == 0 &&
	    ifr->ifr_hwaddr.sa_family == ARPHRD_ETHER)
		memcpy(a->port.dev.mac, ifr->ifr_hwaddr.sa_data, 6);
	return 0;
}

static uint32_t
af_packet_slot_size(uint32_t frame)
{
	uint32_t size = RING_FRAME_MIN;

	while (size < frame + RING_ROOM && size < RING_FRAME_MAX)
		size *= 2;
	return size;
}

static int
af_packet_ring(struct af_packet *a, int option, struct ring *r, uint32_t frame)
{
	struct tpacket_req req = { 0 };

	r->size = af_packet_slot_size(frame);
	req.tp_frame_size = r->size;
	req.tp_frame_nr = RING_FRAMES;
	req.tp_block_size = RING_BLOCK;
	req.tp_block_nr =
	    (unsigned int)((size_t)RING_FRAMES * r->size / RING_BLOCK);
	a->map_size += (size_t)RING_FRAMES * r->size;
	return setsockopt(a->fd, SOL_PACKET, option, &req, sizeof(req));
}

static int
af_packet_rings(struct af_packet *a, unsigned int what, struct diag *why)
{
	const char *name = a->port.name.s;
	uint32_t mtu_frame = a->port.dev.mtu + 18u;
	uint8_t *at;

	if (af_packet_option(a->fd, PACKET_VERSION, TPACKET_V2) != 0)
		return af_packet_fail(why, name, "PACKET_VERSION");
	if ((what & NETDEV_RX) != 0 &&
	    af_packet_ring(a, PACKET_RX_RING, &a->rx,
	        a->snaplen > mtu_frame ? a->snaplen : mtu_frame) != 0)
		return af_packet_fail(why, name, "PACKET_RX_RING");
	/* A frame that the kernel finds malformed must not stop the rest. */
	if ((what & NETDEV_TX) != 0 &&
	    (af_packet_option(a->fd, PACKET_LOSS, 1) != 0 ||
	        af_packet_ring(a, PACKET_TX_RING, &a->tx, mtu_frame) != 0))
		return af_packet_fail(why, name, "PACKET_TX_RING");
	a->map = mmap(NULL, a->map_size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_POPULATE, a->fd, 0);
	if (a->map == MAP_FAILED)
		return af_packet_fail(why, name, "mmap");
	at = a->map;
	if ((what & NETDEV_RX) != 0) {
		a->rx.slots = at;
		at += (size_t)RING_FRAMES * a->rx.size;
	}
	if ((what & NETDEV_TX) != 0)
		a->tx.slots = at;
	return 0;
}

static int
af_packet_bind(struct af_packet *a, int ifindex,
    const struct os_port_request *req, struct diag *why)
{
	const char *name = a->port.name.s;
	bool receives = (req->what & NETDEV_RX) != 0;
	struct sockaddr_ll sa = { .sll_family = AF_PACKET,
		.sll_protocol = receives ? htons(ETH_P_ALL) : 0,
		.sll_ifindex = ifindex };
	struct packet_mreq mr = { .mr_ifindex = ifindex,
		.mr_type =
		    req->promisc ? PACKET_MR_PROMISC : PACKET_MR_ALLMULTI };

	if (receives && !req->outbound &&
	    af_packet_option(a->fd, PACKET_IGNORE_OUTGOING, 1) != 0)
		return af_packet_fail(why, name, "PACKET_IGNORE_OUTGOING");
	if (bind(a->fd, (struct sockaddr *)&sa, sizeof(sa)) != 0)
		return af_packet_fail(why, name, "bind");
	if (receives &&
	    setsockopt(a->fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &mr,
	        sizeof(mr)) != 0 &&
	    req->promisc)
		return af_packet_fail(why, name, "promiscuous mode");
	return 0;
}

/*
 * Not inside a sandbox.  A packet socket is no port of a guest's: it sends in
 * anybody's name, sees all that its interface carries, the host's own packets
 * too, and wants calls with which more could be opened.  The switch has one for
 * its guests, with guards, limits and a mirror.
 */
static int
af_packet_prepare(struct str args, void **prepared, struct diag *why)
{
	*prepared = NULL;
	return diag(why, ERR_NOTSUP,
	    "af_packet:%.*s: not inside a sandbox: let the switch have it "
	    "(vale attach SWITCH:PORT af_packet:%.*s) and bind a port there, "
	    "or start with --no-sandbox",
	    STR_ARG(args), STR_ARG(args));
}

static int
af_packet_open(struct host_port *port, struct str args,
    const struct os_port_request *req, struct diag *why)
{
	struct af_packet *a = container_of(port, struct af_packet, port);
	struct ifreq ifr = { .ifr_mtu = 0 };
	int ifindex = 0, err;

	if (args.n == 0 || !str_copy(args, ifr.ifr_name, IFNAMSIZ)) {
		errno = ENODEV;
		return diag(why, ERR_NOTFOUND, "%.*s: SIOCGIFINDEX: %s",
		    STR_ARG(args), strerror(errno));
	}
	if (req->exclusive)
		return diag(why, ERR_NOTSUP,
		    "%s: the system cannot be kept from its frames; let a "
		    "firewall rule drop them",
		    ifr.ifr_name);
	a->snaplen = req->snaplen;
	a->fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (a->fd < 0)
		return af_packet_fail(why, ifr.ifr_name, "socket");
	err = af_packet_interface(a, &ifr, &ifindex, why);
	if (err != 0)
		goto close_fd;
	err = af_packet_rings(a, req->what, why);
	if (err != 0)
		goto unmap;
	err = af_packet_bind(a, ifindex, req, why);
	if (err != 0)
		goto unmap;
	port->dev.ops = &af_packet_ops;
	return 0;

unmap:
	if (a->map != NULL && a->map != MAP_FAILED)
		munmap(a->map, a->map_size);
close_fd:
	close(a->fd);
	return err;
}

static void
af_packet_close(struct host_port *port)
{
	struct af_packet *a = container_of(port, struct af_packet, port);

	for (unsigned int what = NETDEV_RX; what <= NETDEV_TX; what++)
		if (a->watched && a->port.waiter[what] != NULL)
			(void)os_watch_fd(
			    a->port.waiter[what], a->fd, 0, NULL, NULL);
	munmap(a->map, a->map_size);
	close(a->fd);
}

const struct port_kind port_af_packet = {
	.name = "af_packet",
	.usage = "INTERFACE",
	.size = sizeof(struct af_packet),
	.prepare = af_packet_prepare,
	.private = true,
	.open = af_packet_open,
	.close = af_packet_close,
};
