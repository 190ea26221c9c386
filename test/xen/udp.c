/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * udp.c -- in dom0: datagrams there and back, their bytes compared.
 *
 *	udp echo PORT            sends back whatever comes
 *	udp ask ADDRESS PORT N   N datagrams of 1 to 1472 bytes, one at a time;
 *	                         0: each came back as it was sent
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

enum { LONGEST = 1472, TRIES = 5 };

static int
fail(const char *what)
{
	perror(what);
	return 1;
}

static int
udp_echo(int s, const struct sockaddr_in *at)
{
	struct sockaddr_in from;
	static char bytes[65536];
	socklen_t size;
	ssize_t n;

	if (bind(s, (const struct sockaddr *)at, sizeof(*at)) != 0)
		return fail("bind");
	for (;;) {
		size = sizeof(from);
		n = recvfrom(s, bytes, sizeof(bytes), 0,
		    (struct sockaddr *)&from, &size);
		if (n < 0 || sendto(s, bytes, (size_t)n, 0,
		                 (struct sockaddr *)&from, size) != n)
			return fail("echo");
	}
}

/* One datagram; a lost one is sent again. */
static int
udp_one(int s, size_t n)
{
	char bytes[LONGEST], back[LONGEST + 1];
	int i;

	for (i = 0; i < (int)n; i++)
		bytes[i] = (char)rand();
	for (i = 0; i < TRIES; i++)
		if (send(s, bytes, n, 0) == (ssize_t)n &&
		    recv(s, back, sizeof(back), 0) == (ssize_t)n)
			return memcmp(bytes, back, n);
	return -1;
}

int
main(int argc, char **argv)
{
	struct timeval patience = { .tv_sec = 2 };
	struct sockaddr_in at = { .sin_family = AF_INET };
	int s = socket(AF_INET, SOCK_DGRAM, 0), i, n;

	if (argc == 3) {
		at.sin_port = htons((uint16_t)atoi(argv[2]));
		return udp_echo(s, &at);
	}
	if (argc != 5 || inet_pton(AF_INET, argv[2], &at.sin_addr) != 1)
		return 2;
	at.sin_port = htons((uint16_t)atoi(argv[3]));
	n = atoi(argv[4]);
	if (connect(s, (struct sockaddr *)&at, sizeof(at)) != 0 ||
	    setsockopt(
	        s, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) != 0)
		return fail("connect");
	for (i = 0; i < n; i++)
		if (udp_one(s, 1 + (size_t)(i * 37 % LONGEST)) != 0) {
			printf("datagram %d: lost or changed\n", i);
			return 1;
		}
	return 0;
}
