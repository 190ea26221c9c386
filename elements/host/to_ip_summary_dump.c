/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ToIPSummaryDump(FILENAME [, FIELDS, ...]) -- writes a line about each packet
 *
 *   in 0            packets, network header set for most fields; pushed, or
 *                   pulled by ToIPSummaryDump itself
 *   out 0           the same packets, pushed on, if connected; else killed
 *
 *   FILENAME        "-" is standard output
 *   FIELDS          the names of the fields, in order (CONTENTS is the same),
 *                   default "timestamp ip_src"
 *   HEADER          false: without the lines that begin with '!'; default true
 *   VERBOSE         true: also a line with the host and one with the time
 *   BANNER          a text for a line !creator
 *   BINARY          true: records instead of lines; default false
 *   MULTIPACKET     true: as many lines as a packet stands for (its extra
 *                   packets annotation)
 *   BAD_PACKETS     true: a line "!bad ..." before a packet with a bad header
 *   CAREFUL_TRUNC   false: none if just the packet's end is missing; default
 *                   true
 *   EXTRA_LENGTH    false: leave the extra length annotation out of account;
 *                   default true
 *
 *   flush           write: puts into the file what is still to be written
 *
 * Fields, "-" where a packet has none:
 *
 *   timestamp ntimestamp ts_sec ts_usec ts_usec1 first_timestamp
 *   first_ntimestamp    times; in records n... has nanoseconds
 *   count               packets it stands for; 1 as a rule
 *   link paint          the paint annotation; direction: '>' for 0, '<' for 1
 *   aggregate           the aggregate annotation
 *   wire_len            bytes of the packet
 *   eth_src eth_dst eth_type
 *   ip_src ip_dst ip_tos ip_dscp ip_ecn ip_ttl ip_id ip_sum ip_hl ip_len
 *   ip_proto            T, U, I or a number
 *   ip_frag             F first, f later fragment, ! may not be fragmented, .
 *   ip_fragoff          in bytes; + more follow, ! may not be fragmented
 *   ip_capture_len      how much of ip_len there is
 *   ip_opt              rr{1.0.0.1}+2;ssrr{1.0.0.1^1.0.0.2};ts{1,!2}+3++4;
 *                       ts.ip{1.0.0.1=5};98;99=0:5:10; . none, ? nonsense
 *   sport dport udp_len
 *   tcp_seq tcp_ack tcp_off tcp_window tcp_urp
 *   tcp_flags           FSRPAUECN or .
 *   tcp_opt             mss1400;wscale3;sackok;sack1-2;ts3:4;98;99=0:5
 *   tcp_ntopt tcp_sack  the same without time stamps, or only SACK's
 *   icmp_type icmp_code icmp_type_name icmp_code_name icmp_flowid icmp_seq
 *   icmp_nextmtu
 *   payload payload_len payload_md5 payload_md5_hex
 *
 * "ip src" or (of ip_...) "src" do too.  A record has four bytes of length
 * (itself included; top bit: it is a line of text) and the fields' bytes in
 * network order; those of options have a byte of length in front.
 *
 * When the file cannot be written it is said once; packets go on.
 *
 *     FromDump(web.pcap, STOP true) -> CheckIPHeader(14)
 *         -> ToIPSummaryDump(-, FIELDS timestamp ip_src sport ip_dst dport);
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/stamp.h"
#include "click/anno.h"
#include "click/conf.h"
#include "click/notifier.h"
#include "elements/analysis/ipsum.h"
#include "elements/host/host_element.h"
#include "os/os.h"

enum { SUM_BUFFER = 32768 };
/* Standard output is buffered, but not for longer. */
static const int64_t SUM_DELAY_NS = 10000000;

struct to_sum {
	struct str filename, banner; /* owned */
	VEC(const struct ipsum_field *) fields;
	int fd;
	bool have_fd; /* fd has been set (state starts zeroed) */
	bool prepare; /* some field needs it */
	bool standard, active;
	bool verbose, bad_packets, careful_trunc, multipacket, binary, header;
	bool extra_length;
	struct strbuf buf, line, bad;
	struct ipsum_out out;
	struct task task;
	struct timer timer; /* of standard output */
	bool have_timer;
	struct signal nonempty;
};

