/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sockets_test.c -- the elements of a Linux process that talk to the outside:
 * Socket, RawSocket, KernelTun, KernelTap and ChatterSocket against sockets of
 * this test, in a network namespace of its own.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "elements/host/host_element.h"
#include "test/net.h"

/* Runs until a number has come to n, or for five seconds. */
#define UNTIL(what, n)                                                         \
	"; DriverManager(wait 5s); Script(TYPE ACTIVE, label x, wait 1ms,"     \
	" goto x $(lt $(" what ") " #n "), stop)"

enum { WAIT_MS = 5000 };

/* A namespace with a loopback that is up; false: not allowed. */
static bool
sockets_namespace(void)
{
	struct ifreq ifr = { .ifr_name = "lo" };
	int s;

	if (unshare(CLONE_NEWNET) != 0 &&
	    unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
		return false;
	s = socket(AF_INET, SOCK_DGRAM, 0);
	if (s < 0 || ioctl(s, SIOCGIFFLAGS, &ifr) != 0)
		return false;
	ifr.ifr_flags |= IFF_UP;
	if (ioctl(s, SIOCSIFFLAGS, &ifr) != 0)
		return false;
	close(s);
	return true;
}

static struct sockaddr_in
sockets_inet(const char *addr, uint16_t port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_port = htons(port) };

	inet_pton(AF_INET, addr, &sin.sin_addr);
	return sin;
}

/* A socket of ours, bound to a port of addr; -1: none. */
static int
sockets_bound(int type, const char *addr, uint16_t port)
{
	struct sockaddr_in sin = sockets_inet(addr, port);
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&sin, sizeof(sin)) != 0 ||
	    (type == SOCK_STREAM && listen(fd, 1) != 0))
		tap_note("%s:%d: %s", addr, port, strerror(errno));
	return fd;
}

/* What comes next, as text; "" after five seconds. */
static const char *
sockets_read(int fd)
{
	static char buf[4096];
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ssize_t n =
	    poll(&p, 1, WAIT_MS) > 0 ? read(fd, buf, sizeof(buf) - 1) : -1;

	buf[n < 0 ? 0 : n] = '\0';
	return buf;
}

static struct packet *
sockets_text(struct trun *t, const char *text)
{
	return net_packet(t, text, (uint32_t)strlen(text), -1);
}

/* The next packet of a queue as text, up to its first NUL. */
static const char *
sockets_took(struct trun *t, const char *queue, uint32_t skip)
{
	static char buf[2048];
	struct packet *p = net_take(t, queue);
	uint32_t n = p == NULL || p->length < skip ? 0 : p->length - skip;

	if (n > 0 && n < sizeof(buf))
		memcpy(buf, p->data + skip, n);
	buf[n < sizeof(buf) ? n : 0] = '\0';
	net_kill(t, p);
	return buf;
}

static bool
sockets_start(struct trun *t, const char *name, const char *config)
{
	bool good = trun_start_real(t, config) == 0;

	ok(good, "%s: starts", name);
	if (!good)
		tap_note("%s", trun_log(t));
	return good;
}

/* ---- Socket ---- */

static void
test_socket_udp(void)
{
	struct sockaddr_in to = sockets_inet("127.0.0.1", 7001);
	int fd = sockets_bound(SOCK_DGRAM, "127.0.0.1", 7002);
	struct trun t;

	if (sockets_start(&t, "UDP",
	        "Idle -> x :: Socket(UDP, 127.0.0.1, 7001) -> c :: Counter"
	        " -> q :: Queue -> Idle" UNTIL("c.count", 2))) {
		for (int i = 0; i < 2; i++)
			sendto(fd, i == 0 ? "one" : "two", 3, 0,
			    (struct sockaddr *)&to, sizeof(to));
		trun_run(&t);
		is_cstr(sockets_took(&t, "q", 0), "one", "UDP: received");
		is_cstr(sockets_took(&t, "q", 0), "two", "UDP: the second");
		net_feed(&t, "x", 0, sockets_text(&t, "answer"));
		is_cstr(sockets_read(fd), "answer",
		    "UDP: sent to who was heard last");
	}
	is_num(trun_stop(&t), 0, "UDP: every packet is back");
	close(fd);
}

