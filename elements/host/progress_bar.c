/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ProgressBar(POSHANDLER [, SIZEHANDLER, ...]) -- shows how far something is
 *
 * Draws a bar on standard error, if that is a terminal and we are in the
 * foreground.
 *
 *   POSHANDLER    read handlers, separated by spaces, whose values add up to
 *                 the position, read for each update
 *   SIZEHANDLER   the same for the size, read at the beginning
 *   FIXED_SIZE    the size itself
 *   UPDATE        seconds between updates, default 0.25
 *   BANNER        text in front of the bar
 *   ACTIVE        false: show nothing for now; default true
 *   DELAY         show nothing for so many seconds, default 0
 *   CHECK_STDOUT  true: show nothing if standard output is a terminal, too
 *
 *   active        read/write: ACTIVE
 *   mark_done     write: draw a full bar and stop
 *   mark_stopped  write: draw the bar as it is and stop
 *   poshandler, sizehandler   read/write: the arguments
 *   banner        read/write: BANNER
 *   pos           read: the position as last drawn
 *   size          read/write: the size, -1 while it is not known
 *   reset         write: begin again
 *
 *     f :: FromDump(web.pcap) -> Discard;  ProgressBar(f.filepos, f.filesize);
 */
#include <math.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/stamp.h"
#include "click/conf.h"
#include "click/hcall.h"
#include "elements/host/host_element.h"

enum { HANDLERS_MAX = 16, BAR_MAX = 240, STALL_SEC = 5 };

enum progress_status { FIRST, MIDDLE, DONE, DEAD };

struct handler_sum {
	struct hcall calls[HANDLERS_MAX];
	size_t n;
};

struct progress_bar {
	struct handler_sum position, size_of;
	struct str banner; /* owned */
	uint32_t update_ms, delay_ms;
	bool active, check_stdout, have_size;
	double size, last_position;
	enum progress_status status;
	struct timer timer;
	bool timer_ready;
	int64_t start_ns, last_ns, stalled_ns;
};

/* ---- sums of handlers ---- */

static void
sum_fini(struct handler_sum *s)
{
	for (size_t i = 0; i < s->n; i++)
		hcall_fini(&s->calls[i]);
	s->n = 0;
}

/* Takes "a.x b.y" in the place of what s was; on failure s is as before. */
static int
sum_set(struct handler_sum *s, struct element *e, struct str text,
    struct errh *errh)
{
	struct handler_sum fresh = { .n = 0 };
	struct arena mem = ARENA_INIT;
	struct strs words = VEC_INIT;
	int err = conf_split_space(text, &mem, &words);

	if (err == 0 && words.n > HANDLERS_MAX)
		err = errh_error(errh, "at most %d handlers", HANDLERS_MAX);
	for (size_t i = 0; err == 0 && i < words.n; i++) {
		err = hcall_reset(
		    &fresh.calls[i], words.v[i], HANDLER_READ, e, errh);
		fresh.n += err == 0;
	}
	if (err == 0) {
		sum_fini(s);
		*s = fresh;
	} else {
		sum_fini(&fresh);
	}
	vec_fini(&words);
	arena_fini(&mem);
	return err;
}

/* False: one of the values is not known. */
static bool
sum_read(const struct handler_sum *s, struct thread *t, double *sum)
{
	bool known = s->n > 0;

	*sum = 0;
	for (size_t i = 0; i < s->n; i++) {
		struct strbuf out = STRBUF_INIT;
		double x;

		(void)hcall_read(&s->calls[i], t, &out, NULL);
		if (conf_double(str_trim(sb_str(&out)), &x))
			*sum += x;
		else
			known = false;
		sb_fini(&out);
	}
	return known;
}

/* ---- drawing ---- */

static bool
progress_foreground(void)
{
	pid_t group = tcgetpgrp(STDERR_FILENO);

	return group != -1 && group == getpgrp();
}

static int
progress_columns(void)
{
	struct winsize w;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 0)
		return w.ws_col;
	return 80;
}

