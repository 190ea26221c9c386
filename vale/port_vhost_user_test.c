/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * port_vhost_user_test.c -- frames through the rings of a guest in this
 * process; guests and front ends that break every rule.
 */
#include "test/vhost.h"

#include <sys/epoll.h>

#include "base/csum.h"
#include "base/proto.h"

static const uint64_t PLAIN = UINT64_C(1) << 32; /* virtio 1 */

/* Offers an empty buffer of n bytes on ring 0. */
static void
offer_empty(struct vfront *f, unsigned int d, uint32_t n)
{
	vf_desc(f, 0, d, vf_address(d), n, VF_WRITE, 0);
	vf_offer(f, 0, (uint16_t)d);
}

/* ---- what works ---- */

static void
test_frames(uint64_t features, const char *name)
{
	struct vfront f;
	uint8_t got[MEM_SLOT];
	uint32_t length;
	unsigned int bad_out = 0, bad_in = 0;

	vf_start(&f, features);
	is_num(f.port->link, VALE_UP, "%s: the port is up", name);
	for (uint32_t n = 14; n <= 1514; n += 50) {
		vtest_make(&f.t, "1>2");
		memset(vf_buffer(&f, 8), 0, f.header);
		memcpy(vf_buffer(&f, 8) + f.header, f.t.frame, n);
		vf_desc(&f, 1, 8, vf_address(8), f.header + n, 0, 0);
		vf_offer(&f, 1, 8);
		bad_out += vf_used(&f, 1, NULL) != 1 ||
		           vale_mem_get(f.t.port[0], got) != (int)n ||
		           memcmp(got, f.t.frame, n) != 0;
		offer_empty(&f, 3, VF_BUFFER);
		vtest_send(&f.t, 0, "2>1", n);
		vf_run(&f);
		bad_in +=
		    vf_used(&f, 0, &length) != 1 || length != f.header + n ||
		    memcmp(vf_buffer(&f, 3) + f.header, f.t.frame, n) != 0;
	}
	is_num(bad_out, 0, "%s: frames from the guest", name);
	is_num(bad_in, 0, "%s: frames to the guest", name);
	vtest_send(&f.t, 0, "2>1", 60);
	vf_run(&f);
	is_num(vtest_dropped(&f.t, 0, DROP_FULL), 0, "counted where it is");
	vf_hang_up(&f);
	is_num(f.port->link, VALE_DOWN, "%s: down without front end", name);
	vtest_send(&f.t, 0, "2>1", 60);
	vf_run(&f);
	vf_connect(&f, features);
	is_num(f.port->link, VALE_UP, "%s: and up with the next", name);
	vf_stop(&f);
}

/* Header alone, data over a border of regions, an indirect table. */
static void
test_chains(void)
{
	struct vfront f;
	uint8_t got[MEM_SLOT];
	uint32_t length = 0;

	vf_start(&f, VF_V1 | VF_INDIRECTS);
	vtest_make(&f.t, "1>2");
	memcpy(vf_buffer(&f, 0), f.t.frame, 1500);
	vf_desc(&f, 1, 4, vf_address(4), 12, VF_NEXT, 5);
	/* The regions meet in the middle of buffer 0. */
	vf_desc(&f, 1, 5, vf_address(0), 1500, 0, 0);
	vf_offer(&f, 1, 4);
	is_num(vale_mem_get(f.t.port[0], got), 1500, "over two regions");
	ok(memcmp(got, f.t.frame, 1500) == 0, "byte for byte");

	vf_desc(&f, VF_TABLES, 0, vf_address(4), 12, VF_NEXT, 1);
	vf_desc(&f, VF_TABLES, 1, vf_address(0), 1000, VF_NEXT, 2);
	vf_desc(&f, VF_TABLES, 2, vf_address(0) + 1000, 200, 0, 0);
	vf_desc(&f, 1, 6, VF_GUEST + VF_TABLES, 48, VF_INDIRECT, 0);
	vf_offer(&f, 1, 6);
	is_num(vale_mem_get(f.t.port[0], got), 1200, "an indirect table");
	ok(memcmp(got, f.t.frame, 1200) == 0, "byte for byte");

	vf_desc(&f, 0, 1, vf_address(1), 5, VF_WRITE | VF_NEXT, 2);
	vf_desc(&f, 0, 2, vf_address(2), 100, VF_WRITE | VF_NEXT, 3);
	vf_desc(&f, 0, 3, vf_address(3), 2000, VF_WRITE, 0);
	vf_offer(&f, 0, 1);
	vtest_send(&f.t, 0, "2>1", 1500);
	vf_run(&f);
	is_num(vf_used(&f, 0, &length), 1, "into a chain of three");
	is_num(length, 1512, "all of it");
	ok(memcmp(vf_buffer(&f, 2) + 7, f.t.frame, 93) == 0 &&
	        memcmp(vf_buffer(&f, 3), f.t.frame + 93, 1407) == 0,
	    "header and frame in a row");
	offer_empty(&f, 4, 100);
	vtest_send(&f.t, 0, "2>1", 1500);
	vf_run(&f);
	is_num(vf_used(&f, 0, NULL), 0, "a buffer that is too short");
	is_num(vtest_dropped(&f.t, 0, DROP_FULL), 0, "is not the sender's");
	vf_stop(&f);
}

