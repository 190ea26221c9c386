/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ICMPPingRewriter(INPUT..., [keywords]) -- translate addresses and
 * identifiers of ICMP echo requests and replies.
 *
 *   in N     IPv4 packets, IP header position set (see CheckIPHeader)
 *   out M    echo requests and replies of known flows, rewritten; other echo
 *            requests as input specification N says; everything else is killed
 *            or passed on by "pass"
 *
 *   INPUT    as IPRewriter's; the source port of a pattern is the identifier,
 *            its destination port is not used
 *   TIMEOUT T    a flow ends after T seconds without packets (5 minutes)
 *   GUARANTEE T, REAP_INTERVAL T, MAPPING_CAPACITY N, DST_ANNO, REPLY_ANNO
 *                as IPRewriter's
 *
 *   table        read: flows "(SADDR, DADDR, ID) => (...)", one direction a
 *                line
 *   table_size, size, capacity, clear, mapping_failures, patterns, patternN
 *                as IPRewriter's
 *
 * A hot swap keeps flows as IPRewriter's; cosmos save and migrate take them
 * along.
 *
 * Memory: about 85 bytes a flow.
 *
 *	ICMPPingRewriter(pattern 1.0.0.1 1024-65535# - - 0 1, drop)
 */
#include "elements/icmp/zerosum.h"
#include "elements/ip/rwtcp.h"

/* A flow's request has its identifier as source port, and so has the reply. */
enum { KIND_REQUEST, KIND_REPLY };
enum { ICMP_ID_END = 6 };

static bool
icmp_ping_rewriter_id_key(const struct rewriter *rw, uint8_t proto,
    const struct flow_key *id, bool reply, struct flow_key *key)
{
	if (proto != IPPROTO4_ICMP)
		return false;
	*key = *id;
	key->dport = 0;
	key->kind = rw->kind + (reply ? KIND_REPLY : KIND_REQUEST);
	return true;
}

static bool
icmp_ping_rewriter_may_start(
    const struct rewriter *rw, const struct flow_key *key)
{
	return key->kind == rw->kind + KIND_REQUEST;
}

static void
icmp_ping_rewriter_reply(const struct flow_key *to, struct flow_key *reply)
{
	*reply = (struct flow_key){ to->dst, to->src, to->sport, 0,
		to->kind - KIND_REQUEST + KIND_REPLY };
}

static bool
icmp_ping_rewriter_accept(const struct flow_key *from, struct flow_key *to)
{
	(void)from;
	to->dport = 0;
	return true;
}

/* An ICMP checksum has no pseudo header: only the identifier counts. */
static void
icmp_ping_rewriter_start(struct rewriter *rw, struct rewriter_flow *f)
{
	(void)rw;
	f->track = TRACK_NONE;
	f->proto = IPPROTO4_ICMP;
	f->l4_delta = csum_update16(0, f->key[0].sport, f->key[1].sport);
}

static void
icmp_ping_rewriter_unparse_id(
    uint32_t src, uint32_t dst, uint16_t id, struct strbuf *out)
{
	sb_addc(out, '(');
	sb_ip4(out, src);
	sb_adds(out, ", ");
	sb_ip4(out, dst);
	sb_printf(out, ", %u)", __builtin_bswap16(id));
}

static void
icmp_ping_rewriter_unparse(const struct flowset *set,
    const struct rewriter_flow *f, unsigned int direction, struct strbuf *out)
{
	const struct flow_key *k = &f->key[direction];
	const struct flow_key *other = &f->key[!direction];

	(void)set;
	icmp_ping_rewriter_unparse_id(k->src, k->dst, k->sport, out);
	sb_adds(out, " => ");
	icmp_ping_rewriter_unparse_id(
	    other->dst, other->src, other->sport, out);
}

static const struct rewriter_ops icmp_ping_rewriter_ops = {
	.key = icmp_ping_rewriter_id_key,
	.may_start = icmp_ping_rewriter_may_start,
	.reply = icmp_ping_rewriter_reply,
	.accept = icmp_ping_rewriter_accept,
	.start = icmp_ping_rewriter_start,
	.unparse = icmp_ping_rewriter_unparse,
};

static void *
icmp_ping_rewriter_cast(struct element *e, const char *name, int port)
{
	static const char *const names[] = { "ICMPPingRewriter", NULL };

	(void)port;
	return rewriter_cast(e, name, &icmp_ping_rewriter_ops, names);
}

static int
icmp_ping_rewriter_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct rewriter *rw = element_state(e);
	struct arg_anno anno = { 0, 0 };
	struct arena mem = ARENA_INIT;
	struct strs rest = VEC_INIT;
	struct args a;
	int err;

	(void)icmp_ping_rewriter_cast(e, "", -1);
	args_init(&a, conf, e, errh);
	rewriter_args_annos(rw, &a, true, &anno);
	err = args_consume(&a, &mem, &rest);
	if (err == 0) {
		rewriter_set_annos(rw, anno);
		rw->times[TRACK_NONE].idle_ms = rewriter_ms(300);
		rw->times[TRACK_NONE].guarantee_ms = rewriter_ms(5);
		err = rewriter_configure(rw, &rest, TRACK_NONE, errh);
	}
	vec_fini(&rest);
	arena_fini(&mem);
	return err;
}