static void
test_socket_tcp_client(void)
{
	int fd = sockets_bound(SOCK_STREAM, "127.0.0.1", 7003), peer;
	struct trun t;

	if (sockets_start(&t, "TCP client",
	        "Idle -> p :: Queue -> x :: Socket(TCP, 127.0.0.1, 7003,"
	        " CLIENT true) -> c :: Counter -> q :: Queue -> Idle" UNTIL(
	            "c.count", 1))) {
		peer = accept(fd, NULL, NULL);
		net_feed(&t, "p", 0, sockets_text(&t, "hello"));
		ok(write(peer, "welcome", 7) == 7, "TCP client: accepted");
		trun_run(&t);
		is_cstr(sockets_read(peer), "hello", "TCP client: sent");
		is_cstr(sockets_took(&t, "q", 0), "welcome",
		    "TCP client: received");
		close(peer);
	}
	is_num(trun_stop(&t), 0, "TCP client: every packet is back");
	close(fd);
}

/* One connection is taken, the one from where DENY says so is not. */
static void
test_socket_tcp_server(void)
{
	struct sockaddr_in to = sockets_inet("127.0.0.1", 7004);
	int denied = sockets_bound(SOCK_STREAM, "127.0.0.9", 0);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct trun t;

	close(denied);
	if (sockets_start(&t, "TCP server",
	        "x :: Socket(TCP, 127.0.0.1, 7004) -> c :: Counter"
	        " -> q :: Queue -> Idle" UNTIL("c.count", 1))) {
		ok(connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0 &&
		        write(fd, "hello", 5) == 5,
		    "TCP server: can be reached");
		trun_run(&t);
		is_cstr(
		    sockets_took(&t, "q", 0), "hello", "TCP server: received");
	}
	is_num(trun_stop(&t), 0, "TCP server: every packet is back");
	close(fd);
}

static void
test_socket_denied(void)
{
	struct sockaddr_in to = sockets_inet("127.0.0.1", 7005);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int other = sockets_bound(SOCK_DGRAM, "127.0.0.2", 7006);
	struct trun t;

	if (sockets_start(&t, "DENY",
	        "d :: RadixIPLookup(127.0.0.1/32 0); Idle -> d -> Discard;"
	        " Socket(UDP, 127.0.0.1, 7005, DENY d) -> c :: Counter"
	        " -> q :: Queue -> Idle" UNTIL("c.count", 1))) {
		sendto(fd, "bad", 3, 0, (struct sockaddr *)&to, sizeof(to));
		sendto(other, "good", 4, 0, (struct sockaddr *)&to, sizeof(to));
		trun_run(&t);
		is_cstr(sockets_took(&t, "q", 0), "good",
		    "DENY: the other is heard");
		is_num(net_drain(&t, "q"), 0, "DENY: and nothing else");
	}
	is_num(trun_stop(&t), 0, "DENY: every packet is back");
	close(fd);
	close(other);
}

static void
test_socket_unix(void)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char text[512];
	struct trun t;

	snprintf(to.sun_path, sizeof(to.sun_path), "/tmp/sockets_test.%d",
	    (int)getpid());
	snprintf(text, sizeof(text),
	    "Socket(UNIX_DGRAM, %s, SNAPLEN 4) -> c :: Counter -> q :: Queue"
	    " -> Idle" UNTIL("c.count", 1),
	    to.sun_path);
	if (sockets_start(&t, "UNIX_DGRAM", text)) {
		ok(sendto(fd, "longer", 6, 0, (struct sockaddr *)&to,
		       sizeof(to)) == 6,
		    "UNIX_DGRAM: can be reached");
		trun_run(&t);
		is_cstr(sockets_took(&t, "q", 0), "long",
		    "UNIX_DGRAM: received, SNAPLEN of it");
	}
	is_num(trun_stop(&t), 0, "UNIX_DGRAM: every packet is back");
	ok(access(to.sun_path, F_OK) != 0, "UNIX_DGRAM: its file is gone");
	close(fd);
}