/* ---- arguments ---- */

/* A field by its name; ERR_NOMEM has not been told of, what else is has. */
static int
to_sum_field(struct to_sum *s, struct str name, struct errh *errh)
{
	const struct ipsum_field *f = ipsum_find(name);
	int err = 0;

	if (f == NULL)
		return errh_error(
		    errh, "unknown content type '%.*s'", STR_ARG(name));
	if (s->binary && f->type == IPSUM_TEXT)
		err = errh_error(
		    errh, "cannot use field %.*s with BINARY", STR_ARG(name));
	s->prepare |= f->prepare;
	return vec_push(&s->fields, f) != 0 ? ERR_NOMEM : err;
}

static int
to_sum_fields(struct to_sum *s, struct str text, struct errh *errh)
{
	struct arena mem = ARENA_INIT;
	struct strs words = VEC_INIT;
	int result = 0, err = conf_split_space(text, &mem, &words);

	for (size_t i = 0; i < words.n && err != ERR_NOMEM; i++) {
		struct str name;

		err = conf_unquote(words.v[i], &mem, &name);
		if (err == 0)
			err = to_sum_field(s, name, errh);
		if (err != 0)
			result = err;
	}
	if (err == ERR_NOMEM)
		result = errh_error(errh, "out of memory");
	else if (s->fields.n == 0)
		result = errh_error(errh, "no contents specified");
	vec_fini(&words);
	arena_fini(&mem);
	return result;
}

static int
to_sum_configure(struct element *e, const struct strs *conf, struct errh *errh)
{
	struct to_sum *s = element_state(e);
	struct str fields = { NULL, 0 };
	struct args a;
	int err;

	s->fd = -1;
	s->have_fd = true;
	s->careful_trunc = s->header = s->extra_length = true;
	args_init(&a, conf, e, errh);
	args_filename(&a, "FILENAME", ARG_POS | ARG_MAND, &s->filename);
	args_raw(&a, "FIELDS", 0, &fields);
	args_raw(&a, "CONTENTS", 0, &fields);
	args_raw(&a, "DATA", ARG_DEPRECATED, &fields);
	args_bool(&a, "VERBOSE", 0, &s->verbose);
	args_bool(&a, "HEADER", 0, &s->header);
	args_str(&a, "BANNER", 0, &s->banner);
	args_bool(&a, "MULTIPACKET", 0, &s->multipacket);
	args_bool(&a, "BAD_PACKETS", 0, &s->bad_packets);
	args_bool(&a, "CAREFUL_TRUNC", 0, &s->careful_trunc);
	args_bool(&a, "EXTRA_LENGTH", 0, &s->extra_length);
	args_bool(&a, "BINARY", 0, &s->binary);
	err = args_complete(&a);
	if (err == 0)
		err = to_sum_fields(
		    s, fields.n > 0 ? fields : STR("timestamp ip_src"), errh);
	str_free(&fields);
	return err;
}

/* ---- writing ---- */

/* Puts the buffer, whole lines or records, into the file. */
static void
to_sum_flush(struct to_sum *s)
{
	struct strbuf line = STRBUF_INIT;

	if (s->buf.n == 0)
		return;
	if (s->standard)
		(void)fwrite(s->buf.s, 1, s->buf.n, stdout); /* as printf */
	else if (s->fd >= 0 && s->active &&
	         !fd_write_all(s->fd, sb_str(&s->buf))) {
		s->active = false;
		sb_printf(&line, "ToIPSummaryDump(%.*s): %s\n",
		    STR_ARG(s->filename), strerror(errno));
		os_log(sb_str(&line));
		sb_fini(&line);
	}
	sb_clear(&s->buf);
}

