/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IPAddrRewriter(INPUT..., [keywords]) -- translate source addresses one to
 * one (basic NAT), of all protocols.
 *
 *   in N     IPv4 packets, IP header position set (see CheckIPHeader)
 *   out M    packets from a known source address with their source rewritten,
 *            packets to an address so given out with their destination
 *            rewritten back; others as input specification N says
 *
 *   INPUT    as IPRewriter's, but patterns are "pattern SADDR DADDR FOUT
 *            ROUT", where DADDR must be "-" and SADDR may be a range L-H or a
 *            prefix (without its first and last address), then "#" to go
 *            through it in sequence
 *   TIMEOUT T    an address ends after T seconds without packets (2 hours)
 *   GUARANTEE T, REAP_INTERVAL T, MAPPING_CAPACITY N, REPLY_ANNO
 *                as IPRewriter's
 *
 *   table        read: addresses, one direction a line
 *   table_size, size, capacity, clear, mapping_failures, patterns, patternN
 *                as IPRewriter's
 *
 * The destination address annotation of packets rewritten back is set.
 *
 * A hot swap keeps flows as IPRewriter's; cosmos save and migrate take them
 * along.
 *
 * Memory: about 85 bytes a flow.
 *
 *	IPAddrRewriter(pattern 1.0.0.1-1.0.0.254# - 0 1, drop)
 */
#include "elements/ip/rwaddr.h"

/* From an inside address: only the source counts. */
static bool
ip_addr_rewriter_id_key(const struct rewriter *rw, uint8_t proto,
    const struct flow_key *id, bool reply, struct flow_key *key)
{
	(void)proto;
	(void)reply;
	*key = (struct flow_key){ .src = id->src, .kind = rw->kind };
	return true;
}

/* To an address given out: only the destination counts. */
static bool
ip_addr_rewriter_id_key2(
    const struct rewriter *rw, const struct flow_key *id, struct flow_key *key)
{
	*key = (struct flow_key){ .dst = id->dst, .kind = rw->kind };
	return true;
}

static bool
ip_addr_rewriter_accept(const struct flow_key *from, struct flow_key *to)
{
	(void)from;
	return to->sport == 0 && to->dport == 0 && to->dst == 0;
}

static void
ip_addr_rewriter_unparse(const struct flowset *set,
    const struct rewriter_flow *f, unsigned int direction, struct strbuf *out)
{
	(void)set;
	sb_ip4(out, direction ? f->key[1].dst : f->key[0].src);
	sb_adds(out, " => ");
	sb_ip4(out, direction ? f->key[0].src : f->key[1].dst);
}

static const struct rewriter_ops ip_addr_rewriter_ops = {
	.key = ip_addr_rewriter_id_key,
	.key2 = ip_addr_rewriter_id_key2,
	.reply = rewriter_reply_ports,
	.accept = ip_addr_rewriter_accept,
	.start = rwaddr_start,
	.unparse = ip_addr_rewriter_unparse,
};

static void *
ip_addr_rewriter_cast(struct element *e, const char *name, int port)
{
	static const char *const names[] = { "IPAddrRewriter", NULL };

	(void)port;
	return rewriter_cast(e, name, &ip_addr_rewriter_ops, names);
}

static int
ip_addr_rewriter_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	(void)ip_addr_rewriter_cast(e, "", -1);
	return rwaddr_configure(e, conf, errh);
}

static inline bool
ip_addr_rewriter_key(
    const struct rewriter *rw, const struct packet *p, struct flow_key *key)
{
	*key = (struct flow_key){ .kind = rw->kind };
	memcpy(&key->src, packet_ip4(p)->src, 4);
	return true;
}

static inline bool
ip_addr_rewriter_key2(
    const struct rewriter *rw, const struct packet *p, struct flow_key *key)
{
	*key = (struct flow_key){ .kind = rw->kind };
	memcpy(&key->dst, packet_ip4(p)->dst, 4);
	return true;
}

static inline void
ip_addr_rewriter_apply(struct rewriter *rw, struct packet *p, uint32_t record,
    struct rewriter_flow *f, unsigned int direction)
{
	struct ip4 *ip = packet_ip4(p);

	(void)record;
	if (direction == 0) {
		put_u32(ip->src, f->key[1].dst);
	} else {
		put_u32(ip->dst, f->key[0].src);
		anno_set_u32(p, ANNO_DST_IP, f->key[0].src);
		if (rw->has_reply_anno)
			anno_set_u8(p, rw->reply_anno, f->reply_anno);
	}
	rewriter_csum(ip->sum, direction, f->ip_delta);
	rwaddr_apply_l4(p, f, direction);
}

static void
ip_addr_rewriter_push(struct element *e, unsigned int port, struct batch *b)
{
	rewriter_push(e, port, b, ip_addr_rewriter_key, ip_addr_rewriter_key2,
	    ip_addr_rewriter_apply);
}

const struct element_class element_ip_addr_rewriter = {
	.name = "IPAddrRewriter",
	.ports = "1-/1-",
	.processing = "h/h",
	.state_size = sizeof(struct rewriter),
	.flags = ELEMENT_SHAREABLE,
	.scratch = REWRITER_SCRATCH,
	.configure = ip_addr_rewriter_configure,
	.initialize = rewriter_initialize,
	.cleanup = rewriter_cleanup,
	.state = &rewriter_state,
	.add_handlers = rwaddr_add_handlers,
	.cast = ip_addr_rewriter_cast,
	.push = ip_addr_rewriter_push,
};
