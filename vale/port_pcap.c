/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * port_pcap.c -- pcap:[IN][,OUT]: gives the frames of the capture file IN
 * (pcap or pcapng, of Ethernet), once, as fast as they are taken, and writes
 * what is sent to it to OUT.
 *
 * IN alone: the port goes when it has ended.  With OUT it stays as a sink.
 * OUT may be a FIFO; while its reader does not read, frames are dropped as
 * full.  Times in OUT are those of writing.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/dlt.h"
#include "base/pcap.h"
#include "vale/kinds.h"
#include "vale/opener.h"

enum {
	OUT_SNAPLEN = 262144,
	OUT_BUFFER = 1 << 20,
	OUT_RECORD = VALE_FRAME_MAX + 16, /* header and frame, at most */
};

struct pcap_port {
	struct vale_port port;

	/* the worker's */
	char *in; /* the file, all of it, private */
	size_t in_size;
	struct str rest;
	struct pcap_reader reader;
	bool ended, sink;

	/* under the port's lock */
	int out CACHE_ALIGNED;
	struct strbuf buffer; /* OUT_BUFFER, reserved when opened */
	bool failed;
};

static struct pcap_port *
pcap_of(struct vale_port *p)
{
	return container_of(p, struct pcap_port, port);
}

/* ---- source ---- */

static void
pcap_frame(struct vale_frame *f, struct str data)
{
	f->head = NULL;
	f->head_length = 0;
	f->data = (const void *)data.s;
	f->length = f->total = (uint32_t)data.n;
	f->nrest = f->flags = 0;
	f->region = NULL;
}

static int
pcap_rx(struct vale_port *p, struct vale_frame *f, unsigned int max)
{
	struct pcap_port *c = pcap_of(p);
	unsigned int n = 0;

	while (n < max && !c->ended) {
		struct pcap_record rec;
		size_t used = 0;
		enum pcap_result r =
		    pcap_read(&c->reader, c->rest, &used, &rec);

		if (r == PCAP_RECORD)
			pcap_frame(&f[n++], rec.data);
		else if (r != PCAP_SKIP)
			c->ended = true; /* at its end, or nonsense */
		c->rest = str_from(c->rest, used);
	}
	return n == 0 && c->ended && !c->sink ? ERR_CLOSED : (int)n;
}

static void
pcap_rx_done(struct vale_port *p, const struct vale_frame *f, unsigned int n)
{
	(void)p;
	(void)f;
	(void)n;
}

static bool
pcap_arm(struct vale_port *p)
{
	return !pcap_of(p)->ended;
}

/* ---- sink ---- */

/* Writes what can be written. */
static void
pcap_flush(struct pcap_port *c)
{
	ssize_t n;

	if (c->buffer.n == 0)
		return;
	n = write(c->out, c->buffer.s, c->buffer.n);
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		c->failed = true;
	if (n <= 0)
		return;
	memmove(c->buffer.s, c->buffer.s + n, c->buffer.n - (size_t)n);
	c->buffer.n -= (size_t)n;
}

