/* SPDX-License-Identifier: BSD-3-Clause */
/* file.c -- whole files and the environment, for a Linux process. */
#include "elements/host/host_element.h"
#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Enough at once for a configuration; bigger files grow by the double. */
enum { FILE_CHUNK = 16384 };

/* The error that errno stands for; its words go into *why. */
static int
file_error(struct diag *why)
{
	int e = errno, err = ERR_IO;

	if (e == ENOENT || e == ENOTDIR)
		err = ERR_NOTFOUND;
	else if (e == EACCES || e == EPERM || e == EROFS)
		err = ERR_PERM;
	else if (e == ENOMEM)
		err = ERR_NOMEM;
	return diag(why, err, "%s", strerror(e));
}

/* Opens path, or says with *fd which standard descriptor it stands for. */
static int
file_open(struct str path, int flags, int standard, int *fd, struct diag *why)
{
	char name[PATH_MAX];

	if (str_is(path, "-")) {
		*fd = standard;
		return 0;
	}
	if (!str_copy(path, name, sizeof(name))) {
		errno = ENAMETOOLONG;
		return file_error(why);
	}
	*fd = open(name, flags | O_CLOEXEC, 0666);
	return *fd < 0 ? file_error(why) : 0;
}

static int
file_read_fd(int fd, struct strbuf *out, struct diag *why)
{
	struct stat st;
	size_t room = FILE_CHUNK;

	/* One more than its size, so that the end shows at once. */
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
		room = (size_t)st.st_size + 1;
	for (;;) {
		char *at = sb_reserve(out, room);
		ssize_t n;

		if (at == NULL)
			return diag(why, ERR_NOMEM, "%s", strerror(ENOMEM));
		n = read(fd, at, room);
		if (n == 0)
			return 0;
		if (n > 0)
			out->n += (size_t)n;
		else if (errno != EINTR)
			return file_error(why);
		room = FILE_CHUNK;
	}
}

int
os_file_read(struct str path, struct strbuf *out, struct diag *why)
{
	int fd, err;

	err = file_open(path, O_RDONLY, STDIN_FILENO, &fd, why);
	if (err != 0)
		return err;
	err = file_read_fd(fd, out, why);
	if (fd != STDIN_FILENO)
		close(fd);
	return err;
}

int
os_file_write(struct str path, struct str data, bool append, struct diag *why)
{
	int flags = O_WRONLY | O_CREAT | (append ? O_APPEND : O_TRUNC);
	int fd, err;

	err = file_open(path, flags, STDOUT_FILENO, &fd, why);
	if (err != 0)
		return err;
	if (fd == STDOUT_FILENO)
		(void)fflush(stdout); /* what came before; see log.c */
	if (!fd_write_all(fd, data))
		err = file_error(why);
	if (fd != STDOUT_FILENO && close(fd) != 0 && err == 0)
		err = file_error(why);
	return err;
}

struct str
os_env(const char *name)
{
	return str_of(getenv(name));
}
