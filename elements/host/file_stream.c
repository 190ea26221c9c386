/* SPDX-License-Identifier: BSD-3-Clause */
/* file_stream.c -- see file_stream.h. */
#define _GNU_SOURCE
#include "elements/host/file_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "click/conf.h"
#include "click/element.h"
#include "elements/host/host_element.h"

enum { STREAM_CHUNK = 65536 };

extern char **environ;

void
file_stream_init(struct file_stream *f)
{
	memset(f, 0, sizeof(*f));
	f->fd = -1;
}

int
file_stream_error(
    const struct file_stream *f, struct errh *errh, const char *text)
{
	struct errh log;
	int err;

	if (errh != NULL)
		return errh_lerror(errh, f->name, "%s", text);
	errh_log_init(&log);
	err = errh_lerror(&log, f->name, "%s", text);
	errh_fini(&log);
	return err;
}

/* ---- programs that pack and unpack ---- */

/* Runs argv with in and out (-1: as ours) as its standard files. */
static pid_t
file_spawn(char *const argv[], int in, int out)
{
	posix_spawn_file_actions_t actions;
	pid_t pid = -1;
	int e;

	if (posix_spawn_file_actions_init(&actions) != 0)
		return -1;
	if (in >= 0)
		posix_spawn_file_actions_adddup2(&actions, in, 0);
	if (out >= 0)
		posix_spawn_file_actions_adddup2(&actions, out, 1);
	e = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	errno = e;
	return e == 0 ? pid : -1;
}

pid_t
file_run(char *const argv[])
{
	return file_spawn(argv, -1, -1);
}

int
file_pipe_read(const char *program, const char *file, pid_t *pid)
{
	char name[64], path[PATH_MAX];
	char *argv[] = { name, path, NULL };
	int ends[2];

	if (!str_copy(str_of(program), name, sizeof(name)) ||
	    !str_copy(str_of(file), path, sizeof(path)) ||
	    pipe2(ends, O_CLOEXEC) != 0)
		return -1;
	*pid = file_spawn(argv, -1, ends[1]);
	close(ends[1]);
	if (*pid > 0)
		return ends[0];
	close(ends[0]);
	return -1;
}

int
file_pipe_write(const char *program, const char *file, pid_t *pid)
{
	char name[64], option[] = "-c";
	char *argv[] = { name, option, NULL };
	int ends[2], out;

	if (!str_copy(str_of(program), name, sizeof(name)))
		return -1;
	out = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (out < 0)
		return -1;
	if (pipe2(ends, O_CLOEXEC) != 0) {
		close(out);
		return -1;
	}
	*pid = file_spawn(argv, ends[0], out);
	close(ends[0]);
	close(out);
	if (*pid > 0)
		return ends[1];
	close(ends[1]);
	return -1;
}

/* The program that unpacks what begins like this; NULL: it is not packed. */
static const char *
file_unpacker(struct str head)
{
	if (str_starts(head, STR("\037\235")) ||
	    str_starts(head, STR("\037\213")))
		return "zcat";
	if (str_starts(head, STR("BZh")) && head.n >= 10 &&
	    memcmp(head.s + 4, "1AY&SY", 6) == 0)
		return "bzcat";
	return NULL;
}

/* ---- reading ---- */

/* Reads once; 0, or a reported error. */
static int
file_stream_fill(struct file_stream *f, struct errh *errh)
{
	char *at = sb_reserve(&f->buf, STREAM_CHUNK);
	ssize_t n;

	if (at == NULL) {
		f->buf.oom = false;
		f->end = true;
		return file_stream_error(f, errh, strerror(ENOMEM));
	}
	do
		n = read(f->fd, at, STREAM_CHUNK);
	while (n < 0 && (errno == EINTR || errno == EAGAIN));
	if (n > 0)
		f->buf.n += (size_t)n;
	else
		f->end = true;
	return n >= 0 ? 0 : file_stream_error(f, errh, strerror(errno));
}

struct str
file_stream_peek(struct file_stream *f, size_t n, struct errh *errh)
{
	if (f->buf.n - f->pos < n && !f->end && f->pos > 0) {
		/* What has been used makes room. */
		memmove(f->buf.s, f->buf.s + f->pos, f->buf.n - f->pos);
		f->buf.n -= f->pos;
		f->offset += (int64_t)f->pos;
		f->pos = 0;
	}
	while (f->buf.n - f->pos < n && !f->end)
		if (file_stream_fill(f, errh) != 0)
			break;
	return str_from(sb_str(&f->buf), f->pos);
}

static void
file_stream_reset(struct file_stream *f, int64_t offset)
{
	sb_clear(&f->buf);
	f->pos = 0;
	f->offset = offset;
	f->end = false;
}

