/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ToDump(FILENAME [, SNAPLEN, ENCAP, ...]) -- writes packets to a capture file
 *
 *   in 0            any packets, pushed or pulled
 *   out 0           the same packets, if connected; else they are killed, and
 *                   ToDump pulls by itself
 *
 *   FILENAME        a pcap file, packed if it ends in .gz or .bz2; "-" is
 *                   standard output
 *   SNAPLEN         bytes written of each packet, default 2000, 0: all
 *   ENCAP           the link type: ETHER (default), IP, PPP, ... or #NUMBER
 *   USE_ENCAP_FROM  elements (FromDump, FromDevice) whose "encap" it shall be
 *   EXTRA_LENGTH    true (default): add the extra length annotation to the
 *                   length noted
 *   UNBUFFERED      true: write each packet at once; default false
 *   NANO            false: microseconds; default true: nanoseconds
 *
 * A packet without time stamp gets the time of writing.  When the file cannot
 * be written (a full disk) it is said once; the file keeps whole records only,
 * and packets go on to the output.
 *
 *   count           read: packets written
 *   drops           read: packets that could not be written
 *   reset_counts    write
 *   filename        read
 *
 *     FromDevice(eth0) -> ToDump(eth0.pcap, SNAPLEN 0);
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/pcap.h"
#include "click/anno.h"
#include "click/conf.h"
#include "click/notifier.h"
#include "click/router.h"
#include "elements/device/dlt.h"
#include "elements/host/file_stream.h"
#include "elements/host/host_element.h"
#include "os/os.h"

enum { DUMP_BUFFER = 32768 };

struct to_dump {
	struct str filename; /* owned */
	int fd;
	bool have_fd; /* fd has been set (state starts zeroed) */
	pid_t packer; /* 0: none */
	uint32_t snaplen, linktype;
	struct strs encap_from; /* names, in mem */
	struct arena mem;
	bool extra_length, unbuffered, nano, active;
	struct strbuf buf;
	uint64_t buffered; /* packets in it */
	int64_t written;   /* bytes in the file */
	uint64_t count, drops;
	struct task task;
	struct signal nonempty;
};

/* The elements named by USE_ENCAP_FROM: all of them must be there. */
static int
to_dump_split_encap(struct element *e, struct str from, struct errh *errh)
{
	struct to_dump *d = element_state(e);
	int err = conf_split_space(from, &d->mem, &d->encap_from);

	for (size_t i = 0; err == 0 && i < d->encap_from.n; i++)
		if (router_find(e->router, d->encap_from.v[i], e) == NULL)
			err = errh_error(errh, "no element named '%.*s'",
			    STR_ARG(d->encap_from.v[i]));
	return err;
}

static int
to_dump_configure(struct element *e, const struct strs *conf, struct errh *errh)
{
	struct to_dump *d = element_state(e);
	struct str encap = { NULL, 0 }, from = { NULL, 0 };
	struct args a;
	int err;

	d->fd = -1;
	d->have_fd = true;
	d->snaplen = 2000;
	d->linktype = DLT_ETHER;
	d->extra_length = d->nano = true;
	args_init(&a, conf, e, errh);
	args_filename(&a, "FILENAME", ARG_POS | ARG_MAND, &d->filename);
	args_u32(&a, "SNAPLEN", ARG_POS, &d->snaplen);
	args_word(&a, "ENCAP", ARG_POS, &encap);
	args_raw(&a, "USE_ENCAP_FROM", 0, &from);
	args_bool(&a, "EXTRA_LENGTH", 0, &d->extra_length);
	args_bool(&a, "UNBUFFERED", 0, &d->unbuffered);
	args_bool(&a, "NANO", 0, &d->nano);
	err = args_complete(&a);
	if (err == 0 && d->snaplen == 0)
		d->snaplen = UINT32_MAX;
	if (err == 0 && from.n > 0 && encap.n > 0)
		err = errh_error(errh, "specify at most one of 'ENCAP' and "
		                       "'USE_ENCAP_FROM'");
	else if (err == 0 && from.n > 0)
		err = to_dump_split_encap(e, from, errh);
	else if (err == 0 && encap.n > 0 && !dlt_parse(encap, &d->linktype))
		err = errh_error(errh, "bad encapsulation type");
	str_free(&encap);
	str_free(&from);
	return err;
}

/* ---- the link type of others ---- */

/* The link type that element name says it has. */
static int
to_dump_ask_encap(
    struct element *e, struct str name, uint32_t *linktype, struct errh *errh)
{
	struct element *o = router_find(e->router, name, e);
	struct strbuf out = STRBUF_INIT;
	const struct handler *h;
	struct handler_call call = {
		.thread = e->thread, .errh = errh, .out = &out
	};
	char buf[256];
	bool good;

