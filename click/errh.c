/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * errh.c -- messages on their way through a chain of handlers.
 *
 * A message is cut into lines at its source.  Each line then goes down the
 * chain alone, every veneer handing a decorated copy to its parent, until the
 * end of the chain puts the landmark in front and writes it.
 */
#include "click/errh.h"

/* A line under way. */
struct errh_line {
	struct str landmark; /* "file:line", or empty */
	struct str text;     /* no newline in it */
	bool plain;          /* no context */
};

static void errh_pass(struct errh *e, const struct errh_line *line);

/* "file:3" of "file:3", "file:3:" or "file:3: ". */
static struct str
errh_clean_landmark(struct str landmark)
{
	landmark = str_trim(landmark);
	if (str_ends(landmark, STR(":")))
		landmark = str_sub(landmark, 0, landmark.n - 1);
	return landmark;
}

static void
errh_write(struct errh *e, const struct errh_line *line)
{
	struct strbuf sb = STRBUF_INIT;
	struct str landmark = errh_clean_landmark(line->landmark);

	sb_add(&sb, landmark);
	if (landmark.n != 0)
		sb_adds(&sb, ": ");
	sb_add(&sb, line->text);
	sb_addc(&sb, '\n');
	e->write(e->arg, sb_str(&sb));
	sb_fini(&sb);
}

/* Hands line to e's parent with before in front of its text. */
static void
errh_pass_prefixed(
    struct errh *e, const struct errh_line *line, struct str before)
{
	struct strbuf sb = STRBUF_INIT;
	struct errh_line longer = *line;

	sb_add(&sb, before);
	sb_add(&sb, line->text);
	longer.text = sb_str(&sb);
	errh_pass(e->parent, &longer);
	sb_fini(&sb);
}

static void
errh_pass_context(struct errh *e, const struct errh_line *line)
{
	struct errh_line head = *line;
	struct str rest = e->text;

	if (line->plain) {
		errh_pass(e->parent, line);
		return;
	}
	if (!e->printed) {
		e->printed = true;
		if (e->landmark.n != 0)
			head.landmark = e->landmark;
		while (str_line(&rest, &head.text))
			errh_pass(e->parent, &head);
	}
	errh_pass_prefixed(e, line, STR("  "));
}

static void
errh_pass_landmark(struct errh *e, const struct errh_line *line)
{
	struct errh_line placed = *line;

	if (placed.landmark.n == 0)
		placed.landmark = e->landmark;
	errh_pass(e->parent, &placed);
}

/* As deep as the chain is long. */
static void
errh_pass(struct errh *e, const struct errh_line *line)
{
	if (e == NULL)
		return;
	switch (e->kind) {
	case ERRH_SILENT:
		break;
	case ERRH_SINK:
		errh_write(e, line);
		break;
	case ERRH_CONTEXT:
		errh_pass_context(e, line);
		break;
	case ERRH_PREFIX:
		errh_pass_prefixed(e, line, e->text);
		break;
	case ERRH_LANDMARK:
		errh_pass_landmark(e, line);
		break;
	}
}

/* One message counts once, however many lines it has. */
static void
errh_report(struct errh *e, enum errh_level level, struct str landmark,
    struct str text, bool plain)
{
	const char *before = level == ERRH_WARNING ? "warning: " : "";
	struct errh_line line = { .landmark = landmark, .plain = plain };
	struct strbuf sb = STRBUF_INIT;
	struct str rest = text, one;

	for (; str_line(&rest, &one); sb_clear(&sb)) {
		sb_adds(&sb, before);
		sb_add(&sb, one);
		line.text = sb_str(&sb);
		errh_pass(e, &line);
	}
	sb_fini(&sb);
	for (; e != NULL; e = e->parent) {
		e->nerrors += level <= ERRH_ERROR;
		e->nwarnings += level == ERRH_WARNING;
	}
}

static void errh_vreport(struct errh *e, enum errh_level level,
    struct str landmark, const char *fmt, va_list ap) PRINTF(4, 0);