static void
to_sum_header(struct element *e)
{
	struct to_sum *s = element_state(e);
	char buf[256] = "", when[64] = "";
	int64_t now = thread_wall_ns(e->thread);
	time_t sec = (time_t)(now / NS_PER_SEC);

	sb_printf(&s->buf, "!IPSummaryDump %d.%d\n", IPSUM_MAJOR, IPSUM_MINOR);
	if (s->banner.n > 0) {
		sb_adds(&s->buf, "!creator ");
		conf_quote(&s->buf, s->banner, false);
		sb_addc(&s->buf, '\n');
	}
	if (s->verbose && gethostname(buf, sizeof(buf) - 1) == 0)
		sb_printf(&s->buf, "!host %s\n", buf);
	if (s->verbose && ctime_r(&sec, when) != NULL) {
		sb_adds(&s->buf, "!runtime ");
		sb_stamp(&s->buf, now);
		sb_printf(&s->buf, " (%.24s)\n", when);
	}
	sb_adds(&s->buf, "!data");
	for (size_t i = 0; i < s->fields.n; i++) {
		const char *name = s->fields.v[i]->name;

		/* A text has the digits that it needs. */
		if (!s->binary && strcmp(name, "ntimestamp") == 0)
			name = "timestamp";
		sb_printf(&s->buf, " %s", name);
	}
	sb_adds(&s->buf, s->binary ? "\n!binary\n" : "\n");
}

/* A line "!bad", which in a binary dump is a record of its own. */
static void
to_sum_bad(struct to_sum *s)
{
	uint8_t head[4];

	if (s->bad.n == 0)
		return;
	put_be32(head, (uint32_t)(s->bad.n + 4) | 0x80000000);
	if (s->binary)
		sb_add(&s->buf, str_make((const char *)head, sizeof(head)));
	sb_add(&s->buf, sb_str(&s->bad));
}

/* The packet that o is about, as a record or line. */
static void
to_sum_describe(struct to_sum *s, struct ipsum_out *o)
{
	struct strbuf *sb = &s->line;

	sb_restart(&o->work);
	sb_restart(&s->bad);
	sb_restart(sb);
	if (s->prepare)
		ipsum_prepare(o);
	if (s->binary)
		sb_fill(sb, '\0', 4);
	for (size_t i = 0; i < s->fields.n; i++) {
		if (s->binary) {
			ipsum_pack(o, s->fields.v[i], sb);
			continue;
		}
		if (i > 0)
			sb_addc(sb, ' ');
		ipsum_print(o, s->fields.v[i], sb);
	}
	if (!s->binary)
		sb_addc(sb, '\n');
	else if (!sb->oom)
		put_be32(sb->s, (uint32_t)sb->n);
}

static void
to_sum_one(struct to_sum *s, struct ipsum_out *o)
{
	size_t before = s->buf.n;

	to_sum_describe(s, o);
	to_sum_bad(s);
	sb_add(&s->buf, sb_str(&s->line));
	if (s->buf.oom || s->line.oom || s->out.work.oom || s->bad.oom) {
		s->buf.oom = false; /* nothing of half a line */
		s->buf.n = before;
	}
	if (s->buf.n >= SUM_BUFFER)
		to_sum_flush(s);
}

/* Each of the packets that p stands for, of about the same size. */
static void
to_sum_each(struct to_sum *s, const struct packet *p)
{
	struct ipsum_out *o = &s->out;
	uint64_t count = (uint64_t)1 + anno_u32(p, ANNO_EXTRA_PACKETS);
	uint64_t total = p->length;
	int64_t first = (int64_t)anno_u64(p, ANNO_FIRST_TIMESTAMP);
	int64_t stamp = first != 0 ? first : p->timestamp_ns;
	int64_t step = (p->timestamp_ns - stamp) / (int64_t)(count - 1);

	if (s->extra_length)
		total += anno_u32(p, ANNO_EXTRA_LENGTH);
	if (total < count * p->length)
		total = count * p->length;
	for (uint64_t i = count; i > 0; i--) {
		uint64_t length = total / i;

		total -= length;
		ipsum_begin(o, p);
		o->extra_packets = 0;
		o->extra_length = (uint32_t)(length - p->length);
		o->stamp_ns = i == 1 ? p->timestamp_ns : stamp;
		to_sum_one(s, o);
		stamp += step;
	}
}

static void
to_sum_write(struct element *e, const struct packet *p)
{
	struct to_sum *s = element_state(e);

	s->out.e = e;
	s->out.careful_trunc = s->careful_trunc;
	s->out.use_extra_length = s->extra_length;
	s->out.bad = s->bad_packets ? &s->bad : NULL;
	if (s->multipacket && anno_u32(p, ANNO_EXTRA_PACKETS) > 0) {
		to_sum_each(s, p);
		return;
	}
	ipsum_begin(&s->out, p);
	to_sum_one(s, &s->out);
}

