/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * FromTcpdump(FILENAME [, STOP, CHECKSUM, ...]) -- makes packets that look like
 * those of a listing of tcpdump(1)
 *
 *   out 0        IPv4 packets, network header and time stamp set; pushed, or
 *                pulled.  Of the payload only the length is known: it is the
 *                extra length annotation
 *
 *   FILENAME     what "tcpdump -n -tt" (perhaps -v) of version 3 prints, also
 *                packed by gzip or bzip2; "-" is standard input
 *   CHECKSUM     true: set IP, TCP and UDP checksums; default false
 *   STOP         true: stop the driver at the end; default false
 *   ACTIVE       false: emit nothing for now; default true
 *   TIMING       true: emit at the pace of the time stamps; default false
 *   SAMPLE       the chance of a packet to be emitted, default 1
 *   ZERO         accepted; what a line does not say is always zero
 *
 *   active       read/write: ACTIVE
 *   stop         write: stops emitting, and the driver
 *   encap        read: IP
 *   sampling_prob, filename, filesize, filepos   as FromIPSummaryDump's
 *
 * TCP is understood well, UDP and the IP remarks in brackets ("(DF) (ttl 64, id
 * 7)") somewhat, other protocols hardly.  Sequence numbers that tcpdump prints
 * relative to a flow's first become absolute again.  Lines that begin with #
 * are passed over.
 *
 *     FromTcpdump(web.txt, STOP true) -> ToDump(web.pcap, ENCAP IP);
 */
#include "base/bytes.h"
#include "click/anno.h"
#include "elements/analysis/agg_key.h"
#include "elements/analysis/ipsum.h"
#include "elements/host/dump_source.h"
#include "elements/host/tcpdump_text.h"
#include "elements/ip/ip_header.h"

enum sequence_kind { SEQ_UNKNOWN, SEQ_RELATIVE, SEQ_ABSOLUTE };
/* tcpdump's own guess: so large a relative acknowledgement is rare. */
enum { SEQ_LARGE = 8000, TCPDUMP_FLOWS_MAX = 1 << 20 };

/* Both directions of a TCP flow: 1 goes against the key's order. */
struct tcpdump_flow {
	struct flow_key key;
	uint32_t first[2], last[2];
};

struct from_tcpdump {
	struct dump_source source; /* first */
	struct flowtable flows;    /* struct tcpdump_flow */
	struct tcpdump_line line;
	bool checksum;
	enum sequence_kind kind;
};

/* ---- sequence numbers ---- */

/* The flow; NULL: no memory.  *back: the line goes against its order. */
static struct tcpdump_flow *
tcpdump_find(struct from_tcpdump *s, const struct tcpdump_line *l, bool *back)
{
	struct flow_key key = { .kind = IPPROTO4_TCP };
	uint32_t ref, record;

	*back =
	    l->sport < l->dport || (l->sport == l->dport && l->src < l->dst);
	key.src = *back ? l->dst : l->src;
	key.dst = *back ? l->src : l->dst;
	key.sport = *back ? l->dport : l->sport;
	key.dport = *back ? l->sport : l->dport;
	ref = flowtable_find(&s->flows, &key);
	if (ref != 0)
		return flowtable_record(&s->flows, flow_ref_record(ref));
	/* Far more than a listing has: begin anew rather than grow. */
	if (s->flows.count >= TCPDUMP_FLOWS_MAX)
		flowtable_fini(&s->flows);
	record = agg_insert(&s->flows, &key);
	return record == 0 ? NULL : flowtable_record(&s->flows, record);
}

/* The blocks of SACK options tell of the other direction. */
static void
tcpdump_shift_sacks(struct strbuf *options, uint32_t first)
{
	struct str rest = sb_str(options), option;
	bool bad;

	while (ipsum_opt_next(&rest, &option, &bad)) {
		size_t at = (size_t)(option.s - options->s);

		for (size_t i = 2; option.s[0] == 5 && i + 4 <= option.n;
		     i += 4)
			put_be32(options->s + at + i,
			    get_be32(options->s + at + i) + first);
	}
}

/* Makes the numbers of an acknowledging segment absolute. */
static void
tcpdump_sequence(struct from_tcpdump *s, struct tcpdump_line *l)
{
	bool back, begins;
	struct tcpdump_flow *f;

	if ((l->flags & TCP_ACK) == 0)
		return;
	f = tcpdump_find(s, l, &back);
	if (f == NULL)
		return;
	begins =
	    (f->first[0] == 0 && f->first[1] == 0) || (l->flags & TCP_SYN) != 0;
	if (begins) {
		f->first[back] = l->seq;
		f->first[!back] = l->ack - 1;
	} else if (s->kind == SEQ_UNKNOWN) {
		s->kind = (int32_t)(l->ack - f->first[!back]) >= 0 &&
		                  l->ack > SEQ_LARGE
		              ? SEQ_ABSOLUTE
		              : SEQ_RELATIVE;
	}
	if (!begins && !l->have_seq) {
		l->seq = l->end_seq = f->last[back];
	} else if (!begins && s->kind == SEQ_RELATIVE) {
		l->seq += f->first[back];
		l->end_seq += f->first[back];
	}
	if (!begins && s->kind == SEQ_RELATIVE)
		l->ack += f->first[!back];
	if (s->kind != SEQ_ABSOLUTE)
		tcpdump_shift_sacks(&l->options, f->first[!back]);
	f->last[back] = l->end_seq + ((l->flags & TCP_SYN) != 0) +
	                ((l->flags & TCP_FIN) != 0);
	if (f->last[!back] == 0)
		f->last[!back] = l->ack;
}