static void
errh_vreport(struct errh *e, enum errh_level level, struct str landmark,
    const char *fmt, va_list ap)
{
	struct strbuf sb = STRBUF_INIT;

	sb_vprintf(&sb, fmt, ap);
	errh_report(e, level, landmark, sb_str(&sb), false);
	sb_fini(&sb);
}

/* A string that cannot be kept for want of memory is an empty one. */
static void
errh_init(struct errh *e, enum errh_kind kind, struct errh *parent)
{
	*e = (struct errh){ .kind = kind, .parent = parent };
}

void
errh_silent_init(struct errh *e)
{
	errh_init(e, ERRH_SILENT, NULL);
}

void
errh_sink_init(
    struct errh *e, void (*write)(void *arg, struct str line), void *arg)
{
	errh_init(e, ERRH_SINK, NULL);
	e->write = write;
	e->arg = arg;
}

static void
errh_strbuf_write(void *arg, struct str line)
{
	sb_add(arg, line);
}

void
errh_strbuf_init(struct errh *e, struct strbuf *sb)
{
	errh_sink_init(e, errh_strbuf_write, sb);
}

void
errh_context_init(struct errh *e, struct errh *parent, struct str landmark,
    const char *fmt, ...)
{
	struct strbuf sb = STRBUF_INIT;
	va_list ap;

	errh_init(e, ERRH_CONTEXT, parent);
	va_start(ap, fmt);
	sb_vprintf(&sb, fmt, ap);
	va_end(ap);
	e->text = sb_take(&sb);
	e->landmark = str_dup(landmark);
}

void
errh_context_rename(struct errh *e, const char *fmt, ...)
{
	struct strbuf sb = STRBUF_INIT;
	va_list ap;

	if (e->kind != ERRH_CONTEXT || e->printed)
		return;
	va_start(ap, fmt);
	sb_vprintf(&sb, fmt, ap);
	va_end(ap);
	if (!sb.oom) {
		str_free(&e->text);
		e->text = sb_take(&sb);
	}
	sb_fini(&sb);
}

void
errh_prefix_init(struct errh *e, struct errh *parent, struct str prefix)
{
	errh_init(e, ERRH_PREFIX, parent);
	e->text = str_dup(prefix);
}

void
errh_landmark_init(struct errh *e, struct errh *parent, struct str landmark)
{
	errh_init(e, ERRH_LANDMARK, parent);
	e->landmark = str_dup(landmark);
}

void
errh_fini(struct errh *e)
{
	str_free(&e->text);
	str_free(&e->landmark);
}

int
errh_error(struct errh *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	errh_verror(e, fmt, ap);
	va_end(ap);
	return ERR_INVAL;
}

int
errh_lerror(struct errh *e, struct str landmark, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	errh_vreport(e, ERRH_ERROR, landmark, fmt, ap);
	va_end(ap);
	return ERR_INVAL;
}

int
errh_verror(struct errh *e, const char *fmt, va_list ap)
{
	errh_vreport(e, ERRH_ERROR, STR(""), fmt, ap);
	return ERR_INVAL;
}

void
errh_warning(struct errh *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	errh_vreport(e, ERRH_WARNING, STR(""), fmt, ap);
	va_end(ap);
}

void
errh_lwarning(struct errh *e, struct str landmark, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	errh_vreport(e, ERRH_WARNING, landmark, fmt, ap);
	va_end(ap);
}

void
errh_message(struct errh *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	errh_vreport(e, ERRH_INFO, STR(""), fmt, ap);
	va_end(ap);
}

void
errh_debug(struct errh *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	errh_vreport(e, ERRH_DEBUG, STR(""), fmt, ap);
	va_end(ap);
}

void
errh_text(
    struct errh *e, enum errh_level level, struct str landmark, struct str text)
{
	errh_report(e, level, landmark, text, false);
}

void
errh_plain(struct errh *e, struct str landmark, struct str text)
{
	errh_report(e, ERRH_ERROR, landmark, text, true);
}
