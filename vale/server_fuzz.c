/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * server_fuzz.c -- any bytes from a client of the control socket, over a
 * socket, in pieces: the first byte says how long these are.  A second client
 * sends what follows the first NUL.
 *
 * What would open a device or a file of this machine is left out.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "vale/server.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static bool
fuzz_opens(const uint8_t *data, size_t n)
{
	static const char *const words[] = { "/", "tap", "packet", "xdp",
		"pcap", "vhost", "xen", "vif" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (memmem(data, n, words[i], strlen(words[i])) != NULL)
			return true;
	return false;
}

static int
fuzz_connect(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
	if (s < 0 || connect(s, (struct sockaddr *)&to, sizeof(to)) != 0)
		abort();
	return s;
}

static void
fuzz_run(struct vale *v)
{
	for (int i = 0; i < 3; i++) {
		while (vale_round(v) > 0)
			continue;
		vale_wait(v, 0);
	}
}

static void
fuzz_talk(struct vale *v, const char *path, const uint8_t *data, size_t n,
    size_t piece)
{
	char answer[4096];
	int s = fuzz_connect(path);

	while (n > 0) {
		size_t now = n < piece ? n : piece;

		if (send(s, data, now, MSG_NOSIGNAL) < 0)
			break; /* it has hung up on us */
		data += now;
		n -= now;
		fuzz_run(v);
		while (recv(s, answer, sizeof(answer), 0) > 0)
			continue;
	}
	fuzz_run(v);
	close(s);
	fuzz_run(v);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct vale_options o = { .poll_ns = 1 };
	struct server_options so = { .guest_memory = 1 << 20 };
	struct diag why = { "" };
	struct server *s;
	struct vale *v;
	const uint8_t *second;
	size_t first;
	char path[64];

	if (n == 0 || fuzz_opens(data, n))
		return 0;
	snprintf(path, sizeof(path), "/tmp/vale-fuzz.%d", (int)getpid());
	so.path = path;
	so.policy = policy_new();
	if (so.policy == NULL)
		abort();
	v = vale_new(&o, &why);
	s = v == NULL ? NULL : server_new(v, &so, &why);
	if (s == NULL)
		abort();
	(void)vale_switch_add(v, STR("v"), STR("learning"), &why);
	second = memchr(data + 1, '\0', n - 1);
	first = second == NULL ? n - 1 : (size_t)(second - data - 1);
	fuzz_talk(v, path, data + 1, first, 1 + (data[0] & 0x7f));
	if (second != NULL)
		fuzz_talk(v, path, second + 1, n - 2 - first, 128);
	server_free(s);
	vale_free(v);
	unlink(path);
	return 0;
}