static void
test_mergeable(void)
{
	struct vfront f;
	uint8_t whole[1514 + 12];
	uint32_t length, at = 0;

	vf_start(&f, VF_V1 | VF_MERGE);
	for (unsigned int d = 0; d < 8; d++)
		offer_empty(&f, d, 256);
	vtest_send(&f.t, 0, "2>1", 1514);
	vf_run(&f);
	is_num(vf_used(&f, 0, &length), 6, "1514 bytes take six of 256");
	is_num(length, 1526 - 5 * 256, "the last is not full");
	for (unsigned int d = 0; d < 6; d++, at += 256)
		memcpy(whole + at, vf_buffer(&f, d), d < 5 ? 256 : length);
	is_num(get_u16(whole + 10), 6, "as the header says");
	ok(memcmp(whole + 12, f.t.frame, 1514) == 0, "byte for byte");
	vtest_send(&f.t, 0, "2>1", 1514);
	vf_run(&f);
	is_num(vf_used(&f, 0, NULL), 0, "two are not enough for another");
	vtest_send(&f.t, 0, "2>1", 400);
	vf_run(&f);
	is_num(vf_used(&f, 0, NULL), 2, "but for a shorter one");
	vf_stop(&f);
}

/* A TCP frame with its checksum left to us. */
static uint32_t
make_tcp(uint8_t *p, uint32_t payload)
{
	struct ip4 *ip = (void *)(p + 14);
	struct tcp *tcp = (void *)(p + 34);

	memset(p, 0, 54);
	p[0] = p[6] = 2;
	p[11] = 1;
	put_be16(p + 12, ETHERTYPE_IP4);
	ip->vhl = 0x45;
	put_be16(ip->len, (uint16_t)(40 + payload));
	put_be16(ip->id, 100);
	ip->ttl = 64;
	ip->proto = IPPROTO4_TCP;
	ip->src[0] = ip->dst[0] = 10;
	put_u16(ip->sum, csum(ip, 20));
	put_be32(tcp->seq, 1000);
	tcp->off = 0x50;
	tcp->flags = TCP_ACK | TCP_PSH | TCP_FIN | TCP_CWR;
	put_u16(tcp->sum, csum_fold(csum_pseudo4(ip->src, ip->dst, IPPROTO4_TCP,
	                      (uint16_t)(20 + payload))));
	for (uint32_t i = 0; i < payload; i++)
		p[54 + i] = (uint8_t)(i * 7);
	return 54 + payload;
}

static bool
tcp_good(const uint8_t *p, uint32_t n)
{
	const struct ip4 *ip = (const void *)(p + 14);
	uint64_t sum =
	    csum_pseudo4(ip->src, ip->dst, IPPROTO4_TCP, (uint16_t)(n - 34));

	return get_be16(ip->len) == n - 14 && csum(ip, 20) == 0 &&
	       csum_fold(csum_add(sum, p + 34, n - 34)) == 0xffff;
}

static void
put_vnet(uint8_t *h, uint8_t gso, uint16_t size)
{
	memset(h, 0, 12);
	h[0] = 1;
	h[1] = gso;
	put_u16(h + 4, size);
	put_u16(h + 6, 34);
	put_u16(h + 8, 16);
}

