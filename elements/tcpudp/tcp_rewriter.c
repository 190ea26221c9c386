/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TCPRewriter(INPUT..., [keywords]) -- translate addresses and ports of TCP
 * packets, flow by flow, and sequence numbers on request.
 *
 *   in N, out M    as IPRewriter's; packets other than TCP, and fragments but
 *                  the first, are killed or passed on by "pass"
 *
 *   INPUT          as IPRewriter's
 *   TIMEOUT T, TCP_TIMEOUT T, TCP_NODATA_TIMEOUT T, TCP_DONE_TIMEOUT T,
 *   GUARANTEE T, TCP_GUARANTEE T, REAP_INTERVAL T, MAPPING_CAPACITY N,
 *   DST_ANNO, REPLY_ANNO
 *                  as IPRewriter's
 *
 *   table          read: flows, one direction a line, "seq +N" where sequence
 *                  numbers are changed
 *   lookup         read with "SADDR SPORT DADDR DPORT": the same as rewritten
 *   table_size, size, capacity, clear, mapping_failures, patterns, patternN
 *                  as IPRewriter's
 *
 * Elements like FTPPortMapper, which change the length of what is said, have
 * sequence and acknowledgement numbers (SACK blocks too) adapted here.
 *
 * A hot swap keeps flows as IPRewriter's; cosmos save and migrate take them
 * along.
 *
 * Memory: about 85 bytes a flow.
 *
 *	TCPRewriter(pattern - - 192.168.0.9 8080 0 1, pass 1)
 */
#include "elements/ip/rwtcp.h"

static bool
tcp_rewriter_id_key(const struct rewriter *rw, uint8_t proto,
    const struct flow_key *id, bool reply, struct flow_key *key)
{
	(void)reply;
	if (proto != IPPROTO4_TCP)
		return false;
	*key = *id;
	key->kind = rw->kind;
	return true;
}

static const struct rewriter_ops tcp_rewriter_ops = {
	.key = tcp_rewriter_id_key,
	.reply = rewriter_reply_ports,
	.start = rwtcp_start,
	.unparse = rwtcp_unparse,
};

static void *
tcp_rewriter_cast(struct element *e, const char *name, int port)
{
	static const char *const names[] = { "TCPRewriter", NULL };

	(void)port;
	return rewriter_cast(e, name, &tcp_rewriter_ops, names);
}

static int
tcp_rewriter_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct rewriter *rw = element_state(e);
	struct arena mem = ARENA_INIT;
	struct strs rest = VEC_INIT;
	int err;

	(void)tcp_rewriter_cast(e, "", -1);
	err = rwtcp_configure(rw, conf, &mem, &rest, errh);
	if (err == 0)
		err = rewriter_configure(rw, &rest, TRACK_TCP, errh);
	vec_fini(&rest);
	arena_fini(&mem);
	return err;
}

static inline bool
tcp_rewriter_key(
    const struct rewriter *rw, const struct packet *p, struct flow_key *key)
{
	if (packet_ip4(p)->proto != IPPROTO4_TCP || !rewriter_has_ports(p))
		return false;
	rewriter_key_ports(p, key, rw->kind);
	return true;
}

static void
tcp_rewriter_push(struct element *e, unsigned int port, struct batch *b)
{
	rewriter_push(e, port, b, tcp_rewriter_key, NULL, rwtcp_apply);
}

static void
tcp_rewriter_add_handlers(struct element *e)
{
	handler_add_read(e, "table", rewriter_read_table, 0, 0);
	handler_add_read(
	    e, "mappings", rewriter_read_table, 0, HANDLER_DEPRECATED);
	handler_add_read(e, "lookup", rwtcp_read_lookup, 0, HANDLER_PARAM);
	rewriter_add_handlers(e);
}

const struct element_class element_tcp_rewriter = {
	.name = "TCPRewriter",
	.ports = "1-/1-",
	.processing = "h/h",
	.state_size = sizeof(struct rewriter),
	.flags = ELEMENT_SHAREABLE,
	.scratch = REWRITER_SCRATCH,
	.configure = tcp_rewriter_configure,
	.initialize = rewriter_initialize,
	.cleanup = rewriter_cleanup,
	.state = &rewriter_state,
	.add_handlers = tcp_rewriter_add_handlers,
	.cast = tcp_rewriter_cast,
	.push = tcp_rewriter_push,
};
