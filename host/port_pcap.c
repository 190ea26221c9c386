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
#include <unistd.h>

#include "base/pcap.h"
#include "elements/device/dlt.h"
#include "elements/host/host_element.h"
#include "host/port.h"

enum { OUT_FLUSH = 65536, OUT_SNAPLEN = 262144 };

struct pcap_port {
	struct host_port port;
	struct strbuf in; /* the whole file */
	struct str rest;  /* of it: what is still to come */
	struct pcap_reader reader;
	bool ended;
	int out;               /* -1: what is sent is dropped */
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
	if (p->failed || p->out < 0)
		return;
	if (!fd_write_all(p->out, sb_str(&p->written)) || p->written.oom) {
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

		if (p->out < 0 || p->failed) {
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

static int
pcap_port_open_in(struct pcap_port *p, struct str path, struct diag *why)
{
	struct diag reason = { "" };
	size_t used;
	int err;

	if (path.n == 0) {
		p->ended = true;
		return 0;
	}
	err = os_file_read(path, &p->in, &reason);
	if (err != 0)
		return diag(why, err, "%.*s: %s", STR_ARG(path), reason.text);
	err = pcap_begin(&p->reader, sb_str(&p->in), &used);
	if (err != 0)
		return diag(
		    why, ERR_INVAL, "%.*s: not a capture file", STR_ARG(path));
	p->rest = str_from(sb_str(&p->in), used);
	if (p->reader.linktype == DLT_RAW)
		p->port.dev.features |= NETDEV_IP;
	return 0;
}

static int
pcap_port_open_out(struct pcap_port *p, struct str path, struct diag *why)
{
	char name[PATH_MAX];

	p->out = -1;
	if (path.n == 0)
		return 0;
	if (!str_copy(path, name, sizeof(name)))
		return diag(why, ERR_INVAL, "%.*s: bad name", STR_ARG(path));
	p->out = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (p->out < 0)
		return diag(why, ERR_IO, "%s: %s", name, strerror(errno));
	pcap_put_header(&p->written,
	    p->port.dev.features & NETDEV_IP ? DLT_RAW : DLT_ETHER, OUT_SNAPLEN,
	    true);
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
	int err;

	(void)req;
	port->dev.ops = &pcap_port_ops;
	port->dev.features = NETDEV_POLL_ONLY;
	err = pcap_port_open_in(p, port_arg(&args), why);
	if (err == 0)
		err = pcap_port_open_out(p, args, why);
	if (err != 0)
		sb_fini(&p->in);
	return err;
}

static void
pcap_port_close(struct host_port *port)
{
	struct pcap_port *p = container_of(port, struct pcap_port, port);

	pcap_port_flush(p);
	if (p->out >= 0)
		close(p->out);
	sb_fini(&p->in);
	sb_fini(&p->written);
}

const struct port_kind port_pcap = {
	.name = "pcap",
	.usage = "IN[,OUT]",
	.size = sizeof(struct pcap_port),
	.open = pcap_port_open,
	.close = pcap_port_close,
};