static void
test_offloads(void)
{
	static const struct {
		uint32_t length, seq;
		uint16_t id;
		uint8_t flags;
	} want[] = {
		{ 54 + 600, 1000, 100, TCP_ACK | TCP_CWR },
		{ 54 + 600, 1600, 101, TCP_ACK },
		{ 54 + 133, 2200, 102, TCP_ACK | TCP_PSH | TCP_FIN },
	};
	struct vfront f;
	uint8_t got[MEM_SLOT], sent[MEM_SLOT];
	uint32_t n;

	vf_start(&f, VF_V1 | VF_OFFLOADS);
	n = make_tcp(vf_buffer(&f, 8) + 12, 201);
	put_vnet(vf_buffer(&f, 8), 0, 0);
	vf_desc(&f, 1, 8, vf_address(8), 12 + n, 0, 0);
	vf_offer(&f, 1, 8);
	is_num(vale_mem_get(f.t.port[0], got), n, "a frame without checksum");
	ok(tcp_good(got, n), "is given one");

	n = make_tcp(sent, 1333);
	put_vnet(vf_buffer(&f, 8), 1, 600);
	memcpy(vf_buffer(&f, 8) + 12, sent, n);
	vf_desc(&f, 1, 8, vf_address(8), 12 + n, 0, 0);
	vf_offer(&f, 1, 8);
	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		is_num(vale_mem_get(f.t.port[0], got), want[i].length,
		    "segment %zu: its length", i);
		ok(tcp_good(got, want[i].length), "its lengths and checksums");
		is_num(get_be32(got + 38), want[i].seq, "sequence number");
		is_num(get_be16(got + 18), want[i].id, "identification");
		is_hex(got[47], want[i].flags, "flags");
		ok(memcmp(got + 54, sent + 54 + i * 600, want[i].length - 54) ==
		        0,
		    "and payload");
	}
	is_num(vale_mem_get(f.t.port[0], got), -1, "and no more");
	put_vnet(vf_buffer(&f, 8), 1, 8);
	vf_offer(&f, 1, 8);
	is_num(vtest_dropped(&f.t, 0, DROP_OFFLOAD), 0, "tiny segments");
	is_num(vale_mem_get(f.t.port[0], got), -1, "are not made");
	is_num(f.port->link, VALE_UP, "but the port stays");
	vf_stop(&f);
}

static void
test_events(void)
{
	struct vfront f;

	vf_start(&f, VF_V1 | VF_EVENTS);
	(void)vf_called(&f, 0);
	for (unsigned int d = 0; d < 4; d++)
		offer_empty(&f, d, VF_BUFFER);
	/* used_event: told when entry 1 is used. */
	put_u16(f.memory + 0x1000 + 4 + 2 * VF_SIZE, 1);
	vtest_send(&f.t, 0, "2>1", 60);
	vf_run(&f);
	(void)vf_called(&f, 0); /* the first always calls */
	put_u16(f.memory + 0x1000 + 4 + 2 * VF_SIZE, 2);
	vtest_send(&f.t, 0, "2>1", 60);
	vf_run(&f);
	ok(!vf_called(&f, 0), "no event before the index asked for");
	vtest_send(&f.t, 0, "2>1", 60);
	vf_run(&f);
	ok(vf_called(&f, 0), "an event at it");
	vtest_send(&f.t, 0, "2>1", 60);
	vf_run(&f);
	ok(!vf_called(&f, 0), "none after it");
	vf_stop(&f);

	vf_start(&f, VF_V1);
	offer_empty(&f, 0, VF_BUFFER);
	put_u16(f.memory + 0x1000, 1); /* NO_INTERRUPT */
	(void)vf_called(&f, 0);
	vtest_send(&f.t, 0, "2>1", 60);
	vf_run(&f);
	ok(!vf_called(&f, 0), "flags: none wanted");
	offer_empty(&f, 1, VF_BUFFER);
	put_u16(f.memory + 0x1000, 0);
	vtest_send(&f.t, 0, "2>1", 60);
	vf_run(&f);
	ok(vf_called(&f, 0), "flags: wanted");
	vf_stop(&f);
}

/* ---- guests that break the rules ---- */

static void
wild_index(struct vfront *f)
{
	put_u16(f->memory + VF_RING + 0x1002, VF_SIZE);
	vf_offer(f, 1, 0);
}