	h = handler_find(e->router, o, STR("encap"));
	if (h == NULL || h->read == NULL)
		return errh_error(errh, "'%.*s' has no 'encap' read handler",
		    STR_ARG(element_declaration(o, buf)));
	(void)handler_read(e->router, o, h, &call); /* its text tells */
	good = dlt_parse(str_trim(sb_str(&out)), linktype);
	sb_fini(&out);
	if (good)
		return 0;
	return errh_error(errh,
	    "'%.*s.encap' did not return a valid encapsulation type",
	    STR_ARG(o->name));
}

static int
to_dump_find_encap(struct element *e, struct errh *errh)
{
	struct to_dump *d = element_state(e);

	for (size_t i = 0; i < d->encap_from.n; i++) {
		uint32_t linktype;
		int err =
		    to_dump_ask_encap(e, d->encap_from.v[i], &linktype, errh);

		if (err != 0)
			return err;
		if (i > 0 && linktype != d->linktype)
			return errh_error(
			    errh, "source encapsulation types disagree");
		d->linktype = linktype;
	}
	return 0;
}

/* ---- writing ---- */

/* Says once why nothing is written any more. */
static void
to_dump_fail(struct to_dump *d, const char *why)
{
	struct strbuf line = STRBUF_INIT;

	d->active = false;
	sb_printf(&line, "ToDump(%.*s): %s\n", STR_ARG(d->filename), why);
	os_log(sb_str(&line));
	sb_fini(&line);
}

/* Puts the buffer, whole records, into the file, or none of it. */
static void
to_dump_flush(struct to_dump *d)
{
	size_t n = d->buf.n;

	if (n == 0 || d->fd < 0)
		return;
	if (fd_write_all(d->fd, sb_str(&d->buf))) {
		d->written += (int64_t)n;
	} else {
		to_dump_fail(d, strerror(errno));
		/* Fails for a pipe, which has no half records to take back. */
		if (ftruncate(d->fd, d->written) == 0)
			(void)lseek(d->fd, d->written, SEEK_SET);
		d->count -= d->buffered;
		d->drops += d->buffered;
	}
	sb_clear(&d->buf);
	d->buffered = 0;
}

static void
to_dump_write(struct to_dump *d, struct thread *t, const struct packet *p)
{
	uint32_t caplen = p->length < d->snaplen ? p->length : d->snaplen;
	uint32_t length = p->length;
	int64_t stamp = p->timestamp_ns;
	size_t before = d->buf.n;

	if (!d->active) {
		d->drops++;
		return;
	}
	if (d->extra_length)
		length += anno_u32(p, ANNO_EXTRA_LENGTH);
	pcap_put_record(&d->buf, stamp != 0 ? stamp : thread_wall_ns(t), caplen,
	    length, d->nano);
	sb_add(&d->buf, str_make((const char *)p->data, caplen));
	if (d->buf.oom) {
		d->buf.oom = false;
		d->buf.n = before;
		d->drops++;
		return;
	}
	d->count++;
	d->buffered++;
	if (d->unbuffered || d->buf.n >= DUMP_BUFFER)
		to_dump_flush(d);
}

static void
to_dump_push(struct element *e, unsigned int port, struct batch *b)
{
	struct to_dump *d = element_state(e);

	(void)port;
	for (uint32_t i = 0; i < b->count; i++)
		to_dump_write(d, b->thread, b->packet[i]);
	output_push_checked(e, 0, b);
}

static unsigned int
to_dump_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	struct to_dump *d = element_state(e);
	unsigned int n = input_pull(e, 0, b, max);

	(void)port;
	for (uint32_t i = b->count - n; i < b->count; i++)
		to_dump_write(d, b->thread, b->packet[i]);
	return n;
}

static bool
to_dump_run(struct element *e, struct task *task, struct thread *t)
{
	struct to_dump *d = element_state(e);
	struct scratch_mark m = scratch_mark(t);
	struct batch *b;
	unsigned int n;

	if (!d->active)
		return false;
	b = batch_new(t, 1);
	n = input_pull(e, 0, b, 1);
	if (n > 0) {
		to_dump_write(d, t, b->packet[0]);
		batch_kill(b);
	}
	scratch_release(t, m);
	if (n > 0 || signal_active(&d->nonempty))
		task_reschedule(task);
	return n > 0;
}

/* ---- life ---- */

static bool
to_dump_hotswap_like(struct element *e, struct element *old)
{
	struct to_dump *d = element_state(e), *o = element_state(old);

	return e->class == old->class && str_eq(d->filename, o->filename) &&
	       d->linktype == o->linktype;
}

