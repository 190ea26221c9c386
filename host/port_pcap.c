/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * port_pcap.c -- pcap:IN[,OUT]: a port that receives what the capture file IN
 * holds, once, as fast as it is asked, and writes what is sent to OUT.
 *
 * Either may be left out ("pcap:,out.pcap").  The end of IN is the end of the
 * port's receiving (ERR_CLOSED).
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/pcap.h"
#include "elements/device/dlt.h"
#include "elements/host/host_element.h"
#include "host/port.h"

enum { OUT_FLUSH = 65536, OUT_SNAPLEN = 262144 };

/* What the files' names stand for. */
struct pcap_files {
	struct strbuf in; /* the whole file */
	int out;          /* -1: none */
	bool begun;       /* OUT has its header */
};

struct pcap_port {
	struct host_port port;
	struct pcap_files own, *files; /* files: own, or what was prepared */
	struct str rest;               /* of in: what is still to come */
	struct pcap_reader reader;
	bool ended;
	struct strbuf written; /* not yet in the file */
	bool failed;           /* OUT could not be written: reported */
};

static int
pcap_port_rx(struct netdev *dev, struct batch *out, unsigned int max)
{
	struct pcap_port *p = container_of(dev, struct pcap_port, port.dev);
	unsigned int n = 0;

	while (n < max && !p->ended) {
		struct pcap_record rec;
		size_t used = 0;

		switch (pcap_read(&p->reader, p->rest, &used, &rec)) {
		case PCAP_RECORD:
			if (port_receive(&p->port, out, rec.data.s,
			        (uint32_t)rec.data.n, rec.stamp_ns) != NULL)
				n++;
			break;
		case PCAP_SKIP:
			break;
		case PCAP_BAD:
			p->port.stats.rx_errors++;
			p->ended = true;
			break;
		case PCAP_MORE: /* cut short, or at its end */
			p->ended = true;
			break;
		}
		p->rest = str_from(p->rest, used);
	}
	return n == 0 && p->ended ? ERR_CLOSED : (int)n;
}

static void
pcap_port_flush(struct pcap_port *p)
{
	if (p->failed || p->files->out < 0)
		return;
	if (!fd_write_all(p->files->out, sb_str(&p->written)) ||
	    p->written.oom) {
		struct strbuf say = STRBUF_INIT;

		p->failed = true;
		sb_printf(&say, "port %.*s: %s\n", STR_ARG(p->port.name),
		    p->written.oom ? "out of memory" : strerror(errno));
		os_log(sb_str(&say));
		sb_fini(&say);
	}
	sb_clear(&p->written);
}

static int
pcap_port_tx(struct netdev *dev, struct batch *in)
{
	struct pcap_port *p = container_of(dev, struct pcap_port, port.dev);
	unsigned int n = in->count;

	for (unsigned int i = 0; i < n; i++) {
		struct packet *k = in->packet[i];
		int64_t stamp = k->timestamp_ns;

		if (p->files->out < 0 || p->failed) {
			p->port.stats.tx_dropped++;
		} else {
			pcap_put_record(&p->written,
			    stamp != 0 ? stamp : os_wall_ns(), k->length,
			    k->length, true);
			sb_add(&p->written, packet_str(k));
			p->port.stats.tx_packets++;
			p->port.stats.tx_bytes += k->length;
		}
		packet_kill(in->thread, k);
	}
	port_taken(in, n);
	if (p->written.n >= OUT_FLUSH)
		pcap_port_flush(p);
	return (int)n;
}

/* There is always a frame, or none ever, and always room. */
static bool
pcap_port_arm(struct netdev *dev, unsigned int what)
{
	(void)dev;
	(void)what;
	return true;
}

/* ---- the files ---- */

static int
pcap_files_open(struct pcap_files *f, struct str args, struct diag *why)
{
	struct str in = port_arg(&args);
	struct diag reason = { "" };
	char name[PATH_MAX];
	int err = 0;

	f->out = -1;
	if (args.n > 0 && !str_copy(args, name, sizeof(name)))
		return diag(why, ERR_INVAL, "%.*s: bad name", STR_ARG(args));
	if (in.n > 0)
		err = os_file_read(in, &f->in, &reason);
	if (err != 0)
		return diag(why, err, "%.*s: %s", STR_ARG(in), reason.text);
	if (args.n == 0)
		return 0;
	f->out = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (f->out >= 0)
		return 0;
	sb_fini(&f->in);
	return diag(why, ERR_IO, "%s: %s", name, strerror(errno));
}

static void
pcap_files_close(struct pcap_files *f)
{
	if (f->out >= 0)
		close(f->out);
	sb_fini(&f->in);
}

/* Before a sandbox: each port then begins IN anew and goes on with OUT. */
static int
pcap_port_prepare(struct str args, void **prepared, struct diag *why)
{
	struct pcap_files *f = calloc(1, sizeof(*f));
	int err;

	if (f == NULL)
		return diag(why, ERR_NOMEM, "out of memory");
	err = pcap_files_open(f, args, why);
	if (err != 0)
		free(f);
	else
		*prepared = f;
	return err;
}

static void
pcap_port_drop(void *prepared)
{
	pcap_files_close(prepared);
	free(prepared);
}

/* ---- the port ---- */

static int
pcap_port_begin(struct pcap_port *p, struct str path, struct diag *why)
{
	struct str in = sb_str(&p->files->in);
	size_t used;

	p->ended = path.n == 0;
	if (!p->ended) {
		if (pcap_begin(&p->reader, in, &used) != 0)
			return diag(why, ERR_INVAL, "%.*s: not a capture file",
			    STR_ARG(path));
		p->rest = str_from(in, used);
		if (p->reader.linktype == DLT_RAW)
			p->port.dev.features |= NETDEV_IP;
	}
	if (p->files->out >= 0 && !p->files->begun)
		pcap_put_header(&p->written,
		    p->port.dev.features & NETDEV_IP ? DLT_RAW : DLT_ETHER,
		    OUT_SNAPLEN, true);
	p->files->begun = true;
	return 0;
}

static const struct netdev_ops pcap_port_ops = {
	.rx = pcap_port_rx,
	.tx = pcap_port_tx,
	.arm = pcap_port_arm,
	.stats = port_stats,
	.close = port_close,
};

static int
pcap_port_open(struct host_port *port, struct str args,
    const struct os_port_request *req, struct diag *why)
{
	struct pcap_port *p = container_of(port, struct pcap_port, port);
	int err = 0;

	(void)req;
	port->dev.ops = &pcap_port_ops;
	port->dev.features = NETDEV_POLL_ONLY;
	p->files = port->prepared != NULL ? port->prepared : &p->own;
	if (p->files == &p->own)
		err = pcap_files_open(&p->own, args, why);
	if (err != 0)
		return err;
	err = pcap_port_begin(p, port_arg(&args), why);
	if (err != 0 && p->files == &p->own)
		pcap_files_close(&p->own);
	return err;
}

static void
pcap_port_close(struct host_port *port)
{
	struct pcap_port *p = container_of(port, struct pcap_port, port);

	pcap_port_flush(p);
	if (p->files == &p->own)
		pcap_files_close(&p->own);
	sb_fini(&p->written);
}

const struct port_kind port_pcap = {
	.name = "pcap",
	.usage = "IN[,OUT]",
	.size = sizeof(struct pcap_port),
	.prepare = pcap_port_prepare,
	.drop = pcap_port_drop,
	.open = pcap_port_open,
	.close = pcap_port_close,
};