/* The bar of width columns; percent < 0: the position is not known. */
static void
progress_draw_bar(
    const struct progress_bar *b, struct strbuf *sb, int width, double percent)
{
	int mark = b->have_size ? 0 : width > 3 ? 3 : 1, done;

	sb_addc(sb, '|');
	if (percent < 0 || (!b->have_size && b->status == DONE)) {
		sb_fill(sb, '-', (size_t)width);
	} else if (b->have_size) {
		done = (int)(width * percent / 100);
		sb_fill(sb, '*', (size_t)done);
		sb_fill(sb, ' ', (size_t)(width - done));
	} else {
		/* Without an end a mark goes to and fro. */
		done = (int)((width - mark) * percent / 100);
		sb_fill(sb, ' ', (size_t)done);
		sb_fill(sb, '*', (size_t)mark);
		sb_fill(sb, ' ', (size_t)(width - done - mark));
	}
	sb_addc(sb, '|');
}

static void
progress_draw_position(struct strbuf *sb, double position)
{
	static const char prefixes[] = " KMGTP";
	size_t i = 0;

	while (position >= 100000 && i + 2 < sizeof(prefixes)) {
		position /= 1024;
		i++;
	}
	sb_printf(sb, " %5lu%c%c ", (unsigned long)position, prefixes[i],
	    i == 0 ? ' ' : 'B');
}

static void
progress_draw_time(struct progress_bar *b, struct strbuf *sb, int64_t now,
    bool known, double position)
{
	int64_t since = now - b->last_ns;
	double elapsed = (double)(now - b->start_ns - b->stalled_ns) / 1e9;
	double left = elapsed;
	bool guess = b->status != DONE;
	int seconds;

	if (position > b->last_position) {
		if (since >= STALL_SEC * NS_PER_SEC)
			b->stalled_ns += since;
		b->last_ns = now;
		b->last_position = position;
		since = 0;
	}
	if (guess &&
	    (!known || !b->have_size || elapsed <= 0 || position > b->size)) {
		sb_adds(sb, "   --:-- ETA");
		return;
	}
	if (since >= STALL_SEC * NS_PER_SEC) {
		sb_adds(sb, " - stalled -");
		return;
	}
	guess = guess && known && position >= 1e-6;
	if (guess)
		left = b->size / (position / elapsed) - elapsed;
	seconds = left < 0 || left > 359999 ? 0 : (int)left;
	if (seconds >= 3600)
		sb_printf(sb, "%2d:", seconds / 3600);
	else
		sb_adds(sb, "   ");
	sb_printf(sb, "%02d:%02d%s", seconds % 3600 / 60, seconds % 60,
	    guess ? " ETA" : "    ");
}

static double
progress_percent(const struct progress_bar *b, bool known, double position)
{
	double percent;

	if (!known)
		return -1;
	if (!b->have_size) {
		percent = fmod(floor(position / 100000), 200);
		return percent > 100 ? 200 - percent : percent;
	}
	percent = b->size > 0 ? floor(100 * position / b->size) : 100;
	return percent < 0 ? 0 : percent > 100 ? 100 : percent;
}

static void
progress_draw(struct progress_bar *b, struct thread *t, int64_t now)
{
	bool fraction = b->have_size && b->size_of.n == 0;
	struct strbuf sb = STRBUF_INIT;
	double position, percent;
	bool known = sum_read(&b->position, t, &position);
	int width;

	percent = progress_percent(b, known, position);
	sb_addc(&sb, '\r');
	if (b->banner.n > 0) {
		sb_add(&sb, b->banner);
		sb_addc(&sb, ' ');
	}
	if (known && b->have_size)
		sb_printf(&sb, "%3d%% ", (int)percent);
	else if (b->have_size)
		sb_adds(&sb, "  -% ");
	width = progress_columns() - ((int)sb.n + 25) + (fraction ? 8 : 0);
	if (width > BAR_MAX)
		width = BAR_MAX;
	if (width > 0)
		progress_draw_bar(b, &sb, width, percent);
	if (fraction)
		sb_addc(&sb, ' '); /* the position is one of FIXED_SIZE only */
	else if (known)
		progress_draw_position(&sb, position);
	else
		sb_adds(&sb, " -----   ");
	progress_draw_time(b, &sb, now, known, position);
	if (b->status == DONE)
		sb_addc(&sb, '\n');
	(void)fd_write_all(STDERR_FILENO, sb_str(&sb)); /* just for show */
	sb_fini(&sb);
}

