/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * message.h -- messages of the control protocol (abi/control.h): made, checked
 * and put together again from their parts.  Portable; for both ends.
 */
#ifndef CONTROL_MESSAGE_H
#define CONTROL_MESSAGE_H

#include <stdbool.h>

#include "abi/control.h"
#include "base/diag.h"
#include "base/str.h"
#include "base/strbuf.h"

/* A message in plain sight; path and payload lie in the bytes it came in. */
struct message {
	unsigned int op; /* enum control_op */
	bool reply;
	unsigned int router, status;
	uint32_t id, offset, total;
	struct str path, payload;
};

/*
 * The one check before anything of a message is used.  0, or ERR_PEER with a
 * sentence: then nothing of *m may be used but, when bytes held a header, op
 * and id, for the answer.
 */
int control_check(struct str bytes, struct message *m, struct diag *why);

/*
 * How many bytes the message at the head of a stream takes: 0 when more must
 * come to say so; ERR_PEER: that is no message.
 */
int control_frame(struct str bytes, size_t *size);

/* A stream of bytes that is cut into messages; begins zeroed. */
struct frames {
	struct strbuf bytes;
	size_t pos; /* up to here they have been taken */
};

/*
 * Makes room for n more bytes at the end, where the caller writes and counts
 * them (f->bytes.n).  NULL: no memory, and none ever after.
 */
char *frames_room(struct frames *f, size_t n);

/*
 * Appends the next whole message to *msg: 1, 0 when more bytes must come, or
 * ERR_PEER: what comes next is no message, or there was no memory for it.
 */
int frames_take(struct frames *f, struct strbuf *msg);

/* Skips bytes up to the first that may begin a message. */
void frames_skip(struct frames *f);

/* Forgets all bytes; _fini() frees them as well. */
void frames_clear(struct frames *f);
void frames_fini(struct frames *f);

/* Appends m as bytes. */
void control_put(struct strbuf *out, const struct message *m);

/* A payload in parts. */
struct assembly {
	bool begun;
	struct message first; /* path is owned, payload unused */
	struct strbuf payload;
};

#define ASSEMBLY_INIT                                                          \
	{                                                                      \
		.begun = false                                                 \
	}

/*
 * Takes one checked part.  1: the payload is whole: a->first and a->payload
 * are it, until assembly_clear().  0: parts are missing.  ERR_PEER: the part
 * does not belong there; ERR_NOMEM; in both cases a is cleared.
 */
int assembly_add(struct assembly *a, const struct message *m, struct diag *why);
void assembly_clear(struct assembly *a);

#endif
