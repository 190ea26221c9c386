/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * FromDump(FILENAME [, TIMING, ...]) -- reads packets from a capture file
 *
 *   out 0        the packets, with time stamp and MAC header set; the extra
 *                length annotation is what the capture has cut off
 *   out 1        packets that FORCE_IP refuses, if connected; else killed
 *
 *   FILENAME     a pcap file (either byte order, micro- or nanoseconds) or
 *                pcapng file, also packed by gzip or bzip2; "-" is standard
 *                input
 *   TIMING       true: emit at the pace of the time stamps; default false:
 *                as fast as can be
 *   STOP         true: stop the driver at the end; default false
 *   ACTIVE       false: emit nothing for now; default true
 *   SAMPLE       the chance of a packet to be emitted, default 1
 *   FORCE_IP     true: emit only IP packets, with network header set; always
 *                true for captures of bare IP packets
 *   START, START_AFTER
 *                skip packets before that time, or so long after the first
 *   END, END_AFTER, INTERVAL
 *                end at that time, or so long after the first packet, or after
 *                the first that is emitted
 *   END_CALL     a write handler, with its value, called at the end; with an
 *                END time the default is "active false" of its own
 *   FILEPOS      offset in the (unpacked) file of the first record to read
 *   MMAP         accepted, without effect
 *
 *   count, reset_counts       packets emitted
 *   active                    read/write: ACTIVE
 *   stop                      write: stops emitting, and the driver
 *   encap                     read: the link type, as ToDump's ENCAP
 *   sampling_prob             read: SAMPLE as it is applied
 *   filename, filesize        read
 *   filepos                   read/write: offset of the next record
 *   packet_filepos            read: offset of the last one
 *   extend_interval           write: ends so much later, goes on if it ended
 *   reset_timing              write: times count from the next packet
 *
 * It works push or pull; a puller sleeps once the file has ended.
 *
 *     FromDump(web.pcap, STOP true) -> CheckIPHeader(14) -> Discard;
 */
#include "base/pcap.h"
#include "base/stamp.h"
#include "click/anno.h"
#include "click/conf.h"
#include "click/hcall.h"
#include "click/notifier.h"
#include "click/router.h"
#include "elements/device/dlt.h"
#include "elements/host/file_stream.h"
#include "elements/host/host_element.h"

enum {
	SAMPLE_BITS = 28,
	SAMPLE_ONE = 1 << SAMPLE_BITS,
	SKIP_AT_ONCE = 16, /* packets not emitted in one run */
};

struct from_dump {
	struct str filename; /* owned */
	struct file_stream file;
	struct pcap_reader reader;
	struct packet *next; /* read, its time has not come */
	bool ready;          /* notifier has been made */
	bool timing, active, force_ip;
	uint32_t sample;

	/* Times are absolute once the first packet has been seen. */
	bool times_set;
	bool have_first, have_last;
	bool first_relative, last_relative, last_interval;
	int64_t first_ns, last_ns;
	int64_t timing_offset_ns;

	struct hcall end;
	struct task task;
	struct timer timer;
	bool have_timer;
	struct notifier empty; /* when it is pulled from */
	uint64_t count;
	int64_t filepos; /* FILEPOS, then packet_filepos */
};

/* ---- arguments ---- */

struct from_dump_args {
	int64_t start, start_after, end, end_after, interval;
	bool stop;
	struct str end_call; /* owned */
};

static int
from_dump_set_times(
    struct element *e, struct from_dump_args *fa, struct errh *errh)
{
	struct from_dump *f = element_state(e);
	struct strbuf call = STRBUF_INIT;
	int err = 0;

	if (fa->start != 0 && fa->start_after != 0)
		return errh_error(
		    errh, "START and START_AFTER are mutually exclusive");
	if ((fa->end != 0) + (fa->end_after != 0) + (fa->interval != 0) > 1)
		return errh_error(errh,
		    "END, END_AFTER, and INTERVAL are mutually exclusive");
	f->have_first = fa->start != 0 || fa->start_after != 0;
	f->first_relative = fa->start == 0;
	f->first_ns = fa->start != 0 ? fa->start : fa->start_after;
	f->have_last = fa->end != 0 || fa->end_after != 0 || fa->interval != 0;
	f->last_relative = fa->end_after != 0;
	f->last_interval = fa->interval != 0;
	f->last_ns = fa->end + fa->end_after + fa->interval; /* one of them */
	if (fa->stop && fa->end_call.n > 0)
		return errh_error(
		    errh, "END_CALL and STOP are mutually exclusive");
	if (fa->end_call.n > 0) {
		sb_add(&call, fa->end_call);
	} else if (fa->stop || f->have_last) {
		sb_add(&call, e->name);
		sb_adds(&call, fa->stop ? ".stop" : ".active false");
	}
	if (call.oom)
		err = ERR_NOMEM;
	else if (call.n > 0)
		err = hcall_set(&f->end, sb_str(&call), e, errh);
	sb_fini(&call);
	return err;
}

