/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IPRewriter(INPUT..., [keywords]) -- translate addresses and ports of TCP and
 * UDP packets, flow by flow (NAPT).
 *
 *   in N     IPv4 packets, IP header position set (see CheckIPHeader)
 *   out M    packets of known flows, rewritten, where their flow says; others
 *            as input specification N says
 *
 *   INPUT    one for each input, what to do with packets of no known flow:
 *     drop, discard
 *            kill them
 *     pass [OUT], passthrough, nochange
 *            send them to output OUT (default 0) as they are; also packets that
 *            are neither TCP nor UDP, and fragments but the first, which all
 *            other inputs kill
 *     keep FOUT ROUT
 *            begin a flow that changes nothing: its packets go to output
 *            FOUT, replies to ROUT
 *     pattern SADDR SPORT DADDR DPORT FOUT ROUT
 *            begin a flow that gets these addresses and ports, each "-" to
 *            keep its own; replies are turned back and go to ROUT.  SPORT may
 *            be a range L-H: a flow keeps its port if that lies in the range
 *            and is free, else gets a random free one; L-H? gets a random one
 *            always, L-H# the next in sequence.  Packets for which no port is
 *            free are killed.
 *     pattern NAME FOUT ROUT
 *            the same with a pattern of IPRewriterPatterns
 *     ELEMENT
 *            begin flows as an element like RoundRobinIPMapper says
 *
 *   TCP_TIMEOUT T            a TCP connection with data both ways ends after T
 *                            seconds without packets (default 24 hours)
 *   TCP_NODATA_TIMEOUT T     any other TCP connection (default 5 minutes)
 *   TCP_DONE_TIMEOUT T       one that FIN or RST has ended (4 minutes)
 *   TCP_GUARANTEE T          no TCP flow makes room for another until T seconds
 *                            after its last packet (default 5)
 *   UDP_TIMEOUT T            UDP flows (default 5 minutes)
 *   UDP_STREAMING_TIMEOUT T  those of 3 packets and both directions (default
 *                            UDP_TIMEOUT)
 *   UDP_GUARANTEE T          as for TCP (default 5)
 *   REAP_INTERVAL T          how often flows past their timeout are removed
 *                            (default 15 minutes; 0: never)
 *   MAPPING_CAPACITY N       at most N flows: a new one takes the place of the
 *                            flow next to expire, or is refused while all are
 *                            guaranteed.  Or the name of another rewriter, to
 *                            share its capacity.  (CAPACITY is the same.)
 *   DST_ANNO                 boolean: set the destination address annotation
 *                            (default true)
 *   REPLY_ANNO               an annotation byte: replies get what the first
 *                            packet of their flow had there
 *
 *   tcp_table, udp_table     read: flows, one direction a line
 *   tcp_lookup               read with "SADDR SPORT DADDR DPORT": the same as
 *                            rewritten, or nothing
 *   table_size               read: flows of this element
 *   size, capacity, clear    read flows of all elements that share the
 *                            capacity; read or write it; end them all
 *   mapping_failures         read: flows refused
 *   patterns                 read: inputs with the number of their flows
 *   patternN                 read, write: input N; writing ends its flows
 *
 * A packet costs two cache misses whatever the number of flows.
 *
 * A hot swap keeps the flows that the same input would make in the new
 * configuration, too: by the same specification, or a pattern with the flow's
 * address and port in it.  They go to the outputs, and end by the timeouts, of
 * the new one.  cosmos save and migrate take them along.
 *
 * Memory: about 85 bytes a flow; while a hot swap takes place, twice that.
 *
 *	rw :: IPRewriter(pattern 1.0.0.1 1024-65535 - - 0 1, drop);
 *	inside -> [0]rw; outside -> [1]rw; rw[0] -> out; rw[1] -> in;
 */
#include "elements/ip/rwtcp.h"

enum { KIND_TCP, KIND_UDP };

static bool
ip_rewriter_id_key(const struct rewriter *rw, uint8_t proto,
    const struct flow_key *id, bool reply, struct flow_key *key)
{
	(void)reply;
	if (proto != IPPROTO4_TCP && proto != IPPROTO4_UDP)
		return false;
	*key = *id;
	key->kind = rw->kind + (proto == IPPROTO4_UDP ? KIND_UDP : KIND_TCP);
	return true;
}

