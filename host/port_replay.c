/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * port_replay.c -- replay:FILE[,COUNT]: a port that receives the frames of a
 * capture file again and again, COUNT times over (0, the default: for ever),
 * from memory and without ever waiting.  What is sent to it is counted and
 * dropped, so that ports of one kind can close a loop in a benchmark.
 */
#include <stdlib.h>

#include "base/stamp.h"
#include "click/conf.h"
#include "elements/device/capture.h"
#include "elements/device/dlt.h"
#include "host/port.h"

struct replay_port {
	struct host_port port;
	struct capture *capture;
	struct capture_player player;
	size_t next;
	uint64_t rounds; /* left; UINT64_MAX: for ever */
};

/* What port_receive() does for packets that come one by one. */
static void
replay_received(struct replay_port *r, struct packet **p, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		p[i]->type = (uint8_t)port_packet_type(
		    &r->port, p[i]->data, p[i]->length);
		r->port.stats.rx_bytes += p[i]->length;
	}
	r->port.stats.rx_packets += n;
}

static int
replay_rx(struct netdev *dev, struct batch *out, unsigned int max)
{
	struct replay_port *r = container_of(dev, struct replay_port, port.dev);
	unsigned int n = 0;

	if (r->rounds == 0)
		return ERR_CLOSED;
	while (n < max && r->rounds > 0) {
		struct packet **p = &out->packet[out->count];
		uint32_t want = capture_left(r->capture, r->next, max - n);
		uint32_t got =
		    capture_play(r->capture, &r->player, r->next, out, want);

		replay_received(r, p, got);
		n += got;
		r->next += got;
		if (got < want) {
			r->port.stats.rx_dropped++;
			break;
		}
		if (r->next < r->capture->n)
			continue;
		r->next = 0;
		if (r->rounds != UINT64_MAX)
			r->rounds--;
	}
	return (int)n;
}

static int
replay_tx(struct netdev *dev, struct batch *in)
{
	struct replay_port *r = container_of(dev, struct replay_port, port.dev);
	unsigned int n = in->count;

	r->port.stats.tx_packets += n;
	r->port.stats.tx_bytes += batch_bytes(in);
	batch_kill(in);
	in->count = 0;
	return (int)n;
}

static bool
replay_arm(struct netdev *dev, unsigned int what)
{
	(void)dev;
	(void)what;
	return true;
}

static const struct netdev_ops replay_ops = {
	.rx = replay_rx,
	.tx = replay_tx,
	.arm = replay_arm,
	.stats = port_stats,
	.close = port_close,
};

static int
replay_load(
    struct capture **c, struct str args, uint64_t *rounds, struct diag *why)
{
	struct str path = port_arg(&args);
	bool overflow = false, broken;
	uint64_t count = 0;
	int err;

	if (args.n > 0 && !conf_u64(args, 0, &count, &overflow))
		return diag(why, ERR_INVAL, "replay: '%.*s' is no count",
		    STR_ARG(args));
	err = capture_load(c, path, 0, &broken, why);
	if (err != 0)
		return err;
	*rounds = count == 0 ? UINT64_MAX : count;
	if ((*c)->n == 0)
		*rounds = 0;
	return 0;
}

/* ---- before a sandbox: the file is in memory, for each port that reads it
 * ---- */

struct replay_made {
	struct capture *capture;
	uint64_t rounds;
};

static int
replay_prepare(struct str args, void **prepared, struct diag *why)
{
	struct replay_made *m = calloc(1, sizeof(*m));
	int err;

	if (m == NULL)
		return diag(why, ERR_NOMEM, "out of memory");
	err = replay_load(&m->capture, args, &m->rounds, why);
	if (err != 0)
		free(m);
	else
		*prepared = m;
	return err;
}

static void
replay_drop(void *prepared)
{
	struct replay_made *m = prepared;

	capture_end(m->capture);
	free(m);
}

static int
replay_open(struct host_port *port, struct str args,
    const struct os_port_request *req, struct diag *why)
{
	struct replay_port *r = container_of(port, struct replay_port, port);
	const struct replay_made *made = port->prepared;
	int err;

	(void)req;
	if (made != NULL) {
		r->capture = capture_share(made->capture);
		r->rounds = made->rounds;
	} else {
		err = replay_load(&r->capture, args, &r->rounds, why);
		if (err != 0)
			return err;
	}
	port->dev.ops = &replay_ops;
	port->dev.features = NETDEV_POLL_ONLY;
	if (r->capture->linktype == DLT_RAW)
		port->dev.features |= NETDEV_IP;
	return 0;
}

static void
replay_close(struct host_port *port)
{
	capture_end(container_of(port, struct replay_port, port)->capture);
}

const struct port_kind port_replay = {
	.name = "replay",
	.usage = "FILE[,COUNT]",
	.size = sizeof(struct replay_port),
	.prepare = replay_prepare,
	.drop = replay_drop,
	.open = replay_open,
	.close = replay_close,
};