static inline bool
icmp_ping_rewriter_key(
    const struct rewriter *rw, const struct packet *p, struct flow_key *key)
{
	const struct ip4 *ip = packet_ip4(p);
	const struct icmp *icmp;
	uint16_t ports[2] = { 0, 0 };

	if (ip->proto != IPPROTO4_ICMP ||
	    (get_be16(ip->off) & IP4_OFFMASK) != 0 ||
	    packet_transport_length(p) < ICMP_ID_END)
		return false;
	icmp = (const struct icmp *)(void *)packet_transport(p);
	if (icmp->type != ICMP_ECHO && icmp->type != ICMP_ECHOREPLY)
		return false;
	ports[0] = get_u16(icmp->rest);
	flow_key_set(key, ip->src, ports,
	    rw->kind + (icmp->type == ICMP_ECHO ? KIND_REQUEST : KIND_REPLY));
	return true;
}

static inline void
icmp_ping_rewriter_apply(struct rewriter *rw, struct packet *p, uint32_t record,
    struct rewriter_flow *f, unsigned int direction)
{
	struct icmp *icmp = (struct icmp *)(void *)packet_transport(p);

	(void)record;
	rewriter_apply_ip(rw, p, f, direction);
	put_u16(icmp->rest, f->key[!direction].sport);
	rewriter_csum(icmp->sum, direction, f->l4_delta);
	csum_fix_zero(icmp->sum, icmp, (size_t)packet_transport_length(p));
}

static void
icmp_ping_rewriter_push(struct element *e, unsigned int port, struct batch *b)
{
	rewriter_push(
	    e, port, b, icmp_ping_rewriter_key, NULL, icmp_ping_rewriter_apply);
}

static void
icmp_ping_rewriter_add_handlers(struct element *e)
{
	handler_add_read(e, "table", rewriter_read_table, 0, 0);
	handler_add_read(
	    e, "mappings", rewriter_read_table, 0, HANDLER_DEPRECATED);
	rewriter_add_handlers(e);
}

const struct element_class element_icmp_ping_rewriter = {
	.name = "ICMPPingRewriter",
	.ports = "1-/1-",
	.processing = "h/h",
	.state_size = sizeof(struct rewriter),
	.flags = ELEMENT_SHAREABLE,
	.scratch = REWRITER_SCRATCH,
	.configure = icmp_ping_rewriter_configure,
	.initialize = rewriter_initialize,
	.cleanup = rewriter_cleanup,
	.state = &rewriter_state,
	.add_handlers = icmp_ping_rewriter_add_handlers,
	.cast = icmp_ping_rewriter_cast,
	.push = icmp_ping_rewriter_push,
};
