/* SPDX-License-Identifier: BSD-3-Clause */
/* main_request.c -- sends one request to the running switch. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "abi/vale.h"
#include "base/strbuf.h"
#include "vale/conn.h"
#include "vale/main.h"

const char *
main_socket(void)
{
	const char *path = getenv(VALE_SOCKET_ENV);

	return path != NULL && path[0] != '\0' ? path : VALE_SOCKET;
}

static int
request_connect(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || !str_copy(str_of(path), a.sun_path, sizeof(a.sun_path)) ||
	    connect(fd, (struct sockaddr *)&a, sizeof(a)) != 0) {
		fprintf(stderr, "vale: %s: %s; is `vale serve` running?\n",
		    path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

/*
 * The words as one line, --json behind the verb wherever it stands.  False:
 * cannot be one.
 */
static bool
request_line(int argc, char **argv, struct strbuf *line)
{
	bool json = false, verb = false;

	for (int i = 0; i < argc; i++)
		json |= strcmp(argv[i], "--json") == 0;
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--json") == 0)
			continue;
		if (strchr(argv[i], '\n') != NULL)
			return false;
		sb_printf(line, verb ? " %s" : "%s", argv[i]);
		if (!verb && json)
			sb_adds(line, " --json");
		verb = true;
	}
	sb_addc(line, '\n');
	return verb && !line->oom;
}

static bool
write_all(int fd, struct str s)
{
	while (s.n > 0) {
		ssize_t n = send(fd, s.s, s.n, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		s = str_from(s, (size_t)n);
	}
	return true;
}

/* Is said without a switch, too. */
static bool
request_known(int argc, char **argv)
{
	int verb = 0;
	size_t r = 0;

	for (int i = argc - 1; i >= 0; i--) {
		if (strcmp(argv[i], "--json") == 0)
			continue;
		if (strncmp(argv[i], "--", 2) == 0) {
			fprintf(stderr,
			    "vale: '%s': no such option; try vale --help\n",
			    argv[i]);
			return false;
		}
		verb = i;
	}
	while (r < vale_nrequests &&
	       strcmp(argv[verb], vale_requests[r].verb) != 0)
		r++;
	if (r == vale_nrequests)
		fprintf(stderr,
		    "vale: '%s': no such command; try vale --help\n",
		    argv[verb]);
	return r < vale_nrequests;
}

/* Reads the answer and prints it; the exit status. */
static int
request_answer(int fd)
{
	FILE *f = fdopen(fd, "r");
	char verdict[16], buf[4096];
	size_t left, n;
	FILE *to;

	if (f == NULL || fscanf(f, "%15s %zu", verdict, &left) != 2 ||
	    fgetc(f) != '\n') {
		fprintf(stderr, "vale: the switch has gone\n");
		return 1;
	}
	to = strcmp(verdict, "ok") == 0 ? stdout : stderr;
	if (to == stderr)
		fputs("vale: ", to);
	while (left > 0) {
		n = fread(buf, 1, left < sizeof(buf) ? left : sizeof(buf), f);
		if (n == 0)
			break;
		fwrite(buf, 1, n, to);
		left -= n;
	}
	fclose(f);
	return to == stderr || left > 0 || fflush(stdout) != 0;
}

int
main_request(int argc, char **argv)
{
	struct strbuf line = STRBUF_INIT;
	int fd;

	if (!request_known(argc, argv))
		return 2;
	if (!request_line(argc, argv, &line)) {
		fprintf(stderr, "vale: a request is one line of words\n");
		return 2;
	}
	fd = request_connect(main_socket());
	if (fd < 0)
		return 1;
	/* Who was turned away has been told why: that can still be read. */
	if (!write_all(fd, sb_str(&line)) && errno != EPIPE &&
	    errno != ECONNRESET) {
		fprintf(stderr, "vale: %s\n", strerror(errno));
		return 1;
	}
	sb_fini(&line);
	return request_answer(fd);
}