static void
wild_head(struct vfront *f)
{
	vf_offer(f, 1, VF_SIZE);
}

static void
wild_address(struct vfront *f)
{
	vf_desc(f, 1, 0, 0x1234, 100, 0, 0);
	vf_offer(f, 1, 0);
}

static void
wild_length(struct vfront *f)
{
	vf_desc(f, 1, 0, vf_address(0), UINT32_MAX, 0, 0);
	vf_offer(f, 1, 0);
}

static void
wild_write(struct vfront *f)
{
	vf_desc(f, 1, 0, vf_address(0), 100, VF_WRITE, 0);
	vf_offer(f, 1, 0);
}

static void
wild_circle(struct vfront *f)
{
	vf_desc(f, 1, 0, vf_address(0), 0, VF_NEXT, 1);
	vf_desc(f, 1, 1, vf_address(0), 0, VF_NEXT, 0);
	vf_offer(f, 1, 0);
}

static void
wild_next(struct vfront *f)
{
	vf_desc(f, 1, 0, vf_address(0), 100, VF_NEXT, 60000);
	vf_offer(f, 1, 0);
}

static void
wild_table(struct vfront *f)
{
	vf_desc(f, 1, 0, VF_GUEST + VF_TABLES, 17, VF_INDIRECT, 0);
	vf_offer(f, 1, 0);
}

static void
wild_nested(struct vfront *f)
{
	vf_desc(f, VF_TABLES, 0, VF_GUEST + VF_TABLES, 16, VF_INDIRECT, 0);
	vf_desc(f, 1, 0, VF_GUEST + VF_TABLES, 16, VF_INDIRECT, 0);
	vf_offer(f, 1, 0);
}

static void
wild_receive_index(struct vfront *f)
{
	put_u16(f->memory + 0x1002, 0x8000);
}

static void
wild_receive_read(struct vfront *f)
{
	vf_desc(f, 0, 0, vf_address(0), 2048, 0, 0);
	vf_offer(f, 0, 0);
}

static void
wild_receive_head(struct vfront *f)
{
	vf_offer(f, 0, 0xffff);
}

static void
wild_shrunk(struct vfront *f)
{
	vf_desc(f, 1, 0, vf_address(0), 100, 0, 0);
	if (ftruncate(f->memfd, 0) != 0)
		ok(false, "ftruncate");
}

static void
wild_wall(struct vfront *f)
{
	struct vhost_wire_address a = { 1, 0, 0x7000008, 0x7000000, 0x7000000,
		0 };

	vf_send(f, VHOST_SET_VRING_ADDR, &a, sizeof(a), NULL, 0);
}

static const struct wild {
	const char *what;
	void (*act)(struct vfront *f);
} wilds[] = {
	{ "an available index far ahead", wild_index },
	{ "a head that is no descriptor", wild_head },
	{ "an address without memory", wild_address },
	{ "a length beyond memory", wild_length },
	{ "a buffer to be written to be sent", wild_write },
	{ "a chain in a circle", wild_circle },
	{ "a next that is no descriptor", wild_next },
	{ "an indirect table of 17 bytes", wild_table },
	{ "a table in a table", wild_nested },
	{ "receiving: an index far ahead", wild_receive_index },
	{ "receiving: a buffer to be read", wild_receive_read },
	{ "receiving: a head that is none", wild_receive_head },
	{ "a ring that is not aligned", wild_wall },
	{ "memory that is taken away", wild_shrunk },
};

static void
test_wild_guests(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(wilds); i++) {
		struct vfront f;

		vf_start(&f, VF_V1 | VF_INDIRECTS);
		is_num(f.port->link, VALE_UP, "%s: up before", wilds[i].what);
		wilds[i].act(&f);
		vtest_send(&f.t, 0, "2>1", 60);
		vf_run(&f);
		ok(vf_gone(&f), "%s: hung up", wilds[i].what);
		is_num(f.port->link, VALE_DOWN, "down after");
		vf_hang_up(&f);
		if (ftruncate(f.memfd, VF_MEMORY) != 0)
			ok(false, "ftruncate");
		vf_connect(&f, VF_V1);
		is_num(f.port->link, VALE_UP, "and fit for the next");
		vf_stop(&f);
	}
}

/* ---- front ends that break the rules ---- */