/* ---- packets ---- */

static uint32_t
tcpdump_l4_length(const struct tcpdump_line *l)
{
	if ((l->off & IP4_OFFMASK) != 0)
		return 0;
	if (l->proto == IPPROTO4_TCP)
		return (uint32_t)(sizeof(struct tcp) + l->options.n);
	return l->proto == IPPROTO4_UDP ? (uint32_t)sizeof(struct udp) : 0;
}

static void
tcpdump_put_tcp(const struct tcpdump_line *l, struct tcp *tcp)
{
	put_be16(tcp->sport, l->sport);
	put_be16(tcp->dport, l->dport);
	put_be32(tcp->seq, l->seq);
	put_be32(tcp->ack, l->ack);
	tcp->off = (uint8_t)((sizeof(*tcp) + l->options.n) / 4 << 4);
	tcp->flags = l->flags;
	put_be16(tcp->win, l->window);
	put_be16(tcp->urp, l->urgent);
	if (l->options.n > 0)
		memcpy(tcp + 1, l->options.s, l->options.n);
}

static void
tcpdump_put(const struct tcpdump_line *l, struct packet *p)
{
	uint32_t l4 = p->length - (uint32_t)sizeof(struct ip4), length;
	struct ip4 *ip = packet_ip4(p);
	struct udp *udp = (struct udp *)(void *)(ip + 1);

	length = p->length + (l->have_payload ? l->payload : 0);
	if (l->length >= p->length)
		length = l->length;
	ip->vhl = 0x45;
	ip->tos = l->tos;
	ip->ttl = l->ttl;
	ip->proto = l->proto;
	put_be16(ip->len, length < 65535 ? (uint16_t)length : 65535);
	put_be16(ip->id, l->id);
	put_be16(ip->off, l->off);
	put_u32(ip->src, l->src);
	put_u32(ip->dst, l->dst);
	if (l4 > 0 && l->proto == IPPROTO4_TCP) {
		tcpdump_put_tcp(l, (struct tcp *)(void *)udp);
	} else if (l4 > 0) {
		put_be16(udp->sport, l->sport);
		put_be16(udp->dport, l->dport);
		put_be16(udp->len, (uint16_t)(get_be16(ip->len) - sizeof(*ip)));
	}
	anno_set_u32(p, ANNO_EXTRA_LENGTH, get_be16(ip->len) - p->length);
	anno_set_u32(p, ANNO_DST_IP, l->dst);
}

static struct packet *
from_tcpdump_read(struct element *e, struct thread *t)
{
	struct from_tcpdump *s = element_state(e);
	struct tcpdump_line *l = &s->line;
	struct packet *p;
	struct str line;
	uint32_t n;

	if (!dump_line(&s->source, &line)) {
		dump_end(&s->source);
		return NULL;
	}
	line = str_trim(line);
	if (line.n == 0 || line.s[0] == '#')
		return NULL;
	if (!tcpdump_parse(l, line, e))
		return dump_complain(&s->source, "packet parse error");
	if (l->proto == IPPROTO4_TCP)
		tcpdump_sequence(s, l);
	n = (uint32_t)sizeof(struct ip4) + tcpdump_l4_length(l);
	p = packet_new(t, PACKET_HEADROOM, NULL, n, 0);
	if (p == NULL)
		return NULL; /* counted by the pool */
	memset(p->data, 0, n);
	packet_set_network(p, p->data, sizeof(struct ip4));
	p->timestamp_ns = l->stamp_ns;
	tcpdump_put(l, p);
	if (s->checksum)
		ipsum_set_checksums(p);
	return p;
}

static const struct dump_source_ops from_tcpdump_ops = {
	.read = from_tcpdump_read,
};

static int
from_tcpdump_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct from_tcpdump *s = element_state(e);
	struct args a;

	dump_source_init(e, &from_tcpdump_ops);
	flowtable_init(&s->flows, sizeof(struct tcpdump_flow), 1);
	args_init(&a, conf, e, errh);
	dump_source_args(&a, &s->source, ARG_POS | ARG_MAND);
	args_bool(&a, "CHECKSUM", 0, &s->checksum);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	dump_source_check(&s->source, errh);
	return 0;
}

static void
from_tcpdump_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct from_tcpdump *s = element_state(e);

	flowtable_fini(&s->flows);
	sb_fini(&s->line.options);
	dump_source_cleanup(e, stage);
}

const struct element_class element_from_tcpdump = {
	.name = "FromTcpdump",
	.ports = "0/1",
	.state_size = sizeof(struct from_tcpdump),
	.configure = from_tcpdump_configure,
	.initialize = dump_source_initialize,
	.cleanup = from_tcpdump_cleanup,
	.add_handlers = dump_source_add_handlers,
	.cast = dump_source_cast,
	.pull = dump_source_pull,
};
