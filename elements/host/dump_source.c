/* SPDX-License-Identifier: BSD-3-Clause */
/* dump_source.c -- the common part of elements that read lines of packets. */
#include "elements/host/dump_source.h"

#include <errno.h>
#include <unistd.h>

#include "base/bytes.h"
#include "click/anno.h"
#include "click/conf.h"
#include "click/router.h"
#include "elements/host/host_element.h"
#include "elements/ip/ip_header.h"

enum {
	SAMPLE_BITS = 28,
	SAMPLE_ONE = 1 << SAMPLE_BITS,
	SKIP_AT_ONCE = 64, /* packets (or lines) not emitted in one run */
};

void
dump_source_init(struct element *e, const struct dump_source_ops *ops)
{
	struct dump_source *d = element_state(e);

	file_stream_init(&d->file);
	notifier_init(&d->empty, NOTIFIER_STOP);
	d->ops = ops;
	d->sample = SAMPLE_ONE;
	d->active = d->ready = true;
}

void
dump_source_args(struct args *a, struct dump_source *d, unsigned int flags)
{
	bool zero = true;

	args_filename(a, "FILENAME", flags, &d->filename);
	args_bool(a, "STOP", 0, &d->stop);
	args_bool(a, "ACTIVE", 0, &d->active);
	args_bool(a, "ZERO", 0, &zero);
	args_bool(a, "TIMING", 0, &d->timing);
	args_bool(a, "MULTIPACKET", 0, &d->multipacket);
	args_fixed2(a, "SAMPLE", 0, SAMPLE_BITS, &d->sample);
	(void)args_execute(a); /* zero goes; mistakes are told at the end */
}

void
dump_source_check(struct dump_source *d, struct errh *errh)
{
	if (d->sample > SAMPLE_ONE) {
		errh_warning(errh, "SAMPLE probability reduced to 1");
		d->sample = SAMPLE_ONE;
	} else if (d->sample == 0) {
		errh_warning(
		    errh, "SAMPLE probability is 0; emitting no packets");
	}
}

/* ---- places ---- */

static void
dump_say(const struct dump_source *d, struct errh *errh, enum errh_level level,
    const char *fmt, va_list ap)
{
	struct strbuf landmark = STRBUF_INIT, text = STRBUF_INIT;
	struct str name = d->file.name.n > 0 ? d->file.name : d->filename;
	struct errh log;

	errh_log_init(&log);
	if (name.n == 0)
		name = d->text.n > 0 ? STR("<data>") : STR("<stdin>");
	sb_printf(&landmark, "%.*s:%s%u", STR_ARG(name),
	    d->records ? "record " : "", d->place);
	sb_vprintf(&text, fmt, ap);
	errh_text(errh != NULL ? errh : &log, level, sb_str(&landmark),
	    sb_str(&text));
	errh_fini(&log);
	sb_fini(&landmark);
	sb_fini(&text);
}

int
dump_error(const struct dump_source *d, struct errh *errh, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	dump_say(d, errh, ERRH_ERROR, fmt, ap);
	va_end(ap);
	return ERR_INVAL;
}

void
dump_warning(
    const struct dump_source *d, struct errh *errh, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	dump_say(d, errh, ERRH_WARNING, fmt, ap);
	va_end(ap);
}

struct packet *
dump_complain(struct dump_source *d, const char *text)
{
	if (!d->complained)
		(void)dump_error(d, NULL, "%s", text);
	d->complained = true;
	return NULL;
}

/* ---- lines ---- */

/* Bytes of the line that s begins with, its end included; 0: not all there. */
static size_t
dump_line_length(struct str s, bool end)
{
	size_t i = 0;

	while (i < s.n && s.s[i] != '\n' && s.s[i] != '\r')
		i++;
	if (i < s.n && s.s[i] == '\n')
		return i + 1;
	if (i + 1 < s.n)
		return i + (s.s[i + 1] == '\n' ? 2 : 1);
	return end ? s.n : 0;
}

bool
dump_peek_line(struct dump_source *d, struct str *line, struct errh *errh)
{
	size_t want = 1, n;
	struct str s;

	do {
		s = file_stream_peek(&d->file, want, errh);
		n = dump_line_length(s, s.n < want || s.n > DUMP_LINE_MAX);
		want = s.n + 1;
	} while (n == 0 && s.n > 0);
	*line = str_sub(s, 0, n);
	return n > 0;
}

bool
dump_line(struct dump_source *d, struct str *line)
{
	if (!dump_peek_line(d, line, NULL))
		return false;
	file_stream_skip(&d->file, line->n);
	d->place++;
	return true;
}

bool
dump_bytes(struct dump_source *d, size_t n, struct str *bytes)
{
	*bytes = file_stream_peek(&d->file, n, NULL);
	if (bytes->n < n)
		return false;
	*bytes = str_sub(*bytes, 0, n);
	file_stream_skip(&d->file, n);
	return true;
}