static void
message_version(struct vfront *f)
{
	struct vhost_wire_header h = { VHOST_SET_OWNER, 2, 0 };

	(void)vf_write(f, &h, sizeof(h), NULL, 0);
}

static void
message_size(struct vfront *f)
{
	struct vhost_wire_header h = { VHOST_SET_OWNER, 1, 0x10000 };

	(void)vf_write(f, &h, sizeof(h), NULL, 0);
}

static void
message_short(struct vfront *f)
{
	uint32_t x = 0;

	vf_send(f, VHOST_SET_FEATURES, &x, 4, NULL, 0);
}

static void
message_unknown(struct vfront *f)
{
	vf_number(f, 99, 0);
}

static void
message_features(struct vfront *f)
{
	vf_number(f, VHOST_SET_FEATURES, UINT64_C(1) << 34);
}

static void
message_protocol(struct vfront *f)
{
	vf_number(f, VHOST_SET_PROTOCOL_FEATURES, 1);
}

static void
message_ring(struct vfront *f)
{
	vf_state(f, VHOST_SET_VRING_NUM, 2, 16);
}

static void
message_ring_size(struct vfront *f)
{
	vf_state(f, VHOST_SET_VRING_NUM, 0, 24);
}

static void
message_no_fds(struct vfront *f)
{
	struct vhost_wire_memory m = { .n = 1 };

	m.region[0].size = VF_MEMORY;
	vf_send(f, VHOST_SET_MEM_TABLE, &m, 40, NULL, 0);
}

static void
message_many_regions(struct vfront *f)
{
	struct vhost_wire_memory m = { .n = 9 };

	vf_send(f, VHOST_SET_MEM_TABLE, &m, sizeof(m), NULL, 0);
}

static void
message_region(struct vfront *f, uint64_t size, uint64_t offset, int fd)
{
	struct vhost_wire_memory m = { .n = 1 };

	m.region[0].size = size;
	m.region[0].offset = offset;
	vf_send(f, VHOST_SET_MEM_TABLE, &m, 40, &fd, 1);
}

static void
message_long_region(struct vfront *f)
{
	message_region(f, VF_MEMORY, 4096, f->memfd);
}

static void
message_wrapping(struct vfront *f)
{
	message_region(f, UINT64_MAX - 4095, 4096, f->memfd);
}

static void
message_other_file(struct vfront *f)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	message_region(f, 4096, 0, fd);
	close(fd);
}

static void
message_kick(struct vfront *f)
{
	int p[2];
	uint64_t ring = 1;

	if (pipe(p) != 0)
		ok(false, "pipe");
	vf_send(f, VHOST_SET_VRING_KICK, &ring, 8, &p[0], 1);
	close(p[0]);
	close(p[1]);
}

static void
message_call(struct vfront *f)
{
	uint64_t ring = 0;

	vf_send(f, VHOST_SET_VRING_CALL, &ring, 8, &f->memfd, 1);
}

static void
message_many_fds(struct vfront *f)
{
	uint64_t ring = 0;
	int fds[10];

	for (int i = 0; i < 10; i++)
		fds[i] = f->kick[0];
	vf_send(f, VHOST_SET_VRING_KICK, &ring, 8, fds, 10);
}

static void
message_call_socket(struct vfront *f)
{
	uint64_t ring = 0;

	vf_send(f, VHOST_SET_VRING_CALL, &ring, 8, &f->socket, 1);
}

static void
message_kick_epoll(struct vfront *f)
{
	uint64_t ring = 1;
	int fd = epoll_create1(EPOLL_CLOEXEC);

	vf_send(f, VHOST_SET_VRING_KICK, &ring, 8, &fd, 1);
	close(fd);
}

static const struct wild messages[] = {
	{ "another version", message_version },
	{ "64 kB announced", message_size },
	{ "a payload of four bytes", message_short },
	{ "a request that nobody knows", message_unknown },
	{ "a feature that was not offered", message_features },
	{ "a protocol feature that was not", message_protocol },
	{ "a third ring", message_ring },
	{ "a ring of 24", message_ring_size },
	{ "memory without files", message_no_fds },
	{ "nine regions", message_many_regions },
	{ "a region longer than its file", message_long_region },
	{ "a region around the end", message_wrapping },
	{ "memory of a file on disk", message_other_file },
	{ "a pipe for a kick", message_kick },
	{ "a file for a call", message_call },
	{ "a socket for a call", message_call_socket },
	{ "an epoll for a kick", message_kick_epoll },
	{ "ten descriptors", message_many_fds },
};

