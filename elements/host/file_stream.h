/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * file_stream.h -- a file read from front to back through a buffer: plain,
 * compressed by gzip or bzip2, or standard input ("-").  For FromDump and its
 * like; not an element.
 */
#ifndef ELEMENTS_HOST_FILE_STREAM_H
#define ELEMENTS_HOST_FILE_STREAM_H

#include <stdint.h>
#include <sys/types.h>

#include "click/errh.h"

struct element;

struct file_stream {
	struct str name;   /* owned; as it is shown: "<stdin>" */
	int fd;            /* -1: not open */
	pid_t unpacker;    /* 0: none */
	struct strbuf buf; /* what has been read and not given away */
	size_t pos;        /* how much of it has been used */
	int64_t offset;    /* of the buffer's first byte in the stream */
	bool end;          /* nothing more to be read */
};

/* A zeroed struct is closed, but for fd: call this first. */
void file_stream_init(struct file_stream *f);

/*
 * The name that its handler tells, for elements that ask before it is open.  0
 * or reported.
 */
int file_stream_set_name(
    struct file_stream *f, struct str path, struct errh *errh);

/*
 * Opens the file and reads its beginning.  0, or an error that has been
 * reported ("NAME: No such file or directory"); close it in any case.
 */
int file_stream_open(struct file_stream *f, struct str path, struct errh *errh);
void file_stream_close(struct file_stream *f);
/* The same over a copy of text, called "<data>".  0 or reported. */
int file_stream_open_text(
    struct file_stream *f, struct str text, struct errh *errh);

/* The bytes at hand, at least n of them unless the stream ends earlier. */
struct str file_stream_peek(struct file_stream *f, size_t n, struct errh *errh);

/* Passes over n of the bytes at hand. */
static inline void
file_stream_skip(struct file_stream *f, size_t n)
{
	f->pos += n;
}

static inline int64_t
file_stream_tell(const struct file_stream *f)
{
	return f->offset + (int64_t)f->pos;
}

/* Goes to an offset, in a stream that cannot only forwards.  0 or reported. */
int file_stream_seek(struct file_stream *f, int64_t offset, struct errh *errh);

/* Moves an open stream to another element's. */
void file_stream_move(struct file_stream *to, struct file_stream *from);

/* The handlers filename, filesize and filepos (f lies in e's state). */
void file_stream_add_handlers(struct element *e, struct file_stream *f);

/* "NAME: text" with the name as landmark. */
int file_stream_error(
    const struct file_stream *f, struct errh *errh, const char *text);

/* Starts a program (NULL-terminated argv) on its own; -1: errno says why. */
pid_t file_run(char *const argv[]);

/*
 * Starts PROGRAM ["-c"] FILE reading (or, for writing, with FILE as its
 * output) on a pipe; its descriptor and process.  -1: errno says why.
 */
int file_pipe_read(const char *program, const char *file, pid_t *pid);
int file_pipe_write(const char *program, const char *file, pid_t *pid);

#endif