void
dump_end(struct dump_source *d)
{
	d->ended = true;
}

/* ---- packets that stand for several ---- */

/* Says in the headers that the packet has length bytes. */
static struct packet *
dump_set_lengths(struct thread *t, struct packet *p, uint32_t length)
{
	const struct ip4 *ip = ip_header(p);
	struct ip4 *w;

	if (ip == NULL)
		return p;
	length -= (uint32_t)packet_network_offset(p);
	if (get_be16(ip->len) == length)
		return p;
	w = ip_header_write(t, &p);
	if (w == NULL)
		return NULL;
	put_be16(w->len, (uint16_t)length);
	if (w->proto == IPPROTO4_UDP && ip_header_transport_length(p) >= 6)
		put_be16(((struct udp *)(void *)packet_transport(p))->len,
		    (uint16_t)(length - ip4_hlen(w)));
	return p;
}

/* The first of the packets that d->next stands for. */
static void
dump_split_begin(struct dump_source *d, struct thread *t, uint32_t count)
{
	struct packet *p = d->next;
	int64_t first = (int64_t)anno_u64(p, ANNO_FIRST_TIMESTAMP);
	uint32_t extra = anno_u32(p, ANNO_EXTRA_LENGTH);

	d->splitting = true;
	d->split_length = (p->length + extra) / count;
	if (d->split_length < p->length) { /* there are not bytes enough */
		d->split_length = p->length;
		anno_set_u32(
		    p, ANNO_EXTRA_LENGTH, d->split_length * (count - 1));
	}
	d->split_end_ns = p->timestamp_ns;
	d->split_delta_ns = 0;
	if (first != 0) {
		d->split_delta_ns = (p->timestamp_ns - first) / (count - 1);
		p->timestamp_ns = first;
	}
	d->next = dump_set_lengths(t, p, d->split_length);
}

/* Takes one of d->next's packets away; the last is d->next itself. */
static struct packet *
dump_split(struct dump_source *d, struct thread *t)
{
	uint32_t count = anno_u32(d->next, ANNO_EXTRA_PACKETS), extra;
	struct packet *p = d->next;

	if (count == 0 || count == UINT32_MAX) {
		d->next = NULL;
		d->splitting = false;
		return p;
	}
	if (!d->splitting)
		dump_split_begin(d, t, count + 1);
	if (d->next == NULL)
		return NULL;
	p = packet_clone(t, d->next);
	if (p != NULL) {
		anno_set_u32(p, ANNO_EXTRA_PACKETS, 0);
		anno_set_u32(p, ANNO_EXTRA_LENGTH, d->split_length - p->length);
	}
	extra = anno_u32(d->next, ANNO_EXTRA_LENGTH) - d->split_length;
	anno_set_u32(d->next, ANNO_EXTRA_PACKETS, count - 1);
	anno_set_u32(d->next, ANNO_EXTRA_LENGTH, extra);
	if (count > 1) {
		d->next->timestamp_ns += d->split_delta_ns;
	} else {
		d->next->timestamp_ns = d->split_end_ns;
		d->next = dump_set_lengths(t, d->next, d->next->length + extra);
	}
	return p;
}

/* ---- the pace ---- */

/* True once d->next's time has come; else the timer is set. */
static bool
dump_due(struct element *e, struct thread *t)
{
	struct dump_source *d = element_state(e);
	int64_t now, due;

	if (!d->timing)
		return true;
	now = thread_steady_ns(t);
	if (!d->times_set)
		d->timing_offset_ns = now - d->next->timestamp_ns;
	d->times_set = true;
	due = d->next->timestamp_ns + d->timing_offset_ns;
	if (now >= due)
		return true;
	timer_schedule_at(&d->timer, due);
	if (!output_is_push(e, 0))
		notifier_sleep(&d->empty);
	return false;
}

static bool
dump_sampled(const struct dump_source *d, struct thread *t)
{
	return d->sample >= SAMPLE_ONE ||
	       (rand_u32(&t->rand) & (SAMPLE_ONE - 1)) < d->sample;
}

/* Tells the router if it shall stop now. */
static void
dump_ended(struct element *e)
{
	struct dump_source *d = element_state(e);

	if (d->stop)
		router_please_stop(e->router);
}

/*
 * The next packet to be emitted.  NULL: there is none now; *again tells whether
 * to ask again at once.
 */
static struct packet *
dump_take(struct element *e, struct thread *t, bool *again)
{
	struct dump_source *d = element_state(e);
	struct packet *p;

	*again = true;
	for (int i = 0; i < SKIP_AT_ONCE && d->active; i++) {
		if (d->next == NULL && !d->ended)
			d->next = d->ops->read(e, t);
		if (d->next == NULL && d->ended) {
			dump_ended(e);
			break;
		}
		if (d->next == NULL)
			continue;
		if (!dump_due(e, t))
			break;
		p = d->next;
		if (d->multipacket)
			p = dump_split(d, t);
		else
			d->next = NULL;
		if (p != NULL && dump_sampled(d, t))
			return p;
		if (p != NULL)
			packet_kill(t, p);
	}
	*again = d->active && d->next == NULL && !d->ended;
	return NULL;
}