static int
from_dump_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct from_dump *f = element_state(e);
	struct from_dump_args fa = { .start = 0 };
	bool mmap = false;
	struct args a;
	int err;

	file_stream_init(&f->file);
	notifier_init(&f->empty, NOTIFIER_STOP);
	f->ready = true;
	f->sample = SAMPLE_ONE;
	f->active = true;
	args_init(&a, conf, e, errh);
	args_bool(&a, "MMAP", 0, &mmap);
	args_filename(&a, "FILENAME", ARG_POS | ARG_MAND, &f->filename);
	args_bool(&a, "TIMING", ARG_POS, &f->timing);
	args_bool(&a, "STOP", 0, &fa.stop);
	args_bool(&a, "ACTIVE", 0, &f->active);
	args_fixed2(&a, "SAMPLE", 0, SAMPLE_BITS, &f->sample);
	args_bool(&a, "FORCE_IP", 0, &f->force_ip);
	args_stamp(&a, "START", 0, &fa.start);
	args_stamp(&a, "START_AFTER", 0, &fa.start_after);
	args_stamp(&a, "END", 0, &fa.end);
	args_stamp(&a, "END_AFTER", 0, &fa.end_after);
	args_stamp(&a, "INTERVAL", 0, &fa.interval);
	args_hcall(&a, "END_CALL", 0, &fa.end_call);
	args_i64(&a, "FILEPOS", 0, &f->filepos);
	err = args_complete(&a);
	if (err == 0 && f->sample > SAMPLE_ONE) {
		errh_warning(errh, "SAMPLE probability reduced to 1");
		f->sample = SAMPLE_ONE;
	} else if (err == 0 && f->sample == 0) {
		errh_warning(
		    errh, "SAMPLE probability is 0; emitting no packets");
	}
	if (err == 0)
		err = from_dump_set_times(e, &fa, errh);
	if (err == 0)
		err = file_stream_set_name(&f->file, f->filename, errh);
	str_free(&fa.end_call);
	return err;
}

/* ---- opening ---- */

/* Click names an open dump with its file. */
static void
from_dump_name_context(struct element *e, struct errh *errh)
{
	struct from_dump *f = element_state(e);
	char buf[256];

	errh_context_rename(errh, "While initializing '%.*s(%.*s)':",
	    STR_ARG(element_declaration(e, buf)), STR_ARG(f->file.name));
}

/* Bytes that hold a file header and, of pcapng, the first interface. */
enum { HEADER_BYTES = 4096 };

static int
from_dump_read_header(struct element *e, struct errh *errh)
{
	struct from_dump *f = element_state(e);
	struct str head = file_stream_peek(&f->file, HEADER_BYTES, errh);
	size_t used;

	switch (pcap_begin(&f->reader, head, &used)) {
	case 0:
		file_stream_skip(&f->file, used);
		return 0;
	case ERR_AGAIN:
		return file_stream_error(
		    &f->file, errh, "not a tcpdump file (too short)");
	case ERR_NOTSUP:
		return errh_lerror(errh, f->file.name,
		    "unknown major version %u", f->reader.major);
	default:
		return file_stream_error(
		    &f->file, errh, "not a tcpdump file (bad magic number)");
	}
}

static int
from_dump_open(struct element *e, struct errh *errh)
{
	struct from_dump *f = element_state(e);
	int err = file_stream_open(&f->file, f->filename, errh);

	if (err != 0)
		return err;
	from_dump_name_context(e, errh);
	if (file_stream_peek(&f->file, 1, errh).n == 0)
		return file_stream_error(&f->file, errh, "empty file");
	err = from_dump_read_header(e, errh);
	if (err != 0)
		return err;
	if (f->force_ip && !dlt_has_ip(f->reader.linktype))
		return errh_lerror(errh, f->file.name,
		    "unknown linktype %u; can't force IP packets",
		    (unsigned int)f->reader.linktype);
	if (f->reader.linktype == DLT_RAW)
		f->force_ip = true;
	if (f->filepos != 0)
		err = file_stream_seek(&f->file, f->filepos, errh);
	f->filepos = 0;
	return err;
}