static int64_t
pcap_clock(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static int
pcap_tx(struct vale_port *p, struct vale_frame *const *f, unsigned int n)
{
	struct pcap_port *c = pcap_of(p);
	int64_t now = pcap_clock();
	unsigned int i = 0;

	if (c->failed)
		return vale_port_broken(p, "cannot be written");
	if (c->out < 0)
		return 0; /* a source: there is no room */
	for (; i < n; i++) {
		if (c->buffer.n + OUT_RECORD > OUT_BUFFER)
			pcap_flush(c);
		if (c->buffer.n + OUT_RECORD > OUT_BUFFER)
			break;
		pcap_put_record(
		    &c->buffer, now, f[i]->total, f[i]->total, true);
		vale_frame_copy_part(p, (uint8_t *)c->buffer.s + c->buffer.n,
		    f[i], 0, f[i]->total);
		c->buffer.n += f[i]->total;
	}
	return (int)i;
}

/* The file grows once a round: see wake. */
static void
pcap_tx_end(struct vale_port *p)
{
	(void)p;
}

static void
pcap_wake(struct vale_port *p, unsigned int what)
{
	struct pcap_port *c = pcap_of(p);

	if (what == VALE_TX && c->out >= 0)
		pcap_flush(c);
}

static const struct vale_port_ops pcap_ops = {
	.rx = pcap_rx,
	.rx_done = pcap_rx_done,
	.tx = pcap_tx,
	.tx_end = pcap_tx_end,
	.wake = pcap_wake,
	.arm = pcap_arm,
};

/* ---- life ---- */

/* Reads the whole file: it may change, and be cut short, as it likes then. */
static int
pcap_load(struct pcap_port *c, int fd, struct diag *why)
{
	struct stat st;
	ssize_t n = 0;

	if (fstat(fd, &st) != 0)
		return diag(why, ERR_IO, "%s", strerror(errno));
	c->in = malloc((size_t)st.st_size + 1);
	if (c->in == NULL)
		return diag(why, ERR_NOMEM, "out of memory");
	while (c->in_size < (size_t)st.st_size &&
	       (n = read(fd, c->in + c->in_size,
	            (size_t)st.st_size - c->in_size)) > 0)
		c->in_size += (size_t)n;
	return n < 0 ? diag(why, ERR_IO, "read: %s", strerror(errno)) : 0;
}

static int
pcap_open_in(struct pcap_port *c, struct str path, struct diag *why)
{
	struct vale_opened o;
	size_t used = 0;
	int err;

	if (path.n == 0) {
		c->ended = true;
		return 0;
	}
	err = vale_acquire(c->port.vale, "capture", path, &o, why);
	if (err != 0)
		return err;
	err = pcap_load(c, o.fd[0], why);
	close(o.fd[0]);
	vale_release(c->port.vale, "capture", &o);
	if (err != 0)
		return err;
	if (pcap_begin(&c->reader, str_make(c->in, c->in_size), &used) != 0 ||
	    c->reader.linktype != DLT_ETHER)
		return diag(why, ERR_INVAL, "%.*s: no capture of Ethernet",
		    STR_ARG(path));
	c->rest = str_from(str_make(c->in, c->in_size), used);
	return 0;
}

static int
pcap_open_out(struct pcap_port *c, struct str path, struct diag *why)
{
	struct vale_opened o;
	int err;

	if (path.n == 0)
		return 0;
	if (sb_reserve(&c->buffer, OUT_BUFFER) == NULL)
		return diag(why, ERR_NOMEM, "out of memory");
	err = vale_acquire(c->port.vale, "dump", path, &o, why);
	if (err != 0)
		return err;
	c->out = o.fd[0];
	c->sink = true;
	pcap_put_header(&c->buffer, DLT_ETHER, OUT_SNAPLEN, true);
	return 0;
}

static int
pcap_open(struct vale_port *p, struct str args, struct diag *why)
{
	struct pcap_port *c = pcap_of(p);
	struct str in = vale_arg(&args);
	int err = 0;

	c->out = -1;
	if (in.n == 0 && args.n == 0)
		return diag(why, ERR_INVAL, "pcap: wants a file");
	err = pcap_open_in(c, in, why);
	if (err == 0)
		err = pcap_open_out(c, args, why);
	if (err != 0) {
		free(c->in);
		sb_fini(&c->buffer);
		return err;
	}
	p->ops = &pcap_ops;
	p->mtu = 65535;
	/* A capture holds frames as they were sent: complete ones. */
	if (c->ended)
		p->features |= VALE_F_NO_RX;
	return 0;
}

static void
pcap_close(struct vale_port *p)
{
	struct pcap_port *c = pcap_of(p);

	if (c->out >= 0) {
		pcap_flush(c);
		close(c->out);
	}
	free(c->in);
	sb_fini(&c->buffer);
}

const struct vale_kind vale_kind_pcap = {
	.name = "pcap",
	.usage = "[IN][,OUT]",
	.size = sizeof(struct pcap_port),
	.open = pcap_open,
	.close = pcap_close,
};