/* Through the C library, for others write there, too. */
static void
to_sum_flush_standard(struct to_sum *s, struct thread *t)
{
	to_sum_flush(s);
	if (t->simtime)
		(void)fflush(stdout); /* a timer would move the clock */
	else if (!timer_scheduled(&s->timer))
		timer_schedule_after(&s->timer, SUM_DELAY_NS);
}

static void
to_sum_batch(struct element *e, struct batch *b)
{
	struct to_sum *s = element_state(e);

	for (uint32_t i = 0; i < b->count && s->active; i++)
		to_sum_write(e, b->packet[i]);
	if (s->standard)
		to_sum_flush_standard(s, b->thread);
}

static void
to_sum_push(struct element *e, unsigned int port, struct batch *b)
{
	(void)port;
	to_sum_batch(e, b);
	output_push_checked(e, 0, b);
}

static bool
to_sum_run(struct element *e, struct task *task, struct thread *t)
{
	struct to_sum *s = element_state(e);
	struct scratch_mark m = scratch_mark(t);
	struct batch *b = batch_new(t, 1);
	unsigned int n = input_pull(e, 0, b, 1);

	if (n > 0) {
		to_sum_batch(e, b);
		output_push_checked(e, 0, b);
	}
	scratch_release(t, m);
	if (n > 0 || signal_active(&s->nonempty))
		task_reschedule(task);
	return n > 0;
}

/* ---- life ---- */

static void
to_sum_timer(struct element *e, struct timer *timer, struct thread *t)
{
	(void)e;
	(void)timer;
	(void)t;
	(void)fflush(stdout);
}

static int
to_sum_initialize(struct element *e, struct errh *errh)
{
	struct to_sum *s = element_state(e);

	s->standard = str_is(s->filename, "-");
	if (!s->standard)
		s->fd = open(s->filename.s,
		    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (!s->standard && s->fd < 0)
		return errh_error(
		    errh, "%.*s: %s", STR_ARG(s->filename), strerror(errno));
	if (!input_is_push(e, 0)) {
		task_init_scheduled(&s->task, e, to_sum_run, errh);
		signal_upstream_empty(&s->nonempty, e, 0, &s->task);
	}
	timer_init(&s->timer, e, to_sum_timer);
	s->have_timer = s->active = true;
	if (s->header)
		to_sum_header(e);
	if (s->standard)
		to_sum_flush_standard(s, e->thread);
	return 0;
}

static void
to_sum_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct to_sum *s = element_state(e);

	(void)stage;
	if (s->have_timer)
		timer_fini(&s->timer);
	if (s->standard)
		(void)fflush(stdout);
	if (s->have_fd && s->fd >= 0) {
		to_sum_flush(s);
		close(s->fd);
	}
	sb_fini(&s->buf);
	sb_fini(&s->line);
	sb_fini(&s->bad);
	sb_fini(&s->out.work);
	vec_fini(&s->fields);
	signal_fini(&s->nonempty);
	str_free(&s->filename);
	str_free(&s->banner);
}

static int
to_sum_write_flush(struct element *e, uintptr_t user, struct handler_call *call)
{
	(void)user;
	(void)call;
	to_sum_flush(element_state(e));
	(void)fflush(stdout);
	return 0;
}

static void
to_sum_add_handlers(struct element *e)
{
	struct to_sum *s = element_state(e);

	handler_add_write(e, "flush", to_sum_write_flush, 0, 0);
	if (!input_is_push(e, 0))
		handler_add_task(e, &s->task, false);
}

const struct element_class element_to_ip_summary_dump = {
	.name = "ToIPSummaryDump",
	.ports = "1/0-1",
	.processing = "a/h",
	.click_flags = "S2",
	.flags = ELEMENT_OBSERVES,
	.state_size = sizeof(struct to_sum),
	.configure = to_sum_configure,
	.initialize = to_sum_initialize,
	.cleanup = to_sum_cleanup,
	.add_handlers = to_sum_add_handlers,
	.push = to_sum_push,
};