/* ---- reading ---- */

/* The first packet's time makes relative ones absolute. */
static void
from_dump_set_clock(struct from_dump *f, struct thread *t, int64_t stamp)
{
	if (f->first_relative)
		f->first_ns += stamp;
	if (f->last_relative)
		f->last_ns += stamp;
	else if (f->last_interval)
		f->last_ns += f->first_ns;
	if (f->timing)
		f->timing_offset_ns = thread_steady_ns(t) - stamp;
	f->times_set = true;
}

enum from_dump_verdict { TAKE, SKIP, END };

static enum from_dump_verdict
from_dump_judge(struct element *e, struct thread *t, int64_t stamp)
{
	struct from_dump *f = element_state(e);

	if (!f->times_set)
		from_dump_set_clock(f, t, stamp);
	if (f->have_first && stamp < f->first_ns)
		return SKIP;
	f->have_first = false;
	while (f->have_last && stamp >= f->last_ns) {
		f->have_last = false;
		(void)hcall_write(&f->end, t, NULL); /* nobody to tell */
		if (!f->active)
			return END;
		/* The call may have given it more time: look again. */
	}
	if (f->sample < SAMPLE_ONE &&
	    (rand_u32(&t->rand) & (SAMPLE_ONE - 1)) >= f->sample)
		return SKIP;
	return TAKE;
}

/* Makes f->next of a record; false: no memory. */
static bool
from_dump_make(
    struct from_dump *f, struct thread *t, const struct pcap_record *rec)
{
	struct packet *p = packet_new(
	    t, PACKET_HEADROOM, rec->data.s, (uint32_t)rec->data.n, 0);

	if (p == NULL)
		return false;
	p->timestamp_ns = rec->stamp_ns;
	anno_set_u32(p, ANNO_EXTRA_LENGTH, rec->length - (uint32_t)rec->data.n);
	packet_set_mac(p, p->data);
	f->next = p;
	return true;
}

/* The next record, however much must be read for it; false: the end. */
static bool
from_dump_record(struct from_dump *f, struct pcap_record *rec, size_t *used)
{
	size_t want = 1;

	for (;;) {
		struct str s = file_stream_peek(&f->file, want, NULL);

		if (s.n == 0)
			return false;
		switch (pcap_read(&f->reader, s, used, rec)) {
		case PCAP_RECORD:
			return true;
		case PCAP_SKIP:
			file_stream_skip(&f->file, *used);
			want = 1;
			break;
		case PCAP_MORE:
			if (s.n < want)
				return false; /* cut short: silent, as in Click
				               */
			want = s.n + 1;
			break;
		case PCAP_BAD:
			(void)file_stream_error(
			    &f->file, NULL, "bad packet header; giving up");
			f->file.end = true;
			f->file.pos = f->file.buf.n;
			return false;
		}
	}
}

/* Reads one packet, perhaps into f->next; false: there are no more. */
static bool
from_dump_read(struct element *e, struct thread *t)
{
	struct from_dump *f = element_state(e);
	struct pcap_record rec;
	enum from_dump_verdict verdict;
	bool more = true;
	size_t used;

	f->filepos = file_stream_tell(&f->file);
	if (!from_dump_record(f, &rec, &used))
		return false;
	verdict = from_dump_judge(e, t, rec.stamp_ns);
	if (verdict == TAKE)
		more = from_dump_make(f, t, &rec);
	file_stream_skip(&f->file, used);
	return more && verdict != END;
}

/* True once p's time has come; else the timer is set. */
static bool
from_dump_due(struct element *e, struct thread *t, const struct packet *p)
{
	struct from_dump *f = element_state(e);
	int64_t due = p->timestamp_ns + f->timing_offset_ns;

	if (thread_steady_ns(t) >= due)
		return true;
	timer_schedule_at(&f->timer, due);
	if (!output_is_push(e, 0))
		notifier_sleep(&f->empty);
	return false;
}