static void
ip_rewriter_start(struct rewriter *rw, struct rewriter_flow *f)
{
	bool tcp = f->key[0].kind == rw->kind + KIND_TCP;

	f->track = tcp ? TRACK_TCP : TRACK_UDP;
	f->proto = tcp ? IPPROTO4_TCP : IPPROTO4_UDP;
}

static const struct rewriter_ops ip_rewriter_ops = {
	.key = ip_rewriter_id_key,
	.reply = rewriter_reply_ports,
	.start = ip_rewriter_start,
	.unparse = rwtcp_unparse,
};

static void *
ip_rewriter_cast(struct element *e, const char *name, int port)
{
	static const char *const names[] = { "IPRewriter", "TCPRewriter",
		NULL };

	(void)port;
	return rewriter_cast(e, name, &ip_rewriter_ops, names);
}

static int
ip_rewriter_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct rewriter *rw = element_state(e);
	struct rewriter_times *udp = &rw->times[TRACK_UDP];
	uint32_t timeout = 300, streaming = 0, guarantee = 5;
	struct strs rest = VEC_INIT, rest2 = VEC_INIT;
	struct arena mem = ARENA_INIT;
	bool has_streaming;
	struct args a;
	int err;

	(void)ip_rewriter_cast(e, "", -1);
	args_init(&a, conf, e, errh);
	args_seconds(&a, "UDP_TIMEOUT", 0, &timeout);
	has_streaming =
	    args_seconds(&a, "UDP_STREAMING_TIMEOUT", 0, &streaming);
	args_seconds(&a, "UDP_GUARANTEE", 0, &guarantee);
	err = args_consume(&a, &mem, &rest);
	if (err == 0) {
		udp->idle_ms = rewriter_ms(timeout);
		udp->busy_ms = rewriter_ms(has_streaming ? streaming : timeout);
		udp->guarantee_ms = rewriter_ms(guarantee);
		err = rwtcp_configure(rw, &rest, &mem, &rest2, errh);
	}
	if (err == 0)
		err = rewriter_configure(rw, &rest2, TRACK_TCP, errh);
	vec_fini(&rest);
	vec_fini(&rest2);
	arena_fini(&mem);
	return err;
}

static inline bool
ip_rewriter_key(
    const struct rewriter *rw, const struct packet *p, struct flow_key *key)
{
	uint8_t proto = packet_ip4(p)->proto;

	if ((proto != IPPROTO4_TCP && proto != IPPROTO4_UDP) ||
	    !rewriter_has_ports(p))
		return false;
	rewriter_key_ports(
	    p, key, rw->kind + (proto == IPPROTO4_UDP ? KIND_UDP : KIND_TCP));
	return true;
}

static inline void
ip_rewriter_apply(struct rewriter *rw, struct packet *p, uint32_t record,
    struct rewriter_flow *f, unsigned int direction)
{
	if (f->track == TRACK_TCP) {
		rwtcp_apply(rw, p, record, f, direction);
		return;
	}
	rewriter_apply_ip(rw, p, f, direction);
	rewriter_apply_udp(p, f, direction);
	rewriter_track_udp(rw, record, f, direction);
}

static void
ip_rewriter_push(struct element *e, unsigned int port, struct batch *b)
{
	rewriter_push(e, port, b, ip_rewriter_key, NULL, ip_rewriter_apply);
}

static void
ip_rewriter_add_handlers(struct element *e)
{
	handler_add_read(e, "tcp_table", rewriter_read_table, TRACK_TCP, 0);
	handler_add_read(e, "udp_table", rewriter_read_table, TRACK_UDP, 0);
	handler_add_read(e, "tcp_mappings", rewriter_read_table, TRACK_TCP,
	    HANDLER_DEPRECATED);
	handler_add_read(e, "udp_mappings", rewriter_read_table, TRACK_UDP,
	    HANDLER_DEPRECATED);
	handler_add_read(e, "tcp_lookup", rwtcp_read_lookup, 0, HANDLER_PARAM);
	rewriter_add_handlers(e);
}

const struct element_class element_ip_rewriter = {
	.name = "IPRewriter",
	.ports = "1-/1-",
	.processing = "h/h",
	.state_size = sizeof(struct rewriter),
	.flags = ELEMENT_SHAREABLE,
	.scratch = REWRITER_SCRATCH,
	.configure = ip_rewriter_configure,
	.initialize = rewriter_initialize,
	.cleanup = rewriter_cleanup,
	.state = &rewriter_state,
	.add_handlers = ip_rewriter_add_handlers,
	.cast = ip_rewriter_cast,
	.push = ip_rewriter_push,
};