/* ---- RawSocket ---- */

static void
test_raw_socket(void)
{
	int fd = sockets_bound(SOCK_DGRAM, "127.0.0.1", 7010);
	struct sockaddr_in to = sockets_inet("127.0.0.1", 7011);
	struct net_ip out = { .src = "127.0.0.1",
		.dst = "127.0.0.1",
		.proto = IPPROTO4_UDP,
		.sport = 7012,
		.dport = 7010,
		.text = "raw" };
	struct trun t;

	if (sockets_start(&t, "RawSocket",
	        "Idle -> p :: Queue -> x :: RawSocket(UDP, 7011)"
	        " -> f :: IPFilter(allow dst port 7011) -> c :: Counter"
	        " -> q :: Queue -> Idle" UNTIL("c.count", 1))) {
		net_feed_ip(&t, "p", 0, &out);
		sendto(fd, "in", 2, 0, (struct sockaddr *)&to, sizeof(to));
		trun_run(&t);
		is_cstr(sockets_read(fd), "raw", "RawSocket: sent");
		is_cstr(sockets_took(&t, "q", 28), "in", "RawSocket: received");
	}
	is_num(trun_stop(&t), 0, "RawSocket: every packet is back");
	close(fd);
}

/* ---- KernelTun, KernelTap ---- */

static void
test_tun(void)
{
	struct sockaddr_in to = sockets_inet("10.9.0.2", 7);
	struct net_ip in = { .src = "10.9.0.2",
		.dst = "10.9.0.1",
		.proto = IPPROTO4_UDP,
		.sport = 7,
		.dport = 7020,
		.text = "to the kernel" };
	struct trun t;
	int fd;

	if (sockets_start(&t, "KernelTun",
	        "Idle -> x :: KernelTun(10.9.0.1/24) -> f :: IPFilter(allow "
	        "udp)"
	        " -> c :: Counter -> q :: Queue -> Idle" UNTIL("c.count", 1))) {
		fd = sockets_bound(SOCK_DGRAM, "10.9.0.1", 7020);
		sendto(fd, "from it", 7, 0, (struct sockaddr *)&to, sizeof(to));
		trun_run(&t);
		is_cstr(sockets_took(&t, "q", 28), "from it",
		    "KernelTun: received");
		net_feed_ip(&t, "x", 0, &in);
		is_cstr(sockets_read(fd), "to the kernel", "KernelTun: sent");
		is_cstr(trun_read(&t, "x.sent"), "1", "KernelTun: counted");
		close(fd);
	}
	is_num(trun_stop(&t), 0, "KernelTun: every packet is back");
}

/* The kernel asks for an address first; then frames go both ways. */
static void
test_tap(void)
{
	struct sockaddr_in to = sockets_inet("10.8.0.2", 7);
	struct trun t;
	int fd;

	if (sockets_start(&t, "KernelTap",
	        "x :: KernelTap(10.8.0.1/24, ETHER 2:0:0:0:0:1)"
	        " -> k :: Classifier(12/0806 20/0001, 12/0800 23/11, -);"
	        " k [0] -> ARPResponder(10.8.0.2 2:0:0:0:0:2) -> x;"
	        " k [1] -> t :: Tee -> q :: Queue -> Idle;"
	        " t [1] -> EtherMirror -> Strip(14) -> CheckIPHeader"
	        " -> IPMirror -> SetUDPChecksum"
	        " -> EtherEncap(0x0800, 2:0:0:0:0:2, 2:0:0:0:0:1)"
	        " -> c :: Counter -> x; k [2] -> Discard" UNTIL(
	            "c.count", 1))) {
		fd = sockets_bound(SOCK_DGRAM, "10.8.0.1", 7030);
		sendto(fd, "echo", 4, 0, (struct sockaddr *)&to, sizeof(to));
		trun_run(&t);
		is_cstr(
		    sockets_took(&t, "q", 42), "echo", "KernelTap: received");
		is_cstr(sockets_read(fd), "echo", "KernelTap: and sent back");
		close(fd);
	}
	is_num(trun_stop(&t), 0, "KernelTap: every packet is back");
}

