/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tun_test.c -- FromHost and ToHost against the kernel's own network, in a
 * network namespace that ends with this program.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "test/run.h"
#include "test/tap.h"

static const struct {
	const char *config, *message;
} mistakes[] = {
	{ "FromHost() -> Discard", "required argument missing" },
	{ "FromHost(\"\") -> Discard", "must specify device name" },
	{ "FromHost(f, 1.2.3.0/24, GATEWAY 1.2.4.1) -> Discard",
	    "bad GATEWAY" },
	{ "FromHost(f, HEADROOM 8193) -> Discard", "HEADROOM too large" },
	{ "FromHost(f, MTU 13) -> Discard",
	    "MTU must be between 14 and 65535" },
	{ "FromHost(f, MTU 65536) -> Discard",
	    "MTU must be between 14 and 65535" },
	{ "FromHost(a_name_of_16_let) -> Discard", "DEVNAME too long" },
	{ "Idle -> ToHost()", "required argument missing" },
	{ "FromHost(f) -> Discard; Idle -> ToHost(g)",
	    "ToHost(g) requires an initialized FromHost" },
};

static void
test_mistakes(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++) {
		struct trun t;
		bool refused = trun_start(&t, mistakes[i].config) != 0;

		ok(refused && strstr(trun_log(&t), mistakes[i].message) != NULL,
		    "%s: %s", mistakes[i].config, mistakes[i].message);
		is_num(trun_stop(&t), 0, "nothing is left");
	}
}

static void
start(struct trun *t, const char *name, const char *config)
{
	if (!ok(trun_start_real(t, config) == 0, "%s", name))
		tap_note("%s", trun_log(t));
}

/* Asks port 7 of the router; the answer comes by way of the kernel. */
static int
echo_socket(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(7),
		.sin_addr = { inet_addr("10.9.0.2") } };
	int s = socket(AF_INET, SOCK_DGRAM, 0);

	if (connect(s, (struct sockaddr *)&to, sizeof(to)) != 0 ||
	    send(s, "hello", 5, 0) != 5)
		tap_note("no datagram: %s", strerror(errno));
	return s;
}

/* Both ways: the kernel asks by ARP, sends, and gets what it has sent. */
static void
test_echo(void)
{
	char answer[8] = "";
	struct pollfd p;
	struct trun t;
	int s;

	start(&t, "an interface, both ways",
	    "f :: FromHost(fake0, 10.9.0.1/24, ETHER 2:0:0:0:0:1, MTU 100)"
	    " -> k :: Classifier(12/0806, 12/0800 23/11, -) [2] -> Discard;"
	    "k[0] -> ARPResponder(10.9.0.2 2:0:0:0:0:2)"
	    " -> h :: ToHost(fake0);"
	    "k[1] -> IPMirror -> EtherMirror -> Counter(COUNT_CALL 1 stop)"
	    " -> h; Script(wait 5s, stop)");
	s = echo_socket();
	trun_run(&t);
	p = (struct pollfd){ .fd = s, .events = POLLIN };
	ok(poll(&p, 1, 1000) == 1 &&
	        recv(s, answer, sizeof(answer), MSG_DONTWAIT) == 5 &&
	        memcmp(answer, "hello", 5) == 0,
	    "the kernel hears what it has sent");
	is_cstr(trun_read(&t, "h.sent"), "2", "an ARP reply and an answer");
	is_cstr(trun_read(&t, "h.drops"), "0", "nothing was refused");
	ok(atoi(trun_read(&t, "f.packets")) >= 2, "a query and a datagram");
	is_cstr(trun_read(&t, "f.dev_name"), "fake0", "f.dev_name");
	is_cstr(trun_read(&t, "h.dev_name"), "fake0", "h.dev_name");
	close(s);
	is_num(trun_stop(&t), 0, "every packet is back");
	ok(if_nametoindex("fake0") == 0, "the interface is gone");
}

/* The MTU of name, and in *up whether it is up. */
static int
link_mtu(const char *name, bool *up)
{
	int s = socket(AF_INET, SOCK_DGRAM, 0), mtu = -1;
	struct ifreq ifr = { .ifr_flags = 0 };

	strncpy(ifr.ifr_name, name, IFNAMSIZ - 1);
	if (ioctl(s, SIOCGIFFLAGS, &ifr) == 0)
		*up = (ifr.ifr_flags & IFF_UP) != 0;
	if (ioctl(s, SIOCGIFMTU, &ifr) == 0)
		mtu = ifr.ifr_mtu;
	close(s);
	return mtu;
}

