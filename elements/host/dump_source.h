/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * dump_source.h -- what elements share that read packets from a file of lines
 * (or records): FromIPSummaryDump, FromNetFlowSummaryDump, FromTcpdump,
 * FromCapDump.  Not an element.
 *
 * struct dump_source is the first member of such an element's state; ops says
 * how its file is read.  The functions here do the rest: file, place in it,
 * pace, sampling, splitting of packets that stand for several, task or
 * notifier, end, handlers.
 */
#ifndef ELEMENTS_HOST_DUMP_SOURCE_H
#define ELEMENTS_HOST_DUMP_SOURCE_H

#include "click/element.h"
#include "click/notifier.h"
#include "elements/host/file_stream.h"

struct dump_source_ops {
	/*
	 * The next packet.  NULL: there is none in what was read just now, or
	 * (once dump_end() was called) no more at all.
	 */
	struct packet *(*read)(struct element *e, struct thread *t);
	/* Begins: looks at what the file starts with.  0 or reported. */
	int (*begin)(struct element *e, struct errh *errh);
};

struct dump_source {
	const struct dump_source_ops *ops;
	struct str filename; /* owned */
	struct str text;     /* owned: to be read instead of a file */
	struct file_stream file;
	uint32_t place; /* lines, or records, read so far */
	bool records;   /* the place is a record's number */
	bool ready;     /* dump_source_init() was called */
	bool stop, active, timing, multipacket, allow_missing;
	bool ended, complained;
	uint32_t sample;

	struct packet *next; /* read, and not yet sent (or not all of it) */
	bool splitting;      /* next stands for packets some of which went */
	uint32_t split_length;
	int64_t split_delta_ns, split_end_ns;

	bool times_set;
	int64_t timing_offset_ns;
	struct task task;
	struct timer timer;
	bool have_timer;
	struct notifier empty; /* when it is pulled from */
};

/* First thing in configure. */
void dump_source_init(struct element *e, const struct dump_source_ops *ops);
/*
 * Reads FILENAME (with these flags) and STOP, ACTIVE, TIMING, SAMPLE,
 * MULTIPACKET; ZERO is accepted, for what is not known is always zero.
 */
void dump_source_args(
    struct args *a, struct dump_source *d, unsigned int flags);
/* After args_complete(): warns of odd values. */
void dump_source_check(struct dump_source *d, struct errh *errh);

/* For the class record. */
int dump_source_initialize(struct element *e, struct errh *errh);
void dump_source_cleanup(struct element *e, enum cleanup_stage stage);
void *dump_source_cast(struct element *e, const char *name, int port);
void dump_source_add_handlers(struct element *e);
pull_fn dump_source_pull;

/* ---- for ops ---- */

enum { DUMP_LINE_MAX = 1 << 20 };

/*
 * The next line with what ends it (\n, \r or \r\n), borrowed until the next
 * call; false at the end.  A longer one than DUMP_LINE_MAX comes in pieces.
 */
bool dump_line(struct dump_source *d, struct str *line);
/* The same, but it stays. */
bool dump_peek_line(struct dump_source *d, struct str *line, struct errh *errh);
/* n bytes, as dump_line(); false, at the end, when there are fewer. */
bool dump_bytes(struct dump_source *d, size_t n, struct str *bytes);
/* Nothing more is to be read. */
void dump_end(struct dump_source *d);

/* Reports to errh (NULL: to the log) with the place in the file. */
int dump_error(const struct dump_source *d, struct errh *errh, const char *fmt,
    ...) PRINTF(3, 4);
void dump_warning(const struct dump_source *d, struct errh *errh,
    const char *fmt, ...) PRINTF(3, 4);
/* An error about the form of the file, once; returns NULL. */
struct packet *dump_complain(struct dump_source *d, const char *text);

#endif
