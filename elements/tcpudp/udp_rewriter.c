/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * UDPRewriter(INPUT..., [keywords]) -- translate addresses and ports of UDP
 * (or TCP, or DCCP) packets, flow by flow.
 *
 *   in N, out M    as IPRewriter's; packets of other protocols, and fragments
 *                  but the first, are killed or passed on by "pass"
 *
 *   INPUT          as IPRewriter's
 *   TIMEOUT T, UDP_TIMEOUT T
 *                  flows end after T seconds without packets (5 minutes)
 *   STREAMING_TIMEOUT T, UDP_STREAMING_TIMEOUT T
 *                  those of 3 packets and both directions (default TIMEOUT)
 *   GUARANTEE T, UDP_GUARANTEE T, REAP_INTERVAL T, MAPPING_CAPACITY N,
 *   DST_ANNO, REPLY_ANNO
 *                  as IPRewriter's
 *
 *   table          read: flows, one direction a line
 *   table_size, size, capacity, clear, mapping_failures, patterns, patternN
 *                  as IPRewriter's
 *
 * Flows are told apart by addresses and ports alone: TCP and UDP on the same
 * ports are one flow.  Use IPRewriter where both come.
 *
 * A hot swap keeps flows as IPRewriter's; cosmos save and migrate take them
 * along.
 *
 * Memory: about 85 bytes a flow.
 *
 *	UDPRewriter(pattern 1.0.0.1 1024-65535 - - 0 1, drop)
 */
#include "elements/ip/rwtcp.h"

enum { IPPROTO4_DCCP = 33 };

static bool
udp_rewriter_id_key(const struct rewriter *rw, uint8_t proto,
    const struct flow_key *id, bool reply, struct flow_key *key)
{
	(void)reply;
	(void)proto;
	*key = *id;
	key->kind = rw->kind;
	return true;
}

static void
udp_rewriter_start(struct rewriter *rw, struct rewriter_flow *f)
{
	(void)rw;
	f->track = TRACK_UDP;
}

static const struct rewriter_ops udp_rewriter_ops = {
	.key = udp_rewriter_id_key,
	.reply = rewriter_reply_ports,
	.start = udp_rewriter_start,
	.unparse = rewriter_unparse_ports,
};

static void *
udp_rewriter_cast(struct element *e, const char *name, int port)
{
	static const char *const names[] = { "UDPRewriter", NULL };

	(void)port;
	return rewriter_cast(e, name, &udp_rewriter_ops, names);
}

static int
udp_rewriter_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct rewriter *rw = element_state(e);
	struct rewriter_times *times = &rw->times[TRACK_UDP];
	uint32_t timeout = 300, streaming = 0, guarantee = 5;
	struct arg_anno anno = { 0, 0 };
	struct arena mem = ARENA_INIT;
	struct strs rest = VEC_INIT;
	bool has_streaming;
	struct args a;
	int err;

	(void)udp_rewriter_cast(e, "", -1);
	args_init(&a, conf, e, errh);
	args_seconds(&a, "UDP_TIMEOUT", 0, &timeout);
	args_seconds(&a, "TIMEOUT", 0, &timeout);
	has_streaming =
	    args_seconds(&a, "UDP_STREAMING_TIMEOUT", 0, &streaming);
	has_streaming |= args_seconds(&a, "STREAMING_TIMEOUT", 0, &streaming);
	args_seconds(&a, "UDP_GUARANTEE", 0, &guarantee);
	rewriter_args_annos(rw, &a, true, &anno);
	err = args_consume(&a, &mem, &rest);
	if (err == 0) {
		times->idle_ms = rewriter_ms(timeout);
		times->busy_ms =
		    rewriter_ms(has_streaming ? streaming : timeout);
		times->guarantee_ms = rewriter_ms(guarantee);
		rewriter_set_annos(rw, anno);
		err = rewriter_configure(rw, &rest, TRACK_UDP, errh);
	}
	vec_fini(&rest);
	arena_fini(&mem);
	return err;
}

static inline bool
udp_rewriter_key(
    const struct rewriter *rw, const struct packet *p, struct flow_key *key)
{
	uint8_t proto = packet_ip4(p)->proto;

	if ((proto != IPPROTO4_UDP && proto != IPPROTO4_TCP &&
	        proto != IPPROTO4_DCCP) ||
	    !rewriter_has_ports(p))
		return false;
	rewriter_key_ports(p, key, rw->kind);
	return true;
}

static inline void
udp_rewriter_apply(struct rewriter *rw, struct packet *p, uint32_t record,
    struct rewriter_flow *f, unsigned int direction)
{
	const struct flow_key *k = &f->key[!direction];

	rewriter_apply_ip(rw, p, f, direction);
	if (packet_ip4(p)->proto == IPPROTO4_TCP) {
		struct tcp *tcp = (struct tcp *)(void *)packet_transport(p);

		put_u16(tcp->sport, k->dport);
		put_u16(tcp->dport, k->sport);
		if (packet_transport_length(p) >= TCP_SUM_END)
			rewriter_csum(tcp->sum, direction, f->l4_delta);
	} else {
		rewriter_apply_udp(p, f, direction);
	}
	rewriter_track_udp(rw, record, f, direction);
}

static void
udp_rewriter_push(struct element *e, unsigned int port, struct batch *b)
{
	rewriter_push(e, port, b, udp_rewriter_key, NULL, udp_rewriter_apply);
}

static void
udp_rewriter_add_handlers(struct element *e)
{
	handler_add_read(e, "table", rewriter_read_table, 0, 0);
	handler_add_read(
	    e, "mappings", rewriter_read_table, 0, HANDLER_DEPRECATED);
	rewriter_add_handlers(e);
}

const struct element_class element_udp_rewriter = {
	.name = "UDPRewriter",
	.ports = "1-/1-",
	.processing = "h/h",
	.state_size = sizeof(struct rewriter),
	.flags = ELEMENT_SHAREABLE,
	.scratch = REWRITER_SCRATCH,
	.configure = udp_rewriter_configure,
	.initialize = rewriter_initialize,
	.cleanup = rewriter_cleanup,
	.state = &rewriter_state,
	.add_handlers = udp_rewriter_add_handlers,
	.cast = udp_rewriter_cast,
	.push = udp_rewriter_push,
};