/* Without DST it is left down, where the kernel takes nothing. */
static void
test_refused(void)
{
	bool up = true;
	struct trun t;

	start(&t, "an interface without address",
	    "FromHost(fake1) -> Discard;"
	    "InfiniteSource(LENGTH 60, LIMIT 1) -> h :: ToHost(fake1);"
	    "InfiniteSource(LENGTH 13, LIMIT 1) -> h;"
	    "Script(wait 0.1s, stop)");
	is_num(link_mtu("fake1", &up), 1500, "with the kernel's MTU");
	ok(!up, "is down");
	trun_run(&t);
	is_cstr(trun_read(&t, "h.drops"), "2", "two frames were refused");
	is_cstr(trun_read(&t, "h.sent"), "0", "and none taken");
	is_num(trun_stop(&t), 0, "every packet is back");
}

/* Sends n frames out of an interface. */
static void
send_frames(const char *name, unsigned int n)
{
	static const char frame[60] = "\2\0\0\0\0\2\2\0\0\0\0\1\x88\xb5";
	struct ifreq ifr = { .ifr_flags = 0 };
	int s = socket(AF_PACKET, SOCK_RAW, 0);

	strncpy(ifr.ifr_name, name, IFNAMSIZ - 1);
	(void)ioctl(s, SIOCGIFINDEX, &ifr); /* the send tells */
	for (unsigned int i = 0; i < n; i++) {
		struct {
			unsigned short family, protocol;
			int index;
			unsigned short hatype;
			unsigned char pkttype, halen, addr[8];
		} to = { .family = AF_PACKET, .index = ifr.ifr_ifindex };

		if (sendto(s, frame, sizeof(frame), 0, (struct sockaddr *)&to,
		        sizeof(to)) != sizeof(frame))
			tap_note("no frame: %s", strerror(errno));
	}
	close(s);
}

static uint64_t
cpu_ms(void)
{
	return (uint64_t)clock() / (CLOCKS_PER_SEC / 1000);
}

/* Frames for which there is no room stay with the kernel until there is. */
static void
test_full(void)
{
	uint64_t begin;
	struct trun t;

	start(&t, "an interface and a queue",
	    "f :: FromHost(fake2, 10.9.2.1/24) -> Classifier(12/88b5)"
	    " -> c :: Counter -> q :: Queue(1)"
	    " -> u :: Unqueue(ACTIVE false)"
	    " -> d :: Counter(COUNT_CALL 5 stop) -> Discard;"
	    "Script(wait 0.2s, stop); Script(wait 5s, stop)");
	is_cstr(trun_read(&t, "f.signal"), "true", "room at first");
	send_frames("fake2", 5);
	begin = cpu_ms();
	trun_run(&t);
	ok(cpu_ms() - begin < 100, "it sleeps while there is no room");
	is_cstr(trun_read(&t, "c.count"), "1", "one is read");
	is_cstr(trun_read(&t, "f.signal"), "false", "and the queue is full");
	(void)trun_write(&t, "u.active", "true"); /* d.count tells */
	router_adjust_runcount(t.r, 1);
	trun_run(&t);
	is_cstr(trun_read(&t, "d.count"), "5", "all come when it is not");
	is_cstr(trun_read(&t, "q.drops"), "0", "and none is dropped");
	is_num(trun_stop(&t), 0, "every packet is back");
}

/* Why there can be no interface here, or NULL. */
static const char *
no_tun(void)
{
	if (access("/dev/net/tun", R_OK | W_OK) != 0)
		return "no /dev/net/tun";
	if (unshare(CLONE_NEWNET) != 0 &&
	    unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
		return "no network namespace may be made";
	return NULL;
}

int
main(void)
{
	const char *why = no_tun();

	if (why != NULL) {
		tap_skip(why);
		return tap_done();
	}
	test_mistakes();
	test_echo();
	test_refused();
	test_full();
	return tap_done();
}