static bool
to_dump_swaps(struct element *e)
{
	struct router *old = e->router->hotswap_old;
	struct element *o =
	    old != NULL ? router_find(old, e->name, NULL) : NULL;

	return o != NULL && to_dump_hotswap_like(e, o);
}

static const char *
to_dump_packer(struct str name)
{
	if (str_ends(name, STR(".gz")))
		return "gzip";
	if (str_ends(name, STR(".bz2")))
		return "bzip2";
	if (str_ends(name, STR(".Z")))
		return "compress";
	return NULL;
}

static int
to_dump_open(struct to_dump *d, struct errh *errh)
{
	const char *packer = to_dump_packer(d->filename);

	if (str_is(d->filename, "-")) {
		d->fd = dup(STDOUT_FILENO);
		if (str_set(&d->filename, STR("<stdout>")) != 0)
			return errh_error(errh, "out of memory");
	} else if (packer != NULL) {
		d->fd = file_pipe_write(packer, d->filename.s, &d->packer);
	} else {
		d->fd = open(d->filename.s,
		    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	}
	if (d->fd < 0)
		return errh_error(
		    errh, "%.*s: %s", STR_ARG(d->filename), strerror(errno));
	pcap_put_header(&d->buf, d->linktype, d->snaplen, d->nano);
	if (d->buf.oom ||
	    (d->unbuffered && !fd_write_all(d->fd, sb_str(&d->buf))))
		return errh_error(errh, "%.*s: unable to write file header",
		    STR_ARG(d->filename));
	if (d->unbuffered) {
		d->written = (int64_t)d->buf.n;
		sb_clear(&d->buf);
	}
	return 0;
}

static int
to_dump_initialize(struct element *e, struct errh *errh)
{
	struct to_dump *d = element_state(e);
	int err = to_dump_find_encap(e, errh);

	if (err == 0 && !to_dump_swaps(e))
		err = to_dump_open(d, errh);
	if (err != 0)
		return err;
	if (!input_is_push(e, 0) && e->nout == 0) {
		task_init_scheduled(&d->task, e, to_dump_run, errh);
		signal_upstream_empty(&d->nonempty, e, 0, &d->task);
	}
	d->active = true;
	return 0;
}

static void
to_dump_take_state(struct element *e, struct element *old, struct errh *errh)
{
	struct to_dump *d = element_state(e), *o = element_state(old);

	(void)errh;
	d->fd = o->fd;
	d->packer = o->packer;
	d->written = o->written;
	d->active = o->active;
	sb_fini(&d->buf);
	d->buf = o->buf;
	d->buffered = o->buffered;
	d->count = o->buffered; /* they are ours to write now */
	o->buf = (struct strbuf)STRBUF_INIT;
	o->buffered = 0;
	o->fd = -1;
	o->packer = 0;
}

static void
to_dump_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct to_dump *d = element_state(e);

	(void)stage;
	if (d->have_fd && d->fd >= 0) {
		to_dump_flush(d);
		if (close(d->fd) != 0)
			to_dump_fail(d, strerror(errno));
	}
	if (d->packer > 0)
		waitpid(d->packer, NULL, 0);
	sb_fini(&d->buf);
	signal_fini(&d->nonempty);
	vec_fini(&d->encap_from);
	arena_fini(&d->mem);
	str_free(&d->filename);
}

static int
to_dump_reset(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct to_dump *d = element_state(e);

	(void)user;
	(void)call;
	d->count = d->drops = d->buffered = 0;
	return 0;
}

static void
to_dump_add_handlers(struct element *e)
{
	struct to_dump *d = element_state(e);

	handler_add_data(e, "filename", HANDLER_READ, DATA_STR, &d->filename);
	handler_add_data(e, "count", HANDLER_READ, DATA_U64, &d->count);
	handler_add_data(e, "drops", HANDLER_READ, DATA_U64, &d->drops);
	handler_add_write(e, "reset_counts", to_dump_reset, 0, HANDLER_BUTTON);
	if (!input_is_push(e, 0) && e->nout == 0)
		handler_add_task(e, &d->task, false);
}

const struct element_class element_to_dump = {
	.name = "ToDump",
	.ports = "1/0-1",
	.state_size = sizeof(struct to_dump),
	.phase = PHASE_DEFAULT + 100,
	.configure = to_dump_configure,
	.initialize = to_dump_initialize,
	.cleanup = to_dump_cleanup,
	.add_handlers = to_dump_add_handlers,
	.take_state = to_dump_take_state,
	.hotswap_like = to_dump_hotswap_like,
	.push = to_dump_push,
	.pull = to_dump_pull,
};