/* Takes f->next if it may go now; sends away what is no IP packet. */
static struct packet *
from_dump_take(struct element *e, struct thread *t, bool *waits)
{
	struct from_dump *f = element_state(e);
	struct packet *p = f->next;

	*waits = false;
	if (p == NULL)
		return NULL;
	if (f->timing && !from_dump_due(e, t, p)) {
		*waits = true;
		return NULL;
	}
	f->next = NULL;
	if (f->force_ip && !dlt_force_ip(p, f->reader.linktype)) {
		output_push_one_checked(e, 1, t, p);
		return NULL;
	}
	f->count++;
	return p;
}

static bool
from_dump_run(struct element *e, struct task *task, struct thread *t)
{
	struct from_dump *f = element_state(e);
	struct packet *p = NULL;
	bool waits;

	if (!f->active)
		return false;
	for (int i = 0; p == NULL && i < SKIP_AT_ONCE; i++) {
		if (f->next == NULL && !from_dump_read(e, t)) {
			(void)hcall_write(&f->end, t, NULL);
			return false;
		}
		p = from_dump_take(e, t, &waits);
		if (waits)
			return false;
	}
	task_reschedule(task);
	if (p == NULL)
		return false;
	output_push_one(e, 0, t, p);
	return true;
}

static unsigned int
from_dump_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	struct from_dump *f = element_state(e);
	unsigned int n = 0;

	(void)port;
	if (!f->active) {
		notifier_sleep(&f->empty);
		return 0;
	}
	while (n < max && f->active) {
		bool more = true, waits;
		struct packet *p;

		if (f->next == NULL)
			more = from_dump_read(e, b->thread);
		p = from_dump_take(e, b->thread, &waits);
		if (waits)
			break;
		if (more)
			notifier_wake(&f->empty);
		else
			notifier_sleep(&f->empty);
		if (!more)
			(void)hcall_write(&f->end, b->thread, NULL);
		if (p == NULL)
			break;
		batch_add(b, p);
		n++;
	}
	return n;
}

static void
from_dump_go_on(struct element *e)
{
	struct from_dump *f = element_state(e);

	if (!f->active)
		return;
	if (!output_is_push(e, 0))
		notifier_wake(&f->empty);
	else if (!task_scheduled(&f->task))
		task_schedule(&f->task);
}

static void
from_dump_timer(struct element *e, struct timer *timer, struct thread *t)
{
	(void)timer;
	(void)t;
	from_dump_go_on(e);
}

/* ---- life ---- */

static bool
from_dump_hotswap_like(struct element *e, struct element *old)
{
	struct from_dump *f = element_state(e), *o = element_state(old);

	return e->class == old->class && str_eq(f->filename, o->filename);
}

static bool
from_dump_swaps(struct element *e)
{
	struct router *old = e->router->hotswap_old;
	struct element *o =
	    old != NULL ? router_find(old, e->name, NULL) : NULL;

	return o != NULL && from_dump_hotswap_like(e, o);
}

static int
from_dump_initialize(struct element *e, struct errh *errh)
{
	struct from_dump *f = element_state(e);
	int err = hcall_bind(&f->end, HANDLER_WRITE, e, errh);

	if (err != 0)
		return err;
	timer_init(&f->timer, e, from_dump_timer);
	f->have_timer = true;
	if (output_is_push(e, 0)) {
		if (f->active)
			task_init_scheduled(&f->task, e, from_dump_run, errh);
		else
			task_init(&f->task, e, from_dump_run, errh);
	} else if (f->active) {
		notifier_wake(&f->empty);
	}
	return from_dump_swaps(e) ? 0 : from_dump_open(e, errh);
}

static void
from_dump_take_state(struct element *e, struct element *old, struct errh *errh)
{
	struct from_dump *f = element_state(e), *o = element_state(old);

	file_stream_move(&f->file, &o->file);
	f->next = o->next;
	o->next = NULL;
	f->reader = o->reader;
	if (f->reader.linktype == DLT_RAW)
		f->force_ip = true;
	else if (f->force_ip && !dlt_has_ip(f->reader.linktype))
		errh_lwarning(errh, f->file.name,
		    "unknown linktype %u; can't force IP packets",
		    (unsigned int)f->reader.linktype);
	f->timing_offset_ns = o->timing_offset_ns;
	f->filepos = o->filepos;
}

static void
from_dump_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct from_dump *f = element_state(e);

	(void)stage;
	if (!f->ready)
		return;
	if (f->have_timer)
		timer_fini(&f->timer);
	if (f->next != NULL)
		packet_kill(e->thread, f->next);
	file_stream_close(&f->file);
	str_free(&f->filename);
	hcall_fini(&f->end);
	notifier_fini(&f->empty);
}