/* Goes on with what the unpacker says, if the file is packed. */
static int
file_stream_unpack(struct file_stream *f, struct errh *errh)
{
	const char *unpacker = file_unpacker(file_stream_peek(f, 10, errh));
	pid_t pid;
	int fd;

	if (unpacker == NULL || f->fd == STDIN_FILENO)
		return 0;
	fd = file_pipe_read(unpacker, f->name.s, &pid);
	if (fd < 0)
		return errh_error(errh, "'%s': %s", unpacker, strerror(errno));
	close(f->fd);
	f->fd = fd;
	f->unpacker = pid;
	file_stream_reset(f, 0);
	return 0;
}

static bool
file_stream_standard(struct str path)
{
	return path.n == 0 || str_is(path, "-");
}

int
file_stream_set_name(struct file_stream *f, struct str path, struct errh *errh)
{
	if (file_stream_standard(path))
		path = STR("<stdin>");
	return str_set(&f->name, path) == 0 ? 0
	                                    : errh_error(errh, "out of memory");
}

int
file_stream_open(struct file_stream *f, struct str path, struct errh *errh)
{
	int err = file_stream_set_name(f, path, errh);

	if (err != 0)
		return err;
	f->fd = file_stream_standard(path)
	            ? STDIN_FILENO
	            : open(f->name.s, O_RDONLY | O_CLOEXEC);
	if (f->fd < 0)
		return errh_error(errh, "%s: %s", f->name.s, strerror(errno));
	return file_stream_unpack(f, errh);
}

int
file_stream_open_text(struct file_stream *f, struct str text, struct errh *errh)
{
	sb_add(&f->buf, text);
	f->end = true;
	if (str_set(&f->name, STR("<data>")) == 0 && !f->buf.oom)
		return 0;
	return errh_error(errh, "out of memory");
}

void
file_stream_close(struct file_stream *f)
{
	if (f->fd >= 0 && f->fd != STDIN_FILENO)
		close(f->fd);
	if (f->unpacker > 0) {
		/* It may have more to say than we wanted to hear. */
		kill(f->unpacker, SIGTERM);
		waitpid(f->unpacker, NULL, 0);
	}
	sb_fini(&f->buf);
	str_free(&f->name);
	file_stream_init(f);
}

void
file_stream_move(struct file_stream *to, struct file_stream *from)
{
	file_stream_close(to);
	*to = *from;
	file_stream_init(from);
}

/* Reads on up to offset. */
static int
file_stream_forward(struct file_stream *f, int64_t offset, struct errh *errh)
{
	while (file_stream_tell(f) < offset) {
		struct str s = file_stream_peek(f, 1, errh);
		int64_t want = offset - file_stream_tell(f);

		if (s.n == 0)
			return errh_error(errh, "FILEPOS out of range");
		file_stream_skip(f, want < (int64_t)s.n ? (size_t)want : s.n);
	}
	return 0;
}

int
file_stream_seek(struct file_stream *f, int64_t offset, struct errh *errh)
{
	struct stat st;

	if (f->fd < 0)
		return errh_error(errh, "not open");
	if (offset >= f->offset && offset <= f->offset + (int64_t)f->buf.n) {
		f->pos = (size_t)(offset - f->offset);
		return 0;
	}
	if (fstat(f->fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
	    offset > st.st_size)
		return errh_error(errh, "FILEPOS out of range");
	if (lseek(f->fd, offset, SEEK_SET) >= 0) {
		file_stream_reset(f, offset);
		return 0;
	}
	return file_stream_forward(f, offset, errh);
}

/* ---- handlers ---- */

static int
file_stream_filename(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	const struct file_stream *f = (const struct file_stream *)user;

	(void)e;
	sb_add(call->out, f->name);
	return 0;
}

static int
file_stream_filesize(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	const struct file_stream *f = (const struct file_stream *)user;
	struct stat st;

	(void)e;
	if (f->fd >= 0 && fstat(f->fd, &st) == 0 && S_ISREG(st.st_mode))
		sb_i64(call->out, st.st_size);
	else
		sb_addc(call->out, '-');
	return 0;
}

static int
file_stream_filepos(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct file_stream *f = (struct file_stream *)user;
	bool overflow = false;
	int64_t offset;

	(void)e;
	if (!call->writing) {
		sb_i64(call->out, file_stream_tell(f));
		return 0;
	}
	if (!conf_i64(str_trim(call->text), 0, &offset, &overflow) ||
	    overflow || offset < 0)
		return errh_error(call->errh, "argument must be file offset");
	return file_stream_seek(f, offset, call->errh);
}

void
file_stream_add_handlers(struct element *e, struct file_stream *f)
{
	uintptr_t user = (uintptr_t)f;

	handler_add_read(e, "filename", file_stream_filename, user, 0);
	handler_add_read(e, "filesize", file_stream_filesize, user, 0);
	handler_add_read(e, "filepos", file_stream_filepos, user, 0);
	handler_add_write(e, "filepos", file_stream_filepos, user, 0);
}
