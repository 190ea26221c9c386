/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * open_path.c -- what an administrator names by its path: sockets to listen
 * at and to connect to, capture files to read and to write.
 *
 * The helper would open them as root for a switch that may have been taken
 * over.  Hence: only a socket is replaced by a socket; a file is given to be
 * read only if it begins like a capture, and written over only if it does or
 * is empty; never through a symbolic link at its end.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/pcap.h"
#include "vale/opener.h"

/* "PATH,..." */
static struct str
path_of(struct str args)
{
	return str_sub(args, 0, str_find(args, ',', 0));
}

/* ---- sockets ---- */

static int
socket_make(struct str path, struct sockaddr_un *a, int *fd, struct diag *why)
{
	a->sun_family = AF_UNIX;
	if (!str_copy(path, a->sun_path, sizeof(a->sun_path)))
		return diag(why, ERR_INVAL, "%.*s: too long for a socket",
		    STR_ARG(path));
	*fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return *fd >= 0 ? 0 : diag(why, ERR_IO, "socket: %s", strerror(errno));
}

/* "mode=660" */
static mode_t
socket_mode(struct str args)
{
	struct str s = vale_option(args, "mode");
	mode_t mode = 0;

	for (size_t i = 0; i < s.n && s.s[i] >= '0' && s.s[i] <= '7'; i++)
		mode = (mode * 8 + (mode_t)(s.s[i] - '0')) & 0777;
	return s.n > 0 ? mode : 0600;
}

static int
listen_open(struct str args, struct vale_opened *o, struct diag *why)
{
	struct sockaddr_un a = { 0 };
	struct stat st;
	int fd, err = socket_make(path_of(args), &a, &fd, why);

	if (err != 0)
		return err;
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0) {
		close(fd);
		return diag(
		    why, ERR_BUSY, "%s: somebody listens there", a.sun_path);
	}
	if (lstat(a.sun_path, &st) == 0 && S_ISSOCK(st.st_mode))
		(void)unlink(a.sun_path); /* of one that is gone */
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) != 0 ||
	    chmod(a.sun_path, socket_mode(args)) != 0 ||
	    listen(fd, SOMAXCONN) != 0) {
		err = diag(why, errno_error(errno), "%s: %s", a.sun_path,
		    strerror(errno));
		close(fd);
		return err;
	}
	o->fd[0] = fd;
	o->keep = strdup(a.sun_path); /* else it stays there: no harm */
	return 0;
}

static void
listen_release(struct vale_opened *o)
{
	struct stat st;

	if (o->keep != NULL && lstat(o->keep, &st) == 0 && S_ISSOCK(st.st_mode))
		(void)unlink(o->keep);
	free(o->keep);
}

static int
connect_open(struct str args, struct vale_opened *o, struct diag *why)
{
	struct sockaddr_un a = { 0 };
	int fd, err = socket_make(path_of(args), &a, &fd, why);

	if (err != 0)
		return err;
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) != 0) {
		err = diag(why, errno_error(errno), "%s: %s", a.sun_path,
		    strerror(errno));
		close(fd);
		return err;
	}
	o->fd[0] = fd;
	return 0;
}

/* ---- captures ---- */

/* Opens without waiting for a FIFO's other end. */
static int
file_open(struct str path, int flags, struct diag *why)
{
	char name[PATH_MAX];
	int fd;

	if (path.n == 0 || !str_copy(path, name, sizeof(name)))
		return diag(
		    why, ERR_INVAL, "'%.*s': no name of a file", STR_ARG(path));
	fd = open(
	    name, flags | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, 0644);
	return fd >= 0 ? fd
	               : diag(why, errno_error(errno), "%s: %s", name,
	                     strerror(errno));
}

static bool
file_is_capture(int fd)
{
	char head[4096];
	ssize_t n = pread(fd, head, sizeof(head), 0);
	struct pcap_reader r;
	size_t used;

	return n >= 24 && pcap_begin(&r, str_make(head, (size_t)n), &used) == 0;
}

static int
capture_open(struct str args, struct vale_opened *o, struct diag *why)
{
	int fd = file_open(args, O_RDONLY, why);

	if (fd < 0)
		return fd;
	if (!file_is_capture(fd)) {
		close(fd);
		return diag(
		    why, ERR_INVAL, "%.*s: not a capture file", STR_ARG(args));
	}
	o->fd[0] = fd;
	return 0;
}

static int
dump_open(struct str args, struct vale_opened *o, struct diag *why)
{
	int fd = file_open(args, O_RDWR | O_CREAT, why);
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) != 0 ||
	    (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode)) ||
	    (S_ISREG(st.st_mode) && st.st_size > 0 && !file_is_capture(fd))) {
		close(fd);
		return diag(why, ERR_EXIST,
		    "%.*s: is no capture file: not written over",
		    STR_ARG(args));
	}
	if (S_ISREG(st.st_mode) && ftruncate(fd, 0) != 0) {
		close(fd);
		return diag(
		    why, ERR_IO, "%.*s: %s", STR_ARG(args), strerror(errno));
	}
	o->fd[0] = fd;
	return 0;
}

const struct vale_open vale_open_listen = {
	.name = "listen", .open = listen_open, .release = listen_release
};
const struct vale_open vale_open_connect = { .name = "connect",
	.open = connect_open };
const struct vale_open vale_open_capture = { .name = "capture",
	.open = capture_open };
const struct vale_open vale_open_dump = { .name = "dump", .open = dump_open };