/* ---- what the log gets ---- */

static void
sockets_heard(void *arg, struct str text)
{
	sb_add(arg, text);
}

/* A packet's line in the log. */
static void
test_line(const char *config, const char *hex, int64_t age, const char *line)
{
	struct strbuf heard = STRBUF_INIT;
	uint8_t bytes[128];
	uint32_t n = net_bytes(hex, bytes, sizeof(bytes));
	struct packet *p;
	struct trun t;

	if (sockets_start(&t, config, config)) {
		p = net_packet(&t, bytes, n, -1);
		p->timestamp_ns =
		    age < 0 ? 0 : thread_wall_ns(master_thread(t.m, 0)) - age;
		ok(log_listen(sockets_heard, &heard) == 0, "%s: heard", config);
		net_feed(&t, "x", 0, p);
		log_unlisten(&heard);
		is_cstr(sb_cstr(&heard), line, "%s", config);
		is_num(net_drain(&t, "q"), 1, "%s: goes on", config);
	}
	is_num(trun_stop(&t), 0, "%s: every packet is back", config);
	sb_fini(&heard);
}

#define BPDU_HEAD(length) "0180c2000000 020000000001 " length " 424203 0000 00 "

static void
test_lines(void)
{
	test_line("Idle -> x :: PrintOld(late, 20, 6) -> q :: Queue -> Idle",
	    "0102030405060708", 50 * NS_PER_SEC,
	    "late(50000 msecs)    8 | 01020304 0506\n");
	test_line("Idle -> x :: PrintOld(late, 100000) -> q :: Queue -> Idle",
	    "0102", NS_PER_SEC, "");
	test_line("Idle -> x :: PrintOld(late) -> q :: Queue -> Idle", "0102",
	    -1, "x: packet timestamp not set\n");
	test_line("Idle -> x :: DebugBridge(b0) -> q :: Queue -> Idle",
	    BPDU_HEAD("0007") "80 00000000", -1, "b0 TCN\n");
	test_line("Idle -> x :: DebugBridge(b0) -> q :: Queue -> Idle",
	    BPDU_HEAD(
	        "0026") "00 01 8000000000000001 00000013 8000000000000002 8003"
	                "0100 1400 0200 0f00",
	    -1,
	    "b0 CFG 8000000000000002:8003: tca TC  00000013 -> "
	    "8000000000000001  a/m/h/d: 100/1400/200/f00\n");
	test_line("Idle -> x :: DebugBridge(b0) -> q :: Queue -> Idle",
	    "0180c2000000 020000000001 0800", -1, "");
}

/* A client hears what is said after it has come. */
static void
test_chatter_socket(void)
{
	struct sockaddr_in to = sockets_inet("127.0.0.1", 7040);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct trun t;

	if (sockets_start(&t, "ChatterSocket",
	        "ChatterSocket(TCP, 7040);"
	        " Idle -> x :: Print(said) -> Discard;"
	        " Script(TYPE ACTIVE, wait 0.05, stop)")) {
		ok(connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0,
		    "ChatterSocket: can be reached");
		trun_run(&t);
		net_feed(&t, "x", 0, sockets_text(&t, "1"));
		is_cstr(sockets_read(fd),
		    "Click::ChatterSocket/1.0\r\nsaid:    1 | 31\n",
		    "ChatterSocket: says the greeting and a line");
	}
	is_num(trun_stop(&t), 0, "ChatterSocket: every packet is back");
	is_cstr(sockets_read(fd), "", "ChatterSocket: ends with the router");
	close(fd);
}

int
main(void)
{
	if (!sockets_namespace()) {
		tap_skip("no network namespace can be made");
		return tap_done();
	}
	test_socket_udp();
	test_socket_tcp_client();
	test_socket_tcp_server();
	test_socket_denied();
	test_socket_unix();
	test_raw_socket();
	test_tun();
	test_tap();
	test_lines();
	test_chatter_socket();
	return tap_done();
}
