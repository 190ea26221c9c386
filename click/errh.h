/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * errh.h -- where messages about a configuration go, with their places.
 *
 * Handlers form a chain: the outermost writes lines out (to a stream, or into
 * a strbuf), those in front of it decorate what passes.  Click's texts result:
 *
 *	config.click:3: While configuring 'q :: Queue':     (context, once)
 *	  CAPACITY: invalid number                          (prefix, message)
 *
 * The same storage rule for all: the caller owns the struct, on its stack as a
 * rule, and calls errh_fini() when it is done.  Messages are UTF-8 text of one
 * or more lines without a final newline.  Every veneer counts what passes, and
 * so do all handlers behind it.
 */
#ifndef CLICK_ERRH_H
#define CLICK_ERRH_H

#include <stdarg.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "base/strbuf.h"

enum errh_level {
	ERRH_ERROR = 3,
	ERRH_WARNING = 4, /* "warning: " is put in front */
	ERRH_INFO = 6,    /* errh_message */
	ERRH_DEBUG = 7,
};

enum errh_kind {
	ERRH_SILENT,   /* counts only */
	ERRH_SINK,     /* calls write for each finished line */
	ERRH_CONTEXT,  /* a context line first, then everything indented */
	ERRH_PREFIX,   /* a text in front of each line */
	ERRH_LANDMARK, /* a place for lines that have none */
};

struct errh {
	enum errh_kind kind;
	struct errh *parent; /* NULL for SILENT and SINK */
	unsigned int nerrors, nwarnings;
	/* ERRH_SINK: line ends in a newline. */
	void (*write)(void *arg, struct str line);
	void *arg;
	struct str text;     /* context or prefix, owned */
	struct str landmark; /* owned */
	bool printed;        /* the context line is out */
};

/* Ends of the chain. */
void errh_silent_init(struct errh *e);
void errh_sink_init(
    struct errh *e, void (*write)(void *arg, struct str line), void *arg);
/* Appends the lines to sb, which must outlive e. */
void errh_strbuf_init(struct errh *e, struct strbuf *sb);

/*
 * Veneers; parent NULL is a silent one.  The landmark ("file:line") of a
 * context is that of its own line only; when it is empty that line takes the
 * place of the first message.
 */
void errh_context_init(struct errh *e, struct errh *parent, struct str landmark,
    const char *fmt, ...) PRINTF(4, 5);
/* Replaces the text of a context whose line is not out yet; else nothing. */
void errh_context_rename(struct errh *e, const char *fmt, ...) PRINTF(2, 3);
void errh_prefix_init(struct errh *e, struct errh *parent, struct str prefix);
void errh_landmark_init(
    struct errh *e, struct errh *parent, struct str landmark);
void errh_fini(struct errh *e);

/* Report and return ERR_INVAL, so that "say why and fail" is one line. */
int errh_error(struct errh *e, const char *fmt, ...) PRINTF(2, 3);
int errh_lerror(struct errh *e, struct str landmark, const char *fmt, ...)
    PRINTF(3, 4);
int errh_verror(struct errh *e, const char *fmt, va_list ap) PRINTF(2, 0);
void errh_warning(struct errh *e, const char *fmt, ...) PRINTF(2, 3);
void errh_lwarning(struct errh *e, struct str landmark, const char *fmt, ...)
    PRINTF(3, 4);
void errh_message(struct errh *e, const char *fmt, ...) PRINTF(2, 3);
void errh_debug(struct errh *e, const char *fmt, ...) PRINTF(2, 3);
/*
 * The general form: any level, text taken as it is (several lines are
 * decorated each).  An empty landmark means none.
 */
void errh_text(struct errh *e, enum errh_level level, struct str landmark,
    struct str text);
/* As errh_text at ERRH_ERROR, but no context line and no indent is put to it.
 */
void errh_plain(struct errh *e, struct str landmark, struct str text);

#endif