static void *
from_dump_cast(struct element *e, const char *name, int port)
{
	struct from_dump *f = element_state(e);

	(void)port;
	if (strcmp(name, "empty_notifier") == 0 && !output_is_push(e, 0))
		return &f->empty;
	return NULL;
}

/* ---- handlers ---- */

enum from_dump_what {
	DUMP_ACTIVE,
	DUMP_STOP,
	DUMP_EXTEND,
	DUMP_RESET_COUNTS,
	DUMP_RESET_TIMING,
};

static int
from_dump_extend(struct element *e, struct handler_call *call)
{
	struct from_dump *f = element_state(e);
	struct arena mem = ARENA_INIT;
	struct errh silent;
	int64_t more;
	bool good;

	errh_silent_init(&silent);
	good = arg_parse(
	    &arg_type_stamp, str_trim(call->text), &more, e, &mem, &silent);
	errh_fini(&silent);
	arena_fini(&mem);
	if (!good)
		return errh_error(
		    call->errh, "'extend_interval' takes a time interval");
	f->last_ns += more;
	if (hcall_given(&f->end)) {
		f->have_last = true;
		f->active = true;
		from_dump_go_on(e);
	}
	return 0;
}

static int
from_dump_write(struct element *e, uintptr_t what, struct handler_call *call)
{
	struct from_dump *f = element_state(e);

	switch ((enum from_dump_what)what) {
	case DUMP_ACTIVE:
		if (!conf_bool(str_trim(call->text), &f->active))
			return errh_error(call->errh, "type mismatch");
		from_dump_go_on(e);
		break;
	case DUMP_STOP:
		f->active = false;
		router_please_stop(e->router);
		break;
	case DUMP_EXTEND:
		return from_dump_extend(e, call);
	case DUMP_RESET_COUNTS:
		f->count = 0;
		break;
	case DUMP_RESET_TIMING:
		f->first_relative = false;
		f->last_relative = f->last_interval = false;
		f->times_set = false;
		break;
	}
	return 0;
}

static int
from_dump_read_encap(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct from_dump *f = element_state(e);

	(void)user;
	dlt_print(call->out, f->reader.linktype);
	return 0;
}

static int
from_dump_read_sample(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct from_dump *f = element_state(e);

	(void)user;
	sb_fixed2(call->out, f->sample, SAMPLE_BITS);
	return 0;
}

static void
from_dump_add_handlers(struct element *e)
{
	struct from_dump *f = element_state(e);

	file_stream_add_handlers(e, &f->file);
	handler_add_read(e, "sampling_prob", from_dump_read_sample, 0, 0);
	handler_add_data(e, "active", HANDLER_READ, DATA_BOOL, &f->active);
	handler_add_write(
	    e, "active", from_dump_write, DUMP_ACTIVE, HANDLER_CHECKBOX);
	handler_add_read(e, "encap", from_dump_read_encap, 0, 0);
	handler_add_write(
	    e, "stop", from_dump_write, DUMP_STOP, HANDLER_BUTTON);
	handler_add_data(
	    e, "packet_filepos", HANDLER_READ, DATA_I64, &f->filepos);
	handler_add_write(
	    e, "extend_interval", from_dump_write, DUMP_EXTEND, 0);
	handler_add_data(e, "count", HANDLER_READ, DATA_U64, &f->count);
	handler_add_write(e, "reset_counts", from_dump_write, DUMP_RESET_COUNTS,
	    HANDLER_BUTTON);
	handler_add_write(e, "reset_timing", from_dump_write, DUMP_RESET_TIMING,
	    HANDLER_BUTTON);
	if (output_is_push(e, 0))
		handler_add_task(e, &f->task, false);
}

const struct element_class element_from_dump = {
	.name = "FromDump",
	.ports = "0/1-2",
	.processing = "a/ah",
	.state_size = sizeof(struct from_dump),
	.configure = from_dump_configure,
	.initialize = from_dump_initialize,
	.cleanup = from_dump_cleanup,
	.add_handlers = from_dump_add_handlers,
	.take_state = from_dump_take_state,
	.hotswap_like = from_dump_hotswap_like,
	.cast = from_dump_cast,
	.pull = from_dump_pull,
};