static unsigned int
open_fds(void)
{
	unsigned int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void
test_wild_messages(void)
{
	unsigned int before = open_fds();

	for (size_t i = 0; i < ARRAY_SIZE(messages); i++) {
		struct vfront f;

		vf_start(&f, VF_V1);
		messages[i].act(&f);
		ok(vf_gone(&f), "%s: hung up", messages[i].what);
		is_num(f.port->link, VALE_DOWN, "down");
		vf_stop(&f);
	}
	is_num(open_fds(), before, "no descriptor is left");
}

/*
 * Event descriptors that a guest fills and makes block, as it can at any time:
 * nothing waits for it.  (If something does, the alarm ends the test.)
 */
static void
test_full_events(void)
{
	struct vfront f;
	uint8_t got[MEM_SLOT];
	unsigned int served = 0;

	vf_start(&f, VF_V1);
	event_fill(f.call[0]);
	event_fill(f.call[1]);
	(void)alarm(20);
	for (unsigned int i = 0; i < 8; i++) {
		offer_empty(&f, i, VF_BUFFER);
		vtest_send(&f.t, 0, "2>1", 60);
		vf_desc(&f, 1, 8, vf_address(8), 12 + 60, 0, 0);
		vf_offer(&f, 1, 8);
		served += vale_mem_get(f.t.port[0], got) == 60;
	}
	is_num(served, 8, "full calls: what it sends arrives");
	is_num(vf_used(&f, 0, NULL), 8, "and what is sent to it");
	/* It takes its kick away before the switch reads it. */
	ok(fcntl(f.kick[1], F_SETFL, 0) == 0, "a kick that blocks");
	f.port->ops->event(f.port);
	f.port->ops->event(f.port);
	(void)alarm(0);
	vf_stop(&f);
}

/* Messages in little pieces, and what is stopped goes on where it was. */
static void
test_pieces(void)
{
	struct {
		struct vhost_wire_header h;
		uint32_t payload[2];
	} get = { { VHOST_GET_VRING_BASE, VHOST_VERSION, 8 }, { 1, 0 } };
	uint32_t answer[5] = { 0 };
	struct vfront f;

	vf_start(&f, VF_V1);
	vf_desc(&f, 1, 8, vf_address(8), 12 + 60, 0, 0);
	for (int i = 0; i < 3; i++)
		vf_offer(&f, 1, 8);
	is_num(vf_used(&f, 1, NULL), 3, "three frames");
	for (size_t i = 0; i < sizeof(get); i++) {
		(void)vf_write(&f, (uint8_t *)&get + i, 1, NULL, 0);
		vf_run(&f);
	}
	is_num(recv(f.socket, answer, sizeof(answer), MSG_DONTWAIT), 20,
	    "an answer to a message sent byte by byte");
	is_num(answer[4], 3, "the ring was at its fourth chain");
	is_num(f.port->link, VALE_DOWN, "and is stopped");
	vf_stop(&f);
}

/* A guest that does not kick is polled. */
static void
test_polled(void)
{
	uint64_t ring = 1 | VHOST_NO_FD;
	struct vfront f;
	uint8_t got[MEM_SLOT];

	vf_start(&f, VF_V1);
	vf_number(&f, VHOST_SET_VRING_KICK, ring);
	is_num(f.port->link, VALE_UP, "up without a kick");
	vf_desc(&f, 1, 8, vf_address(8), 12 + 60, 0, 0);
	put_u16(f.memory + VF_RING + 0x1004, 8);
	put_u16(f.memory + VF_RING + 0x1002, 1);
	vf_run(&f);
	is_num(vale_mem_get(f.t.port[0], got), 60, "and its frame is found");
	vf_stop(&f);
}

int
main(void)
{
	test_frames(0, "legacy");
	test_frames(PLAIN, "virtio 1");
	test_frames(PLAIN | 1 << 15, "mergeable");
	test_frames(PLAIN | 1 << 29, "event index");
	test_chains();
	test_mergeable();
	test_offloads();
	test_events();
	test_pieces();
	test_polled();
	test_wild_guests();
	test_wild_messages();
	test_full_events();
	return tap_done();
}
