/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IPAddrPairRewriter(INPUT..., [keywords]) -- translate source and destination
 * addresses, pair by pair, of all protocols.
 *
 *   in N     IPv4 packets, IP header position set (see CheckIPHeader)
 *   out M    packets between a known pair of addresses, rewritten; others as
 *            input specification N says
 *
 *   INPUT    as IPRewriter's, but patterns are "pattern SADDR DADDR FOUT
 *            ROUT", each "-" to keep it, where SADDR may be a range L-H or a
 *            prefix (without its first and last address), then "#" to go
 *            through it in sequence
 *   TIMEOUT T    a pair ends after T seconds without packets (2 hours)
 *   GUARANTEE T, REAP_INTERVAL T, MAPPING_CAPACITY N, REPLY_ANNO
 *                as IPRewriter's
 *
 *   table        read: pairs, one direction a line
 *   table_size, size, capacity, clear, mapping_failures, patterns, patternN
 *                as IPRewriter's
 *
 * The destination address annotation is set.
 *
 * A hot swap keeps flows as IPRewriter's; cosmos save and migrate take them
 * along.
 *
 * Memory: about 85 bytes a flow.
 *
 *	IPAddrPairRewriter(pattern 1.0.0.0/29# - 0 1, drop)
 */
#include "elements/ip/rwaddr.h"

static bool
ip_addr_pair_rewriter_id_key(const struct rewriter *rw, uint8_t proto,
    const struct flow_key *id, bool reply, struct flow_key *key)
{
	(void)proto;
	(void)reply;
	*key = (struct flow_key){ id->src, id->dst, 0, 0, rw->kind };
	return true;
}

static bool
ip_addr_pair_rewriter_accept(const struct flow_key *from, struct flow_key *to)
{
	(void)from;
	return to->sport == 0 && to->dport == 0;
}

static void
ip_addr_pair_rewriter_unparse_id(const struct flow_key *k, struct strbuf *out)
{
	sb_addc(out, '(');
	sb_ip4(out, k->src);
	sb_adds(out, ", ");
	sb_ip4(out, k->dst);
	sb_addc(out, ')');
}

static void
ip_addr_pair_rewriter_unparse(const struct flowset *set,
    const struct rewriter_flow *f, unsigned int direction, struct strbuf *out)
{
	struct flow_key to = rewriter_becomes(f, direction);

	(void)set;
	ip_addr_pair_rewriter_unparse_id(&f->key[direction], out);
	sb_adds(out, " => ");
	ip_addr_pair_rewriter_unparse_id(&to, out);
}

static const struct rewriter_ops ip_addr_pair_rewriter_ops = {
	.key = ip_addr_pair_rewriter_id_key,
	.reply = rewriter_reply_ports,
	.accept = ip_addr_pair_rewriter_accept,
	.start = rwaddr_start,
	.unparse = ip_addr_pair_rewriter_unparse,
};

static void *
ip_addr_pair_rewriter_cast(struct element *e, const char *name, int port)
{
	static const char *const names[] = { "IPAddrPairRewriter", NULL };

	(void)port;
	return rewriter_cast(e, name, &ip_addr_pair_rewriter_ops, names);
}

static int
ip_addr_pair_rewriter_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	(void)ip_addr_pair_rewriter_cast(e, "", -1);
	return rwaddr_configure(e, conf, errh);
}

static inline bool
ip_addr_pair_rewriter_key(
    const struct rewriter *rw, const struct packet *p, struct flow_key *key)
{
	*key = (struct flow_key){ .kind = rw->kind };
	memcpy(&key->src, packet_ip4(p)->src, 8);
	return true;
}

static inline void
ip_addr_pair_rewriter_apply(struct rewriter *rw, struct packet *p,
    uint32_t record, struct rewriter_flow *f, unsigned int direction)
{
	(void)record;
	rewriter_apply_ip(rw, p, f, direction);
	rwaddr_apply_l4(p, f, direction);
}

static void
ip_addr_pair_rewriter_push(
    struct element *e, unsigned int port, struct batch *b)
{
	rewriter_push(e, port, b, ip_addr_pair_rewriter_key, NULL,
	    ip_addr_pair_rewriter_apply);
}

const struct element_class element_ip_addr_pair_rewriter = {
	.name = "IPAddrPairRewriter",
	.ports = "1-/1-",
	.processing = "h/h",
	.state_size = sizeof(struct rewriter),
	.flags = ELEMENT_SHAREABLE,
	.scratch = REWRITER_SCRATCH,
	.configure = ip_addr_pair_rewriter_configure,
	.initialize = rewriter_initialize,
	.cleanup = rewriter_cleanup,
	.state = &rewriter_state,
	.add_handlers = rwaddr_add_handlers,
	.cast = ip_addr_pair_rewriter_cast,
	.push = ip_addr_pair_rewriter_push,
};