static bool
dump_run(struct element *e, struct task *task, struct thread *t)
{
	bool again;
	struct packet *p = dump_take(e, t, &again);

	if (again)
		task_reschedule(task);
	if (p == NULL)
		return false;
	output_push_one(e, 0, t, p);
	return true;
}

unsigned int
dump_source_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	struct dump_source *d = element_state(e);
	unsigned int n = 0;
	bool again = true;

	(void)port;
	while (n < max && again) {
		struct packet *p = dump_take(e, b->thread, &again);

		if (p == NULL)
			break;
		batch_add(b, p);
		n++;
	}
	if (!again)
		notifier_sleep(&d->empty);
	else
		notifier_wake(&d->empty);
	return n;
}

static void
dump_go_on(struct element *e)
{
	struct dump_source *d = element_state(e);

	if (!d->active)
		return;
	if (!output_is_push(e, 0))
		notifier_wake(&d->empty);
	else if (!task_scheduled(&d->task))
		task_schedule(&d->task);
}

static void
dump_timer(struct element *e, struct timer *timer, struct thread *t)
{
	(void)timer;
	(void)t;
	dump_go_on(e);
}

/* ---- life ---- */

static int
dump_open(struct element *e, struct errh *errh)
{
	struct dump_source *d = element_state(e);
	int err;

	if (d->text.n > 0)
		return file_stream_open_text(&d->file, d->text, errh);
	if (d->allow_missing && d->filename.n > 0 &&
	    access(d->filename.s, F_OK) != 0 && errno == ENOENT) {
		dump_end(d);
		return 0;
	}
	err = file_stream_open(&d->file, d->filename, errh);
	if (err != 0 || file_stream_peek(&d->file, 1, errh).n > 0)
		return err;
	dump_end(d);
	return d->allow_missing ? 0 : dump_error(d, errh, "empty file");
}

int
dump_source_initialize(struct element *e, struct errh *errh)
{
	struct dump_source *d = element_state(e);
	int err = dump_open(e, errh);

	if (err == 0 && !d->ended && d->ops->begin != NULL)
		err = d->ops->begin(e, errh);
	if (err != 0)
		return err;
	timer_init(&d->timer, e, dump_timer);
	d->have_timer = true;
	if (!output_is_push(e, 0)) {
		if (d->active)
			notifier_wake(&d->empty);
	} else if (d->active) {
		task_init_scheduled(&d->task, e, dump_run, errh);
	} else {
		task_init(&d->task, e, dump_run, errh);
	}
	return 0;
}

void
dump_source_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct dump_source *d = element_state(e);

	(void)stage;
	if (!d->ready)
		return;
	if (d->have_timer)
		timer_fini(&d->timer);
	if (d->next != NULL)
		packet_kill(e->thread, d->next);
	file_stream_close(&d->file);
	str_free(&d->filename);
	str_free(&d->text);
	notifier_fini(&d->empty);
}

void *
dump_source_cast(struct element *e, const char *name, int port)
{
	struct dump_source *d = element_state(e);

	(void)port;
	if (strcmp(name, "empty_notifier") == 0 && !output_is_push(e, 0))
		return &d->empty;
	return NULL;
}

/* ---- handlers ---- */

static int
dump_read_sample(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct dump_source *d = element_state(e);

	(void)user;
	sb_fixed2(call->out, d->sample, SAMPLE_BITS);
	return 0;
}

static int
dump_read_encap(struct element *e, uintptr_t user, struct handler_call *call)
{
	(void)e;
	(void)user;
	sb_adds(call->out, "IP");
	return 0;
}

static int
dump_write_active(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct dump_source *d = element_state(e);

	(void)user;
	if (!conf_bool(str_trim(call->text), &d->active))
		return errh_error(call->errh, "type mismatch");
	dump_go_on(e);
	return 0;
}

static int
dump_write_stop(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct dump_source *d = element_state(e);

	(void)user;
	(void)call;
	d->active = false;
	router_please_stop(e->router);
	return 0;
}

void
dump_source_add_handlers(struct element *e)
{
	struct dump_source *d = element_state(e);

	file_stream_add_handlers(e, &d->file);
	handler_add_read(e, "sampling_prob", dump_read_sample, 0, 0);
	handler_add_data(e, "active", HANDLER_READ, DATA_BOOL, &d->active);
	handler_add_write(e, "active", dump_write_active, 0, HANDLER_CHECKBOX);
	handler_add_read(e, "encap", dump_read_encap, 0, 0);
	handler_add_write(e, "stop", dump_write_stop, 0, HANDLER_BUTTON);
	if (output_is_push(e, 0))
		handler_add_task(e, &d->task, false);
}