/* ---- time ---- */

static void
progress_begin(struct progress_bar *b, struct thread *t, int64_t now)
{
	if (!b->have_size)
		b->have_size = sum_read(&b->size_of, t, &b->size);
	b->last_position = 0;
	b->start_ns = b->last_ns = now;
	b->stalled_ns = 0;
	b->status = MIDDLE;
}

static void
progress_fire(struct element *e, struct timer *timer, struct thread *t)
{
	struct progress_bar *b = element_state(e);
	int64_t now = thread_steady_ns(t);
	int64_t delay = (int64_t)b->delay_ms * NS_PER_MS;

	if (!b->active || b->status == DEAD || b->status == DONE)
		return;
	if (b->status == FIRST)
		progress_begin(b, t, now);
	if (now < b->start_ns + delay) {
		timer_schedule_at(timer, b->start_ns + delay);
		return;
	}
	if (progress_foreground())
		progress_draw(b, t, now);
	timer_schedule_after(timer, (int64_t)b->update_ms * NS_PER_MS);
}

/* The last bar, full if so asked. */
static void
progress_end(struct element *e, struct thread *t, bool full)
{
	struct progress_bar *b = element_state(e);
	int64_t now = thread_steady_ns(t);

	if (!b->active || b->status == DEAD || b->status == DONE)
		return;
	if (b->status == FIRST)
		progress_begin(b, t, now);
	if (full)
		b->have_size = sum_read(&b->position, t, &b->size);
	timer_unschedule(&b->timer);
	b->status = DONE;
	if (progress_foreground() &&
	    now >= b->start_ns + (int64_t)b->delay_ms * NS_PER_MS)
		progress_draw(b, t, now);
	b->active = false;
}

/* ---- life ---- */

/* Handlers of others are there only now: all is read in initialize. */
static int
progress_bar_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	(void)e;
	(void)conf;
	(void)errh;
	return 0;
}

static int
progress_bar_initialize(struct element *e, struct errh *errh)
{
	struct progress_bar *b = element_state(e);
	struct str position = { NULL, 0 }, size = { NULL, 0 };
	struct args a;
	int err;

	b->update_ms = 250;
	b->active = true;
	b->size = -1;
	args_init_text(&a, e->config, e, errh);
	args_raw(&a, "POSHANDLER", ARG_POS | ARG_MAND, &position);
	args_raw(&a, "SIZEHANDLER", ARG_POS, &size);
	args_seconds_ms(&a, "UPDATE", 0, &b->update_ms);
	args_str(&a, "BANNER", 0, &b->banner);
	args_bool(&a, "ACTIVE", 0, &b->active);
	args_seconds_ms(&a, "DELAY", 0, &b->delay_ms);
	args_bool(&a, "CHECK_STDOUT", 0, &b->check_stdout);
	b->have_size = args_double(&a, "FIXED_SIZE", 0, &b->size);
	err = args_complete(&a);
	if (err == 0)
		err = sum_set(&b->size_of, e, size, errh);
	if (err == 0)
		err = sum_set(&b->position, e, position, errh);
	str_free(&position);
	str_free(&size);
	if (err != 0)
		return err;
	if (!isatty(STDERR_FILENO) ||
	    (b->check_stdout && isatty(STDOUT_FILENO)))
		b->status = DEAD;
	timer_init(&b->timer, e, progress_fire);
	b->timer_ready = true;
	if (b->active && b->status != DEAD)
		timer_schedule_after(&b->timer, 0);
	return 0;
}

static void
progress_bar_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct progress_bar *b = element_state(e);

	(void)stage;
	if (b->timer_ready) {
		if (b->status == MIDDLE)
			progress_end(e, e->thread, false);
		timer_fini(&b->timer);
	}
	sum_fini(&b->position);
	sum_fini(&b->size_of);
	str_free(&b->banner);
}

/* ---- handlers ---- */

enum progress_what {
	PROGRESS_STOPPED,
	PROGRESS_DONE,
	PROGRESS_ACTIVE,
	PROGRESS_POSITION_HANDLER,
	PROGRESS_SIZE,
	PROGRESS_SIZE_HANDLER,
	PROGRESS_BANNER,
	PROGRESS_RESET,
};

static int
progress_read(struct element *e, uintptr_t what, struct handler_call *call)
{
	struct progress_bar *b = element_state(e);
	const struct handler_sum *s =
	    what == PROGRESS_POSITION_HANDLER ? &b->position : &b->size_of;

	for (size_t i = 0; i < s->n; i++) {
		if (i > 0)
			sb_addc(call->out, ' ');
		sb_add(call->out, s->calls[i].text);
	}
	return 0;
}

static int
progress_write(struct element *e, uintptr_t what, struct handler_call *call)
{
	struct progress_bar *b = element_state(e);
	struct str text = str_trim(call->text);

	switch ((enum progress_what)what) {
	case PROGRESS_STOPPED:
	case PROGRESS_DONE:
		progress_end(e, call->thread, what == PROGRESS_DONE);
		return 0;
	case PROGRESS_ACTIVE:
		if (!conf_bool(text, &b->active))
			return errh_error(call->errh, "type mismatch");
		break;
	case PROGRESS_POSITION_HANDLER:
		return sum_set(&b->position, e, text, call->errh);
	case PROGRESS_SIZE_HANDLER:
		b->have_size = false;
		return sum_set(&b->size_of, e, text, call->errh);
	case PROGRESS_SIZE:
		if (!conf_double(text, &b->size))
			return errh_error(call->errh, "type mismatch");
		b->have_size = true;
		return 0;
	case PROGRESS_BANNER:
		return str_set(&b->banner, text);
	case PROGRESS_RESET:
		b->have_size = false;
		if (b->status != DEAD)
			b->status = FIRST;
		b->active = true;
		break;
	}
	if (b->active && b->status != DEAD && !timer_scheduled(&b->timer))
		timer_schedule_after(&b->timer, 0);
	return 0;
}

static void
progress_bar_add_handlers(struct element *e)
{
	struct progress_bar *b = element_state(e);

	handler_add_write(
	    e, "mark_stopped", progress_write, PROGRESS_STOPPED, 0);
	handler_add_write(e, "mark_done", progress_write, PROGRESS_DONE, 0);
	handler_add_data(e, "active", HANDLER_READ, DATA_BOOL, &b->active);
	handler_add_write(
	    e, "active", progress_write, PROGRESS_ACTIVE, HANDLER_CHECKBOX);
	handler_add_data(e, "banner", HANDLER_READ, DATA_STR, &b->banner);
	handler_add_write(
	    e, "banner", progress_write, PROGRESS_BANNER, HANDLER_RAW);
	handler_add_read(
	    e, "poshandler", progress_read, PROGRESS_POSITION_HANDLER, 0);
	handler_add_write(
	    e, "poshandler", progress_write, PROGRESS_POSITION_HANDLER, 0);
	handler_add_read(
	    e, "sizehandler", progress_read, PROGRESS_SIZE_HANDLER, 0);
	handler_add_write(
	    e, "sizehandler", progress_write, PROGRESS_SIZE_HANDLER, 0);
	handler_add_data(
	    e, "pos", HANDLER_READ, DATA_DOUBLE, &b->last_position);
	handler_add_data(e, "size", HANDLER_READ, DATA_DOUBLE, &b->size);
	handler_add_write(e, "size", progress_write, PROGRESS_SIZE, 0);
	handler_add_write(
	    e, "reset", progress_write, PROGRESS_RESET, HANDLER_BUTTON);
}

const struct element_class element_progress_bar = {
	.name = "ProgressBar",
	.state_size = sizeof(struct progress_bar),
	.configure = progress_bar_configure,
	.initialize = progress_bar_initialize,
	.cleanup = progress_bar_cleanup,
	.add_handlers = progress_bar_add_handlers,
};
